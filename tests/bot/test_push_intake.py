"""The push route: what is genuine is stored before it is acknowledged, nothing else is."""

from collections.abc import AsyncIterator
from urllib.parse import urlencode

import pytest
from structlog.testing import capture_logs

from bot.marketplace.daji.push_messages import PushRule
from tests.bot.intake_line import Line
from tests.bot.pushed import FORM, Pushed
from tests.bot.toy_journey import Toy

MESSAGE = (
    '{"bizKey":"2251947542517135493","data":{"buyerMemberId":"b2b-221741213935443542",'
    '"currentStatus":"waitsellersend","orderId":2237938826932135493,"sellerMemberId":'
    '"b2b-22121303457002f54a","msgSendTime":"2024-08-09 09:44:24"},"gmtBorn":1723167864904,'
    '"msgId":92705609220,"type":"ORDER_BUYER_VIEW_ORDER_PAY","userInfo":"b2b-221741213935443542"}'
)
SIGNATURE = "82951C4F663BB9C70BA4E138A02FADE5F18C756C"  # of the contract's test value


@pytest.fixture
async def pushed() -> AsyncIterator[Pushed]:
    pushed = await Pushed(Line(await Toy().open())).open()
    yield pushed
    await pushed.close()


async def test_the_published_push_is_stored_untouched(pushed: Pushed) -> None:
    """Answered as other gateways want it; whoever handles it is woken. Before `begin`, too."""
    assert await pushed.push(MESSAGE, SIGNATURE) == 200
    assert pushed.text == "success"
    assert await pushed.stored() == [MESSAGE]
    assert pushed.woken == 1


async def test_a_repeat_is_acknowledged_and_dropped(pushed: Pushed) -> None:
    """By its id, whatever else differs."""
    for message in (MESSAGE, MESSAGE, MESSAGE.replace("waitsellersend", "cancel")):
        assert await pushed.push(message) == 200
    assert await pushed.stored() == [MESSAGE]
    assert pushed.arrivals == {"new": 1, "repeated": 2}
    assert pushed.woken == 1


@pytest.mark.parametrize("signature", ["", "0" * 40, SIGNATURE[:-1], "é", " " * 2000])
async def test_a_forged_push_is_refused_and_not_quoted(pushed: Pushed, signature: str) -> None:
    """403, counted, and nothing of it in the log."""
    with capture_logs() as logs:
        assert await pushed.push(MESSAGE, signature) == 403
    assert await pushed.stored() == []
    assert pushed.arrivals == {"refused": 1}
    assert [(each["event"], each["reason"]) for each in logs] == [("push_refused", "signature")]
    assert "2237938826932135493" not in str(logs)


async def test_a_changed_message_is_refused(pushed: Pushed) -> None:
    """One digit is enough."""
    assert await pushed.push(MESSAGE.replace("5493,", "5494,"), SIGNATURE) == 403


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (MESSAGE, "application/json", 415),
        ("", FORM, 400),
        (urlencode({"message": MESSAGE}), FORM, 400),
        (urlencode({"_dj_signature": SIGNATURE}), FORM, 400),
        (urlencode([("message", MESSAGE), ("message", "x"), ("_dj_signature", "y")]), FORM, 400),
        ("&".join(f"field{number}=1" for number in range(50)), FORM, 400),
        (b"message=\xff\xfe&_dj_signature=x", FORM, 403),
        (urlencode({"message": "x" * 2_000_000, "_dj_signature": SIGNATURE}), FORM, 413),
    ],
    ids=["json", "empty", "unsigned", "no message", "twice", "many fields", "no text", "huge"],
)
async def test_what_is_no_push_is_refused(
    pushed: Pushed, body: str | bytes, kind: str, status: int
) -> None:
    """Each with its own answer; nothing is stored."""
    assert await pushed.post(body, kind) == status
    assert await pushed.stored() == []
    assert pushed.arrivals == {"refused": 1}


async def test_a_genuine_message_that_cannot_be_read_is_kept_once(pushed: Pushed) -> None:
    """It is acknowledged: sending it again would not help."""
    for _ in range(2):
        assert await pushed.push('{"no": "topic"}') == 200
    assert await pushed.stored() == ['{"no": "topic"}']


async def test_without_a_storage_nothing_is_acknowledged(pushed: Pushed) -> None:
    """503: whoever sends again later is heard."""
    pushed.storage.unavailable = True
    assert await pushed.push(MESSAGE) == 503
    pushed.storage.unavailable = False
    assert await pushed.stored() == []
    assert await pushed.push(MESSAGE) == 200


async def test_the_other_rule_of_signing_is_a_setting() -> None:
    """Which one holds is not known (contract 8)."""
    bare = await Pushed(Line(await Toy().open()), PushRule.BARE).open()
    try:
        assert await bare.push(MESSAGE, SIGNATURE) == 403
        assert await bare.push(MESSAGE, "3829B3B946BB3449055420626D75C61F0464514E") == 200
    finally:
        await bare.close()
