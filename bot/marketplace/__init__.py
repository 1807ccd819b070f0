"""What the bot asks of a marketplace: port, errors and values; each gateway has a room below."""
