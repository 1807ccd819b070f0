"""Offers in channels and groups: sent once, and their cards kept true as prices and stock move.

A post is stored with the step that wanted it and claimed, durably, before it is sent; of what may
have been sent its operator hears, and it is not sent again. Cards are looked after by schedule,
within a budget of the marketplace's calls and of Telegram's edits (20 a minute in one chat:
https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this).
"""

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog
from telegram.constants import ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden, TelegramError

from bot.chat.cards import CardDrawer
from bot.chat.keyboards import links_json
from bot.chat.screens import Button, Screen, row
from bot.chat.texts import Texts, texts_in
from bot.domain.identifiers import ChatId, OfferId
from bot.domain.offers import Offer
from bot.domain.posts import Post, PostPlace, PostState, Shown
from bot.domain.rates import Rate
from bot.marketplace.errors import MarketplaceError, RefusalReason, Refused
from bot.storage.ports import Storage, StorageUnavailable
from bot.telegram import DirectBot
from bot.telegram.outcomes import Sent, judged
from bot.telling.rounds import Rounds, apart

CardOf = Callable[[Texts, str, Post, Offer | None], Screen]
"""Draws a post's card in a language, for the bot of that name; None of an offer that is gone."""

_AT_ONCE = 10
_BETWEEN_EDITS = 3.1  # seconds in one chat
_AGAIN = timedelta(seconds=30)
_LATER = timedelta(minutes=10)
_GONE_OFFER = frozenset({RefusalReason.NOT_FOUND, RefusalReason.VALIDATION})
_GONE_POST = ("message to edit not found", "message_id_invalid", "message to delete not found")
_BEYOND_EDITS = ("message can't be edited", "message can't be deleted")
_log = structlog.get_logger(__name__)


