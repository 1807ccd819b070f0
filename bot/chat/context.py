"""What a handler's callback is given: the stored session, the services, and what to commit."""

from datetime import datetime
from typing import Any

from msgspec import Struct
from telegram.ext import CallbackContext

from bot.chat.buttons import Press
from bot.chat.screens import Screen
from bot.chat.texts import Html, Texts, cut, texts_in
from bot.chat.walks import Walk
from bot.domain.offers import Offer, SearchPage, Wording
from bot.domain.sessions import NOTHING_ANNOUNCED, Session, Step, Wish
from bot.domain.writes import KeepOffer, KeepResults, Write
from bot.services.bundle import Services
from bot.telegram import DirectBot

_MOST_WORDS = 40


class Quiet:
    """What a callback returns when the update changes nothing and needs no answer."""


class Overlay(Struct, frozen=True):
    """What a callback returns to show something beside the journey, which stays where it is.

    `in_place` turns the pressed message into it where Telegram allows that, as paging does.
    """

    screen: Screen
    in_place: bool = False


QUIET = Quiet()
Reply = Step | Quiet | Overlay | None


class Context(CallbackContext[DirectBot, dict[Any, Any], dict[Any, Any], dict[Any, Any]]):
    """The callback's view of one update.

    Callbacks replace `session` with a changed copy and return the next step (None stays).
    Nothing is shown before it is committed: the screen is drawn afterwards from the session.
    `before` is the session as it was stored, with what its screen announced; `writes` are
    committed together with the session. `starts_over` when nothing is wanted any more of what was
    still being looked for.
    `doing` is what the step waits for, in words for who waits along.
    """

    session: Session
    before: Session
    writes: list[Write]
    services: Services
    now: datetime
    press: Press | None = None
    toast: str | None = None
    alert: bool = False
    redraw_only: bool = False
    starts_over: bool = False
    doing: Html | None = None
    walk: Walk | None = None
    parsed: tuple[str, Any] | None = None
    """The text that was last read as an address, and what was understood: read once a step."""

    def begin(
        self, session: Session, services: Services, now: datetime, press: Press | None
    ) -> None:
        """Fill the context for one update; what an earlier screen announced is over."""
        self.before = session
        silent = session.announced == NOTHING_ANNOUNCED
        self.session = session if silent else session.replace(announced=NOTHING_ANNOUNCED)
        self.services = services
        self.now = now
        self.press = press
        self.writes = []
        self.toast = None
        self.alert = False
        self.redraw_only = False
        self.starts_over = False
        self.doing = None
        self.parsed = None

    @property
    def t(self) -> Texts:
        """Texts in the person's language, with a shop's prices in its currency too."""
        shop = self.services.shop
        return texts_in(self.session.language).priced(shop.rate if shop else None)

    @property
    def arg(self) -> str:
        """The pressed button's argument, empty for anything but a press."""
        return self.press.arg if self.press else ""

    def change(self, **changes: object) -> None:
        """Replace parts of the session."""
        self.session = self.session.replace(**changes)

    def looks_for(self, wish: Wish) -> None:
        """Say what is about to be looked for: what still was before is given up for it.

        Raises `AlreadyLookedFor`, which ends the step, when that is the same.
        """
        if self.walk is not None:
            self.walk.wishes(wish)
        self.doing = self._looking_for(wish)

    def _looking_for(self, wish: Wish) -> Html:
        query = wish.query
        if wish.offer_id is not None:
            return self.t("doing.offer")
        if query is not None and query.words:
            return self.t("doing.words", words=cut(query.words, _MOST_WORDS))
        by_picture = query is None or query.image_id is not None
        return self.t("doing.photo" if by_picture else "doing.search")

    def write(self, write: Write) -> None:
        """Have something committed together with the session."""
        self.writes.append(write)

    def keep_announced(self) -> None:
        """Leave on the screen what it announced before this update."""
        self.change(announced=self.before.announced)

    def focus(self, **changes: object) -> None:
        """Turn the screen to something else; what is not named stays as it is."""
        self.change(focus=self.session.focus.replace(**changes))

    def flash(
        self, key: str, *, money: dict[str, int] | None = None, **params: str | int | Wording
    ) -> None:
        """Put one line above the next screen."""
        self.session = self.session.with_flash(key, money=money, **params)

    async def offer(self) -> Offer | None:
        """Return the offer that the session is about: as just read, else as stored."""
        for write in reversed(self.writes):
            if isinstance(write, KeepOffer):
                return write.offer
        if self.session.picking.offer_id is None:
            return None
        return await self.services.store.offers.offer(self.session.picking.offer_id)

    async def results(self) -> SearchPage | None:
        """Return the session's page of results: as just found, else as stored."""
        for write in reversed(self.writes):
            if isinstance(write, KeepResults):
                return write.page
        return await self.services.store.conversations.results_of(self.session.session_id)
