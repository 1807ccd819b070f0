"""What every storage promises of conversations, picture files and its own life."""

import asyncio

import pytest

from bot.domain.identifiers import ChatId, OfferId, UserId
from bot.domain.writes import ClaimOrder, KeepOffer, KeepResults, SaveAddress
from bot.storage.ports import (
    StepCommit,
    Storage,
    StorageUnavailable,
    VersionConflict,
)
from tests.storage.samples import (
    ALICE,
    ALICE_CHAT,
    BOB,
    first,
    following,
    offer,
    order,
    page,
    reopen,
    rich_session,
    saved_address,
    session,
    update,
)


class TestSteps:
    async def test_a_session_comes_back_whole(self, storage: Storage):
        """Every field of a full session survives."""
        assert await storage.conversations.load_session(ALICE_CHAT, ALICE) is None
        await storage.conversations.commit_step(
            StepCommit(session=rich_session(), expected_revision=None)
        )
        await reopen(storage)
        assert await storage.conversations.load_session(ALICE_CHAT, ALICE) == rich_session()

    async def test_conversations_are_apart(self, storage: Storage):
        """The same person in another chat, and another person, have their own session."""
        elsewhere = session(session_id="GROUP1").replace(chat_id=ChatId(-100))
        await storage.conversations.commit_step(first())
        await storage.conversations.commit_step(first(BOB))
        await storage.conversations.commit_step(
            StepCommit(session=elsewhere, expected_revision=None)
        )
        assert await storage.conversations.load_session(ALICE_CHAT, ALICE) == session()
        assert await storage.conversations.load_session(ChatId(-100), ALICE) == elsewhere
        assert await storage.conversations.load_session(ChatId(-100), BOB) is None

    @pytest.mark.parametrize("expected", [0, 2])
    async def test_a_wrong_revision_conflicts_and_changes_nothing(
        self, storage: Storage, expected: int
    ):
        """A step made from an older or unknown session commits none of its parts."""
        await storage.conversations.commit_step(first())
        with pytest.raises(VersionConflict):
            await storage.conversations.commit_step(
                following(
                    expected=expected,
                    writes=(
                        KeepResults(page()),
                        KeepOffer(offer()),
                        SaveAddress(saved_address(1)),
                        ClaimOrder(order()),
                    ),
                )
            )
        assert await storage.conversations.load_session(ALICE_CHAT, ALICE) == session()
        assert await storage.conversations.results_of(session().session_id) is None
        assert await storage.offers.offer(offer().offer_id) is None
        assert await storage.addresses.addresses_of(ALICE) == ()
        assert await storage.orders.order(order().order_no) is None

    async def test_a_conversation_begins_once(self, storage: Storage):
        """A second first step of the same conversation conflicts."""
        await storage.conversations.commit_step(first())
        with pytest.raises(VersionConflict):
            await storage.conversations.commit_step(first())

    async def test_a_step_of_a_conversation_that_is_not_there_conflicts(self, storage: Storage):
        """Expecting a revision where no row is stored is a conflict, not an insertion."""
        with pytest.raises(VersionConflict):
            await storage.conversations.commit_step(following())
        assert await storage.conversations.load_session(ALICE_CHAT, ALICE) is None

    async def test_two_conversations_never_share_a_session_id(self, storage: Storage):
        """A session id that is taken conflicts, so that buttons name one conversation."""
        await storage.conversations.commit_step(first())
        thief = session(BOB, session_id=session().session_id)
        with pytest.raises(VersionConflict):
            await storage.conversations.commit_step(
                StepCommit(session=thief, expected_revision=None)
            )
        await storage.conversations.commit_step(first(BOB))
        with pytest.raises(VersionConflict):
            await storage.conversations.commit_step(
                StepCommit(session=thief.replace(revision=2), expected_revision=1)
            )

    async def test_revisions_must_follow_each_other(self, storage: Storage):
        """A caller that skips a revision is told so."""
        await storage.conversations.commit_step(first())
        with pytest.raises(ValueError, match="does not follow"):
            await storage.conversations.commit_step(
                StepCommit(session=session(revision=5), expected_revision=1)
            )

    async def test_of_concurrent_steps_one_wins(self, storage: Storage):
        """Fifty steps made from the same revision leave one winner and 49 conflicts."""
        await storage.conversations.commit_step(first())
        outcomes = await asyncio.gather(
            *(storage.conversations.commit_step(following()) for _ in range(50)),
            return_exceptions=True,
        )
        assert outcomes.count(None) == 1
        assert sum(isinstance(each, VersionConflict) for each in outcomes) == 49

    async def test_a_conflict_leaves_its_neighbours_standing(self, storage: Storage):
        """Steps of other chats that are committed at the same moment are kept."""
        await storage.conversations.commit_step(first())
        people = [UserId(number) for number in range(1, 21)]
        outcomes = await asyncio.gather(
            *(
                storage.conversations.commit_step(
                    first(user) if number % 2 else following(expected=7)
                )
                for number, user in enumerate(people)
            ),
            return_exceptions=True,
        )
        for number, (user, outcome) in enumerate(zip(people, outcomes, strict=True)):
            stored = await storage.conversations.load_session(ChatId(user), user)
            if number % 2:
                assert (outcome, stored) == (None, session(user))
            else:
                assert isinstance(outcome, VersionConflict)
                assert stored is None

    async def test_results_are_replaced_and_leave_with_their_session(self, storage: Storage):
        """A page replaces the one before; a conversation begun anew drops it."""
        key = session().session_id
        await storage.conversations.commit_step(first(writes=(KeepResults(page(1)),)))
        await storage.conversations.commit_step(following(writes=(KeepResults(page(2)),)))
        await storage.conversations.commit_step(following(expected=2))
        assert await storage.conversations.results_of(key) == page(2)
        anew = session(revision=4, session_id="ANEW")
        await storage.conversations.commit_step(StepCommit(session=anew, expected_revision=3))
        assert await storage.conversations.results_of(key) is None
        assert await storage.conversations.results_of("ANEW") is None

    async def test_an_offer_is_what_was_last_committed(self, storage: Storage):
        """Offers are shared by everybody and replaced as a whole."""
        await storage.conversations.commit_step(first(writes=(KeepOffer(offer(skus=150)),)))
        assert await storage.offers.offer(offer().offer_id) == offer(skus=150)
        await storage.conversations.commit_step(first(BOB, writes=(KeepOffer(offer(skus=1)),)))
        assert await storage.offers.offer(offer().offer_id) == offer(skus=1)
        assert await storage.offers.offer(OfferId(404)) is None


class TestPictureFiles:
    async def test_a_file_id_is_known_at_once_and_after_reopening(self, storage: Storage):
        """The last remembered id of a picture counts."""
        assert await storage.picture_files.file_id("sheet") is None
        await storage.picture_files.remember_file("sheet", "AgAC1")
        await storage.picture_files.remember_file("sheet", "AgAC2")
        assert await storage.picture_files.file_id("sheet") == "AgAC2"
        await reopen(storage)
        assert await storage.picture_files.file_id("sheet") == "AgAC2"


class TestLife:
    async def test_a_healthy_storage_answers(self, storage: Storage):
        """The check passes, as often as asked."""
        await storage.check()
        await storage.check()

    async def test_a_closed_storage_says_so(self, storage: Storage):
        """Reads, writes and deferred writes are refused after closing; closing twice is fine."""
        await storage.close()
        await storage.close()
        for call in (
            storage.inbox.waiting_updates,
            storage.check,
            lambda: storage.inbox.put_updates([update(1)]),
            lambda: storage.inbox.finish_update(1),
            lambda: storage.conversations.load_session(ALICE_CHAT, ALICE),
        ):
            with pytest.raises(StorageUnavailable):
                await call()
