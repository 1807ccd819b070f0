"""What a conversation's screen is turned to beside its step: a question, a panel, one of many.

Each carries what belongs to it, so that leaving it leaves nothing behind.
"""

from typing import Annotated, Literal

from pydantic import Field

from bot.domain.finding import Narrowing
from bot.domain.identifiers import AddressId, MerchantOrderNo, OfferId, QuestionId, SkuId
from bot.domain.model import Value
from bot.domain.money import Fen
from bot.domain.shop_asking import AmountAsked, TermAsked


class NoteAsked(Value):
    """The next text is a note to the seller."""

    kind: Literal["note"] = "note"


class WordAsked(Value):
    """The next text is a word that narrows the results."""

    kind: Literal["word"] = "word"


class FiltersOpen(Value):
    """The filter panel; `ticked` is not looked for yet."""

    kind: Literal["filters"] = "filters"
    ticked: Narrowing = Narrowing.model_construct()


class PricesAsked(Value):
    """The next text is a price range; `ticked` is what the filter panel had, and gets back."""

    kind: Literal["prices"] = "prices"
    ticked: Narrowing = Narrowing.model_construct()


class NavigationOpen(Value):
    """The marketplace's own navigation (contract 4.7): its groups, or the choices of one."""

    kind: Literal["navigation"] = "navigation"
    group: str | None = None


class OfferUnread(Value):
    """The offer could not be read and waits for another try."""

    kind: Literal["offer_unread"] = "offer_unread"


class BookManaged(Value):
    """The address book is there to be kept in order, not to deliver from."""

    kind: Literal["book_managed"] = "book_managed"


class AddressOpen(Value):
    """One saved address."""

    kind: Literal["address_open"] = "address_open"
    address_id: AddressId


class QuestionAsked(Value):
    """The next words or photo are a question to the operators, or go into `question_id`.

    `came_from` is the step that it leads back to.
    """

    kind: Literal["question"] = "question"
    question_id: QuestionId | None = None
    order_no: MerchantOrderNo | None = None
    came_from: str = ""


class AnswerAsked(Value):
    """The next words or photo of an operator answer a question."""

    kind: Literal["answer"] = "answer"
    question_id: QuestionId


class PublishAsked(Value):
    """An operator is about to publish the offer; `text` are their own words above its card."""

    kind: Literal["publish"] = "publish"
    text: str = ""


class WatchAsked(Value):
    """Goods of the offer that may be watched; the next text is a price for them.

    `values` (names and values in zh) or `sku_id` name a variant, nothing all of the offer; with
    `picking` it is still to be said which of those that are sold out. `came_from` is the step that
    it leads back to.
    """

    kind: Literal["watch"] = "watch"
    values: dict[str, str] = Field(default_factory=dict)
    sku_id: SkuId | None = None
    picking: bool = False
    came_from: str = ""


class MoreOpen(Value):
    """The rest of what can be done here is shown."""

    kind: Literal["more_open"] = "more_open"


class BuyDrafted(Value):
    """The terms of a group buy, to be changed; the next text is of `term` where it is set.

    `more` shows the buttons of what is rarely changed.
    """

    kind: Literal["buy_drafted"] = "buy_drafted"
    token: str
    term: str | None = None
    more: bool = False


class AddressForBuy(Value):
    """An address is entered for a group buy: one of these offers, or the drafted one of `token`.

    `came_from` is the step that leaving it leads back to.
    """

    kind: Literal["address_for_buy"] = "address_for_buy"
    offers: tuple[OfferId, ...] = ()
    token: str = ""
    came_from: str = ""


class JoinOpen(Value):
    """A group buy that somebody may join, and what they have chosen of it so far.

    `variant` is its place in the buy's list; `ceiling` is fen; `terms` the number they saw.
    `alternatives` are places in that list, too: what is taken when the variant runs out. `asks` is
    what is chosen or read beside the way: a ceiling, what happens then, all terms; `joined` is
    what one has just agreed to.
    """

    kind: Literal["join_open"] = "join_open"
    token: str
    variant: int | None = Field(default=None, ge=0)
    pieces: int | None = Field(default=None, ge=1)
    ceiling: Fen | None = None
    terms: int | None = None
    alternatives: tuple[int, ...] = ()
    partly: bool = False
    asks: str = ""


class BuyAsked(Value):
    """A group buy that is looked at; what the next text says of it, where `what` is set.

    `about` is whose claims it is about: the number of the first. `counts` are pieces by variant,
    `amount` the fen that were typed and are looked at once more.
    """

    kind: Literal["buy_asked"] = "buy_asked"
    buy_id: int
    what: str = ""
    about: int = 0
    amount: int = 0
    counts: dict[str, int] = Field(default_factory=dict)


Asking = Annotated[
    NoteAsked
    | WordAsked
    | FiltersOpen
    | PricesAsked
    | NavigationOpen
    | OfferUnread
    | BookManaged
    | AddressOpen
    | MoreOpen
    | AmountAsked
    | TermAsked
    | QuestionAsked
    | AnswerAsked
    | PublishAsked
    | WatchAsked
    | BuyDrafted
    | AddressForBuy
    | JoinOpen
    | BuyAsked,
    Field(discriminator="kind"),
]
