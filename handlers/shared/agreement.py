"""What a person agrees to, and afterwards agreed to: lines, amounts, address, note."""

from collections.abc import Iterator

from bot.chat.rich import Cell, Part, Table, shown
from bot.chat.screens import View, lines, paragraphs
from bot.chat.texts import Html, Texts, cut, escape
from bot.chat.units import both, counted
from bot.domain.addresses import Address
from bot.domain.drafts import OrderLine
from bot.domain.quotes import Quote
from bot.domain.titles import telling
from handlers.shared.money_words import charged
from handlers.shared.place_names import address_shown

COLUMNS = 3
"""Variant, quantity and price, amount: what a phone is wide enough for."""

_TITLE = 80
NAME_WIDTHS = (48, 24, 12, 6)
"""Characters of a name, to be tried until the whole order fits one message."""


def agreement(
    view: View,
    order_lines: tuple[OrderLine, ...],
    quote: Quote,
    address: Address | None,
    note: str,
    width: int,
) -> Html:
    """Write an order out in full, its names cut to `width` characters."""
    return paragraphs(
        _lines(view, order_lines, quote, width),
        totals(view, quote),
        *_whereto(view, address, note),
    )


def agreement_parts(
    view: View,
    order_lines: tuple[OrderLine, ...],
    quote: Quote,
    address: Address | None,
    note: str,
) -> tuple[Part, ...]:
    """Write the same with lines and amounts as a table."""
    t = view.t
    parts = t("preview.parts", count=quote.parts) if quote.parts > 1 else None
    table = Table((*_rows(view, order_lines, quote), *_total_rows(view, quote)))
    return shown((table, charged(t, quote), parts, *_whereto(view, address, note)))


def _whereto(view: View, address: Address | None, note: str) -> tuple[Html | None, ...]:
    return (
        address_shown(view.t, address) if address is not None else None,
        view.t("preview.note", note=note) if note else None,
    )


def _rows(
    view: View, order_lines: tuple[OrderLine, ...], quote: Quote
) -> Iterator[tuple[Cell, ...]]:
    t, language = view.t, view.session.language
    shown_offer = None
    for number, line in enumerate(order_lines, 1):
        if line.offer_id != shown_offer:
            shown_offer = line.offer_id
            yield (offer_head(telling(line.title.in_language(language), _TITLE)),)
        quoted = quote.line_for(line)
        quantity = escape(counted(t, line.quantity, line.unit))
        each = (
            t("table.each", quantity=quantity, price=t.money(quoted.unit_price)) if quoted else ""
        )
        yield (
            variant_cell(t, number, both(line.variant.in_language(language), line.variant.zh)),
            Cell(Html(each or quantity)),
            Cell(t.money(quoted.amount) if quoted else Html("—"), number=True),
        )
        off = quoted.unit_price * line.quantity - quoted.amount if quoted else 0
        if off:
            label = t("table.promotion" if off > 0 else "table.surcharge")
            amount = Html(("−" if off > 0 else "+") + t.money(abs(off)))
            yield amount_row(label, amount)


def offer_head(title: str) -> Cell:
    """An offer's title above its variants. Foreign: it is escaped here."""
    return Cell(escape(cut(title, _TITLE)), span=COLUMNS, head=True)


def variant_cell(t: Texts, number: int, variant: str) -> Cell:
    """A line's number and variant. Foreign: it is escaped here."""
    name = cut(variant, _TITLE) or t("lines.no_variant")
    return Cell(t("table.variant", number=str(number), variant=name))


def amount_row(label: Html, amount: Html, *, strong: bool = False) -> tuple[Cell, ...]:
    """A label below the variants, and its amount in the last column."""
    if strong:
        label, amount = Html(f"<b>{label}</b>"), Html(f"<b>{amount}</b>")
    return (Cell(label, span=COLUMNS - 1), Cell(amount, number=True))


def _total_rows(view: View, quote: Quote) -> Iterator[tuple[Cell, ...]]:
    t = view.t
    yield amount_row(t("table.goods"), t.money(quote.goods))
    if quote.discount:
        yield amount_row(t("table.discount"), t.money(quote.discount))
    yield amount_row(t("table.freight"), t.money(quote.freight))
    if quote.additional:
        yield amount_row(t("table.additional"), t.money(quote.additional))
    if quote.charge is None:
        yield amount_row(t("table.total"), t.money(quote.total), strong=True)


def _lines(view: View, order_lines: tuple[OrderLine, ...], quote: Quote, width: int) -> Html:
    t, language = view.t, view.session.language
    blocks: list[Html] = []
    shown_offer = None
    for number, line in enumerate(order_lines, 1):
        if line.offer_id != shown_offer:
            shown_offer = line.offer_id
            blocks.append(
                t("lines.offer", title=cut(telling(line.title.in_language(language), width), width))
            )
        quoted = quote.line_for(line)
        variant = cut(both(line.variant.in_language(language), line.variant.zh), width * 2)
        off = quoted.unit_price * line.quantity - quoted.amount if quoted else 0
        blocks.append(
            t(
                "preview.line",
                number=str(number),
                variant=variant or t("lines.no_variant"),
                quantity=counted(t, line.quantity, line.unit),
                price=t.money(quoted.unit_price) if quoted else "—",
                amount=t.money(quoted.amount) if quoted else "—",
            )
        )
        if off:
            key = "preview.line_discount" if off > 0 else "preview.line_surcharge"
            blocks.append(t(key, amount=t.money(abs(off))))
    return lines(*blocks)


def totals(view: View, quote: Quote) -> Html:
    """Goods, freight, discount and total, one a line."""
    t = view.t
    return lines(
        t("preview.goods", amount=t.money(quote.goods)),
        t("preview.discount", amount=t.money(quote.discount)) if quote.discount else None,
        t("preview.freight", amount=t.money(quote.freight)),
        t("preview.additional", amount=t.money(quote.additional)) if quote.additional else None,
        t("preview.total", amount=t.money(quote.total)) if quote.charge is None else None,
        charged(t, quote),
        t("preview.parts", count=quote.parts) if quote.parts > 1 else None,
    )
