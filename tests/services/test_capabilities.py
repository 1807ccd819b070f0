"""What a marketplace can do is asked of its port; what this bot can't do there is refused."""

from typing import Any, cast

import pytest

from bot.domain.identifiers import UserId
from bot.domain.orders import OrderPart, Placing
from bot.marketplace.daji.client import DajiClient
from bot.marketplace.values import Capabilities
from bot.services.paying.agreement import OperatorPayments
from bot.services.paying.payments import Payments
from tests.fakes.scripted_marketplace import ScriptedMarketplace
from tests.services.agreed import FIRST, consent

OF_1688 = DajiClient.capabilities
BOSS = UserId(99)


def test_1688_has_what_the_journey_needs() -> None:
    """Binding numbers first, an unpaid order at once, then a link."""
    assert OF_1688.hinder_ordering == ()
    assert OF_1688.payment_link


@pytest.mark.parametrize(
    ("otherwise", "hinders"),
    [
        ({"preview": False}, ("no preview",)),
        ({"create_is_payment": True}, ("create takes the money",)),
        ({"asynchronous_create": True}, ("create's answer is not final",)),
        (
            {"preview": False, "create_is_payment": True},
            ("no preview", "create takes the money"),
        ),
        ({"payment_link": False, "pays_by_agreement": False, "tiers": False}, ()),
    ],
)
def test_what_needs_another_journey_is_not_ordered_at(
    otherwise: dict[str, bool], hinders: tuple[str, ...]
) -> None:
    """Each reason by itself and together; who pays and how prices are made hinders nothing."""
    assert Capabilities(**{**OF_1688.model_dump(), **otherwise}).hinder_ordering == hinders


async def test_no_link_is_asked_for_where_there_are_none() -> None:
    """The order stands without one."""
    market = ScriptedMarketplace()
    market.capabilities = OF_1688.replace(payment_link=False)
    order = consent(Placing.PLACED, parts=(OrderPart(order_id=FIRST),))
    assert await Payments(market).link(order) is None
    assert market.calls == []


async def test_nobody_pays_by_agreement_where_there_is_none() -> None:
    """An operator is offered nothing that cannot be done."""
    market, nobody = ScriptedMarketplace(), cast("Any", None)
    payments = OperatorPayments(cast("Any", market), nobody, nobody, operators=(BOSS,))
    assert payments.may_pay(BOSS)
    market.capabilities = OF_1688.replace(pays_by_agreement=False)
    assert not payments.may_pay(BOSS)
    order = consent(Placing.PLACED, parts=(OrderPart(order_id=FIRST),))
    with pytest.raises(PermissionError):
        await payments.offer(BOSS, order, 1)
    assert market.calls == []
