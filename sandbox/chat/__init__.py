"""The chat page: what a person at a phone would see, in a browser."""
