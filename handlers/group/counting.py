"""Counting what arrived, variant by variant, and who takes what came beyond what was ordered."""

import html
from collections.abc import Mapping

from telegram import Update

from bot.chat.buttons import natural
from bot.chat.context import Context, Reply
from bot.chat.screens import Button, Rows, Screen, grid, lines, page_of, paragraphs, row
from bot.chat.texts import Html, Texts, cut
from bot.chat.units import counted
from bot.domain.asking import BuyAsked
from bot.domain.group_buys import counting
from bot.domain.group_buys.bills import pieces_by_variant
from bot.domain.group_buys.buys import BuyRefused, Change, GroupBuy, Why
from bot.domain.group_buys.terms import MOST_PIECES, Variant
from bot.domain.identifiers import SpecId, UserId
from bot.domain.ledger import Books
from bot.domain.money import Fen
from handlers.group.buy_acting import acts, acts_for_oneself, back, seen
from handlers.group.buy_view import BuyView
from handlers.group.buy_words import variant_name

_PAGE = 12
_LISTED = 10
_NAME = 40
_PARTS = 3


def screen(view: BuyView, t: Texts, buy: GroupBuy, asking: BuyAsked) -> Screen:
    """List what was ordered, then what was not, each with how many came of it."""
    ordered = pieces_by_variant(buy.taken)
    page, buttons = view.session.focus.page, []
    shown, before, after = page_of(list(enumerate(_countable(buy), 1)), page, _PAGE)
    for number, each in shown:
        wanted = ordered.get(each.spec_id, 0)
        came = asking.counts.get(each.spec_id or "", wanted)
        mark = "👉" if number == asking.about else "▫️"
        name = cut(variant_name(t, buy, each), _NAME)
        buttons.append(Button(f"{mark} {name}: {came} / {wanted}", "count", str(number)))
    turning = row(
        Button("◀️", "turn", str(page - 1)) if before else None,
        Button("▶️", "turn", str(page + 1)) if after else None,
    )
    rows = grid(buttons, 1) + turning + row(Button(t("buy.counted_button"), "ask", "arrive"))
    rows += row(Button(t("buy.back_button"), "back"))
    return Screen(paragraphs(view.flash, t("buy.ask_count")), rows)


def _countable(buy: GroupBuy) -> list[Variant]:
    ordered = pieces_by_variant(buy.taken)
    return sorted(buy.terms.variants, key=lambda each: each.spec_id not in ordered)


async def count_typed(context: Context, asking: BuyAsked, typed: str) -> Reply:
    """Take how many of a variant arrived: fewer than ordered, or more."""
    buy, _ = await seen(context.session, context.services)
    number = natural(cut(typed, 9))
    if buy is None or number is None:
        context.flash("buy.not_a_number")
        return None
    variants = _countable(buy)
    if number > MOST_PIECES or not 1 <= asking.about <= len(variants):
        context.flash("buy.refused_amount", left=MOST_PIECES)
        return None
    counts = {**asking.counts, (variants[asking.about - 1].spec_id or ""): number}
    context.focus(asking=asking.replace(counts=counts, about=0))
    return None


async def arrive(_: Update, context: Context) -> Reply:
    """Take the count of what arrived: all of it, but for what was counted otherwise."""
    asking = context.session.focus.asking
    counts = asking.counts if isinstance(asking, BuyAsked) and asking.what == "arrive" else {}

    def decide(buy: GroupBuy, books: Books, context: Context) -> Change:
        return counting.counted(buy, came_by_variant(buy, counts), books, context.now)

    if await acts(context, decide):
        return await back(_, context)
    return None


def came_by_variant(buy: GroupBuy, counts: Mapping[str, int]) -> dict[SpecId | None, int]:
    """Return what was counted otherwise than ordered, by variant."""
    return {
        each.spec_id: counts[each.spec_id or ""]
        for each in buy.terms.variants
        if (each.spec_id or "") in counts
    }


def spare_text(t: Texts, buy: GroupBuy) -> Html | None:
    """Tell the organiser what came beyond what was ordered, and that it is theirs."""
    if not buy.spare:
        return None
    listed = [
        t(
            "buy.order_line",
            variant=variant_name(t, buy, buy.terms.variant(each.spec_id)),
            pieces=counted(t, each.pieces, buy.terms.goods_with(each.spec_id).unit),
        )
        for each in buy.spare[:_LISTED]
    ]
    more = len(buy.spare) - _LISTED
    rest = t("buy.order_more_lines", count=more) if more > 0 else None
    return lines(t("buy.spare"), *listed, rest)


def instead_rows(t: Texts, buy: GroupBuy, user: UserId) -> Rows:
    """Offer a member, whose pieces are missing, what came instead: how many, at which price."""
    rows: Rows = ()
    specs = [each.spec_id for each in buy.terms.variants]
    for claim, spec, pieces in counting.offered_instead(buy, user)[:_LISTED]:
        unit = counting.unit_instead(buy, claim, spec)
        label = t(
            "buy.instead_button",
            pieces=counted(t, pieces, buy.terms.goods_with(spec).unit),
            variant=cut(variant_name(t, buy, buy.terms.variant(spec)), _NAME),
            price=t.money(unit),
        )
        arg = f"{claim.number}-{specs.index(spec)}-{unit}"
        rows += row(Button(cut(html.unescape(label), 60), "instead", arg))
    return rows


async def instead(_: Update, context: Context) -> Reply:
    """Take what came instead of one's missing pieces, at the price that the button says."""
    me, said = context.session.user_id, [natural(each) for each in context.arg.split("-")]
    if len(said) != _PARTS or None in said:
        context.flash("buy.gone")
        return None
    number, at, unit = (each or 0 for each in said)

    def decide(buy: GroupBuy, books: Books) -> Change:
        if at >= len(buy.terms.variants):
            raise BuyRefused(Why.NO_VARIANT)
        spec = buy.terms.variants[at].spec_id
        return counting.taken_instead(buy, me, number, spec, Fen(unit), books, context.now)

    if await acts_for_oneself(context, decide):
        context.flash("buy.instead_taken")
    return None
