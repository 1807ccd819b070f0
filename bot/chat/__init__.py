"""The conversation with one person: stored, routed, read, and drawn as screens."""
