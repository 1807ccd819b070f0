"""Reading Telegram's subset of HTML: tags, attributes and character references.

The refusals' wording and their byte offsets are those of TDLib's parser.
"""

import re
from typing import Final

from .errors import BadRequestError

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
    "tg-time": "date_time",
}
NAMED: Final = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
SPACES: Final = " \t\r\n\v\f\0"
_NO_TEXT: Final = re.compile("[<&]")


class HtmlReader:
    """A position in a source text, moved on by every reading method."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._at = 0

    @property
    def is_done(self) -> bool:
        """Whether everything is read."""
        return self._at >= len(self._source)

    @property
    def is_end_tag(self) -> bool:
        """Whether an end tag begins here."""
        return self._source.startswith("</", self._at)

    def offset(self) -> int:
        """The position in bytes, as refusals count it."""
        return len(self._source[: self._at].encode(errors="surrogatepass"))

    def peek(self) -> str:
        """The next character, empty at the end."""
        return self._source[self._at] if self._at < len(self._source) else ""

    def text(self) -> str:
        """The text up to the next tag or reference; a reference decoded."""
        if self.peek() == "&":
            return self._reference()
        start = self._at
        found = _NO_TEXT.search(self._source, start)
        self._at = found.start() if found else len(self._source)
        return self._source[start : self._at]

    def start_tag(self) -> tuple[str, str]:
        """A start tag's name and the one argument that Telegram takes from its attributes.

        Raises BadRequestError for unknown, unclosed and ill-formed tags.
        """
        where = self.offset()
        self._at += 1
        name = self._take_while(SPACES + ">").lower()
        if not self.peek():
            raise unparsable(f"Unclosed start tag at byte offset {where}")
        if name not in STYLES:
            raise unparsable(f'Unsupported start tag "{name}" at byte offset {where}')
        argument = ""
        while True:
            self._skip_spaces()
            if self.peek() == ">":
                break
            found = self._attribute(name, where)
            # A moment alone has two attributes: when it is, then after a space how to show it.
            argument = f"{argument}{found}" if name == "tg-time" else found or argument
        self._at += 1
        if name == "span" and argument != "tg-spoiler":
            raise unparsable(f'Tag "span" must have class "tg-spoiler" at byte offset {where}')
        return name, argument

    def end_tag(self) -> str:
        """An end tag's name, empty for `</>`. Raises BadRequestError if unclosed."""
        where = self.offset()
        self._at += 2
        name = self._take_while(SPACES + ">").lower()
        self._skip_spaces()
        if self.peek() != ">":
            raise unparsable(f"Unclosed end tag at byte offset {where}")
        self._at += 1
        return name

    def _attribute(self, tag: str, where: int) -> str:
        """One attribute; its value if the tag makes use of it, else an empty string."""
        attribute = self._take_while(SPACES + "=>/\"'").lower()
        if not attribute:
            raise unparsable(f'Empty attribute name in the tag "{tag}" at byte offset {where}')
        self._skip_spaces()
        if not self.peek():
            raise unparsable(f'Unclosed start tag "{tag}" at byte offset {where}')
        if self.peek() != "=":
            if tag == "blockquote" and attribute == "expandable":
                return "expandable"
            raise unparsable(
                f'Expected equal sign in declaration of an attribute of the tag "{tag}" '
                f"at byte offset {where}"
            )
        self._at += 1
        self._skip_spaces()
        if not self.peek():
            raise unparsable(f'Unclosed start tag "{tag}" at byte offset {where}')
        value = self._attribute_value(where)
        uses = {
            ("a", "href"): value,
            ("span", "class"): value,
            ("tg-emoji", "emoji-id"): value,
            ("tg-time", "unix"): value,
            ("tg-time", "format"): f" {value}",
            ("code", "class"): value.removeprefix("language-")
            if value.startswith("language-")
            else "",
            ("blockquote", "expandable"): "expandable",
        }
        return uses.get((tag, attribute), "")

    def _attribute_value(self, where: int) -> str:
        quote = self.peek()
        if quote not in ('"', "'"):
            token = self.offset()
            value = self._take_while(SPACES + ">")
            if not all((char.isascii() and char.isalnum()) or char in ".-" for char in value):
                raise unparsable(f"Unexpected end of name token at byte offset {token}")
            if not self.peek():
                raise unparsable(f"Unclosed start tag at byte offset {where}")
            return value.lower()
        self._at += 1
        parts: list[str] = []
        while self.peek() and self.peek() != quote:
            if self.peek() == "&":
                parts.append(self._reference())
            else:
                parts.append(self.peek())
                self._at += 1
        self._at += 1
        if not self.peek():
            raise unparsable(f"Unclosed start tag at byte offset {where}")
        return "".join(parts)

    def _reference(self) -> str:
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

    def _take_while(self, stop: str) -> str:
        start = self._at
        while self.peek() and self.peek() not in stop:
            self._at += 1
        return self._source[start : self._at]

    def _skip_spaces(self) -> None:
        while self.peek() and self.peek() in SPACES:
            self._at += 1


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
