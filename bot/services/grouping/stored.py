"""The stored group buys as the services change them, and who hears of it."""

from collections.abc import Callable

from bot.domain.group_buys.buys import BuyRefused, Decide, GroupBuy, Why
from bot.domain.identifiers import BuyId
from bot.storage.group_ports import GroupBuyPort


class StoredBuys:
    """`changed` is called whenever there may be something to tell or to draw."""

    def __init__(self, buys: GroupBuyPort, changed: Callable[[], None]) -> None:
        self._buys = buys
        self._changed = changed

    async def there(self, buy_id: BuyId) -> GroupBuy:
        """Return a buy with all its claims. Raises `BuyRefused` where there is none."""
        buy = await self._buys.buy(buy_id)
        if buy is None:
            raise BuyRefused(Why.NOT_YOURS)
        return buy

    async def change(self, buy_id: BuyId, decide: Decide) -> GroupBuy:
        """Store what `decide` makes of a buy. Raises what it raises, and `BuyRefused`."""
        buy = await self._buys.change(buy_id, decide)
        self._changed()
        return buy
