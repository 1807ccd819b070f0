"""One person's conversation: where it stands and everything its screen shows."""

from datetime import datetime
from enum import StrEnum
from typing import Self

from pydantic import AwareDatetime, Field, JsonValue

from bot.domain.addresses import Address
from bot.domain.asking import Asking
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
    WATCH = "watch"  # beside the way: what to be told of the offer
    CART = "cart"
    LINES = "lines"
    ADDRESS = "address"
    ADDRESS_FORM = "address_form"
    PREVIEW = "preview"
    PLACING = "placing"
    PAYMENT = "payment"
    PROOF = "proof"  # of a shop: its customer's, then the operator's
    CASE = "case"
    TERMS = "terms"
    QUESTION = "question"  # to the operators
    ANSWER = "answer"  # an operator's
    PUBLISH = "publish"  # an operator's: an offer into a channel or group
    BUY_TERMS = "buy_terms"  # of a group buy: its organiser's, then everybody's
    JOINING = "joining"
    BUY = "buy"


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
    narrowing: Narrowing = Narrowing.model_construct()
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


class Flash(Value):
    """One line above a screen: a text key with its values; `money` values are in fen.

    A `Wording` is written in the language that the screen is drawn in, whenever that is.
    """

    key: str
    params: dict[str, str | int | Wording] = Field(default_factory=dict)
    money: dict[str, int] = Field(default_factory=dict)


class AddressField(StrEnum):
    """A part of an address that is asked about by itself."""

    NAME = "name"
    PHONE = "phone"
    DIVISION = "division"
    STREET = "street"


class AddressForm(Value):
    """An address being entered.

    `reading` is what was understood so far, as `bot.addresses.ParsedAddress` dumps it; `asking`
    is the field that the next text answers; `candidates` are division codes offered as buttons;
    `editing` is the saved address that it will replace.
    """

    editing: AddressId | None = None
    reading: dict[str, JsonValue] | None = None
    asking: AddressField | None = None
    candidates: tuple[str, ...] = ()


class Picking(Value):
    """The goods that are looked at, until they are a line: the offer and what is chosen of it.

    `chosen` has attribute names (zh) with their values (zh).
    """

    offer_id: OfferId | None = None
    chosen: dict[str, str] = Field(default_factory=dict)
    sku_id: SkuId | None = None


class Delivery(Value):
    """Where orders go; `address_id` while it is in the address book."""

    address_id: AddressId | None = None
    address: Address | None = None


class Quoted(Value):
    """The binding numbers of the draft in hand, for the address of the delivery.

    `at` is when they were read: a consent to them is as old. `together` is the total of all orders
    that the draft makes, in fen, when it makes several; `change` is what became of the numbers that
    were agreed to before.
    """

    quote: Quote | None = None
    at: AwareDatetime | None = None
    together: Fen | None = None
    change: QuoteChange | None = None


class Ordered(Value):
    """The order that the screen is about; `message_id` says how far it has come.

    `below_picture` when that message has a picture, and says it below.
    """

    order_no: MerchantOrderNo | None = None
    message_id: int | None = None
    below_picture: bool = False


class Focus(Value):
    """What the screen is turned to beside its step.

    `page` is of a long list of buttons, from 0; `return_to` is where an inserted step, such as
    the address book, leads back.
    """

    asking: Asking | None = None
    page: int = 0
    return_to: Step | None = None


class Wish(Value):
    """What somebody looked for: a search, an offer; neither for a photo that was not handed on."""

    query: Query | None = None
    offer_id: OfferId | None = None


class Announced(Value):
    """What the screen says once: over with the next step.

    `asked_quantity` was typed but not taken, because of a rule; `dropped` is a draft that was
    emptied a moment ago, to be had back; `given_up` was still being looked for.
    """

    flash: Flash | None = None
    asked_quantity: int | None = None
    dropped: Draft | None = None
    given_up: Wish | None = None


NOTHING_ANNOUNCED = Announced.model_construct()


class Tap(Value):
    """A button that was acted on, kept to tell a double tap from an old button."""

    data: str
    at: datetime


_KEPT_TAPS = 6


REVISIONS_LOST = range(1_000_000, 50_000_000)
"""More steps than anybody makes between a copy and its return; one of them for each return."""


class Session(Value):
    """A conversation. `revision` counts its commits and stands in every button drawn for it.

    What ends together is one value, so that it can't be forgotten in parts.
    """

    session_id: str
    chat_id: ChatId
    user_id: UserId
    revision: int = 0
    step: Step = Step.START
    language: str = "en"
    language_chosen: bool = False
    query: Query | None = None
    picking: Picking = Picking.model_construct()
    cart: Cart = Cart.model_construct()
    delivery: Delivery = Delivery.model_construct()
    form: AddressForm | None = None
    quoted: Quoted = Quoted.model_construct()
    ordered: Ordered = Ordered.model_construct()
    focus: Focus = Focus.model_construct()
    announced: Announced = NOTHING_ANNOUNCED
    album_id: str | None = None
    topic: int | None = None  # of a private chat that has them: where the person wrote last
    taps: tuple[Tap, ...] = ()

    @property
    def draft(self) -> Draft:
        """Return the draft in hand: what is quoted, agreed to and ordered."""
        return self.cart.draft

    def with_cart(self, cart: Cart) -> "Session":
        """Return the conversation with another cart; numbers hold for the draft they were of."""
        same = cart.draft == self.draft
        return self.replace(cart=cart, quoted=self.quoted if same else Quoted())

    def with_draft(self, draft: Draft) -> "Session":
        """Return the conversation with another draft in hand; the numbers stay."""
        return self.replace(cart=self.cart.replace(draft=draft))

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
        flash = Flash(key=key, params=params, money=money or {})
        return self.replace(announced=self.announced.replace(flash=flash))

    def after_restore(self, revisions_lost: int) -> "Session":
        """Return the conversation of a copy that was put back, as if its screen had to be read.

        What it showed since is not known here: no button drawn then may fit any screen drawn from
        now on, and numbers are to be asked for again. `revisions_lost` is another of
        `REVISIONS_LOST` each time, since the same copy may be put back twice.
        """
        return self.replace(revision=self.revision + revisions_lost, quoted=Quoted())

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
            cart=Cart(shelf=self.cart.shelf),
            delivery=self.delivery,
            album_id=self.album_id,
            topic=self.topic,
            taps=self.taps,
        )
