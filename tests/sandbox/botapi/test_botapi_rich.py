"""Rich messages, as far as they are played, and Telegram's refusals."""

import io
import json

import pytest
from botapi_server import ANNA, TOKEN
from PIL import Image


def cell(text, **more):
    return {"text": text, "align": "left", "valign": "top"} | more


TABLE = {
    "type": "table",
    "is_bordered": True,
    "cells": [
        [cell({"type": "bold", "text": "Goods"}, is_header=True), cell("¥12.00", align="right")],
        [cell(["a ", {"type": "url", "text": "link", "url": "https://1688.com"}], colspan=2)],
    ],
}
WORDS = {"type": "paragraph", "text": "Check it"}


async def test_blocks_are_a_message(server, chat):
    """It has neither text nor caption; an edit makes it a text and back."""
    rich = {"blocks": [WORDS, TABLE]}
    sent = await server.ok("sendRichMessage", chat_id=ANNA, rich_message=rich)
    assert "text" not in sent
    assert sent["rich_message"]["blocks"][0] == WORDS
    assert sent["rich_message"]["blocks"][1]["cells"][0][0]["text"]["text"] == "Goods"
    here = {"chat_id": ANNA, "message_id": sent["message_id"]}
    text = await server.ok("editMessageText", **here, text="Plain")
    assert (text["text"], "rich_message" in text) == ("Plain", False)
    back = await server.ok("editMessageText", **here, rich_message=rich)
    assert ("text" in back, len(back["rich_message"]["blocks"])) == (False, 2)
    code, why = await server.refused("editMessageText", **here, rich_message=rich)
    assert (code, "message is not modified" in why) == (400, True)


async def test_a_photo_is_uploaded_within_it(server, chat):
    """By attach://, and from then on by its file id."""
    buffer = io.BytesIO()
    Image.new("RGB", (20, 10)).save(buffer, "PNG")
    photo = {"type": "photo", "photo": {"type": "photo", "media": "attach://picture"}}
    answer = await server.http.post(
        f"/bot{TOKEN}/sendRichMessage",
        data={"chat_id": ANNA, "rich_message": json.dumps({"blocks": [photo, WORDS]})},
        files={"picture": ("a.png", buffer.getvalue(), "image/png")},
    )
    [size] = answer.json()["result"]["rich_message"]["blocks"][0]["photo"]
    assert (size["width"], size["height"]) == (20, 10)
    again = {"type": "photo", "photo": {"type": "photo", "media": size["file_id"]}}
    await server.ok("sendRichMessage", chat_id=ANNA, rich_message={"blocks": [again]})


@pytest.mark.parametrize(
    ("rich", "reason"),
    [
        ({"blocks": []}, "message text is empty"),
        ({}, "exactly one of html, markdown and blocks must be given"),
        ({"html": "<p>a</p>"}, "the sandbox does not simulate rich messages but by blocks"),
        ({"blocks": [WORDS] * 501}, "RICH_MESSAGE_BLOCKS_TOO_MUCH"),
        ({"blocks": [{"type": "paragraph", "text": "a" * 32_769}]}, "message is too long"),
        (
            {"blocks": [{"type": "table", "cells": [[cell("a")] * 21]}]},
            "RICH_MESSAGE_TABLE_TOO_WIDE",
        ),
        (
            {"blocks": [{"type": "table", "cells": [[cell("a", align="middle")]]}]},
            "RICH_MESSAGE_TABLE_ALIGN_INVALID",
        ),
    ],
)
async def test_what_telegram_refuses(server, chat, rich, reason):
    assert await server.refused("sendRichMessage", chat_id=ANNA, rich_message=rich) == (
        400,
        f"Bad Request: {reason}",
    )


@pytest.mark.parametrize(
    ("version", "refused"),
    [
        ("10.0", (404, "Not Found")),
        ("10.1", (400, "Bad Request: unknown parameter rich_message.blocks")),
        ("10.2", (400, "Bad Request: unknown parameter rich_message.blocks[0].is_compact")),
    ],
)
async def test_servers_before_it(server, chat, version, refused):
    await server.patch(bot_api=version)
    rich = {"blocks": [TABLE | {"is_compact": True}]}
    assert await server.refused("sendRichMessage", chat_id=ANNA, rich_message=rich) == refused
