"""From one consent to at most one order, through every failure and crash."""

import asyncio
from datetime import timedelta

import pytest

from bot.domain.identifiers import MarketplaceOrderId
from bot.domain.orders import FailedLine, Placing, Refusal
from bot.marketplace.errors import (
    CredentialsRefused,
    GatewayFailed,
    MarketplaceError,
    RefusalReason,
    Refused,
    Throttled,
    Unreachable,
    Unreadable,
)
from bot.services.placing.placing import CONSENT_LASTS, NOT_SENT
from tests.services.agreed import (
    BLACK,
    FIRST,
    LINES,
    NUMBER,
    OFFER,
    created,
    quote,
    workshop,
)


def refused(**details: object) -> Refused:
    return Refused("库存不足", endpoint="create", reason=RefusalReason.OUT_OF_STOCK, **details)


async def test_a_consent_is_checked_again_then_created_once() -> None:
    """What is sent is what was agreed to; the person is told once."""
    shop = await workshop()
    order = await shop.work()
    assert shop.marketplace.calls == ["preview", "create"]
    assert shop.marketplace.created == [(NUMBER, LINES, order.address, "请发顺丰")]
    assert order.placing is Placing.PLACED
    assert [part.order_id for part in order.parts] == [FIRST]
    assert shop.told == [Placing.PLACED]


async def test_creating_is_stored_before_create_is_sent() -> None:
    """Whoever finds the order then knows that it may exist."""
    answer = asyncio.Event()
    shop = await workshop(create_waits=answer)
    await shop.ordering.resume_all()
    await shop.marketplace.create_called.wait()
    order = await shop.storage.order(NUMBER)
    assert order is not None
    assert order.placing is Placing.CREATING
    answer.set()
    await shop.settled()


async def test_starting_an_order_twice_works_on_it_once() -> None:
    """A second start changes nothing."""
    shop = await workshop()
    for _ in range(5):
        shop.ordering.start(NUMBER)
    order = await shop.work()
    assert order.placing is Placing.PLACED
    assert shop.marketplace.count("create") == 1


@pytest.mark.parametrize("changed", [quote(goods=10_001), quote(freight=600)])
async def test_numbers_that_differ_go_back_to_the_person(changed) -> None:
    """Nothing is sent, and the newer numbers are kept to show the difference."""
    shop = await workshop(quotes=[changed])
    order = await shop.work()
    assert order.placing is Placing.CHANGED
    assert order.newer_quote == changed
    assert shop.marketplace.count("create") == 0
    assert shop.told == [Placing.CHANGED]


async def test_an_old_consent_is_asked_for_again() -> None:
    """After a long absence of the bot the same numbers need a new yes."""
    shop = await workshop()
    shop.now += CONSENT_LASTS + timedelta(seconds=1)
    order = await shop.work()
    assert order.placing is Placing.CHANGED
    assert shop.marketplace.count("create") == 0


async def test_a_consent_is_good_until_its_time_is_over() -> None:
    """A short absence does not matter."""
    shop = await workshop()
    shop.now += CONSENT_LASTS
    assert (await shop.work()).placing is Placing.PLACED


@pytest.mark.parametrize(
    "error",
    [
        Unreachable("down", endpoint="preview"),
        Throttled("slow down", endpoint="preview"),
        GatewayFailed("502", endpoint="preview"),
        CredentialsRefused("sign", endpoint="preview"),
        Unreadable("html", endpoint="preview"),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_a_recheck_without_an_answer_sends_nothing(error: MarketplaceError) -> None:
    """The consent ends as not sent, which is certain."""
    shop = await workshop(quotes=[error])
    order = await shop.work()
    assert order.placing is Placing.REFUSED
    assert order.refusal is not None
    assert order.refusal.code == NOT_SENT
    assert shop.marketplace.count("create") == 0


@pytest.mark.parametrize("at", ["quotes", "creations"])
async def test_a_refusal_is_kept_with_its_reason(at: str) -> None:
    """At the re-check and at create alike."""
    shop = await workshop(**{at: [refused(trace_id="t1")]})
    order = await shop.work()
    assert order.placing is Placing.REFUSED
    assert order.refusal == Refusal(code="out_of_stock", message="库存不足", trace_id="t1")
    assert shop.told == [Placing.REFUSED]


@pytest.mark.parametrize(
    "error", [Unreachable("down", endpoint="create"), CredentialsRefused("no", endpoint="create")]
)
async def test_a_create_that_was_never_sent_is_no_order(error: MarketplaceError) -> None:
    """Nothing of it reached the marketplace, so nothing has to be looked up."""
    shop = await workshop(creations=[error])
    order = await shop.work()
    assert order.placing is Placing.REFUSED
    assert order.refusal is not None
    assert order.refusal.code == NOT_SENT
    assert shop.marketplace.count("find by number") == 0


async def test_failed_lines_stay_with_the_order() -> None:
    """What was left out is known with the marketplace's words."""
    failed = FailedLine(offer_id=OFFER, spec_id=BLACK, code="500_004", message="库存不足")
    shop = await workshop(creations=[created().replace(failed_lines=(failed,))])
    assert (await shop.work()).failed_lines == (failed,)


async def test_telling_is_given_up_until_the_next_start() -> None:
    """A screen that can't be drawn does not flood the chat; a new start tries again."""
    shop = await workshop()
    shop.failures = [RuntimeError("drawing failed")] * 3
    await shop.work()
    assert shop.told == []
    assert not shop.failures
    assert await shop.storage.untold_orders()
    await shop.work()
    assert shop.told == [Placing.PLACED]


async def test_an_unknown_order_is_nobodys_work() -> None:
    """Nothing happens for a number that was never claimed."""
    shop = await workshop()
    shop.ordering.start(MarketplaceOrderId("S261123-AAAAAAAA"))
    await shop.ordering.close()
    assert shop.told == []
