"""The terms of a group buy: one screen that is always complete, each with a default.

While the buy is a draft everything can be changed. Once it is open a change is the next number of
the terms: everybody is told, and whoever it is worse for is asked once more.
"""

from collections.abc import Sequence
from datetime import datetime

from telegram import Update

from bot.chat.buttons import natural
from bot.chat.context import Context, Reply
from bot.chat.screens import Button, Screen, grid, lines, paragraphs, row
from bot.domain.asking import BuyAsked, BuyDrafted
from bot.domain.group_buys import joining
from bot.domain.group_buys.buys import BuyRefused, BuyState, Change, Decide, GroupBuy
from bot.domain.group_buys.shares import FreightKey
from bot.domain.group_buys.terms import Goods, Terms
from bot.domain.links import bare_offer, offer_in_link
from bot.domain.sessions import Session, Step
from bot.domain.writes import ChangeBuy
from bot.services.bundle import Services
from bot.telegram.newer import Style
from handlers.finding import search
from handlers.group.buy_words import REFUSED, priced
from handlers.group.drafting import MOST_OFFERS, all_goods, read_offers, to_page
from handlers.group.terms_asked import ASKS, TermsView, asked_screen
from handlers.group.terms_reading import OddHour, odd_hour, read_term
from handlers.group.terms_words import buy_title, terms_text

_COMMON = ("deadline", "minimum", "fee", "most_each", "payment", "handout")
_OTHER = (
    *("mode", "currency", "freight_key", "freight_each", "cap", "abroad_each", "row", "row_fill"),
    *("offers", "address", "zone", "pay_within", "answer_within", "dispute_within"),
    *("fetch_within", "extensions"),
)
_ONLY_DRAFTED = frozenset({"row", "row_fill", "offers", "zone"})
"""What a claim rests on: it can't be changed under anybody's feet, agreed or not."""
_ODD = {OddHour.TWICE: "buy_terms.hour_twice", OddHour.NEVER: "buy_terms.hour_never"}
_BUTTONS = {
    "deadline": "buy_terms.deadline_button",
    "minimum": "buy_terms.minimum_button",
    "fee": "buy_terms.fee_button",
    "most_each": "buy_terms.most_each_button",
    "payment": "buy_terms.payment_button",
    "handout": "buy_terms.handout_button",
    "mode": "buy_terms.mode_button",
    "currency": "buy_terms.currency_button",
    "freight_key": "buy_terms.freight_key_button",
    "freight_each": "buy_terms.freight_each_button",
    "cap": "buy_terms.cap_button",
    "abroad_each": "buy_terms.abroad_button",
    "row": "buy_terms.row_button",
    "row_fill": "buy_terms.row_fill_button",
    "offers": "buy_terms.offers_button",
    "address": "buy_terms.address_button",
    "zone": "buy_terms.zone_button",
    "pay_within": "buy_terms.pay_within_button",
    "answer_within": "buy_terms.answer_within_button",
    "dispute_within": "buy_terms.dispute_within_button",
    "fetch_within": "buy_terms.fetch_within_button",
    "extensions": "buy_terms.extensions_button",
}


async def load(session: Session, services: Services) -> TermsView:
    """Load the buy, of its organiser alone."""
    asking = session.focus.asking
    token = asking.token if isinstance(asking, BuyDrafted) else ""
    buy = await services.store.group_buys.head(token)
    if buy is not None and buy.organiser != session.user_id:
        buy = None
    asked = isinstance(asking, BuyDrafted) and asking.term == "address"
    book = await services.store.addresses.addresses_of(session.user_id) if asked else ()
    return await TermsView.of(session, services, buy=buy, book=tuple(book))


