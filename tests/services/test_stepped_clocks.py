"""Clocks of ours that were stepped between two orders: an empty window proves nothing."""

from datetime import timedelta

import pytest

from bot.domain.identifiers import ChatId, UserId
from bot.domain.orders import OrderPart, Placing
from bot.services.placing.listing import look_everywhere
from bot.services.placing.recovery import look_up
from tests.services.agreed import FIRST, NOW, consent, found
from tests.services.ledger import KNOWN, KNOWN_ID, another, shop

STEPS = (-24 * 60, -120, -40, -3, -1 / 60, 1 / 60, 3, 60, 119, 24 * 60)  # minutes


@pytest.mark.parametrize("step", STEPS)
async def test_a_step_between_neighbour_and_order_makes_no_second_order(step: float) -> None:
    """The first create took effect, at another time than our clock says.

    By its number it is not found, only by time.
    """
    there = found(FIRST, created_at=NOW - timedelta(minutes=step))
    by_time_only = there.replace(remark=f"{there.remark} ")
    made, ledger = await shop(order=consent(Placing.CREATING, sent_at=NOW))
    known = KNOWN.replace(created_at=min(KNOWN.created_at, there.created_at))
    ledger.listed = [known, by_time_only]
    order = await made.work()
    assert ledger.created == []
    assert order.placing is Placing.PLACED or len(ledger.alive) <= 1


@pytest.mark.parametrize("step", STEPS)
async def test_a_step_of_the_neighbours_clock_neither(step: float) -> None:
    """The neighbour was agreed to while the clock was off."""
    off = NOW - timedelta(minutes=step)
    neighbour = another(created_at=off, parts=(OrderPart(order_id=KNOWN_ID, placed_at=NOW),))
    there = found(FIRST, created_at=NOW + timedelta(minutes=1))
    by_time_only = there.replace(remark=f"{there.remark} ")
    made, ledger = await shop(order=consent(Placing.CREATING, sent_at=NOW), others=(neighbour,))
    ledger.listed = [KNOWN.replace(created_at=NOW), by_time_only]
    await made.work()
    assert ledger.created == []


@pytest.mark.parametrize("ahead", [3, 60, 119])
async def test_what_was_made_while_our_clock_was_ahead_is_found_by_time(ahead: int) -> None:
    """Where no other clock than ours was known, two hours of room are taken before it."""
    there = found(FIRST, created_at=NOW - timedelta(minutes=ahead))
    by_time_only = there.replace(remark=f"{there.remark} ")
    _, ledger = await shop(listed=[by_time_only])
    order = consent(Placing.UNCERTAIN, sent_at=NOW)
    listing = await look_everywhere(ledger, order)
    assert [each.order_id for each in listing.orders] == [FIRST]
    assert (await look_up(ledger, order)).whole


async def test_the_marketplaces_own_clock_is_kept_from_the_first_sending() -> None:
    """A second create changes nothing of when the first may have taken effect."""
    first = NOW + timedelta(hours=5)
    made, ledger = await shop("no", "")
    made.there = first

    async def later() -> None:
        if ledger.created:
            made.there = first + timedelta(hours=1)

    ledger.at_preview = later
    order = await made.work()
    assert order.sent_again
    assert order.first_sent_there == first


@pytest.mark.parametrize("step", STEPS)
async def test_who_ordered_the_same_again_by_a_stepped_clock_does_not_get_it_twice(
    step: float,
) -> None:
    """Which consent is the later one tells the order of storing."""
    own = another(
        user_id=UserId(7),
        chat_id=ChatId(7),
        created_at=NOW + timedelta(seconds=30, minutes=step),
        parts=(OrderPart(order_id=KNOWN_ID, placed_at=NOW),),
    )
    made, ledger = await shop("no", "", others=(own,), listed=[KNOWN.replace(created_at=NOW)])
    order = await made.work()
    assert order.placing is Placing.REFUSED
    assert len(ledger.created) == 1
