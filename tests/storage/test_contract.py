"""What every storage promises, whatever it is made of."""

import asyncio
from datetime import timedelta

import pytest

from bot.domain.identifiers import AddressId, ChatId, MerchantOrderNo, OfferId, UserId
from bot.domain.orders import Placing
from bot.storage.ports import (
    AlreadyClaimed,
    OrderMoved,
    StepCommit,
    Storage,
    StorageUnavailable,
    VersionConflict,
)
from tests.storage.samples import (
    ALICE,
    BOB,
    NOW,
    address,
    first,
    following,
    offer,
    order,
    page,
    rich_session,
    saved_address,
    session,
    update,
)

ALICE_CHAT = ChatId(ALICE)


async def reopen(storage: Storage) -> None:
    await storage.close()
    await storage.open()


class TestInbox:
    async def test_new_updates_are_told_from_repeats(self, storage: Storage):
        """Only ids that were never seen are new, also within one batch."""
        assert await storage.put_updates([update(1), update(2)]) == (1, 2)
        assert await storage.put_updates([update(2), update(3), update(3)]) == (3,)
        assert await storage.put_updates([]) == ()

    async def test_a_repeat_changes_nothing(self, storage: Storage):
        """The first payload of an update id stays, and a finished update is not revived."""
        await storage.put_updates([update(1, text="first"), update(2)])
        await storage.finish_update(2)
        await storage.put_updates([update(1, text="second"), update(2)])
        assert await storage.take_update(1) == update(1, text="first")
        assert [each.update_id for each in await storage.waiting_updates()] == [1]

    async def test_an_update_comes_back_as_it_was(self, storage: Storage):
        """Payload bytes, lane and the moment to the microsecond survive."""
        await storage.put_updates([update(9)])
        assert await storage.take_update(9) == update(9)
        assert await storage.take_update(10) is None

    async def test_waiting_updates_are_in_order_of_their_ids(self, storage: Storage):
        """Updates stored out of order are worked in order."""
        await storage.put_updates([update(3), update(1), update(2)])
        assert [each.update_id for each in await storage.waiting_updates()] == [1, 2, 3]

    async def test_a_finished_update_is_gone_at_once_and_after_reopening(self, storage: Storage):
        """Finishing counts immediately although it may be durable later."""
        await storage.put_updates([update(1), update(2)])
        await storage.finish_update(1)
        assert await storage.take_update(1) is None
        assert [each.update_id for each in await storage.waiting_updates()] == [2]
        await reopen(storage)
        assert await storage.take_update(1) is None
        assert [each.update_id for each in await storage.waiting_updates()] == [2]

    async def test_a_committed_update_still_waits_for_its_screen(self, storage: Storage):
        """A crash between commit and drawing leaves the update waiting, marked committed."""
        await storage.put_updates([update(1)])
        assert not (await storage.waiting_updates())[0].committed
        await storage.commit_step(first(update_id=1))
        await reopen(storage)
        waiting = await storage.waiting_updates()
        assert [(each.update_id, each.committed) for each in waiting] == [(1, True)]

    async def test_a_step_that_conflicts_does_not_mark_its_update(self, storage: Storage):
        """Session and update are committed together or not at all."""
        await storage.put_updates([update(1)])
        with pytest.raises(VersionConflict):
            await storage.commit_step(following(update_id=1))
        assert not (await storage.waiting_updates())[0].committed

    async def test_attempts_are_counted_with_the_time_of_the_next(self, storage: Storage):
        """Each retry counts one and keeps when to try again."""
        later = NOW + timedelta(seconds=30)
        await storage.put_updates([update(1)])
        assert await storage.retry_update(1, "boom", NOW) == 1
        assert await storage.retry_update(1, "boom", later) == 2
        (waiting,) = await storage.waiting_updates()
        assert (waiting.attempts, waiting.not_before) == (2, later)
        taken = await storage.take_update(1)
        assert taken is not None
        assert taken.attempts == 2
        assert await storage.retry_update(404, "boom", NOW) == 0

    async def test_a_parked_update_waits_no_more(self, storage: Storage):
        """Parked updates are listed for the operator, newest first, with their errors."""
        await storage.put_updates([update(1), update(2), update(3)])
        await storage.park_update(1, "ValueError: 一")
        await storage.park_update(3, "KeyError: 三")
        assert [each.update_id for each in await storage.waiting_updates()] == [2]
        parked = [(each.update_id, error) for each, error in await storage.parked_updates()]
        assert parked == [(3, "KeyError: 三"), (1, "ValueError: 一")]
        assert len(await storage.parked_updates(limit=1)) == 1
        assert await storage.take_update(1) == update(1)

    async def test_purging_drops_old_finished_updates_only(self, storage: Storage):
        """Waiting, parked and young updates stay."""
        day = timedelta(days=1)
        ids = range(1, 1_204)
        await storage.put_updates([update(each, age=3 * day) for each in ids])
        await storage.put_updates([update(2_000, age=day)])
        await storage.park_update(2, "why")
        for each in [*ids[2:], 2_000]:
            await storage.finish_update(each)
        assert await storage.purge(NOW - 2 * day) == len(ids) - 2
        assert [each.update_id for each in await storage.waiting_updates()] == [1]
        assert [each.update_id for each, _ in await storage.parked_updates()] == [2]
        assert await storage.put_updates([update(2_000), update(3)]) == (3,)