def screen(view: TermsView) -> Screen:
    """Show all terms, each with a button that changes it; or ask for one."""
    asking, buy = view.session.focus.asking, view.buy
    leave_ = row(Button(view.t("buy.leave_button"), "leave"))
    if buy is None or not isinstance(asking, BuyDrafted):
        return Screen(paragraphs(view.flash, view.t("buy.gone")), leave_)
    t, terms = priced(view.t, buy.terms), buy.terms
    if asking.term in ASKS:
        return asked_screen(view, t, terms, asking.term)
    drafted, address = buy.state is BuyState.DRAFT, terms.address
    text = paragraphs(
        view.flash,
        t(
            "buy_terms.draft_title" if drafted else "buy_terms.title",
            title=buy_title(t, terms),
        ),
        terms_text(t, terms),
        lines(
            t("buy_terms.address_line", address=f"{address.division} {address.street}"),
            None if drafted else t("joining.terms_number", number=terms.number),
        ),
        t("buy_terms.draft_explained" if drafted else "buy_terms.change_explained"),
    )
    open_button = row(Button(t("buy_terms.publish_button"), "open", style=Style.PRIMARY))
    names = [each for each in (_OTHER if asking.more else _COMMON) if _offered(terms, each)]
    if not drafted:
        names = [each for each in names if each not in _ONLY_DRAFTED]
    changing = grid([Button(t(_BUTTONS[each]), "term", each) for each in names], 2)
    other = Button(t("buy_terms.common_button" if asking.more else "buy_terms.more_button"), "more")
    back_ = leave_ if drafted else row(Button(t("buy.back_button"), "page"))
    return Screen(text, (open_button if drafted else ()) + changing + row(other) + back_)


def _offered(terms: Terms, name: str) -> bool:
    """Tell whether a term says anything as the others are."""
    match name:
        case "row":
            return len(terms.variants) > 1
        case "row_fill":
            return bool(terms.row)
        case "freight_key" | "cap":
            return not terms.is_fixed
    return True


async def term(_: Update, context: Context) -> Reply:
    """Ask for one term."""
    asking = context.session.focus.asking
    if isinstance(asking, BuyDrafted) and context.arg in ASKS:
        context.focus(asking=asking.replace(term=context.arg))
    return None


async def more(_: Update, context: Context) -> Reply:
    """Show the other half of the buttons."""
    asking = context.session.focus.asking
    if isinstance(asking, BuyDrafted):
        context.focus(asking=asking.replace(more=not asking.more))
    return None


async def take(_: Update, context: Context) -> Reply:
    """A choice that stands on a button."""
    asking, buy = await _open(context)
    if buy is None or asking is None or asking.term is None:
        context.flash("buy.gone")
        return None
    match asking.term:
        case "freight_key":
            return _take_key(context, asking, buy)
        case "address":
            return await _take_address(context, asking, buy)
        case "offers":
            kept = [each for at, each in enumerate(buy.terms.also, 1) if str(at) != context.arg]
            return await _set_offers(context, asking, buy, kept)
        case "row" if context.arg == "ones":
            return _set(context, asking, buy, " ".join("1" for _ in buy.terms.variants))
    return _set(context, asking, buy, context.arg)


def _take_key(context: Context, asking: BuyDrafted, buy: GroupBuy) -> Reply:
    """Take what freight is shared by; what that needs to be known is asked for next."""
    if context.arg == FreightKey.WEIGHT and not buy.terms.grams:
        context.focus(asking=asking.replace(term="grams"))
        return None
    _set(context, asking, buy, context.arg)
    if (context.arg == FreightKey.HEAD) != buy.terms.by_heads:
        # The estimate is for a person there, and for a piece elsewhere.
        context.focus(asking=asking.replace(term="freight_each"))
    return None


async def text(update: Update, context: Context) -> Reply:
    """Read the term that was asked for."""
    typed = (update.effective_message.text if update.effective_message else None) or ""
    asking, buy = await _open(context)
    if buy is None or asking is None or asking.term is None:
        context.flash("buy.use_buttons")
        return None
    if asking.term == "offers":
        return await _add_offer(context, asking, buy, typed)
    if asking.term in {"address", "mode", "freight_key"}:
        context.flash("buy.use_buttons")
        return None
    return _set(context, asking, buy, typed.strip())


async def link(update: Update, context: Context) -> Reply:
    """A 1688 link is one more product where that was asked for; elsewhere it opens the offer."""
    asking, buy = await _open(context)
    if buy is None or asking is None or asking.term != "offers":
        return await search.link(update, context)
    return await text(update, context)


def _set(context: Context, asking: BuyDrafted, buy: GroupBuy, typed: str) -> Reply:
    changed = read_term(buy.terms, asking.term or "", typed, context.now)
    if changed is None:
        context.flash("buy_terms.not_understood")
        return None
    reply = _put(context, asking, buy, changed)
    odd = odd_hour(typed, buy.terms.zone) if asking.term == "deadline" else None
    now = context.session.focus.asking
    if odd is not None and isinstance(now, BuyDrafted) and now.term is None:
        context.flash(_ODD[odd])
    return reply


