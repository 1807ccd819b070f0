"""Orders through their life: a happening changes order and stock, is saved, and is pushed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sandbox.marketplace import order_life
from sandbox.marketplace.clock import Clock
from sandbox.marketplace.order_book import OrderBook
from sandbox.marketplace.orders import Order, OrderLine
from sandbox.marketplace.parcels import NO_LOGISTICS, Parcel, ParcelKind, Trace, new_parcel
from sandbox.marketplace.pushes import topics
from sandbox.marketplace.pushes.topics import (
    News,
    of_closing,
    of_new_number,
    of_order,
    of_payments,
    of_refund,
    of_trace,
)
from sandbox.marketplace.refunding import Ask, RefundNews, close_refund, take_step
from sandbox.marketplace.shelf import Shelf

NOBODY_PAID = "BUYER_NO_PAY"


@dataclass(frozen=True)
class Shipment:
    """What a parcel is sent with: no lines is all that is left, no number a made-up one."""

    lines: tuple[str, ...] = ()
    quantities: Mapping[str, int] = field(default_factory=dict)
    kind: ParcelKind = "0"
    carrier: str = "中通快递"
    carrier_code: str = "ZTO"
    tracking_number: str = ""
    condition: str = "3"


class Trading:
    """What buyers, sellers and the platform do with orders.

    Methods raise ValueError for what an order's state does not allow and KeyError for lines and
    parcels that it does not have; both leave it as it was.
    """

    def __init__(
        self,
        book: OrderBook,
        shelf: Shelf,
        clock: Clock,
        tell: Callable[[Sequence[News]], None],
        save: Callable[[], None],
    ) -> None:
        self._book = book
        self._shelf = shelf
        self._clock = clock
        self._tell = tell
        self._save = save

    def record(self, orders: Sequence[Order]) -> None:
        """New orders: stock falls."""
        for order in orders:
            self._shelf.take(order.lines)
            self._book.add(order)
        self._done(*(of_order(topics.MADE, order, self._now) for order in orders))

    def pay(self, orders: Sequence[Order]) -> None:
        """The buyer pays, several orders at once or one."""
        for order in orders:
            order_life.pay(order, self._now)
        self._done(*of_payments(orders, self._now))

    def start_paying(self, order: Order, seconds: float, *, debited: bool = False) -> None:
        """A payment begins that arrives only after some seconds; debited: by agreement."""
        now = self._now
        order_life.start_paying(order, now, now + int(seconds * 1000))
        order.debited_fen = order.total_fen if debited else 0
        self._save()

    def pay_by_agreement(self, order: Order) -> None:
        """The platform debits the buyer account."""
        order_life.pay(order, self._now)
        order.debited_fen = order.total_fen
        self._done(*of_payments([order], self._now))

    def close(
        self, order: Order, reason: str, operate_type: str, remark: str | None = None
    ) -> None:
        """Close an unpaid order: stock returns."""
        order_life.close(order, self._now, reason, operate_type, remark)
        self._shelf.put_back(order.lines)
        self._done(of_closing(order, self._now))

    def reprice(self, order: Order, goods_delta_fen: int, freight_fen: int | None) -> None:
        """The seller changes an unpaid order."""
        order_life.reprice(order, self._now, goods_delta_fen, freight_fen)
        self._done(of_order(topics.REPRICED, order, self._now))

    def ship(self, order: Order, shipment: Shipment) -> Parcel:
        """The seller sends a parcel; a refund that was asked for what is in it ends."""
        contents = order_life.contents_of(order, shipment.lines, shipment.quantities)
        parcel = new_parcel(
            contents,
            self._now,
            kind=shipment.kind,
            carrier=shipment.carrier,
            carrier_code=shipment.carrier_code,
            tracking_number=shipment.tracking_number,
        )
        parcel.condition = shipment.condition
        lines = [order.line(each) for each in contents]
        ended = close_refund(order, lines, "SELLER_SEND_GOODS_CLOSE")
        order_life.ship(order, parcel)
        topic = topics.SENT if order.status == "waitbuyerreceive" else topics.PART_SENT
        self._done(of_order(topic, order, self._now), *self._refund_news(order, ended))
        return parcel

    def trace(self, order: Order, tracking_number: str, status: Trace | None) -> Parcel:
        """A carrier tells of a parcel, the latest one unless its number is given."""
        parcel = _parcel(order, tracking_number)
        parcel.trace = status or parcel.next_trace
        parcel.modified_ms = self._now
        self._done(of_trace(order, parcel, self._now))
        return parcel

    def change_number(
        self, order: Order, tracking_number: str, new_number: str, carrier: tuple[str, str] | None
    ) -> Parcel:
        """The seller corrects a parcel's tracking number, and its carrier (name, code) if given."""
        parcel = _parcel(order, tracking_number)
        old = parcel.carrier_code, parcel.tracking_number
        parcel.tracking_number = new_number
        if carrier is not None:
            parcel.carrier, parcel.carrier_code = carrier
        parcel.modified_ms = order.modified_ms = self._now
        self._done(of_new_number(order, parcel, old, self._now))
        return parcel

    def receive(self, order: Order, line_ids: Sequence[str] = ()) -> list[OrderLine]:
        """The buyer confirms what was sent; a refund that was asked for it ends."""
        lines = order_life.receive(order, self._now, line_ids)
        ended = close_refund(order, lines, "BUYER_RECEIVE_CLOSE")
        received = of_order(topics.RECEIVED, order, self._now, topics.RECEIPT_STATUS)
        self._done(received, *self._refund_news(order, ended))
        return lines

    def complete(self, order: Order) -> None:
        """The money goes to the seller."""
        order_life.complete(order, self._now)
        self._done(of_order(topics.COMPLETED, order, self._now))

    def terminate(self, order: Order) -> None:
        """The platform ends the order."""
        order_life.terminate(order, self._now)
        self._done(of_closing(order, self._now))

    def refund(self, order: Order, ask: Ask) -> None:
        """One step of a refund; what is paid back without having been sent is in stock again."""
        gone_before = {line.line_id for line in order.lines if line.gone}
        news = take_step(order, self._now, ask)
        self._shelf.put_back(
            line
            for line in order.lines
            if line.gone
            and line.line_id not in gone_before
            and (line.returned or not order.shipped(line))
        )
        closed = [of_closing(order, self._now)] if order.status == "cancel" else []
        self._done(of_refund(order, news, self._now), *closed)

    def settle_due(self) -> None:
        """Payments under way arrive; orders that nobody paid in time close by themselves."""
        for order in self._book.arriving(self._now):
            self.pay([order])
        for order in self._book.overdue(self._now):
            self.close(order, NOBODY_PAID, "CLOSE_TRADE_BY_BOPS")

    def _refund_news(self, order: Order, ended: RefundNews | None) -> list[News]:
        return [] if ended is None else [of_refund(order, ended, self._now)]

    def _done(self, *news: News) -> None:
        """Save what happened, then tell of it."""
        self._save()
        self._tell(news)

    @property
    def _now(self) -> int:
        return self._clock.now_ms()


def _parcel(order: Order, tracking_number: str) -> Parcel:
    carried = [parcel for parcel in order.parcels if parcel.kind != NO_LOGISTICS]
    if not carried:
        raise ValueError(f"no carrier has a parcel of order {order.order_id}")
    if not tracking_number:
        return carried[-1]
    for parcel in carried:
        if parcel.tracking_number == tracking_number:
            return parcel
    raise KeyError(f"no such parcel of order {order.order_id}: {tracking_number}")
