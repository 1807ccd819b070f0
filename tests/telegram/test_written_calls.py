"""A call whose body is written at once says what the library's own would have said."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from aiohttp import web
from bot_api_servers import TOKEN, serving
from hypothesis import given
from hypothesis import strategies as st
from telegram import InlineKeyboardMarkup, InputFile, InputMediaPhoto
from telegram.constants import ParseMode
from telegram.error import RetryAfter
from telegram.request import RequestData
from telegram.request._requestparameter import RequestParameter

from bot.chat.screens import paragraphs
from bot.chat.texts import Html
from bot.telegram import DirectBot, DirectRequest, newer
from bot.telegram.pacing import Pacer
from bot.telegram.request import body_of
from bot.telegram.written import Written

ROOT = Path(__file__).parents[2]
METHODS: dict[str, Any] = json.loads(
    (ROOT / "sandbox" / "botapi" / "schema.json").read_text(encoding="utf-8")
)["methods"]
TEXT = '<b>连衣裙</b> "100 %" & ¥12.50 \\ 👗\n\t\u0007\u2028'
BUTTONS = '{"inline_keyboard":[[{"text":"第一 \\"1\\"","callback_data":"ABC234.3.pick.1"}]]}'
PHOTO = '{"type":"photo","media":"AgAC-_9","caption":"¥1","parse_mode":"HTML"}'
HTML: dict[str, Any] = {"parse_mode": ParseMode.HTML}
PLAIN: dict[str, Any] = {"link_preview_options": '{"is_disabled":true}'}
KEYS: dict[str, Any] = {"reply_markup": BUTTONS}
CALLS: dict[str, dict[str, Any]] = {
    "answerCallbackQuery": {"callback_query_id": "77", "text": TEXT, "show_alert": True},
    "answerGuestQuery": {"guest_query_id": "7", "result": '{"type":"article","id":"1"}'},
    "answerInlineQuery": {
        "inline_query_id": "7",
        "results": '[{"type":"article","title":"裙"}]',
        "cache_time": 0,
        "is_personal": True,
        "next_offset": "",
    },
    "closeForumTopic": {"chat_id": -1001234567890, "message_thread_id": 5},
    "createForumTopic": {"chat_id": -1001234567890, "name": TEXT},
    "reopenForumTopic": {"chat_id": -1001234567890, "message_thread_id": 5},
    "deleteMessage": {"chat_id": 7, "message_id": 9},
    "editMessageCaption": {"chat_id": 7, "message_id": 9, "caption": TEXT, **HTML, **KEYS},
    "editMessageMedia": {"chat_id": 7, "message_id": 9, "media": PHOTO, **KEYS},
    "editMessageReplyMarkup": {"chat_id": 7, "message_id": 9},
    "editMessageText": {"chat_id": 7, "message_id": 9, "text": TEXT, **HTML, **PLAIN, **KEYS},
    "sendChatAction": {"chat_id": 7, "action": "typing"},
    "sendMessage": {
        "chat_id": 2**52 - 1,
        "text": TEXT,
        "message_thread_id": 5,
        "reply_parameters": {"message_id": 3, "allow_sending_without_reply": True},
        **HTML,
        **PLAIN,
        **KEYS,
    },
    "sendMessageDraft": {"chat_id": 7, "draft_id": 4, "text": TEXT, **HTML},
    "sendPhoto": {"chat_id": 7, "photo": "AgAC-_9", "caption": TEXT, **HTML, **KEYS},
    "sendRichMessage": {"chat_id": 7, "rich_message": '{"blocks":[]}', **KEYS},
    "setMessageReaction": {"chat_id": 7, "message_id": 9, "reaction": [{"type": "emoji"}]},
    "setMySettings": {"supports_inline_queries": "true", "inline_query_placeholder": TEXT},
}


def _as_the_library_says(parameters: dict[str, Any]) -> dict[str, str]:
    data = RequestData([RequestParameter.from_input(*each) for each in parameters.items()])
    _, form = body_of(data)
    assert isinstance(form, bytes)
    return dict(parse_qsl(form.decode(), keep_blank_values=True, strict_parsing=True))


def _means(said: dict[str, str], written: dict[str, Any]) -> bool:
    """Telegram's reading: of what is no text in an object, its JSON counts."""
    return said.keys() == written.keys() and all(
        said[name] == value if isinstance(value, str) else json.loads(said[name]) == value
        for name, value in written.items()
    )


_WORD_IN_QUOTES = re.compile(r"[\"'](\w+)[\"']")


