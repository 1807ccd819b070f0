"""An operator's decisions: what each changes, and what is objected to."""

import pytest

from bot.domain.identifiers import MarketplaceOrderId
from bot.domain.orders import Order, OrderStatus, Placing
from bot.marketplace.errors import GatewayFailed, RefusalReason, Refused
from bot.services.placing.placing import DROPPED
from bot.services.placing.resolving import NotSettled, Objection, OrderResolving
from tests.fakes.memory_storage import MemoryStorage
from tests.services.agreed import FIRST, LINES, NOW, NUMBER, SECOND, consent, found, stored
from tests.services.ledger import KNOWN, KNOWN_ID, KNOWN_NO, Ledger, another, known

UNRESOLVED = consent(Placing.UNRESOLVED, sent_at=NOW, lookups=7)
DOWN = GatewayFailed("502", endpoint="order_list")


async def desk(
    order: Order = UNRESOLVED, **script: object
) -> tuple[OrderResolving, MemoryStorage, Ledger]:
    ledger = Ledger(**script)
    ledger.details = {each.order_id: each for each in ledger.listed}
    storage = await stored(order)
    return OrderResolving(storage, ledger), storage, ledger  # type: ignore[arg-type]


async def objection(decision) -> NotSettled:
    with pytest.raises(NotSettled) as raised:
        await decision
    return raised.value


async def test_an_order_that_exists_is_adopted() -> None:
    """With the amounts that it has there; the running bot is called to tell the person."""
    resolving, storage, _ = await desk(listed=[found()])
    order = await resolving.adopt(NUMBER, [FIRST, FIRST])
    assert [part.order_id for part in order.parts] == [FIRST]
    assert await storage.untold_orders() == [order]
    assert await storage.nudges() == 1


async def test_an_order_that_is_still_looked_up_may_be_adopted() -> None:
    """An operator who sees it need not wait."""
    resolving, _, _ = await desk(consent(Placing.UNCERTAIN), listed=[found()])
    assert (await resolving.adopt(NUMBER, [FIRST])).placing is Placing.PLACED


@pytest.mark.parametrize(
    ("ids", "expected", "named"),
    [
        ([KNOWN_ID], Objection.STRANGE, (KNOWN_ID,)),
        ([FIRST, SECOND], Objection.DOUBLES, ()),
        ([MarketplaceOrderId("3")], Objection.OTHER_GOODS, ()),
        ([MarketplaceOrderId("4")], Objection.UNREADABLE, (MarketplaceOrderId("4"),)),
    ],
)
async def test_what_does_not_fit_is_not_adopted(ids, expected, named) -> None:
    """A stranger's order, two whole ones, other goods, one that can't be read."""
    other = found(MarketplaceOrderId("3"), LINES * 2)
    resolving, storage, ledger = await desk(listed=[KNOWN, found(), found(SECOND), other])
    ledger.details[MarketplaceOrderId("4")] = Refused(
        "none", endpoint="order_detail", reason=RefusalReason.NOT_FOUND
    )
    refusal = await objection(resolving.adopt(NUMBER, ids))
    assert (refusal.objection, refusal.order_ids) == (expected, named)
    assert await storage.order(NUMBER) == UNRESOLVED
    assert await storage.nudges() == 0


@pytest.mark.parametrize("order_id", [KNOWN_ID, MarketplaceOrderId("3")])
async def test_force_adopts_what_does_not_fit(order_id) -> None:
    """The operator has seen it; but two whole orders for one consent stay refused."""
    other = found(MarketplaceOrderId("3"), LINES * 2)
    resolving, _, _ = await desk(listed=[KNOWN, found(), found(SECOND), other])
    refusal = await objection(resolving.adopt(NUMBER, [FIRST, SECOND], force=True))
    assert refusal.objection is Objection.DOUBLES
    order = await resolving.adopt(NUMBER, [order_id], force=True)
    assert [part.order_id for part in order.parts] == [order_id]


