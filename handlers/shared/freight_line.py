"""Freight before a quote tells it: what it is likely to cost, and that in words."""

from collections.abc import Sequence

from msgspec import Struct

from bot.chat.texts import Html, Texts
from bot.chat.units import counted
from bot.domain.addresses import Address
from bot.domain.drafts import OrderLine
from bot.domain.money import Fen
from bot.domain.offers import Wording
from bot.domain.sessions import Session
from bot.services.bundle import Services
from handlers.shared.place_names import city_shown


class FreightShown(Struct, frozen=True):
    """An estimate in fen of what `units` of goods cost to be sent to a city; 0 is free."""

    amount: Fen
    address: Address
    units: int


async def freight_of(
    goods: Sequence[OrderLine], session: Session, services: Services
) -> FreightShown | None:
    """Return the estimate for goods, None without one or without an address."""
    address = await likely_address(session, services) if goods else None
    if address is None:
        return None
    amount = await services.freight.estimate(goods, address)
    if amount is None:
        return None
    return FreightShown(amount, address, sum(line.quantity for line in goods))


async def likely_address(session: Session, services: Services) -> Address | None:
    """Where it will most likely go: as picked before, else the default of the address book."""
    if session.delivery.address is not None:
        return session.delivery.address
    saved = await services.store.addresses.addresses_of(session.user_id)
    return saved[0].address if saved else None


def freight_line(
    t: Texts, freight: FreightShown | None, unit: Wording | None = None
) -> Html | None:
    """Say what freight is likely to cost; None while that isn't known.

    With a unit it names how much of the goods that is for.
    """
    if freight is None:
        return None
    city = city_shown(t, freight.address)
    if not freight.amount:
        return t("freight.free", city=city)
    amount = t.money(freight.amount)
    if unit is None:
        return t("freight.of_all", city=city, amount=amount)
    quantity = counted(t, freight.units, unit)
    return t("freight.of_quantity", quantity=quantity, city=city, amount=amount)
