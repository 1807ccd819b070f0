"""One update to its end: finished, drawn again, retried, parked; and lanes in order."""

import asyncio
import time
from collections.abc import Sequence, Sized
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from telegram import Update
from telegram.error import NetworkError

from bot.domain.identifiers import ChatId, UserId
from bot.intake.processing import RETRY_DELAYS
from bot.intake.raw import BadUpdate, inbox_update
from bot.storage.ports import StepCommit, StorageUnavailable, WaitingUpdate
from tests.bot.intake_line import Line
from tests.bot.toy_journey import ANN, Toy
from tests.fakes.memory_storage import MemoryStorage


@pytest.fixture
async def line() -> Line:
    return Line(await Toy().open())


async def test_an_update_is_handled_once_and_finished(line: Line) -> None:
    """Repeats of an update id, in one batch or later, change nothing."""
    raw = line.toy.text("5")
    await line.take(raw, raw)
    await line.take(raw)
    assert (await line.toy.session()).focus.page == 5
    assert await line.toy.storage.waiting_updates() == []


async def test_what_ends_while_it_is_looked_for_is_not_begun_again() -> None:
    """A look that read of it before brings no news: what was put aside meanwhile stays so."""
    read, go_on = asyncio.Event(), asyncio.Event()

    class Slow(MemoryStorage):
        async def load_session(self, chat_id: ChatId, user_id: UserId) -> None:
            await read.wait()
            raise StorageUnavailable("a stored Session cannot be read")

        async def waiting_updates(self, lanes: Sequence[int] | None = None) -> list[WaitingUpdate]:
            found = await super().waiting_updates(lanes)
            read.set()
            await go_on.wait()
            return found

    line = Line(await Toy(Slow()).open())
    await line.intake.accept([line.toy.text("5")])
    look = asyncio.create_task(line.intake.requeue())
    await line.quiet()
    go_on.set()
    await look
    await line.quiet()
    assert len(line.parked) == 1


async def test_of_two_looks_at_once_each_knows_what_ended_meanwhile() -> None:
    """Whichever ends first: the other still begins nothing again that came to an end."""
    going: list[asyncio.Event] = []

    class Slow(MemoryStorage):
        async def waiting_updates(self, lanes: Sequence[int] | None = None) -> list[WaitingUpdate]:
            found = await super().waiting_updates(lanes)
            going.append(asyncio.Event())
            await going[-1].wait()
            return found

    line = Line(await Toy(Slow()).open())
    looks = [asyncio.create_task(line.intake.requeue()) for _ in range(2)]
    while len(going) < len(looks):  # noqa: ASYNC110 - both are looking
        await asyncio.sleep(0)
    for look, event in zip(reversed(looks), reversed(going), strict=True):
        event.set()
        await look
        await line.take(line.toy.text("5"))


async def test_updates_of_one_chat_keep_their_order(line: Line) -> None:
    """First come, first walked, however slow the first is."""
    line.toy.work = 0.002
    await line.take(*(line.toy.text(str(number)) for number in range(50)))
    assert line.toy.walked == [str(number) for number in range(50)]


async def test_a_slow_chat_does_not_delay_another(line: Line) -> None:
    """Chats are worked off beside one another."""
    line.toy.work = 0.05
    await line.intake.accept([line.toy.text("1", user=user) for user in range(1, 21)])
    begun = [each for each in asyncio.all_tasks() if each.get_name().startswith("lane")]
    assert len(begun) == 20
    await line.quiet()
    assert len(line.toy.walked) == 20


async def test_no_more_chats_at_once_than_allowed() -> None:
    """The bound on concurrency is kept, and everybody's turn comes."""
    line = Line(await Toy().open(), lanes=3)
    line.toy.work = 0.05
    began = time.monotonic()
    await line.take(*(line.toy.text("1", user=user) for user in range(1, 10)))
    assert time.monotonic() - began >= 0.15
    assert len(line.toy.walked) == 9


