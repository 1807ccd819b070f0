"""answerInlineQuery and what a person makes of its results.

https://core.telegram.org/bots/api#inline-mode. Articles alone are played.
"""

import secrets
import time
from typing import Any, Final

from sandbox.botapi.errors import BadRequestError
from sandbox.botapi.keyboards import inline_keyboard
from sandbox.botapi.text import message_text
from sandbox.botapi.world import Json

from .call import Call, without_reply
from .chats import OLD_QUERY

MAX_RESULTS: Final = 50
MAX_ID: Final = 64
MAX_OFFSET: Final = 64
LIFE: Final = 15.0
"""Seconds in which a query can be answered; Telegram does not publish it."""


async def answer_inline_query(call: Call) -> bool:
    """https://core.telegram.org/bots/api#answerinlinequery."""
    query = call.sandbox.inline_queries.get(call.params["inline_query_id"])
    if query is None or query.answer is not None or time.monotonic() - query.born > LIFE:
        raise BadRequestError(OLD_QUERY)
    results = call.params["results"]
    if len(results) > MAX_RESULTS:
        raise BadRequestError("RESULTS_TOO_MUCH")
    if len(call.params.get("next_offset", "").encode()) > MAX_OFFSET:
        raise BadRequestError("NEXT_OFFSET_INVALID")
    seen: set[str] = set()
    for result in results:
        if not 1 <= len(result["id"].encode()) <= MAX_ID:
            raise BadRequestError("RESULT_ID_INVALID")
        if result["id"] in seen:
            raise BadRequestError("RESULT_ID_DUPLICATE")
        seen.add(result["id"])
    local = call.sandbox.switches.refuse_local_urls
    query.messages = {each["id"]: _message(each, refuse_local=local) for each in results}
    query.answer = {
        "results": results,
        "next_offset": call.params.get("next_offset", ""),
        "cache_time": call.params.get("cache_time", 300),
        "is_personal": call.params.get("is_personal", False),
        "button": call.params.get("button"),
    }
    return True


async def answer_guest_query(call: Call) -> Json:
    """https://core.telegram.org/bots/api#answerguestquery: posts the result, once."""
    query = call.sandbox.guest_queries.get(call.params["guest_query_id"])
    if query is None or query.answered or time.monotonic() - query.born > LIFE:
        raise BadRequestError(OLD_QUERY)
    local = call.sandbox.switches.refuse_local_urls
    content = _message(call.params["result"], refuse_local=local)
    query.answered = True
    world = call.sandbox.world
    chat = world.chats[query.chat_id]
    asked = chat.entry(query.message_id)
    caller: Json = {"guest_bot_caller_user": world.users[query.user_id]}
    if asked is not None:
        caller["reply_to_message"] = without_reply(asked.body)
    world.add_message(chat, world.bot, content | caller)
    return {"inline_message_id": secrets.token_urlsafe(16)}


def _message(result: dict[str, Any], *, refuse_local: bool) -> Json:
    """What is sent when the result is chosen."""
    if result.get("type") != "article":
        raise BadRequestError("the sandbox does not simulate results other than articles")
    given = result["input_message_content"]
    if "message_text" not in given:
        raise BadRequestError("the sandbox does not simulate contents other than texts")
    content = message_text(
        {"text": given["message_text"]}
        | {key: given[key] for key in ("parse_mode", "entities") if key in given}
    )
    if "link_preview_options" in given:
        content["link_preview_options"] = given["link_preview_options"]
    keyboard = inline_keyboard(result.get("reply_markup"), refuse_local=refuse_local)
    return content | ({"reply_markup": keyboard} if keyboard else {})
