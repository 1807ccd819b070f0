"""Results narrowed by the marketplace's own navigation: groups, then choices (contract 4.7)."""

import structlog
from telegram import Update

from bot.chat.context import Context, Reply
from bot.chat.screens import Button, Rows, Screen, View, grid, lines, page_of, paragraphs, row
from bot.chat.texts import cut
from bot.domain.asking import Asking, NavigationOpen
from bot.domain.finding import NavigationChoice, NavigationGroup
from bot.domain.sessions import Query, Session
from bot.marketplace.errors import MarketplaceError
from bot.services.bundle import Services
from handlers.finding import filters, search
from handlers.finding.looked_for import ResultsView, heading, sheet
from handlers.shared.failures import failure_key

_log = structlog.get_logger(__name__)

_COLUMNS = 2
_PAGE = 16
_LABEL = 24
_LONGEST_ID = 36  # bytes that a button has room for


def is_offered(query: Query) -> bool:
    """Tell whether the marketplace may have a navigation for this search: it goes by words."""
    by_words = query.image_id is None and query.seller_id is None and bool(query.words)
    return by_words and not query.no_navigation


async def load_groups(session: Session, services: Services) -> tuple[NavigationGroup, ...]:
    """Return what the results can be narrowed by, nothing where it can't be had now."""
    if session.query is None:
        return ()
    try:
        return await services.search.navigation(session.query.words)
    except MarketplaceError as error:
        # The screen offers to try again.
        _log.warning("navigation_missing", error=type(error).__name__)
        return ()


def screen(view: ResultsView) -> Screen:
    """Show what can be narrowed by, or the choices of one group, under the same pictures."""
    t, query = view.t, view.session.query
    language = view.session.language
    groups = _usable(view.navigation)
    group = _opened(view.session.focus.asking, groups)
    entries: tuple[NavigationGroup | NavigationChoice, ...] = group.choices if group else groups
    head = heading(view, query) if query else None
    if not entries:
        again = Button(t("results.again_button"), "navigate")
        rows = row(again, Button(t("filters.back_button"), "keep"))
        return Screen(paragraphs(view.flash, head, t("navigation.missing")), rows, sheet(view))
    shown, before, after = page_of(entries, view.session.focus.page, _PAGE)
    buttons = [
        Button(cut(each.name.in_language(language), _LABEL), "by", each.navigation_id)
        for each in shown
    ]
    if group:
        asked = t("navigation.choose", group=cut(group.name.in_language(language), _LABEL))
        back = Button(t("navigation.groups_button"), "navigate")
    else:
        asked, back = t("navigation.title"), Button(t("filters.back_button"), "keep")
    return Screen(
        paragraphs(view.flash, lines(head, asked)),
        grid(buttons, _COLUMNS) + _turns(view, before=before, after=after) + row(back),
        sheet(view),
    )


def _turns(view: View, *, before: bool, after: bool) -> Rows:
    t, page = view.t, view.session.focus.page
    return row(
        Button(t("variant.previous_button"), "turn", str(page - 1)) if before else None,
        Button(t("variant.next_button"), "turn", str(page + 1)) if after else None,
    )


def _usable(groups: tuple[NavigationGroup, ...]) -> tuple[NavigationGroup, ...]:
    """What a button can name: ids of unknown length come from the marketplace."""
    return tuple(
        group.replace(choices=tuple(each for each in group.choices if _fits(each)))
        for group in groups
        if _fits(group)
    )


def _fits(one: NavigationGroup | NavigationChoice) -> bool:
    return bool(one.navigation_id and one.name.zh) and (
        len(one.navigation_id.encode()) <= _LONGEST_ID
    )


def _opened(asking: Asking | None, groups: tuple[NavigationGroup, ...]) -> NavigationGroup | None:
    group = asking.group if isinstance(asking, NavigationOpen) else None
    return next((each for each in groups if each.navigation_id == group), None)


async def navigate(update: Update, context: Context) -> Reply:
    """Open the navigation; where the marketplace has none the filters are offered, once."""
    query = context.session.query
    if query is None or not query.words:
        return None
    try:
        groups = _usable(await context.services.search.navigation(query.words))
    except MarketplaceError as error:
        context.flash(failure_key(error))
        return None
    if not groups:
        context.change(query=query.replace(no_navigation=True))
        context.flash("navigation.none")
        return await filters.open_panel(update, context)
    context.focus(asking=NavigationOpen(), page=0)
    return None


async def by(_: Update, context: Context) -> Reply:
    """Open a group, or narrow the results by a choice; a group without choices is one itself."""
    query = context.session.query
    if query is None or not query.words:
        return None
    groups = _usable(await context.services.search.navigation(query.words))
    group = next((each for each in groups if each.navigation_id == context.arg), None)
    if group is not None and group.choices:
        context.focus(asking=NavigationOpen(group=group.navigation_id), page=0)
        return None
    choices = (each for one in groups for each in one.choices)
    chosen = next((each for each in choices if each.navigation_id == context.arg), None)
    if chosen is None and group is not None:
        chosen = NavigationChoice(navigation_id=group.navigation_id, name=group.name)
    if chosen is None:
        context.flash("navigation.gone")
        return None
    if await search.turn_to(context, query.replace(navigation=chosen, page=1)):
        context.focus(asking=None, page=0)
    return None
