"""Accepting and refusing, compared with an independent emulator of the Bot API's contract."""

import pytest
from aiohttp import web
from botapi_server import ANNA, TOKEN

from tests.loopback import http_client

emulator = pytest.importorskip(
    "lo_bot_api_emulator", reason="the second opinion is a package of its own: lo-bot-api-emulator"
)

KEY = {"text": "b", "callback_data": "x"}


def keyboard(*rows):
    return {"inline_keyboard": [list(row) for row in rows]}


# The emulator does not look at what commands are called, so those refusals are ours alone.
CASES = [
    ("getMe", {}),
    ("sendDice", {}),
    ("getUpdates", {"limit": 1, "timeout": 0}),
    ("getUpdates", {"allowed_updates": ["message", "callback_query"]}),
    ("getUpdates", {"allowed_updates": ["nonsense"]}),
    ("sendMessage", {"text": "hi"}),
    ("sendMessage", {}),
    ("sendMessage", {"text": ""}),
    ("sendMessage", {"text": "x" * 4096}),
    ("sendMessage", {"text": "x" * 4097}),
    ("sendMessage", {"text": "🛒" * 2049}),
    ("sendMessage", {"text": "hi", "unheard_of": 1}),
    ("sendMessage", {"text": "hi", "reply_markup": keyboard([KEY])}),
    ("sendMessage", {"text": "hi", "reply_markup": keyboard([{"text": "b"}])}),
    ("sendMessage", {"text": "hi", "reply_markup": keyboard([{"text": "", "callback_data": "x"}])}),
    ("sendMessage", {"text": "hi", "reply_markup": keyboard([{**KEY, "callback_data": "x" * 64}])}),
    ("sendMessage", {"text": "hi", "reply_markup": keyboard([{**KEY, "callback_data": "x" * 65}])}),
    ("sendMessage", {"text": "hi", "reply_markup": keyboard([{**KEY, "callback_data": ""}])}),
    ("sendMessage", {"text": "hi", "reply_markup": keyboard([{**KEY, "url": "https://1688.com"}])}),
    (
        "sendMessage",
        {"text": "hi", "reply_markup": keyboard([{"text": "b", "url": "ftp://x.com"}])},
    ),
    (
        "sendMessage",
        {"text": "hi", "reply_markup": keyboard([{"text": "b", "url": "https://x.com"}])},
    ),
    (
        "sendMessage",
        {"text": "hi", "reply_markup": keyboard([{"text": "b", "copy_text": {"text": "x" * 256}}])},
    ),
    (
        "sendMessage",
        {"text": "hi", "reply_markup": keyboard([{"text": "b", "copy_text": {"text": "x" * 257}}])},
    ),
    ("sendMessage", {"text": "hi", "reply_markup": keyboard(*[[KEY] * 8] * 12, [KEY] * 5)}),
    ("sendMessage", {"text": "hi", "reply_markup": {"remove_keyboard": True}}),
    ("sendMessage", {"text": "hi", "reply_markup": {"keyboard": [[{"text": "A"}]]}}),
    ("sendMessage", {"text": "hi", "reply_markup": {"keyboard": "A"}}),
    ("sendChatAction", {"action": "typing"}),
    ("sendChatAction", {"action": "thinking"}),
    ("sendPhoto", {"photo": "no-such-file"}),
    ("sendPhoto", {}),
    ("editMessageText", {"text": "hi"}),
    ("deleteMessage", {}),
    ("setMyCommands", {"commands": [{"command": "help", "description": "Help"}]}),
    ("setWebhook", {"url": "https://example.com", "max_connections": 101}),
    ("setWebhook", {"url": "ftp://example.com"}),
    ("deleteWebhook", {"drop_pending_updates": True}),
]
CHATLESS = ("getMe", "getUpdates", "setMyCommands", "setWebhook", "deleteWebhook")


@pytest.fixture
async def other():
    """The emulator on a port of its own."""
    runner = web.AppRunner(emulator.LoBotApiEmulator().app(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    base_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    async with http_client(base_url=base_url) as http:
        yield http
    await runner.cleanup()


async def test_both_accept_and_refuse_the_same(server, chat, other):
    """For requests that both model, our verdict is the emulator's."""
    differing = []
    for method, params in CASES:
        body = params if method in CHATLESS else {"chat_id": ANNA, **params}
        ours, theirs = [
            (await http.post(f"/bot{TOKEN}/{method}", json=body)).json()
            for http in (server.http, other)
        ]
        if ours["ok"] != theirs["ok"]:
            differing.append((method, str(params)[:80], ours, theirs))
    assert differing == []
