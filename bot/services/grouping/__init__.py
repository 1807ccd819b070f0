"""Group buys from the draft to the closed books: priced, collected for, ordered, followed."""
