"""What one person's wishes may cost the marketplace within an hour, whatever they press.

Calls are counted where they are made, by the person on whose behalf they are; what the bot does
of its own accord (placing, following, paying) goes another way and is never held up.
"""

from contextvars import ContextVar
from typing import Any, Final, cast

from bot.domain.identifiers import UserId
from bot.marketplace.errors import MarketplaceError
from bot.marketplace.port import Marketplace
from bot.process.bound import Bound
from bot.services.quotas import Quotas
from bot.services.waiting import waiting

WEIGHTS: Final = {
    "upload_image": 2,
    "search_by_image": 2,
    "search_by_keyword": 1,
    "search_shop": 1,
    "offer": 1,
    "preview": 2,
    "estimate_freight": 1,
    "categories": 1,
    "navigation": 1,
}
"""What each call counts for: those that take the marketplace longest count twice."""

# Read once for everybody: counted, never refused.
_SHARED: Final = frozenset({"categories", "navigation"})
_asking: ContextVar[UserId | None] = ContextVar("asking", default=None)


class CallsUsedUp(MarketplaceError):
    """The person has no calls left within this hour; nothing was asked."""

    _own_words = True


def on_behalf_of(person: UserId) -> Bound[UserId | None]:
    """Count the calls that are made within it for this person."""
    return Bound(_asking, person)


def counted(marketplace: Marketplace, quotas: Quotas) -> Marketplace:
    """Return the marketplace as people's wishes reach it. Its calls raise `CallsUsedUp` besides."""
    return cast("Marketplace", _Counted(marketplace, quotas))


class _Counted:
    def __init__(self, marketplace: Marketplace, quotas: Quotas) -> None:
        self._marketplace = marketplace
        self._quotas = quotas

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._marketplace, name)
        weight = WEIGHTS.get(name)
        if weight is None:
            return method

        async def call(*arguments: Any, **named: Any) -> Any:
            person = _asking.get()
            if person is not None:
                left = self._quotas.spend(person, weight)
                if not left and name not in _SHARED:
                    raise CallsUsedUp("no calls left within the hour", endpoint=name)
            async with waiting():
                return await method(*arguments, **named)

        return call
