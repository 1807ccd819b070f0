"""Freight in words, where the quote does not tell it yet."""

from bot.chat.screens import View
from bot.chat.texts import Html
from bot.chat.units import counted
from bot.domain.offers import Wording


def freight_line(view: View, unit: Wording | None = None) -> Html | None:
    """Say what freight is likely to cost; None while that isn't known.

    With a unit it names how much of the goods that is for.
    """
    t, freight = view.t, view.freight
    if freight is None:
        return None
    if not freight.amount:
        return t("freight.free", city=freight.city)
    amount = t.money(freight.amount)
    if unit is None:
        return t("freight.of_all", city=freight.city, amount=amount)
    quantity = counted(t, freight.units, unit)
    return t("freight.of_quantity", quantity=quantity, city=freight.city, amount=amount)
