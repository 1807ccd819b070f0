"""Password-free payment: one consent, at most one payment, and the truth about what it did."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.money import Fen
from bot.domain.orders import FailedLine, OrderPart, OrderStatus, Placing
from bot.domain.payment_attempts import AttemptResult, AttemptState, Block, Settled
from bot.marketplace.errors import (
    GatewayFailed,
    RefusalReason,
    Refused,
    Unreachable,
)
from bot.marketplace.port import PaymentAnswer
from bot.services.paying.agreement import Blocked
from tests.services.agreed import BLACK, FIRST, OFFER, SECOND, consent, found, stored
from tests.services.operators_till import BOSS, DUE, GUEST, NO, UNCLEAR, Desk, blocked, desk


async def test_a_clear_yes_is_paid_once_with_the_amount_agreed_to():
    """The state read afterwards is stored, and the record says paid."""
    at = await desk()
    at.market.pays = True
    settled = await at.pay()
    assert settled.outcome is AttemptResult.PAID
    assert at.market.paid == [(FIRST, DUE)]
    assert (await at.order()).parts[0].status is OrderStatus.AWAITING_SHIPMENT
    assert await at.states() == [AttemptState.PAID]
    assert await at.storage.orders_to_tell(at.now, 10) == [], "it was told on the spot"


async def test_a_clear_yes_that_does_not_show_yet_is_never_paid_again():
    """Not even long after."""
    at = await desk()
    assert (await at.pay()).outcome is AttemptResult.PAID
    at.now += timedelta(hours=1)
    assert await blocked(at.agree()) is Block.PAYING
    assert len(at.market.paid) == 1


async def test_the_record_stands_before_anything_is_sent():
    """At the moment of the call the database says that it may have been made."""
    at = await desk()
    seen: list[AttemptState] = []
    send = at.market.pay_without_password

    async def watched(order_id, amount=None):
        seen.extend(await at.states())
        return await send(order_id, amount)

    at.market.pay_without_password = watched  # type: ignore[method-assign] - the fake's own call
    await at.pay()
    assert seen == [AttemptState.SENT]


@pytest.mark.parametrize("answer", [NO, UNCLEAR])
@pytest.mark.parametrize(
    ("pays", "paying", "outcome", "state"),
    [
        (True, False, AttemptResult.PAID, AttemptState.PAID),
        (False, True, AttemptResult.PAYING, AttemptState.UNCLEAR),
        (False, False, AttemptResult.UNCLEAR, AttemptState.UNCLEAR),
    ],
)
async def test_after_no_clear_yes_the_order_itself_tells(answer, pays, paying, outcome, state):
    """`paySuccess` false proves nothing (contract 6.2)."""
    at = await desk()
    at.market.payment_answers = [answer]
    at.market.pays, at.market.then_paying = pays, paying
    settled = await at.pay()
    assert settled.outcome is outcome
    assert await at.states() == [state]
    assert len(at.market.paid) == 1


async def test_an_order_that_cant_be_read_afterwards_is_said_to_be_unknown():
    """The money may have been taken, so it counts."""
    at = await desk()
    at.market.payment_answers = [UNCLEAR]
    agreed = await at.agree()
    send = at.market.pay_without_password

    async def then_down(order_id, amount=None):
        at.market.details[FIRST] = GatewayFailed("502", endpoint="order_detail")
        return await send(order_id, amount)

    at.market.pay_without_password = then_down  # type: ignore[method-assign] - the fake's own call
    assert (await at.pay(agreed)).outcome is AttemptResult.UNREAD
    assert await at.payments.spent_today() == DUE


async def test_after_an_unclear_try_another_needs_a_minute_and_a_new_consent():
    """And three are all there are."""
    at = await desk()
    at.market.payment_answers = [UNCLEAR]
    agreed = await at.agree()
    for left in (2, 1, 0):
        assert (await at.pay()).tries_left == left
        if left:
            assert await blocked(at.agree()) is Block.WAIT
            at.now += timedelta(minutes=2)
            assert await blocked(at.pay(agreed)) is Block.CHANGED, "that consent was used"
    at.now += timedelta(days=2)
    assert await blocked(at.agree()) is Block.TOO_MANY
    assert len(at.market.paid) == 3


async def test_while_the_marketplace_works_on_a_payment_no_other_is_sent():
    """`paying` is the marketplace's word for it."""
    at = await desk()
    agreed = await at.agree()
    at.market.details[FIRST] = found(paying=True)
    assert await blocked(at.pay(agreed)) is Block.PAYING
    assert at.market.paid == []


