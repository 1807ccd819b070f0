"""The use cases of group buys: what an organiser needs to open one, quotes, and what is due.

What is decided is decided in the storage's transaction (`bot.storage.group_ports`); here the
marketplace is asked for numbers, and the clock for what is due.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from bot.domain.addresses import Address
from bot.domain.drafts import OrderLine
from bot.domain.group_buys.buys import (
    BuyRefused,
    Why,
)
from bot.domain.group_buys.rows import missing_pieces
from bot.domain.group_buys.terms import Goods
from bot.domain.identifiers import OfferId, UserId
from bot.domain.money import Fen
from bot.domain.offers import Offer
from bot.marketplace.port import Marketplace
from bot.services.grouping.due import DueBuys
from bot.services.grouping.quoting import Quoting
from bot.services.grouping.stored import StoredBuys
from bot.storage.ports import Storage


class GroupBuys:
    """`organisers` tells who may open a buy; `zone` is the time zone of new ones.

    `on_news` is called whenever there may be something to tell or to draw; `caught_up` is of
    `DueBuys`.
    """

    def __init__(
        self,
        store: Storage,
        marketplace: Marketplace,
        *,
        organisers: Callable[[UserId], bool],
        zone: str = "Asia/Shanghai",
        on_news: Callable[[], None] = lambda: None,
        caught_up: Callable[[], datetime | None] = lambda: None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        stored = StoredBuys(store.group_buys, on_news)
        self.zone = zone
        self.quoting = Quoting(stored, marketplace, clock)
        self.due = DueBuys(store, stored, self.quoting, caught_up, clock)
        self._marketplace = marketplace
        self._organisers = organisers

    def may_organise(self, user_id: UserId) -> bool:
        """Tell whether that person may open a group buy."""
        return self._organisers(user_id)

    async def offer(self, offer_id: OfferId) -> Offer:
        """Read an offer as it is now. Raises `MarketplaceError`."""
        return await self._marketplace.offer(offer_id)

    async def freight_each(self, offers: Sequence[Goods], minimum: int, address: Address) -> Fen:
        """Return the freight of a piece in fen, rounded up, if the group takes so many.

        Of several offers it takes the least of each. Raises `MarketplaceError`, `BuyRefused`.
        """
        wanted = [minimum] if len(offers) == 1 else [least_of(each) for each in offers]
        lines = [
            line
            for goods, count in zip(offers, wanted, strict=True)
            for line in _sample(goods, count)
        ]
        pieces = sum(line.quantity for line in lines)
        quote = await self._marketplace.preview(tuple(lines), address)
        return Fen(-(-(quote.freight + max(quote.additional, 0)) // pieces))


def least_of(goods: Goods) -> int:
    """Return the fewest pieces of an offer that can be ordered: its minimum, in whole lots."""
    return goods.minimum + missing_pieces(goods.minimum, goods.minimum, goods.lot)


def _sample(goods: Goods, pieces: int) -> tuple[OrderLine, ...]:
    """Return lines of so many pieces, of as few variants as have them."""
    lines, left = [], pieces
    for each in sorted(goods.variants, key=lambda variant: -variant.limit):
        taken = min(left, each.limit)
        if taken:
            lines.append(goods.line(each, taken))
            left -= taken
    if left:
        raise BuyRefused(Why.FULL, pieces - left)
    return tuple(lines)
