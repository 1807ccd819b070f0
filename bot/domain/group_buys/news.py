"""Who is told what."""

from collections.abc import Iterable

from bot.domain.group_buys.buys import (
    News,
    NewsOf,
)
from bot.domain.identifiers import UserId


def news_to(kind: NewsOf | None, people: Iterable[UserId], detail: str = "") -> tuple[News, ...]:
    """Return one piece of news to each of some people; none where there is nothing to say."""
    if kind is None:
        return ()
    return tuple(News(kind=kind, user_id=each, detail=detail) for each in people)
