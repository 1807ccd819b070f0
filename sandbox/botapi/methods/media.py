"""Photos, documents and albums: from a parameter to a stored file."""

from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp

from sandbox.botapi.errors import BadRequestError
from sandbox.botapi.files import MEGABYTE
from sandbox.botapi.links import is_local
from sandbox.botapi.text import caption
from sandbox.botapi.uploads import ATTACH, Upload
from sandbox.botapi.world import Json

from .call import Call, put, put_into, reply_target

WRONG_FILE: Final = "wrong file identifier/HTTP URL specified"
# By address Telegram takes less than by upload (https://core.telegram.org/bots/api#sending-files).
MAX_BY_URL: Final = {"photo": 5 * MEGABYTE, "document": 20 * MEGABYTE}
FETCH_TIMEOUT: Final = aiohttp.ClientTimeout(total=20)
SHOWN: Final = {
    "show_caption_above_media": "show_caption_above_media",
    "has_spoiler": "has_media_spoiler",
}


async def send_photo(call: Call) -> Json:
    """https://core.telegram.org/bots/api#sendphoto."""
    words = caption(call.params)
    photo = await media_content(call, "photo", call.params["photo"])
    return put(call, photo | words | flags(call.params))


async def send_document(call: Call) -> Json:
    """https://core.telegram.org/bots/api#senddocument."""
    words = caption(call.params)
    return put(call, await media_content(call, "document", call.params["document"]) | words)


async def send_media_group(call: Call) -> list[Json]:
    """https://core.telegram.org/bots/api#sendmediagroup: one message per item."""
    items = call.params["media"]
    if not 2 <= len(items) <= 10:
        raise BadRequestError("wrong number of messages in the media group: 2 to 10 are allowed")
    kinds = {item["type"] for item in items}
    if len(kinds) > 1 and kinds & {"document", "audio"}:
        raise BadRequestError("document can't be mixed with other media types")
    contents = [await input_media(call, item) for item in items]
    chat = call.chat()
    extra = reply_target(call, chat)
    if call.params.get("protect_content"):
        extra["has_protected_content"] = True
    extra["media_group_id"] = call.sandbox.new_media_group_id()
    return [put_into(call, chat, content | extra) for content in contents]


async def input_media(call: Call, item: Json) -> Json:
    """The message content of an InputMedia object. Only photos and documents are played."""
    if item["type"] not in ("photo", "document"):
        raise BadRequestError(f"the sandbox does not simulate media of type {item['type']}")
    content = await media_content(call, item["type"], item["media"])
    return content | caption(item) | flags(item)


def flags(params: Json) -> Json:
    """How a picture is shown, when asked for."""
    return {shown: True for name, shown in SHOWN.items() if params.get(name)}


async def media_content(call: Call, kind: str, value: Any) -> Json:
    """The `photo` or `document` of a message, from an upload, a file_id or an address."""
    files = call.sandbox.files
    upload: Upload | None
    if isinstance(value, Upload):
        upload = value
    elif value.startswith(ATTACH):
        upload = call.uploads.get(value.removeprefix(ATTACH))
        if upload is None:
            raise BadRequestError(f'file "{value}" isn\'t attached')
    elif value.startswith(("http://", "https://")):
        upload = await fetch(call, kind, value)
    else:
        return dict(files.known_media(value, kind))
    if kind == "photo":
        return dict(await files.add_photo(upload.data))
    return dict(await files.add_document(upload.data, upload.file_name, upload.content_type))


async def fetch(call: Call, kind: str, url: str) -> Upload:
    """Loads a file from its address, as Telegram's servers would."""
    parts = urlsplit(url)
    if not parts.hostname or (call.sandbox.switches.refuse_local_urls and is_local(parts.hostname)):
        raise BadRequestError(WRONG_FILE)
    limit = MAX_BY_URL[kind]
    try:
        async with (
            aiohttp.ClientSession(timeout=FETCH_TIMEOUT) as session,
            session.get(url) as answer,
        ):
            data = await answer.content.read(limit + 1) if answer.status == 200 else b""
            while answer.status == 200 and len(data) <= limit and not answer.content.at_eof():
                data += await answer.content.read(limit + 1 - len(data))
    except (aiohttp.ClientError, TimeoutError, ValueError):
        raise BadRequestError("failed to get HTTP URL content") from None
    if not data or len(data) > limit:
        raise BadRequestError("failed to get HTTP URL content")
    is_picture = answer.content_type.startswith("image/")
    if kind == "photo" and not is_picture:
        raise BadRequestError("wrong type of the web page content")
    return Upload(parts.path.rsplit("/", 1)[-1] or "file", answer.content_type, data)
