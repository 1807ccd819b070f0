"""News of an order: each change is told once, whatever was seen of the way there."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.changes import news_between, news_of_part, reminder
from bot.domain.identifiers import MarketplaceOrderId
from bot.domain.money import Fen
from bot.domain.news import News, NewsKind, grouped, key_of, together
from bot.domain.orders import Order, OrderPart, OrderStatus, Placing, rank_of
from bot.domain.parcels import ClosedBy, Parcel, RefundStage, TraceStatus
from bot.domain.readings import merged
from bot.domain.watching import WatchPlan
from tests.domain.part_readings import ORDER, readings
from tests.storage.samples import order

START = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
OTHER = MarketplaceOrderId("2257000000000000002")
FIRST_PARCEL = Parcel(parcel_id="1", carrier="中通快递", tracking_no="78A")
SECOND_PARCEL = Parcel(parcel_id="2", carrier="圆通速递", tracking_no="YT2")
MILESTONES = {
    OrderStatus.AWAITING_SHIPMENT: NewsKind.PAID,
    OrderStatus.AWAITING_RECEIPT: NewsKind.SHIPPED,
    OrderStatus.RECEIVED: NewsKind.RECEIVED,
    OrderStatus.COMPLETED: NewsKind.COMPLETED,
    OrderStatus.CANCELLED: NewsKind.CLOSED,
    OrderStatus.TERMINATED: NewsKind.CLOSED,
}


def part(status: OrderStatus = OrderStatus.AWAITING_PAYMENT, **fields: object) -> OrderPart:
    made = OrderPart(order_id=ORDER, status=status, total=Fen(1_196), freight=Fen(300))
    return made.replace(**fields)


def placed(*parts: OrderPart) -> Order:
    return order(placing=Placing.PLACED).replace(parts=parts)


def life() -> list[OrderPart]:
    """An order's readings from its placing to its end, each later than the one before."""
    at = [START + timedelta(hours=hour) for hour in range(8)]
    paid = {"paid_at": at[1]}
    shipped = {**paid, "shipped_at": at[3], "parcels": (FIRST_PARCEL, SECOND_PARCEL)}
    received = {**shipped, "received_at": at[4]}
    steps = [
        part(),
        part(OrderStatus.AWAITING_SHIPMENT, **paid),
        part(OrderStatus.AWAITING_SHIPMENT, **paid, parcels=(FIRST_PARCEL,)),
        part(OrderStatus.AWAITING_RECEIPT, **shipped),
        part(OrderStatus.RECEIVED, **received),
        part(OrderStatus.COMPLETED, **received, completed_at=at[5]),
    ]
    return [each.replace(modified_at=when) for each, when in zip(steps, at, strict=False)]


def told_by(some: list[OrderPart]) -> list[News]:
    """What a person is told while these readings come in."""
    known, told = some[0], []
    for read in some[1:]:
        newer = merged(known, read)
        told.extend(news_of_part(known, newer))
        known = newer
    return told


def kinds(news: list[News] | tuple[News, ...]) -> list[NewsKind]:
    return [each.kind for each in news]


def every_kind(news: list[News]) -> list[NewsKind]:
    """What is told, on the way or as the news itself."""
    return [kind for each in news for kind in (*(p.kind for p in each.passed), each.kind)]


