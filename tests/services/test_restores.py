"""After a restore: at most one live order a consent, and no payment that was made before."""

import copy
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

import pytest

from bot.domain.identifiers import MarketplaceOrderId, MerchantOrderNo, UserId
from bot.domain.money import Fen
from bot.domain.orders import OrderPart, OrderStatus, Placing
from bot.domain.payment_attempts import Attempt, AttemptState, Block, NewAttempt, Offered
from bot.marketplace.errors import GatewayFailed
from bot.marketplace.port import PaymentAnswer
from bot.services.paying.agreement import Blocked
from bot.services.placing.forgotten import ForgottenOrders
from tests.fakes.memory_storage import MemoryStorage
from tests.services.agreed import FIRST, NOW, NUMBER, consent, found, stored
from tests.services.ledger import KNOWN, shop
from tests.services.operators_till import BOSS, DUE, NO, UNCLEAR, Desk, blocked


async def restored(made) -> None:
    """Put back a copy of the storage as it was before the first piece of work."""
    made.storage.restored = True
    begun = await made.storage.begin_run(made.now)
    assert begun.restored


@pytest.mark.parametrize("placing", [Placing.CLAIMED, Placing.CREATING, Placing.UNCERTAIN])
async def test_an_order_that_was_placed_since_is_found_and_not_made_again(placing) -> None:
    """The copy has it as agreed to a moment ago, and the consent is still fresh."""
    made, ledger = await shop("", order=consent(placing), listed=[KNOWN, found()])
    await restored(made)
    order = await made.work()
    assert ledger.created == []
    assert order.placing is Placing.PLACED
    assert [part.order_id for part in order.parts] == [FIRST]


async def test_what_was_not_made_since_is_made_after_all_the_look_ups() -> None:
    """Under its number, as after any doubt; and watched afterwards."""
    made, ledger = await shop("")
    await restored(made)
    order = await made.work()
    assert (order.placing, order.sent_again) == (Placing.PLACED, True)
    assert [each[0] for each in ledger.created] == [NUMBER]
    before = ledger.calls[: ledger.calls.index("create")]
    assert before.count("find") > 6


async def test_what_may_have_been_sent_twice_is_for_a_person() -> None:
    """The copy had it uncertain already."""
    made, ledger = await shop("", order=consent(Placing.UNCERTAIN, sent_at=NOW))
    await restored(made)
    assert (await made.work()).placing is Placing.UNRESOLVED
    assert ledger.created == []


async def test_an_old_consent_is_asked_again() -> None:
    """The copy is from yesterday."""
    made, ledger = await shop("")
    await restored(made)
    made.now += timedelta(days=1)
    assert (await made.work()).placing is Placing.CHANGED
    assert ledger.created == []


async def test_a_payment_that_was_under_way_is_unclear_and_no_old_question_pays() -> None:
    """It was paid since, and the copy knows of a claim only; or of nothing at all."""
    at = Desk(
        await stored(consent(Placing.PLACED, parts=(OrderPart(order_id=FIRST, total=DUE),))), 0
    )
    agreed = await at.agree()
    asked_at = at.now
    new = NewAttempt(order_id=FIRST, order_no=NUMBER, operator=BOSS, amount=DUE)
    before = copy.deepcopy(at.storage)
    await at.storage.claim_payment(new, known=0, since=NOW, limit=0)
    for storage, known in ((at.storage, [AttemptState.UNCLEAR]), (before, [])):
        storage.restored = True
        at.storage = storage
        at.tracking._orders = storage
        begun = await storage.begin_run(at.now)
        at.payments = at.another()
        await at.payments.give_up(begun.restored_at)
        assert await at.states() == known
        paying = at.payments.pay(BOSS, await at.order(), 1, agreed, asked_at=asked_at)
        assert await blocked(paying) in {Block.WAIT, Block.TOO_OLD}
    assert at.market.paid == []
    at.market.details[FIRST] = found(status=OrderStatus.AWAITING_SHIPMENT)
    assert await blocked(at.agree()) is Block.NOT_OPEN
    assert UserId(7) == BOSS


