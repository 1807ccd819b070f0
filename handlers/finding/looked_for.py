"""What results are of, in words: the heading, what narrows them, and the chips that take it off."""

from collections.abc import Sequence

from bot.chat.screens import Button, ContactSheet, Rows, View, grid
from bot.chat.texts import Html, Texts, cut
from bot.domain.finding import Category, Filter, NavigationGroup
from bot.domain.money import Fen
from bot.domain.offers import SearchPage
from bot.domain.price_bounds import PriceBounds
from bot.domain.sessions import Query, SortField
from bot.services.finding.search import HITS_PER_PAGE
from handlers.finding.category_names import name_of

FILTERS: dict[Filter, str] = {
    Filter.FACTORY: "filters.factory",
    Filter.SHIPS_TODAY: "filters.ships_today",
    Filter.SHIPS_IN_24_HOURS: "filters.ships_24h",
    Filter.SHIPS_IN_48_HOURS: "filters.ships_48h",
    Filter.FREE_RETURNS: "filters.free_returns",
    Filter.RATED_4_5: "filters.rated_4_5",
    Filter.RATED_5: "filters.rated_5",
}
_SORTED = {
    SortField.PRICE: "results.sorted_price",
    SortField.SOLD: "results.sorted_sold",
    SortField.REPURCHASE: "results.sorted_repurchase",
}
_CHIP = 12  # characters
_CHIPS_IN_A_ROW = 2
_PATH = 36


def heading(view: View, query: Query, longest: int = 60) -> Html:
    """Name what is looked for: words of at most that many characters, a shop, or a category."""
    t = view.t
    if query.image_id is not None:
        return t("results.similar_title")
    if query.seller_id is not None:
        return t("results.seller_title")
    if query.category:
        return t("results.category_title", path=path_of(t, query.category, _PATH))
    return t("results.keyword_title", words=cut(query.keyword or "", longest))


def path_of(t: Texts, path: Sequence[Category], longest: int) -> str:
    """Write a category with those above it, as many of the nearest as fit. Foreign: to escape."""
    names = [name_of(t, each) for each in path]
    while len(names) > 1 and len(" › ".join(names)) > longest:
        names.pop(0)
    return cut(" › ".join(names), longest)


def narrowed_by(view: View, query: Query, longest: int = 60) -> list[Html]:
    """Everything that narrows or orders the results, each as a short text."""
    t, language = view.t, view.session.language
    parts = []
    if query.hint:
        parts.append(t("results.hint", words=cut(query.hint, longest)))
    if query.refine:
        parts.append(t("results.refined", words=cut(query.refine, longest)))
    if query.navigation:
        name = cut(query.navigation.name.in_language(language), longest)
        parts.append(t("results.navigated", name=name))
    parts += [t(FILTERS[each]) for each in query.narrowing.filters]
    if not query.narrowing.prices.are_open:
        parts.append(prices_in_words(t, query.narrowing.prices))
    if query.sort:
        parts.append(t(_SORTED[query.sort]))
    return parts


def prices_in_words(t: Texts, prices: PriceBounds) -> Html:
    """Write bounds such as ¥10–¥49.90."""
    low, high = prices.low, prices.high
    if low is not None and high is not None:
        return t("filters.prices", low=_short(t, low), high=_short(t, high))
    if low is not None:
        return t("filters.prices_from", low=_short(t, low))
    if high is not None:
        return t("filters.prices_to", high=_short(t, high))
    return t("filters.prices_any")


def _short(t: Texts, price: Fen) -> str:
    """Write an amount without its fen where there are none: a button is narrow."""
    return t.money(price).removesuffix(".00")


def chips(view: View, query: Query) -> Rows:
    """One button for each thing that narrows, which drops it; one for all of several."""
    t, language = view.t, view.session.language
    named: list[tuple[str, str]] = []
    if query.hint:
        named.append((t("results.quoted", words=cut(query.hint, _CHIP)), "hint"))
    if query.refine:
        named.append((t("results.quoted", words=cut(query.refine, _CHIP)), "refine"))
    if query.navigation:
        name = cut(query.navigation.name.in_language(language), _CHIP)
        named.append((t("results.navigated", name=name), "navigation"))
    named += [(t(FILTERS[each]), each.value) for each in query.narrowing.filters]
    if not query.narrowing.prices.are_open:
        named.append((prices_in_words(t, query.narrowing.prices), "prices"))
    buttons = [
        Button(t("results.drop_button", what=Html(what)), "drop", arg) for what, arg in named
    ]
    if len(buttons) > 1:
        buttons.append(Button(t("results.drop_all_button"), "drop", "all"))
    return grid(buttons, _CHIPS_IN_A_ROW)


def without(query: Query, what: str) -> Query | None:
    """Return the query without what a chip names, from its first page; None for no such chip."""
    narrowing = query.narrowing
    match what:
        case "hint" | "refine" | "navigation":
            return query.replace(**{what: None}, page=1)
        case "prices":
            return query.replace(narrowing=narrowing.replace(prices=PriceBounds()), page=1)
        case "all":
            return query.replace(
                hint=None, refine=None, navigation=None, narrowing=type(narrowing)(), page=1
            )
        case _ if what in {each.value for each in narrowing.filters}:
            return query.replace(narrowing=narrowing.without(Filter(what)), page=1)
        case _:
            return None


def first_number(page: int, hits: Sequence[object] = ()) -> int:
    """Return the number of a page's first hit; a page of an earlier release holds more."""
    return (page - 1) * max(HITS_PER_PAGE, len(hits)) + 1


class ResultsView(View, frozen=True):
    """A page of results, and what they can be narrowed by while that is being chosen."""

    results: SearchPage | None = None
    navigation: tuple[NavigationGroup, ...] = ()


def sheet(view: ResultsView) -> ContactSheet | None:
    """Return the pictures of the page that was found, None where nothing was.

    A panel has the page's own sheet, so that it opens and closes in place.
    """
    query, results = view.session.query, view.results
    if query is None or query.pending or results is None or not results.hits:
        return None
    pictures = tuple(hit.picture_url for hit in results.hits)
    return ContactSheet(pictures, first_number(query.page, results.hits))
