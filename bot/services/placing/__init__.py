"""From one consent to at most one order at the marketplace, whatever gets in the way."""
