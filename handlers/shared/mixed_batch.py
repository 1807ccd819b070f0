"""What an order lacks to pass as a shop's mixed batch, in pieces and in money."""

from bot.chat.texts import Html, Texts
from bot.domain.pricing import MixedBatchGap


def mixed_batch_line(t: Texts, gap: MixedBatchGap) -> Html:
    """Say what is missing; either side is enough (contract 4.4, inferred: the quote decides)."""
    pieces = None if gap.pieces is None else t("mixed.pieces", count=gap.pieces)
    amount = None if gap.amount is None else t("mixed.amount", amount=t.money(gap.amount))
    if pieces is not None and amount is not None:
        return t("mixed.missing_either", pieces=pieces, amount=amount)
    return t("mixed.missing", missing=pieces or amount or Html(""))
