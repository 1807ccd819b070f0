"""A simulated Telegram and 1688, written from their contracts alone, and a chat page to play in."""
