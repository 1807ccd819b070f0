"""The conversation: lock, load, commit, draw; and what it refuses."""

import asyncio
import inspect

import pytest
from msgspec.structs import replace
from telegram.error import NetworkError
from telegram.ext import ConversationHandler, MessageHandler, filters

from bot.chat.conversation import ScreenNotDrawn, StoredConversationHandler
from bot.chat.drawing import Drawer
from bot.domain.identifiers import ChatId, UserId
from bot.domain.sessions import Focus, Step
from bot.storage.ports import AlreadyClaimed, StepCommit, StorageUnavailable, VersionConflict
from tests.bot.toy_journey import ANN, NoPictures, Toy, services_of
from tests.fakes.memory_storage import MemoryStorage


async def _nothing(*_: object) -> None:
    return None


@pytest.fixture
async def toy() -> Toy:
    return await Toy().open()


def _conversation(*handlers: object, **options: object) -> StoredConversationHandler:
    toy = Toy()
    return StoredConversationHandler(
        list(handlers),  # type: ignore[arg-type]  # what it must refuse is passed on purpose
        {},
        [],
        screens={},
        on_marketplace_error=lambda *_: None,
        stale=lambda _: None,
        services=services_of(MemoryStorage()),
        drawer=Drawer(toy.bot, NoPictures(), toy.storage),
        **options,
    )


@pytest.mark.parametrize(
    "options",
    [
        {"conversation_timeout": 5},
        {"per_message": True},
        {"persistent": True, "name": "x"},
        {"block": False},
        {"map_to_parent": {}},
        {"allow_reentry": True},
    ],
)
def test_options_it_does_not_honour_are_refused(options: dict[str, object]) -> None:
    """Anything of ConversationHandler that would silently do nothing is refused by name."""
    with pytest.raises(ValueError, match=next(iter(sorted(options)))):
        _conversation(**options)


def test_nested_conversations_are_refused() -> None:
    """A conversation inside keeps its state in memory."""
    with pytest.raises(ValueError, match="nest"):
        _conversation(ConversationHandler([], {}, []))


def test_handlers_that_do_not_block_are_refused() -> None:
    """A callback in a task of its own would run outside the lock."""
    with pytest.raises(ValueError, match="block"):
        _conversation(MessageHandler(filters.ALL, _nothing, block=False))


def test_only_the_public_methods_are_overridden() -> None:
    """Nothing private of python-telegram-bot is relied on."""
    own = {name for name, _ in inspect.getmembers(StoredConversationHandler, inspect.isfunction)}
    theirs = {name for name, _ in inspect.getmembers(ConversationHandler, inspect.isfunction)}
    changed = {
        name
        for name in own & theirs
        if getattr(StoredConversationHandler, name) is not getattr(ConversationHandler, name)
    }
    assert changed == {"__init__", "check_update", "handle_update"}


async def test_python_telegram_bots_own_state_stays_empty(toy: Toy) -> None:
    """The session row is the only state: nothing is kept in the library's stores."""
    for _ in range(3):
        await toy.say("5")
        await toy.tap("add")
    await toy.tap("other")
    assert toy.conversation._conversations == {}
    assert not toy.application.user_data
    assert not toy.application.chat_data
    assert not toy.application.bot_data


async def test_a_step_is_committed_before_its_screen_is_drawn(toy: Toy) -> None:
    """What a person sees is durable already."""
    await toy.say("5")
    session = await toy.session()
    assert toy.telegram.shown[-1].text == f"start {session.focus.page}"
    assert toy.storage.commits[-1].update_id == 1


async def test_nothing_is_drawn_when_the_commit_fails(toy: Toy) -> None:
    """A step that was not stored shows nothing, not even an answered tap with its toast."""

    class Failing(MemoryStorage):
        async def commit_step(self, commit: StepCommit) -> None:
            raise StorageUnavailable("disk full")

    failing = await Toy(Failing()).open()
    with pytest.raises(StorageUnavailable):
        await failing.process(failing.text("5"))
    assert failing.telegram.calls == []


async def test_what_a_failing_callback_changed_is_not_kept(toy: Toy) -> None:
    """A bug in a callback leaves the session as it was."""
    first = await toy.say("5")
    with pytest.raises(KeyError):
        await toy.tap("fail", on=first)
    assert (await toy.session()).focus.page == 5
    assert len(toy.telegram.shown) == 1


async def test_two_texts_at_once_are_walked_one_after_the_other(toy: Toy) -> None:
    """Lock, then load: no update works on a state that another one is changing."""
    toy.work = 0.02
    await asyncio.gather(*(toy.process(toy.text("1")) for _ in range(10)))
    assert (await toy.session()).focus.page == 10


@pytest.mark.parametrize("error", [VersionConflict, AlreadyClaimed])
async def test_a_session_moved_elsewhere_is_loaded_once_more(error: type[Exception]) -> None:
    """Another process won: the step is walked again on the newer state, then committed."""

    class MovedOnce(MemoryStorage):
        moved = False

        async def commit_step(self, commit: StepCommit) -> None:
            if not self.moved and commit.expected_revision is not None:
                self.moved = True
                other = commit.session.replace(focus=Focus(page=100))
                await super().commit_step(replace(commit, session=other))
                raise error("moved")
            await super().commit_step(commit)

    toy = await Toy(MovedOnce()).open()
    await toy.say("5")
    await toy.say("7")
    assert toy.telegram.shown[-1].text == "start 107"


