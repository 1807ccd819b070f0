"""Reading stored updates: whole, and of a pressed message what is asked of it."""

import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import CallbackQuery, TelegramObject, Update
from telegram.ext import ExtBot

from bot.chat.reading import NothingForUs, Place, membership_of, place_of, read_update, topic_of
from bot.telegram.membership import Membership
from tests.bot.fake_telegram import TOKEN, FakeTelegram

CHAT = {"id": 7, "type": "private", "first_name": "Ann"}
ANN = {"id": 7, "is_bot": False, "first_name": "Ann", "language_code": "zh-hans"}
PHOTO = [
    {"file_id": name, "file_unique_id": f"u-{name}", "width": size, "height": size}
    for name, size in (("small", 90), ("large", 900))
]
KEYBOARD = {"inline_keyboard": [[{"text": "a", "callback_data": "b"}]]}


def _bot() -> ExtBot[Any]:
    telegram = FakeTelegram()
    return ExtBot(TOKEN, request=telegram, get_updates_request=telegram)


def _read(**content: Any) -> Update:
    bot = _bot()
    return read_update(json.dumps({"update_id": 1, **content}).encode(), bot)


def _pressed(**message: Any) -> Place | None:
    whole = {"message_id": 5, "date": 1, "chat": CHAT, **message}
    press = {"id": "1", "from": ANN, "chat_instance": "1", "data": "x", "message": whole}
    update = _read(callback_query=press)
    query, chat = update.callback_query, update.effective_chat
    assert query is not None
    assert chat is not None
    assert (query.data, query.from_user.language_code, chat.id) == ("x", "zh-hans", 7)
    place = place_of(query)
    # What the library itself makes of the message says the same.
    bot = _bot()
    assert place == place_of(CallbackQuery.de_json(press, bot))
    return place


def test_of_a_pressed_text_is_known_that_it_has_one_and_buttons() -> None:
    """By that it is edited in place, and its buttons are taken off."""
    place = _pressed(text="hello", reply_markup=KEYBOARD, entities=[])
    assert place == Place(message_id=5, has_text=True, photo=None, has_buttons=True)


def test_of_a_pressed_photo_the_largest_size_is_known() -> None:
    """By that it is known whether the picture changes."""
    place = _pressed(photo=PHOTO, caption="hello")
    assert place == Place(message_id=5, has_text=False, photo="u-large", has_buttons=False)


def test_a_press_under_a_message_that_is_out_of_reach() -> None:
    """Telegram names only its number and chat."""
    press = {
        "id": "1",
        "from": ANN,
        "chat_instance": "1",
        "data": "x",
        "message": {"message_id": 5, "date": 0, "chat": CHAT},
    }
    update = _read(callback_query=press)
    assert update.effective_chat is not None
    assert update.effective_chat.id == 7
    place = place_of(update.callback_query)
    assert place == Place(message_id=5, has_text=False, photo=None, has_buttons=False)


_ASKED_FOR_ITS_MESSAGE = """
import json, sys
from telegram.ext import ExtBot
from bot.chat.reading import read_update
update = read_update(sys.stdin.buffer.read(), ExtBot("123456:test-token"))
assert update.callback_query is not None
assert update.effective_message is None
"""


def test_a_press_asked_for_its_message_says_nothing_on_the_error_stream() -> None:
    """The library warns whoever asks, and every handler of commands does.

    In a process of its own: pytest sets up warnings anew for each test.
    """
    message = {"message_id": 5, "date": 1, "chat": CHAT, "text": "hello"}
    press = {"id": "1", "from": ANN, "chat_instance": "1", "data": "x", "message": message}
    raw = json.dumps({"update_id": 1, "callback_query": press}).encode()
    command = [sys.executable, "-c", _ASKED_FOR_ITS_MESSAGE]
    ran = subprocess.run(command, input=raw, capture_output=True, check=True)
    assert ran.stderr == b""


def test_a_press_without_a_message_is_still_a_press() -> None:
    """Under an inline message there is none."""
    press = {"id": "1", "from": ANN, "chat_instance": "1", "data": "x"}
    query = _read(callback_query=press).callback_query
    assert query is not None
    assert place_of(query) is None


@pytest.mark.parametrize("odd", ["text", 7, {"date": 1}])
def test_a_message_that_is_none_fails_in_the_library(odd: object) -> None:
    """As it would without us; the update is put aside."""
    press = {"id": "1", "from": ANN, "chat_instance": "1", "data": "x", "message": odd}
    with pytest.raises((TypeError, AttributeError, KeyError)):
        _read(callback_query=press)


