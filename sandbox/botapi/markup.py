"""Telegram's subset of HTML: a hand-written parser, for its refusals and offsets are part of it.

Follows the behaviour described at https://core.telegram.org/bots/api#html-style; the wording and
the byte offsets of the refusals are those of TDLib's parser.
"""

from dataclasses import dataclass
from typing import Any, Final

from .errors import BadRequestError
from .links import canonical, wrong_url

Entity = dict[str, Any]

STYLES: Final = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "code": "code",
    "pre": "pre",
    "a": "text_link",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
}
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
NAMED: Final = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
SPACES: Final = " \t\r\n\v\f\0"


def utf16_length(text: str) -> int:
    """The length as Telegram counts it: characters outside the BMP count twice."""
    return len(text) + sum(char > "\uffff" for char in text)


@dataclass
class OpenTag:
    """A tag whose end is still to come; `start` counts characters of the result."""

    name: str
    argument: str
    offset: int
    start: int


class HtmlParser:
    """Parses one text; `parse` may be called once."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._at = 0
        self._out: list[str] = []
        self._offset = 0
        self._open: list[OpenTag] = []
        self.entities: list[Entity] = []

    def parse(self) -> str:
        """The text without its markup; `entities` is then filled in.

        Raises BadRequestError `can't parse entities: …`.
        """
        while self._at < len(self._source):
            char = self._source[self._at]
            if char == "&":
                self._put(self._entity())
            elif char != "<":
                self._put(char)
                self._at += 1
            elif self._source.startswith("</", self._at):
                self._end_tag()
            else:
                self._start_tag()
        if self._open:
            raise unparsable(
                f'Can\'t find end tag corresponding to start tag "{self._open[-1].name}"'
            )
        text = "".join(self._out)
        if any("\ud800" <= char <= "\udfff" for char in text):
            raise unparsable(
                "Text contains invalid Unicode characters after decoding HTML entities, "
                "check for unmatched surrogate code units"
            )
        return text

    def _put(self, text: str) -> None:
        self._out.append(text)
        self._offset += utf16_length(text)

    def _entity(self) -> str:
        """Decodes one character reference; what is none stays as it is written."""
        start = self._at
        end = start + 1
        while end < len(self._source) and (
            self._source[end].isascii()
            and (self._source[end].isalnum() or self._source[end] == "#")
        ):
            end += 1
        char = decode_reference(self._source[start + 1 : end])
        if char is None:
            self._at = start + 1
            return "&"
        self._at = end + self._source.startswith(";", end)
        return char

    def _byte_offset(self, position: int) -> int:
        return len(self._source[:position].encode())

    def _peek(self) -> str:
        return self._source[self._at] if self._at < len(self._source) else ""

    def _take_while(self, stop: str) -> str:
        start = self._at
        while self._peek() and self._peek() not in stop:
            self._at += 1
        return self._source[start : self._at]

    def _skip_spaces(self) -> None:
        while self._peek() and self._peek() in SPACES:
            self._at += 1

    def _start_tag(self) -> None:
        begin = self._at
        self._at += 1
        name = self._take_while(SPACES + ">").lower()
        if not self._peek():
            raise unparsable(f"Unclosed start tag at byte offset {self._byte_offset(begin)}")
        if name not in STYLES:
            raise unparsable(
                f'Unsupported start tag "{name}" at byte offset {self._byte_offset(begin)}'
            )
        argument = ""
        while True:
            self._skip_spaces()
            if self._peek() == ">":
                break
            argument = self._attribute(name, begin) or argument
        self._at += 1
        if name == "span" and argument != "tg-spoiler":
            raise unparsable(
                f'Tag "span" must have class "tg-spoiler" at byte offset {self._byte_offset(begin)}'
            )
        start = sum(map(len, self._out))
        self._open.append(OpenTag(name, argument, self._offset, start))

    def _attribute(self, tag: str, begin: int) -> str:
        """One attribute; its value if the tag makes use of it, else an empty string."""
        where = self._byte_offset(begin)
        attribute = self._take_while(SPACES + "=>/\"'").lower()
        if not attribute:
            raise unparsable(f'Empty attribute name in the tag "{tag}" at byte offset {where}')
        self._skip_spaces()
        if not self._peek():
            raise unparsable(f'Unclosed start tag "{tag}" at byte offset {where}')
        if self._peek() != "=":
            if tag == "blockquote" and attribute == "expandable":
                return "expandable"
            raise unparsable(
                f'Expected equal sign in declaration of an attribute of the tag "{tag}" '
                f"at byte offset {where}"
            )
        self._at += 1
        self._skip_spaces()
        if not self._peek():
            raise unparsable(f'Unclosed start tag "{tag}" at byte offset {where}')
        value = self._attribute_value(where)
        uses = {
            ("a", "href"): value,
            ("span", "class"): value,
            ("tg-emoji", "emoji-id"): value,
            ("code", "class"): value.removeprefix("language-")
            if value.startswith("language-")
            else "",
            ("blockquote", "expandable"): "expandable",
        }
        return uses.get((tag, attribute), "")

    def _attribute_value(self, where: int) -> str:
        quote = self._peek()
        if quote not in ('"', "'"):
            token = self._byte_offset(self._at)
            value = self._take_while(SPACES + ">")
            if not all((char.isascii() and char.isalnum()) or char in ".-" for char in value):
                raise unparsable(f"Unexpected end of name token at byte offset {token}")
            if not self._peek():
                raise unparsable(f"Unclosed start tag at byte offset {where}")
            return value.lower()
        self._at += 1
        parts: list[str] = []
        while self._peek() and self._peek() != quote:
            if self._peek() == "&":
                parts.append(self._entity())
            else:
                parts.append(self._peek())
                self._at += 1
        self._at += 1
        if not self._peek():
            raise unparsable(f"Unclosed start tag at byte offset {where}")
        return "".join(parts)

    def _end_tag(self) -> None:
        begin = self._at
        where = self._byte_offset(begin)
        if not self._open:
            raise unparsable(f"Unexpected end tag at byte offset {where}")
        self._at += 2
        name = self._take_while(SPACES + ">").lower()
        self._skip_spaces()
        if self._peek() != ">":
            raise unparsable(f"Unclosed end tag at byte offset {where}")
        self._at += 1
        tag = self._open[-1]
        if name not in ("", tag.name):
            raise unparsable(
                f'Unmatched end tag at byte offset {where}, expected "</{tag.name}>", '
                f'found "</{name}>"'
            )
        self._open.pop()
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
            entity = link(tag.argument or "".join(self._out)[tag.start :], span)
        elif tag.name == "tg-emoji":
            entity = custom_emoji(tag.argument, span)
        elif tag.name == "blockquote" and tag.argument:
            entity = {"type": "expandable_blockquote", **span}
        if entity is not None:
            self.entities.append(entity)


def custom_emoji(identifier: str, span: Entity) -> Entity:
    """A custom emoji. Raises BadRequestError unless its id is a 64-bit number."""
    if not (identifier.isascii() and identifier.isdigit() and 0 < int(identifier) < 2**63):
        raise unparsable("Invalid custom emoji identifier specified")
    return {"type": "custom_emoji", **span, "custom_emoji_id": identifier}


def link(url: str, span: Entity) -> Entity | None:
    """A link; one that is no address is dropped, as Telegram does."""
    if wrong_url(url):
        return None
    return {"type": "text_link", **span, "url": canonical(url)}


def decode_reference(body: str) -> str | None:
    """The character of `&body;`, or None if Telegram would leave it alone."""
    if not body.startswith("#"):
        return NAMED.get(body)
    digits, base = (body[2:], 16) if body[1:2] in ("x", "X") else (body[1:], 10)
    try:
        code = int(digits, base)
    except ValueError:
        return None
    return chr(code) if 0 < code < 0x10FFFF else None


def unparsable(reason: str) -> BadRequestError:
    """A refusal in the parser's words."""
    return BadRequestError(f"can't parse entities: {reason}")


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
