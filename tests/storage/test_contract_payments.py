"""What every storage promises of password-free payments."""

from datetime import timedelta

import pytest

from bot.domain.identifiers import MarketplaceOrderId, MerchantOrderNo
from bot.domain.money import ZERO, Fen
from bot.domain.payment_attempts import AttemptState, NewAttempt
from bot.storage.ports import OverLimit, PaymentTaken, Storage
from tests.storage.samples import ALICE, NOW, reopen

NEW = NewAttempt(
    order_id=MarketplaceOrderId("2257000000000000001"),
    order_no=MerchantOrderNo("S261123-7K3MZQ4T"),
    operator=ALICE,
    amount=Fen(500),
)
OTHER = NEW.replace(order_id=MarketplaceOrderId("2257000000000000002"))
TODAY = NOW - timedelta(hours=1)


async def claim(storage: Storage, new: NewAttempt = NEW, known: int = 0, limit: Fen = ZERO) -> int:
    attempt = await storage.payments.claim_payment(new, known=known, since=TODAY, limit=limit)
    return attempt.attempt_id


async def test_a_claim_keeps_others_off_until_it_has_ended(storage: Storage):
    """Durably; and a consent that was used is used."""
    first = await claim(storage)
    await reopen(storage)
    for known in (0, 1):
        with pytest.raises(PaymentTaken):
            await claim(storage, known=known)
    await storage.payments.mark_payment(first, AttemptState.UNCLEAR)
    with pytest.raises(PaymentTaken):
        await claim(storage)
    await claim(storage, known=1)
    states = [each.state for each in await storage.payments.payments_of(NEW.order_id)]
    assert states == [AttemptState.UNCLEAR, AttemptState.CLAIMED]
    [kept, _] = await storage.payments.payments_of(NEW.order_id)
    assert (kept.amount, kept.operator, kept.order_no, kept.at) == (500, ALICE, NEW.order_no, NOW)


async def test_orders_do_not_stand_in_each_others_way(storage: Storage):
    """A claim is one order's."""
    await claim(storage)
    await claim(storage, OTHER)


@pytest.mark.parametrize(
    ("state", "spent"),
    [
        (AttemptState.SENT, 500),
        (AttemptState.PAID, 500),
        (AttemptState.UNCLEAR, 500),
        (AttemptState.REFUSED, 0),
        (AttemptState.UNSENT, 0),
    ],
)
async def test_what_may_have_been_taken_is_spent(storage: Storage, state, spent):
    """And with it the limit is reached, to the fen."""
    await storage.payments.mark_payment(await claim(storage), state)
    assert await storage.payments.spent_since(TODAY) == spent
    assert await storage.payments.spent_since(NOW + timedelta(seconds=1)) == 0
    with pytest.raises(OverLimit) as over:
        await claim(storage, OTHER, limit=Fen(spent + 499))
    assert over.value.spent == spent
    await claim(storage, OTHER, limit=Fen(spent + 500))


async def test_what_an_earlier_run_left_is_given_up(storage: Storage):
    """What may have been sent is unclear, what was only claimed never left."""
    await storage.payments.mark_payment(await claim(storage), AttemptState.SENT)
    await claim(storage, OTHER)
    await reopen(storage)
    unclear = await storage.payments.give_up_payments()
    assert [(each.order_id, each.state) for each in unclear] == [
        (NEW.order_id, AttemptState.UNCLEAR)
    ]
    [other] = await storage.payments.payments_of(OTHER.order_id)
    assert other.state is AttemptState.UNSENT


async def test_what_another_has_only_begun_is_left_to_it(storage: Storage):
    """A replica that is gone claimed before a while; one that is alive may be at it."""
    await storage.payments.mark_payment(await claim(storage), AttemptState.SENT)
    assert await storage.payments.give_up_payments(NOW - timedelta(minutes=2)) == []
    [unclear] = await storage.payments.give_up_payments(NOW + timedelta(minutes=2))
    assert unclear.state is AttemptState.UNCLEAR
