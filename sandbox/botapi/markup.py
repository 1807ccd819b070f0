"""From Telegram's HTML to plain text and entities.

Follows https://core.telegram.org/bots/api#html-style. Hand-written, for the refusals and the
offsets are part of what the sandbox plays.
"""

import re
from dataclasses import dataclass
from typing import Any, Final

from .html_reader import STYLES, HtmlReader, unparsable
from .links import canonical, wrong_url

Entity = dict[str, Any]

# Telegram's order of entities that cover the same text; the rest come in the middle.
ORDER: Final = {
    "blockquote": 0,
    "expandable_blockquote": 0,
    "pre": 11,
    "code": 20,
    "text_link": 49,
    "text_mention": 49,
    "bold": 90,
    "italic": 91,
    "underline": 92,
    "strikethrough": 93,
    "spoiler": 94,
    "custom_emoji": 99,
}

_HALF: Final = re.compile("[\ud800-\udfff]")  # of a pair that makes one character


def utf16_length(text: str) -> int:
    """The length as Telegram counts it: characters outside the BMP count twice."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


@dataclass
class OpenTag:
    """A tag whose end is still to come; `start` counts pieces of the result."""

    name: str
    argument: str
    offset: int
    start: int


class HtmlParser:
    """Parses one text; `parse` may be called once."""

    def __init__(self, source: str) -> None:
        self._reader = HtmlReader(source)
        self._out: list[str] = []
        self._offset = 0
        self._open: list[OpenTag] = []
        self.entities: list[Entity] = []

    def parse(self) -> str:
        """The text without its markup; `entities` is then filled in.

        Raises BadRequestError `can't parse entities: …`.
        """
        while not self._reader.is_done:
            if self._reader.peek() != "<":
                piece = self._reader.text()
                self._out.append(piece)
                self._offset += utf16_length(piece)
            elif self._reader.is_end_tag:
                self._end_tag()
            else:
                name, argument = self._reader.start_tag()
                self._open.append(OpenTag(name, argument, self._offset, len(self._out)))
        if self._open:
            raise unparsable(
                f'Can\'t find end tag corresponding to start tag "{self._open[-1].name}"'
            )
        text = "".join(self._out)
        if _HALF.search(text):
            raise unparsable(
                "Text contains invalid Unicode characters after decoding HTML entities, "
                "check for unmatched surrogate code units"
            )
        return text

    def _end_tag(self) -> None:
        where = self._reader.offset()
        if not self._open:
            raise unparsable(f"Unexpected end tag at byte offset {where}")
        name = self._reader.end_tag()
        tag = self._open.pop()
        if name not in ("", tag.name):
            raise unparsable(
                f'Unmatched end tag at byte offset {where}, expected "</{tag.name}>", '
                f'found "</{name}>"'
            )
        if self._offset > tag.offset:
            self._close(tag)

    def _close(self, tag: OpenTag) -> None:
        span = {"offset": tag.offset, "length": self._offset - tag.offset}
        last = self.entities[-1] if self.entities else {}
        is_whole = all(last.get(key) == value for key, value in span.items())
        entity: Entity | None = {"type": STYLES[tag.name], **span}
        if tag.name == "code":
            if is_whole and last["type"] == "pre" and tag.argument:
                self.entities.pop()
                entity = {"type": "pre", **span, "language": tag.argument}
            else:
                # The language counts only if a pre block turns out to cover exactly this.
                entity = {"type": "code", **span, "language": tag.argument}
        elif tag.name == "pre" and is_whole and last["type"] == "code" and last["language"]:
            entity = self.entities.pop() | {"type": "pre"}
        elif tag.name == "a":
            entity = link(tag.argument or "".join(self._out[tag.start :]), span)
        elif tag.name == "tg-emoji":
            entity = custom_emoji(tag.argument, span)
        elif tag.name == "tg-time":
            entity = moment(tag.argument, span)
        elif tag.name == "blockquote" and tag.argument:
            entity = {"type": "expandable_blockquote", **span}
        if entity is not None:
            self.entities.append(entity)


def custom_emoji(identifier: str, span: Entity) -> Entity:
    """A custom emoji. Raises BadRequestError unless its id is a 64-bit number."""
    if not (identifier.isascii() and identifier.isdigit() and 0 < int(identifier) < 2**63):
        raise unparsable("Invalid custom emoji identifier specified")
    return {"type": "custom_emoji", **span, "custom_emoji_id": identifier}


def moment(argument: str, span: Entity) -> Entity:
    """A date and time. Raises BadRequestError unless it names one and a form that exists.

    https://core.telegram.org/bots/api#date-time-entity-formatting
    """
    unix, _, form = argument.partition(" ")
    if not (unix.isascii() and unix.isdigit()):
        raise unparsable("Invalid Unix time specified")
    if not re.fullmatch(r"r|w?[dD]?[tT]?", form):
        raise unparsable("Invalid date-time format specified")
    found: Entity = {"type": "date_time", **span, "unix_time": int(unix)}
    return found | ({"date_time_format": form} if form else {})


def link(url: str, span: Entity) -> Entity | None:
    """A link; one that is no address is dropped, as Telegram does."""
    if wrong_url(url) or url != url.strip():
        return None
    return {"type": "text_link", **span, "url": canonical(url)}


def parse_html(source: str) -> tuple[str, list[Entity]]:
    """The plain text and its entities, with offsets and lengths in UTF-16 units."""
    parser = HtmlParser(source)
    text = parser.parse()
    entities = [
        {key: value for key, value in entity.items() if key != "language"}
        if entity["type"] == "code"
        else entity
        for entity in parser.entities
    ]
    return text, in_order(entities)


def in_order(entities: list[Entity]) -> list[Entity]:
    """By offset, the longer first."""
    return sorted(entities, key=lambda e: (e["offset"], -e["length"], ORDER.get(e["type"], 50)))