def _methods_called() -> Iterator[str]:
    """Every method whose name stands in a call through `DirectBot`."""
    yield from (
        each.method
        for each in vars(newer).values()
        if isinstance(each, type) and issubclass(each, newer.Newer) and each is not newer.Newer
    )
    for place in (*ROOT.glob("bot/**/*.py"), *ROOT.glob("handlers/**/*.py")):
        yield from _WORD_IN_QUOTES.findall(place.read_text(encoding="utf-8"))


def test_every_method_that_is_called_is_compared() -> None:
    """A new one wants a row. `getMe` has no parameters, `close` is a button's word here, too."""
    assert METHODS.keys() & set(_methods_called()) - {"getMe", "getUpdates", "close"} == set(CALLS)


@pytest.mark.parametrize("method", CALLS)
async def test_a_written_call_means_what_the_librarys_means(method: str) -> None:
    """Bytes on the wire, beside what the library would have put there."""
    seen: list[tuple[str, str, Any]] = []

    async def keep(request: web.Request) -> web.Response:
        seen.append((request.path, request.content_type, await request.json()))
        return web.json_response({"ok": True, "result": True})

    async with serving(keep) as url, DirectRequest() as request:
        bot = DirectBot(
            TOKEN,
            base_url=url.partition(TOKEN)[0],
            request=request,
            get_updates_request=request,
        )
        assert await bot.call(method, **CALLS[method], read_timeout=5) is True
    ((path, content_type, written),) = seen
    assert path.endswith(f"/{method}")
    assert content_type == "application/json"
    assert _means(_as_the_library_says(CALLS[method]), written)


@given(st.dictionaries(st.sampled_from(["text", "caption", "é"]), st.text(), min_size=1))
def test_every_text_is_written_as_it_is(parameters: dict[str, str]) -> None:
    """Signs with a meaning in JSON included."""
    data = Written.of(parameters)
    assert isinstance(data, Written)
    assert _means(_as_the_library_says(parameters), json.loads(data.body))


def test_a_screens_words_are_written() -> None:
    """They are a text of a class of its own, as is nearly everything that people are sent."""
    data = Written.of({"chat_id": 7, "text": paragraphs("<b>找到</b>", Html("10 件"))})
    assert isinstance(data, Written)
    assert json.loads(data.body) == {"chat_id": 7, "text": "<b>找到</b>\n\n10 件"}


@pytest.mark.parametrize(
    "value",
    [
        InputFile(b"jpeg"),
        InputMediaPhoto(b"jpeg"),
        InlineKeyboardMarkup([]),
        [InlineKeyboardMarkup([])],
        datetime(2026, 12, 1, tzinfo=UTC),
        "\ud800",
        2**70,
        b"bytes",
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_unusual_is_left_to_the_library(value: object) -> None:
    """Files, its own objects, moments, and what JSON can't say."""
    assert Written.of({"chat_id": 7, "value": value}) is None


async def test_a_written_call_keeps_to_the_pace() -> None:
    """What Telegram holds back is held back, and asked again as often as the caller allows."""
    asked: list[str] = []

    async def flooded(request: web.Request) -> web.Response:
        asked.append(request.path)
        refusal = {"ok": False, "description": "x", "parameters": {"retry_after": 120}}
        return web.json_response(refusal, status=429)

    async with serving(flooded) as url, DirectRequest() as request:
        pacer = Pacer()
        held: list[tuple[str, float]] = []
        pacer.on_hold = lambda chat, seconds: held.append((chat, seconds))
        bot = DirectBot(
            TOKEN,
            base_url=url.partition(TOKEN)[0],
            request=request,
            get_updates_request=request,
            rate_limiter=pacer,
        )
        with pytest.raises(RetryAfter):
            await bot.call("sendMessage", chat_id=7, text="x")
    assert held == [("7", 120.0)]
    assert len(asked) == 1


async def test_asking_for_updates_has_its_own_way_and_no_pace() -> None:
    """Telegram holding back that call holds back no other, nor is it asked again at once."""
    asked: list[str] = []

    async def flooded(request: web.Request) -> web.Response:
        asked.append(request.path)
        refusal = {"ok": False, "description": "x", "parameters": {"retry_after": 1}}
        return web.json_response(refusal, status=429)

    async with serving(flooded) as url, DirectRequest() as polls, DirectRequest() as others:
        bot = DirectBot(
            TOKEN,
            base_url=url.partition(TOKEN)[0],
            request=others,
            get_updates_request=polls,
            rate_limiter=Pacer(),
        )
        await others.shutdown()
        with pytest.raises(RetryAfter):
            await bot.call("getUpdates", offset=1)
    assert len(asked) == 1
