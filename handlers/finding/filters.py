"""The filter panel of the results: ticked one by one, looked for once."""

from telegram import Update

from bot.chat.context import Context, Reply
from bot.chat.screens import Button, Rows, Screen, View, grid, lines, paragraphs, row
from bot.chat.texts import Html
from bot.domain.asking import Asking, FiltersOpen, PricesAsked
from bot.domain.finding import Filter, Narrowing
from bot.domain.price_bounds import (
    HIGHEST,
    PriceBounds,
    PriceTooFine,
    PriceTooHigh,
    PriceUnreadable,
    read_price_bounds,
)
from handlers.finding import search
from handlers.finding.looked_for import FILTERS, ResultsView, heading, prices_in_words, sheet

_OFFERED = (
    Filter.FACTORY,
    Filter.FREE_RETURNS,
    Filter.SHIPS_IN_24_HOURS,
    Filter.SHIPS_IN_48_HOURS,
    Filter.RATED_4_5,
)
_COLUMNS = 2


def screen(view: ResultsView) -> Screen:
    """Show what can be ticked, or ask for a price range, under the same pictures."""
    t, query = view.t, view.session.query
    asking = view.session.focus.asking
    ticked = ticked_on(asking) or Narrowing()
    head = heading(view, query) if query else None
    if isinstance(asking, PricesAsked):
        text = paragraphs(view.flash, head, t("filters.prices_ask"))
        return Screen(text, _price_buttons(view, ticked), sheet(view), asks=True)
    text = paragraphs(view.flash, lines(head, t("filters.title")), t("filters.tick"))
    return Screen(text, _buttons(view, ticked), sheet(view))


def ticked_on(asking: Asking | None) -> Narrowing | None:
    """Return what is ticked on the panel, None while neither it nor its price range is open."""
    return asking.ticked if isinstance(asking, FiltersOpen | PricesAsked) else None


def _buttons(view: View, ticked: Narrowing) -> Rows:
    t = view.t
    shown = [*_OFFERED, *(each for each in ticked.filters if each not in _OFFERED)]
    toggles = [
        Button(_ticks(t(FILTERS[each]), each in ticked.filters), "tick", each.value)
        for each in shown
    ]
    prices = Button(_ticks(prices_in_words(t, ticked.prices), not ticked.prices.are_open), "prices")
    clear = None if ticked.is_none else Button(t("filters.clear_button"), "clear")
    return (
        grid([*toggles, prices], _COLUMNS)
        + row(Button(t("filters.show_button"), "apply"))
        + row(clear, Button(t("filters.back_button"), "keep"))
    )


def _ticks(label: Html, on: bool) -> str:  # noqa: FBT001 - a tick is on or off
    return f"✓ {label}" if on else label


def _price_buttons(view: View, ticked: Narrowing) -> Rows:
    t = view.t
    every = None
    if not ticked.prices.are_open:
        every = Button(t("filters.prices_any_button"), "any_price")
    return row(every, Button(t("filters.back_button"), "filters"))


async def open_panel(_: Update, context: Context) -> Reply:
    """Open the panel, or come back to it from the prices with what was ticked."""
    session = context.session
    if session.query is None:
        return None
    asking = session.focus.asking
    kept = asking.ticked if isinstance(asking, PricesAsked) else session.query.narrowing
    context.focus(asking=FiltersOpen(ticked=kept), page=0)
    return None


async def tick(_: Update, context: Context) -> Reply:
    """Tick a filter or take its tick away; nothing is looked for yet."""
    ticked = ticked_on(context.session.focus.asking)
    if ticked is None or context.arg not in set(Filter):
        return None
    context.focus(asking=FiltersOpen(ticked=ticked.toggled(Filter(context.arg))))
    return None


async def clear(_: Update, context: Context) -> Reply:
    """Take all ticks away."""
    if ticked_on(context.session.focus.asking) is not None:
        context.focus(asking=FiltersOpen())
    return None


async def prices(_: Update, context: Context) -> Reply:
    """Ask for a price range."""
    ticked = ticked_on(context.session.focus.asking)
    if ticked is not None:
        context.focus(asking=PricesAsked(ticked=ticked))
    return None


async def any_price(_: Update, context: Context) -> Reply:
    """Drop the price range."""
    ticked = ticked_on(context.session.focus.asking)
    if ticked is not None:
        context.focus(asking=FiltersOpen(ticked=ticked.replace(prices=PriceBounds())))
    return None


async def apply(_: Update, context: Context) -> Reply:
    """Look for what is ticked; without a change the page that was there needs no search."""
    session = context.session
    query, ticked = session.query, ticked_on(session.focus.asking)
    if query is None or ticked is None:
        return None
    if ticked == query.narrowing:
        context.focus(asking=None)
        return None
    if await search.turn_to(context, query.replace(narrowing=ticked, page=1)):
        context.focus(asking=None)
    return None


def take_prices(context: Context, typed: str) -> Reply:
    """Read a typed price range and come back to the panel with it."""
    ticked = ticked_on(context.session.focus.asking)
    bounds = None if ticked is None else bounds_typed(context, typed, "filters.prices_unreadable")
    if ticked is not None and bounds is not None:
        context.focus(asking=FiltersOpen(ticked=ticked.replace(prices=bounds)))
    return None


def bounds_typed(context: Context, typed: str, unreadable: str) -> PriceBounds | None:
    """Read prices in yuan that a person typed; None once it was said why they can't be meant.

    `unreadable` is what is said of what is no price at all.
    """
    try:
        return read_price_bounds(typed)
    except PriceTooHigh:
        context.flash("filters.prices_too_high", money={"highest": HIGHEST})
    except PriceTooFine:
        context.flash("filters.prices_too_fine")
    except PriceUnreadable:
        context.flash(unreadable)
    return None