class TestSteps:
    async def test_a_session_comes_back_whole(self, storage: Storage):
        """Every field of a full session survives."""
        assert await storage.load_session(ALICE_CHAT, ALICE) is None
        await storage.commit_step(StepCommit(session=rich_session(), expected_revision=None))
        await reopen(storage)
        assert await storage.load_session(ALICE_CHAT, ALICE) == rich_session()

    async def test_conversations_are_apart(self, storage: Storage):
        """The same person in another chat, and another person, have their own session."""
        elsewhere = session(session_id="GROUP1").replace(chat_id=ChatId(-100))
        await storage.commit_step(first())
        await storage.commit_step(first(BOB))
        await storage.commit_step(StepCommit(session=elsewhere, expected_revision=None))
        assert await storage.load_session(ALICE_CHAT, ALICE) == session()
        assert await storage.load_session(ChatId(-100), ALICE) == elsewhere
        assert await storage.load_session(ChatId(-100), BOB) is None

    @pytest.mark.parametrize("expected", [0, 2])
    async def test_a_wrong_revision_conflicts_and_changes_nothing(
        self, storage: Storage, expected: int
    ):
        """A step made from an older or unknown session commits none of its parts."""
        await storage.commit_step(first())
        with pytest.raises(VersionConflict):
            await storage.commit_step(
                following(
                    expected=expected,
                    results=page(),
                    offer=offer(),
                    save_address=saved_address(1),
                    claim=order(),
                )
            )
        assert await storage.load_session(ALICE_CHAT, ALICE) == session()
        assert await storage.results_of(session().session_id) is None
        assert await storage.offer(offer().offer_id) is None
        assert await storage.addresses_of(ALICE) == ()
        assert await storage.order(order().order_no) is None

    async def test_a_conversation_begins_once(self, storage: Storage):
        """A second first step of the same conversation conflicts."""
        await storage.commit_step(first())
        with pytest.raises(VersionConflict):
            await storage.commit_step(first())

    async def test_a_step_of_a_conversation_that_is_not_there_conflicts(self, storage: Storage):
        """Expecting a revision where no row is stored is a conflict, not an insertion."""
        with pytest.raises(VersionConflict):
            await storage.commit_step(following())
        assert await storage.load_session(ALICE_CHAT, ALICE) is None

    async def test_two_conversations_never_share_a_session_id(self, storage: Storage):
        """A session id that is taken conflicts, so that buttons name one conversation."""
        await storage.commit_step(first())
        thief = session(BOB, session_id=session().session_id)
        with pytest.raises(VersionConflict):
            await storage.commit_step(StepCommit(session=thief, expected_revision=None))
        await storage.commit_step(first(BOB))
        with pytest.raises(VersionConflict):
            await storage.commit_step(
                StepCommit(session=thief.replace(revision=2), expected_revision=1)
            )

    async def test_revisions_must_follow_each_other(self, storage: Storage):
        """A caller that skips a revision is told so."""
        await storage.commit_step(first())
        with pytest.raises(ValueError, match="does not follow"):
            await storage.commit_step(StepCommit(session=session(revision=5), expected_revision=1))

    async def test_of_concurrent_steps_one_wins(self, storage: Storage):
        """Fifty steps made from the same revision leave one winner and 49 conflicts."""
        await storage.commit_step(first())
        outcomes = await asyncio.gather(
            *(storage.commit_step(following()) for _ in range(50)), return_exceptions=True
        )
        assert outcomes.count(None) == 1
        assert sum(isinstance(each, VersionConflict) for each in outcomes) == 49

    async def test_a_conflict_leaves_its_neighbours_standing(self, storage: Storage):
        """Steps of other chats that are committed at the same moment are kept."""
        await storage.commit_step(first())
        people = [UserId(number) for number in range(1, 21)]
        outcomes = await asyncio.gather(
            *(
                storage.commit_step(first(user) if number % 2 else following(expected=7))
                for number, user in enumerate(people)
            ),
            return_exceptions=True,
        )
        for number, (user, outcome) in enumerate(zip(people, outcomes, strict=True)):
            stored = await storage.load_session(ChatId(user), user)
            if number % 2:
                assert (outcome, stored) == (None, session(user))
            else:
                assert isinstance(outcome, VersionConflict)
                assert stored is None

    async def test_results_are_replaced_and_leave_with_their_session(self, storage: Storage):
        """A page replaces the one before; a conversation begun anew drops it."""
        key = session().session_id
        await storage.commit_step(first(results=page(1)))
        await storage.commit_step(following(results=page(2)))
        await storage.commit_step(following(expected=2))
        assert await storage.results_of(key) == page(2)
        anew = session(revision=4, session_id="ANEW")
        await storage.commit_step(StepCommit(session=anew, expected_revision=3))
        assert await storage.results_of(key) is None
        assert await storage.results_of("ANEW") is None

    async def test_an_offer_is_what_was_last_committed(self, storage: Storage):
        """Offers are shared by everybody and replaced as a whole."""
        await storage.commit_step(first(offer=offer(skus=150)))
        assert await storage.offer(offer().offer_id) == offer(skus=150)
        await storage.commit_step(first(BOB, offer=offer(skus=1)))
        assert await storage.offer(offer().offer_id) == offer(skus=1)
        assert await storage.offer(OfferId(404)) is None


