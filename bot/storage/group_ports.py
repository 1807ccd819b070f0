"""What group buys ask of the storage: the buys, their claims and books, cards, and what is told.

A change is decided inside the transaction that stores it, from the buy as it is then, so that no
two changes can be made from the same state. Steps of a conversation commit theirs by the writes
`OpenBuy`, `JoinBuy` and `ChangeBuy`; one that is refused in the transaction ends in
`VersionConflict`, so that the step is walked once more over what is there now.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from pydantic import Field

from bot.domain.group_buys.buys import BuyState, Decide, GroupBuy
from bot.domain.group_buys.joining import Taken
from bot.domain.group_buys.news import StoredNews
from bot.domain.group_buys.showing import Card, Progress
from bot.domain.identifiers import BuyId, SpecId, UserId
from bot.domain.ledger import Books
from bot.domain.model import Value

OVERDUE_AFTER = timedelta(minutes=5)
"""What a buy was to do by itself so long ago, and has not done, is overdue."""

CARD_FAILS_AFTER = timedelta(minutes=10)
"""A card that could not be drawn for so long is a trouble."""

NEWS_LATE_AFTER = timedelta(minutes=5)
"""News that could have been told so long ago is late."""

OPEN_LONG_AFTER = timedelta(days=14)
"""A buy whose money is not settled for so long wants somebody's look."""


class BuysCensus(Value):
    """How group buys stand; for metrics, alarms and `doctor`. Nothing in it is personal.

    `uncertain` are consolidated orders without a clear answer, `unbalanced` buys that can't end
    before every balance is nothing, and `unreachable` those whose organiser can't be told anything.
    """

    states: dict[BuyState, int] = Field(default_factory=dict)
    overdue: int = 0
    uncertain: int = 0
    open_long: int = 0
    cards_failing: int = 0
    news_late: int = 0
    unreachable: tuple[BuyId, ...] = ()

    @property
    def unbalanced(self) -> int:
        """Buys whose books are open after all is bought, or given up."""
        return self.states.get(BuyState.SETTLING, 0) + self.states.get(BuyState.CANCELLING, 0)


class GroupBuyPort(Protocol):
    """Group buys, their claims and their books."""

    async def buy(self, buy_id: BuyId) -> GroupBuy | None:
        """Return a buy with all its claims."""

    async def head(self, token: str) -> GroupBuy | None:
        """Return the buy that a link opens, without its claims."""

    async def progress(self, buy_id: BuyId) -> Progress:
        """Count what is spoken for."""

    async def taken(self, buy_id: BuyId, user_id: UserId, spec_id: SpecId | None) -> Taken:
        """Count what decides whether one more claim fits."""

    async def buys_of(self, organiser: UserId, limit: int) -> list[GroupBuy]:
        """Return an organiser's buys without their claims, newest first."""

    async def joined_by(self, user_id: UserId, limit: int) -> list[GroupBuy]:
        """Return the buys that a person has claims in, with these alone, newest first."""

    async def bans_of(self, organiser: UserId, limit: int) -> Sequence[GroupBuy]:
        """Return an organiser's buys with the claims alone that a ban stands with, newest first."""

    async def ban_on(self, organiser: UserId, user_id: UserId) -> GroupBuy | None:
        """Return the buy that says why an organiser takes no claims from somebody, with that."""

    async def books_of_buy(self, buy_id: BuyId) -> Books:
        """Return a buy's books, oldest operation first."""

    async def change(self, buy_id: BuyId, decide: Decide) -> GroupBuy:
        """Store what `decide` makes of a buy; return it as it is then.

        Raises what `decide` raises, `LedgerError`, and `BuyRefused` when there is no such buy.
        """

    async def buys_census(self, now: datetime) -> BuysCensus:
        """Count how group buys stand at that moment."""

    async def organiser_reached(self, buy_id: BuyId, *, reached: bool) -> None:
        """Remember whether a buy's organiser could be told something."""

    async def due(self, now: datetime, limit: int) -> list[BuyId]:
        """Return the buys that something is to be done for by itself, the longest due first."""

    async def moved(self, limit: int) -> Sequence[tuple[BuyId, int]]:
        """Return the buys that follow their orders and were to be looked at since last `seen`.

        With how often they or their orders were stored anew since.
        """

    async def seen(self, buy_id: BuyId, times: int) -> None:
        """Take it that a buy was looked at with its orders, as they were moved so many times."""


class GroupCardPort(Protocol):
    """Where group buys are shown, and which of these cards are to be drawn."""

    async def put_card(self, card: Card) -> Card | None:
        """Keep where a buy is shown in a chat; return the card that was there before."""

    async def cards_to_draw(self, now: datetime, limit: int) -> list[Card]:
        """Return the cards that show an older version and may be edited now."""

    async def cards_of(self, buy_id: BuyId) -> list[Card]:
        """Return where a buy is shown, or is to be."""

    async def claim_card(self, card: Card) -> bool:
        """Mark a card as being posted, durably; False when it no longer waits for that."""

    async def give_up_cards(self) -> list[Card]:
        """Forget what an earlier run was posting: it may be there. Return it."""

    async def card_drawn(self, card: Card, version: int, again_at: datetime) -> None:
        """Remember which version a card shows, and when it may be edited next.

        With the version that it showed before, it could not be drawn.
        """

    async def drop_card(self, card: Card) -> None:
        """Forget a card whose message is gone."""


class GroupNewsPort(Protocol):
    """What is to be told of group buys. It is stored with the change that made it so."""

    async def news_to_tell(self, now: datetime, limit: int) -> Sequence[StoredNews]:
        """Return what may be told now, oldest first."""

    async def claim_news(self, news_id: int) -> bool:
        """Mark news as being told, durably; False when it is no longer waiting."""

    async def end_news(self, news_id: int) -> None:
        """Record that news was told, or that nobody is left to tell."""

    async def put_back_news(self, news_id: int, until: datetime) -> None:
        """Have news that was certainly not told wait again."""

    async def give_up_news(self) -> int:
        """End what an earlier run was telling: it may have been told. Return how many."""
