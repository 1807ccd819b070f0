"""Our address reader beside the kept libraries, over 2,000 addresses that it has never seen."""
