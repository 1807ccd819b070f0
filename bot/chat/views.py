"""Gathering what a step's screen shows."""

import asyncio

import structlog

from bot.addresses.romanised import described, shown
from bot.chat.freight_shown import freight_of
from bot.chat.screens import View
from bot.chat.shop_shown import shop_shown
from bot.chat.texts import texts_in
from bot.domain.asking import NavigationOpen
from bot.domain.finding import NavigationGroup
from bot.domain.news import ON_PAYMENT
from bot.domain.orders import Order
from bot.domain.sessions import Session, Step
from bot.marketplace.errors import MarketplaceError
from bot.services.bundle import Services

_NEEDS_OFFER = {Step.OFFER, Step.VARIANT, Step.QUANTITY}
_NEEDS_ADDRESSES = {Step.ADDRESS, Step.ADDRESS_FORM}
_ESTIMATES_FREIGHT = {Step.QUANTITY, Step.LINES}
_NEEDS_ORDER = {Step.PLACING, Step.PAYMENT, Step.PROOF, Step.CASE}
_log = structlog.get_logger(__name__)


async def assemble(session: Session, services: Services) -> View:
    """Return the view of a session's current step."""
    step, store = session.step, services.store
    results = (
        await store.conversations.results_of(session.session_id) if step is Step.RESULTS else None
    )
    offer = None
    if step in _NEEDS_OFFER and session.picking.offer_id is not None:
        offer = await store.offers.offer(session.picking.offer_id)
    addresses = (
        await store.addresses.addresses_of(session.user_id) if step in _NEEDS_ADDRESSES else ()
    )
    order = None
    if step in _NEEDS_ORDER and session.ordered.order_no is not None:
        order = await store.orders.order(session.ordered.order_no)
    freight = None
    if step in _ESTIMATES_FREIGHT:
        freight = await freight_of(session, offer, services)
    url = None
    if step is Step.PAYMENT and order is not None and order.quote.charge is not None:
        order = await _read_once(order, services)
    elif step is Step.PAYMENT and order is not None:
        url, order = await asyncio.gather(_link(order, services), _read_once(order, services))
    shop = await shop_shown(services.shop, order)
    return View(
        session=session,
        t=texts_in(session.language).priced(services.shop.rate if services.shop else None),
        shop=shop,
        results=results,
        offer=offer,
        addresses=addresses,
        order=order,
        payment_url=url,
        freight=freight,
        navigation=await _navigation(session, services),
        tier_scope=services.tier_scope,
        division_names=_division_names(session, services),
        place_in_latin=_place_in_latin(session, services),
    )


async def _link(order: Order, services: Services) -> str | None:
    """Return a fresh payment link, None when there is nothing to pay or none to be had."""
    try:
        link = await services.payments.link(order)
    except MarketplaceError as error:
        # The order stands without its link; the screen offers to ask for it again.
        _log.warning("payment_link_missing", error=str(error))
        return None
    return link.url if link else None


async def _read_once(order: Order, services: Services) -> Order:
    """Read a new order's detail: create's answer leaves the payment deadline out."""
    if all(part.read_at is not None for part in order.parts):
        return order
    try:
        return await services.tracking.refresh(order, told=ON_PAYMENT)
    except MarketplaceError as error:
        _log.info("deadline_unknown", reason=type(error).__name__)
        return order


async def _navigation(session: Session, services: Services) -> tuple[NavigationGroup, ...]:
    """What the results can be narrowed by, while that is being chosen."""
    query, asking = session.query, session.focus.asking
    if session.step is not Step.RESULTS or query is None or not isinstance(asking, NavigationOpen):
        return ()
    try:
        return await services.search.navigation(query.words)
    except MarketplaceError as error:
        # The screen offers to try again.
        _log.warning("navigation_missing", error=type(error).__name__)
        return ()


def _division_names(session: Session, services: Services) -> dict[str, str]:
    """Name the divisions offered as buttons: in full unless several lie in the same place.

    Who reads no Chinese sees the Latin name first, and both to compare.
    """
    codes = session.form.candidates if session.form else ()
    known = [each for code in codes if (each := services.divisions.get(code)) is not None]
    together = len(known) > 1 and len({each.parent for each in known}) == 1
    chinese = {
        each.code: each.name if together else services.divisions.describe(each.code)
        for each in known
    }
    if session.language == "zh":
        return chinese
    latin = {
        each.code: shown(each) if together else described(each.code, services.divisions)
        for each in known
    }
    return {
        code: f"{latin[code]} · {name}" if latin[code] else name for code, name in chinese.items()
    }


def _place_in_latin(session: Session, services: Services) -> str:
    """Return the place of the address being entered for whoever reads no Chinese, or nothing."""
    code = (session.form.reading or {}).get("district_code") if session.form else None
    if session.language == "zh" or not isinstance(code, str) or not services.divisions.get(code):
        return ""
    return described(code, services.divisions)
