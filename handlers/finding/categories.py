"""`/categories`: the marketplace's tree beside the journey; a leaf leads to its goods."""

import re
from collections.abc import Sequence

import structlog
from telegram import Update

from bot.chat.context import Context, Overlay, Reply
from bot.chat.screens import Button, Rows, Screen, grid, lines, page_of, paragraphs, row
from bot.chat.texts import Texts, cut
from bot.domain.finding import Category
from bot.domain.identifiers import CategoryId
from bot.domain.sessions import Query, Step
from bot.marketplace.errors import MarketplaceError
from bot.services.finding.categories import NoSuchCategory
from handlers.finding import search
from handlers.finding.category_names import name_of
from handlers.finding.looked_for import path_of
from handlers.shared.failures import failure_key

_COLUMNS = 2
_PAGE = 16
_LABEL = 20
_PATH = 60
_LEVELS = 3  # contract 4.5
# Path of ids, page, and a count that tells going back and forth from one tap that arrives twice.
_PLACE = re.compile(r"((?:[0-9]{1,12}(?:-[0-9]{1,12}){0,2})?):([0-9]{1,3}):([0-9]{1,2})", re.ASCII)
_COUNTS = 100
_log = structlog.get_logger(__name__)


def categories_button(t: Texts, path: Sequence[Category]) -> Button:
    """Return the button from a category's goods to where it lies in the tree."""
    ids = [each.category_id for each in path[:-1]]
    return Button(t("category.button"), "categories", _place(ids, 0, 0), standing=True)


async def show(_: Update, context: Context) -> Reply:
    """`/categories`, or a button elsewhere: the tree as a message of its own."""
    return await _browse(context, in_place=False)


async def browse(_: Update, context: Context) -> Reply:
    """Deeper, up or on within the tree's own message."""
    return await _browse(context, in_place=True)


async def goods(_: Update, context: Context) -> Reply:
    """A leaf, or all of a branch: its goods as results."""
    if context.session.step is Step.PLACING:
        return None
    ids, _page, _count = _read(context.arg)
    try:
        path = await context.services.categories.path(ids)
    except NoSuchCategory:
        path = ()
    return await _goods_of(context, path)


async def _goods_of(context: Context, path: tuple[Category, ...]) -> Reply:
    if context.session.step is Step.PLACING:
        return None
    if not path:
        context.flash("category.gone")
        return None
    return await search.look_for(context, Query(category=path))


async def _browse(context: Context, *, in_place: bool) -> Reply:
    ids, page, count = _read(context.arg)
    t, gone = context.t, None
    known = context.services.categories
    try:
        try:
            path = await known.path(ids)
        except NoSuchCategory:
            path, page, gone = (), 0, t("category.gone")
        below = await known.below(path)
    except MarketplaceError as error:
        _log.warning("categories_missing", error=type(error).__name__)
        place = _place(ids, page, count + 1)
        again = Button(t("results.again_button"), "branch", place, standing=True)
        return Overlay(Screen(t(failure_key(error)), row(again)), in_place=in_place)
    if path and not below:
        return await _goods_of(context, path)
    page = min(page, max(0, len(below) - 1) // _PAGE)
    text = paragraphs(
        gone,
        lines(t("category.title"), path_of(t, path, _PATH) if path else None),
        t("category.ask") if below else t("category.none"),
    )
    return Overlay(Screen(text, _buttons(t, path, below, page, count + 1)), in_place=in_place)


def _buttons(
    t: Texts, path: Sequence[Category], below: Sequence[Category], page: int, count: int
) -> Rows:
    ids = [each.category_id for each in path]
    shown, before, after = page_of(below, page, _PAGE)

    def to(label: str, action: str, to_ids: Sequence[CategoryId], to_page: int = 0) -> Button:
        return Button(label, action, _place(to_ids, to_page, count), standing=True)

    entries = [
        to(
            cut(name_of(t, each), _LABEL) if is_last else f"{cut(name_of(t, each), _LABEL)} ›",
            "goods" if is_last else "branch",
            [*ids, each.category_id],
        )
        for each in shown
        for is_last in (each.is_leaf or len(ids) + 1 >= _LEVELS,)
    ]
    every = up = None
    if path:
        label = t("category.all_button", name=cut(name_of(t, path[-1]), _LABEL))
        every = to(label, "goods", ids)
        up = to(t("category.up_button"), "branch", ids[:-1])
    turns = row(
        to(t("variant.previous_button"), "branch", ids, page - 1) if before else None,
        to(t("variant.next_button"), "branch", ids, page + 1) if after else None,
    )
    return row(every) + grid(entries, _COLUMNS) + turns + row(up)


def _place(ids: Sequence[CategoryId], page: int, count: int) -> str:
    return f"{'-'.join(str(each) for each in ids)}:{page}:{count % _COUNTS}"


def _read(arg: str) -> tuple[list[CategoryId], int, int]:
    """Read a place in the tree; whatever was never drawn stands for the root."""
    match = _PLACE.fullmatch(arg)
    if match is None:
        return [], 0, 0
    ids = [CategoryId(int(each)) for each in match[1].split("-") if each]
    return ids, int(match[2]), int(match[3])
