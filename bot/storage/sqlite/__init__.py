"""Every port over one SQLite file."""
