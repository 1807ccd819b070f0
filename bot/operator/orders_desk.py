"""`python -m bot orders`: what is uncertain, everything needed to decide, and the decision."""

from collections.abc import Iterable, Sequence

from bot.domain.identifiers import MarketplaceOrderId, MerchantOrderNo
from bot.domain.money import to_yuan
from bot.domain.orders import InvalidTransition, Order, Placing, Refusal
from bot.marketplace.errors import MarketplaceError
from bot.marketplace.port import FoundOrder, Marketplace
from bot.operator import CommandRefused
from bot.services.parts import part_of
from bot.services.placing import DROPPED
from bot.services.recovery import Finding, adopted, is_ours, judge, look_up
from bot.storage.ports import OrderMoved, Storage


async def listed(storage: Storage) -> str:
    """Describe every order that is uncertain or waits for a decision."""
    uncertain = [
        each for each in await storage.unsettled_orders() if each.placing is Placing.UNCERTAIN
    ]
    orders = [*await storage.unresolved_orders(), *uncertain]
    if not orders:
        return "No order is uncertain."
    return "\n\n".join(described(each) for each in orders)


async def shown(storage: Storage, marketplace: Marketplace, order_no: str) -> str:
    """Describe one order with its address, and what the marketplace knows of it now."""
    order = await _order(storage, order_no)
    address = order.address
    lines = [
        described(order),
        f"  deliver to  {address.full_name} {address.mobile}, {address.division} {address.street}",
        f"  note        {order.note or '-'}",
    ]
    try:
        finding = await look_up(marketplace, order)
    except MarketplaceError as error:
        lines.append(f"  marketplace could not be asked: {error}")
    else:
        lines += [f"  marketplace {each}" for each in _findings(finding)]
    return "\n".join(lines)


async def adopt(
    storage: Storage,
    marketplace: Marketplace,
    order_no: str,
    order_ids: Sequence[str],
    *,
    force: bool = False,
) -> str:
    """Take orders at the marketplace for ours: the person is told that it was placed.

    Without `force` they must carry our number and no other goods than agreed to. Raises
    `CommandRefused`, `StorageError`.
    """
    order = await _order(storage, order_no)
    found = [await _detail(marketplace, each) for each in dict.fromkeys(order_ids)]
    strangers = [each.order_id for each in found if not is_ours(each, order.order_no)]
    finding = judge(order, found)
    if strangers and not force:
        raise CommandRefused(
            f"{', '.join(strangers)} does not carry the number {order_no}; --force adopts it anyway"
        )
    if finding.doubles:
        raise CommandRefused("each of these is the whole order: adopt one and cancel the others")
    if finding.doubtful and not force:
        raise CommandRefused(
            "the goods are not the ones that the person agreed to; --force adopts them anyway"
        )
    if finding.doubtful:
        after = _moved(order, Placing.PLACED).replace(parts=tuple(map(part_of, found)))
    else:
        _moved(order, Placing.PLACED)
        after = adopted(order, finding)
    await _save(storage, order, after)
    return f"{order_no} is placed as {', '.join(each.order_id for each in found)}."


async def drop(
    storage: Storage, marketplace: Marketplace, order_no: str, *, force: bool = False
) -> str:
    """Settle that no order exists: the person is told so and may order again.

    Without `force` the marketplace is asked once more. Raises `CommandRefused`, `StorageError`.
    """
    order = await _order(storage, order_no)
    after = _moved(order, Placing.REFUSED)
    if not force:
        try:
            finding = await look_up(marketplace, order)
        except MarketplaceError as error:
            raise CommandRefused(
                f"the marketplace could not be asked ({error}); --force drops it anyway"
            ) from error
        if finding.adopt or finding.doubtful:
            raise CommandRefused(
                f"there is something at the marketplace: {'; '.join(_findings(finding))}"
            )
    refusal = Refusal(code=DROPPED, message="settled by the operator")
    await _save(storage, order, after.replace(refusal=refusal))
    return f"{order_no} is settled: no order exists."


def described(order: Order) -> str:
    """Return an order as the operator needs it to find it at the marketplace."""
    quote = order.quote
    head = (
        f"{order.order_no}  {order.placing.value}  {order.created_at:%Y-%m-%d %H:%M:%S} UTC"
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


def _findings(finding: Finding) -> Iterable[str]:
    if finding.doubtful:
        return ["has orders with our number whose goods do not fit; look at them there"]
    if not finding.adopt:
        return ["has no order with our number"]
    named = [_described_found(each) for each in finding.adopt]
    named += [f"{_described_found(each)}, a double" for each in finding.doubles]
    named += [f"lacks offer {offer}, spec {spec or '-'}" for offer, spec in finding.missing]
    return named


def _described_found(found: FoundOrder) -> str:
    total = to_yuan(found.total) if found.total is not None else "?"
    return f"has {found.order_id}, {found.status.value}, CNY {total}"


async def _order(storage: Storage, order_no: str) -> Order:
    order = await storage.order(MerchantOrderNo(order_no))
    if order is None:
        raise CommandRefused(f"there is no order {order_no}")
    return order


async def _detail(marketplace: Marketplace, order_id: str) -> FoundOrder:
    try:
        return await marketplace.order_detail(MarketplaceOrderId(order_id))
    except MarketplaceError as error:
        raise CommandRefused(f"{order_id} could not be read: {error}") from error


def _moved(order: Order, placing: Placing) -> Order:
    try:
        return order.moved(placing)
    except InvalidTransition as error:
        waits = " It is still being looked up." if order.placing is Placing.UNCERTAIN else ""
        raise CommandRefused(
            f"{order.order_no} is {order.placing.value} and can't become {placing.value}.{waits}"
        ) from error


async def _save(storage: Storage, before: Order, after: Order) -> None:
    try:
        await storage.save_order(after, before.placing)
    except OrderMoved as error:
        raise CommandRefused(f"{before.order_no} moved on meanwhile: look again") from error
    await storage.nudge()
