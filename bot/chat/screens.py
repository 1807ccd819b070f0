"""What a person sees: a screen is a pure function of the session and what it shows."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, Generic, Self, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from bot.chat.rich import Part
from bot.chat.shop_shown import ShopShown, shop_shown
from bot.chat.texts import Html, Texts, texts_in
from bot.domain.offers import Wording
from bot.domain.orders import Order
from bot.domain.questions import Question, Words
from bot.domain.sessions import Session
from bot.services.bundle import Services
from bot.telegram.newer import Style

T = TypeVar("T")
CAPTION_LIMIT = 1024  # characters under a picture, in UTF-16 units as Telegram counts
TEXT_LIMIT = 4096  # characters of a message, counted the same way


class Button(Struct, frozen=True):
    """A button: acts on the session, opens a link, copies a text, or shares what inline mode finds.

    Exactly one of them. `share` is what stands behind the bot's name in the chat that is chosen.
    A `style` is a colour on top of words that say the same. A `disabled` one does nothing where
    Telegram can show that; elsewhere it acts, so its action has to say why it can't.
    """

    text: str
    action: str | None = None
    arg: str = ""
    standing: bool = False
    url: str | None = None
    copy: str | None = None
    share: str | None = None
    style: Style | None = None
    disabled: bool = False

    def __post_init__(self) -> None:
        things = (self.action, self.url, self.copy, self.share)
        if things.count(None) != len(things) - 1:
            raise ValueError("a button does exactly one thing")


Rows = tuple[tuple[Button, ...], ...]


class ContactSheet(Struct, frozen=True):
    """A numbered grid of pictures, one for each hit; None where a hit has no picture."""

    urls: tuple[str | None, ...]
    first_number: int = 1


class SellerPicture(Struct, frozen=True):
    """A picture from the marketplace."""

    url: str


class QrCode(Struct, frozen=True):
    """A code to scan with another phone."""

    text: str


class StoredPhoto(Struct, frozen=True):
    """A photo that somebody sent to this bot: `file_unique_id` and `file_id`, with a space."""

    ids: str


Picture = ContactSheet | SellerPicture | QrCode | StoredPhoto


class RichScreen(Struct, frozen=True):
    """A screen's words with tables among them, and its picture, which no limit keeps away here."""

    parts: tuple[Part, ...]
    picture: Picture | None = None


class Screen(Struct, frozen=True):
    """A message: HTML text, buttons, and a picture above them when there is one.

    `milestone` screens come as a message of their own instead of replacing the last one. One that
    `asks` opens the reply field where Telegram can, in messages that are sent, not edited. `rich`
    says the same in a form that not every server takes.
    """

    text: str
    rows: Rows = ()
    picture: Picture | None = None
    milestone: bool = False
    replaces: bool = False  # a picture above the pressed button would mislead from now on
    asks: bool = False
    shared_picture: bool = False  # many find the same: it is added though the chat has gone on
    keeps_picture: bool = False  # goes below the picture of the pressed message, if it has one
    rich: RichScreen | None = None


class View(Struct, frozen=True):
    """What a screen shows. A step that shows more than its session adds to it, in its own file."""

    session: Session
    t: Texts
    shop: ShopShown | None = None  # None for a team

    @classmethod
    async def of(cls, session: Session, services: Services, **shown: Any) -> Self:
        """Return the view of a session with what it shows besides, by the view's own names.

        In a shop every screen may name the terms, and that of an `order` where its money is.
        """
        shop = services.shop
        return cls(
            session=session,
            t=texts_in(session.language).priced(shop.rate if shop else None),
            shop=await shop_shown(shop, shown.get("order")),
            **shown,
        )

    @property
    def flash(self) -> str:
        """What stands above the screen: one line, and what was given up for it; or nothing."""
        return "\n".join(filter(None, (self._given_up, self._flashed)))

    @property
    def _given_up(self) -> str:
        wish = self.session.announced.given_up
        if wish is None:
            return ""
        if wish.query is not None and wish.query.words:
            return self.t("search.given_up_words", words=wish.query.words)
        repeatable = wish.query is not None or wish.offer_id is not None
        return self.t("search.given_up" if repeatable else "search.given_up_photo")

    @property
    def _flashed(self) -> str:
        flash = self.session.announced.flash
        if flash is None:
            return ""
        values: dict[str, object] = {name: self.t.money(fen) for name, fen in flash.money.items()}
        for name, value in flash.params.items():
            if isinstance(value, Wording):
                values[name] = value.in_language(self.session.language)
            else:
                values[name] = value
        return self.t(flash.key, **values)


class OrderView(View, frozen=True):
    """A view of one order; None when it is gone."""

    order: Order | None = None


class QuestionView(OrderView, frozen=True):
    """A view of a question to the operators, None when it is gone, with the last that was said.

    `order` is the one that it is about.
    """

    question: Question | None = None
    said: tuple[Words, ...] = ()


V = TypeVar("V", bound=View)


class StepScreen(Struct, Generic[V], frozen=True):
    """How a step is shown: what it loads, and the pure screen of that."""

    load: Callable[[Session, Services], Awaitable[V]]
    screen: Callable[[V], Screen]

    async def drawn(self, session: Session, services: Services) -> Screen:
        """Load what the step shows, and show it. Raises what loading raises."""
        return self.screen(await self.load(session, services))


async def only_session(session: Session, services: Services) -> View:
    """Load nothing: the step shows its session alone."""
    return await View.of(session, services)


def with_way_back(screen: Screen, session: Session) -> Screen:
    """Return the screen with a button that leads to what was given up for it, if anything was."""
    wish = session.announced.given_up
    if wish is None or (wish.query is None and wish.offer_id is None):
        return screen
    label = texts_in(session.language)("search.given_up_button")
    return replace(screen, rows=screen.rows + row(Button(label, "given_up")))


def paragraphs(*parts: str | None) -> Html:
    """Join the parts that are there with a blank line between them."""
    return Html("\n\n".join(part for part in parts if part))


def lines(*parts: str | None) -> Html:
    """Join the parts that are there, one a line."""
    return Html("\n".join(part for part in parts if part))


def grid(buttons: Iterable[Button], columns: int) -> Rows:
    """Lay buttons out in rows of `columns`."""
    row: list[Button] = []
    rows: list[tuple[Button, ...]] = []
    for button in buttons:
        row.append(button)
        if len(row) == columns:
            rows.append(tuple(row))
            row = []
    if row:
        rows.append(tuple(row))
    return tuple(rows)


def row(*buttons: Button | None) -> Rows:
    """One row of the buttons that are there; no row when none is."""
    there = tuple(button for button in buttons if button is not None)
    return (there,) if there else ()


def page_of(items: Sequence[T], page: int, size: int) -> tuple[Sequence[T], bool, bool]:
    """Return one page of a long list, and whether there are pages before and after it."""
    pages = max(1, -(-len(items) // size))
    page = min(max(page, 0), pages - 1)
    return items[page * size : (page + 1) * size], page > 0, page < pages - 1
