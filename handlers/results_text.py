"""What a page of results says: what it is of, each hit, and what is to be known of them."""

from bot.chat.fitting import fitting
from bot.chat.screens import View, lines, paragraphs
from bot.chat.texts import Html, cut
from bot.domain.offers import OfferSummary, SearchPage
from bot.domain.sessions import Query
from bot.services.finding.search import HITS_PER_PAGE
from handlers.finding.looked_for import heading, narrowed_by
from handlers.finding.sheets import first_number

# Characters: what stands on one line of a phone, or less until a page fits under its sheet.
_TITLES = {"en": (33, 24, 18, 12, 8), "zh": (15, 12, 9, 6)}
_HEAD = 60


def page_of_hits(view: View, query: Query, results: SearchPage) -> Html:
    """The text under a page's sheet of pictures."""
    lengths = _TITLES[view.t.language]
    return fitting(lambda longest: _text(view, query, results, longest), lengths)


def _text(view: View, query: Query, results: SearchPage, longest: int) -> Html:
    """The whole page with titles of at most that many characters."""
    t = view.t
    room = _HEAD if longest == _TITLES[t.language][0] else longest * 2
    numbered = enumerate(results.hits, first_number(query.page))
    listed = [_line(view, number, hit, longest) for number, hit in numbered]
    alike = query.image_id is not None
    honest = t("results.similar_is_not_same") if alike else t("results.pick_hint")
    return paragraphs(
        view.notice,
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


def nothing(view: View) -> Html:
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
    facts = [t.money(hit.price) if hit.price is not None else t("results.no_price")]
    if hit.sold_last_month is not None:
        facts.append(t("results.sold", sold=hit.sold_last_month))
    if hit.repurchase_rate:
        facts.append(t("results.repurchase", rate=hit.repurchase_rate))
    title = cut(hit.title.in_language(view.session.language), longest)
    return t("results.line", number=str(number), title=title, facts=Html(" · ".join(facts)))


def _narrowed(view: View, query: Query, longest: int) -> Html:
    parts = narrowed_by(view, query, longest)
    if query.page > 1:
        key = "results.page" if has_more(view) else "results.last_page"
        parts.append(view.t(key, page=query.page))
    return Html(" · ".join(parts))


def has_more(view: View) -> bool:
    """Tell whether another page may follow; how many there are is not always told."""
    query, results = view.session.query, view.results
    if query is None or results is None or len(results.hits) < HITS_PER_PAGE:
        return False
    return not results.total or results.total > query.page * HITS_PER_PAGE
