"""A buy of so many variants that it takes several orders."""

from collections.abc import Sequence

from bot.domain.currencies import CNY
from bot.domain.group_buys import joining, ordering, quoting, receiving
from bot.domain.group_buys.buys import GroupBuy
from bot.domain.group_buys.parts import parts_of, together
from bot.domain.group_buys.terms import Variant
from bot.domain.identifiers import MarketplaceOrderId, MerchantOrderNo, SpecId, UserId
from bot.domain.money import Fen
from bot.domain.offers import Wording
from bot.domain.orders import Order, OrderPart, OrderStatus, Placing
from bot.domain.quotes import Quote, QuoteLine
from bot.domain.splitting import Lines
from bot.services.grouping.ordering import order_for
from tests.domain.group_buys.groups import NOW, STEPS, Desk, opened, steps, terms, wanted

ANNA, BEN = UserId(2), UserId(3)


ONE, TWO, THREE = (MerchantOrderNo(f"S261130-7K3MZQ4{each}") for each in "ABC")


def of_many(variants: int, last: UserId = ANNA) -> GroupBuy:
    """Return an open buy in which Anna takes a piece of each of so many, or all but the last."""
    goods = terms().goods.replace(
        variants=tuple(
            Variant(
                spec_id=SpecId(f"v{each}"),
                label=Wording(zh=f"{each}"),
                steps=steps(*STEPS),
                limit=9,
            )
            for each in range(variants)
        )
    )
    buy = opened(goods=goods, fee_ppm=0)
    for each in range(variants):
        user = last if each == variants - 1 else ANNA
        buy = joining.joined(buy, wanted(buy, user, 1, spec_id=SpecId(f"v{each}")))[0].buy
    return buy


def quoted(lines: Lines) -> Quote:
    price = steps(*STEPS).price_at(len(lines))
    made = tuple(
        QuoteLine(
            offer_id=each.offer_id,
            spec_id=each.spec_id,
            amount=Fen(price * each.quantity),
            unit_price=price,
        )
        for each in lines
    )
    goods = Fen(sum(each.amount for each in made))
    return Quote(lines=made, goods=goods, freight=Fen(500), total=Fen(goods + 500))


def at_ordering(last: UserId = ANNA) -> Desk:
    """Return a buy of 60 variants whose two orders are confirmed."""
    desk = Desk(joining.locked(of_many(60, last), NOW).buy)
    quotes = tuple(map(quoted, parts_of(desk.buy.taken, desk.buy.terms)))
    desk.take(quoting.priced(desk.buy, together(quotes), desk.books, NOW))
    desk.buy = desk.buy.replace(quote=together(quotes), quotes=quotes, quoted_at=NOW)
    for user in desk.buy.members:
        owed = desk.books.account_of(desk.buy.account_of(user), CNY).balance
        desk.take(receiving.paid(desk.buy, user, owed, f"k{user}", desk.books, NOW))
    assert desk.buy.bill is not None
    total, numbers = desk.buy.bill.total, tuple(each.number for each in desk.buy.taken)
    desk.take(ordering.frozen(desk.buy, ONE, total, numbers, NOW, (TWO,)))
    return desk


def made(buy: GroupBuy, *how: Placing | None) -> Sequence[Order]:
    """Return the buy's orders as they came out; None for one that is paid."""
    orders = []
    for part, (number, placing) in enumerate(zip(buy.orders, how, strict=True)):
        order = order_for(buy, number, NOW, part)
        if placing is not None and placing is not Placing.PLACED:
            orders.append(order.replace(placing=placing))
            continue
        there = OrderPart(
            order_id=MarketplaceOrderId(f"{part}"),
            total=order.quote.total,
            status=OrderStatus.AWAITING_SHIPMENT
            if placing is None
            else OrderStatus.AWAITING_PAYMENT,
            paid_at=NOW if placing is None else None,
        )
        orders.append(order.replace(placing=Placing.PLACED, parts=(there,)))
    return orders