async def test_who_has_no_place_yet_takes_no_task_and_comes_before_who_sent_much() -> None:
    """In a rush thousands wait; a chat of many updates does not keep its place for all of them."""
    line = Line(await Toy().open(), lanes=2)
    much = [line.toy.text(f"1{number}") for number in range(8)]
    others = [line.toy.text(f"2{user}", user=user) for user in range(2, 9)]
    await line.intake.accept([*much, *others])
    begun = [each for each in asyncio.all_tasks() if each.get_name().startswith("lane")]
    assert len(begun) == 2
    await line.quiet()
    walked = line.toy.walked
    assert [each for each in walked if each[0] == "1"] == [f"1{number}" for number in range(8)]
    assert sorted(each for each in walked if each[0] == "2") == [f"2{n}" for n in range(2, 9)]
    assert walked.index("28") < walked.index("17")


async def test_a_backlog_is_worked_off_in_order_per_chat(line: Line) -> None:
    """What an earlier run stored is resumed: 2,000 updates of 20 chats, none lost, none twice."""
    raws = [line.toy.text(str(n // 20), user=1 + n % 20) for n in range(2000)]
    await line.intake.accept(raws)
    await line.intake.close()
    done_before = len(line.toy.walked)
    line.toy.walked.clear()
    again = Line(line.toy)
    await again.intake.resume()
    await again.quiet()
    assert done_before + len(line.toy.walked) == 2000
    for user in range(1, 21):
        assert (await line.toy.session(user)).focus.page == sum(range(100))


async def test_a_failing_update_is_tried_again_then_parked_with_its_error(line: Line) -> None:
    """Four tries; then the operator has it, the person is told, and the chat goes on."""
    toy = line.toy
    await line.take(toy.text("5"))
    data = toy.telegram.shown[-1].data("fail")
    toy.walked.clear()
    await line.take(toy.press(data), toy.text("7"))
    assert toy.walked == ["1", "1", "1", "1", "7"]
    [(waiting, error)] = await toy.storage.parked_updates()
    assert waiting.update_id == 2
    assert error.startswith("KeyError at tests/bot/toy_journey.py:")
    assert [update.update_id for update in line.parked] == [2]
    assert (await toy.session()).focus.page == 12


def test_a_bug_holds_up_its_chat_for_less_than_a_second() -> None:
    """It does not pass by waiting, and what else the chat sends waits behind it."""
    assert sum(RETRY_DELAYS) < 1


async def test_a_person_who_cannot_be_told_does_not_stop_the_chat(line: Line) -> None:
    """Telling of a parked update may fail for the very reason the update did."""

    async def fails(_: Update) -> None:
        raise KeyError("again")

    line.processor._parked = fails
    await line.take(line.toy.text("5"))
    data = line.toy.telegram.shown[-1].data("fail")
    await line.take(line.toy.press(data), line.toy.text("7"))
    assert (await line.toy.session()).focus.page == 12


async def test_a_committed_step_is_not_walked_again_for_its_screen(line: Line) -> None:
    """A screen that can't be drawn is drawn again; the text is not counted twice."""
    for _ in range(3):
        line.toy.telegram.break_off("sendMessage", NetworkError("broken"))
    await line.take(line.toy.text("5"))
    assert (await line.toy.session()).focus.page == 5
    assert line.toy.walked == ["5"]
    assert len(line.toy.telegram.of("sendMessage")) == 4
    assert await line.toy.storage.waiting_updates() == []


async def test_a_screen_with_a_bug_does_not_walk_the_step_again(line: Line) -> None:
    """An error of ours after the commit is no reason to take the step twice either."""
    line.toy.broken_screen = KeyError("a bug in a screen")
    await line.take(line.toy.text("5"))
    assert line.toy.walked == ["5"]
    assert await line.toy.storage.waiting_updates() == []


async def test_a_storage_that_fails_after_the_commit_does_not_walk_the_step_again() -> None:
    """The step is durable: when the storage comes back, only the screen is drawn."""

    class FailsWhileDrawing(MemoryStorage):
        failures = 3

        async def commit_step(self, commit: StepCommit) -> None:
            await super().commit_step(commit)
            self.unavailable = True
            asyncio.get_running_loop().call_later(0.05, self._recover)

        def _recover(self) -> None:
            self.unavailable = False

    toy = await Toy(FailsWhileDrawing()).open()
    toy.telegram.break_off("sendMessage", NetworkError("broken"))
    line = Line(toy)
    await line.take(toy.text("5"))
    assert toy.walked == ["5"]
    assert (await toy.session()).focus.page == 5
    assert toy.telegram.shown[-1].text == "start 5"


async def test_something_beside_the_journey_is_shown_again_when_it_was_not_drawn(
    line: Line,
) -> None:
    """Nothing of an overlay is committed, so it is made anew instead of the step's screen."""
    await line.take(line.toy.text("5"))
    data = line.toy.telegram.shown[-1].data("beside")
    line.toy.telegram.break_off("sendMessage", NetworkError("broken"))
    await line.take(line.toy.press(data))
    assert line.toy.telegram.shown[-1].text == "beside the journey"
    assert line.toy.walked == ["5", "beside", "beside"]


async def test_a_screen_that_telegram_refuses_is_not_sent_for_ever(line: Line) -> None:
    """A refusal would be the same again: it is logged, and the chat goes on."""
    line.toy.telegram.fail("sendMessage", 400, "Bad Request: chat not found")
    line.toy.telegram.fail("sendMessage", 400, "Bad Request: chat not found")
    await line.take(line.toy.text("5"), line.toy.text("7"))
    assert line.toy.telegram.shown[-1].text == "start 12"
    assert len(line.toy.telegram.of("sendMessage")) == 3


async def test_what_is_committed_but_not_drawn_is_drawn_after_a_restart(line: Line) -> None:
    """A crash between commit and draw: the next run draws and does not step again."""
    await line.toy.process(line.toy.text("5"))
    raw = line.toy.text("7")
    await line.toy.storage.put_updates([])
    line.toy.telegram.calls.clear()
    await line.intake.accept([raw])
    line.toy.storage._inbox[raw["update_id"]].committed = True
    await line.intake.close()
    again = Line(line.toy)
    await again.intake.resume()
    await again.quiet()
    assert line.toy.walked == ["5"]
    assert line.toy.telegram.shown[-1].text == "start 5"


async def test_an_unavailable_storage_is_waited_for(line: Line) -> None:
    """Nothing is parked or dropped while the disk is full."""
    await line.intake.accept([line.toy.text("5")])
    line.toy.storage.unavailable = True
    await asyncio.sleep(0.05)
    assert line.intake.backlog == 1
    line.toy.storage.unavailable = False
    await line.quiet()
    assert (await line.toy.session()).focus.page == 5


async def test_stopping_ends_waits_and_leaves_the_rest_stored() -> None:
    """A bot that is told to stop does not sit out its delays; nothing is lost."""
    toy = await Toy().open()
    line = Line(toy)
    line.processor._retry_delays = (30.0,)
    await line.take(toy.text("5"))
    data = toy.telegram.shown[-1].data("fail")
    await line.intake.accept([toy.press(data), toy.text("7")])
    async with asyncio.timeout(60):
        while not (await toy.storage.waiting_updates())[0].attempts:  # noqa: ASYNC110 - as below
            await asyncio.sleep(0.002)
    began = time.monotonic()
    await line.intake.close()
    assert time.monotonic() - began < 20.0
    waiting = await toy.storage.waiting_updates()
    assert [each.update_id for each in waiting] == [2, 3]
    assert waiting[0].attempts == 1


async def test_an_update_under_way_is_finished_before_stopping(line: Line) -> None:
    """Closing waits for the step in flight."""
    line.toy.work = 0.2
    await line.intake.accept([line.toy.text("5"), line.toy.text("7")])
    async with asyncio.timeout(60):
        while not line.toy.walked:  # noqa: ASYNC110 - the toy has no event for it
            await asyncio.sleep(0.002)
    await line.intake.close()
    assert line.toy.walked == ["5"]
    assert line.toy.telegram.shown[-1].text == "start 5"
    assert [each.update_id for each in await line.toy.storage.waiting_updates()] == [2]


async def test_a_retry_is_never_waited_for_longer_than_our_own_delays(line: Line) -> None:
    """`not_before` outlives a restart, and a clock that was wrong meanwhile holds up nobody."""
    line.processor._retry_delays = (0.2,)
    raw = line.toy.text("5")
    await line.toy.storage.put_updates([inbox_update(raw, datetime.now(UTC))])
    in_a_year = datetime.now(UTC) + timedelta(days=365)
    began = time.monotonic()
    await line.processor.process(WaitingUpdate(update_id=1, lane=ANN, not_before=in_a_year))
    assert 0.15 < time.monotonic() - began < 60.0
    assert line.toy.walked == ["5"]


_STRANGE: list[tuple[str, Any]] = [
    ("message", {"foo": 1}),
    ("message", "text"),
    ("message", None),
    ("callback_query", {"id": "1"}),
    ("callback_query", {"message": "x", "from": []}),
    ("poll_answer", {"poll_id": "1", "option_ids": [], "user": {"id": 3}}),
    ("inline_query", {"id": "1", "from": {"id": 3}, "query": "", "offset": ""}),
    ("channel_post", {"message_id": 1, "date": 1, "chat": {"id": -100, "type": "channel"}}),
    ("kind_of_the_year_2040", {"chat": {"id": ANN}, "deep": [[[{}]]]}),
    ("message", {"message_id": 1, "date": 1, "chat": {"id": 2**70, "type": "private"}}),
    ("message", {"message_id": 1, "date": 1, "chat": {"id": ANN, "type": "private"}, "text": "x"}),
]


@pytest.mark.parametrize(("kind", "content"), _STRANGE)
async def test_no_update_stops_its_chat(line: Line, kind: str, content: object) -> None:
    """Whatever comes is finished or parked, and what comes after it is handled."""
    strange = {"update_id": 10**9, kind: content}
    await line.take(strange, line.toy.text("5"))
    assert (await line.toy.session()).focus.page == 5
    assert await line.toy.storage.waiting_updates() == []


@pytest.mark.parametrize(
    "raw",
    [
        [],
        "x",
        None,
        7,
        {},
        {"message": {}},
        {"update_id": "1"},
        {"update_id": True},
        {"update_id": -1},
        {"update_id": 2**63},
        {"update_id": 1.0},
    ],
)
async def test_what_is_no_update_is_refused(line: Line, raw: object) -> None:
    """Without a usable id nothing could be stored, so nothing is acknowledged."""
    with pytest.raises(BadUpdate):
        await line.intake.accept([raw])


async def test_half_a_character_pair_is_stored(line: Line) -> None:
    """JSON can name what UTF-8 can't hold; the message is handled with a replacement."""
    await line.take(line.toy.text("\ud83d"))
    assert line.toy.walked == ["?"]


async def test_a_row_that_nobody_can_read_parks_its_update_only() -> None:
    """The storage is up, so waiting can't help: the update is put aside and the person told."""

    class Spoilt(MemoryStorage):
        async def load_session(self, chat_id: ChatId, user_id: UserId) -> None:
            raise StorageUnavailable("a stored Session cannot be read")

    toy = await Toy(Spoilt()).open()
    line = Line(toy)
    await line.take(toy.text("5"))
    [(_, error)] = await toy.storage.parked_updates()
    assert error.startswith("StorageUnavailable at ")
    assert len(line.parked) == 1


async def test_the_library_remembers_nobody_whose_updates_it_handled(line: Line) -> None:
    """None of its containers grows with the people: nothing would ever empty them."""
    await line.take(line.toy.text("1", user=1))
    before = _sizes(line.toy.application)
    await line.take(*(line.toy.text("1", user=user) for user in range(2, 12)))
    assert len(line.toy.walked) == 11
    assert _sizes(line.toy.application) == before


def _sizes(application: Any) -> dict[str, int]:
    names = {name for kind in type(application).__mro__ for name in getattr(kind, "__slots__", ())}
    held = {name: getattr(application, name, None) for name in {*names, *vars(application)}}
    return {name: len(each) for name, each in held.items() if isinstance(each, Sized)}
