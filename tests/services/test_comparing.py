"""Hits side by side: what is asked of the marketplace, and what is not known."""

from typing import Any

import pytest

from bot.domain.identifiers import OfferId, SellerId
from bot.domain.money import Fen
from bot.domain.offers import Offer, OfferSummary, PriceTier, QuoteType, Seller, Wording
from bot.marketplace.errors import MarketplaceError, Unreachable
from bot.services.finding.comparing import MOST_COMPARED, Comparing


class Market:
    """Offers by number; those that are not there are not answered."""

    def __init__(self, **offers: Offer) -> None:
        self.offers = offers
        self.read: list[int] = []

    async def open_offer(self, offer_id: OfferId) -> Offer:
        self.read.append(int(offer_id.id))
        offer = self.offers.get(f"o{offer_id.id}")
        if offer is None:
            raise Unreachable("no answer", endpoint="offer")
        return offer

    async def estimate(self, *_: Any) -> None:
        raise AssertionError("nobody said where to")


def _offer(number: int, minimum: int, *tiers: tuple[int, int]) -> Offer:
    return Offer(
        offer_id=OfferId(number),
        title=Wording(zh="杯"),
        quote_type=QuoteType.BY_QUANTITY,
        tiers=tuple(PriceTier(start_quantity=start, price=Fen(price)) for start, price in tiers),
        min_order_quantity=minimum,
        stock=100,
        seller=Seller(seller_id=SellerId("s")),
    )


def _hits(count: int) -> list[OfferSummary]:
    return [OfferSummary(offer_id=OfferId(n), title=Wording(zh="杯")) for n in range(1, count + 1)]


async def test_prices_are_of_the_quantity_that_was_asked_for() -> None:
    """The tier that it reaches; a seller who asks for more is reckoned at their minimum."""
    market: Any = Market(
        o1=_offer(1, 1, (1, 500), (10, 400)), o2=_offer(2, 50, (50, 300)), o3=_offer(3, 2)
    )
    one, two, three = await Comparing(market, market).compare(_hits(3), 10, None)
    assert (one.quantity, one.price, one.goods) == (10, 400, 4000)
    assert (two.quantity, two.price, two.goods) == (50, 300, 15000)
    assert (three.price, three.goods, three.freight) == (None, None, None)


async def test_without_a_quantity_it_is_what_all_of_them_sell() -> None:
    """The largest of the minimums."""
    market: Any = Market(o1=_offer(1, 1, (1, 500)), o2=_offer(2, 50, (50, 300)))
    compared = await Comparing(market, market).compare(_hits(2), None, None)
    assert [each.quantity for each in compared] == [50, 50]


async def test_another_quantity_reads_nothing_again() -> None:
    """And never more than five are read."""
    market: Any = Market(**{f"o{n}": _offer(n, 1, (1, 500)) for n in range(1, 9)})
    comparing = Comparing(market, market)
    await comparing.compare(_hits(8), 1, None)
    await comparing.compare(_hits(8), 100, None)
    assert sorted(market.read) == list(range(1, MOST_COMPARED + 1))


async def test_one_that_is_not_read_is_not_known() -> None:
    """The others are compared; where none is read there is nothing to show."""
    market: Any = Market(o2=_offer(2, 1, (1, 500)))
    one, two = await Comparing(market, market).compare(_hits(2), 1, None)
    assert (one.offer, two.price) == (None, 500)
    with pytest.raises(MarketplaceError):
        await Comparing(market, market).compare(_hits(1), 1, None)
