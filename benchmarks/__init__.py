"""What speed and memory claims rest on: `make bench`, `make bench-check`."""
