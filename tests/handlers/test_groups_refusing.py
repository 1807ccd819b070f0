"""What Telegram refuses in a group is no failure of ours: nothing is repeated or put aside."""

import json

import pytest
from telegram import Update
from telegram.error import NetworkError
from telegram.ext import Application, ExtBot

from bot.chat.reading import read_update
from bot.wiring.parts import StoringApplication
from handlers.journey import group_handlers
from tests.bot.fake_telegram import TOKEN, FakeTelegram
from tests.fakes.memory_storage import MemoryStorage

_USER = {"id": 7, "is_bot": False, "first_name": "T"}
_CHAT = {"id": -100_5, "type": "supergroup", "title": "Friends"}
_COMMAND = {
    "message_id": 1,
    "date": 1,
    "from": _USER,
    "chat": _CHAT,
    "text": "/start",
    "entities": [{"type": "bot_command", "offset": 0, "length": 6}],
}
_PRESS = {"id": "1", "from": _USER, "chat_instance": "1", "data": "x", "inline_message_id": "a"}


class Group:
    """The handlers of groups over a Telegram that can refuse."""

    def __init__(self, telegram: FakeTelegram) -> None:
        bot = ExtBot(TOKEN, request=telegram, get_updates_request=telegram)
        self.telegram = telegram
        self.application = (
            Application.builder()
            .application_class(StoringApplication)
            .bot(bot)
            .updater(None)
            .job_queue(None)
            .build()
        )
        self.storage = MemoryStorage()
        self.application.add_handlers(group_handlers(self.storage))

    async def take(self, **update: object) -> None:
        await self.application.initialize()
        raw = {"update_id": 1, **update}
        await self.application.process_update(Update.de_json(raw, self.application.bot))


@pytest.fixture
def group() -> Group:
    return Group(FakeTelegram())


@pytest.mark.parametrize(
    ("status", "description", "more"),
    [
        (400, "Bad Request: not enough rights to send text messages to the chat", {}),
        (400, "Bad Request: message to be replied not found", {}),
        (400, "Bad Request: group chat was upgraded", {"migrate_to_chat_id": -100_6}),
        (403, "Forbidden: bot was kicked from the supergroup chat", {}),
    ],
)
async def test_a_group_that_takes_no_answer_is_left_alone(
    group: Group, status: int, description: str, more: dict[str, int]
) -> None:
    """The command is done with: another try would meet the same."""
    group.telegram.fail("sendMessage", status, description, **more)
    await group.take(message=_COMMAND)
    assert len(group.telegram.of("sendMessage")) == 1


async def test_trouble_that_passes_is_left_to_another_try(group: Group) -> None:
    """Whoever handles updates repeats them."""
    group.telegram.fail("sendMessage", 502, "Bad Gateway")
    with pytest.raises(NetworkError):
        await group.take(message=_COMMAND)


@pytest.mark.parametrize("status", [400, 403, 502])
async def test_a_press_that_can_not_be_answered_is_done_with(group: Group, status: int) -> None:
    """Also one that belongs to no chat, of which Telegram shows the message's inline id alone."""
    group.telegram.fail("answerCallbackQuery", status, "query is too old and response timeout")
    await group.take(callback_query=_PRESS)
    assert len(group.telegram.of("answerCallbackQuery")) == 1


@pytest.mark.parametrize(
    ("text", "title", "says"),
    [
        ("/start", "Shoes", "private chat"),
        ("/start 你好", "Shoes", "私聊"),
        ("/start", "好货群", "私聊"),
    ],
)
async def test_who_leads_a_group_unnamed_is_answered_in_its_language(
    group: Group, text: str, title: str, says: str
) -> None:
    """Telegram names no language of an anonymous administrator: words and title tell it."""
    chat = {**_COMMAND["chat"], "title": title}
    hidden = {"id": 1087968824, "is_bot": True, "first_name": "Group", "language_code": "en"}
    await group.take(
        message={**_COMMAND, "text": text, "chat": chat, "from": hidden, "sender_chat": chat}
    )
    (sent,) = group.telegram.of("sendMessage")
    assert says in sent.text


async def test_another_administrator_who_changes_a_right_does_not_take_the_place_over(
    group: Group,
) -> None:
    """Whoever let the bot into a channel goes on posting there."""
    chat = {"id": -100_9, "type": "channel", "title": "Finds"}
    bot = {"id": 5, "is_bot": True, "first_name": "Snaporder"}
    rights = {
        **dict.fromkeys(_ADMINISTRATOR_RIGHTS, False),
        "user": bot,
        "status": "administrator",
        "can_post_messages": True,
        "can_edit_messages": True,
    }
    out = {"user": bot, "status": "left"}
    for by, before in ((11, out), (12, {**rights, "can_edit_messages": False})):
        change = {"chat": chat, "date": 1, "from": {**_USER, "id": by}}
        change |= {"old_chat_member": before, "new_chat_member": rights}
        raw = {"update_id": 1, "my_chat_member": change}
        bot = group.application.bot
        await group.application.initialize()
        await group.application.process_update(read_update(json.dumps(raw).encode(), bot))
    assert [each.let_by for each in await group.storage.post_places()] == [11]


_ADMINISTRATOR_RIGHTS = (
    "can_be_edited",
    "is_anonymous",
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
)
