"""Posts in channels and groups in memory, as the SQLite storage keeps them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.identifiers import ChatId, OfferId
from bot.domain.posts import OPEN, NewPost, Post, PostPlace, PostState
from tests.fakes.memory_part import MemoryPart

_TO_DO = (PostState.WAITING, PostState.ENDING)


@dataclass
class MemoryPosts(MemoryPart):
    """Implements `PostPort`."""

    _post_places: dict[ChatId, PostPlace] = field(default_factory=dict)
    _posts: dict[int, Post] = field(default_factory=dict)

    def queue_post(self, post: NewPost) -> None:
        moment, number = self._time(), len(self._posts) + 1
        self._posts[number] = Post(**dict(post), post_id=number, made_at=moment, look_at=moment)

    def end_post(self, post_id: int) -> None:
        post = self._posts.get(post_id)
        if post is not None and post.state is PostState.POSTED:
            moment = self._time()
            self._posts[post_id] = post.replace(state=PostState.ENDING, look_at=moment)

    async def keep_place(self, place: PostPlace) -> None:
        self._answer()
        self._post_places[place.chat_id] = place
        for number, post in self._posts.items():
            if post.chat_id == place.chat_id and post.state is PostState.POSTED:
                self._posts[number] = post.replace(look_at=self._time())

    async def drop_place(self, chat_id: ChatId) -> None:
        self._answer()
        self._post_places.pop(chat_id, None)

    async def move_place(self, before: ChatId, after: ChatId) -> None:
        self._answer()
        place = self._post_places.pop(before, None)
        if place is None:
            return
        self._post_places[after] = place.replace(chat_id=after)
        for number, post in self._posts.items():
            if post.chat_id != before:
                continue
            if post.state is PostState.WAITING:
                self._posts[number] = post.replace(chat_id=after)
            elif post.state in {PostState.POSTED, PostState.ENDING}:
                self._posts[number] = post.replace(state=PostState.GONE)

    async def post_places(self) -> list[PostPlace]:
        self._answer()
        return [self._post_places[each] for each in sorted(self._post_places)]

    async def posts_of(self, offer_id: OfferId) -> list[Post]:
        self._answer()
        return [
            each
            for each in self._posts.values()
            if each.offer_id == offer_id and each.state in OPEN
        ]

    async def posts_to_do(self, now: datetime, limit: int) -> list[Post]:
        self._answer()
        due = [
            each for each in self._posts.values() if each.state in _TO_DO and each.look_at <= now
        ]
        return due[:limit]

    async def posts_to_check(self, now: datetime, limit: int) -> list[Post]:
        self._answer()
        due = [
            each
            for each in self._posts.values()
            if each.state is PostState.POSTED
            and each.look_at <= now
            and each.chat_id in self._post_places
        ]
        return sorted(due, key=lambda each: (each.look_at, each.post_id))[:limit]

    async def claim_post(self, post_id: int) -> bool:
        self._answer()
        post = self._posts.get(post_id)
        if post is None or post.state is not PostState.WAITING:
            return False
        self._posts[post_id] = post.replace(state=PostState.SENDING)
        return True

    async def save_post(self, post: Post, before: Sequence[PostState]) -> bool:
        self._answer()
        stored = self._posts.get(post.post_id)
        if stored is None or stored.state not in before:
            return False
        self._posts[post.post_id] = post
        return True

    async def give_up_posts(self, *, waiting: bool = False) -> list[Post]:
        self._answer()
        doubted = {PostState.SENDING} | ({PostState.WAITING} if waiting else set())
        sending = [each for each in self._posts.values() if each.state in doubted]
        given_up = [each.replace(state=PostState.UNCLEAR) for each in sending]
        self._posts |= {each.post_id: each for each in given_up}
        return given_up
