"""Group buys: who wants what up to which price, what the group gets, and what everybody owes.

All amounts are fen unless they are `Money`. Nothing here reads a clock or calls anybody.
"""