class TestAnOrdersLife:
    def test_seen_at_every_step_it_is_told_step_by_step(self):
        """Paid, part shipped, shipped, received, completed: each once, with its parcels."""
        told = told_by(life())
        assert kinds(told) == [
            NewsKind.PAID,
            NewsKind.PART_SHIPPED,
            NewsKind.SHIPPED,
            NewsKind.RECEIVED,
            NewsKind.COMPLETED,
        ]
        assert [each.parcels for each in told] == [(), (FIRST_PARCEL,), (SECOND_PARCEL,), (), ()]

    @given(st.sets(st.integers(1, 5)))
    def test_whatever_was_seen_of_it_everything_is_told_once(self, seen: set[int]):
        """Between any two looks there is one message at most, and nothing is told twice."""
        steps = life()
        looked_at = [steps[0], *(steps[each] for each in sorted(seen | {5}))]
        told = told_by(looked_at)
        assert len(told) == len(looked_at) - 1
        assert len({each.key for each in told}) == len(told)
        whole = every_kind(told)
        assert [kind for kind in whole if kind is not NewsKind.PART_SHIPPED] == [
            NewsKind.PAID,
            NewsKind.SHIPPED,
            NewsKind.RECEIVED,
            NewsKind.COMPLETED,
        ]
        parcels = [parcel for each in told for parcel in each.parcels]
        assert sorted(each.parcel_id for each in parcels) == ["1", "2"]

    @given(st.lists(st.integers(0, 5), max_size=25))
    def test_old_readings_and_repeats_tell_nothing_new(self, arrived: list[int]):
        """Readings in any order, as often as you like: no key comes twice, nothing goes back."""
        steps = life()
        told = told_by([steps[0], *(steps[each] for each in arrived)])
        assert len({each.key for each in told}) == len(told)
        milestones = [kind for kind in every_kind(told) if kind is not NewsKind.PART_SHIPPED]
        assert len(set(milestones)) == len(milestones)

    @given(readings)
    def test_the_same_again_is_no_news(self, one: OrderPart):
        """Nothing changed, nothing is told."""
        assert news_of_part(one, one) == ()

    @pytest.mark.parametrize("before", list(OrderStatus))
    @pytest.mark.parametrize("after", list(OrderStatus))
    def test_every_pair_of_states(self, before: OrderStatus, after: OrderStatus):
        """A step forward is one piece of news, of the state that it leads to; no other is any."""
        told = news_of_part(part(before), part(before).seen(after))
        forward = rank_of(after) > rank_of(before) and after in MILESTONES
        assert kinds(told) == ([MILESTONES[after]] if forward else [])

    @given(readings, readings)
    def test_any_two_readings_make_news_with_keys_of_their_own(
        self, before: OrderPart, read: OrderPart
    ):
        """Whatever the marketplace says, it is told without an error and found again the same."""
        after = merged(before, read)
        told = news_of_part(before, after)
        assert len({each.key for each in told}) == len(told)
        assert news_of_part(before, after) == told
        assert all(len(each.key) <= 60 for each in told)


class TestPrices:
    def test_a_changed_price_is_told_with_both_totals(self):
        """Also when only the freight moved, and the goods the other way."""
        dearer = part(total=Fen(1_500))
        (news,) = news_of_part(part(), dearer)
        assert news.kind is NewsKind.PRICE_CHANGED
        assert (news.total_before, news.total) == (1_196, 1_500)
        (news,) = news_of_part(part(), part(freight=Fen(0)))
        assert (news.freight_before, news.freight) == (300, 0)

    def test_a_price_that_goes_there_and_back_is_told_each_time(self):
        """Each change has a time of its own."""
        steps = [
            part(total=Fen(total), modified_at=START + timedelta(minutes=minute))
            for minute, total in enumerate((1_000, 2_000, 1_000, 2_000))
        ]
        told = told_by(steps)
        assert kinds(told) == [NewsKind.PRICE_CHANGED] * 3
        assert len({each.key for each in told}) == 3

    def test_the_first_amount_is_no_change(self):
        """Nothing was known before."""
        assert news_of_part(part(total=None, freight=None), part()) == ()

    def test_what_is_paid_has_no_price_to_change(self):
        """A refund or a payment moves amounts too."""
        paid = part(OrderStatus.AWAITING_SHIPMENT)
        assert news_of_part(paid, paid.replace(total=Fen(1))) == ()
        assert kinds(news_of_part(part(), paid.replace(total=Fen(1)))) == [NewsKind.PAID]


class TestParcels:
    def test_each_new_parcel_is_told_once(self):
        """The second part shipment names the second parcel only."""
        before = part(OrderStatus.AWAITING_SHIPMENT, parcels=(FIRST_PARCEL,))
        after = before.replace(parcels=(FIRST_PARCEL, SECOND_PARCEL))
        (news,) = news_of_part(before, after)
        assert (news.kind, news.parcels) == (NewsKind.PART_SHIPPED, (SECOND_PARCEL,))

    def test_numbers_that_come_late_or_change_are_told(self):
        """Whoever copied the old number needs the new one."""
        before = part(OrderStatus.AWAITING_RECEIPT)
        late = before.replace(parcels=(FIRST_PARCEL,))
        corrected = FIRST_PARCEL.replace(tracking_no="78Z")
        (news,) = news_of_part(before, late)
        assert (news.kind, news.parcels) == (NewsKind.TRACKING, (FIRST_PARCEL,))
        (news,) = news_of_part(late, late.replace(parcels=(corrected,)))
        assert (news.kind, news.parcels) == (NewsKind.TRACKING, (corrected,))

    @pytest.mark.parametrize("trace", list(TraceStatus))
    def test_a_carriers_word_is_told_when_it_matters(self, trace: TraceStatus):
        """Delivered, waiting to be picked up, not delivered; not every station on the way."""
        before = part(OrderStatus.AWAITING_RECEIPT, parcels=(FIRST_PARCEL,))
        after = before.replace(parcels=(FIRST_PARCEL.traced(trace, START),))
        wanted = {
            TraceStatus.DELIVERED: [NewsKind.DELIVERED],
            TraceStatus.AT_PICKUP_POINT: [NewsKind.AT_PICKUP_POINT],
            TraceStatus.FAILED: [NewsKind.DELIVERY_FAILED],
        }
        assert kinds(news_of_part(before, after)) == wanted.get(trace, [])

    def test_what_was_received_is_not_delivered_any_more(self):
        """A carrier's word may come late."""
        before = part(OrderStatus.RECEIVED, parcels=(FIRST_PARCEL,))
        after = before.replace(parcels=(FIRST_PARCEL.traced(TraceStatus.DELIVERED, None),))
        assert news_of_part(before, after) == ()

    def test_a_second_failed_attempt_is_told_again(self):
        """But the same one is not."""
        first = FIRST_PARCEL.traced(TraceStatus.FAILED, START)
        out = first.traced(TraceStatus.OUT_FOR_DELIVERY, START + timedelta(hours=1))
        second = out.traced(TraceStatus.FAILED, START + timedelta(hours=2))
        steps = [
            part(OrderStatus.AWAITING_RECEIPT, parcels=(p,))
            for p in (FIRST_PARCEL, first, out, second)
        ]
        told = [news for one, other in pairwise(steps) for news in news_of_part(one, other)]
        assert kinds(told) == [NewsKind.DELIVERY_FAILED] * 2
        assert len({each.key for each in told}) == 2


