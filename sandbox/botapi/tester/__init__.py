"""What only tests and the chat page may do: act as people, read what was sent, cause faults."""
