"""What is remembered of who may order is never older than what is stored."""

import asyncio
from datetime import timedelta

import pytest

from bot.domain.identifiers import UserId
from bot.domain.invites import Admission, hash_of
from bot.services.access import Access, AccessMode
from tests.fakes.memory_storage import MemoryStorage
from tests.storage.samples import NOW

BOSS, GUEST = UserId(1), UserId(7)


class Counting(MemoryStorage):
    """Counts reads, and can hold one back until it is let go."""

    reads = 0
    gate: asyncio.Event | None = None

    async def is_member(self, user_id: UserId) -> bool:
        self.reads += 1
        member = await super().is_member(user_id)
        if self.gate is not None:
            await self.gate.wait()
        return member


@pytest.fixture
def store() -> Counting:
    return Counting(now=NOW)


def by_invitation(store: MemoryStorage, **more) -> Access:
    return Access(AccessMode.INVITE, store, operators={BOSS}, clock=lambda: NOW, **more)


async def test_operators_and_listed_are_always_in(store: Counting) -> None:
    """In every mode, without asking the storage."""
    for mode in AccessMode:
        access = Access(mode, store, operators={1}, allowed={2})
        assert await access.lets_in(UserId(1))
        assert await access.lets_in(UserId(2))
        assert await access.lets_in(UserId(3)) is (mode is AccessMode.OPEN)
    assert store.reads == 1


async def test_the_storage_is_asked_once_a_person(store: Counting) -> None:
    """A stranger's hundred messages cost one read, a member's as well."""
    access = by_invitation(store)
    for _ in range(100):
        assert not await access.lets_in(GUEST)
    assert store.reads == 1


async def test_coming_in_is_seen_at_once(store: Counting) -> None:
    """Though it was remembered that they are not in."""
    access = by_invitation(store)
    _, token = await access.invite(BOSS, 1, 7)
    assert not await access.lets_in(GUEST)
    assert await access.redeem(GUEST, token) is Admission.ADMITTED
    assert await access.lets_in(GUEST)


async def test_a_look_from_before_coming_in_is_not_remembered(store: Counting) -> None:
    """A read that began before the invitation was used ends after it."""
    access = by_invitation(store)
    _, token = await access.invite(BOSS, 1, 7)
    store.gate = asyncio.Event()
    looking = asyncio.create_task(access.lets_in(GUEST))
    await asyncio.sleep(0)
    await access.redeem(GUEST, token)
    store.gate.set()
    await looking
    assert await access.lets_in(GUEST)


async def test_a_look_from_before_is_not_remembered_when_memory_is_short(store: Counting) -> None:
    """Even when the newcomer was pushed out of memory meanwhile."""
    access = by_invitation(store, remembered=1)
    _, token = await access.invite(BOSS, 5, 7)
    store.gate = asyncio.Event()
    looking = asyncio.create_task(access.lets_in(GUEST))
    await asyncio.sleep(0)
    await access.redeem(GUEST, token)
    await access.redeem(UserId(8), token)
    store.gate.set()
    await looking
    assert await access.lets_in(GUEST)


async def test_only_operators_invite(store: Counting) -> None:
    """The service refuses by itself, whatever its caller forgot."""
    access = by_invitation(store)
    for attempt in (access.invite(GUEST, 1, 7), access.invites(GUEST), access.revoke(GUEST, 1)):
        with pytest.raises(PermissionError):
            await attempt
    assert await store.access.live_invites() == []


async def test_a_token_fits_a_deep_link_and_is_stored_as_a_hash(store: Counting) -> None:
    """At most 64 of the characters that Telegram passes on."""
    access = by_invitation(store)
    invite, token = await access.invite(BOSS, 1, 7)
    assert len(f"i-{token}") <= 64
    assert all(each.isascii() and (each.isalnum() or each in "_-") for each in token)
    assert invite.expires_at == NOW + timedelta(days=7)
    assert list(store._invites) == [hash_of(token)]
