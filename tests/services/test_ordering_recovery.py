"""From an unclear answer, a crash or a bug to the order that exists, or to a person."""

import asyncio

import pytest

from bot.domain.orders import FailedLine, Placing, Refusal
from bot.marketplace.errors import (
    GatewayFailed,
    OutcomeUnclear,
    Unreachable,
)
from bot.services.placing.placing import UNANSWERED
from bot.storage.ports import StorageUnavailable
from tests.loopback import time_flies
from tests.services.agreed import (
    BLACK,
    FIRST,
    LINES,
    NUMBER,
    OFFER,
    SECOND,
    consent,
    found,
    quote,
    workshop,
)


def lost() -> OutcomeUnclear:
    return OutcomeUnclear(Unreachable("time-out", endpoint="create"))


async def test_an_unclear_create_is_looked_up() -> None:
    """The person hears of the doubt, then of the order."""
    shop = await workshop(creations=[lost()], lists=[(), (found(),)])
    order = await shop.work()
    assert order.placing is Placing.PLACED
    assert order.lookups == 1
    assert shop.marketplace.count("create") == 1
    assert shop.told == [Placing.UNCERTAIN, Placing.PLACED]


async def test_look_ups_end_with_a_person() -> None:
    """Where nothing proves that the list is to be trusted, nothing is done by itself any more."""
    shop = await workshop(creations=[lost()])
    order = await shop.work()
    assert order.placing is Placing.UNRESOLVED
    assert order.lookups == 3
    assert shop.marketplace.count("create") == 1
    assert shop.told == [Placing.UNCERTAIN, Placing.UNRESOLVED]


async def test_look_ups_go_on_where_a_restart_interrupted_them() -> None:
    """Their number is stored, so that restarts do not repeat them for ever."""
    shop = await workshop(consent(Placing.UNCERTAIN, lookups=2))
    order = await shop.work()
    assert order.placing is Placing.UNRESOLVED
    assert shop.marketplace.count("find by number") == 2, "and once more everywhere"


async def test_look_ups_that_get_no_answer_do_not_count() -> None:
    """An outage of the marketplace proves nothing about the order."""
    down = GatewayFailed("502", endpoint="find_orders")
    shop = await workshop(creations=[lost()], lists=[down] * 8 + [(found(),)])
    order = await shop.work()
    assert order.placing is Placing.PLACED
    assert order.lookups == 0


async def test_an_outage_that_does_not_end_is_for_a_person() -> None:
    """An hour after the consent unanswered look-ups count."""
    down = GatewayFailed("502", endpoint="find_orders")
    shop = await workshop(consent(Placing.UNCERTAIN), lists=[down])
    shop.now += UNANSWERED
    assert (await shop.work()).placing is Placing.UNRESOLVED


async def test_a_part_is_adopted_at_the_last_look_up_only() -> None:
    """The other parts of a split order may just not be listed yet."""
    part = found(lines=LINES[:1])
    shop = await workshop(
        creations=[lost()],
        lists=[(part,), (part, found(SECOND, LINES[1:]))],
        by_time=[()],
    )
    order = await shop.work()
    assert [each.order_id for each in order.parts] == [FIRST, SECOND]
    assert order.failed_lines == ()


async def test_a_part_that_stays_alone_is_adopted_with_what_is_missing() -> None:
    """Lines can fail one by one; the person is told which."""
    shop = await workshop(creations=[lost()], lists=[(found(lines=LINES[:1]),)])
    order = await shop.work()
    assert order.placing is Placing.PLACED
    assert order.failed_lines == (FailedLine(offer_id=OFFER, spec_id=BLACK, doubtful=True),)
    assert order.lookups == 2


async def test_orders_that_do_not_fit_are_for_a_person() -> None:
    """Our number on other goods is adopted by nobody."""
    shop = await workshop(creations=[lost()], lists=[(found(lines=LINES * 2),)])
    order = await shop.work()
    assert order.placing is Placing.UNRESOLVED
    assert order.parts == ()


