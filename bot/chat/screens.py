"""What a person sees: a screen is a pure function of the session and what it shows."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from bot.chat.texts import Html, Texts
from bot.domain.addresses import SavedAddress
from bot.domain.collecting import Proof, Standing
from bot.domain.finding import NavigationGroup
from bot.domain.ledger import OrderAccount
from bot.domain.money import Fen
from bot.domain.offers import Offer, SearchPage, Wording
from bot.domain.orders import Order
from bot.domain.pricing import TierScope
from bot.domain.sessions import Session
from bot.domain.shop_terms import ShopTerms

T = TypeVar("T")
CAPTION_LIMIT = 1024  # characters under a picture, in UTF-16 units as Telegram counts
TEXT_LIMIT = 4096  # characters of a message, counted the same way


@dataclass(frozen=True, slots=True)
class Button:
    """A button: acts on the session, opens a link, or copies a text. Exactly one of them."""

    text: str
    action: str | None = None
    arg: str = ""
    standing: bool = False
    url: str | None = None
    copy: str | None = None

    def __post_init__(self) -> None:
        if sum(each is not None for each in (self.action, self.url, self.copy)) != 1:
            raise ValueError("a button does exactly one thing")


Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class ContactSheet:
    """A numbered grid of pictures, one for each hit; None where a hit has no picture."""

    urls: tuple[str | None, ...]
    first_number: int = 1


@dataclass(frozen=True, slots=True)
class SellerPicture:
    """A picture from the marketplace."""

    url: str


@dataclass(frozen=True, slots=True)
class QrCode:
    """A code to scan with another phone."""

    text: str


@dataclass(frozen=True, slots=True)
class StoredPhoto:
    """A photo that somebody sent to this bot: `file_unique_id` and `file_id`, with a space."""

    ids: str


Picture = ContactSheet | SellerPicture | QrCode | StoredPhoto


@dataclass(frozen=True, slots=True)
class Screen:
    """A message: HTML text, buttons, and a picture above them when there is one.

    `milestone` screens come as a message of their own instead of replacing the last one.
    """

    text: str
    rows: Rows = ()
    picture: Picture | None = None
    milestone: bool = False
    replaces: bool = False  # a picture above the pressed button would mislead from now on


@dataclass(frozen=True, slots=True)
class FreightShown:
    """An estimate in fen of what `units` of goods cost to be sent to a city; 0 is free."""

    amount: Fen
    city: str
    units: int


@dataclass(frozen=True, slots=True)
class ShopShown:
    """A shop's terms as they are now, and where an order's money is; proofs the oldest first."""

    terms: ShopTerms | None = None
    account: OrderAccount | None = None
    standing: Standing | None = None
    proofs: tuple[Proof, ...] = ()


@dataclass(frozen=True, slots=True)
class View:
    """All that a screen may show. What a step does not need is left empty."""

    session: Session
    t: Texts
    results: SearchPage | None = None
    offer: Offer | None = None
    addresses: tuple[SavedAddress, ...] = ()
    order: Order | None = None
    payment_url: str | None = None
    freight: FreightShown | None = None
    navigation: tuple[NavigationGroup, ...] = ()  # while results are narrowed by it
    tier_scope: TierScope = TierScope.OFFER
    division_names: Mapping[str, str] = field(default_factory=dict)  # of the form's candidates
    place_in_latin: str = ""  # of the form, for whoever reads no Chinese
    shop: ShopShown | None = None  # None for a team

    @property
    def flash(self) -> str:
        """The one line above the screen, or nothing."""
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


ScreenOf = Callable[[View], Screen]


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