class TestAddresses:
    async def test_the_default_comes_first_then_the_latest_saved(self, storage: Storage):
        """Saving again counts as the latest."""
        await storage.commit_step(first(save_address=saved_address(1)))
        await storage.commit_step(following(save_address=saved_address(2, is_default=True)))
        await storage.commit_step(following(expected=2, save_address=saved_address(3)))
        assert [each.address_id for each in await storage.addresses_of(ALICE)] == [2, 3, 1]
        changed = saved_address(1, name="李四")
        await storage.commit_step(following(expected=3, save_address=changed))
        await reopen(storage)
        addresses = await storage.addresses_of(ALICE)
        assert [each.address_id for each in addresses] == [2, 1, 3]
        assert addresses[1].address == address("李四")

    async def test_a_person_has_one_default_at_most(self, storage: Storage):
        """A new default clears the one before, of that person only."""
        await storage.commit_step(first(save_address=saved_address(1, is_default=True)))
        await storage.commit_step(first(BOB, save_address=saved_address(1, is_default=True)))
        await storage.commit_step(following(save_address=saved_address(2, is_default=True)))
        defaults = [
            each.address_id for each in await storage.addresses_of(ALICE) if each.is_default
        ]
        assert defaults == [2]
        assert [each.is_default for each in await storage.addresses_of(BOB)] == [True]
        await storage.commit_step(following(expected=2, save_address=saved_address(2)))
        assert not any(each.is_default for each in await storage.addresses_of(ALICE))

    async def test_a_persons_addresses_are_nobody_elses(self, storage: Storage):
        """Nobody reads, overwrites or deletes another's address, not even by its number."""
        await storage.commit_step(first(save_address=saved_address(1)))
        await storage.commit_step(first(BOB, delete_address=AddressId(1)))
        assert await storage.addresses_of(BOB) == ()
        await storage.commit_step(following(BOB, save_address=saved_address(1, name="Bob")))
        assert await storage.addresses_of(ALICE) == (saved_address(1),)

    async def test_a_deleted_address_is_gone(self, storage: Storage):
        """Deleting one leaves the others; deleting what is not there is no error."""
        await storage.commit_step(first(save_address=saved_address(1)))
        await storage.commit_step(following(save_address=saved_address(2)))
        await storage.commit_step(following(expected=2, delete_address=AddressId(1)))
        await storage.commit_step(following(expected=3, delete_address=AddressId(1)))
        assert [each.address_id for each in await storage.addresses_of(ALICE)] == [2]


