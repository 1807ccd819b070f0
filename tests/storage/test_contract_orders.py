"""What every storage promises of orders and address books."""

import asyncio
from datetime import timedelta
from functools import partial

import pytest

from bot.domain.identifiers import AddressId, MerchantOrderNo, UserId
from bot.domain.orders import Placing
from bot.domain.writes import ClaimOrder, DeleteAddress, MarkTold, SaveAddress
from bot.storage.ports import (
    AlreadyClaimed,
    OrderMoved,
    Storage,
)
from tests.storage.samples import (
    ALICE,
    ALICE_CHAT,
    BOB,
    address,
    first,
    following,
    order,
    reopen,
    saved_address,
    session,
)


class TestAddresses:
    async def test_the_default_comes_first_then_the_latest_saved(self, storage: Storage):
        """Saving again counts as the latest."""
        await storage.conversations.commit_step(first(writes=(SaveAddress(saved_address(1)),)))
        await storage.conversations.commit_step(
            following(writes=(SaveAddress(saved_address(2, is_default=True)),))
        )
        await storage.conversations.commit_step(
            following(expected=2, writes=(SaveAddress(saved_address(3)),))
        )
        assert [
            int(each.address_id.id) for each in await storage.addresses.addresses_of(ALICE)
        ] == [
            2,
            3,
            1,
        ]
        changed = saved_address(1, name="李四")
        await storage.conversations.commit_step(
            following(expected=3, writes=(SaveAddress(changed),))
        )
        await reopen(storage)
        addresses = await storage.addresses.addresses_of(ALICE)
        assert [int(each.address_id.id) for each in addresses] == [2, 1, 3]
        assert addresses[1].address == address("李四")

    async def test_a_person_has_one_default_at_most(self, storage: Storage):
        """A new default clears the one before, of that person only."""
        await storage.conversations.commit_step(
            first(writes=(SaveAddress(saved_address(1, is_default=True)),))
        )
        await storage.conversations.commit_step(
            first(BOB, writes=(SaveAddress(saved_address(1, is_default=True)),))
        )
        await storage.conversations.commit_step(
            following(writes=(SaveAddress(saved_address(2, is_default=True)),))
        )
        defaults = [
            int(each.address_id.id)
            for each in await storage.addresses.addresses_of(ALICE)
            if each.is_default
        ]
        assert defaults == [2]
        assert [each.is_default for each in await storage.addresses.addresses_of(BOB)] == [True]
        await storage.conversations.commit_step(
            following(expected=2, writes=(SaveAddress(saved_address(2)),))
        )
        assert not any(each.is_default for each in await storage.addresses.addresses_of(ALICE))

    async def test_a_persons_addresses_are_nobody_elses(self, storage: Storage):
        """Nobody reads, overwrites or deletes another's address, not even by its number."""
        await storage.conversations.commit_step(first(writes=(SaveAddress(saved_address(1)),)))
        await storage.conversations.commit_step(first(BOB, writes=(DeleteAddress(AddressId(1)),)))
        assert await storage.addresses.addresses_of(BOB) == ()
        await storage.conversations.commit_step(
            following(BOB, writes=(SaveAddress(saved_address(1, name="Bob")),))
        )
        assert await storage.addresses.addresses_of(ALICE) == (saved_address(1),)

    async def test_a_deleted_address_is_gone(self, storage: Storage):
        """Deleting one leaves the others; deleting what is not there is no error."""
        await storage.conversations.commit_step(first(writes=(SaveAddress(saved_address(1)),)))
        await storage.conversations.commit_step(following(writes=(SaveAddress(saved_address(2)),)))
        await storage.conversations.commit_step(
            following(expected=2, writes=(DeleteAddress(AddressId(1)),))
        )
        await storage.conversations.commit_step(
            following(expected=3, writes=(DeleteAddress(AddressId(1)),))
        )
        assert [
            int(each.address_id.id) for each in await storage.addresses.addresses_of(ALICE)
        ] == [2]


