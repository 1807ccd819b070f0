"""What becomes of placed orders: read again, changed by people, ordered again."""
