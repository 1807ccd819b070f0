"""Placed orders: the list, the card, and what a person can do to one."""
