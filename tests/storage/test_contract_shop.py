"""What every storage promises of a shop's money."""

from datetime import timedelta

import pytest

from bot.domain.bookings import received, refunded, reversal
from bot.domain.collecting import Decision, ProofState, Standing
from bot.domain.currencies import CNY, Money, yuan
from bot.domain.identifiers import ProofId, UserId
from bot.domain.ledger import Books, Operation, TooMuch
from bot.domain.money import Fen
from bot.domain.order_books import agreed_of
from bot.domain.orders import Order, OrderStatus, Placing
from bot.domain.parcels import RefundStage
from bot.domain.shop_events import EventKind
from bot.domain.writes import SendProof, SetTerms
from bot.storage.ports import Retention, StepCommit, Storage, VersionConflict
from bot.storage.shop_ports import ProofDecided
from bot.storage.sqlite.storage import SqliteStorage
from bot.storage.tracking_ports import Tracked
from tests.storage.samples import ALICE, NOW, reopen
from tests.storage.shopping import (
    DAVE,
    IN_SHOP,
    OPERATOR,
    TERMS,
    place,
    proof_of,
    session,
    shop_order,
)


def receipt(key: str, fen: int):
    def booking(_: Books, order: Order) -> tuple[Operation, ...]:
        return (received(key, agreed_of(order), yuan(fen), OPERATOR, NOW),)

    return booking


def decision(fen: int | None, by: UserId = OPERATOR) -> Decision:
    return Decision(amount=None if fen is None else yuan(fen), by=by, name="Anna", at=NOW)


async def balance(storage: Storage, order: Order) -> Money:
    books = await storage.shop.books_of(order.user_id)
    assert books.differences() == {}
    return books.account_of(order.order_no, CNY).balance


async def seen(storage: Storage, order: Order, **part: object) -> Order:
    """Have the marketplace show an order's only part so."""
    after = order.replace(parts=(order.parts[0].replace(**part),))
    await storage.tracking.save_tracked(Tracked(order=order), after, None)
    return after


async def send(storage: Storage, order: Order, message_id: int, text: str = "A-1") -> None:
    kept = await storage.conversations.load_session(order.chat_id, order.user_id)
    revision = kept.revision if kept else 0
    writes = (SendProof(proof_of(order, message_id, text)),)
    commit = StepCommit(session(order.user_id, revision + 1), revision or None, writes=writes)
    await storage.conversations.commit_step(commit)


async def events(storage: Storage) -> list[EventKind]:
    return [each.kind for each in await storage.shop_events.events_to_tell(NOW, 100)]


async def test_a_placed_order_is_charged_with_the_state_that_says_so(storage: Storage):
    """Durably, once, and the operators are to be told."""
    placed = shop_order()
    await place(storage, placed)
    await storage.orders.save_order(placed, Placing.PLACED)
    await reopen(storage)
    assert await balance(storage, placed) == yuan(1_100)
    assert await events(storage) == [EventKind.NEW_ORDER]
    case = await storage.shop.case(IN_SHOP)
    assert (case.standing, case.user_id, case.since) == (Standing.TO_PAY, DAVE, NOW)


async def test_a_confirmation_books_the_amount_that_was_seen_once(storage: Storage):
    """A second operator is told who was first; nothing is booked twice."""
    placed = shop_order()
    await place(storage, placed)
    await send(storage, placed, 5)
    assert (await storage.shop.case(IN_SHOP)).standing is Standing.PROOF
    [proof] = await storage.shop.proofs_of(IN_SHOP)
    await storage.shop.decide(proof.proof_id, decision(1_100), receipt("1", 1_100))
    other = decision(900, ALICE)
    with pytest.raises(ProofDecided) as taken:
        await storage.shop.decide(proof.proof_id, other, receipt("1", 900))
    assert taken.value.proof.decision.by == OPERATOR
    await reopen(storage)
    kept = await storage.shop.proof(proof.proof_id)
    assert (kept.state, kept.decision.amount) == (ProofState.CONFIRMED, yuan(1_100))
    assert await balance(storage, placed) == yuan(0)
    assert (await storage.shop.case(IN_SHOP)).standing is Standing.TO_PAY_THERE
    assert EventKind.RECEIVED in await events(storage)