async def test_doubles_are_cancelled_before_the_order_is_adopted() -> None:
    """One order is kept; a crash in between would find them again."""
    shop = await workshop(consent(Placing.UNCERTAIN), lists=[(found(), found(SECOND))])
    order = await shop.work()
    assert [part.order_id for part in order.parts] == [FIRST]
    assert shop.marketplace.cancelled == [SECOND]


async def test_what_an_operator_settled_meanwhile_is_left_as_it_is() -> None:
    """The look-up that waits finds nothing to do: it neither adopts nor cancels anything."""
    uncertain = consent(Placing.UNCERTAIN)
    shop = await workshop(
        uncertain, lists=[(found(), found(SECOND))], lookup_delays=(60.0, 60.0, 60.0)
    )
    await shop.ordering.resume_all()
    await asyncio.sleep(0.01)  # until it waits for its first look
    dropped = uncertain.moved(Placing.REFUSED, refusal=Refusal(code="dropped"))
    await shop.storage.save_order(dropped, Placing.UNCERTAIN)
    time_flies(60)
    await shop.settled()
    assert shop.marketplace.cancelled == []
    assert shop.marketplace.calls == []
    assert await shop.storage.order(NUMBER) == dropped


@pytest.mark.parametrize("placing", [Placing.CREATING, Placing.UNCERTAIN])
async def test_after_a_crash_what_may_have_been_sent_is_looked_up(placing: Placing) -> None:
    """Create is not sent while it may be found."""
    shop = await workshop(consent(placing), lists=[(), (found(),)])
    order = await shop.work()
    assert order.placing is Placing.PLACED
    assert shop.marketplace.count("create") == 0
    assert shop.told == [Placing.UNCERTAIN, Placing.PLACED]


async def test_after_a_crash_a_claim_goes_on() -> None:
    """Nothing was sent before CREATING was stored."""
    shop = await workshop(consent(Placing.CLAIMED))
    assert (await shop.work()).placing is Placing.PLACED
    assert shop.marketplace.count("create") == 1


@pytest.mark.parametrize(
    "placing", [Placing.PLACED, Placing.REFUSED, Placing.CHANGED, Placing.UNRESOLVED]
)
async def test_after_a_crash_an_outcome_that_was_not_told_is_told(placing: Placing) -> None:
    """The marketplace is not asked anything."""
    shop = await workshop(consent(placing))
    assert (await shop.work()).placing is placing
    assert shop.told == [placing]
    assert shop.marketplace.calls == []


async def test_a_bug_before_create_is_tried_again(caplog) -> None:
    """The claim goes on in this very process."""
    shop = await workshop(quotes=[RuntimeError("a bug"), quote()])
    assert (await shop.work()).placing is Placing.PLACED
    assert shop.marketplace.count("create") == 1


async def test_a_bug_while_creating_is_looked_up() -> None:
    """Create may have been sent: it is not sent again, and the order is found in this process."""
    shop = await workshop(creations=[RuntimeError("a bug")], lists=[(found(),)])
    order = await shop.work()
    assert order.placing is Placing.PLACED
    assert shop.marketplace.count("create") == 1


async def test_an_answer_is_kept_until_the_storage_works_again() -> None:
    """What create said is recorded, not looked up."""
    answer = asyncio.Event()
    shop = await workshop(create_waits=answer)
    await shop.ordering.resume_all()
    await shop.marketplace.create_called.wait()
    shop.storage.unavailable = True
    answer.set()
    await asyncio.sleep(0)
    shop.storage.unavailable = False
    await shop.settled()
    order = await shop.storage.order(NUMBER)
    assert order is not None
    assert order.placing is Placing.PLACED
    assert shop.marketplace.count("find by number") == 0


async def test_a_storage_that_stays_out_of_order_loses_no_order() -> None:
    """Once it is back, the order is looked up: it may have been created."""
    answer = asyncio.Event()
    shop = await workshop(create_waits=answer, lists=[(found(),)])
    await shop.ordering.resume_all()
    await shop.marketplace.create_called.wait()
    shop.storage.unavailable = True
    answer.set()
    await asyncio.sleep(0.05)
    shop.storage.unavailable = False
    await shop.settled()
    order = await shop.storage.order(NUMBER)
    assert order is not None
    assert order.placing is Placing.PLACED
    assert shop.marketplace.count("create") == 1


