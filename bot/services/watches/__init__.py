"""Offers that people watch: set, read again when due, and what came true."""