async def test_an_order_that_does_not_exist_is_to_be_made_once_more() -> None:
    """The bot does it: the decision is stored, and the bot called."""
    resolving, storage, ledger = await desk()
    order = await resolving.recreate(NUMBER)
    assert (order.placing, order.vouched) == (Placing.UNCERTAIN, True)
    assert await storage.unsettled_orders() == [order]
    assert await storage.nudges() == 1
    assert ledger.created == []


async def test_what_may_exist_is_not_made_once_more() -> None:
    """In any state, or when the list can't be read."""
    closed = found(status=OrderStatus.CANCELLED)
    resolving, storage, ledger = await desk(listed=[closed])
    refusal = await objection(resolving.recreate(NUMBER))
    assert refusal.objection is Objection.EXISTS
    assert refusal.finding is not None
    assert refusal.finding.adopt == (closed,)
    ledger.listed = [found(number=KNOWN_NO)]
    ledger.pages_end = False
    assert (await objection(resolving.recreate(NUMBER))).objection is Objection.NOT_COMPLETE
    ledger.list_errors = [DOWN]
    assert (await objection(resolving.recreate(NUMBER))).objection is Objection.NO_ANSWER
    assert await storage.order(NUMBER) == UNRESOLVED


async def test_dropping_tells_the_person_that_nothing_was_ordered() -> None:
    """After one more look at the marketplace."""
    resolving, storage, _ = await desk()
    order = await resolving.drop(NUMBER)
    assert order.placing is Placing.REFUSED
    assert order.refusal is not None
    assert order.refusal.code == DROPPED
    assert await storage.untold_orders() == [order]


async def test_what_is_there_is_not_dropped() -> None:
    """Unless nobody can be asked and the operator insists."""
    resolving, storage, ledger = await desk(listed=[found()])
    assert (await objection(resolving.drop(NUMBER))).objection is Objection.EXISTS
    ledger.list_errors = [DOWN]
    assert (await objection(resolving.drop(NUMBER))).objection is Objection.NO_ANSWER
    assert await storage.order(NUMBER) == UNRESOLVED
    assert (await resolving.drop(NUMBER, force=True)).placing is Placing.REFUSED


@pytest.mark.parametrize(
    ("placing", "expected"),
    [
        (Placing.UNCERTAIN, Objection.STILL_LOOKING),
        (Placing.PLACED, Objection.NOT_NOW),
        (Placing.CLAIMED, Objection.NOT_NOW),
        (Placing.CREATING, Objection.NOT_NOW),
        (Placing.REFUSED, Objection.NOT_NOW),
    ],
)
async def test_only_what_waits_for_a_decision_is_decided(placing, expected) -> None:
    """Look-ups are let come to their end; what is settled stays so."""
    resolving, _, ledger = await desk(consent(placing))
    for decision in (resolving.recreate(NUMBER), resolving.drop(NUMBER)):
        assert (await objection(decision)).objection is expected
    assert ledger.calls == []


async def test_a_number_that_nobody_has() -> None:
    """A typing mistake."""
    resolving, _, _ = await desk()
    for decision in (
        resolving.adopt("S1", [FIRST]),
        resolving.recreate("S1"),
        resolving.drop("S1"),
        resolving.order("S1"),
    ):
        assert (await objection(decision)).objection is Objection.UNKNOWN


async def test_who_decides_second_looks_again() -> None:
    """Two operators, or the person's own look."""
    resolving, storage, ledger = await desk(listed=[found()])
    ledger.at_detail = lambda: storage.save_order(
        UNRESOLVED.moved(Placing.REFUSED), Placing.UNRESOLVED
    )
    refusal = await objection(resolving.adopt(NUMBER, [FIRST]))
    assert refusal.objection is Objection.MOVED_ON


async def test_the_questions_that_are_open() -> None:
    """Decisions first, then what is still looked up; nothing else."""
    resolving, storage, _ = await desk(consent(Placing.UNCERTAIN))
    await known(storage, another(placing=Placing.UNRESOLVED))
    assert [each.order_no for each in await resolving.open_questions()] == [KNOWN_NO, NUMBER]