async def test_an_order_that_another_process_took_is_not_created_here() -> None:
    """The state in the storage decides who sends."""
    shop = await workshop(lists=[(found(),)])

    async def overtake() -> None:
        shop.marketplace.at_preview = None
        order = await shop.storage.order(NUMBER)
        assert order is not None
        await shop.storage.save_order(order.moved(Placing.CREATING), Placing.CLAIMED)

    shop.marketplace.at_preview = overtake
    order = await shop.work()
    assert order.placing is Placing.PLACED
    assert shop.marketplace.count("create") == 0


async def test_an_outcome_that_could_not_be_told_is_told_again() -> None:
    """The order itself is not touched by it."""
    shop = await workshop()
    shop.failures = [RuntimeError("drawing failed")]
    order = await shop.work()
    assert order.placing is Placing.PLACED
    assert shop.told == [Placing.PLACED]
    assert shop.marketplace.count("create") == 1


async def test_a_doubt_that_could_not_be_told_does_not_stop_the_look_ups() -> None:
    """Finding the order matters more."""
    shop = await workshop(creations=[lost()], lists=[(found(),)])
    shop.failures = [RuntimeError("drawing failed")]
    order = await shop.work()
    assert order.placing is Placing.PLACED
    assert shop.told == [Placing.PLACED]


async def test_closing_does_not_wait_for_pauses() -> None:
    """An uncertain order stops at once and stays uncertain for the next start."""
    shop = await workshop(consent(Placing.UNCERTAIN), lookup_delays=(60.0,))
    await shop.ordering.resume_all()
    await asyncio.sleep(0.01)
    await asyncio.wait_for(shop.ordering.close(), 60)
    order = await shop.storage.order(NUMBER)
    assert order is not None
    assert order.placing is Placing.UNCERTAIN
    shop.ordering.start(NUMBER)
    assert shop.marketplace.calls == []


async def test_closing_waits_for_a_create_under_way() -> None:
    """Its answer is worth more than a look-up."""
    answer = asyncio.Event()
    shop = await workshop(create_waits=answer)
    await shop.ordering.resume_all()
    await shop.marketplace.create_called.wait()
    closing = asyncio.create_task(shop.ordering.close())
    await asyncio.sleep(0.01)
    assert not closing.done()
    answer.set()
    await closing
    order = await shop.storage.order(NUMBER)
    assert order is not None
    assert order.placing is Placing.PLACED


async def test_a_create_that_outlasts_the_grace_is_found_at_the_next_start() -> None:
    """Cut off, it counts as sent."""
    shop = await workshop(create_waits=asyncio.Event(), lists=[(found(),)])
    await shop.ordering.resume_all()
    await shop.marketplace.create_called.wait()
    await shop.ordering.close(grace=0.01)
    order = await shop.storage.order(NUMBER)
    assert order is not None
    assert order.placing is Placing.CREATING


async def test_looking_again_finds_what_came_late() -> None:
    """At a person's wish an unresolved order is looked up once more."""
    order = consent(Placing.UNRESOLVED, lookups=3)
    shop = await workshop(order, lists=[(), (found(),)])
    assert await shop.ordering.look_again(order) == order
    again = await shop.ordering.look_again(order)
    assert again.placing is Placing.PLACED
    assert await shop.storage.order(NUMBER) == again


async def test_looking_again_without_an_answer_says_so() -> None:
    """The person hears that the marketplace does not answer."""
    order = consent(Placing.UNRESOLVED)
    shop = await workshop(order, lists=[GatewayFailed("502", endpoint="find_orders")])
    with pytest.raises(GatewayFailed):
        await shop.ordering.look_again(order)


async def test_a_storage_that_is_out_of_order_at_the_start_is_told() -> None:
    """Resuming needs it; the caller decides what then."""
    shop = await workshop()
    shop.storage.unavailable = True
    with pytest.raises(StorageUnavailable):
        await shop.ordering.resume_all()
