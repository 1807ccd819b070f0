"""Pure: money in fen, offers, price tiers, addresses, drafts, orders and their transitions.

Imports the standard library, pydantic and itself; nothing of Telegram, HTTP or SQL.
"""