@pytest.mark.parametrize(
    ("change", "block"),
    [
        ({"total": Fen(10_501)}, Block.CHANGED),
        ({"status": OrderStatus.CANCELLED}, Block.NOT_OPEN),
        ({"status": OrderStatus.AWAITING_SHIPMENT}, Block.NOT_OPEN),
    ],
)
async def test_an_order_that_is_not_what_was_agreed_to_is_not_paid(change, block):
    """It is read anew before."""
    at = await desk()
    agreed = await at.agree()
    at.market.details[FIRST] = found(**change)
    assert await blocked(at.pay(agreed)) is block
    assert at.market.paid == []


@pytest.mark.parametrize(
    "change",
    [{"total": Fen(9_999)}, {"total": None}, {"paying": True}, {"status": OrderStatus.CANCELLED}],
)
async def test_what_changes_in_the_very_last_moment_is_seen(change):
    """Between the claim and the call: the claim ends as unsent, and costs no try."""
    at = await desk()
    agreed = await at.agree()
    claim = at.storage.claim_payment

    async def and_then(*args, **more):
        attempt = await claim(*args, **more)
        at.market.details[FIRST] = found(**change)
        return attempt

    at.storage.claim_payment = and_then  # type: ignore[method-assign] - the fake's own call
    assert await blocked(at.pay(agreed)) is Block.CHANGED
    assert at.market.paid == []
    assert await at.states() == [AttemptState.UNSENT]


async def test_twenty_presses_at_once_send_one_payment():
    """One consent, one payment."""
    at = await desk()
    agreed = await at.agree()
    done = await asyncio.gather(*(at.pay(agreed) for _ in range(20)), return_exceptions=True)
    assert sum(isinstance(each, Settled) for each in done) == 1
    assert all(isinstance(each, Settled | Blocked) for each in done)
    assert len(at.market.paid) == 1


@pytest.mark.parametrize(
    ("error", "outcome", "state", "left"),
    [
        (
            Refused("余额不足", endpoint="pay", reason=RefusalReason.BALANCE),
            AttemptResult.REFUSED,
            AttemptState.REFUSED,
            2,
        ),
        (Unreachable("refused", endpoint="pay"), AttemptResult.UNSENT, AttemptState.UNSENT, 3),
    ],
)
async def test_a_clear_no_takes_nothing_and_may_be_tried_again_at_once(error, outcome, state, left):
    """What never left is no try at all."""
    at = await desk(limit=DUE)
    at.market.payment_answers = [error, PaymentAnswer(paid=True)]
    settled = await at.pay()
    assert (settled.outcome, settled.tries_left) == (outcome, left)
    assert await at.states() == [state]
    assert await at.payments.spent_today() == 0
    assert (await at.pay()).outcome is AttemptResult.PAID


async def test_a_day_has_its_limit_and_unclear_payments_count():
    """The day is China's: at midnight there it begins anew."""
    at = await desk(limit=DUE + 1)
    at.market.payment_answers = [UNCLEAR]
    await at.pay()
    assert await blocked(at.agree(2)) is Block.OVER_LIMIT
    at.now = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
    await at.agree(2)


async def test_two_consents_at_once_do_not_exceed_the_limit_together():
    """The claim itself counts."""
    at = await desk(limit=DUE + 1)
    first, second = await at.agree(1), await at.agree(2)
    done = await asyncio.gather(at.pay(first, 1), at.pay(second, 2), return_exceptions=True)
    assert sum(isinstance(each, Settled) for each in done) == 1
    assert len(at.market.paid) == 1


