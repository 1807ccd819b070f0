"""One person's conversation: where it stands and everything its screen shows."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from pydantic import Field, JsonValue, model_validator

from bot.domain.addresses import Address
from bot.domain.cart import Cart
from bot.domain.drafts import Draft
from bot.domain.finding import Category, Narrowing, NavigationChoice
from bot.domain.identifiers import (
    AddressId,
    ChatId,
    MerchantOrderNo,
    OfferId,
    SellerId,
    SkuId,
    UserId,
    new_session_id,
)
from bot.domain.model import Value
from bot.domain.money import Fen
from bot.domain.offers import Wording
from bot.domain.quotes import Quote, QuoteChange


class Step(StrEnum):
    """Where a person stands, in the order of the journey.

    A step's id is its file in `handlers/`, its text key and its test's name.
    """

    START = "start"
    RESULTS = "results"
    OFFER = "offer"
    VARIANT = "variant"
    QUANTITY = "quantity"
    CART = "cart"
    LINES = "lines"
    ADDRESS = "address"
    ADDRESS_FORM = "address_form"
    PREVIEW = "preview"
    PLACING = "placing"
    PAYMENT = "payment"


class SortField(StrEnum):
    """What results can be sorted by (contract 3, `sort`)."""

    PRICE = "price"
    SOLD = "monthSold"
    REPURCHASE = "rePurchaseRate"


class Query(Value):
    """What is being looked for: a picture's id, a keyword, a shop or a category; how to narrow it.

    `category` is the path from the root, and the last one is looked in. `navigation` is one of the
    marketplace's own choices (contract 4.7); `no_navigation` when it named none for these words.
    `pending` while the marketplace has not answered it: stored results are of an earlier query.
    `unread` when it was left for another one and its page has to be read again.
    """

    image_id: str | None = None
    keyword: str | None = None
    seller_id: SellerId | None = None
    category: tuple[Category, ...] = ()
    hint: str | None = None
    refine: str | None = None
    navigation: NavigationChoice | None = None
    no_navigation: bool = False
    narrowing: Narrowing = Narrowing()
    sort: SortField | None = None
    page: int = Field(default=1, ge=1)
    pending: bool = False
    unread: bool = False
    of_offer: OfferId | None = None  # whose shop it is, and where it was opened from
    before: "Query | None" = None  # the search that this offer was found by

    @property
    def words(self) -> str:
        """Return the keyword together with the word that narrows it."""
        return " ".join(each for each in (self.keyword, self.refine) if each)


NAVIGATING = "navigate"
"""What `Session.asking` begins with while results are narrowed by the marketplace's navigation."""


class Flash(Value):
    """One line above a screen: a text key with its values; `money` values are in fen.

    A `Wording` is written in the language that the screen is drawn in, whenever that is.
    """

    key: str
    params: dict[str, str | int | Wording] = Field(default_factory=dict)
    money: dict[str, int] = Field(default_factory=dict)


class AddressForm(Value):
    """An address being entered.

    `reading` is what was understood so far, as `bot.addresses.ParsedAddress` dumps it; `asking`
    names the field that the next text answers; `candidates` are division codes offered as
    buttons; `editing` is the saved address that it will replace.
    """

    editing: AddressId | None = None
    reading: dict[str, JsonValue] | None = None
    asking: str | None = None
    candidates: tuple[str, ...] = ()


class Tap(Value):
    """A button that was acted on, kept to tell a double tap from an old button."""

    data: str
    at: datetime


_KEPT_TAPS = 6


class Session(Value):
    """A conversation. `revision` counts its commits and stands in every button drawn for it."""

    session_id: str
    chat_id: ChatId
    user_id: UserId
    revision: int = 0
    step: Step = Step.START
    language: str = "en"
    language_chosen: bool = False
    query: Query | None = None
    offer_id: OfferId | None = None
    # attribute name (zh) -> value (zh), while a variant is chosen
    chosen: dict[str, str] = Field(default_factory=dict)
    page: int = 0  # page of a long list of buttons on the current screen, from 0
    sku_id: SkuId | None = None
    asked_quantity: int | None = None  # typed but not taken, because of a rule
    draft: Draft = Draft()  # the one in hand: what is quoted, agreed to and ordered
    shelf: tuple[Draft, ...] = ()  # of other sellers
    dropped: Draft | None = None  # emptied a moment ago, to be had back
    return_to: Step | None = None  # where an inserted step such as the address book leads back
    address_id: AddressId | None = None
    address: Address | None = None
    form: AddressForm | None = None
    asking: str | None = None  # a text that the current screen waits for: "note", "refine"
    narrowing: Narrowing | None = None  # ticked on the filter panel, not looked for yet
    quote: Quote | None = None
    together: Fen | None = None  # the total of all orders that the draft makes, when several
    change: QuoteChange | None = None
    order_no: MerchantOrderNo | None = None
    placing_message: int | None = None  # the message that says how far the order has come
    flash: Flash | None = None
    album_id: str | None = None
    taps: tuple[Tap, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _as_earlier_versions_stored_it(cls, stored: Any) -> Any:
        """The flash was called a notice; the note stood beside the draft."""
        if isinstance(stored, dict) and stored.get("notice"):
            stored = stored | {"flash": stored["notice"]}
        if isinstance(stored, dict) and stored.get("note"):
            draft = stored.get("draft")
            if isinstance(draft, dict) and draft.get("lines"):
                return stored | {"draft": {"note": stored["note"]} | draft}
        return stored

    @property
    def cart(self) -> Cart:
        """Return the draft in hand together with those on the shelf."""
        return Cart(draft=self.draft, shelf=self.shelf)

    def with_cart(self, cart: Cart) -> "Session":
        """Return the conversation with another cart; numbers hold for the draft they were of."""
        same = cart.draft == self.draft
        return self.replace(
            draft=cart.draft,
            shelf=cart.shelf,
            quote=self.quote if same else None,
            change=self.change if same else None,
        )

    @classmethod
    def begun(cls, chat_id: ChatId, user_id: UserId, language: str) -> Self:
        """Return the conversation of somebody who never wrote before."""
        return cls(session_id=new_session_id(), chat_id=chat_id, user_id=user_id, language=language)

    def tapped(self, data: str, at: datetime) -> "Session":
        """Remember that a button was acted on."""
        return self.replace(taps=(*self.taps, Tap(data=data, at=at))[-_KEPT_TAPS:])

    def with_flash(
        self, key: str, *, money: dict[str, int] | None = None, **params: str | int | Wording
    ) -> "Session":
        """Put one line above the next screen."""
        return self.replace(flash=Flash(key=key, params=params, money=money or {}))

    def cleared(self) -> "Session":
        """Return the same conversation back at the start, without the draft in hand.

        The person's language and address stay, and other sellers' drafts.
        """
        return Session(
            session_id=self.session_id,
            chat_id=self.chat_id,
            user_id=self.user_id,
            revision=self.revision,
            language=self.language,
            language_chosen=self.language_chosen,
            shelf=self.shelf,
            address_id=self.address_id,
            address=self.address,
            album_id=self.album_id,
            taps=self.taps,
        )
