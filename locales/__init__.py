"""Texts in each language, found as package data."""
