"""Search results: a numbered sheet of pictures, a list, and ways to narrow it."""

from telegram import Update

from bot.chat.buttons import natural
from bot.chat.context import Context, Reply
from bot.chat.measuring import fitting
from bot.chat.screens import Button, Rows, Screen, View, grid, lines, paragraphs, row
from bot.chat.texts import Html, Texts, cut
from bot.domain.asking import FiltersOpen, NavigationOpen, PricesAsked, WordAsked
from bot.domain.finding import NavigationGroup
from bot.domain.numerals import number_in_list
from bot.domain.offers import OfferSummary, SearchPage
from bot.domain.price_bounds import PriceUnreadable, read_clear_bounds
from bot.domain.sessions import Query, Session, SortField, Step
from bot.domain.titles import telling
from bot.domain.writes import KeepResults
from bot.services.bundle import Services
from bot.services.finding.search import HITS_PER_PAGE
from handlers.finding import filters, navigation, search
from handlers.finding.categories import categories_button
from handlers.finding.comparing import compare_button
from handlers.finding.looked_for import (
    ResultsView,
    chips,
    first_number,
    heading,
    narrowed_by,
    sheet,
    without,
)
from handlers.shared.in_cart import cart_button

_WORD = 30
_COLUMNS = 6
_LAST_PAGE = 10_000
_SORTS = (
    (SortField.PRICE, "results.sort_price"),
    (SortField.SOLD, "results.sort_sold"),
    (SortField.REPURCHASE, "results.sort_repurchase"),
)


async def load(session: Session, services: Services) -> ResultsView:
    """Load the page, and the marketplace's navigation while it is open."""
    results = await services.store.conversations.results_of(session.session_id)
    groups: tuple[NavigationGroup, ...] = ()
    if isinstance(session.focus.asking, NavigationOpen):
        groups = await navigation.load_groups(session, services)
    return await ResultsView.of(session, services, results=results, navigation=groups)


def screen(view: ResultsView) -> Screen:
    """Show a page of hits, nothing found, a failed search, or the panel that is open."""
    t, session, results = view.t, view.session, view.results
    asking = session.focus.asking
    if session.query is None or session.query.pending or results is None:
        return Screen(paragraphs(view.flash, t("results.try_again")), _way_on(view))
    if isinstance(asking, WordAsked):
        rows = row(Button(t("results.keep_button"), "keep"))
        return Screen(paragraphs(view.flash, t("results.refine_ask")), rows, asks=True)
    if isinstance(asking, FiltersOpen | PricesAsked):
        return filters.screen(view)
    if isinstance(asking, NavigationOpen):
        return navigation.screen(view)
    if not results.hits:
        return Screen(paragraphs(_above_nothing(view), nothing(view)), _way_on(view))
    query = session.query
    return Screen(
        page_of_hits(view, query, results),
        _buttons(view, query, results),
        sheet(view),
        shared_picture=True,
    )


def _above_nothing(view: ResultsView) -> str:
    """The flash, but not a tip that `nothing` gives itself."""
    flash = view.session.announced.flash
    return "" if flash is not None and flash.key == "search.chinese_is_best" else view.flash


def _buttons(view: ResultsView, query: Query, results: SearchPage) -> Rows:
    t = view.t
    numbers = [
        Button(str(number), "pick", str(hit.offer_id))
        for number, hit in enumerate(results.hits, first_number(query.page, results.hits))
    ]
    back = Button(t("results.back_button"), "page", str(query.page - 1)) if query.page > 1 else None
    more = None
    if has_more(view):
        more = Button(t("results.more_button"), "page", str(query.page + 1))
    alone = _is_alone(view, query, results)
    # One result alone has no order; narrowed to it, only less narrow looks for more.
    narrowed = not query.narrowing.is_none
    sorts = [
        Button(("• " if query.sort is field else "") + t(key), "sort", field.value)
        for field, key in _SORTS
    ]
    narrowing = [
        None if alone else Button(t("results.refine_button"), "refine"),
        Button(t("results.filters_button"), "filters") if narrowed or not alone else None,
        Button(t("navigation.button"), "navigate")
        if navigation.is_offered(query) and not alone
        else None,
    ]
    return (
        grid(numbers, _COLUMNS)
        + row(back, compare_button(t) if len(results.hits) > 1 else None, more)
        + row(*(() if alone else sorts))
        + row(*narrowing)
        + chips(view, query)
        + _leave(view, query)
    )


