"""What others would build with: each module is a bot of its own, run as a process."""
