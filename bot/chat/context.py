"""What a handler's callback is given: the stored session, the services, and what to commit."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from telegram.ext import CallbackContext

from bot.chat.buttons import Press
from bot.chat.screens import Screen
from bot.chat.texts import Texts, texts_in
from bot.domain.addresses import SavedAddress
from bot.domain.identifiers import AddressId
from bot.domain.offers import Offer, SearchPage, Wording
from bot.domain.orders import Order
from bot.domain.sessions import Session, Step
from bot.services.bundle import Services
from bot.telegram import DirectBot


class Quiet:
    """What a callback returns when the update changes nothing and needs no answer."""


@dataclass(frozen=True, slots=True)
class Overlay:
    """What a callback returns to show something beside the journey, which stays where it is.

    `in_place` turns the pressed message into it where Telegram allows that, as paging does.
    """

    screen: Screen
    in_place: bool = False


QUIET = Quiet()
_ANNOUNCED = ("notice", "asked_quantity", "dropped")
Outcome = Step | Quiet | Overlay | None


@dataclass(slots=True)
class Writes:
    """What is committed together with the session."""

    results: SearchPage | None = None
    offer: Offer | None = None
    save_address: SavedAddress | None = None
    delete_address: AddressId | None = None
    claim: Order | None = None
    forget: bool = False  # everything else that is kept of the person


class Context(CallbackContext[DirectBot, dict[Any, Any], dict[Any, Any], dict[Any, Any]]):
    """The callback's view of one update.

    Callbacks replace `session` with a changed copy and return the next step (None stays).
    Nothing is shown before it is committed: the screen is drawn afterwards from the session.
    `before` is the session as it was stored, with what its screen announced.
    """

    session: Session
    before: Session
    services: Services
    now: datetime
    press: Press | None = None
    toast: str | None = None
    alert: bool = False
    redraw_only: bool = False

    def begin(
        self, session: Session, services: Services, now: datetime, press: Press | None
    ) -> None:
        """Fill the context for one update; what an earlier screen announced is over."""
        self.before = session
        over = {name: None for name in _ANNOUNCED if getattr(session, name) is not None}
        self.session = session.replace(**over) if over else session
        self.services = services
        self.now = now
        self.press = press
        self.writes = Writes()
        self.toast = None
        self.alert = False
        self.redraw_only = False

    @property
    def t(self) -> Texts:
        """Texts in the person's language."""
        return texts_in(self.session.language)

    @property
    def arg(self) -> str:
        """The pressed button's argument, empty for anything but a press."""
        return self.press.arg if self.press else ""

    def change(self, **changes: object) -> None:
        """Replace parts of the session."""
        self.session = self.session.replace(**changes)

    def keep_announced(self) -> None:
        """Leave on the screen what it announced before this update."""
        self.change(**{name: getattr(self.before, name) for name in _ANNOUNCED})

    def notice(
        self, key: str, *, money: dict[str, int] | None = None, **params: str | int | Wording
    ) -> None:
        """Put one line above the next screen."""
        self.session = self.session.with_notice(key, money=money, **params)

    async def offer(self) -> Offer | None:
        """Return the offer that the session is about: as just read, else as stored."""
        if self.writes.offer is not None:
            return self.writes.offer
        if self.session.offer_id is None:
            return None
        return await self.services.store.offers.offer(self.session.offer_id)

    async def results(self) -> SearchPage | None:
        """Return the session's page of results: as just found, else as stored."""
        if self.writes.results is not None:
            return self.writes.results
        return await self.services.store.conversations.results_of(self.session.session_id)
