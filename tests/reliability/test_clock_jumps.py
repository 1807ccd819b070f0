"""The clock of the host jumps: consents age by it, and nothing else depends on it."""

from datetime import timedelta

import pytest

from bot.domain.orders import Placing
from tests.services.agreed import NOW, workshop


@pytest.mark.parametrize("hours", [-24 * 365, -1, 0])
async def test_a_clock_that_was_set_back_orders_as_agreed(hours: int) -> None:
    """A consent from the future is no old one: exactly one create, then placed."""
    shop = await workshop()
    shop.now = NOW + timedelta(hours=hours)
    order = await shop.work()
    assert order.placing is Placing.PLACED
    assert shop.marketplace.count("create") == 1


@pytest.mark.parametrize("hours", [1, 24 * 365])
async def test_a_clock_that_leapt_ahead_asks_again_instead_of_ordering(hours: int) -> None:
    """The consent looks old, so nothing is sent and the person is asked once more."""
    shop = await workshop()
    shop.now = NOW + timedelta(hours=hours)
    order = await shop.work()
    assert order.placing is Placing.CHANGED
    assert shop.marketplace.count("create") == 0
    assert shop.told == [Placing.CHANGED]
