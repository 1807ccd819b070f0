"""Who is an operator no more loses at the next start what they had begun as one."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.broadcasts import BroadcastState
from bot.domain.identifiers import ChatId, UserId
from bot.domain.invites import Admission
from bot.domain.orders import Placing
from bot.domain.writes import ClaimOrder
from bot.services.former_operators import end_powers
from bot.storage.ports import Storage
from bot.telling.broadcasts import Broadcaster
from tests.services.agreed import NOW, consent
from tests.storage.backends import backend
from tests.storage.samples import first, following

GONE, STAYS, READER = UserId(1), UserId(2), UserId(3)


@pytest.fixture(params=["sqlite", "memory"])
async def store(request: pytest.FixtureRequest, tmp_path: Path):
    made = backend(request.param, tmp_path / "bot.db", lambda: NOW)
    await made.open()
    yield made
    await made.close()


class Telegram:
    """Counts what is sent."""

    def __init__(self) -> None:
        self.sent: list[int] = []

    async def send_message(self, chat_id: int, *_: object, **__: object) -> None:
        self.sent.append(chat_id)


async def _begun(store: Storage, operator: UserId) -> int:
    await store.broadcasts.set_news(READER, ChatId(READER), wanted=True)
    number = await store.broadcasts.draft_broadcast(operator, f"from {operator}")
    await store.broadcasts.start_broadcast(number)
    return number


async def test_their_message_reaches_nobody_else(store: Storage) -> None:
    """A restart without them in ADMIN_IDS ends it; the other operator's goes on."""
    theirs, others = await _begun(store, GONE), await _begun(store, STAYS)
    draft = await store.broadcasts.draft_broadcast(GONE, "not yet sent")
    await end_powers(store, [STAYS])
    for number, state in (
        (theirs, BroadcastState.STOPPED),
        (draft, BroadcastState.STOPPED),
        (others, BroadcastState.SENDING),
    ):
        told = await store.broadcasts.broadcast(number)
        assert told is not None
        assert told.state is state
    assert await store.broadcasts.start_broadcast(draft) is None
    telegram = Telegram()
    sending = Broadcaster(telegram, store, per_second=1000)  # type: ignore[arg-type]
    async with asyncio.timeout(60):
        while await sending.send_some():
            pass
    assert telegram.sent == [READER]


async def test_their_invitations_let_nobody_in(store: Storage) -> None:
    """Also one that somebody holds already; whom they let in before stays."""
    await store.access.add_invite(b"theirs", GONE, NOW + timedelta(days=1), 5)
    await store.access.add_invite(b"others", STAYS, NOW + timedelta(days=1), 5)
    assert await store.access.redeem_invite(b"theirs", READER) is Admission.ADMITTED
    await end_powers(store, [STAYS])
    assert await store.access.redeem_invite(b"theirs", UserId(9)) is not Admission.ADMITTED
    assert not await store.access.is_member(UserId(9))
    assert await store.access.redeem_invite(b"others", UserId(9)) is Admission.ADMITTED
    assert await store.access.is_member(READER)


@pytest.mark.parametrize(
    ("by", "operators", "expected"),
    [
        (GONE, [STAYS], Placing.UNRESOLVED),
        (GONE, [], Placing.UNRESOLVED),
        (GONE, [GONE], Placing.UNCERTAIN),
        (None, [STAYS], Placing.UNCERTAIN),
    ],
)
async def test_an_order_is_not_made_on_their_word(
    store: Storage, by: UserId | None, operators: list[int], expected: Placing
) -> None:
    """It waits for another decision; the command line's word, which is the host's, stands."""
    order = consent(Placing.UNCERTAIN, sent_at=NOW, vouched=True, vouched_by=by, lookups=3)
    claimed = order.replace(placing=Placing.CLAIMED)
    await store.conversations.commit_step(first(order.user_id))
    await store.conversations.commit_step(following(order.user_id, writes=(ClaimOrder(claimed),)))
    await store.orders.save_order(order, Placing.CLAIMED)
    await end_powers(store, operators)
    after = await store.orders.order(order.order_no)
    assert after is not None
    assert (after.placing, after.vouched) == (expected, expected is Placing.UNCERTAIN)
