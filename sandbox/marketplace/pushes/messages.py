"""Messages as they go over the wire: JSON text with bare 19-digit ids, signed, form-encoded."""

from __future__ import annotations

import random
from dataclasses import dataclass
from urllib.parse import urlencode

from sandbox.marketplace.envelope import json_text
from sandbox.marketplace.pushes.topics import BUYER, News
from sandbox.marketplace.signing import PushSigning, push_signature

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Signing:
    """The key and the candidate rule."""

    secret: str
    rule: PushSigning

    def of(self, text: str) -> str:
        """The signature of a message's text."""
        return push_signature(text, self.secret, self.rule)


@dataclass(frozen=True)
class Message:
    """One push. Repeats of it have the same number."""

    msg_id: int
    type: str
    text: str
    born_ms: int


class Mint:
    """Gives messages their numbers: 11 digits, each once, in a row from a random start."""

    def __init__(self) -> None:
        self._next = random.SystemRandom().randrange(10**10, 9 * 10**10)

    def number(self) -> int:
        """The next number."""
        self._next += 1
        return self._next

    def message(self, news: News, born_ms: int, msg_id: int | None = None) -> Message:
        """A message of the news, under the next number or the one given."""
        number = self.number() if msg_id is None else msg_id
        whole = {
            # In the published push this is not the order's number.
            "bizKey": str(random.SystemRandom().randrange(2 * 10**18, 3 * 10**18)),
            "data": news.data,
            "gmtBorn": born_ms,
            "msgId": number,
            "type": news.type,
            "userInfo": BUYER,
        }
        return Message(number, news.type, json_text(whole), born_ms)


def form_body(text: str, signature: str) -> bytes:
    """The form that carries a message."""
    return urlencode({"message": text, "_dj_signature": signature}).encode()
