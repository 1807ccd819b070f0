"""The operator's screens; to anybody else there are none."""
