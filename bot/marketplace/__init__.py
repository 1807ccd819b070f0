"""Typed client of the marketplace: port, errors, signing, wire models, mapping, client."""
