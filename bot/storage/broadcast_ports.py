"""What news to people asks of the storage. Its errors stand in `bot.storage.ports`."""

from collections.abc import Collection
from typing import Protocol

from bot.domain.broadcasts import Broadcast, Reached, Recipient
from bot.domain.identifiers import ChatId, UserId


class BroadcastPort(Protocol):
    """Who wants news, and the messages to them: at most once to each."""

    async def wants_news(self, user_id: UserId) -> bool:
        """Tell whether that person asked for news."""

    async def set_news(self, user_id: UserId, chat_id: ChatId, *, wanted: bool) -> None:
        """Remember whether they want news; what waits for them goes when they do not."""

    async def count_readers(self) -> int:
        """Return how many want news."""

    async def draft_broadcast(self, made_by: UserId, text: str) -> int:
        """Store a message that is not sent yet; earlier drafts of that operator go."""

    async def broadcast(self, broadcast_id: int | None = None) -> Broadcast | None:
        """Return a message with how far it has come; None for the latest that is no draft."""

    async def start_broadcast(self, broadcast_id: int) -> int | None:
        """Send a draft to all who want news now; return how many, None when it is no draft."""

    async def stop_broadcast(self, broadcast_id: int) -> bool:
        """End a message for who did not get it yet; return whether it was under way or a draft."""

    async def stop_broadcasts_of_others(self, operators: Collection[UserId]) -> int:
        """End drafts and messages of everybody else; return how many there were."""

    async def recipients(self, limit: int) -> list[Recipient]:
        """Return people who are to get a message now; messages without any left are done."""

    async def claim_recipient(self, who: Recipient) -> bool:
        """Mark a message as being sent to somebody, durably; False when it is not to be."""

    async def reached(self, who: Recipient, end: Reached | None) -> None:
        """Record what became of it; None when it was certainly not sent and waits again."""

    async def give_up_recipients(self) -> int:
        """End as unclear what an earlier run had claimed; return how many."""
