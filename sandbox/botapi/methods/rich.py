"""sendRichMessage and rich contents of edits, as far as they consist of blocks that are played.

https://core.telegram.org/bots/api#rich-messages: paragraphs, tables and photos. Its limits are
published, the words of its refusals are not.
"""

from collections.abc import Iterator
from typing import Any, Final

from sandbox.botapi.errors import BadRequestError
from sandbox.botapi.links import canonical, wrong_url
from sandbox.botapi.markup import utf16_length
from sandbox.botapi.world import Json

from .call import Call, put
from .media import media_content

MAX_LENGTH: Final = 32_768
MAX_BLOCKS: Final = 500
MAX_MEDIA: Final = 50
MAX_COLUMNS: Final = 20
ALIGNED: Final = {"align": {"left", "center", "right"}, "valign": {"top", "middle", "bottom"}}


async def send_rich_message(call: Call) -> Json:
    """https://core.telegram.org/bots/api#sendrichmessage."""
    return put(call, await rich_content(call, call.params["rich_message"]))


async def rich_content(call: Call, given: Json) -> Json:
    """The `rich_message` of a message. Raises BadRequestError for what Telegram refuses."""
    forms = {"html", "markdown", "blocks"} & set(given)
    if len(forms) != 1:
        raise BadRequestError("exactly one of html, markdown and blocks must be given")
    if forms != {"blocks"} or "media" in given:
        raise BadRequestError("the sandbox does not simulate rich messages but by blocks")
    blocks = given["blocks"]
    if not blocks:
        raise BadRequestError("message text is empty")
    if len(blocks) > MAX_BLOCKS:
        raise BadRequestError("RICH_MESSAGE_BLOCKS_TOO_MUCH")
    if sum(block["type"] == "photo" for block in blocks) > MAX_MEDIA:
        raise BadRequestError("RICH_MESSAGE_MEDIA_TOO_MUCH")
    if sum(utf16_length(text) for text in texts_in(blocks)) > MAX_LENGTH:
        raise BadRequestError("message is too long")
    made = [await _block(call, block) for block in blocks]
    return {"rich_message": {"blocks": made, **({"is_rtl": True} if given.get("is_rtl") else {})}}


async def _block(call: Call, block: Json) -> Json:
    if block["type"] == "photo":
        stored = await media_content(call, "photo", block["photo"]["media"])
        return {**block, "photo": stored["photo"]}
    if block["type"] == "table":
        _check_table(block["cells"])
    for link in _of_type("url", block):
        if wrong := wrong_url(link["url"]):
            raise BadRequestError(f"rich text URL '{link['url']}' is invalid: {wrong}")
        link["url"] = canonical(link["url"])
    return block


def _check_table(rows: list[list[Json]]) -> None:
    if not rows or not all(rows):
        raise BadRequestError("RICH_MESSAGE_TABLE_EMPTY")
    for row in rows:
        if sum(cell.get("colspan", 1) for cell in row) > MAX_COLUMNS:
            raise BadRequestError("RICH_MESSAGE_TABLE_TOO_WIDE")
        for cell in row:
            for name, allowed in ALIGNED.items():
                if cell[name] not in allowed:
                    raise BadRequestError(f"RICH_MESSAGE_TABLE_{name.upper()}_INVALID")


def texts_in(value: Any) -> Iterator[str]:
    """Every text that a reader sees in blocks or a rich text."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from texts_in(each)
    elif isinstance(value, dict):
        for name in ("text", "cells", "caption"):
            if name in value:
                yield from texts_in(value[name])


def _of_type(kind: str, value: Any) -> Iterator[Json]:
    if isinstance(value, list):
        for each in value:
            yield from _of_type(kind, each)
    elif isinstance(value, dict):
        if value.get("type") == kind:
            yield value
        for each in value.values():
            yield from _of_type(kind, each)