class Publisher:
    """Runs until cancelled. `every` is how often a card of the first days is looked after."""

    def __init__(
        self,
        bot: DirectBot,
        drawer: CardDrawer,
        storage: Storage,
        read_offer: Callable[[OfferId], Awaitable[Offer]],
        card: CardOf,
        *,
        every: timedelta,
        calls_per_minute: int,
        rate: Callable[[], Rate | None] = lambda: None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        between_edits: float = _BETWEEN_EDITS,
    ) -> None:
        self._bot = bot
        self._drawer = drawer
        self._storage = storage
        self._posts = storage.posts
        self._read_offer = read_offer
        self._card = card
        self._every = every
        self._between_calls = 60.0 / calls_per_minute if calls_per_minute else None
        self._rate = rate
        self._clock = clock
        self._between_edits = between_edits
        self._rounds = Rounds("posts_wait")
        self._edited: dict[ChatId, float] = {}
        self.restored = False
        """Whether this is a copy that was put back: what waits in it may have been sent since."""

    def wake(self) -> None:
        """Look now: there is something to post."""
        self._rounds.wake()

    async def run(self) -> None:
        """Post what waits and look after what stands, for ever."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._rounds.run(self._begin, self.post_waiting), name="posts")
            tasks.create_task(self._look_after(), name="cards")

    async def _begin(self) -> None:
        for post in await self._posts.give_up_posts(waiting=self.restored):
            await self._tell(post, "publish.unclear")

    async def _look_after(self) -> None:
        while self._between_calls is not None:
            await asyncio.sleep(self._between_calls)
            try:
                await self.check_one_offer()
            except StorageUnavailable as error:
                _log.warning("cards_wait", error=str(error))
        await asyncio.Event().wait()

    async def post_waiting(self) -> None:
        """Send and take down what may be now. Raises `StorageUnavailable`."""
        for post in await self._posts.posts_to_do(self._clock(), _AT_ONCE):
            later = post.replace(look_at=self._clock() + _LATER)
            put_aside = partial(self._posts.save_post, later, (post.state,))
            await apart(
                "post_waits",
                put_aside,
                self._send(post) if post.state is PostState.WAITING else self._end(post),
                post=post.post_id,
            )

    async def check_one_offer(self) -> None:
        """Read the offer whose card is due first, and have all its cards say what is so.

        Raises `StorageUnavailable`.
        """
        due = await self._posts.posts_to_check(self._clock(), 1)
        if not due:
            return None
        offer_id = due[0].offer_id
        posts = [
            each
            for each in await self._posts.posts_of(offer_id)
            if each.state is PostState.POSTED and each.shown is not None
        ]
        try:
            offer: Offer | None = await self._read_offer(offer_id)
        except Refused as error:
            if error.reason not in _GONE_OFFER:
                return await self._put_off(posts)
            offer = None
        except MarketplaceError as error:
            _log.warning("card_not_checked", error=type(error).__name__)
            return await self._put_off(posts)
        places = {each.chat_id for each in await self._posts.post_places()}
        for post in posts:
            if post.chat_id in places:
                await self._revise(post, offer)
        return None

    async def _put_off(self, posts: list[Post]) -> None:
        for post in posts:
            later = post.replace(look_at=self._clock() + _LATER)
            await self._posts.save_post(later, (PostState.POSTED,))

    async def _send(self, post: Post) -> None:
        try:
            offer: Offer | None = await self._read_offer(post.offer_id)
        except MarketplaceError:
            # As last read: it was on the operator's screen a moment ago.
            offer = await self._storage.offers.offer(post.offer_id)
        screen = self._card(self._texts(post), self._bot.username, post, offer)
        if not await self._posts.claim_post(post.post_id):
            return
        try:
            message_id, pictured = await self._drawer.publish(post.chat_id, screen)
        except ChatMigrated as error:
            await self._posts.save_post(
                post.replace(chat_id=ChatId(error.new_chat_id)), (PostState.SENDING,)
            )
            await self._posts.move_place(post.chat_id, ChatId(error.new_chat_id))
        except TelegramError as error:
            await self._not_sent(post, error)
        else:
            shown = Shown(message_id=message_id, pictured=pictured, mark=_mark(screen))
            there = post.replace(
                state=PostState.POSTED, shown=shown, look_at=self._clock() + self._every
            )
            await self._posts.save_post(there, (PostState.SENDING,))
            _log.info("offer_posted", post=post.post_id)
            kept_true = self._between_calls is not None
            await self._tell(there, "publish.posted" if kept_true else "publish.posted_once")

    async def _not_sent(self, post: Post, error: TelegramError) -> None:
        sent = judged(error)
        _log.warning("offer_not_posted", error=type(error).__name__, sent=sent.value)
        if sent is Sent.NOT_NOW:
            await self._posts.save_post(
                post.replace(look_at=self._clock() + _AGAIN), (PostState.SENDING,)
            )
            return
        state = PostState.REFUSED if sent is Sent.NEVER else PostState.UNCLEAR
        ended = post.replace(state=state)
        await self._posts.save_post(ended, (PostState.SENDING,))
        key = "publish.refused" if sent is Sent.NEVER else "publish.unclear"
        await self._tell(ended, key, error.message)

    async def _revise(self, post: Post, offer: Offer | None) -> None:
        """Have a card say what is so, where it does not."""
        shown, now = post.shown, self._clock()
        screen = self._card(self._texts(post), self._bot.username, post, offer)
        next_look = now + self._interval(post, now)
        if shown is None or _mark(screen) == shown.mark:
            await self._posts.save_post(post.replace(look_at=next_look), (PostState.POSTED,))
            return
        await self._wait_for(post.chat_id)
        try:
            await self._drawer.revise(
                post.chat_id, shown.message_id, screen, pictured=shown.pictured
            )
        except ChatMigrated as error:
            await self._posts.move_place(post.chat_id, ChatId(error.new_chat_id))
        except (Forbidden, BadRequest) as error:
            await self._not_revised(post, error)
        except TelegramError as error:
            _log.warning("card_not_revised", error=type(error).__name__)
            await self._put_off([post])
        else:
            revised = post.replace(shown=shown.replace(mark=_mark(screen)), look_at=next_look)
            await self._posts.save_post(revised, (PostState.POSTED,))
            _log.info("card_revised", post=post.post_id)

    async def _wait_for(self, chat_id: ChatId) -> None:
        """Keep the chat's edits apart."""
        now = time.monotonic()
        wait = self._edited.get(chat_id, 0.0) + self._between_edits - now
        if wait > 0:
            await asyncio.sleep(wait)
        self._edited[chat_id] = time.monotonic()

    async def _not_revised(self, post: Post, error: TelegramError) -> None:
        words = error.message.lower()
        if any(each in words for each in (*_GONE_POST, *_BEYOND_EDITS)):
            # Deleted by somebody, or too old to be edited in a group.
            await self._posts.save_post(post.replace(state=PostState.GONE), (PostState.POSTED,))
            _log.info("post_gone", post=post.post_id)
            return
        # No longer a member there, or without the right: `my_chat_member` says when that is back.
        _log.warning("place_lost", error=type(error).__name__)
        await self._tell(post, "publish.lost", error.message)
        await self._posts.drop_place(post.chat_id)

    async def _end(self, post: Post) -> None:
        """Take a post down; what Telegram does not let be deleted says that it is over."""
        gone = post.replace(state=PostState.GONE)
        if post.shown is None:
            await self._posts.save_post(gone, (PostState.ENDING,))
            return
        try:
            await self._bot.call(
                "deleteMessage", chat_id=post.chat_id, message_id=post.shown.message_id
            )
        except (Forbidden, BadRequest, ChatMigrated) as error:
            if any(each in error.message.lower() for each in _BEYOND_EDITS):
                if not await self._call_off(post):
                    await self._end_later(post)
                    return
            elif not any(each in error.message.lower() for each in _GONE_POST):
                await self._tell(post, "publish.not_taken_down", error.message)
        except TelegramError:
            await self._end_later(post)
            return
        await self._posts.save_post(gone, (PostState.ENDING,))

    async def _end_later(self, post: Post) -> None:
        later = post.replace(look_at=self._clock() + _AGAIN)
        await self._posts.save_post(later, (PostState.ENDING,))

    async def _call_off(self, post: Post) -> bool:
        """Have a post say that it is over; return False where that has to wait."""
        screen = self._card(self._texts(post), self._bot.username, post, None)
        try:
            if post.shown is not None:
                await self._drawer.revise(
                    post.chat_id, post.shown.message_id, screen, pictured=post.shown.pictured
                )
        except TelegramError as error:
            if judged(error) is Sent.NOT_NOW:
                return False
            await self._tell(post, "publish.not_taken_down", error.message)
        return True

    def _interval(self, post: Post, now: datetime) -> timedelta:
        """Return when to look next: what is new is read, and moves, most."""
        age = now - post.made_at
        if age < timedelta(days=3):
            return self._every
        return self._every * 6 if age < timedelta(days=14) else self._every * 24

    def _texts(self, post: Post) -> Texts:
        return texts_in(post.language).priced(self._rate())

    async def _tell(self, post: Post, key: str, reason: str = "") -> None:
        """Tell the operator who made it; whatever comes of that, the post is as it is."""
        places = {each.chat_id: each for each in await self._posts.post_places()}
        place = places.get(post.chat_id)
        t = texts_in(post.language)
        title = place.title if place is not None else post.title
        link = _link(place, post)
        screen = Screen(
            t(key, place=title, reason=reason),
            row(Button(t("publish.look_button"), url=link)) if link else (),
        )
        try:
            await self._bot.call(
                "sendMessage",
                chat_id=post.made_by,
                text=screen.text,
                parse_mode=ParseMode.HTML.value,
                reply_markup=links_json(screen),
            )
        except TelegramError as error:
            _log.info("operator_not_told", error=type(error).__name__)


def _mark(screen: Screen) -> str:
    """Return a print of what can be changed of a card."""
    return hashlib.sha256(repr((screen.text, screen.rows)).encode()).hexdigest()[:16]


def _link(place: PostPlace | None, post: Post) -> str | None:
    """Return the address of a post, where there is one (https://core.telegram.org/api/links)."""
    if place is None or post.shown is None or post.state is not PostState.POSTED:
        return None
    if place.name:
        return f"https://t.me/{place.name}/{post.shown.message_id}"
    number = str(post.chat_id)
    # Basic groups have no links to their messages.
    if not number.startswith("-100"):
        return None
    return f"https://t.me/c/{number.removeprefix('-100')}/{post.shown.message_id}"
