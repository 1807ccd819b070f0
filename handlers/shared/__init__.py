"""Words and answers that several screens use."""
