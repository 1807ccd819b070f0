"""What shows up under a number after it was given up is closed, and nothing else is."""

import asyncio
from datetime import timedelta
from typing import NoReturn

import pytest

from bot.domain.identifiers import MarketplaceOrderId
from bot.domain.orders import Order, OrderStatus, Placing
from bot.marketplace.errors import GatewayFailed, RefusalReason, Refused
from bot.services.placing.latecomers import WATCH_LATER, Latecomers
from tests.services.agreed import FIRST, NOW, NUMBER, SECOND, consent, created, found, stored
from tests.services.ledger import KNOWN, Ledger, shop

THIRD = MarketplaceOrderId("2257000000000000003")
TWICE = consent(Placing.PLACED, sent_at=NOW, sent_again=True, parts=created(SECOND).parts)
UNRESOLVED = consent(Placing.UNRESOLVED, sent_at=NOW, lookups=3)
GIVEN_UP = consent(Placing.REFUSED, sent_at=NOW, lookups=7)


class Pauses:
    """Counts pauses, and lets something happen in one."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.meanwhile: dict[int, object] = {}

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        action = self.meanwhile.get(len(self.seconds))
        if callable(action):
            action()


async def watched(
    order: Order, ledger: Ledger, pauses: Pauses | None = None, watching: Order | None = None
) -> Pauses:
    pauses = pauses or Pauses()
    watch = Latecomers(
        ledger,  # type: ignore[arg-type] - plays the calls that watching makes
        await stored(order),
        delays=(3.0, 5.0, *WATCH_LATER),
        look_again=_not_asked,
        found=_not_asked,
        pause=pauses,
    )
    await watch.watch(watching or order)
    return pauses


def _not_asked(*_: object) -> NoReturn:
    raise AssertionError("only unresolved orders are looked up again")


async def test_the_first_create_that_takes_effect_after_all_is_closed() -> None:
    """The order that the person pays stays."""
    ledger = Ledger(listed=[KNOWN, found(SECOND)], hidden=[found(FIRST)])
    pauses = Pauses()
    pauses.meanwhile[3] = ledger.appear
    await watched(TWICE, ledger, pauses)
    assert ledger.cancelled == [FIRST]
    assert ledger.alive == [SECOND]
    assert pauses.seconds == [3.0, 5.0, *WATCH_LATER]


async def test_where_nothing_was_ordered_nothing_stays() -> None:
    """The person was told so, and may have ordered again under another number."""
    ledger = Ledger(listed=[KNOWN, found(FIRST)])
    await watched(GIVEN_UP, ledger)
    assert ledger.cancelled == [FIRST]


@pytest.mark.parametrize("status", [OrderStatus.AWAITING_SHIPMENT, OrderStatus.CANCELLED])
async def test_only_what_is_unpaid_is_closed(status: OrderStatus) -> None:
    """Somebody who paid an extra order at the marketplace has to be asked."""
    ledger = Ledger(listed=[found(FIRST, status=status), found(SECOND)])
    await watched(TWICE, ledger)
    assert ledger.count("cancel") == 0


async def test_a_look_without_an_answer_is_made_up_for_by_the_next() -> None:
    """And a cancel that is refused as too early is asked again."""
    ledger = Ledger(listed=[found(FIRST), found(SECOND)], too_soon=1)
    ledger.list_errors = [GatewayFailed("502", endpoint="order_list")] * 2
    await watched(TWICE, ledger)
    assert ledger.cancelled == [FIRST]


async def test_an_order_that_went_on_otherwise_is_left() -> None:
    """Adopted at a person's wish meanwhile, say: it has a watch of its own, if it needs one."""
    adopted = consent(Placing.PLACED, sent_at=NOW, parts=created(FIRST).parts)
    ledger = Ledger(listed=[found(FIRST), found(SECOND)])
    pauses = await watched(adopted, ledger, watching=UNRESOLVED)
    assert ledger.calls == []
    assert len(pauses.seconds) == 1


async def test_a_second_create_is_watched_by_the_service() -> None:
    """The first one shows up while the person already looks at the payment."""
    made, ledger = await shop("late", "")
    order = await made.work()
    ledger.appear()
    assert len(ledger.alive) == 2
    await ledger.until_cancelled()
    assert ledger.alive == [part.order_id for part in order.parts]
    await made.ordering.close()


@pytest.mark.parametrize("run", ["same", "next"])
async def test_an_unresolved_order_that_shows_up_late_is_adopted(run: str) -> None:
    """Nobody has to decide any more, and the person is told; a double is closed as ever."""
    if run == "next":
        made, ledger = await shop(order=UNRESOLVED, others=(), listed=[])
        await made.storage.mark_told(NUMBER, Placing.UNRESOLVED)
        await made.ordering.resume_all()
    else:
        made, ledger = await shop("no", others=(), listed=[])
        assert (await made.work()).placing is Placing.UNRESOLVED
    ledger.listed += [found(FIRST), found(SECOND)]
    await ledger.until_cancelled()
    async with asyncio.timeout(60):
        while made.told[-1:] != [Placing.PLACED]:  # noqa: ASYNC110 - no event tells
            await asyncio.sleep(0.001)
    await made.ordering.close()
    assert ledger.alive == [FIRST]


async def test_it_is_watched_after_a_restart() -> None:
    """For a day after the consent."""
    made, ledger = await shop(order=TWICE, listed=[KNOWN, found(FIRST), found(SECOND)])
    await made.storage.mark_told(NUMBER, Placing.PLACED)
    await made.ordering.resume_all()
    await ledger.until_cancelled()
    await made.ordering.close()
    assert ledger.alive == [SECOND]


async def test_what_is_old_is_not_watched() -> None:
    """What was not there within a day does not come."""
    made, ledger = await shop(order=TWICE, listed=[found(FIRST)])
    await made.storage.mark_told(NUMBER, Placing.PLACED)
    made.now += timedelta(days=1, seconds=1)
    await made.work()
    await made.ordering.close()
    assert ledger.calls == []


async def test_a_refused_cancel_is_no_end() -> None:
    """The order closes unpaid by itself; the log says so."""
    ledger = Ledger(listed=[found(FIRST), found(SECOND)])
    ledger.cancel_error = Refused("paid", endpoint="cancel", reason=RefusalReason.NOT_CANCELLABLE)
    pauses = await watched(TWICE, ledger)
    assert pauses.seconds == [3.0, 5.0, *WATCH_LATER]