def test_what_was_written_is_read_whole() -> None:
    """Texts keep their entities, photos their sizes."""
    link = {"type": "text_link", "offset": 0, "length": 2, "url": "https://1688.com"}
    message = _read(
        message={
            "message_id": 5,
            "date": 1,
            "chat": CHAT,
            "from": ANN,
            "text": "hi",
            "photo": PHOTO,
        }
        | {"entities": [link]}
    ).message
    assert message is not None
    assert message.entities[0].url == "https://1688.com"
    assert len(message.photo) == 2


def test_what_only_the_standard_library_reads_is_read() -> None:
    """It wrote what is stored, and writes NaN for what JSON has no word for."""
    bot = _bot()
    message = {"message_id": 5, "date": 1, "chat": CHAT, "from": ANN, "odd": float("nan")}
    payload = json.dumps({"update_id": 1, "message": message}).encode()
    read = read_update(payload, bot).message
    assert read is not None
    assert read.message_id == 5


@pytest.mark.parametrize("kind", ["message", "edited_message", "guest_message"])
def test_a_live_photo_is_a_photo(kind: str) -> None:
    """Its still is what is searched by; the film beside it is not looked at."""
    live = {"file_id": "film", "file_unique_id": "u", "width": 9, "height": 9, "duration": 2}
    sent = {"message_id": 5, "date": 1, "chat": CHAT, "from": ANN, "live_photo": live}
    message = _read(**{kind: sent | {"live_photo": live | {"photo": PHOTO}}}).effective_message
    assert message is not None
    assert [each.file_id for each in message.photo] == ["small", "large"]
    # Without a still there is nothing to search by: answered as what is not understood.
    message = _read(**{kind: sent}).effective_message
    assert message is not None
    assert message.photo == ()


@pytest.mark.parametrize(
    ("kind", "counted"),
    [
        ("poll", "poll"),
        ("chat_member", "chat_member"),
        ("business_message", "business_message"),
        ("stopped_message_generation", "stopped_message_generation"),
        ("invention_of_2040", "unknown"),
    ],
)
def test_a_kind_that_nothing_takes_is_not_even_read(kind: str, counted: str) -> None:
    """Whatever is in it; only known words are counted by their names."""
    with pytest.raises(NothingForUs) as nothing:
        _read(**{kind: {"chat": "no chat"}})
    assert nothing.value.kind == counted


def test_an_update_without_content_is_dropped() -> None:
    """There is nobody to answer."""
    with pytest.raises(NothingForUs):
        _read()


CHANNEL = {"id": -100_5, "type": "channel", "title": "Finds", "username": "finds"}
FRIENDS = {"id": -7, "type": "group", "title": "Friends"}
POSTING = {"status": "administrator", "can_post_messages": True}


@pytest.mark.parametrize(
    ("chat", "member", "may_post"),
    [
        (CHANNEL, POSTING, True),
        (CHANNEL, {"status": "administrator", "can_post_messages": False}, False),
        (CHANNEL, {"status": "member"}, False),
        (CHANNEL, {"status": "kicked"}, False),
        (FRIENDS, {"status": "member"}, True),
        (FRIENDS, {"status": "administrator"}, True),
        (FRIENDS, {"status": "left"}, False),
        (FRIENDS, {"status": "restricted", "is_member": True, "can_send_messages": True}, True),
        (FRIENDS, {"status": "restricted", "is_member": True, "can_send_messages": False}, False),
        (FRIENDS, {"status": "restricted", "is_member": False, "can_send_messages": True}, False),
        (FRIENDS, {"status": "a standing of 2040"}, False),
    ],
)
def test_what_the_bot_may_do_in_a_chat(
    *, chat: dict[str, Any], member: dict[str, Any], may_post: bool
) -> None:
    """By few fields, so that rights yet to be invented make nothing unreadable."""
    update = _read(my_chat_member={"chat": chat, "from": ANN, "new_chat_member": member})
    assert membership_of(update) == Membership(
        chat_id=chat["id"],
        is_channel=chat is CHANNEL,
        title=chat["title"],
        name=chat.get("username"),
        by=7,
        may_post=may_post,
    )


@pytest.mark.parametrize(
    "change",
    [
        None,
        {},
        {"chat": CHAT, "from": ANN, "new_chat_member": {"status": "member"}},
        {"chat": CHANNEL, "from": ANN},
        {"chat": CHANNEL, "from": {}, "new_chat_member": POSTING},
        {"chat": {"type": "channel"}, "from": ANN, "new_chat_member": POSTING},
    ],
)
def test_a_change_of_membership_that_says_nothing_is_none(change: object) -> None:
    """A private chat's, or one in a shape that nobody knows: never an error."""
    assert membership_of(_read(my_chat_member=change)) is None


