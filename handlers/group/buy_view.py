"""A group buy as whoever looks at it may see it, loaded once for every screen of it."""

from collections.abc import Sequence

from msgspec import field

from bot.chat.screens import Button, Rows, View, page_of, row
from bot.domain.asking import BuyAsked
from bot.domain.currencies import Money
from bot.domain.group_buys.bills import people_of
from bot.domain.group_buys.buys import BuyState, GroupBuy
from bot.domain.group_buys.claims import Claim, ClaimState
from bot.domain.group_buys.showing import Card, Progress
from bot.domain.identifiers import UserId
from bot.domain.ledger import Books
from bot.domain.posts import PostPlace
from bot.domain.sessions import Session
from bot.services.bundle import Services
from handlers.group.buy_acting import seen

MOST_BANS = 200
_ON_PAGE = 12

HAS_MONEY = frozenset(BuyState) - {
    BuyState.DRAFT,
    BuyState.OPEN,
    BuyState.PAUSED,
    BuyState.LOCKED,
    BuyState.CONFIRMING,
}
MAY_CANCEL = {
    BuyState.OPEN,
    BuyState.PAUSED,
    BuyState.LOCKED,
    BuyState.CONFIRMING,
    BuyState.COLLECTING,
}


class BuyView(View, frozen=True):
    """A buy and its books as the viewer may see them; None when it is gone or not theirs."""

    buy: GroupBuy | None = None
    books: Books = field(default_factory=Books)
    progress: Progress = field(default_factory=Progress)
    username: str = ""
    places: tuple[PostPlace, ...] = ()
    cards: tuple[Card, ...] = ()
    bans: tuple[GroupBuy, ...] = ()  # buys of the organiser's with the claims that bans stand with

    @property
    def organises(self) -> bool:
        """Tell whether the viewer runs the buy."""
        return self.buy is not None and self.buy.organiser == self.session.user_id

    @property
    def asked(self) -> BuyAsked:
        """What is looked at of the buy."""
        asking = self.session.focus.asking
        return asking if isinstance(asking, BuyAsked) else BuyAsked(buy_id=0)


async def load(session: Session, services: Services) -> BuyView:
    """Load the buy: all of it for its organiser, for a member their own claims."""
    buy, books = await seen(session, services)
    face = services.face()
    organises = buy is not None and buy.organiser == session.user_id
    asking = session.focus.asking
    of_bans = {"bans", "people", "member"}
    listing = organises and isinstance(asking, BuyAsked) and asking.what in of_bans
    buys = services.store.group_buys
    return await BuyView.of(
        session,
        services,
        buy=buy,
        books=books,
        progress=await services.store.group_buys.progress(buy.buy_id) if buy else Progress(),
        username=face.username if face else "",
        places=tuple(await places(session, services)) if organises else (),
        bans=tuple(await buys.bans_of(session.user_id, MOST_BANS)) if listing else (),
        cards=tuple(await services.store.group_cards.cards_of(buy.buy_id)) if buy else (),
    )


async def places(session: Session, services: Services) -> list[PostPlace]:
    """Return where a buy may be posted: where its organiser let the bot, or operators did."""
    found, me = await services.store.posts.post_places(), session.user_id
    operators = services.access.is_operator
    return [
        each for each in found if each.let_by == me or (operators(me) and operators(each.let_by))
    ]


def claims_on_page(view: BuyView, claims: Sequence[Claim]) -> tuple[Sequence[Claim], Rows]:
    """Return those of somebody's claims that a page shows, and the way to the others.

    Somebody may take each of two hundred variants; Telegram draws a hundred buttons.
    """
    page = view.session.focus.page
    shown, before, after = page_of(claims, page, _ON_PAGE)
    turning = row(
        Button("◀️", "turn", str(page - 1)) if before else None,
        Button("▶️", "turn", str(page + 1)) if after else None,
    )
    return shown, turning


def balance_of(view: BuyView, buy: GroupBuy, user: UserId) -> Money:
    """Return what a member owes; below nothing, what is owed to them."""
    return view.books.account_of(buy.account_of(user), buy.terms.rate.currency).balance


def waiting_for_money(view: BuyView, buy: GroupBuy) -> list[UserId]:
    """Return who has to pay, those who say that they did first; then who is owed something."""
    people = people_of(each for each in buy.claims if each.user_id != buy.organiser)
    open_ = [user for user in people if balance_of(view, buy, user)]
    said = {each.user_id for each in buy.claims if each.state is ClaimState.PROOF}
    return sorted(open_, key=lambda user: user not in said)
