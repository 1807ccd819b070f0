import json
import runpy
from pathlib import Path

import pytest
from botapi_server import ANNA, TOKEN

from tests.tiers import SLOW

ROOT = Path(__file__).parents[3]
SCHEMA = ROOT / "sandbox" / "botapi" / "schema.json"


@SLOW
def test_schema_is_what_aiogram_says():
    """The checked-in schema equals a fresh one made from aiogram's models."""
    maker = runpy.run_path(str(ROOT / "scripts" / "make_botapi_schema.py"))
    assert SCHEMA.read_text(encoding="utf-8") == maker["render"](maker["make_schema"]())


def test_schema_stays_small():
    """The schema is a file that a person can still look through."""
    assert SCHEMA.stat().st_size < 44_000


async def test_wrong_token_is_unauthorized(server):
    """Another token gets Telegram's 401."""
    answer = await server.http.get("/bot1:wrong/getMe")
    assert answer.status_code == 401
    assert answer.json() == {"ok": False, "error_code": 401, "description": "Unauthorized"}


async def test_unknown_method_is_not_found(server):
    """A method that Telegram does not have gets 404."""
    assert await server.refused("sendMoney") == (404, "Not Found")
    answer = await server.http.get("/botwithout-a-method")
    assert answer.json()["error_code"] == 404


async def test_method_that_is_not_simulated_says_so(server):
    """A method of Telegram that the sandbox lacks is named, not answered emptily."""
    code, description = await server.refused("sendDice", chat_id=ANNA)
    assert code == 501
    assert "sendDice" in description


@pytest.mark.parametrize("name", ["getMe", "getme", "GETME"])
async def test_method_names_ignore_case(server, name):
    """Telegram takes method names in any case."""
    assert (await server.ok(name))["username"] == "snaporder_sandbox_bot"


@pytest.mark.parametrize(
    ("params", "description"),
    [
        ({"txet": "a"}, "unknown parameter txet"),
        ({"reply_to_message_id": 1}, "unknown parameter reply_to_message_id"),
        ({"message_thread_id": 1}, "message thread not found"),
        (
            {"business_connection_id": "1"},
            "the sandbox does not simulate parameter business_connection_id",
        ),
        (
            {"reply_markup": {"inline_keyboard": [[{"text": "a", "calback_data": "x"}]]}},
            "unknown parameter reply_markup.inline_keyboard[0][0].calback_data",
        ),
        (
            {"reply_markup": {"inline_keyboard": [[{"callback_data": "x"}]]}},
            "can't parse inline keyboard button: Can't find field \"text\"",
        ),
        (
            {"reply_markup": {"inline_keyboard": [[{"text": 5, "callback_data": "x"}]]}},
            'can\'t parse inline keyboard button: Field "text" must be of type String',
        ),
        (
            {"reply_markup": {"inline_keyboard": "bad"}},
            'field "inline_keyboard" must be of type Array',
        ),
        (
            {"link_preview_options": {"is_disabled": "yes"}},
            'field "is_disabled" must be of type Boolean',
        ),
        ({"link_preview_options": {"is_of": True}}, "unknown parameter link_preview_options.is_of"),
        ({"reply_parameters": {"message": 1}}, "unknown parameter reply_parameters.message"),
        (
            {"entities": [{"offset": 0, "length": 1}]},
            "can't parse MessageEntity: Can't find field \"type\"",
        ),
        (
            {"disable_notification": "perhaps"},
            'field "disable_notification" must be of type Boolean',
        ),
        ({"chat_id": None}, "chat_id is empty"),
        ({"chat_id": ""}, "chat_id is empty"),
        ({"chat_id": "nobody"}, "chat not found"),
        ({"chat_id": [1]}, 'field "chat_id" must be of type String'),
        ({"reply_markup": "{"}, "can't parse reply_markup JSON object"),
        ({"text": "half \ud83d"}, "strings must be encoded in UTF-8"),
    ],
)
async def test_ill_shaped_requests_are_refused(server, chat, params, description):
    """Each parameter is checked by name and type, also inside nested objects."""
    body = {"chat_id": chat, "text": "a", **params}
    answer = await server.http.post(
        f"/bot{TOKEN}/sendMessage",
        content=json.dumps(body),
        headers={"Content-Type": "application/json"},
    )
    assert answer.json() == {
        "ok": False,
        "error_code": 400,
        "description": f"Bad Request: {description}",
    }


async def test_parameters_come_as_query_form_json_or_multipart(server, chat):
    """The four ways of passing parameters mean the same."""
    url = f"/bot{TOKEN}/sendMessage"
    keyboard = {"inline_keyboard": [[{"text": "a", "callback_data": "x"}]]}
    fields = {"chat_id": str(chat), "text": "hi", "reply_markup": json.dumps(keyboard)}
    answers = [
        await server.http.get(url, params=fields),
        await server.http.post(url, data=fields),
        await server.http.post(url, files={name: (None, value) for name, value in fields.items()}),
        await server.http.post(url, json={**fields, "reply_markup": keyboard}),
    ]
    for answer in answers:
        assert answer.json()["result"]["text"] == "hi", answer.text
        assert answer.json()["result"]["reply_markup"] == keyboard


async def test_unreadable_bodies_are_refused(server):
    """A body that is no JSON object is a bad request, not a crash."""
    url = f"/bot{TOKEN}/getMe"
    for body in (b"{", b"[1]", b"\xff"):
        answer = await server.http.post(
            url, content=body, headers={"Content-Type": "application/json"}
        )
        assert answer.json()["error_code"] == 400