async def test_what_was_ordered_after_the_copy_is_named() -> None:
    """Once the marketplace answers, read to the end; what is known, closed or not ours is not."""
    lost = [MerchantOrderNo(f"S261123-AAAAAAA{each}") for each in "234"]
    others = [MarketplaceOrderId(str(9_000 + each)) for each in range(4)]
    made, ledger = await shop(
        listed=[
            KNOWN,
            found(others[0], number=lost[0], created_at=NOW),
            found(others[1], number=lost[1], created_at=NOW, status=OrderStatus.CANCELLED),
            found(others[2], created_at=NOW).replace(remark="somebody's own", out_order_id=""),
            found(others[3], created_at=NOW).replace(out_order_id=lost[2]),
        ]
    )
    ledger.list_errors = [GatewayFailed("502", endpoint="orders")]
    paused: list[float] = []

    async def pause(seconds: float) -> None:
        paused.append(seconds)

    forgotten = ForgottenOrders(cast("Any", ledger), made.storage, pause)
    await forgotten.look(NOW)
    assert forgotten.numbers == {lost[0], lost[2]}
    assert len(paused) == 1


async def test_for_a_minute_after_a_restore_nothing_is_paid() -> None:
    """A payment of a moment ago may be under way, known to nobody here, and not seen there yet."""
    order = consent(Placing.PLACED, parts=(OrderPart(order_id=FIRST, total=DUE),))
    at = Desk(await stored(order), 0)
    at.payments = at.another()
    await at.payments.give_up(at.now)
    assert await blocked(at.agree()) is Block.WAIT
    at.now += timedelta(minutes=1)
    await at.agree()


@dataclass
class Kept(MemoryStorage):
    """A storage that shows itself after everything durable of a payment."""

    on_saved: Callable[[MemoryStorage], None] = lambda _: None

    async def claim_payment(
        self, new: NewAttempt, *, known: int, since: datetime, limit: Fen
    ) -> Attempt:
        attempt = await super().claim_payment(new, known=known, since=since, limit=limit)
        self.on_saved(self)
        return attempt

    async def mark_payment(self, attempt_id: int, state: AttemptState) -> None:
        await super().mark_payment(attempt_id, state)
        self.on_saved(self)


async def asked_or_blocked(at: Desk) -> Offered | Block:
    """What an operator who wants to pay is shown."""
    try:
        return (await at.payments.offer(BOSS, await at.order(), 1))[1]
    except Blocked as error:
        return error.block


@pytest.mark.parametrize("answer", [PaymentAnswer(paid=True), NO, UNCLEAR])
@pytest.mark.parametrize("pays", [True, False])
async def test_no_copy_of_any_moment_of_paying_pays_again_by_itself(answer, pays: bool) -> None:  # noqa: FBT001 - parametrized
    """An old press pays nothing; a new question comes after a minute and says what may be."""
    before = await stored(consent(Placing.PLACED, parts=(OrderPart(order_id=FIRST, total=DUE),)))
    storage = Kept(**{name: getattr(before, name) for name in vars(before)})
    copies = [copy.deepcopy(storage)]

    def saved(shown: MemoryStorage) -> None:
        copies.append(copy.deepcopy(shown))

    at = Desk(storage, 0)
    agreed, asked_at = await at.agree(), at.now
    storage.on_saved = saved
    at.market.payment_answers, at.market.pays = [answer], pays
    await at.pay(agreed)
    assert len(copies) >= 4
    for each in copies:
        each.restored = True
        begun = await each.begin_run(at.now)
        at.storage = each
        at.tracking._orders = each
        at.payments = at.another()
        await at.payments.give_up(begun.restored_at)
        old = at.payments.pay(BOSS, await at.order(), 1, agreed, asked_at=asked_at)
        assert await blocked(old) in {Block.WAIT, Block.TOO_OLD, Block.PAYING, Block.NOT_OPEN}
        at.now += timedelta(minutes=1)
        offered = await asked_or_blocked(at)
        if isinstance(offered, Block):
            assert offered in {Block.PAYING, Block.NOT_OPEN}
        else:
            assert not pays
            assert offered.after_restore
    assert len(at.market.paid) == 1