def _put(context: Context, asking: BuyDrafted, buy: GroupBuy, terms: Terms) -> Reply:
    """Put the next terms in force with the step, if the rules let them be."""
    if buy.state is not BuyState.DRAFT and asking.term in _ONLY_DRAFTED:
        context.flash("buy.refused_state")
        return None
    decide = _rewording(terms, context.now)
    try:
        joining.reworded(buy, terms, context.now)
    except BuyRefused as error:
        context.flash(REFUSED[error.why], left=error.left)
        return None
    context.write(ChangeBuy(buy.buy_id, decide))
    if buy.state is not BuyState.DRAFT:
        context.flash("buy_terms.changed", number=terms.number)
    context.focus(asking=asking.replace(term=None))
    return None


async def _take_address(context: Context, asking: BuyDrafted, buy: GroupBuy) -> Reply:
    book = await context.services.store.addresses.addresses_of(context.session.user_id)
    at = natural(context.arg)
    if at is None or at >= len(book):
        context.flash("buy_terms.not_understood")
        return None
    return _put(context, asking, buy, buy.terms.changed(address=book[at].address))


async def _add_offer(context: Context, asking: BuyDrafted, buy: GroupBuy, typed: str) -> Reply:
    """Add an offer of the same seller by its link or number. Raises `MarketplaceError`."""
    offer_id = offer_in_link(typed) or bare_offer(typed)
    there = [each.offer_id for each in buy.terms.all_goods]
    if offer_id is None or offer_id in there:
        context.flash("buy_terms.not_an_offer")
        return None
    if len(there) >= MOST_OFFERS:
        context.flash("buy_terms.many_offers", most=MOST_OFFERS)
        return None
    read = await read_offers(context, [offer_id])
    if not read:
        return None
    if read[0].seller.seller_id != buy.terms.seller_id:
        context.flash("buy_terms.other_seller")
        return None
    goods = all_goods(context, read)
    if goods is None:
        return None
    return await _set_offers(context, asking, buy, [*buy.terms.also, goods[0].further()])


async def _set_offers(
    context: Context, asking: BuyDrafted, buy: GroupBuy, also: Sequence[Goods]
) -> Reply:
    groups = context.services.groups
    offers = [buy.terms.goods, *also]
    if groups is None:
        return None
    try:
        freight = await groups.freight_each(offers, buy.terms.minimum, buy.terms.address)
    except BuyRefused:
        context.flash("buy_terms.sold_out")
        return None
    changed = buy.terms.changed(also=tuple(also), row=(), row_fill=0, freight_each=freight)
    return _put(context, asking, buy, changed)


async def back(_: Update, context: Context) -> Reply:
    """Leave a term as it is."""
    asking = context.session.focus.asking
    if isinstance(asking, BuyDrafted):
        context.focus(asking=asking.replace(term=None))
    return None


async def page(_: Update, context: Context) -> Reply:
    """Back to the page of a buy that is open."""
    buy = (await _open(context))[1]
    if buy is None:
        return await leave(_, context)
    return await to_page(context, buy)


async def open_(_: Update, context: Context) -> Reply:
    """Open the buy for everybody who has its link."""
    buy = (await _open(context))[1]
    if buy is None:
        context.flash("buy.gone")
        return None
    try:
        joining.published(buy, context.now)
    except BuyRefused as error:
        context.flash(REFUSED[error.why], left=error.left)
        return None
    now = context.now
    context.write(ChangeBuy(buy.buy_id, lambda there, _: joining.published(there, now)))
    context.focus(asking=BuyAsked(buy_id=buy.buy_id))
    return Step.BUY


async def leave(_: Update, context: Context) -> Reply:
    """Leave the draft; nobody ever saw it."""
    step = context.session.focus.return_to
    context.focus(asking=None, return_to=None)
    return step or Step.START


def _rewording(terms: Terms, now: datetime) -> Decide:
    return lambda buy, _: _quiet_in_draft(buy, joining.reworded(buy, terms, now))


def _quiet_in_draft(buy: GroupBuy, change: Change) -> Change:
    return Change(change.buy) if buy.state is BuyState.DRAFT else change


_MAY_CHANGE = frozenset({BuyState.DRAFT, BuyState.OPEN, BuyState.PAUSED})


async def _open(context: Context) -> tuple[BuyDrafted | None, GroupBuy | None]:
    asking = context.session.focus.asking
    if not isinstance(asking, BuyDrafted):
        return None, None
    buy = await context.services.store.group_buys.head(asking.token)
    if buy is None or buy.state not in _MAY_CHANGE or buy.organiser != context.session.user_id:
        return asking, None
    return asking, buy
