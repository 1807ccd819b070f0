"""Invitations over every backend: each lets in exactly as many as it may, and no more."""

import asyncio
import sqlite3
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.identifiers import UserId
from bot.domain.invites import Admission, hash_of, new_token
from bot.storage.sealing import Sealer
from bot.storage.sqlite.storage import SqliteStorage
from tests.storage.backends import backend
from tests.storage.samples import KEY, NOW

OPERATOR = UserId(1)
NEXT_WEEK = NOW + timedelta(days=7)


@pytest.fixture
def clock():
    """The storage's time, which a test may move."""
    return [NOW]


@pytest.fixture(params=["sqlite", "memory"])
async def storage(request: pytest.FixtureRequest, tmp_path: Path, clock):
    made = backend(request.param, tmp_path / "bot.db", lambda: clock[0])
    await made.open()
    yield made
    await made.close()


async def test_one_use_lets_one_person_in_for_good(storage) -> None:
    """The next bearer hears that it is used up; the first comes back without it."""
    token = hash_of("one")
    await storage.access.add_invite(token, OPERATOR, NEXT_WEEK, 1)
    assert not await storage.access.is_member(UserId(7))
    assert await storage.access.redeem_invite(token, UserId(7)) is Admission.ADMITTED
    assert await storage.access.is_member(UserId(7))
    assert await storage.access.redeem_invite(token, UserId(8)) is Admission.USED_UP
    assert not await storage.access.is_member(UserId(8))
    assert await storage.access.redeem_invite(token, UserId(7)) is Admission.ALREADY_IN


async def test_exactly_as_many_as_allowed_get_in_at_once(storage) -> None:
    """Fifty people open a link for five at the same moment."""
    token = hash_of("five")
    await storage.access.add_invite(token, OPERATOR, NEXT_WEEK, 5)
    people = [UserId(100 + number) for number in range(50)]
    became = await asyncio.gather(*(storage.access.redeem_invite(token, each) for each in people))
    assert Counter(became) == {Admission.ADMITTED: 5, Admission.USED_UP: 45}
    members = [each for each in people if await storage.access.is_member(each)]
    assert len(members) == 5
    assert await storage.access.live_invites() == []


async def test_one_person_who_taps_often_takes_one_use(storage) -> None:
    """Twenty taps on the link cost the others nothing."""
    token = hash_of("two")
    await storage.access.add_invite(token, OPERATOR, NEXT_WEEK, 2)
    became = await asyncio.gather(
        *(storage.access.redeem_invite(token, UserId(7)) for _ in range(20))
    )
    assert Counter(became) == {Admission.ADMITTED: 1, Admission.ALREADY_IN: 19}
    assert await storage.access.redeem_invite(token, UserId(8)) is Admission.ADMITTED


async def test_unknown_expired_and_revoked_ones_say_so(storage, clock) -> None:
    """Each names its own reason, and nobody gets in."""
    lapsed, ended = hash_of("lapsed"), hash_of("ended")
    await storage.access.add_invite(lapsed, OPERATOR, NOW, 3)
    invite = await storage.access.add_invite(ended, OPERATOR, NEXT_WEEK, 3)
    assert await storage.access.revoke_invite(invite.invite_id)
    assert not await storage.access.revoke_invite(invite.invite_id)
    assert not await storage.access.revoke_invite(999)
    person = UserId(7)
    assert await storage.access.redeem_invite(hash_of("never made"), person) is Admission.UNKNOWN
    assert await storage.access.redeem_invite(lapsed, person) is Admission.EXPIRED
    assert await storage.access.redeem_invite(ended, person) is Admission.REVOKED
    assert not await storage.access.is_member(person)


async def test_only_live_ones_are_listed(storage) -> None:
    """Newest first, with how often each was used."""
    for name, uses in (("first", 2), ("second", 1)):
        await storage.access.add_invite(hash_of(name), OPERATOR, NEXT_WEEK, uses)
    await storage.access.add_invite(hash_of("lapsed"), OPERATOR, NOW, 3)
    await storage.access.redeem_invite(hash_of("first"), UserId(7))
    await storage.access.redeem_invite(hash_of("second"), UserId(8))
    (listed,) = await storage.access.live_invites()
    assert (listed.uses, listed.uses_allowed, listed.made_by) == (1, 2, OPERATOR)


async def test_revoking_keeps_in_whom_it_let_in(storage) -> None:
    """It only ends what the link can still do."""
    invite = await storage.access.add_invite(hash_of("two"), OPERATOR, NEXT_WEEK, 2)
    await storage.access.redeem_invite(hash_of("two"), UserId(7))
    await storage.access.revoke_invite(invite.invite_id)
    assert await storage.access.is_member(UserId(7))


async def test_being_let_in_is_told_and_outlives_being_forgotten(storage) -> None:
    """It is the operator's permission: who deletes their data needs no new invitation."""
    await storage.access.add_invite(hash_of("one"), OPERATOR, NEXT_WEEK, 1)
    assert (await storage.rights.export_of(UserId(7)))["let_in_at"] is None
    await storage.access.redeem_invite(hash_of("one"), UserId(7))
    await storage.rights.forget(UserId(7))
    assert (await storage.rights.export_of(UserId(7)))["let_in_at"] == NOW.isoformat()
    assert await storage.access.is_member(UserId(7))


async def test_the_file_has_no_token_and_membership_survives(tmp_path: Path) -> None:
    """A copied database invites nobody; a restart forgets nobody."""
    path, token = tmp_path / "bot.db", new_token()
    first = SqliteStorage(path, Sealer(KEY), lambda: NOW)
    await first.open()
    await first.access.add_invite(hash_of(token), OPERATOR, NEXT_WEEK, 1)
    await first.access.redeem_invite(hash_of(token), UserId(7))
    await first.close()
    with sqlite3.connect(path) as connection:
        dump = "\n".join(connection.iterdump())
    assert token not in dump
    assert token.encode() not in path.read_bytes()
    again = SqliteStorage(path, Sealer(KEY), lambda: NOW)
    await again.open()
    assert await again.access.is_member(UserId(7))
    await again.close()