def test_a_press_within_a_topic_names_it() -> None:
    """So that what it leads to is shown there."""
    message = {"message_id": 5, "date": 1, "chat": CHAT, "text": "x"}
    press = {"id": "1", "from": ANN, "chat_instance": "1", "data": "x"}
    within = message | {"message_thread_id": 9, "is_topic_message": True}
    assert topic_of(_read(callback_query=press | {"message": within})) == 9
    assert topic_of(_read(callback_query=press | {"message": message})) is None
    # An answer outside of topics has a thread as well.
    thread = message | {"message_thread_id": 9, "from": ANN}
    assert topic_of(_read(message=thread)) is None


_NAMES = st.text("Aβ中 \u200d😀", max_size=4)
_TRUE = st.sampled_from((True,))
_PEOPLE = st.fixed_dictionaries(
    {"id": st.integers(1, 2**52), "is_bot": st.booleans(), "first_name": _NAMES},
    optional={
        "last_name": _NAMES,
        "username": _NAMES,
        "language_code": st.sampled_from(("zh-hans", "en")),
        "is_premium": _TRUE,
        "added_to_attachment_menu": _TRUE,
        "something_of_2040": st.integers(-(2**63), 2**63 - 1),  # no number of Telegram's is larger
    },
)
_CHATS = st.fixed_dictionaries(
    {"id": st.integers(-(2**52), 2**52), "type": st.sampled_from(("private", "private", "group"))},
    optional={
        "first_name": _NAMES,
        "last_name": _NAMES,
        "username": _NAMES,
        "is_forum": _TRUE,
    },
)
_ENTITIES = st.lists(
    st.fixed_dictionaries(
        {
            "type": st.sampled_from(("bot_command", "url", "an_entity_of_2040")),
            "offset": st.integers(0, 9),
            "length": st.integers(1, 9),
        }
    ),
    max_size=2,
)
_TEXTS = st.fixed_dictionaries(
    {
        "message_id": st.integers(1, 2**31),
        "date": st.integers(1, 2**31),
        "chat": _CHATS,
        "from": _PEOPLE,
        "text": _NAMES,
    },
    optional={
        "entities": _ENTITIES,
        "message_thread_id": st.integers(1, 9),
        "photo": st.just(PHOTO),
        "edit_date": st.integers(1, 2**31),
    },
)


def _everything_of(read: object) -> object:
    """All that the library's objects have, those within them included."""
    if isinstance(read, TelegramObject):
        names = {name for kind in type(read).__mro__ for name in getattr(kind, "__slots__", ())}
        told = {each: _everything_of(getattr(read, each)) for each in names if each[0] != "_"}
        return {**told, "told from others by": _everything_of(read._id_attrs)}
    if isinstance(read, tuple):
        return tuple(map(_everything_of, read))
    return dict(read) if isinstance(read, Mapping) else read


@given(message=_TEXTS)
def test_what_is_read_quickly_says_what_the_library_reads(message: dict[str, Any]) -> None:
    """Every field of a text's message, its chat and its sender, whatever else stands in it."""
    bot = _bot()
    raw = {"update_id": 7, "message": message}
    quick = read_update(json.dumps(raw).encode(), bot)
    whole = Update.de_json(json.loads(json.dumps(raw)), bot)
    assert _everything_of(quick) == _everything_of(whole)
    assert quick.to_dict() == whole.to_dict()
    assert quick == whole
    for each in ("effective_chat", "effective_user", "effective_message", "effective_sender"):
        assert getattr(quick, each) == getattr(whole, each)
    assert quick.message is not None
    assert quick.message.get_bot() is bot
    assert quick.message.effective_attachment == whole.message.effective_attachment  # type: ignore[union-attr]  # a message all the same


@given(person=_PEOPLE, chat=_CHATS, data=st.none() | _NAMES)
def test_a_press_says_who_pressed_it_as_the_library_does(
    person: dict[str, Any], chat: dict[str, Any], data: str | None
) -> None:
    """Its message is another matter: of that only number and chat are read."""
    message = {"message_id": 5, "date": 1, "chat": chat, "text": "hello"}
    press = {"id": "1", "from": person, "chat_instance": "3", "message": message}
    raw = {"update_id": 7, "callback_query": press | ({} if data is None else {"data": data})}
    quick = read_update(json.dumps(raw).encode(), _bot())
    whole = Update.de_json(json.loads(json.dumps(raw)), _bot())
    assert quick.callback_query is not None
    assert whole.callback_query is not None
    told = {"message", "api_kwargs"}
    quickly, wholly = (
        {name: each for name, each in dict(_everything_of(query)).items() if name not in told}  # type: ignore[call-overload]  # it is a dictionary
        for query in (quick.callback_query, whole.callback_query)
    )
    assert quickly == wholly
    assert _everything_of(quick.effective_chat) == _everything_of(whole.effective_chat)
    assert _everything_of(quick.effective_user) == _everything_of(whole.effective_user)
    assert (quick.effective_message, quick.update_id) == (None, 7)
