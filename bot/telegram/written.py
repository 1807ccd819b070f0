"""Parameters of a call as one JSON object, without the library's object for each of them."""

from collections.abc import Mapping
from typing import Any, Final, cast

import orjson
from telegram.request import RequestData

_HEADERS: Final = {"Content-Type": "application/json"}
# What orjson has a form of its own for, and the library another, is the library's to write.
_PLAIN: Final = (
    orjson.OPT_PASSTHROUGH_DATETIME
    | orjson.OPT_PASSTHROUGH_DATACLASS
    | orjson.OPT_PASSTHROUGH_SUBCLASS
)


def _as_text(value: object) -> str:
    """Write a text of a class of ours, as a screen's is; raise `TypeError` for anything else."""
    if isinstance(value, str):
        return str(value)
    raise TypeError


class Written:
    """Stands for `RequestData` in a call whose body is written: what `DirectRequest` reads of it.

    Telegram reads such a body as it reads a form: what is no text in it counts as its JSON
    (https://core.telegram.org/bots/api#making-requests).
    """

    __slots__ = ("body",)

    contains_files: Final = False

    def __init__(self, body: bytes) -> None:
        self.body = body

    @classmethod
    def of(cls, parameters: Mapping[str, Any]) -> RequestData | None:
        """Write texts, numbers, truth, lists and objects of these; None for anything else.

        Files, the library's own objects, moments and texts that are no Unicode are anything else.
        """
        try:
            body = orjson.dumps(parameters, _as_text, _PLAIN)
        except TypeError:
            return None
        return cast("RequestData", cls(body))

    def headers(self) -> dict[str, str]:
        """What the call says of its body."""
        return dict(_HEADERS)
