"""What publishing in channels and groups asks of the storage: where, what, and how far it came."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.identifiers import ChatId, OfferId
from bot.domain.posts import Post, PostPlace, PostState


class PostPort(Protocol):
    """Posts are queued by a step (`bot.domain.writes.QueuePost`) and sent at most once."""

    async def keep_place(self, place: PostPlace) -> None:
        """Remember where the bot may post; what stands there is due to be looked after."""

    async def drop_place(self, chat_id: ChatId) -> None:
        """Forget a place; what was posted there waits until it may be posted in again."""

    async def move_place(self, before: ChatId, after: ChatId) -> None:
        """Follow a group that became a supergroup: its old messages can't be reached any more."""

    async def post_places(self) -> list[PostPlace]:
        """Return where the bot may post."""

    async def posts_of(self, offer_id: OfferId) -> list[Post]:
        """Return the posts of an offer that are under way or there, oldest first."""

    async def posts_to_do(self, now: datetime, limit: int) -> list[Post]:
        """Return what is to be sent or taken down now, oldest first."""

    async def posts_to_check(self, now: datetime, limit: int) -> list[Post]:
        """Return posts whose cards are due to be looked after, where the bot may still post."""

    async def claim_post(self, post_id: int) -> bool:
        """Mark a post as being sent, durably; False when it no longer waits."""

    async def save_post(self, post: Post, before: Sequence[PostState]) -> bool:
        """Store how far it has come; False when it is in none of the states `before`."""

    async def give_up_posts(self, *, waiting: bool = False) -> list[Post]:
        """End as unclear what an earlier run was sending, and what `waiting` doubts; return it."""
