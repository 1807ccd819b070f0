"""From a parameter to a message's text: parse mode, trimming, length and automatic entities."""

import re
from collections.abc import Iterator
from typing import Any, Final

from .errors import BadRequestError
from .links import canonical, wrong_url
from .markup import Entity, in_order, parse_html, utf16_length

MAX_TEXT: Final = 4096
MAX_CAPTION: Final = 1024

COMMAND: Final = re.compile(r"(?<![\w/@.])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/])")
MENTION: Final = re.compile(r"(?<![\w@/])@[A-Za-z][A-Za-z0-9_]{3,31}\b")
EMAIL: Final = re.compile(r"(?<![\w.+-])[A-Za-z0-9_.+-]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}\b")
HASHTAG: Final = re.compile(r"(?<![\w#/])#\w*[^\W\d]\w*")
_HOST: Final = r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+"
_TOP: Final = r"(?:com|cn|net|org|io|me|app|dev|info|shop|top|xyz|co|ru|uk|de|jp|hk|tw)"
# A mark belongs to a path only when more of the link follows; else it ends the sentence.
_LETTER: Final = r"[^\s<>\"“”‘’\uff0c。\uff01\uff1f\uff1b\uff1a、\uff08\uff09()【】《》「」,.!?;:]"
_PATH: Final = rf"(?:[/?#](?:{_LETTER}|[,.!?;:]+(?=[A-Za-z0-9/%&=_~+-]))*)?"
URL: Final = re.compile(
    rf"(?<![\w@.])(?:(?:https?|tg|ftp)://(?:{_HOST}[A-Za-z]{{2,}}|\d+(?:\.\d+){{3}})(?::\d+)?{_PATH}"
    rf"|{_HOST}{_TOP}(?![A-Za-z0-9-])(?::\d+)?{_PATH})",
    re.ASCII,
)

FINDERS: Final = (
    ("url", URL),
    ("email", EMAIL),
    ("mention", MENTION),
    ("bot_command", COMMAND),
    ("hashtag", HASHTAG),
)
# Kinds that a bot may state, with the field that each needs.
EXPLICIT: Final[dict[str, str | None]] = {
    **dict.fromkeys(("bold", "italic", "underline", "strikethrough", "spoiler", "code", "pre")),
    **dict.fromkeys(("blockquote", "expandable_blockquote")),
    "text_link": "url",
    "text_mention": "user",
    "custom_emoji": "custom_emoji_id",
    "date_time": "unix_time",
}
# Kinds that Telegram finds by itself and merely tolerates when stated.
RECOGNISED: Final = {
    *("url", "email", "mention", "bot_command"),
    *("hashtag", "cashtag", "phone_number"),
}
# Inside these nothing is recognised.
CLOSED: Final = {"code", "pre", "text_link", "text_mention"}


def find_entities(text: str, given: list[Entity] | None = None) -> list[Entity]:
    """Entities that Telegram recognises by itself, added to the given ones."""
    entities = list(given or [])
    taken = [span_of(entity) for entity in entities if entity["type"] in CLOSED]
    for kind, start, end in find_spans(text):
        offset, length = utf16_length(text[:start]), utf16_length(text[start:end])
        if any(offset < stop and begin < offset + length for begin, stop in taken):
            continue
        taken.append((offset, offset + length))
        entities.append({"type": kind, "offset": offset, "length": length})
    return in_order(entities)


def find_spans(text: str) -> Iterator[tuple[str, int, int]]:
    """Kind, start and end of every candidate, in characters."""
    for kind, pattern in FINDERS:
        for match in pattern.finditer(text):
            found = match.group()
            end = match.start() + len(found.rstrip(".,;:!?'\"")) if kind == "url" else match.end()
            yield kind, match.start(), end


def span_of(entity: Entity) -> tuple[int, int]:
    """Begin and end in UTF-16 units."""
    return entity["offset"], entity["offset"] + entity["length"]


def formatted(
    text: str, parse_mode: str | None, entities: list[Entity] | None
) -> tuple[str, list[Entity]]:
    """The message's text and entities.

    Raises BadRequestError for markup or entities that Telegram refuses. Only HTML is played.
    """
    if parse_mode:
        if parse_mode.lower() in ("markdown", "markdownv2"):
            raise BadRequestError(f"the sandbox does not simulate parse_mode {parse_mode}")
        if parse_mode.lower() != "html":
            raise BadRequestError("unsupported parse_mode")
        text, marked = parse_html(text)
    else:
        marked = checked_entities(text, entities or [])
    text, marked = trimmed(text, marked)
    return text, find_entities(text, marked)


def checked_entities(text: str, entities: list[Entity]) -> list[Entity]:
    """Explicit entities, which must lie within the text and be complete.

    Raises BadRequestError.
    """
    total = utf16_length(text)
    for entity in entities:
        check_entity(entity)
        start, end = span_of(entity)
        if start > total:
            raise BadRequestError(
                f"entity begins after the end of the text at UTF-16 offset {start}"
            )
        if end > total:
            raise BadRequestError(
                f"entity beginning at UTF-16 offset {start} ends after the end of the text "
                f"at UTF-16 offset {end}"
            )
    # Recognised kinds are found again by the text itself.
    kept = [entity for entity in entities if entity["type"] in EXPLICIT]
    for entity in kept:
        if entity["type"] == "text_link":
            entity["url"] = canonical(entity["url"])
    return in_order(kept)


def check_entity(entity: Entity) -> None:
    """Raises BadRequestError for an entity that is wrong by itself."""
    kind = entity["type"]
    if kind not in EXPLICIT and kind not in RECOGNISED:
        raise BadRequestError("can't parse MessageEntity: Unsupported type specified")
    if (needed := EXPLICIT.get(kind)) and needed not in entity:
        raise BadRequestError(f"can't parse MessageEntity: Can't find field \"{needed}\"")
    if entity["offset"] < 0:
        raise BadRequestError(f"receive an entity with incorrect offset {entity['offset']}")
    if entity["length"] < 0:
        raise BadRequestError(f"receive an entity with incorrect length {entity['length']}")
    if kind == "text_link" and (wrong := wrong_url(entity["url"])):
        raise BadRequestError(f"entity URL '{entity['url']}' is invalid: {wrong}")


def trimmed(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Without the white space around it; entities move and shrink along."""
    head = len(text) - len(text.lstrip())
    result = text.strip()
    total = utf16_length(result)
    moved = []
    for entity in entities:
        start, end = (min(max(edge - head, 0), total) for edge in span_of(entity))
        if end > start:
            moved.append({**entity, "offset": start, "length": end - start})
    return result, moved


def message_text(params: dict[str, Any]) -> dict[str, Any]:
    """`text` and `entities` of a message. Raises BadRequestError if empty or too long."""
    if not params.get("text"):
        raise BadRequestError("message text is empty")
    text, entities = formatted(params["text"], params.get("parse_mode"), params.get("entities"))
    if not text:
        raise BadRequestError("text must be non-empty")
    if utf16_length(text) > MAX_TEXT:
        raise BadRequestError("message is too long")
    return {"text": text, "entities": entities} if entities else {"text": text}


def caption(params: dict[str, Any]) -> dict[str, Any]:
    """`caption` and `caption_entities`, or nothing. Raises BadRequestError if too long."""
    text, entities = formatted(
        params.get("caption", ""), params.get("parse_mode"), params.get("caption_entities")
    )
    if utf16_length(text) > MAX_CAPTION:
        raise BadRequestError("message caption is too long")
    if not text:
        return {}
    return {"caption": text, "caption_entities": entities} if entities else {"caption": text}
