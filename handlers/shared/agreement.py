"""What a person agrees to, and afterwards agreed to: lines, amounts, address, note."""

from bot.chat.screens import View, lines, paragraphs
from bot.chat.texts import Html, cut
from bot.chat.units import both, counted
from bot.domain.addresses import Address
from bot.domain.drafts import OrderLine
from bot.domain.quotes import Quote
from bot.domain.titles import telling
from handlers.shared.money_words import charged
from handlers.shared.place_names import address_shown

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
        address_shown(view.t, address) if address is not None else None,
        view.t("preview.note", note=note) if note else None,
    )


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
