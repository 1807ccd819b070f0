"""The parts over PostgreSQL, which any number of processes share."""
