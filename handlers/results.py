"""Search results: a numbered sheet of pictures, a list, and ways to narrow it."""

from telegram import Update

from bot.context import Context, Outcome
from bot.domain.offers import OfferSummary
from bot.domain.quantities import QuantityError, read_quantity
from bot.domain.sessions import SortField, Step
from bot.screens import Button, ContactSheet, Rows, Screen, View, grid, lines, paragraphs, row
from bot.services.search import HITS_PER_PAGE
from bot.texts import Html, cut
from handlers import search

_TITLE = 34
_COLUMNS = 5
_SORTS = (
    (SortField.PRICE, "results.sort_price"),
    (SortField.SOLD, "results.sort_sold"),
    (SortField.REPURCHASE, "results.sort_repurchase"),
)


def screen(view: View) -> Screen:
    """Show a page of hits, nothing found, or a failed search with the way on."""
    t, session, results = view.t, view.session, view.results
    if session.asking == "retry" or results is None or session.query is None:
        return Screen(paragraphs(view.notice, t("results.try_again")), _way_on(view))
    if session.asking == "refine":
        rows = row(Button(t("results.keep_button"), "keep"))
        return Screen(paragraphs(view.notice, t("results.refine_ask")), rows)
    if not results.hits:
        return Screen(paragraphs(view.notice, t("results.nothing")), _way_on(view))
    first = first_number(session.query.page)
    listed = [_line(view, number, hit) for number, hit in enumerate(results.hits, first)]
    by_picture = session.query.image_id is not None
    head = (
        t("results.similar_title")
        if by_picture
        else t("results.keyword_title", words=session.query.keyword or "")
    )
    honest = t("results.similar_is_not_same") if by_picture else t("results.pick_hint")
    text = paragraphs(view.notice, lines(head, _narrowed(view)), lines(*listed), honest)
    sheet = ContactSheet(tuple(hit.picture_url for hit in results.hits), first)
    return Screen(text, _buttons(view), sheet)


def first_number(page: int) -> int:
    """Return the number of a page's first hit."""
    return (page - 1) * HITS_PER_PAGE + 1


def _line(view: View, number: int, hit: OfferSummary) -> Html:
    t = view.t
    facts = [t.money(hit.price) if hit.price is not None else t("results.no_price")]
    if hit.sold_last_month is not None:
        facts.append(t("results.sold", sold=hit.sold_last_month))
    if hit.repurchase_rate:
        facts.append(t("results.repurchase", rate=hit.repurchase_rate))
    title = cut(hit.title.in_language(session_language(view)), _TITLE)
    return t("results.line", number=str(number), title=title, facts=Html(" · ".join(facts)))


def session_language(view: View) -> str:
    """Return the language in which the person reads titles."""
    return view.session.language


def _narrowed(view: View) -> str:
    query = view.session.query
    if query is None:
        return ""
    parts = []
    if query.hint:
        parts.append(view.t("results.hint", words=query.hint))
    if query.refine:
        parts.append(view.t("results.refined", words=query.refine))
    if query.page > 1:
        parts.append(view.t("results.page", page=query.page))
    return " · ".join(parts)


def _buttons(view: View) -> Rows:
    t, query, results = view.t, view.session.query, view.results
    if query is None or results is None:
        return ()
    first = first_number(query.page)
    numbers = [
        Button(str(first + index), "pick", str(hit.offer_id))
        for index, hit in enumerate(results.hits)
    ]
    back = Button(t("results.back_button"), "page", str(query.page - 1)) if query.page > 1 else None
    full = len(results.hits) == HITS_PER_PAGE
    more = Button(t("results.more_button"), "page", str(query.page + 1)) if full else None
    sorts = [
        Button(("• " if query.sort is field else "") + t(key), "sort", field.value)
        for field, key in _SORTS
    ]
    return grid(numbers, _COLUMNS) + row(back, more) + row(*sorts) + _narrowing(view)


def _narrowing(view: View) -> Rows:
    t, query = view.t, view.session.query
    refine = Button(t("results.refine_button"), "refine")
    if query is not None and query.refine:
        return row(refine, Button(t("results.widen_button", words=cut(query.refine, 12)), "widen"))
    return row(refine)


def _way_on(view: View) -> Rows:
    t, query = view.t, view.session.query
    widen = None
    if query is not None and query.refine:
        widen = Button(t("results.widen_button", words=cut(query.refine, 12)), "widen")
    back = None
    if query is not None and query.page > 1:
        back = Button(t("results.back_button"), "page", str(query.page - 1))
    return row(Button(t("results.again_button"), "again")) + row(back, widen)


async def pick(_: Update, context: Context) -> Outcome:
    """A number's button: open that offer."""
    page = await context.results()
    hit = (
        next((each for each in page.hits if str(each.offer_id) == context.arg), None)
        if page
        else None
    )
    if hit is None:
        context.notice("results.gone")
        return None
    return await search.open_offer(context, hit.offer_id)


async def turn(_: Update, context: Context) -> Outcome:
    """Page forward or back; an empty page is the end, and one stays where one was."""
    query = context.session.query
    if query is None or not context.arg.isdigit() or int(context.arg) < 1:
        return None
    wanted = query.replace(page=int(context.arg))
    page = await context.services.search.run(wanted)
    if not page.hits and wanted.page > query.page:
        context.notice("results.no_more")
        return None
    context.writes.results = page
    context.change(query=wanted, asking=None)
    return None


async def sort(_: Update, context: Context) -> Outcome:
    """Sort by price, sales or repurchase; the same button again takes the order back."""
    query = context.session.query
    if query is None:
        return None
    try:
        field = SortField(context.arg)
    except ValueError:
        return None
    wanted = query.replace(sort=None if query.sort is field else field, page=1)
    context.writes.results = await context.services.search.run(wanted)
    context.change(query=wanted)
    return None


async def refine(_: Update, context: Context) -> Outcome:
    """Ask for a word to narrow by."""
    context.change(asking="refine")
    return None


async def keep(_: Update, context: Context) -> Outcome:
    """Leave the results as they are."""
    context.change(asking=None)
    return None


async def widen(_: Update, context: Context) -> Outcome:
    """Drop the narrowing word."""
    query = context.session.query
    return await search.look_for(context, query.replace(refine=None, page=1)) if query else None


async def again(_: Update, context: Context) -> Outcome:
    """Run the same search once more."""
    query = context.session.query
    return await search.look_for(context, query) if query else Step.START


async def text(update: Update, context: Context) -> Outcome:
    """A word to narrow by when asked for, a hit's number, else a new search."""
    typed = (update.effective_message.text if update.effective_message else None) or ""
    query = context.session.query
    if context.session.asking == "refine" and query is not None:
        word = cut(typed, 30)
        if not any(each.isalnum() for each in word):
            context.notice("search.no_words")
            return None
        return await search.look_for(context, query.replace(refine=word, page=1))
    hit = await _numbered(context, typed)
    if hit is not None:
        return await search.open_offer(context, hit.offer_id)
    return await search.words(update, context)


async def _numbered(context: Context, typed: str) -> OfferSummary | None:
    """Return the hit whose number was typed."""
    page, query = await context.results(), context.session.query
    if page is None or query is None:
        return None
    try:
        index = read_quantity(typed) - first_number(query.page)
    except QuantityError:
        return None
    return page.hits[index] if 0 <= index < len(page.hits) else None
