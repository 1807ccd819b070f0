"""Posts in channels and groups in SQLite. Titles and operators' words are sealed."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime

from bot.domain.identifiers import ChatId, OfferId
from bot.domain.posts import OPEN, NewPost, Post, PostPlace, PostState
from bot.storage.codec import from_micros, to_micros
from bot.storage.places import place_of_post, place_of_post_place
from bot.storage.sql.connection import Connection
from bot.storage.sql.database import Database

_OF_ONE = "SELECT post_id, state, chat_id, look_at, body FROM posts"
_IN = "state IN (SELECT value FROM json_each(?))"


class Posts:
    """Implements `PostPort`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def queueing(self, post: NewPost) -> Callable[[Connection], None]:
        """Add a post to be sent, within a step."""
        now = self._database.now()

        def queue(connection: Connection) -> None:
            (number,) = connection.execute(
                "INSERT INTO posts"
                " (marketplace, offer_id, chat_id, made_by, made_at, look_at, body)"
                " VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING post_id",
                (
                    post.offer_id.marketplace,
                    post.offer_id.id,
                    post.chat_id,
                    post.made_by,
                    to_micros(now),
                    to_micros(now),
                    b"",
                ),
            ).fetchone()
            whole = Post(**dict(post), post_id=number, made_at=now, look_at=now)
            connection.execute(
                "UPDATE posts SET body = ? WHERE post_id = ?", (self._sealed(whole), number)
            )

        return queue

    def ending(self, post_id: int) -> Callable[[Connection], None]:
        """Have a post taken down, within a step; one that is not there any more stays so."""

        def end(connection: Connection) -> None:
            connection.execute(
                "UPDATE posts SET state = 'ending', look_at = ?"
                " WHERE post_id = ? AND state = 'posted'",
                (to_micros(self._database.now()), post_id),
            )

        return end

    async def keep_place(self, place: PostPlace) -> None:
        """Remember where the bot may post; what stands there is due to be looked after."""
        body = self._database.seal(place, place_of_post_place(place.chat_id))

        def keep(connection: Connection) -> None:
            connection.execute(
                "INSERT INTO post_places (chat_id, body) VALUES (?, ?)"
                " ON CONFLICT (chat_id) DO UPDATE SET body = excluded.body",
                (place.chat_id, body),
            )
            connection.execute(
                "UPDATE posts SET look_at = ? WHERE chat_id = ? AND state = 'posted'",
                (to_micros(self._database.now()), place.chat_id),
            )

        await self._database.write(keep)

    async def drop_place(self, chat_id: ChatId) -> None:
        """Forget a place; what was posted there waits until it may be posted in again."""
        await self._database.write(
            lambda connection: connection.execute(
                "DELETE FROM post_places WHERE chat_id = ?", (chat_id,)
            )
        )

    async def move_place(self, before: ChatId, after: ChatId) -> None:
        """Follow a group that became a supergroup: its old messages can't be reached any more."""
        row = await self._database.row("SELECT body FROM post_places WHERE chat_id = ?", before)
        if row is None:
            return
        place = self._database.unseal(PostPlace, row[0], place_of_post_place(before))
        moved = place.replace(chat_id=after)
        body = self._database.seal(moved, place_of_post_place(after))

        def move(connection: Connection) -> None:
            connection.execute("DELETE FROM post_places WHERE chat_id = ?", (before,))
            connection.execute(
                "INSERT INTO post_places (chat_id, body) VALUES (?, ?)"
                " ON CONFLICT (chat_id) DO UPDATE SET body = excluded.body",
                (after, body),
            )
            connection.execute(
                "UPDATE posts SET state = 'gone'"
                " WHERE chat_id = ? AND state IN ('posted', 'ending')",
                (before,),
            )
            connection.execute(
                "UPDATE posts SET chat_id = ? WHERE chat_id = ? AND state = 'waiting'",
                (after, before),
            )

        await self._database.write(move)

    async def post_places(self) -> list[PostPlace]:
        """Return where the bot may post."""
        rows = await self._database.rows("SELECT chat_id, body FROM post_places ORDER BY chat_id")
        return [
            self._database.unseal(PostPlace, body, place_of_post_place(chat_id))
            for chat_id, body in rows
        ]

    async def posts_of(self, offer_id: OfferId) -> list[Post]:
        """Return the posts of an offer that are under way or there, oldest first."""
        rows = await self._database.rows(
            f"{_OF_ONE} WHERE marketplace = ? AND offer_id = ? AND {_IN} ORDER BY post_id",
            offer_id.marketplace,
            offer_id.id,
            _json(OPEN),
        )
        return [self._opened(*row) for row in rows]

    async def posts_to_do(self, now: datetime, limit: int) -> list[Post]:
        """Return what is to be sent or taken down now, oldest first."""
        rows = await self._database.rows(
            f"{_OF_ONE} WHERE state IN ('waiting', 'ending') AND look_at <= ?"
            " ORDER BY post_id LIMIT ?",
            to_micros(now),
            limit,
        )
        return [self._opened(*row) for row in rows]

    async def posts_to_check(self, now: datetime, limit: int) -> list[Post]:
        """Return posts whose cards are due to be looked after, where the bot may still post."""
        rows = await self._database.rows(
            f"{_OF_ONE} WHERE state = 'posted' AND look_at <= ?"  # noqa: S608 - named above
            " AND EXISTS (SELECT 1 FROM post_places WHERE post_places.chat_id = posts.chat_id)"
            " ORDER BY look_at, post_id LIMIT ?",
            to_micros(now),
            limit,
        )
        return [self._opened(*row) for row in rows]

    async def claim_post(self, post_id: int) -> bool:
        """Mark a post as being sent, durably; False when it no longer waits."""
        return await self._database.write(
            lambda connection: bool(
                connection.execute(
                    "UPDATE posts SET state = 'sending' WHERE post_id = ? AND state = 'waiting'",
                    (post_id,),
                ).rowcount
            )
        )

    async def save_post(self, post: Post, before: Sequence[PostState]) -> bool:
        """Store how far it has come; False when it is in none of the states `before`."""
        row = (post.state.value, to_micros(post.look_at), post.chat_id, self._sealed(post))
        return await self._database.write(
            lambda connection: bool(
                connection.execute(
                    "UPDATE posts SET state = ?, look_at = ?, chat_id = ?, body = ?"  # noqa: S608 - as above
                    f" WHERE post_id = ? AND {_IN}",
                    (*row, post.post_id, _json(before)),
                ).rowcount
            )
        )

    async def give_up_posts(self, *, waiting: bool = False) -> list[Post]:
        """End as unclear what an earlier run was sending, and what `waiting` doubts; return it."""
        states = (PostState.SENDING, PostState.WAITING) if waiting else (PostState.SENDING,)
        rows = await self._database.write(
            lambda connection: connection.execute(
                f"UPDATE posts SET state = 'unclear' WHERE {_IN}"  # noqa: S608 - named above
                " RETURNING post_id, state, chat_id, look_at, body",
                (_json(states),),
            ).fetchall()
        )
        return [self._opened(*row) for row in rows]

    def _sealed(self, post: Post) -> bytes:
        return self._database.seal(post, place_of_post(post.post_id))

    def _opened(self, post_id: int, state: str, chat_id: int, look_at: int, body: bytes) -> Post:
        post = self._database.unseal(Post, body, place_of_post(post_id))
        return post.replace(
            state=PostState(state), chat_id=ChatId(chat_id), look_at=from_micros(look_at)
        )


def _json(states: Sequence[PostState]) -> str:
    return json.dumps([each.value for each in states])
