"""Offers that people watch: the list of them, its cards, the news that something came true."""