async def test_a_booking_that_fails_leaves_the_proof_waiting(storage: Storage):
    """All or nothing."""
    placed = shop_order()
    await place(storage, placed)
    await send(storage, placed, 5)

    def fails(_: Books, order: Order) -> tuple[Operation, ...]:
        raise TooMuch(order.order_no)

    with pytest.raises(TooMuch):
        await storage.shop.decide(ProofId(1), decision(5), fails)
    assert (await storage.shop.proof(ProofId(1))).state is ProofState.WAITING
    assert await balance(storage, placed) == yuan(1_100)


async def test_a_declined_proof_books_nothing_and_is_told(storage: Storage):
    placed = shop_order()
    await place(storage, placed)
    await send(storage, placed, 5)
    await storage.shop.decide(ProofId(1), decision(None), lambda _books, _order: ())
    assert await balance(storage, placed) == yuan(1_100)
    assert (await storage.shop.case(IN_SHOP)).standing is Standing.TO_PAY
    assert EventKind.DECLINED in await events(storage)


async def test_a_proof_is_taken_once_and_a_repeated_one_is_flagged(storage: Storage):
    """The same message twice is one proof; the same number in another message says so."""
    first, second = shop_order(), shop_order(91)
    await place(storage, first)
    await place(storage, second, 2)
    for order, message_id, text in ((first, 5, "TX 77-1"), (first, 5, "x"), (second, 6, "tx771")):
        await send(storage, order, message_id, text)
    assert [each.seen_before for each in await storage.shop.proofs_of(first.order_no)] == [False]
    assert [each.seen_before for each in await storage.shop.proofs_of(second.order_no)] == [True]


async def test_what_was_paid_too_much_counts_for_the_other_order(storage: Storage):
    """In the same transaction; both orders stand where that leaves them."""
    first, second = shop_order(), shop_order(91)
    await place(storage, first)
    await place(storage, second, 2)
    made = await storage.shop.book(first.order_no, receipt("1", 2_200))
    assert len(made) == 2
    assert await balance(storage, second) == yuan(0)
    there = await storage.shop.cases(Standing.TO_PAY_THERE, 10)
    assert [each.order_no for each in there] == [first.order_no, second.order_no]
    assert await storage.shop.book(first.order_no, receipt("1", 2_200)) == ()
    assert (await storage.shop.count_cases())[Standing.TO_PAY_THERE] == 2


async def test_what_1688_changes_is_booked_with_the_reading_that_shows_it(storage: Storage):
    """Paid there, then a part of it given back: the customer is owed it with its fee."""
    placed = shop_order()
    await place(storage, placed)
    await storage.shop.book(IN_SHOP, receipt("1", 1_100))
    paid = await seen(storage, placed, status=OrderStatus.AWAITING_SHIPMENT)
    assert (await storage.shop.case(IN_SHOP)).standing is Standing.UNDER_WAY
    for _ in range(2):
        await seen(storage, paid, refund=RefundStage.REFUNDED, refunded=Fen(400))
    assert await balance(storage, placed) == yuan(-440)
    assert (await storage.shop.case(IN_SHOP)).standing is Standing.OWED
    assert EventKind.OWED in await events(storage)

    def back(books: Books, order: Order) -> tuple[Operation, ...]:
        return (refunded(books, "1", agreed_of(order), yuan(440), OPERATOR, NOW),)

    await storage.shop.book(IN_SHOP, back, (EventKind.REFUNDED, "refund:1"))
    assert await balance(storage, placed) == yuan(0)
    assert len(await storage.shop.operations()) == len({*(await keys(storage))})


async def keys(storage: Storage) -> list[str]:
    return [each.key for each in await storage.shop.operations()]


async def test_a_mistake_is_taken_back_not_changed(storage: Storage):
    """The receipt stands, and its reversal beside it."""
    placed = shop_order()
    await place(storage, placed)
    await storage.shop.book(IN_SHOP, receipt("1", 1_100))

    def undo(books: Books, _: Order) -> tuple[Operation, ...]:
        return (reversal(books, "receipt:1", NOW, OPERATOR, "not ours"),)

    await storage.shop.book(IN_SHOP, undo)
    assert await balance(storage, placed) == yuan(1_100)
    assert {"receipt:1", "reversal:receipt:1"} <= {*(await keys(storage))}


