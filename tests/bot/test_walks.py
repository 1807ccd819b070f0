"""A marketplace that hangs holds up no chat: what is done next goes ahead, nothing is lost."""

import asyncio
import gc
import time
from collections.abc import Callable

import pytest

from bot.chat.walks import Walk
from bot.storage.ports import StorageUnavailable
from tests.bot.intake_line import Line
from tests.bot.toy_journey import Toy


class Chat(Line):
    """Updates come one by one, while earlier ones may still wait."""

    async def sends(self, *texts: str) -> None:
        await self.intake.accept([self.toy.text(each) for each in texts])

    async def presses(self, label: str) -> None:
        data = self.toy.telegram.shown[-1].data(label)
        await self.intake.accept([self.toy.press(data)])

    async def until(self, holds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 30
        while not holds():
            assert time.monotonic() < deadline, self.texts
            await asyncio.sleep(0.005)

    @property
    def texts(self) -> list[str]:
        """What was said; that something is looked for is a draft, which is gone with the answer."""
        return [each.text for each in self.toy.telegram.shown if "🔎" not in each.text]

    async def waiting(self) -> list[int]:
        return [each.update_id for each in await self.toy.storage.waiting_updates()]


@pytest.fixture
async def chat() -> Chat:
    chat = Chat(await Toy().open())
    await chat.take(chat.toy.text("1"))
    return chat


async def test_what_is_done_next_goes_ahead_and_takes_the_place(chat: Chat) -> None:
    """Another step is shown while the first one hangs; the late answer changes nothing."""
    await chat.sends("hang on", "5")
    await chat.until(lambda: chat.texts[-1] == "start 6 gave up")
    await chat.quiet()
    assert await chat.waiting() == []
    chat.toy.answered.set()
    await chat.quiet()
    assert chat.toy.walked == ["1", "hang", "5"]
    assert (await chat.toy.session()).focus.page == 6


async def test_the_way_back_is_offered(chat: Chat) -> None:
    """A search that was given up can be made again by a button."""
    await chat.sends("hang on", "5")
    await chat.until(lambda: "gave up" in chat.texts[-1])
    assert chat.toy.telegram.shown[-1].data("🔎 Try that again")


async def test_who_starts_over_hears_nothing_of_it(chat: Chat) -> None:
    """/cancel and the like stop what is looked for, as they were asked to."""
    await chat.presses("hang")
    await chat.presses("other")
    await chat.until(lambda: chat.texts[-1] == "offer 1")


async def test_what_shows_something_beside_does_not_give_it_up(chat: Chat) -> None:
    """Help or the list of orders comes at once, and the result afterwards."""
    await chat.sends("hang on")
    await chat.presses("beside")
    await chat.until(lambda: chat.texts[-1] == "beside the journey")
    await chat.until(lambda: chat.intake.backlog == 1)
    chat.toy.answered.set()
    await chat.quiet()
    assert chat.texts[-1] == "start 100"


async def test_the_same_button_again_is_a_double_tap(chat: Chat) -> None:
    """Impatience asks the marketplace nothing twice."""
    for _ in range(4):
        await chat.presses("hang")
    await chat.until(lambda: chat.intake.backlog == 1)
    chat.toy.answered.set()
    await chat.quiet()
    assert chat.toy.walked == ["1", "hang", "found"]


async def test_the_same_words_again_join_the_search_under_way(chat: Chat) -> None:
    """Who repeats them faster than the marketplace answers is answered all the same, once."""
    await chat.sends("hang a", "hang a")
    await chat.until(lambda: chat.toy.walked.count("hang") == 2)
    await chat.until(lambda: chat.intake.backlog == 1)
    await chat.sends("hang a")
    await chat.until(lambda: chat.toy.walked.count("hang") == 3)
    await chat.until(lambda: chat.intake.backlog == 1)
    chat.toy.answered.set()
    await chat.quiet()
    assert chat.toy.walked.count("found") == 1
    assert chat.texts[1:] == ["start 100"]
    assert await chat.waiting() == []


async def test_a_newer_search_replaces_the_one_before_at_once(chat: Chat) -> None:
    """However often somebody tries, one search of theirs waits."""
    await chat.sends("hang a", "hang b", "hang c")
    await chat.until(lambda: chat.toy.walked.count("hang") == 3)
    await chat.until(lambda: chat.intake.backlog == 1)
    chat.toy.answered.set()
    await chat.quiet()
    assert chat.texts[1:] == ["start 100 gave up"]
    given_up = (await chat.toy.session()).announced.given_up
    assert given_up is not None
    assert given_up.query is not None
    assert given_up.query.words == "hang b"


async def test_the_rest_of_an_album_waits_for_its_first_item(chat: Chat) -> None:
    """However long that takes; and neither waits for the other to end."""
    await chat.intake.accept([chat.toy.album("hang on", "a"), chat.toy.album("5", "a")])
    await chat.until(lambda: len(chat.intake._aside) == 2)
    assert chat.toy.walked == ["1", "hang"]
    chat.toy.answered.set()
    await chat.quiet()
    assert chat.toy.walked == ["1", "hang", "found", "5"]


async def test_a_step_goes_ahead_of_an_album_too(chat: Chat) -> None:
    """All of it is given up with its first item."""
    await chat.intake.accept([chat.toy.album("hang on", "a"), chat.toy.album("7", "a")])
    await chat.until(lambda: len(chat.intake._aside) == 2)
    await chat.sends("5")
    await chat.until(lambda: chat.texts[-1] == "start 6 gave up")
    await chat.quiet()
    assert chat.toy.walked == ["1", "hang", "5"]


async def test_what_may_not_be_given_up_is_told_after_all(chat: Chat) -> None:
    """A write to the marketplace goes on, and its outcome is said beside what came meanwhile."""
    await chat.presses("firm")
    await chat.sends("5")
    await chat.until(lambda: chat.texts[-1] == "start 6")
    chat.toy.answered.set()
    await chat.quiet()
    assert chat.texts[-1] == "done beside the journey"


async def test_a_quick_answer_keeps_everything_in_order(chat: Chat) -> None:
    """Within the patience the later update waits, and both are walked as they came."""
    await chat.sends("hang on", "5")
    await asyncio.sleep(0)
    chat.toy.answered.set()
    await chat.quiet()
    assert chat.toy.walked == ["1", "hang", "found", "5"]


async def test_a_restart_walks_what_was_not_passed(chat: Chat) -> None:
    """The bot that stops while the marketplace hangs asks it again afterwards."""
    await chat.sends("hang on")
    await chat.until(lambda: "hang" in chat.toy.walked)
    await chat.intake.close(grace=0.01)
    chat.toy.answered.set()
    again = Line(chat.toy)
    await again.intake.resume()
    await again.quiet()
    assert (await chat.toy.session()).focus.page == 100


async def test_a_commit_that_fails_gives_nothing_up(chat: Chat) -> None:
    """The one that waits is passed with the commit of the other or not at all."""
    await chat.sends("hang on")
    await chat.until(lambda: "hang" in chat.toy.walked)
    commit = chat.toy.storage.commit_step
    failures = iter([StorageUnavailable("full")])

    async def failing(step: object) -> None:
        if (failure := next(failures, None)) is not None:
            raise failure
        await commit(step)  # type: ignore[arg-type]  # handed through

    chat.toy.storage.commit_step = failing  # type: ignore[method-assign]  # a storage that is full once
    await chat.sends("5")
    await chat.until(lambda: chat.texts[-1] == "start 6 gave up")
    assert chat.toy.walked == ["1", "hang", "5", "5"]
    await chat.quiet()


async def test_chats_that_hang_leave_room_for_others() -> None:
    """Who waits for the marketplace takes no place among the chats at work."""
    chat = Chat(await Toy().open(), lanes=3)
    await chat.intake.accept([chat.toy.text("hang", user=user) for user in range(1, 10)])
    await chat.until(lambda: chat.toy.walked.count("hang") == 9)
    await chat.intake.accept([chat.toy.text("5", user=500)])
    await chat.until(lambda: "5" in chat.toy.walked)
    chat.toy.answered.set()
    await chat.quiet()


async def test_nothing_of_an_update_is_left_to_the_garbage_collector(chat: Chat) -> None:
    """A step that waited knows its timer, which knows its context, which knew the step."""
    chat.toy.answered.set()
    gc.collect()
    gc.disable()
    try:
        await chat.sends("hang on")
        await chat.quiet()
        assert chat.toy.walked[-2:] == ["hang", "found"]
        # asyncio's own loop keeps a timer that was cancelled until it would have rung.
        await chat.until(lambda: not any(isinstance(each, Walk) for each in gc.get_objects()))
    finally:
        gc.enable()
