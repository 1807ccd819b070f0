"""What an organiser sells to others: which pieces are theirs to sell, and what they brought."""

import re
from collections.abc import Sequence

from bot.chat.context import Context, Reply
from bot.chat.screens import Button, Rows, Screen, grid, lines, page_of, paragraphs, row
from bot.chat.texts import Html, Texts, cut
from bot.chat.units import counted
from bot.domain.asking import BuyAsked
from bot.domain.currencies import Currency, Money, MoneyUnreadable, NotAnAmount, read_money
from bot.domain.group_buys import selling
from bot.domain.group_buys.buys import Change, GroupBuy
from bot.domain.group_buys.selling import Sale
from bot.domain.group_buys.terms import Variant
from bot.domain.identifiers import SpecId
from bot.domain.ledger import Books
from bot.domain.patterns import lazily
from handlers.group.buy_acting import acts, seen
from handlers.group.buy_view import BuyView
from handlers.group.buy_words import variant_name

_PAGE = 12
_LISTED = 10
_NAME = 40
_TYPED = lazily(
    r"(\d{1,6})(?!\s*[x×*@]|\s*at\b|\D*[每各])(?:\s*[^\d\s.,\-]{1,3}\s*|\s+)(.+)",
    re.DOTALL | re.IGNORECASE,
)
"""How many, maybe a unit behind it, and for how much together: never for how much each."""


def selling_row(view: BuyView, t: Texts, buy: GroupBuy) -> Rows:
    """Lead to the sales while something is there to be sold."""
    there = buy.state in selling.SELLING and selling.for_sale(buy, view.books)
    return row(Button(t("buy.sell_button"), "ask", "sell")) if there else ()


def sales_text(view: BuyView, t: Texts, buy: GroupBuy) -> Html | None:
    """Say what was sold, and what that brought above, or below, what members pay for it."""
    made = selling.sales(buy, view.books)
    if not made:
        return None
    rest = t("buy.order_more_lines", count=len(made) - _LISTED) if len(made) > _LISTED else None
    told = [_sale(t, buy, each) for each in made[:_LISTED]]
    return lines(t("buy.sales"), *told, rest, _beside(t, buy, made))


def _sale(t: Texts, buy: GroupBuy, sale: Sale) -> Html:
    return t(
        "buy.sale_line",
        variant=variant_name(t, buy, buy.terms.variant(sale.spec_id)),
        pieces=counted(t, sale.pieces, buy.terms.goods_with(sale.spec_id).unit),
        amount=t.amount(sale.proceeds),
    )


def _beside(t: Texts, buy: GroupBuy, made: Sequence[Sale]) -> Html:
    currency = buy.terms.rate.currency
    units = sum(each.proceeds.units - each.worth.units for each in made)
    key = "buy.sales_above" if units >= 0 else "buy.sales_below"
    return t(key, amount=t.amount(Money(currency=currency, units=abs(units))))


def screen(view: BuyView, t: Texts, buy: GroupBuy, asking: BuyAsked) -> Screen:
    """Ask which variant was sold, unless there is one, and then how many for how much."""
    back = row(Button(t("buy.back_button"), "back"))
    left = selling.for_sale(buy, view.books)
    if not left:
        return Screen(paragraphs(view.flash, t("buy.nothing_to_sell")), back)
    chosen = _chosen(buy, left, asking)
    if chosen is not None:
        text = t(
            "buy.ask_sale",
            variant=variant_name(t, buy, chosen),
            pieces=counted(t, left[chosen.spec_id], buy.terms.goods_with(chosen.spec_id).unit),
            currency=buy.terms.rate.currency.code,
        )
        return Screen(paragraphs(view.flash, text), back, asks=True)
    page, buttons = view.session.focus.page, []
    listed = [(at, each) for at, each in enumerate(buy.terms.variants, 1) if each.spec_id in left]
    shown, before, after = page_of(listed, page, _PAGE)
    for at, each in shown:
        name = cut(variant_name(t, buy, each), _NAME)
        buttons.append(Button(f"{name}: {left[each.spec_id]}", "count", str(at)))
    turning = row(
        Button("◀️", "turn", str(page - 1)) if before else None,
        Button("▶️", "turn", str(page + 1)) if after else None,
    )
    text = paragraphs(view.flash, t("buy.ask_which_sold"))
    return Screen(text, grid(buttons, 1) + turning + back)


def _chosen(buy: GroupBuy, left: dict[SpecId | None, int], asking: BuyAsked) -> Variant | None:
    """Return the variant that was pressed, or the only one that there is, if it can be sold."""
    if len(left) == 1:
        return buy.terms.variant(next(iter(left)))
    if not 1 <= asking.about <= len(buy.terms.variants):
        return None
    variant = buy.terms.variants[asking.about - 1]
    return variant if variant.spec_id in left else None


def read_sale(typed: str, currency: Currency) -> tuple[int, Money]:
    """Read how many were sold, and for how much together. Raises `MoneyUnreadable`."""
    said = _TYPED.fullmatch(typed)
    if said is None:
        raise NotAnAmount
    return int(said[1]), read_money(said[2], currency)


async def sale_typed(context: Context, asking: BuyAsked, typed: str) -> Reply:
    """Book a sale: so many pieces for so much together."""
    buy, books = await seen(context.session, context.services)
    if buy is None:
        context.flash("buy.gone")
        return None
    chosen = _chosen(buy, selling.for_sale(buy, books), asking)
    if chosen is None:
        context.flash("buy.use_buttons")
        return None
    try:
        pieces, amount = read_sale(typed, buy.terms.rate.currency)
    except MoneyUnreadable:
        context.flash("buy.not_a_sale")
        return None
    spec = chosen.spec_id

    def decide(buy: GroupBuy, books: Books, context: Context) -> Change:
        return selling.sold(buy, spec, pieces, amount, books, context.now)

    if await acts(context, decide):
        context.flash("buy.sale_booked")
        context.focus(asking=BuyAsked(buy_id=asking.buy_id), page=0)
    return None