async def test_a_crash_after_sending_leaves_it_unclear_and_sends_nothing_again():
    """Reading the order tells at the next start; the same press changes nothing then."""
    at = await desk()
    agreed = await at.agree()
    gate = asyncio.Event()
    send = at.market.pay_without_password

    async def never_answers(order_id, amount=None):
        await send(order_id, amount)
        gate.set()
        await asyncio.Event().wait()

    at.market.pay_without_password = never_answers  # type: ignore[method-assign] - as above
    paying = asyncio.create_task(at.pay(agreed))
    await gate.wait()
    paying.cancel()
    await asyncio.gather(paying, return_exceptions=True)
    assert await at.states() == [AttemptState.SENT]

    at.payments = at.another()
    unclear = await at.payments.give_up()
    assert await at.states() == [AttemptState.UNCLEAR]
    assert await blocked(at.pay(agreed)) in {Block.WAIT, Block.CHANGED}
    await at.payments.look_into(unclear)
    assert await at.states() == [AttemptState.UNCLEAR]
    at.market.details[FIRST] = found(status=OrderStatus.AWAITING_SHIPMENT)
    await at.payments.look_into(unclear)
    assert await at.states() == [AttemptState.PAID]
    assert len(at.market.paid) == 1


async def test_unclear_payments_are_looked_into_though_the_storage_is_away_for_a_while():
    """Each is left over, none ends the look at the others; it is read when it can be."""
    at = await desk()
    at.market.payment_answers = [UNCLEAR]
    await at.pay(await at.agree())
    assert await at.states() == [AttemptState.UNCLEAR]
    unclear = await at.another().give_up()
    at.market.details[FIRST] = found(status=OrderStatus.AWAITING_SHIPMENT)
    at.storage.unavailable = True
    assert await at.payments.look_into(unclear) == unclear
    at.storage.unavailable = False
    await at.payments.look_until_read(unclear)
    assert await at.states() == [AttemptState.PAID]


async def test_a_crash_before_sending_leaves_nothing_behind():
    """The claim was only a claim."""
    at = await desk()
    agreed = await at.agree()
    claim = at.storage.claim_payment

    async def and_die(*args, **more):
        await claim(*args, **more)
        raise asyncio.CancelledError

    at.storage.claim_payment = and_die  # type: ignore[method-assign] - the fake's own call
    with pytest.raises(asyncio.CancelledError):
        await at.pay(agreed)
    at.storage.claim_payment = claim  # type: ignore[method-assign] - as above
    assert await blocked(at.agree()) is Block.PAYING
    assert await at.payments.give_up() == []
    assert await at.states() == [AttemptState.UNSENT]
    assert (await at.pay()).outcome is AttemptResult.PAID


async def test_nobody_but_an_operator_pays():
    """Neither is asked nor obeyed."""
    at = await desk()
    agreed = await at.agree()
    with pytest.raises(PermissionError):
        await at.payments.offer(GUEST, await at.order(), 1)
    with pytest.raises(PermissionError):
        await at.payments.pay(GUEST, await at.order(), 1, agreed)
    assert at.market.paid == []


@pytest.mark.parametrize("number", [0, 3, 10**9])
async def test_a_part_that_is_not_there_can_not_be_paid(number):
    """A button can name any."""
    at = await desk()
    assert await blocked(at.agree(number)) is Block.NOT_OPEN


async def asking(total: int) -> Desk:
    """Agreed to for ¥105, at the marketplace for something else."""
    parts = (OrderPart(order_id=FIRST, total=Fen(total)),)
    at = Desk(await stored(consent(Placing.PLACED, parts=parts)), 0)
    at.market.details[FIRST] = found(total=Fen(total))
    return at


