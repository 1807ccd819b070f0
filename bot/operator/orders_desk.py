"""`python -m bot orders`: what is uncertain, everything needed to decide, and the decision."""

from collections.abc import Awaitable, Iterable, Sequence

from bot.domain.identifiers import MarketplaceOrderId
from bot.domain.money import Fen, to_yuan
from bot.domain.orders import Order
from bot.marketplace.errors import MarketplaceError
from bot.marketplace.port import FoundOrder
from bot.operator import CommandRefused
from bot.services.placing.recovery import Finding
from bot.services.placing.resolving import NotSettled, Objection, OrderResolving

_OBJECTIONS = {
    Objection.UNKNOWN: "there is no order {number}",
    Objection.MOVED_ON: "{number} moved on meanwhile: look again",
    Objection.NOT_NOW: "{number} is {state}: there is nothing to settle",
    Objection.STILL_LOOKING: "{number} is still being looked up: wait for the end of that",
    Objection.UNREADABLE: "{ids} could not be read: {error}",
    Objection.STRANGE: "{ids} does not carry the number {number}; --force adopts it anyway",
    Objection.DOUBLES: "each of these is the whole order: adopt one, the others are closed",
    Objection.OTHER_GOODS: "the goods are not the ones that the person agreed to;"
    " --force adopts them anyway",
    Objection.NO_ANSWER: "the marketplace could not be asked: {error}",
    Objection.EXISTS: "there is something at the marketplace: {found}",
    Objection.NOT_COMPLETE: "the marketplace's list could not be read to its end",
}
_DECISIONS = (
    "orders adopt {number} ID…  it exists, as these orders at the marketplace",
    "orders recreate {number}   it does not exist: make it now, at exactly this total",
    "orders drop {number}       it does not exist: tell the person that nothing was ordered",
)


async def listed(desk: OrderResolving) -> str:
    """Describe every order that is uncertain or waits for a decision."""
    orders = await desk.open_questions()
    if not orders:
        return "No order is uncertain."
    return "\n\n".join(described(each) for each in orders)


async def shown(desk: OrderResolving, order_no: str) -> str:
    """Describe one order with its address, what the marketplace knows of it, and the choices."""
    order = await _settled(desk.order(order_no))
    address = order.address
    lines = [
        described(order),
        f"  deliver to  {address.full_name} {address.mobile}, {address.division} {address.street}",
        f"  note        {order.note or '-'}",
    ]
    try:
        finding = await desk.look(order)
    except MarketplaceError as error:
        lines.append(f"  marketplace could not be asked: {error}")
    else:
        lines += [f"  marketplace {each}" for each in _findings(finding, order.quote.total)]
    lines += [f"  {each.format(number=order.order_no)}" for each in _DECISIONS]
    return "\n".join(lines)


async def adopt(
    desk: OrderResolving, order_no: str, order_ids: Sequence[str], *, force: bool = False
) -> str:
    """Take orders at the marketplace for ours. Raises `CommandRefused`, `StorageError`."""
    order = await _settled(
        desk.adopt(order_no, [MarketplaceOrderId(each) for each in order_ids], force=force)
    )
    return f"{order_no} is placed as {', '.join(str(each.order_id) for each in order.parts)}."


async def recreate(desk: OrderResolving, order_no: str) -> str:
    """Have an order made that does not exist. Raises `CommandRefused`, `StorageError`."""
    await _settled(desk.recreate(order_no))
    return (
        f"{order_no} is made once more, by the running bot or at its next start."
        " `orders` lists it again if that stays unclear."
    )


async def drop(desk: OrderResolving, order_no: str, *, force: bool = False) -> str:
    """Settle that no order exists. Raises `CommandRefused`, `StorageError`."""
    await _settled(desk.drop(order_no, force=force), "; --force drops it anyway")
    return f"{order_no} is settled: no order exists."


def described(order: Order) -> str:
    """Return an order as the operator needs it to find it at the marketplace."""
    quote = order.quote
    sent = f", create sent {order.sent_at:%H:%M:%S} UTC" if order.sent_at else ""
    head = (
        f"{order.order_no}  {order.placing.value}  {order.created_at:%Y-%m-%d %H:%M:%S} UTC"
        f"{sent}{' for the second time' if order.sent_again else ''}"
        f"  {order.lookups} look-ups  Telegram user {order.user_id}"
    )
    total = (
        f"  total       CNY {to_yuan(quote.total)}"
        f" (goods {to_yuan(quote.goods)}, freight {to_yuan(quote.freight)})"
    )
    goods = (
        f"  {line.quantity} x offer {line.offer_id}, spec {line.spec_id or '-'},"
        f" sku {line.sku_id or '-'}: {line.title.zh} {line.variant.zh}".rstrip()
        for line in order.lines
    )
    return "\n".join((head, total, *goods))


async def _settled(decision: Awaitable[Order], unless_forced: str = "") -> Order:
    try:
        return await decision
    except NotSettled as refusal:
        hint = unless_forced if refusal.objection is Objection.NO_ANSWER else ""
        raise CommandRefused(_text(refusal) + hint) from refusal


def _text(refusal: NotSettled) -> str:
    return _OBJECTIONS[refusal.objection].format(
        number=refusal.order_no,
        state=refusal.order.placing.value if refusal.order else "",
        ids=", ".join(map(str, refusal.order_ids)),
        error=refusal.error,
        found="; ".join(_findings(refusal.finding, refusal.order.quote.total))
        if refusal.finding and refusal.order
        else "",
    )


def _findings(finding: Finding, agreed: Fen) -> Iterable[str]:
    if finding.doubtful:
        return ["has orders with our number whose goods do not fit; look at them there"]
    if not finding.adopt:
        return ["has no order with our number"]
    named = [_described_found(each) for each in finding.adopt]
    totals = [each.total for each in finding.adopt]
    asked = sum(filter(None, totals))
    if None in totals or asked != agreed:
        known = to_yuan(Fen(asked)) if None not in totals else "?"
        named.append(f"asks CNY {known}; the person agreed to CNY {to_yuan(agreed)}")
    named += [f"{_described_found(each)}, a double" for each in finding.doubles]
    named += [f"lacks offer {offer}, spec {spec or '-'}" for offer, spec in finding.missing]
    return named


def _described_found(found: FoundOrder) -> str:
    total = to_yuan(found.total) if found.total is not None else "?"
    return f"has {found.order_id}, {found.status.value}, CNY {total}"