def _is_alone(view: ResultsView, query: Query, results: SearchPage) -> bool:
    """Tell whether there is one result, on no page but this."""
    return len(results.hits) <= 1 and query.page == 1 and not has_more(view)


def _leave(view: View, query: Query | None) -> Rows:
    """The ways out: to where these results were opened from, and to the order."""
    back = None
    if query is not None and query.of_offer is not None:
        back = Button(view.t("results.offer_button"), "offer")
    elif query is not None and query.category:
        back = categories_button(view.t, query.category)
    return row(back) + row(cart_button(view.t, view.session))


def _way_on(view: ResultsView) -> Rows:
    """What to do without hits: drop what narrows, look again, or go back."""
    t, query = view.t, view.session.query
    back = None
    if query is not None and query.page > 1:
        back = Button(t("results.back_button"), "page", str(query.page - 1))
    again = Button(t("results.again_button"), "again")
    dropped = chips(view, query) if query is not None else ()
    browse = None
    if query is not None and not query.pending and not dropped and not query.category:
        browse = Button(t("category.button"), "categories", standing=True)
    return dropped + row(again, back) + row(browse) + _leave(view, query)


async def pick(_: Update, context: Context) -> Reply:
    """A number's button: open that offer."""
    page = await context.results()
    hit = (
        next((each for each in page.hits if str(each.offer_id) == context.arg), None)
        if page
        else None
    )
    if hit is None:
        context.flash("results.gone")
        return None
    return await search.open_offer(context, hit.offer_id)


async def turn(_: Update, context: Context) -> Reply:
    """Page forward or back; an empty page is the end, and one stays where one was."""
    query = context.session.query
    number = natural(context.arg)
    if query is None or not number:
        return None
    wanted = query.replace(page=min(number, _LAST_PAGE), pending=False)
    page = await search.found(context, wanted)
    if page is None:
        return None
    if not page.hits and wanted.page > query.page:
        context.flash("results.no_more")
        return None
    context.write(KeepResults(page))
    context.change(query=wanted)
    context.focus(asking=None)
    return None


async def sort(_: Update, context: Context) -> Reply:
    """Sort by price, sales or repurchase; the same button again takes the order back."""
    query = context.session.query
    if query is None:
        return None
    try:
        field = SortField(context.arg)
    except ValueError:
        return None
    await search.turn_to(
        context, query.replace(sort=None if query.sort is field else field, page=1)
    )
    return None


async def refine(_: Update, context: Context) -> Reply:
    """Ask for a word to narrow by."""
    context.focus(asking=WordAsked())
    return None


async def keep(_: Update, context: Context) -> Reply:
    """Leave the results as they are."""
    context.focus(asking=None, page=0)
    return None


async def drop(_: Update, context: Context) -> Reply:
    """A chip: look again without what it names."""
    query = context.session.query
    wanted = without(query, context.arg) if query else None
    if query is None or wanted is None:
        return None
    if query.pending:
        return await search.look_for(context, wanted)
    await search.turn_to(context, wanted)
    return None


async def again(_: Update, context: Context) -> Reply:
    """Run the same search once more."""
    query = context.session.query
    return await search.look_for(context, query) if query else Step.START


async def text(update: Update, context: Context) -> Reply:
    """What the screen asks for, else a hit's number, else a new search."""
    typed = (update.effective_message.text if update.effective_message else None) or ""
    query, asking = context.session.query, context.session.focus.asking
    if query is not None and isinstance(asking, WordAsked):
        word = cut(typed, _WORD)
        if not any(each.isalnum() for each in word):
            context.flash("search.no_words")
            return None
        return await search.look_for(context, query.replace(refine=word, page=1))
    on_panel = isinstance(asking, FiltersOpen) and _are_prices(typed)
    if isinstance(asking, PricesAsked) or on_panel:
        return filters.take_prices(context, typed)
    return await _number_or_words(update, context, query, typed)


def _are_prices(typed: str) -> bool:
    """Tell whether a text can only be a price range, though none was asked for."""
    try:
        return read_clear_bounds(typed) is not None
    except PriceUnreadable:
        return True