class TestOrders:
    async def test_a_claim_is_durable_with_its_session(self, storage: Storage):
        """The order and the session that agreed to it are there after reopening."""
        await storage.commit_step(first(claim=order()))
        await reopen(storage)
        assert await storage.order(order().order_no) == order()
        assert await storage.load_session(ALICE_CHAT, ALICE) == session()
        assert await storage.order(MerchantOrderNo("S0")) is None

    async def test_an_order_number_is_claimed_once(self, storage: Storage):
        """A known order number is refused and the session stays as it was."""
        await storage.commit_step(first(claim=order()))
        with pytest.raises(AlreadyClaimed):
            await storage.commit_step(following(claim=order()))
        assert await storage.load_session(ALICE_CHAT, ALICE) == session()

    async def test_a_consent_is_claimed_once(self, storage: Storage):
        """The same session revision gives no second order, whatever its number."""
        await storage.commit_step(first())
        await storage.commit_step(following(claim=order(1)))
        with pytest.raises(AlreadyClaimed):
            await storage.commit_step(following(claim=order(2)))
        assert await storage.orders_of(ALICE) == [order(1)]

    async def test_a_hundred_concurrent_claims_make_one_order(self, storage: Storage):
        """One consent, a hundred taps, each with a number of its own: one order."""
        await storage.commit_step(first())
        outcomes = await asyncio.gather(
            *(storage.commit_step(following(claim=order(number))) for number in range(100)),
            return_exceptions=True,
        )
        assert outcomes.count(None) == 1
        assert sum(isinstance(each, AlreadyClaimed) for each in outcomes) == 99
        winner = order(outcomes.index(None))
        assert await storage.orders_of(ALICE, limit=100) == [winner]

    async def test_an_order_of_another_person_is_refused(self, storage: Storage):
        """A claim has to be of the person and chat whose session is committed."""
        with pytest.raises(ValueError, match="not of this conversation"):
            await storage.commit_step(first(claim=order(user=BOB)))

    async def test_orders_are_newest_first_and_paged(self, storage: Storage):
        """A person sees only own orders, the latest first."""
        await storage.commit_step(first(claim=order(1)))
        for number in (2, 3):
            await storage.commit_step(following(expected=number - 1, claim=order(number)))
        await storage.commit_step(first(BOB, claim=order(9, BOB)))
        assert await storage.orders_of(ALICE) == [order(3), order(2), order(1)]
        assert await storage.orders_of(ALICE, limit=1, offset=1) == [order(2)]
        assert await storage.orders_of(ALICE, offset=3) == []
        assert await storage.orders_of(UserId(404)) == []

    async def test_an_order_that_moved_is_not_overwritten(self, storage: Storage):
        """Of two who start from the same state the second is refused."""
        await storage.commit_step(first(claim=order()))
        creating = order().moved(Placing.CREATING)
        await storage.save_order(creating, Placing.CLAIMED)
        with pytest.raises(OrderMoved):
            await storage.save_order(order().moved(Placing.CHANGED), Placing.CLAIMED)
        assert await storage.order(order().order_no) == creating
        with pytest.raises(OrderMoved):
            await storage.save_order(order(404), Placing.CLAIMED)

    @pytest.mark.parametrize("placing", list(Placing))
    async def test_each_state_is_unsettled_or_untold(self, storage: Storage, placing: Placing):
        """Every order is found by recovery or by telling, until the person was told."""
        await storage.commit_step(first(claim=order(placing=placing)))
        unsettled = await storage.unsettled_orders()
        untold = await storage.untold_orders()
        assert unsettled + untold == [order(placing=placing)]
        expected = {Placing.CLAIMED, Placing.CREATING, Placing.UNCERTAIN}
        assert bool(unsettled) == (placing in expected)

    async def test_unsettled_and_untold_orders_are_oldest_first(self, storage: Storage):
        """Who waits longest is looked after first."""
        for number, user in ((3, ALICE), (1, BOB), (2, UserId(1))):
            await storage.commit_step(first(user, claim=order(number, user)))
        assert [each.order_no[-1] for each in await storage.unsettled_orders()] == ["1", "2", "3"]
        for number, user in ((3, ALICE), (1, BOB), (2, UserId(1))):
            moved = order(number, user).moved(Placing.REFUSED)
            await storage.save_order(moved, Placing.CLAIMED)
        assert [each.order_no[-1] for each in await storage.untold_orders()] == ["1", "2", "3"]

    async def test_a_told_order_is_told_once(self, storage: Storage):
        """Telling is committed with the step that shows it, and by its own person only."""
        refused = order().moved(Placing.REFUSED)
        await storage.commit_step(first(claim=order()))
        await storage.save_order(refused, Placing.CLAIMED)
        await storage.commit_step(first(BOB, told=order().order_no))
        assert await storage.untold_orders() == [refused]
        await storage.commit_step(following(told=order().order_no))
        await reopen(storage)
        assert await storage.untold_orders() == []

    async def test_a_new_outcome_is_told_again(self, storage: Storage):
        """An unresolved order that turns out placed is news; a changed status is not."""
        unresolved = order(placing=Placing.UNRESOLVED)
        await storage.commit_step(first(claim=unresolved))
        await storage.commit_step(following(told=unresolved.order_no))
        await storage.save_order(unresolved.replace(lookups=3), Placing.UNRESOLVED)
        assert await storage.untold_orders() == []
        placed = unresolved.moved(Placing.PLACED)
        await storage.save_order(placed, Placing.UNRESOLVED)
        assert await storage.untold_orders() == [placed]


class TestPictureFiles:
    async def test_a_file_id_is_known_at_once_and_after_reopening(self, storage: Storage):
        """The last remembered id of a picture counts."""
        assert await storage.file_id("sheet") is None
        await storage.remember_file("sheet", "AgAC1")
        await storage.remember_file("sheet", "AgAC2")
        assert await storage.file_id("sheet") == "AgAC2"
        await reopen(storage)
        assert await storage.file_id("sheet") == "AgAC2"


class TestLife:
    async def test_a_healthy_storage_answers(self, storage: Storage):
        """The check passes, as often as asked."""
        await storage.check()
        await storage.check()

    async def test_a_closed_storage_says_so(self, storage: Storage):
        """Reads, writes and deferred writes are refused after closing; closing twice is fine."""
        await storage.close()
        await storage.close()
        for call in (
            storage.waiting_updates,
            storage.check,
            lambda: storage.put_updates([update(1)]),
            lambda: storage.finish_update(1),
            lambda: storage.load_session(ALICE_CHAT, ALICE),
        ):
            with pytest.raises(StorageUnavailable):
                await call()
