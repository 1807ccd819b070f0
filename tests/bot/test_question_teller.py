"""What is said in questions is told once, to whom it is for."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from telegram.error import BadRequest, Forbidden, RetryAfter, TimedOut

from bot.chat.screens import Screen
from bot.domain.questions import Side
from bot.domain.quiet import QuietHours
from bot.services.support import Support
from bot.storage.ports import Storage, StorageUnavailable
from bot.telling.question_teller import QuestionTeller
from tests.fakes.memory_storage import MemoryStorage
from tests.storage.questioning import ASKER, COLLEAGUE, OWNER, words
from tests.storage.samples import NOW
from tests.storage.shopping import DAVE

GROUP = -100
LATER = NOW + timedelta(days=1)


class Sending:
    """Telegram as far as telling needs it; fails for a chat, or a method, with what is asked."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, int, Any]] = []
        self.failing: dict[int | str, Exception] = {}

    async def call(self, method: str, *, chat_id: int, **given: Any) -> Any:
        for key in (chat_id, method):
            if key in self.failing:
                raise self.failing[key]
        self.calls.append((method, int(chat_id), given.get("message_thread_id")))
        return {"message_thread_id": 5}

    @property
    def told(self) -> list[int]:
        return [chat for method, chat, _ in self.calls if method == "sendMessage"]


@pytest.fixture
async def storage() -> Storage:
    made = MemoryStorage(now=NOW)
    await made.ask(ASKER, words(1))
    return made


def teller(storage: Storage, bot: Any, now: datetime = NOW, **more: Any) -> QuestionTeller:
    operators = (OWNER.user_id, COLLEAGUE.user_id)
    usual: dict[str, Any] = {
        "for_person": lambda view: Screen(view.said[-1].side.value),
        "for_operators": lambda view, trouble: Screen(view.said[-1].side.value + trouble),
        "topic_name": lambda question: f"#Q{question.question_id}",
    }
    return QuestionTeller(
        bot,
        storage,
        Support(storage.questions, operators=operators),
        operators=operators,
        clock=lambda: now,
        **usual | more,
    )


async def answer(storage: Storage) -> None:
    await storage.questions.say(1, words(1, "Yes", chat=OWNER.user_id), OWNER)


async def test_operators_hear_a_question_once(storage: Storage) -> None:
    bot = Sending()
    for _ in range(2):
        await teller(storage, bot).tell_waiting()
    assert bot.told == [OWNER.user_id, COLLEAGUE.user_id]


async def test_the_person_and_the_other_operator_hear_an_answer(storage: Storage) -> None:
    await teller(storage, Sending()).tell_waiting()
    await answer(storage)
    bot = Sending()
    await teller(storage, bot).tell_waiting()
    assert bot.told == [DAVE, COLLEAGUE.user_id]


async def test_what_surely_reached_nobody_waits_and_what_may_have_does_not(
    storage: Storage,
) -> None:
    bot = Sending()
    everybody = (OWNER.user_id, COLLEAGUE.user_id)
    bot.failing = dict.fromkeys(everybody, RetryAfter(3))
    await teller(storage, bot).tell_waiting()
    bot.failing = dict.fromkeys(everybody, TimedOut())
    await teller(storage, bot, LATER).tell_waiting()
    bot.failing = {}
    await teller(storage, bot, LATER + timedelta(days=1)).tell_waiting()
    assert bot.told == []
    assert await storage.questions.words_to_tell(LATER + timedelta(days=9), 9) == []


async def test_an_answer_that_cannot_arrive_comes_back(storage: Storage) -> None:
    """To everybody who answers, its writer too."""
    await teller(storage, Sending()).tell_waiting()
    await answer(storage)
    bot = Sending()
    bot.failing[DAVE] = Forbidden("bot was blocked by the user")
    await teller(storage, bot).tell_waiting()
    assert bot.told == [OWNER.user_id, COLLEAGUE.user_id]
    assert [each.missed for each in await storage.questions.said_in(1)] == [False, True]


async def test_quiet_hours_are_the_operators_alone(storage: Storage) -> None:
    """Questions wait for the morning; an answer is told when it is given."""
    quiet = QuietHours.parse("11-14", ZoneInfo("UTC"))
    await answer(storage)
    bot = Sending()
    await teller(storage, bot, quiet=quiet).tell_waiting()
    assert bot.told == [DAVE, COLLEAGUE.user_id]
    await teller(storage, bot, NOW.replace(hour=14, minute=1), quiet=quiet).tell_waiting()
    assert bot.told[2:] == [OWNER.user_id, COLLEAGUE.user_id]


async def test_a_group_without_topics_is_written_to_all_the_same(storage: Storage) -> None:
    bot = Sending()
    bot.failing["createForumTopic"] = BadRequest("the chat is not a forum")
    await teller(storage, bot, group=GROUP).tell_waiting()
    assert bot.calls == [("sendMessage", GROUP, None)]


async def test_a_topic_is_opened_once(storage: Storage) -> None:
    bot = Sending()
    await teller(storage, bot, group=GROUP).tell_waiting()
    await storage.questions.say(1, words(2), None)
    await teller(storage, bot, group=GROUP).tell_waiting()
    assert [call for call in bot.calls if call[0] == "createForumTopic"] == [
        ("createForumTopic", GROUP, None)
    ]
    assert bot.calls[1:] == [("sendMessage", GROUP, 5)] * 2


@pytest.mark.parametrize(
    "error", [Forbidden("bot was kicked"), BadRequest("Chat not found")], ids=str
)
async def test_a_group_that_cannot_be_used_is_no_dead_end(
    storage: Storage, error: Exception
) -> None:
    bot = Sending()
    bot.failing[GROUP] = error
    await teller(storage, bot, group=GROUP).tell_waiting()
    assert bot.told == [OWNER.user_id, COLLEAGUE.user_id]


async def test_an_unclear_opening_of_a_topic_loses_no_question(storage: Storage) -> None:
    """Nothing of it was sent yet: at worst there is an empty topic."""
    bot = Sending()
    bot.failing["createForumTopic"] = TimedOut()
    await teller(storage, bot, group=GROUP).tell_waiting()
    assert bot.calls == []
    bot.failing = {}
    await teller(storage, bot, LATER, group=GROUP).tell_waiting()
    assert bot.told == [GROUP]


async def test_a_question_that_was_deleted_is_told_to_nobody(storage: Storage) -> None:
    await storage.rights.forget(DAVE)
    bot = Sending()
    await teller(storage, bot).tell_waiting()
    assert bot.calls == []


async def test_closing_is_told_to_the_person_and_closes_the_topic(storage: Storage) -> None:
    bot = Sending()
    await teller(storage, bot, group=GROUP).tell_waiting()
    await storage.questions.end(1, OWNER)
    await teller(storage, bot, group=GROUP).tell_waiting()
    assert bot.told == [GROUP, DAVE, GROUP]
    assert bot.calls[-1] == ("closeForumTopic", GROUP, 5)
    said = await storage.questions.said_in(1)
    assert [each.side for each in said] == [Side.ASKED, Side.CLOSED]


async def test_a_question_is_told_when_the_storage_is_back(storage: Storage) -> None:
    """It went away before anybody was told: that is no question that may have been told."""
    bot = Sending()

    def away(*_: object) -> Screen:
        raise StorageUnavailable("restarting")

    with pytest.raises(StorageUnavailable):
        await teller(storage, bot, for_operators=away).tell_waiting()
    await teller(storage, bot).tell_waiting()
    assert bot.told == [OWNER.user_id, COLLEAGUE.user_id]
