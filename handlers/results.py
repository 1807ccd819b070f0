"""Search results: a numbered sheet of pictures, a list, and ways to narrow it."""

from telegram import Update

from bot.buttons import natural
from bot.context import Context, Outcome
from bot.domain.offers import OfferSummary, SearchPage
from bot.domain.sessions import Query, SortField, Step
from bot.fitting import fitting
from bot.marketplace.errors import MarketplaceError
from bot.screens import (
    Button,
    ContactSheet,
    Rows,
    Screen,
    View,
    grid,
    lines,
    paragraphs,
    row,
)
from bot.services.search import HITS_PER_PAGE
from bot.texts import Html, cut
from handlers import search
from handlers.quotas import may_search

# Characters: what stands on one line of a phone, or less until a page fits under its sheet.
_TITLES = {"en": (29, 24, 18, 12, 8), "zh": (15, 12, 9, 6)}
_WORD = 30
_SHOWN_WORD = 12
_LONGEST_NUMBER = 3  # digits; longer ones are looked for
_COLUMNS = 5
_LAST_PAGE = 10_000
_SORTS = (
    (SortField.PRICE, "results.sort_price"),
    (SortField.SOLD, "results.sort_sold"),
    (SortField.REPURCHASE, "results.sort_repurchase"),
)


def screen(view: View) -> Screen:
    """Show a page of hits, nothing found, or a failed search with the way on."""
    t, session, results = view.t, view.session, view.results
    if session.query is None or session.query.pending or results is None:
        return Screen(paragraphs(view.notice, t("results.try_again")), _way_on(view))
    if session.asking == "refine":
        rows = row(Button(t("results.keep_button"), "keep"))
        return Screen(paragraphs(view.notice, t("results.refine_ask")), rows)
    if not results.hits:
        return Screen(paragraphs(view.notice, _nothing(view)), _way_on(view))
    query = session.query
    text = fitting(lambda longest: _text(view, query, results, longest), _TITLES[t.language])
    pictures = tuple(hit.picture_url for hit in results.hits)
    return Screen(text, _buttons(view), ContactSheet(pictures, first_number(query.page)))


def _text(view: View, query: Query, results: SearchPage, longest: int) -> Html:
    """The whole page with titles of at most that many characters."""
    t = view.t
    by_picture = query.image_id is not None
    head = (
        t("results.similar_title")
        if by_picture
        else t("results.keyword_title", words=query.keyword or "")
    )
    numbered = enumerate(results.hits, first_number(query.page))
    listed = [_line(view, number, hit, longest) for number, hit in numbered]
    honest = t("results.similar_is_not_same") if by_picture else t("results.pick_hint")
    return paragraphs(view.notice, lines(head, _narrowed(view)), lines(*listed), honest)


def _nothing(view: View) -> Html:
    """Nothing found: what was looked for, and what to try instead."""
    t, query = view.t, view.session.query
    key = "results.nothing" if query and query.image_id else "results.nothing_for_words"
    words = " ".join(each for each in (query.keyword, query.refine) if each) if query else ""
    return t(key, words=words)


def first_number(page: int) -> int:
    """Return the number of a page's first hit."""
    return (page - 1) * HITS_PER_PAGE + 1


def _line(view: View, number: int, hit: OfferSummary, longest: int) -> Html:
    t = view.t
    facts = [t.money(hit.price) if hit.price is not None else t("results.no_price")]
    if hit.sold_last_month is not None:
        facts.append(t("results.sold", sold=hit.sold_last_month))
    if hit.repurchase_rate:
        facts.append(t("results.repurchase", rate=hit.repurchase_rate))
    title = cut(hit.title.in_language(view.session.language), longest)
    return t("results.line", number=str(number), title=title, facts=Html(" · ".join(facts)))


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
        key = "results.page" if _has_more(view) else "results.last_page"
        parts.append(view.t(key, page=query.page))
    return " · ".join(parts)


