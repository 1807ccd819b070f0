"""What an order's card says: goods, amounts, every part's state, address, note."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from msgspec import Struct

from bot.chat.rich import Cell, Part, Table, shown
from bot.chat.screens import View, lines, page_of, paragraphs
from bot.chat.texts import Html, Texts, cut, escape
from bot.chat.units import both, counted
from bot.domain.collecting import Standing
from bot.domain.drafts import OrderLine
from bot.domain.money import Fen
from bot.domain.order_actions import amount_due, freight_of, unpaid
from bot.domain.orders import Order, OrderPart, OrderStatus, PartLine, Placing
from handlers.orders.words import closing, left_out, parcel, refund, state
from handlers.shared.agreement import amount_row, offer_head, variant_cell
from handlers.shared.failures import reason_in, refusal_of
from handlers.shared.money_words import charged, dearer_line
from handlers.shared.place_names import address_shown

LINES_PER_PAGE = 6
_MOST_PARTS = 8
_MOST_NAMED = 3


class Detail(Struct, frozen=True):
    """How much of everything is told: what is tried until the card fits.

    `width` is how many characters of a name, `parcels` and `failed` how many of them of a part.
    """

    width: int
    parcels: int = 6
    failed: int = 10
    times: bool = True


_HEADS = {
    Placing.CLAIMED: "card.being_placed",
    Placing.CREATING: "card.being_placed",
    Placing.UNCERTAIN: "card.uncertain",
    Placing.UNRESOLVED: "card.unresolved",
}


def card_text(view: View, order: Order, page: int, detail: Detail, *above: str) -> Html:
    """Write an order out; `above` is news of it."""
    goods = (_goods(view, order, page, detail.width), _amounts(view, order))
    return paragraphs(*above, _top(view, order), *goods, *_below(view, order, detail))


def card_parts(view: View, order: Order, page: int, *above: str) -> tuple[Part, ...]:
    """Write the same, all of it, with goods and amounts as a table."""
    t = view.t
    numbers, before, after = numbered(order, page)
    listed = None
    if before or after:
        first, last = numbers[0][0], numbers[-1][0]
        listed = t("lines.page", first=first, last=last, total=len(order.lines))
    table = Table((*_rows(view, order, page), *_amount_rows(view, order)))
    return shown(
        (
            *(Html(each) for each in above),
            _top(view, order),
            table,
            listed,
            _beside_amounts(view, order),
            *_below(view, order, Detail(width=48)),
        )
    )


def _top(view: View, order: Order) -> Html:
    return lines(view.t("card.title", number=order.order_no), _head(view, order))


def _below(view: View, order: Order, detail: Detail) -> tuple[Html | None, ...]:
    t = view.t
    return (
        left_out(view, order, detail.failed) if order.placing is not Placing.REFUSED else None,
        *_parts(view, order, detail),
        address_shown(t, order.address),
        t("preview.note", note=order.note) if order.note else None,
    )


def _rows(view: View, order: Order, page: int) -> Iterator[tuple[Cell, ...]]:
    t, language = view.t, view.session.language
    listed, _, _ = numbered(order, page)
    offer_id = None
    for number, line in listed:
        if line.offer_id != offer_id:
            offer_id = line.offer_id
            yield (offer_head(line.title.in_language(language)),)
        amount = _amount(order, line)
        yield (
            variant_cell(t, number, both(line.variant.in_language(language), line.variant.zh)),
            Cell(escape(quantity_of(t, line))),
            Cell(t.money(amount) if amount is not None else Html("—"), number=True),
        )


def _amount_rows(view: View, order: Order) -> Iterator[tuple[Cell, ...]]:
    t = view.t
    total, freight = _total_and_freight(order)
    if freight is not None:
        yield amount_row(t("table.goods"), t.money(total - freight))
        yield amount_row(t("table.freight"), t.money(freight))
    if order.quote.charge is None:
        yield amount_row(t("table.sum"), t.money(total), strong=True)


def _head(view: View, order: Order) -> Html:
    """The whole order's state; a split one's parts each tell their own below."""
    t = view.t
    ordered = t("card.ordered_at", time=t.moment(order.created_at))
    if order.placing in _HEADS:
        return lines(t(_HEADS[order.placing]), ordered)
    if order.placing is Placing.REFUSED:
        refusal = order.refusal
        key, _ = refusal_of(refusal.code if refusal else "")
        reason = cut(reason_in(refusal.message if refusal else ""), 120)
        return lines(t("card.not_made"), t(key, reason=reason), ordered)
    if order.placing is Placing.CHANGED:
        now = order.newer_quote.total if order.newer_quote else None
        agreed = t.money(order.quote.total)
        changed = t("card.changed", agreed=agreed, now=t.money(now)) if now is not None else None
        return lines(t("card.not_made"), changed, ordered)
    states = {part.status for part in order.parts}
    if len(states) == 1:
        return lines(t("card.state", state=state(t, order.parts[0], _standing(view))), ordered)
    return lines(t("card.state", state=t("card.in_parts")), ordered)


def _standing(view: View) -> Standing | None:
    return view.shop.standing if view.shop else None


def numbered(order: Order, page: int) -> tuple[Sequence[tuple[int, OrderLine]], bool, bool]:
    """Return the lines of one page with their numbers, and whether there are others."""
    return page_of(tuple(enumerate(order.lines, 1)), page, LINES_PER_PAGE)


def _goods(view: View, order: Order, page: int, width: int) -> Html:
    """One block an offer, with a line for each of its variants."""
    t, language = view.t, view.session.language
    listed, before, after = numbered(order, page)
    blocks: list[Html] = []
    offer_id = None
    for number, line in listed:
        if line.offer_id != offer_id:
            offer_id = line.offer_id
            blocks.append(t("lines.offer", title=cut(line.title.in_language(language), width)))
        variant = cut(both(line.variant.in_language(language), line.variant.zh), width * 2)
        amount = _amount(order, line)
        blocks.append(
            t(
                "card.line",
                number=str(number),
                variant=variant or t("lines.no_variant"),
                quantity=quantity_of(t, line),
                amount=t.money(amount) if amount is not None else "—",
            )
        )
    if before or after:
        first, last = listed[0][0], listed[-1][0]
        blocks.append(t("lines.page", first=first, last=last, total=len(order.lines)))
    return lines(*blocks)


def goods_named(view: View, order: Order, only: Iterable[PartLine] | None = None) -> Html:
    """Name the first goods of an order, or only of some lines, and how many more there are."""
    t, language = view.t, view.session.language
    held = None if only is None else {(line.offer_id, line.spec_id) for line in only}
    named = [
        line for line in order.lines if held is None or (line.offer_id, line.spec_id) in held
    ] or list(order.lines)
    shown = [
        t("card.goods_line", goods=goods(line, language), quantity=quantity_of(t, line))
        for line in named[:_MOST_NAMED]
    ]
    more = len(named) - _MOST_NAMED
    return lines(*shown, t("orders.more_lines", count=more) if more > 0 else None)


def goods(line: OrderLine, language: str, width: int = 40) -> str:
    """A line's title and variant, cut short. Foreign: to be escaped."""
    both_names = (line.title.in_language(language), line.variant.in_language(language))
    return " · ".join(cut(name, width) for name in both_names if name)