async def test_terms_are_versions_and_two_operators_never_share_one(storage: Storage):
    """Who comes second is told, and loads again."""
    writes = (SetTerms(TERMS),)
    await storage.conversations.commit_step(StepCommit(session(DAVE, 1), None, writes=writes))
    with pytest.raises(VersionConflict):
        await storage.conversations.commit_step(StepCommit(session(DAVE, 2), 1, writes=writes))
    later = TERMS.changed(OPERATOR, NOW, fee_ppm=0)
    commit = StepCommit(session(DAVE, 2), 1, writes=(SetTerms(later),))
    await storage.conversations.commit_step(commit)
    await reopen(storage)
    assert await storage.shop.terms() == later
    assert await storage.shop.all_terms() == [later, TERMS]


async def test_an_event_is_told_by_whoever_claimed_it_or_by_nobody(storage: Storage):
    await place(storage, shop_order())
    events_, [event] = storage.shop_events, await storage.shop_events.events_to_tell(NOW, 9)
    assert await events_.claim_event(event.event_id)
    assert not await events_.claim_event(event.event_id)
    later = NOW + timedelta(hours=1)
    await events_.put_back_event(event.event_id, later)
    assert await events_.events_to_tell(NOW, 9) == []
    assert await events_.events_to_tell(later, 9) == [event]
    await events_.claim_event(event.event_id)
    await reopen(storage)
    assert await events_.give_up_events() == 1
    assert await events_.events_to_tell(later, 9) == []


async def test_who_deletes_their_data_takes_a_settled_orders_money_along(storage: Storage):
    """Bookings, proofs, where it stood and what was told of it."""
    placed = shop_order()
    await place(storage, placed)
    await send(storage, placed, 5)
    await storage.shop.decide(ProofId(1), decision(1_100), receipt("1", 1_100))
    await seen(storage, placed, status=OrderStatus.COMPLETED)
    assert await storage.rights.forget(DAVE) == []
    assert await keys(storage) == []
    assert await storage.shop.proofs_of(IN_SHOP) == []
    assert await storage.shop.case(IN_SHOP) is None
    assert await events(storage) == []


async def test_a_closed_order_with_money_owed_is_kept_until_it_is_sent_back(storage: Storage):
    """The order is over at 1688; what the shop owes for it is not."""
    placed = shop_order()
    await place(storage, placed)
    await storage.shop.book(IN_SHOP, receipt("1", 1_100))
    closed = await seen(storage, placed, status=OrderStatus.CANCELLED)
    assert not closed.is_open
    assert await balance(storage, placed) == yuan(-1_100)
    kept = await storage.rights.forget(DAVE)
    assert [each.order_no for each in kept] == [IN_SHOP]
    assert await balance(storage, placed) == yuan(-1_100)


async def test_old_orders_go_with_their_money_but_not_while_something_is_owed(
    sqlite: SqliteStorage,
):
    """Two years later: the settled one and its proof are gone, the other waits for the refund."""
    settled, owed = shop_order(), shop_order(91)
    await place(sqlite, settled)
    await send(sqlite, settled, 5)
    await sqlite.shop.decide(ProofId(1), decision(1_100), receipt("1", 1_100))
    await seen(sqlite, settled, status=OrderStatus.COMPLETED)
    await place(sqlite, owed, 3)
    await sqlite.shop.book(owed.order_no, receipt("2", 1_100))
    await seen(sqlite, owed, status=OrderStatus.CANCELLED)
    await sqlite.upkeep.purge_old(Retention(orders=timedelta(days=-1)))
    assert await sqlite.orders.order(settled.order_no) is None
    assert await sqlite.shop.proofs_of(settled.order_no) == []
    assert await balance(sqlite, owed) == yuan(-1_100)
    assert all(each.order_no == owed.order_no for each in await sqlite.shop.operations())