def _has_more(view: View) -> bool:
    """Tell whether another page may follow; how many there are is not always told."""
    query, results = view.session.query, view.results
    if query is None or results is None or len(results.hits) < HITS_PER_PAGE:
        return False
    return not results.total or results.total > query.page * HITS_PER_PAGE


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
    more = None
    if _has_more(view):
        more = Button(t("results.more_button"), "page", str(query.page + 1))
    sorts = [
        Button(("• " if query.sort is field else "") + t(key), "sort", field.value)
        for field, key in _SORTS
    ]
    refine = Button(t("results.refine_button"), "refine")
    return (
        grid(numbers, _COLUMNS)
        + row(back, more)
        + row(*sorts)
        + row(refine, _widen(view, query))
        + row(draft_button(view))
    )


def draft_button(view: View) -> Button | None:
    """The way back to an order that is being put together, when there is one."""
    lines_kept = len(view.session.draft.lines)
    return Button(view.t("start.draft_button", count=lines_kept), "lines") if lines_kept else None


def _widen(view: View, query: Query) -> Button | None:
    if not query.refine:
        return None
    words = cut(query.refine, _SHOWN_WORD)
    return Button(view.t("results.widen_button", words=words), "widen")


def _way_on(view: View) -> Rows:
    """What to do without hits: drop what narrows, look again, or go back."""
    t, query = view.t, view.session.query
    back = widen = unhint = None
    if query is not None:
        widen = _widen(view, query)
        if query.hint and not query.pending:
            words = cut(query.hint, _SHOWN_WORD)
            unhint = Button(t("results.unhint_button", words=words), "unhint")
        if query.page > 1:
            back = Button(t("results.back_button"), "page", str(query.page - 1))
    again = Button(t("results.again_button"), "again")
    return row(widen) + row(unhint) + row(again, back) + row(draft_button(view))


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
    number = natural(context.arg)
    if query is None or not number:
        return None
    wanted = query.replace(page=min(number, _LAST_PAGE), pending=False)
    page = await _found(context, wanted)
    if page is None:
        return None
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
    page = await _found(context, wanted)
    if page is not None:
        context.writes.results = page
        context.change(query=wanted)
    return None


async def _found(context: Context, query: Query) -> SearchPage | None:
    """Return a page of the search under way; without it the person stays where they were."""
    if not may_search(context):
        return None
    try:
        return await context.services.search.run(query)
    except MarketplaceError as error:
        search.search_failed(context, query, error)
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


async def unhint(_: Update, context: Context) -> Outcome:
    """Look again without the picture's caption."""
    query = context.session.query
    return await search.look_for(context, query.replace(hint=None, page=1)) if query else None


async def again(_: Update, context: Context) -> Outcome:
    """Run the same search once more."""
    query = context.session.query
    return await search.look_for(context, query) if query else Step.START


async def text(update: Update, context: Context) -> Outcome:
    """A word to narrow by when asked for, a hit's number, else a new search."""
    typed = (update.effective_message.text if update.effective_message else None) or ""
    query = context.session.query
    if context.session.asking == "refine" and query is not None:
        word = cut(typed, _WORD)
        if not any(each.isalnum() for each in word):
            context.notice("search.no_words")
            return None
        return await search.look_for(context, query.replace(refine=word, page=1))
    number = _typed_number(typed)
    if number is None or query is None or query.pending:
        return await search.words(update, context)
    page = await context.results()
    hits = page.hits if page else ()
    index = number - first_number(query.page)
    if 0 <= index < len(hits):
        return await search.open_offer(context, hits[index].offer_id)
    if not hits:
        return await search.words(update, context)
    first = first_number(query.page)
    context.notice("results.no_such_number", first=first, last=first + len(hits) - 1)
    return None


def _typed_number(typed: str) -> int | None:
    """Return the number that a text is, in any digits; `x5` and `5件` are words to look for."""
    digits = typed.strip()
    return int(digits) if digits.isdecimal() and len(digits) <= _LONGEST_NUMBER else None