def quantity_of(t: Texts, line: OrderLine) -> str:
    """A line's quantity with its unit. Foreign: to be escaped."""
    return counted(t, line.quantity, line.unit)


def _amount(order: Order, line: OrderLine) -> Fen | None:
    """What a line costs as the marketplace has it, else as it was agreed to."""
    for part in order.parts:
        for kept in part.lines:
            same = (kept.offer_id, kept.spec_id) == (line.offer_id, line.spec_id)
            if same and kept.amount is not None:
                return kept.amount
    quoted = order.quote.line_for(line)
    return quoted.amount if quoted else None


def _amounts(view: View, order: Order) -> Html:
    """Goods, freight and total as they are now, and how the total differs from what was agreed."""
    t = view.t
    total, freight = _total_and_freight(order)
    return lines(
        t("card.goods", goods=t.money(total - freight), freight=t.money(freight))
        if freight is not None
        else None,
        t("card.total", total=t.money(total)) if order.quote.charge is None else None,
        _beside_amounts(view, order),
    )


def _total_and_freight(order: Order) -> tuple[int, Fen | None]:
    """What the orders cost now, in fen; what was agreed to where that is not known."""
    total, freight = amount_due(order.parts), freight_of(order.parts)
    if not order.parts or total is None:
        return order.quote.total, order.quote.freight
    return total, freight


def _beside_amounts(view: View, order: Order) -> Html:
    """How the total differs from what was agreed, and a shop's side of it."""
    return lines(
        difference(view, order),
        charged(view.t, order.quote, view.shop.account if view.shop else None),
        dearer_line(view.t, view.shop),
    )


