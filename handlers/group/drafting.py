"""Drafting a group buy: from an offer, from a cart of one seller, or from an earlier buy."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from secrets import token_urlsafe
from zoneinfo import ZoneInfo

from pydantic import ValidationError
from telegram import Update

from bot.chat.context import Context, Reply
from bot.chat.texts import cut
from bot.domain.addresses import Address
from bot.domain.asking import AddressForBuy, BuyAsked, BuyDrafted
from bot.domain.group_buys import joining
from bot.domain.group_buys.buys import BuyRefused, GroupBuy
from bot.domain.group_buys.terms import LONGEST_TEXT, Goods, Terms, goods_of
from bot.domain.identifiers import BuyId, OfferId
from bot.domain.offers import Offer
from bot.domain.rates import YUAN_RATE
from bot.domain.sessions import AddressForm, Step
from bot.domain.writes import ChangeBuy, OpenBuy
from bot.marketplace.errors import Refused
from bot.services.grouping.group_buys import least_of
from handlers.group.buy_acting import returning, seen
from handlers.group.buy_words import REFUSED

MOST_OFFERS = 8
_OPEN_FOR = timedelta(days=3)
_CLOSES_AT = 20  # o'clock in the group's zone: nobody decides at night
_TOKEN_BYTES = 12


async def draft(_: Update, context: Context) -> Reply:
    """`Group buy` at an offer: draft one with sensible terms, from a preview of its minimum."""
    offer = await context.offer()
    if offer is None or not _may(context):
        context.flash("buy.gone")
        return None
    return await _draft(context, [offer])


async def draft_of_cart(_: Update, context: Context) -> Reply:
    """`Group buy` at the order in hand: its offers, which are of one seller."""
    if not _may(context):
        context.flash("buy.gone")
        return None
    wanted = tuple(dict.fromkeys(each.offer_id for each in context.session.draft.lines))
    if len(wanted) > MOST_OFFERS:
        context.flash("buy_terms.many_offers", most=MOST_OFFERS)
        return None
    offers = await read_offers(context, wanted)
    return await _draft(context, offers) if offers else None


async def repeat(_: Update, context: Context) -> Reply:
    """Draft a buy like an earlier one: its terms, with offers and prices as they are now."""
    buy, _books = await seen(context.session, context.services)
    if buy is None or buy.organiser != context.session.user_id or not _may(context):
        context.flash("buy.gone")
        return None
    offers = await read_offers(context, [each.offer_id for each in buy.terms.all_goods])
    return await _draft(context, offers, buy.terms) if offers else None


async def read_offers(context: Context, offer_ids: Sequence[OfferId]) -> list[Offer]:
    """Read offers anew; say so and return none where one is gone. Raises `MarketplaceError`."""
    groups = context.services.groups
    if groups is None:
        return []
    try:
        return [await groups.offer(each) for each in offer_ids]
    except Refused:
        context.flash("buy_terms.sold_out")
        return []


def _may(context: Context) -> bool:
    groups = context.services.groups
    return groups is not None and groups.may_organise(context.session.user_id)


async def _draft(
    context: Context,
    offers: Sequence[Offer],
    like: Terms | None = None,
    address: Address | None = None,
    back: Step | None = None,
) -> Reply:
    """Draft a buy; without an address, that is asked for first, and leads back here."""
    if address is None and like is not None:
        address = like.address
    if address is None:
        book = await context.services.store.addresses.addresses_of(context.session.user_id)
        address = book[0].address if book else None
    if address is None:
        wanted = tuple(each.offer_id for each in offers)
        context.change(form=AddressForm())
        context.focus(
            asking=AddressForBuy(offers=wanted, came_from=context.session.step.value), page=0
        )
        context.flash("buy_terms.address_first")
        return Step.ADDRESS_FORM
    terms = await _terms(context, offers, like, address)
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
    context.focus(asking=BuyDrafted(token=buy.token), return_to=back or returning(context))
    return Step.BUY_TERMS


async def with_address(context: Context, asked: AddressForBuy, address: Address) -> Reply:
    """Go on with the address that a buy was waiting for. Raises `MarketplaceError`."""
    if not asked.token:
        offers = await read_offers(context, asked.offers)
        back = Step(asked.came_from) if asked.came_from else Step.START
        return await _draft(context, offers, None, address, back) or back if offers else back
    buy = await context.services.store.group_buys.head(asked.token)
    context.focus(asking=BuyDrafted(token=asked.token))
    if buy is None:
        return Step.BUY_TERMS
    terms, now = buy.terms.changed(address=address), context.now
    try:
        joining.reworded(buy, terms, now)
    except BuyRefused as error:
        context.flash(REFUSED[error.why], left=error.left)
        return Step.BUY_TERMS
    context.write(ChangeBuy(buy.buy_id, lambda there, _: joining.reworded(there, terms, now)))
    return Step.BUY_TERMS


def without_address(asked: AddressForBuy) -> tuple[BuyDrafted | None, Step]:
    """Return what leaving the form leads back to."""
    if asked.token:
        return BuyDrafted(token=asked.token), Step.BUY_TERMS
    return None, Step(asked.came_from) if asked.came_from else Step.START


async def _terms(
    context: Context, offers: Sequence[Offer], like: Terms | None, address: Address
) -> Terms | None:
    """Return terms for offers. Raises `MarketplaceError`; None after saying what hinders."""
    groups, shop = context.services.groups, context.services.shop
    if groups is None:
        return None
    goods = all_goods(context, offers)
    if goods is None:
        return None
    minimum = least_of(goods[0]) if len(goods) == 1 else sum(map(least_of, goods))
    if like is not None:
        minimum = max(minimum if len(goods) == 1 else 1, like.minimum)
    try:
        freight = await groups.freight_each(goods, minimum, address)
    except BuyRefused:
        context.flash("buy_terms.sold_out")
        return None
    zone = like.zone if like is not None else groups.zone
    fresh = {
        "goods": goods[0],
        "also": tuple(goods[1:]),
        "freight_each": freight,
        "minimum": minimum,
        "deadline": _closing(context.now, zone),
    }
    if like is not None:
        return _repeated(like, fresh)
    asked = await shop.terms() if shop else None
    return Terms(
        **fresh,
        seller_id=offers[0].seller.seller_id,
        fee_ppm=asked.fee_ppm if asked else 0,
        rate=asked.rate if asked else YUAN_RATE,
        zone=zone,
        payment=cut(asked.instructions_in(context.session.language), LONGEST_TEXT) if asked else "",
        payment_in=_in_languages(asked.instructions) if asked else {},
        address=address,
    )


def _in_languages(instructions: Mapping[str, str]) -> dict[str, str]:
    return {
        language: cut(text, LONGEST_TEXT) for language, text in instructions.items() if text.strip()
    }


def _repeated(like: Terms, fresh: dict[str, object]) -> Terms:
    """Return earlier terms on fresh offers; a set of variants that are gone is none."""
    terms = like.replace(**fresh, number=1, arrival=None)
    if all(terms.variant(each.spec_id) for each in terms.row):
        return terms
    return terms.replace(row=(), row_fill=0)


def all_goods(context: Context, offers: Sequence[Offer]) -> list[Goods] | None:
    """Return offers as a buy sells them; None after saying what hinders."""
    if len({each.seller.seller_id for each in offers}) > 1:
        context.flash("buy_terms.other_seller")
        return None
    if not all(each.on_sale and each.stock for each in offers):
        context.flash("buy_terms.sold_out")
        return None
    try:
        goods = [goods_of(each) for each in offers]
    except ValidationError:
        context.flash("buy_terms.prices_do_not_fall")
        return None
    return [goods[0], *(each.further() for each in goods[1:])]


def _closing(now: datetime, zone: str) -> datetime:
    ends = (now + _OPEN_FOR).astimezone(ZoneInfo(zone))
    return ends.replace(hour=_CLOSES_AT, minute=0, second=0, microsecond=0).astimezone(UTC)


async def change(_: Update, context: Context) -> Reply:
    """Open the terms of a buy that is under way, to change them by the rules."""
    buy, _books = await seen(context.session, context.services)
    if buy is None or buy.organiser != context.session.user_id:
        context.flash("buy.gone")
        return None
    context.focus(asking=BuyDrafted(token=buy.token), page=0)
    return Step.BUY_TERMS


async def to_page(context: Context, buy: GroupBuy) -> Reply:
    """Go to the buy's page."""
    context.focus(asking=BuyAsked(buy_id=buy.buy_id), page=0)
    return Step.BUY
