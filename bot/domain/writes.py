"""What a step changes besides its session; committed together with it, or not at all.

A callback adds them with `Context.write`; the storage carries each of them out. The set is
closed: a new one needs its arm in every storage, which mypy asks for.
"""

from dataclasses import dataclass

from bot.domain.addresses import SavedAddress
from bot.domain.collecting import NewProof
from bot.domain.group_buys.buys import Decide, GroupBuy
from bot.domain.group_buys.joining import Wanted
from bot.domain.group_buys.showing import Card
from bot.domain.identifiers import AddressId, BuyId, MerchantOrderNo
from bot.domain.offers import Offer, SearchPage
from bot.domain.orders import Order, Placing
from bot.domain.posts import NewPost
from bot.domain.shop_terms import ShopTerms


@dataclass(frozen=True, slots=True)
class KeepResults:
    """Replaces the session's current page of results."""

    page: SearchPage


@dataclass(frozen=True, slots=True)
class KeepOffer:
    """Replaces what is known of this offer, for everybody."""

    offer: Offer


@dataclass(frozen=True, slots=True)
class SaveAddress:
    """Adds or replaces an address of the session's person; a default clears the others."""

    saved: SavedAddress


@dataclass(frozen=True, slots=True)
class DeleteAddress:
    """Removes an address of the session's person. One that is gone is no error."""

    address_id: AddressId


@dataclass(frozen=True, slots=True)
class ClaimOrder:
    """Adds an order under the session's new revision: one consent, at most one order.

    A consent to several orders at once, as to a group buy's, has one of each `part`. The commit
    raises `bot.storage.ports.AlreadyClaimed` when the consent has that order already.
    """

    order: Order
    part: int = 0


@dataclass(frozen=True, slots=True)
class MarkTold:
    """Remembers that the person has this outcome of their order on their screen.

    Changes nothing for somebody else's order, nor once the order has moved on from `placing`:
    that is news again.
    """

    order_no: MerchantOrderNo
    placing: Placing


@dataclass(frozen=True, slots=True)
class SendProof:
    """Adds a proof of payment for a shop's operator; one whose message was taken is no error."""

    proof: NewProof


@dataclass(frozen=True, slots=True)
class SetTerms:
    """Puts a shop's next terms in force.

    The commit raises `bot.storage.ports.VersionConflict` when others were set since.
    """

    terms: ShopTerms


@dataclass(frozen=True, slots=True)
class OpenBuy:
    """Adds a group buy, which gets its number as it is stored.

    One whose token is there is no error.
    """

    buy: GroupBuy


@dataclass(frozen=True, slots=True)
class JoinBuy:
    """Adds a claim to a group buy if it fits as the buy is then.

    The commit raises `bot.storage.ports.VersionConflict` when it does not.
    """

    buy_id: BuyId
    wanted: Wanted


@dataclass(frozen=True, slots=True)
class ChangeBuy:
    """Changes a group buy as `decide` says, given the buy as it is then.

    The commit raises `bot.storage.ports.VersionConflict` when `decide` refuses.
    """

    buy_id: BuyId
    decide: Decide


@dataclass(frozen=True, slots=True)
class ShowBuy:
    """Has a group buy shown in a chat; where it is already, the card is drawn once more."""

    card: Card


@dataclass(frozen=True, slots=True)
class QueuePost:
    """Has an offer posted in a channel or group, once."""

    post: NewPost


@dataclass(frozen=True, slots=True)
class EndPost:
    """Has a post taken down. One that is not there is no error."""

    post_id: int


@dataclass(frozen=True, slots=True)
class ForgetPerson:
    """Deletes everything else that is kept of the session's person, but this update."""


Write = (
    KeepResults
    | KeepOffer
    | SaveAddress
    | DeleteAddress
    | ClaimOrder
    | MarkTold
    | SendProof
    | SetTerms
    | OpenBuy
    | JoinBuy
    | ChangeBuy
    | ShowBuy
    | QueuePost
    | EndPost
    | ForgetPerson
)
