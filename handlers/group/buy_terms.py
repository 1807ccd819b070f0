"""The terms of a group buy before it opens: one screen, always complete, each with a default."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from secrets import token_urlsafe
from zoneinfo import ZoneInfo

from pydantic import ValidationError
from telegram import Update

from bot.chat.buttons import natural
from bot.chat.context import Context, Reply
from bot.chat.screens import Button, Screen, View, grid, lines, paragraphs, row
from bot.chat.texts import cut
from bot.chat.units import counted
from bot.domain.asking import BuyAsked, BuyDrafted
from bot.domain.group_buys import joining
from bot.domain.group_buys.buys import (
    BuyId,
    BuyRefused,
    BuyState,
    Change,
    Decide,
    GroupBuy,
)
from bot.domain.group_buys.rows import missing_pieces
from bot.domain.group_buys.terms import LONGEST_TEXT, Terms, goods_of
from bot.domain.offers import Offer
from bot.domain.rates import YUAN_RATE
from bot.domain.sessions import Session, Step
from bot.domain.shop_terms import PPM
from bot.domain.writes import ChangeBuy, OpenBuy
from bot.services.bundle import Services
from handlers.group.buy_words import REFUSED, cost_lines, priced, steps, title

_OPEN_FOR = timedelta(days=3)
_CLOSES_AT = 20  # o'clock in the group's zone: nobody decides at night
_TOKEN_BYTES = 12
_LONGEST_OPEN = timedelta(days=90)
_TERMS = ("fee", "minimum", "deadline", "most_each", "payment", "handout")
_ASKS = {
    "fee": "buy_terms.ask_fee",
    "minimum": "buy_terms.ask_minimum",
    "deadline": "buy_terms.ask_deadline",
    "most_each": "buy_terms.ask_most_each",
    "payment": "buy_terms.ask_payment",
    "handout": "buy_terms.ask_handout",
}
_BUTTONS = {
    "fee": "buy_terms.fee_button",
    "minimum": "buy_terms.minimum_button",
    "deadline": "buy_terms.deadline_button",
    "most_each": "buy_terms.most_each_button",
    "payment": "buy_terms.payment_button",
    "handout": "buy_terms.handout_button",
}
_AFTER = re.compile(r"(\d{1,3})\s*([dhд天日]|days?|hours?|小时)?", re.IGNORECASE)
_AT = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})\s+(\d{1,2}):(\d\d)")
_PERCENT = re.compile(r"(\d{1,2}(?:[.,]\d{1,4})?)\s*%?")


@dataclass(frozen=True, slots=True)
class TermsView(View):
    """The buy that is drafted; None when it is gone."""

    buy: GroupBuy | None = None


async def load(session: Session, services: Services) -> TermsView:
    """Load the draft."""
    asking = session.focus.asking
    token = asking.token if isinstance(asking, BuyDrafted) else ""
    return await TermsView.of(session, services, buy=await services.store.group_buys.head(token))


def screen(view: TermsView) -> Screen:
    """Show all terms, each with a button that changes it; or ask for one."""
    asking, buy = view.session.focus.asking, view.buy
    if buy is None or not isinstance(asking, BuyDrafted):
        return Screen(view.t("buy.gone"), row(Button(view.t("buy.leave_button"), "leave")))
    t, terms = priced(view.t, buy.terms), buy.terms
    if asking.term in _ASKS:
        back = row(Button(t("buy.back_button"), "back"))
        return Screen(paragraphs(view.flash, t(_ASKS[asking.term])), back, asks=True)
    address = terms.address
    text = paragraphs(
        view.flash,
        t("buy_terms.draft_title", title=title(t, terms.goods)),
        steps(t, terms.goods, 0),
        lines(
            cost_lines(t, terms),
            t("buy_terms.minimum_line", pieces=counted(t, terms.minimum, terms.goods.unit)),
            t("buy.closes", moment=t.moment(terms.deadline)),
            t("buy.most_each", most=terms.most_each) if terms.most_each else None,
            t("buy.payment_line", text=terms.payment)
            if terms.payment
            else t("buy_terms.no_payment"),
            t("buy.handout_line", text=terms.handout)
            if terms.handout
            else t("buy_terms.no_handout"),
            t("buy_terms.address_line", address=f"{address.division} {address.street}"),
        ),
        t("buy_terms.draft_explained"),
    )
    changing = grid([Button(t(_BUTTONS[each]), "term", each) for each in _TERMS], 2)
    rows = (
        row(Button(t("buy_terms.publish_button"), "open"))
        + changing
        + row(Button(t("buy.leave_button"), "leave"))
    )
    return Screen(text, rows)


async def draft(_: Update, context: Context) -> Reply:
    """`Group buy` at an offer: draft one with sensible terms, from a preview of its minimum."""
    groups, offer = context.services.groups, await context.offer()
    if groups is None or not groups.may_organise(context.session.user_id) or offer is None:
        context.flash("buy.gone")
        return None
    book = await context.services.store.addresses.addresses_of(context.session.user_id)
    if not book:
        context.flash("buy_terms.no_address")
        return None
    terms = await _drafted(context, offer)
    if terms is None:
        return None
    buy = GroupBuy(
        buy_id=BuyId(0),
        token=token_urlsafe(_TOKEN_BYTES),
        organiser=context.session.user_id,
        chat_id=context.session.chat_id,
        language=context.session.language,
        terms=terms,
        since=context.now,
        created_at=context.now,
    )
    context.write(OpenBuy(buy))
    context.focus(asking=BuyDrafted(token=buy.token), return_to=context.session.step)
    return Step.BUY_TERMS


async def term(_: Update, context: Context) -> Reply:
    """Ask for one term."""
    asking = context.session.focus.asking
    if isinstance(asking, BuyDrafted) and context.arg in _ASKS:
        context.focus(asking=asking.replace(term=context.arg))
    return None


async def text(update: Update, context: Context) -> Reply:
    """Read the term that was asked for."""
    typed = (update.effective_message.text if update.effective_message else None) or ""
    asking, buy = await _open(context)
    if buy is None or asking is None or asking.term is None:
        context.flash("buy.use_buttons")
        return None
    changed = _read(context, buy.terms, asking.term, typed.strip())
    if changed is None:
        context.flash("buy_terms.not_understood")
        return None
    context.write(ChangeBuy(buy.buy_id, _rewording(changed, context.now)))
    context.focus(asking=asking.replace(term=None))
    return None


async def back(_: Update, context: Context) -> Reply:
    """Leave a term as it is."""
    asking = context.session.focus.asking
    if isinstance(asking, BuyDrafted):
        context.focus(asking=asking.replace(term=None))
    return None


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


async def _drafted(context: Context, offer: Offer) -> Terms | None:
    """Return terms for an offer. Raises `MarketplaceError`; None after saying what hinders."""
    groups, shop = context.services.groups, context.services.shop
    try:
        goods = goods_of(offer)
    except ValidationError:
        context.flash("buy_terms.prices_do_not_fall")
        return None
    if groups is None or not offer.on_sale or not offer.stock:
        context.flash("buy_terms.sold_out")
        return None
    minimum = goods.minimum + missing_pieces(goods.minimum, goods.minimum, goods.lot)
    book = await context.services.store.addresses.addresses_of(context.session.user_id)
    address = book[0].address
    try:
        freight = await groups.freight_each((goods,), minimum, address)
    except BuyRefused:
        context.flash("buy_terms.sold_out")
        return None
    asked = await shop.terms() if shop else None
    zone = ZoneInfo(groups.zone)
    ends = (context.now + _OPEN_FOR).astimezone(zone)
    return Terms(
        goods=goods,
        seller_id=offer.seller.seller_id,
        fee_ppm=asked.fee_ppm if asked else 0,
        rate=asked.rate if asked else YUAN_RATE,
        freight_each=freight,
        minimum=minimum,
        deadline=ends.replace(hour=_CLOSES_AT, minute=0, second=0, microsecond=0).astimezone(UTC),
        zone=groups.zone,
        payment=cut(asked.instructions_in(context.session.language), LONGEST_TEXT) if asked else "",
        address=address,
    )


def _read(context: Context, terms: Terms, name: str, typed: str) -> Terms | None:
    """Return the terms with one of them as it was typed; None for what says nothing."""
    try:
        match name:
            case "fee":
                read = _PERCENT.fullmatch(typed)
                percent = Decimal(read[1].replace(",", ".")) if read else None
                changed = (
                    None if percent is None else terms.changed(fee_ppm=int(percent * PPM / 100))
                )
            case "minimum":
                number = natural(typed)
                changed = terms.changed(minimum=number) if number else None
            case "most_each":
                number = natural(typed)
                changed = None if number is None else terms.changed(most_each=number or None)
            case "deadline":
                moment = _moment(typed, terms.zone, context.now)
                changed = terms.changed(deadline=moment) if moment else None
            case _:
                changed = terms.changed(**{name: typed}) if typed else None
    except ValidationError:
        return None
    return changed


def _moment(typed: str, zone: str, now: datetime) -> datetime | None:
    """Read `3` (days), `12h`, or `2026-12-05 20:00` on the clocks of the group's zone.

    An hour that clocks show twice is its first; one that they skip is the one after.
    """
    if read := _AFTER.fullmatch(typed):
        hours = (read[2] or "d").lower()[:1] in {"h", "小"}
        ahead = timedelta(hours=int(read[1])) if hours else timedelta(days=int(read[1]))
        moment = now + ahead
    elif read := _AT.fullmatch(typed):
        try:
            local = datetime(*map(int, read.groups()), tzinfo=ZoneInfo(zone))  # type: ignore[arg-type,misc]  # five numbers
        except ValueError:
            return None
        moment = local.astimezone(UTC)
    else:
        return None
    return moment if now < moment <= now + _LONGEST_OPEN else None


def _rewording(terms: Terms, now: datetime) -> Decide:
    return lambda buy, _: Change(joining.reworded(buy, terms, now).buy)


async def _open(context: Context) -> tuple[BuyDrafted | None, GroupBuy | None]:
    asking = context.session.focus.asking
    if not isinstance(asking, BuyDrafted):
        return None, None
    buy = await context.services.store.group_buys.head(asking.token)
    if buy is None or buy.state is not BuyState.DRAFT:
        return asking, None
    return asking, buy