class TestEndings:
    def test_an_unpaid_order_is_closed_by_somebody_for_a_reason(self):
        """That nothing was paid is part of the news."""
        closed = part(
            OrderStatus.CANCELLED, closed_by=ClosedBy.SELLER, close_reason="sellerGoodsLack"
        )
        (news,) = news_of_part(part(), closed)
        assert (news.closed_by, news.close_reason) == (ClosedBy.SELLER, "sellerGoodsLack")
        assert news.unpaid

    def test_a_closing_with_its_refund_is_one_piece_of_news(self):
        """And one that was never seen paid is told as paid and closed."""
        refunded = part(
            OrderStatus.CANCELLED, paid_at=START, refund=RefundStage.REFUNDED, refunded=Fen(1_196)
        )
        for before in (part(), part(OrderStatus.AWAITING_SHIPMENT, paid_at=START)):
            (news,) = news_of_part(before, refunded)
            assert (news.kind, news.refunded) == (NewsKind.CLOSED, 1_196)
            assert not news.unpaid
        assert every_kind(list(news_of_part(part(), refunded))) == [NewsKind.PAID, NewsKind.CLOSED]

    def test_each_step_of_a_refund_is_told(self):
        """Also one that begins after the order was completed."""
        before = part(OrderStatus.COMPLETED)
        stages = (RefundStage.AWAITING_SELLER, RefundStage.AWAITING_RETURN, RefundStage.REFUNDED)
        steps = [before, *(before.replace(refund=stage) for stage in stages)]
        told = [news for one, other in pairwise(steps) for news in news_of_part(one, other)]
        assert [each.refund for each in told] == list(stages)
        assert len({each.key for each in told}) == 3


class TestParts:
    def test_the_same_of_several_parts_is_told_together(self):
        """Paid with one link, told with one message that adds up."""
        both = (part(), part(order_id=OTHER, total=Fen(4)))
        paid = tuple(each.seen(OrderStatus.AWAITING_SHIPMENT) for each in both)
        (news,) = news_between(placed(*both), placed(*paid))
        assert news.parts == (ORDER, OTHER)
        assert news.total == 1_200

    def test_what_differs_is_told_apart(self):
        """One was paid, the other closed."""
        both = (part(), part(order_id=OTHER))
        after = (
            both[0].seen(OrderStatus.AWAITING_SHIPMENT),
            both[1].replace(status=OrderStatus.CANCELLED),
        )
        assert kinds(news_between(placed(*both), placed(*after))) == [
            NewsKind.PAID,
            NewsKind.CLOSED,
        ]

    def test_parts_paid_one_after_the_other_are_two_pieces_of_news(self):
        """Their keys differ."""
        both = placed(part(), part(order_id=OTHER))
        one = both.replace(parts=(both.parts[0].seen(OrderStatus.AWAITING_SHIPMENT), both.parts[1]))
        two = one.replace(parts=(one.parts[0], both.parts[1].seen(OrderStatus.AWAITING_SHIPMENT)))
        keys = {each.key for each in (*news_between(both, one), *news_between(one, two))}
        assert len(keys) == 2

    def test_an_amount_that_is_not_known_makes_no_sum(self):
        """Half a total would be a wrong one."""
        one, other = part(), part(order_id=OTHER, total=None)
        news = together(
            News(kind=NewsKind.PAID, key=str(each.total), parts=(each.order_id,), total=each.total)
            for each in (one, other)
        )
        assert news[0].total is None


def left_of(waiting):
    return [news for news, _ in grouped(waiting)]


