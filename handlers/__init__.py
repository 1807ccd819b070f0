"""What the user meets: one file per step, in the order of the journey. Start at `journey.py`."""
