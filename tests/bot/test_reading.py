"""Reading stored updates: whole, and of a pressed message what is asked of it."""

import json
import subprocess
import sys
from typing import Any

import pytest
from telegram import CallbackQuery, Update
from telegram.ext import ExtBot

from bot.chat.reading import Place, place_of, read_update
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
