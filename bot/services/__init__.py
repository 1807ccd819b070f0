"""Use cases: search, quote, place, recover, pay."""