def difference(view: View, order: Order) -> str:
    """Name what the orders cost now beside what the person agreed to, if that differs."""
    due, agreed = amount_due(order.parts), order.quote.total
    if order.quote.charge is not None:  # the shop's customer pays what was agreed, or less
        return ""
    if not order.parts or due is None or due == agreed == order.agreed_total:
        return ""
    t = view.t
    if order.agreed_total < agreed:
        # Some lines were refused: their price is in what was agreed to.
        key = "payment.differs_without" if due > order.agreed_total else "payment.less_without"
        return t(
            key,
            agreed=t.money(agreed),
            without=t.money(order.agreed_total),
            now=t.money(due),
        )
    if unpaid(order):
        key = "payment.differs" if due > agreed else "payment.differs_less"
        return t(key, agreed=t.money(agreed), now=t.money(due))
    return t("card.differed", agreed=t.money(agreed))


def _parts(view: View, order: Order, detail: Detail) -> list[Html]:
    several = len(order.parts) > 1
    shown = [
        _part(view, order, part, number if several else None, detail)
        for number, part in enumerate(order.parts[:_MOST_PARTS], 1)
    ]
    more = len(order.parts) - _MOST_PARTS
    return [*shown, view.t("card.more_parts", count=more)] if more > 0 else shown


def _part(view: View, order: Order, part: OrderPart, number: int | None, detail: Detail) -> Html:
    """One order at the marketplace; `number` tells the parts of a split one apart."""
    t = view.t
    head = t("card.their_number", number=part.order_id)
    if number is not None:
        amount = t.money(part.total) if part.total is not None else t("payment.amount_unknown")
        now = state(t, part, _standing(view))
        head = lines(
            t("card.part", number=str(number), state=now, amount=amount),
            t("card.items", items=_items(t, order, part.lines), count=len(part.lines))
            if part.lines
            else None,
            head,
        )
    words = closing(t, part)
    return lines(
        head,
        t("card.close_note", closing=words) if words else None,
        _deadline(view, part) if order.quote.charge is None else None,
        *_parcels(view, part, detail.parcels),
        *_refunds(view, order, part),
        _times(view, part) if detail.times else None,
    )


def _parcels(view: View, part: OrderPart, most: int) -> list[Html]:
    shown = [parcel(view.t, each) for each in part.parcels[:most]]
    more = len(part.parcels) - most
    if more > 0:
        key = "card.more_parcels" if shown else "card.parcels"
        shown.append(view.t(key, count=more))
    return shown


def _items(t: Texts, order: Order, kept: Iterable[PartLine]) -> Html:
    """The numbers of the order's lines that these are."""
    held = {(line.offer_id, line.spec_id) for line in kept}
    numbers = (
        str(number)
        for number, line in enumerate(order.lines, 1)
        if (line.offer_id, line.spec_id) in held
    )
    return Html(t("card.and").join(numbers))


def _deadline(view: View, part: OrderPart) -> Html | None:
    if part.status is not OrderStatus.AWAITING_PAYMENT or part.pay_before is None:
        return None
    return view.t("card.pay_before", time=view.t.moment(part.pay_before))


def _refunds(view: View, order: Order, part: OrderPart) -> list[Html]:
    """The whole part's refund, else those of its lines."""
    t = view.t
    if part.refund is not None:
        amount = t.money(part.refunded) if part.refunded else None
        words = refund(t, part.refund)
        key = "card.refund_of" if amount else "card.refund"
        return [t(key, stage=words, amount=amount) if amount else t(key, stage=words)]
    stages = dict.fromkeys(line.refund for line in part.lines if line.refund is not None)
    shown = []
    for stage in stages:
        refunded = [line for line in part.lines if line.refund is stage]
        items, words = _items(t, order, refunded), refund(t, stage)
        shown.append(t("card.refund_items", items=items, count=len(refunded), stage=words))
    return shown


def _times(view: View, part: OrderPart) -> str:
    """When the part was paid, shipped, received and completed, as far as it came."""
    t = view.t
    moments: list[tuple[str, datetime | None]] = [
        ("card.paid_at", part.paid_at),
        ("card.shipped_at", part.shipped_at),
        ("card.received_at", part.received_at),
        ("card.completed_at", part.completed_at),
    ]
    return lines(*(t(key, time=t.moment(when)) for key, when in moments if when is not None))
