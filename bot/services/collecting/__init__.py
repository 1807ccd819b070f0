"""Collecting: a shop's terms, proofs and what operators confirm, what is owed either way."""