async def test_a_second_conflict_is_not_swallowed() -> None:
    """The intake retries what keeps colliding."""

    class Moving(MemoryStorage):
        async def commit_step(self, commit: StepCommit) -> None:
            raise VersionConflict("moved")

    toy = await Toy(Moving()).open()
    with pytest.raises(VersionConflict):
        await toy.process(toy.text("5"))
    assert toy.walked == ["5", "5"]
    assert toy.telegram.calls == []


async def test_a_screen_that_fails_after_the_commit_says_that_it_is_committed(toy: Toy) -> None:
    """Whatever keeps a screen from being drawn, the step must not be walked again for it."""
    toy.broken_screen = KeyError("a bug in a screen")
    with pytest.raises(ScreenNotDrawn) as caught:
        await toy.process(toy.text("5"))
    assert caught.value.committed
    assert (await toy.session()).focus.page == 5


async def test_a_screen_that_telegram_does_not_take_now_is_to_be_drawn_again(toy: Toy) -> None:
    """A broken connection after the commit asks for another drawing."""
    toy.telegram.break_off("sendMessage", NetworkError("broken"))
    with pytest.raises(ScreenNotDrawn) as caught:
        await toy.process(toy.text("5"))
    assert caught.value.committed
    await toy.conversation.redraw(ChatId(ANN), UserId(ANN))
    assert toy.telegram.shown[-1].text == "start 5"


async def test_somebody_who_blocked_the_bot_is_no_error(toy: Toy) -> None:
    """403 is expected: the step stands, nothing is repeated."""
    toy.telegram.fail("sendMessage", 403, "Forbidden: bot was blocked by the user")
    await toy.process(toy.text("5"))
    assert (await toy.session()).focus.page == 5
    assert len(toy.telegram.of("sendMessage")) == 1


async def test_a_failing_marketplace_is_said_on_the_screen(toy: Toy) -> None:
    """A marketplace error ends in words, not in a retry."""
    first = await toy.say("5")
    assert (await toy.tap("down", on=first)).text == "start 5 down"


async def test_resuming_moves_and_draws(toy: Toy) -> None:
    """Something other than an update can move a conversation; None leaves it alone."""
    await toy.say("5")
    await toy.conversation.resume(ChatId(ANN), UserId(ANN), lambda s: s.replace(step=Step.OFFER))
    assert toy.telegram.shown[-1].text == "offer 5"
    shown = len(toy.telegram.shown)
    await toy.conversation.resume(ChatId(ANN), UserId(ANN), lambda _: None)
    await toy.conversation.resume(ChatId(9), UserId(9), lambda s: s)
    assert len(toy.telegram.shown) == shown


async def test_resuming_is_tried_again_when_the_session_moved_meanwhile() -> None:
    """An order's outcome is not lost to a conflict with another process."""

    class MovedOnce(MemoryStorage):
        conflicts = 1

        async def commit_step(self, commit: StepCommit) -> None:
            if commit.update_id is None and self.conflicts:
                self.conflicts -= 1
                raise VersionConflict("moved")
            await super().commit_step(commit)

    toy = await Toy(MovedOnce()).open()
    await toy.say("5")
    await toy.conversation.resume(ChatId(ANN), UserId(ANN), lambda s: s.replace(step=Step.OFFER))
    assert toy.telegram.shown[-1].text == "offer 5"


async def test_locks_are_let_go(toy: Toy) -> None:
    """Nothing stays in memory for a chat that is quiet."""
    await asyncio.gather(*(toy.process(toy.text("1", user=user)) for user in range(1, 30)))
    assert len(toy.conversation._walks) == 0


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("message", {"message_id": 1, "date": 1, "pinned_message": {"message_id": 2, "date": 0}}),
        (
            "edited_message",
            {"message_id": 1, "date": 1, "location": {"latitude": 1, "longitude": 1}},
        ),
        ("my_chat_member", None),
        ("business_message", {"message_id": 1, "date": 1, "text": "hello"}),
    ],
)
async def test_what_asks_for_no_answer_gets_none(kind: str, content: dict | None) -> None:
    """Pins, live locations, blocks and kinds that the bot never asked for are left alone."""
    toy = await Toy().open()
    place = {"chat": {"id": ANN, "type": "private", "first_name": "Ann"}}
    person = {"from": {"id": ANN, "is_bot": False, "first_name": "Ann"}}
    if content is None:
        status = {"user": {"id": 123456, "is_bot": True, "first_name": "Bot"}, "status": "member"}
        content = {"date": 1, "old_chat_member": status, "new_chat_member": status}
    if "pinned_message" in content:
        content["pinned_message"] |= place
    update = toy.read(toy.raw(kind, {**content, **place, **person}))
    assert toy.conversation.check_update(update) is None