class TestOrders:
    async def test_a_claim_is_durable_with_its_session(self, storage: Storage):
        """The order and the session that agreed to it are there after reopening."""
        await storage.conversations.commit_step(first(writes=(ClaimOrder(order()),)))
        await reopen(storage)
        assert await storage.orders.order(order().order_no) == order()
        assert await storage.conversations.load_session(ALICE_CHAT, ALICE) == session()
        assert await storage.orders.order(MerchantOrderNo("S0")) is None

    async def test_an_order_number_is_claimed_once(self, storage: Storage):
        """A known order number is refused and the session stays as it was."""
        await storage.conversations.commit_step(first(writes=(ClaimOrder(order()),)))
        with pytest.raises(AlreadyClaimed):
            await storage.conversations.commit_step(following(writes=(ClaimOrder(order()),)))
        assert await storage.conversations.load_session(ALICE_CHAT, ALICE) == session()

    async def test_a_consent_is_claimed_once(self, storage: Storage):
        """The same session revision gives no second order, whatever its number."""
        await storage.conversations.commit_step(first())
        await storage.conversations.commit_step(following(writes=(ClaimOrder(order(1)),)))
        with pytest.raises(AlreadyClaimed):
            await storage.conversations.commit_step(following(writes=(ClaimOrder(order(2)),)))
        assert await storage.orders.orders_of(ALICE) == [order(1)]

    async def test_a_consent_to_several_orders_claims_each_once(self, storage: Storage):
        """As a group buy's of more variants than one order takes: all in one step, or none."""
        await storage.conversations.commit_step(first())
        twice = (ClaimOrder(order(1)), ClaimOrder(order(2), part=1), ClaimOrder(order(3), part=1))
        with pytest.raises(AlreadyClaimed):
            await storage.conversations.commit_step(following(writes=twice))
        assert await storage.orders.orders_of(ALICE) == []
        several = (ClaimOrder(order(1)), ClaimOrder(order(2), part=1), ClaimOrder(order(3), part=2))
        await storage.conversations.commit_step(following(writes=several))
        made = await storage.orders.orders_of(ALICE)
        assert {each.order_no for each in made} == {order(n).order_no for n in (1, 2, 3)}
        again = (ClaimOrder(order(4), part=2),)
        with pytest.raises(AlreadyClaimed):
            await storage.conversations.commit_step(following(writes=again))

    async def test_a_hundred_concurrent_claims_make_one_order(self, storage: Storage):
        """One consent, a hundred taps, each with a number of its own: one order."""
        await storage.conversations.commit_step(first())
        outcomes = await asyncio.gather(
            *(
                storage.conversations.commit_step(following(writes=(ClaimOrder(order(number)),)))
                for number in range(100)
            ),
            return_exceptions=True,
        )
        assert outcomes.count(None) == 1
        assert sum(isinstance(each, AlreadyClaimed) for each in outcomes) == 99
        winner = order(outcomes.index(None))
        assert await storage.orders.orders_of(ALICE, limit=100) == [winner]

    async def test_an_order_of_another_person_is_refused(self, storage: Storage):
        """A claim has to be of the person and chat whose session is committed."""
        with pytest.raises(ValueError, match="not of this conversation"):
            await storage.conversations.commit_step(first(writes=(ClaimOrder(order(user=BOB)),)))

    async def test_orders_are_newest_first_and_paged(self, storage: Storage):
        """A person sees only own orders, the latest first."""
        await storage.conversations.commit_step(first(writes=(ClaimOrder(order(1)),)))
        for number in (2, 3):
            await storage.conversations.commit_step(
                following(expected=number - 1, writes=(ClaimOrder(order(number)),))
            )
        await storage.conversations.commit_step(first(BOB, writes=(ClaimOrder(order(9, BOB)),)))
        assert await storage.orders.orders_of(ALICE) == [order(3), order(2), order(1)]
        assert await storage.orders.orders_of(ALICE, limit=1, offset=1) == [order(2)]
        assert await storage.orders.orders_of(ALICE, offset=3) == []
        assert await storage.orders.orders_of(UserId(404)) == []

    async def test_what_came_after_an_order_is_told_by_storing_not_by_clocks(
        self, storage: Storage
    ):
        """The second was agreed to by a clock that was set back by a day."""
        early = order(2).replace(created_at=order(1).created_at - timedelta(days=1))
        for number, each in enumerate((order(1), early, order(3)), start=1):
            expected = number - 1 if number > 1 else None
            step = first if expected is None else partial(following, expected=expected)
            await storage.conversations.commit_step(step(writes=(ClaimOrder(each),)))
        await storage.conversations.commit_step(first(BOB, writes=(ClaimOrder(order(9, BOB)),)))
        assert await storage.orders.orders_after(order(1).order_no, 9) == [early, order(3)]
        assert await storage.orders.orders_after(order(1).order_no, 1) == [early]
        assert await storage.orders.orders_after(early.order_no, 9) == [order(3)]
        assert await storage.orders.orders_after(order(3).order_no, 9) == []

    async def test_an_order_that_moved_is_not_overwritten(self, storage: Storage):
        """Of two who start from the same state the second is refused."""
        await storage.conversations.commit_step(first(writes=(ClaimOrder(order()),)))
        creating = order().moved(Placing.CREATING)
        await storage.orders.save_order(creating, Placing.CLAIMED)
        with pytest.raises(OrderMoved):
            await storage.orders.save_order(order().moved(Placing.CHANGED), Placing.CLAIMED)
        assert await storage.orders.order(order().order_no) == creating
        with pytest.raises(OrderMoved):
            await storage.orders.save_order(order(404), Placing.CLAIMED)

    @pytest.mark.parametrize("placing", list(Placing))
    async def test_each_state_is_unsettled_or_untold(self, storage: Storage, placing: Placing):
        """Every order is found by recovery or by telling, until the person was told."""
        await storage.conversations.commit_step(first(writes=(ClaimOrder(order(placing=placing)),)))
        unsettled = await storage.orders.unsettled_orders()
        untold = await storage.orders.untold_orders()
        assert unsettled + untold == [order(placing=placing)]
        expected = {Placing.CLAIMED, Placing.CREATING, Placing.UNCERTAIN}
        assert bool(unsettled) == (placing in expected)

    async def test_unsettled_and_untold_orders_are_oldest_first(self, storage: Storage):
        """Who waits longest is looked after first."""
        for number, user in ((3, ALICE), (1, BOB), (2, UserId(1))):
            await storage.conversations.commit_step(
                first(user, writes=(ClaimOrder(order(number, user)),))
            )
        assert [each.order_no[-1] for each in await storage.orders.unsettled_orders()] == [
            "1",
            "2",
            "3",
        ]
        for number, user in ((3, ALICE), (1, BOB), (2, UserId(1))):
            moved = order(number, user).moved(Placing.REFUSED)
            await storage.orders.save_order(moved, Placing.CLAIMED)
        assert [each.order_no[-1] for each in await storage.orders.untold_orders()] == [
            "1",
            "2",
            "3",
        ]

    async def test_a_told_order_is_told_once(self, storage: Storage):
        """Telling is committed with the step that shows it, and by its own person only."""
        refused = order().moved(Placing.REFUSED)
        await storage.conversations.commit_step(first(writes=(ClaimOrder(order()),)))
        await storage.orders.save_order(refused, Placing.CLAIMED)
        await storage.conversations.commit_step(
            first(BOB, writes=(MarkTold(order().order_no, Placing.REFUSED),))
        )
        assert await storage.orders.untold_orders() == [refused]
        await storage.conversations.commit_step(
            following(writes=(MarkTold(order().order_no, Placing.REFUSED),))
        )
        await reopen(storage)
        assert await storage.orders.untold_orders() == []

    async def test_the_latest_orders_that_ended_are_everybodys(self, storage: Storage):
        """Newest first, from a moment on, without those that are under way or undecided."""
        placings = (Placing.PLACED, Placing.CHANGED, Placing.REFUSED)
        going_on = (Placing.CREATING, Placing.UNCERTAIN, Placing.UNRESOLVED)
        orders = [
            order(number, UserId(number), each)
            for number, each in enumerate((*placings, *going_on), 1)
        ]
        for each in orders:
            await storage.conversations.commit_step(first(each.user_id, writes=(ClaimOrder(each),)))
        oldest, middle, newest = orders[:3]
        assert await storage.orders.latest_orders(oldest.created_at, 9) == [newest, middle, oldest]
        assert await storage.orders.latest_orders(middle.created_at, 9) == [newest, middle]
        assert await storage.orders.latest_orders(oldest.created_at, 1) == [newest]

    async def test_an_order_is_marked_as_told_without_a_step(self, storage: Storage):
        """News that no step brought are marked by themselves; an unknown number is no error."""
        refused = order().moved(Placing.REFUSED)
        await storage.conversations.commit_step(first(writes=(ClaimOrder(order()),)))
        await storage.orders.mark_told(order().order_no, Placing.CLAIMED)
        await storage.orders.save_order(refused, Placing.CLAIMED)
        assert await storage.orders.untold_orders() == [refused]
        await storage.orders.mark_told(order().order_no, Placing.REFUSED)
        await storage.orders.mark_told(MerchantOrderNo("S0"), Placing.REFUSED)
        await reopen(storage)
        assert await storage.orders.untold_orders() == []

    async def test_a_new_outcome_is_told_again(self, storage: Storage):
        """An unresolved order that turns out placed is news; a changed status is not."""
        unresolved = order(placing=Placing.UNRESOLVED)
        await storage.conversations.commit_step(first(writes=(ClaimOrder(unresolved),)))
        await storage.conversations.commit_step(
            following(writes=(MarkTold(unresolved.order_no, Placing.UNRESOLVED),))
        )
        await storage.orders.save_order(unresolved.replace(lookups=3), Placing.UNRESOLVED)
        assert await storage.orders.untold_orders() == []
        placed = unresolved.moved(Placing.PLACED)
        await storage.orders.save_order(placed, Placing.UNRESOLVED)
        assert await storage.orders.untold_orders() == [placed]

    async def test_an_outcome_that_came_meanwhile_is_not_taken_as_told(self, storage: Storage):
        """Who showed the uncertain order marks that, not the outcome that came while showing."""
        unresolved = order(placing=Placing.UNRESOLVED)
        placed = unresolved.moved(Placing.PLACED)
        await storage.conversations.commit_step(first(writes=(ClaimOrder(unresolved),)))
        await storage.orders.save_order(placed, Placing.UNRESOLVED)
        await storage.orders.mark_told(placed.order_no, Placing.UNRESOLVED)
        await storage.conversations.commit_step(
            following(writes=(MarkTold(placed.order_no, Placing.UNRESOLVED),))
        )
        assert await storage.orders.untold_orders() == [placed]
        await storage.orders.mark_told(placed.order_no, Placing.PLACED)
        assert await storage.orders.untold_orders() == []