async def _number_or_words(
    update: Update, context: Context, query: Query | None, typed: str
) -> Reply:
    number = number_in_list(typed)
    if number is None or query is None or query.pending:
        return await search.words(update, context)
    page = await context.results()
    hits = page.hits if page else ()
    index = number - first_number(query.page, hits)
    if 0 <= index < len(hits):
        return await search.open_offer(context, hits[index].offer_id)
    if not hits:
        return await search.words(update, context)
    first = first_number(query.page, hits)
    context.flash("results.no_such_number", first=first, last=first + len(hits) - 1)
    return None


# Characters: what stands on one line of a phone, or less until a page fits under its sheet.
_TITLES = {"en": (27, 20, 14, 8, 4), "zh": (15, 12, 9, 6)}
_HEAD = 60


def page_of_hits(view: ResultsView, query: Query, results: SearchPage) -> Html:
    """The text under a page's sheet of pictures."""
    lengths = _TITLES[view.t.language]
    return fitting(lambda longest: _text(view, query, results, longest), lengths)


def _text(view: ResultsView, query: Query, results: SearchPage, longest: int) -> Html:
    """The whole page with titles of at most that many characters."""
    t = view.t
    room = _HEAD if longest == _TITLES[t.language][0] else longest * 2
    numbered = enumerate(results.hits, first_number(query.page, results.hits))
    listed = [_line(view, number, hit, longest) for number, hit in numbered]
    alike = query.image_id is not None
    if _is_alone(view, query, results):
        honest = t("results.similar_one") if alike else t("results.pick_one")
    else:
        honest = t("results.similar_is_not_same") if alike else t("results.pick_hint")
    return paragraphs(
        view.flash,
        lines(heading(view, query, room), _narrowed(view, query, room)),
        lines(*listed),
        lines(_outside(view, query, results), honest),
    )


def _outside(view: View, query: Query, results: SearchPage) -> Html | None:
    """Say so when the marketplace shows prices outside the range that it was asked for.

    In what unit it takes the range is our reading (contract 1.2), and which of an offer's prices
    has to lie within is not stated.
    """
    prices = query.narrowing.prices
    told = (hit.price for hit in results.hits if hit.price is not None)
    if all(prices.admit(price) for price in told):
        return None
    return view.t("results.outside_prices")


def nothing(view: ResultsView) -> Html:
    """Nothing found: what was looked for, and what to try instead."""
    t, query = view.t, view.session.query
    if query is None:
        return t("results.try_again")
    if query.refine or query.navigation or not query.narrowing.is_none:
        narrowed = Html(" · ".join(narrowed_by(view, query)))
        return paragraphs(lines(heading(view, query), narrowed), t("results.nothing_so_narrow"))
    if query.seller_id or query.category:
        return paragraphs(heading(view, query), t("results.nothing_here"))
    key = "results.nothing" if query.image_id else "results.nothing_for_words"
    return t(key, words=query.words)


def _line(view: View, number: int, hit: OfferSummary, longest: int) -> Html:
    t = view.t
    facts = [price_of(t, hit)]
    sorted_by = view.session.query.sort if view.session.query else None
    sold, rate = hit.sold_last_month, hit.repurchase_rate
    # One of them beside the price: a phone has no room for both on a line.
    if rate and (sorted_by is SortField.REPURCHASE or sold is None):
        facts.append(t("results.repurchase", rate=rate))
    elif sold is not None:
        facts.append(t("results.sold", sold=sold))
    title = cut(telling(hit.title.in_language(view.session.language), longest), longest)
    return t("results.line", number=str(number), title=title, facts=Html(" · ".join(facts)))


def _narrowed(view: ResultsView, query: Query, longest: int) -> Html:
    parts = narrowed_by(view, query, longest)
    if query.page > 1:
        key = "results.page" if has_more(view) else "results.last_page"
        parts.append(view.t(key, page=query.page))
    return Html(" · ".join(parts))


def price_of(t: Texts, hit: OfferSummary) -> Html:
    """Say from which price it can be had: a list knows the price of the largest tier alone."""
    if hit.price is None:
        return t("results.no_price")
    return t("results.from_price", price=t.money(hit.price))


def has_more(view: ResultsView) -> bool:
    """Tell whether another page may follow; how many there are is not always told."""
    query, results = view.session.query, view.results
    if query is None or results is None or len(results.hits) < HITS_PER_PAGE:
        return False
    return not results.total or results.total > query.page * HITS_PER_PAGE
