"""The process around the work: its start, logs, metrics, memory and upkeep."""
