"""Where state lives: the ports, what seals and encodes values, and a room for each database."""
