"""Five results in one table: at my quantity, to my address, and honest about what is not known."""

import html
import unicodedata
from collections.abc import Sequence

from telegram import Update

from bot.chat.buttons import natural
from bot.chat.context import Context, Overlay, Reply
from bot.chat.screens import Button, Rows, Screen, grid, lines, paragraphs, row
from bot.chat.texts import Html, Texts, cut, plain
from bot.domain.addresses import Address
from bot.domain.titles import telling
from bot.services.finding.comparing import MOST_COMPARED, Compared
from handlers.finding.looked_for import first_number
from handlers.shared.freight_line import likely_address
from handlers.shared.place_names import city_shown

_QUANTITIES = (1, 10, 50, 100, 500, 1000)
_MOST = 1_000_000
_IN_A_ROW = 3  # of the quantities, which a phone cuts off else
_TITLE = 26
_RATE = 8  # characters of what the marketplace writes
_UNKNOWN = "—"
_SHIPS = {"shipIn24Hours": "24 h", "shipIn48Hours": "48 h"}


def compare_button(t: Texts) -> Button:
    """The way here, under results of which there are at least two."""
    return Button(t("compare.button"), "compare")


async def compare(_: Update, context: Context) -> Reply:
    """Show the first results of the page side by side; a number of the screen changes how many."""
    query, page = context.session.query, await context.results()
    hits = page.hits[:MOST_COMPARED] if page is not None else ()
    if query is None or query.pending or len(hits) <= 1:
        context.flash("results.gone")
        return None
    quantity = natural(context.arg) or None
    address = await likely_address(context.session, context.services)
    compared = await context.services.comparing.compare(
        hits, min(quantity, _MOST) if quantity else None, address
    )
    numbered = tuple(enumerate(compared, first_number(query.page, page.hits if page else ())))
    screen = _screen(context, numbered, address)
    return Overlay(screen, in_place=bool(context.arg))


def _screen(
    context: Context, numbered: Sequence[tuple[int, Compared]], address: Address | None
) -> Screen:
    t, language = context.t, context.session.language
    compared = [each for _, each in numbered]
    asked = min((each.quantity for each in compared if each.quantity), default=1)
    more = any(each.quantity and each.quantity > asked for each in compared)
    names = [
        lines(
            t(
                "compare.name",
                number=str(number),
                title=cut(telling(each.hit.title.in_language(language), _TITLE), _TITLE),
            ),
            _in_yuan(t, each),
        )
        for number, each in numbered
    ]
    text = paragraphs(
        t("compare.title", quantity=asked),
        _table(t, numbered, asked),
        lines(*names),
        lines(
            t("compare.minimum_instead") if more else None,
            t("compare.lowest") if any(each.lowest for each in compared) else None,
            t("compare.freight_to", city=city_shown(t, address))
            if address is not None
            else t("compare.no_address"),
            t("compare.unknown") if _lacks(t, compared, asked, address) else None,
            t("compare.open_hint"),
        ),
    )
    return Screen(text, _rows(numbered, asked))


def _table(t: Texts, numbered: Sequence[tuple[int, Compared]], asked: int) -> Html:
    keys = ("compare.no", "compare.each", "compare.freight", "compare.least")
    table: list[list[str]] = [[t(key) for key in (*keys, "compare.ships", "compare.again")]]
    table += ([str(number), *_cells(t, each, asked)] for number, each in numbered)
    widths = [max(map(_width, column)) for column in zip(*table, strict=True)]
    written = (
        " ".join(
            cell + " " * (width - _width(cell)) for cell, width in zip(each, widths, strict=True)
        )
        for each in table
    )
    # Not `escape`, to which columns are too much space.
    return Html("<pre>" + html.escape("\n".join(line.rstrip() for line in written)) + "</pre>")


def _cells(t: Texts, each: Compared, asked: int) -> list[str]:
    """What is known of one: price, freight, minimum, dispatch, how many buy again."""
    offer = each.offer
    again = plain(each.hit.repurchase_rate or "")[:_RATE] or _UNKNOWN
    if offer is None:
        return [_UNKNOWN] * 4 + [again]
    price = _short(t, each.price) if each.price is not None else _UNKNOWN
    mark = "*" if each.quantity is not None and each.quantity > asked else ""
    freight = _short(t, each.freight) if each.freight is not None else _UNKNOWN
    promise = offer.shipping_time_guarantee or ""
    ships = t("compare.today") if promise == "shipInToday" else _SHIPS.get(promise, _UNKNOWN)
    sold_out = not (offer.on_sale and offer.stock)
    return [
        t("compare.gone") if sold_out else f"{price}{'+' if each.lowest else ''}{mark}",
        freight,
        str(offer.min_order_quantity),
        ships,
        again,
    ]


def _lacks(t: Texts, compared: Sequence[Compared], asked: int, address: Address | None) -> bool:
    """Tell whether the table says of something that nobody gave it; freight needs an address."""
    for each in compared:
        price, freight, *rest = _cells(t, each, asked)
        if _UNKNOWN in (price, *rest) or (address is not None and freight == _UNKNOWN):
            return True
    return False


def _short(t: Texts, fen: int) -> str:
    """Write an amount as a column of a phone has room for it: in the currency that is paid."""
    if t.rate is not None:
        return str(t.amount(t.rate.convert(fen)))
    return str(t.yuan(fen)).removesuffix(".00")


def _in_yuan(t: Texts, each: Compared) -> Html | None:
    """Say in a shop what both come to in yuan, for which the table has no room."""
    if t.rate is None or each.price is None:
        return None
    if each.freight is None:
        return t("compare.in_yuan", price=t.yuan(each.price))
    return t("compare.in_yuan_sent", price=t.yuan(each.price), freight=t.yuan(each.freight))


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(each) in {"W", "F"} else 1 for each in text)


def _rows(numbered: Sequence[tuple[int, Compared]], asked: int) -> Rows:
    picks = [Button(str(number), "pick", str(each.hit.offer_id)) for number, each in numbered]
    others = [each for each in _QUANTITIES if each != asked]
    quantities = [Button(f"× {each}", "compare", str(each)) for each in others]
    return row(*picks) + grid(quantities, _IN_A_ROW)
