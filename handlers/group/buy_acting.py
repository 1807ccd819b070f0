"""How a step changes a group buy: tried on the buy as it is, made with the step."""

from collections.abc import Callable

from telegram import Update

from bot.chat.context import Context, Reply
from bot.domain.asking import BuyAsked
from bot.domain.group_buys.buys import BuyRefused, Change, Decide, GroupBuy, Why
from bot.domain.group_buys.claims import Claim
from bot.domain.identifiers import BuyId, UserId
from bot.domain.ledger import Books, LedgerError
from bot.domain.sessions import Session, Step
from bot.domain.writes import ChangeBuy
from bot.services.bundle import Services
from handlers.group.buy_words import (
    REFUSED,
)


async def seen(session: Session, services: Services) -> tuple[GroupBuy | None, Books]:
    """Return a buy as the person may see it: all of it, or their own claims alone."""
    asking = session.focus.asking
    if not isinstance(asking, BuyAsked):
        return None, Books()
    buys, me = services.store.group_buys, session.user_id
    buy = await buys.buy(BuyId(asking.buy_id))
    if buy is None:
        return None, Books()
    books = await buys.books_of_buy(buy.buy_id)
    if buy.organiser == me:
        return buy, books
    mine = buy.claims_of(me)
    if not mine:
        return None, Books()
    return buy.replace(claims=mine), Books(each for each in books if each.user_id == me)


async def acts(context: Context, decide: Callable[[GroupBuy, Books, Context], Change]) -> bool:
    """Have the organiser change their buy with the step; say why where it can't be."""
    return await acts_for_oneself(context, _by_organiser(context, decide))


async def may_act(context: Context, decide: Callable[[GroupBuy, Books, Context], Change]) -> bool:
    """Tell whether the organiser could change their buy so; say why where they can't."""
    return await _tried(context, _by_organiser(context, decide)) is not None


def _by_organiser(context: Context, decide: Callable[[GroupBuy, Books, Context], Change]) -> Decide:
    def checked(buy: GroupBuy, books: Books) -> Change:
        if buy.organiser != context.session.user_id:
            raise BuyRefused(Why.NOT_YOURS)
        return decide(buy, books, context)

    return checked


async def acts_for_oneself(context: Context, decide: Decide) -> bool:
    """Try a change on the buy as it is, and have it made with the step; say why not."""
    buy_id = await _tried(context, decide)
    if buy_id is None:
        return False
    context.write(ChangeBuy(buy_id, decide))
    return True


async def _tried(context: Context, decide: Decide) -> BuyId | None:
    """Try a change on the buy as it is; say why it can't be."""
    asking = context.session.focus.asking
    buys = context.services.store.group_buys
    buy = await buys.buy(BuyId(asking.buy_id)) if isinstance(asking, BuyAsked) else None
    if buy is None:
        context.flash("buy.gone")
        return None
    try:
        decide(buy, await buys.books_of_buy(buy.buy_id))
    except BuyRefused as error:
        context.flash(REFUSED[error.why], left=error.left)
        return None
    except LedgerError:
        context.flash("buy.refused_amount", left=0)
        return None
    return buy.buy_id


async def back(_: Update, context: Context) -> Reply:
    """Back to the buy's page."""
    asking = context.session.focus.asking
    if isinstance(asking, BuyAsked):
        context.focus(asking=BuyAsked(buy_id=asking.buy_id), page=0)
    return None


def returning(context: Context) -> Step | None:
    """Return the step that a group buy leads back to, however one came from page to page."""
    step = context.session.step
    known = {Step.JOINING, Step.BUY_TERMS, Step.BUY}
    return context.session.focus.return_to if step in known else step


def about_whom(context: Context) -> int:
    """Return whose claims the screen is about: the number of their first."""
    asking = context.session.focus.asking
    return asking.about if isinstance(asking, BuyAsked) else 0


def key_of(context: Context) -> str:
    """Return a key that this press or message, handled again, has once more."""
    session = context.session
    return f"{session.session_id}-{session.revision}"


def claims_about(buy: GroupBuy, about: int) -> tuple[Claim, ...]:
    """Return all claims of whoever made that one; nothing where there is none."""
    claim = next((each for each in buy.claims if each.number == about), None)
    return buy.claims_of(claim.user_id) if claim else ()


def user_about(buy: GroupBuy, about: int) -> UserId:
    """Return who made a claim. Raises `BuyRefused`."""
    return buy.claim(about).user_id