async def test_a_price_that_nobody_agreed_to_is_not_paid_by_one_press():
    """Agreed ¥105, asked ¥999: both are named, and only a consent of its own pays."""
    at = await asking(99_900)
    order, offered = await at.payments.offer(BOSS, await at.order(), 1)
    assert (offered.buyer_agreed, offered.asked, offered.beyond) == (10_500, 99_900, 89_400)
    assert await blocked(at.payments.pay(BOSS, order, 1, offered.agreed)) is Block.BEYOND
    assert at.market.paid == []
    await at.payments.pay(BOSS, order, 1, offered.agreed_beyond)
    assert at.market.paid == [(FIRST, 99_900)]


async def test_a_second_consent_is_good_for_that_excess_only():
    """The price rose once more meanwhile."""
    at = await asking(99_900)
    order, offered = await at.payments.offer(BOSS, await at.order(), 1)
    at.market.details[FIRST] = found(total=Fen(99_901))
    paying = at.payments.pay(BOSS, order, 1, offered.agreed_beyond)
    assert await blocked(paying) is Block.CHANGED
    assert at.market.paid == []


@pytest.mark.parametrize("total", [10_500, 10_400])
async def test_what_was_agreed_to_or_less_needs_one_consent(total):
    """And a second consent that was never asked for is none."""
    at = await asking(total)
    order, offered = await at.payments.offer(BOSS, await at.order(), 1)
    assert not offered.beyond
    other = at.payments.pay(BOSS, order, 1, offered.agreed_beyond)
    assert await blocked(other) is Block.CHANGED
    await at.payments.pay(BOSS, order, 1, offered.agreed)
    assert at.market.paid == [(FIRST, total)]


async def test_all_parts_together_count():
    """Each half costs less than the whole that was agreed to; both cost more."""
    parts = tuple(OrderPart(order_id=each, total=Fen(6_000)) for each in (FIRST, SECOND))
    at = Desk(await stored(consent(Placing.PLACED, parts=parts)), 0)
    at.market.details = {each: found(each, total=Fen(6_000)) for each in (FIRST, SECOND)}
    order, offered = await at.payments.offer(BOSS, await at.order(), 1)
    assert (offered.asked, offered.buyer_agreed, offered.beyond) == (12_000, 10_500, 0)
    await at.payments.pay(BOSS, order, 1, offered.agreed)
    order, offered = await at.payments.offer(BOSS, await at.order(), 2)
    assert offered.beyond == 1_500
    assert await blocked(at.payments.pay(BOSS, order, 2, offered.agreed)) is Block.BEYOND
    await at.payments.pay(BOSS, order, 2, offered.agreed_beyond)
    assert len(at.market.paid) == 2


async def test_a_line_that_was_refused_is_not_what_was_agreed_to_pay_for():
    """¥40 of the ¥105 were for goods that are not coming."""
    failed = (FailedLine(offer_id=OFFER, spec_id=BLACK, code="x"),)
    parts = (OrderPart(order_id=FIRST, total=Fen(10_000)),)
    order = consent(Placing.PLACED, parts=parts, failed_lines=failed)
    at = Desk(await stored(order), 0)
    at.market.details[FIRST] = found(total=Fen(10_000))
    _, offered = await at.payments.offer(BOSS, await at.order(), 1)
    assert (offered.buyer_agreed, offered.beyond) == (6_500, 3_500)


@pytest.mark.parametrize(
    ("minutes", "fresh"), [(0, True), (15, True), (16, False), (60 * 24, False), (-5, False)]
)
async def test_an_old_question_is_asked_again(minutes, fresh):
    """A press that waited while the bot was down, or a question of another clock."""
    at = await desk()
    agreed = await at.agree()
    asked_at = at.now - timedelta(minutes=minutes)
    at.now += timedelta(milliseconds=-1)
    paying = at.payments.pay(BOSS, await at.order(), 1, agreed, asked_at=asked_at)
    if fresh:
        assert (await paying).outcome is AttemptResult.PAID
    else:
        assert await blocked(paying) is Block.TOO_OLD
        assert at.market.paid == []