class TestWaitedNews:
    def test_a_night_is_told_in_one_message(self):
        """The newest state, with what led there and every parcel."""
        told = told_by(life())
        ((news, _),) = grouped(told)
        assert news.kind is NewsKind.COMPLETED
        assert [each.kind for each in news.passed] == [
            NewsKind.PAID,
            NewsKind.SHIPPED,
            NewsKind.RECEIVED,
        ]
        assert news.parcels == (FIRST_PARCEL, SECOND_PARCEL)

    def test_prices_become_one_change(self):
        """From what was told last to what it is now."""
        steps = [
            part(total=Fen(total), modified_at=START + timedelta(minutes=minute))
            for minute, total in enumerate((1_000, 2_000, 3_000))
        ]
        ((news, _),) = grouped(told_by(steps))
        assert (news.total_before, news.total) == (1_000, 3_000)

    def test_nobody_is_asked_to_pay_what_is_paid_or_closed(self):
        """A reminder and a price are over then."""
        paid = News(kind=NewsKind.PAID, key="paid", parts=(ORDER,))
        early = [
            News(kind=kind, key=kind, parts=(ORDER,))
            for kind in (NewsKind.PRICE_CHANGED, NewsKind.PAY_REMINDER)
        ]
        assert grouped([*early, paid]) == ((paid, (1, 0, 2)),)

    def test_one_parts_news_do_not_cover_anothers(self):
        """Each part's payment is told."""
        paid = News(kind=NewsKind.PAID, key="1", parts=(ORDER, OTHER))
        shipped = News(kind=NewsKind.SHIPPED, key="2", parts=(ORDER,))
        assert grouped([paid, shipped]) == ((paid, (0,)), (shipped, (1,)))

    def test_of_a_parcel_the_last_word_counts(self):
        """Failed, then delivered; another parcel's word stays."""

        def word(kind: NewsKind, parcel: Parcel) -> News:
            return News(kind=kind, key=f"{kind}{parcel}", parts=(ORDER,), parcels=(parcel,))

        failed = word(NewsKind.DELIVERY_FAILED, FIRST_PARCEL)
        other = word(NewsKind.AT_PICKUP_POINT, SECOND_PARCEL)
        delivered = word(NewsKind.DELIVERED, FIRST_PARCEL)
        assert left_of([failed, other, delivered]) == [other, delivered]

    @given(st.lists(st.sampled_from(NewsKind), max_size=8))
    def test_folding_keeps_the_last_and_adds_nothing(self, some: list[NewsKind]):
        """And what is folded stays so."""
        waiting = [
            News(kind=kind, key=key_of(kind, str(number), (ORDER,)), parts=(ORDER,))
            for number, kind in enumerate(some)
        ]
        left = left_of(waiting)
        assert {each.key for each in left} <= {each.key for each in waiting}
        assert not waiting or left[-1].key == waiting[-1].key
        assert left_of(left) == left


class TestReminders:
    PLAN = WatchPlan(reminder=timedelta(hours=2))

    def _due(self, hours: float, **fields: object) -> News | None:
        now = START + timedelta(hours=hours)
        about = {"placed_at": START, "pay_before": START + timedelta(hours=12), "read_at": now}
        return reminder(placed(part(**{**about, **fields})), now, self.PLAN)

    def test_one_is_due_in_the_last_two_hours(self):
        """Not before, not when it is too late."""
        assert self._due(9.9) is None
        news = self._due(10)
        assert news is not None
        assert (news.kind, news.pay_before) == (
            NewsKind.PAY_REMINDER,
            START + timedelta(hours=12),
        )
        assert self._due(12) is None

    def test_it_is_the_same_however_often_it_is_found(self):
        """And whichever part was paid meanwhile."""
        first, later = self._due(10), self._due(11)
        assert first is not None
        assert later is not None
        assert first.key == later.key
        deadline = START + timedelta(hours=12)
        now = START + timedelta(hours=10)
        about = {"placed_at": START, "pay_before": deadline, "read_at": now}
        both = placed(part(**about), part(order_id=OTHER, **about))
        together_ = reminder(both, now, self.PLAN)
        assert together_ is not None
        assert together_.parts == (ORDER, OTHER)
        assert together_.key == first.key

    def test_nobody_is_reminded_of_what_could_not_be_read_just_now(self):
        """It may have been paid since."""
        lately = START + timedelta(hours=10, minutes=-2)
        assert self._due(10, read_at=lately) is None
        assert self._due(10, read_at=None) is None

    def test_nobody_is_reminded_of_a_payment_under_way(self):
        """Nor of one that is made, nor without a deadline."""
        assert self._due(11, paying=True) is None
        assert self._due(11, status=OrderStatus.AWAITING_SHIPMENT) is None
        assert reminder(placed(part(read_at=START)), START, self.PLAN) is None
