"""What every storage promises of one person's data, and of the operator's commands."""

import json

from msgspec.structs import replace

from bot.domain.identifiers import UserId
from bot.domain.orders import OrderPart, OrderStatus, Placing
from bot.domain.writes import ClaimOrder, ForgetPerson, KeepResults, SaveAddress
from bot.storage.ports import Storage
from tests.storage.samples import (
    ALICE,
    ALICE_CHAT,
    BOB,
    MESSAGE,
    NAME,
    NOW,
    STREET,
    first,
    following,
    order,
    page,
    reopen,
    saved_address,
    session,
    update,
)

_PART = OrderPart(order_id="1" * 19, status=OrderStatus.AWAITING_PAYMENT)


async def _lived(storage: Storage, user: UserId = ALICE) -> None:
    """A life: an address, results, an unpaid order, an uncertain one, two that are over."""
    states = [
        order(10 * user + 1, user, Placing.PLACED).replace(parts=(_PART,)),
        order(10 * user + 2, user, Placing.UNRESOLVED),
        order(10 * user + 3, user, Placing.REFUSED),
        order(10 * user + 4, user, Placing.PLACED).replace(
            parts=(_PART.replace(status=OrderStatus.COMPLETED),)
        ),
    ]
    await storage.conversations.commit_step(
        first(user, writes=(KeepResults(page()), SaveAddress(saved_address(1))))
    )
    for revision, each in enumerate(states, start=1):
        await storage.conversations.commit_step(
            following(user, expected=revision, writes=(ClaimOrder(each),))
        )
    lane = update(user).replace(lane=user)
    await storage.inbox.put_updates([lane, lane.replace(update_id=user * 10)])
    await storage.inbox.park_update(user * 10, "why")


class TestForgetting:
    async def test_a_person_is_forgotten_but_for_open_orders(self, storage: Storage):
        """Session, results, addresses, stored updates and ended orders go; open ones are named."""
        await _lived(storage)
        kept = await storage.rights.forget(ALICE)
        await reopen(storage)
        assert [each.order_no[-1] for each in kept] == ["1", "2"]
        assert {each.order_no for each in await storage.orders.orders_of(ALICE)} == {
            each.order_no for each in kept
        }
        assert await storage.conversations.load_session(ALICE_CHAT, ALICE) is None
        assert await storage.conversations.results_of(f"S{ALICE}") is None
        assert await storage.addresses.addresses_of(ALICE) == ()
        assert await storage.inbox.take_update(ALICE) is None
        assert await storage.inbox.parked_updates() == []

    async def test_a_forgotten_update_is_still_known(self, storage: Storage):
        """Telegram's repeat of it is no news."""
        await _lived(storage)
        await storage.rights.forget(ALICE)
        assert await storage.inbox.put_updates([update(ALICE)]) == ()

    async def test_nobody_else_is_touched(self, storage: Storage):
        """Another person's data is the same before and after."""
        await _lived(storage)
        await _lived(storage, BOB)
        before = await storage.rights.export_of(BOB)
        await storage.rights.forget(ALICE)
        assert await storage.rights.export_of(BOB) == before

    async def test_a_step_can_forget_and_begin_anew(self, storage: Storage):
        """What its step keeps stays, the update under way, and what came later."""
        await _lived(storage)
        later = update(ALICE + 1).replace(lane=ALICE)
        await storage.inbox.put_updates([later])
        fresh = session(ALICE, revision=6, session_id="FRESH")
        step = following(ALICE, expected=5)
        writes = (SaveAddress(saved_address(9)), ForgetPerson())
        await storage.conversations.commit_step(
            replace(step, session=fresh, writes=writes, update_id=ALICE)
        )
        assert await storage.conversations.load_session(ALICE_CHAT, ALICE) == fresh
        assert await storage.addresses.addresses_of(ALICE) == (saved_address(9),)
        assert [each.update_id for each in await storage.inbox.waiting_updates()] == [
            ALICE,
            ALICE + 1,
        ]
        assert (await storage.inbox.waiting_updates())[0].committed


class TestExport:
    async def test_the_export_holds_everything_readable(self, storage: Storage):
        """Addresses, orders, the conversation with its results, and stored messages."""
        await _lived(storage)
        text = json.dumps(await storage.rights.export_of(ALICE), ensure_ascii=False)
        for planted in (NAME, STREET, MESSAGE, order(10 * ALICE + 2).order_no, "杯子"):
            assert planted in text

    async def test_a_stranger_has_an_empty_export(self, storage: Storage):
        """There is nothing of somebody who never wrote."""
        await _lived(storage)
        export = await storage.rights.export_of(UserId(5))
        assert export.pop("telegram_user_id") == 5
        assert not any(export.values())


class TestOperator:
    async def test_a_parked_update_is_requeued(self, storage: Storage):
        """It waits again with all its tries; what is not parked stays as it is."""
        await storage.inbox.put_updates([update(1), update(2)])
        await storage.inbox.retry_update(1, "why", NOW)
        await storage.inbox.park_update(1, "why")
        assert await storage.inbox.requeue_update(1)
        assert not await storage.inbox.requeue_update(2)
        assert not await storage.inbox.requeue_update(3)
        await reopen(storage)
        assert [
            (each.update_id, each.attempts) for each in await storage.inbox.waiting_updates()
        ] == [
            (1, 0),
            (2, 0),
        ]

    async def test_a_census_counts(self, storage: Storage):
        """Waiting and parked updates, the oldest one's moment, orders by their states."""
        await _lived(storage)
        census = await storage.upkeep.census()
        assert (census.waiting, census.parked, census.oldest_waiting) == (1, 1, NOW)
        assert census.orders == {Placing.PLACED: 2, Placing.UNRESOLVED: 1, Placing.REFUSED: 1}
        assert [each.order_no[-1] for each in await storage.orders.unresolved_orders()] == ["2"]

    async def test_nudges_are_counted(self, storage: Storage):
        """Each changes the number, over restarts as well."""
        before = await storage.upkeep.nudges()
        await storage.upkeep.nudge()
        await reopen(storage)
        assert await storage.upkeep.nudges() == before + 1
