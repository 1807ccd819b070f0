"""What the bot sends that is newer than python-telegram-bot, or that it sends without it.

The one place for it: each model names the fields as they travel, and a test holds every one of
them against aiogram's models, which are generated from https://core.telegram.org/bots/api.
"""

from enum import StrEnum
from typing import Any, ClassVar, Final, Literal

import orjson
from pydantic import BaseModel, ConfigDict

from bot.telegram.abilities import Ability

DISABLED: Final[dict[str, Any]] = {"disabled": {}}
"""A button that does nothing (Bot API 10.3), in place of what it would do."""


class Style(StrEnum):
    """The colour of a button (Bot API 9.4); never the only thing that tells buttons apart."""

    SUCCESS = "success"
    DANGER = "danger"
    PRIMARY = "primary"


class Wire(BaseModel):
    """An object as it travels. What is None is not sent."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    def as_json(self) -> str:
        """Return it as the Bot API takes objects in parameters."""
        return orjson.dumps(self.model_dump(exclude_none=True)).decode()


class Newer(Wire):
    """A call that older servers answer with 404, or refuse with the words `unknown_as`."""

    method: ClassVar[str]
    ability: ClassVar[Ability]
    unknown_as: ClassVar[str | None] = None

    def parameters(self) -> dict[str, Any]:
        """Return the call's parameters: objects and lists as JSON, truth as Telegram reads it."""
        return {name: _written(value) for name, value in self.model_dump(exclude_none=True).items()}


class SendMessageDraft(Newer):
    """A preview of a message to come, which lasts 30 s (9.3, all bots 9.5); private chats.

    `draft_id` is any number but 0; the same one changes the preview in place.
    """

    method: ClassVar[str] = "sendMessageDraft"
    ability: ClassVar[Ability] = Ability.DRAFTS
    chat_id: int
    draft_id: int
    text: str
    message_thread_id: int | None = None
    parse_mode: Literal["HTML"] | None = None


class AnswerGuestQuery(Newer):
    """The one answer to a mention in a chat that the bot is not in (10.0)."""

    method: ClassVar[str] = "answerGuestQuery"
    ability: ClassVar[Ability] = Ability.GUEST
    guest_query_id: str
    result: dict[str, Any]


class EphemeralMessageParameters(Wire):
    """Whom an ephemeral message is for, and where: whoever pressed, where they pressed (10.4)."""

    callback_query_id: str


class SendEphemeralMessage(Newer):
    """A message in a group for nobody but whoever pressed a button there (10.2, so 10.4).

    It names no chat on purpose. A server that does not know its parameter ignores it, and would
    show everybody what is one person's; without a chat it has nowhere to put it, and refuses.
    Bots that are no administrators have 15 s after the press; delivery is not guaranteed.
    """

    method: ClassVar[str] = "sendMessage"
    ability: ClassVar[Ability] = Ability.EPHEMERAL
    unknown_as: ClassVar[str | None] = "chat_id is empty"
    ephemeral_message_parameters: EphemeralMessageParameters
    text: str
    parse_mode: Literal["HTML"] | None = None
    link_preview_options: dict[str, Any] | None = None
    reply_markup: dict[str, Any] | None = None


class RichBlockTableCell(Wire):
    """`text` is a RichText: a text, a list of them, or an object with one in it."""

    text: Any
    align: Literal["left", "center", "right"]
    valign: Literal["top", "middle", "bottom"]
    is_header: bool | None = None
    colspan: int | None = None


class InputRichBlockTable(Wire):
    """A table of at most 20 columns; `is_compact` since 10.3."""

    type: Literal["table"] = "table"
    cells: tuple[tuple[RichBlockTableCell, ...], ...]
    is_striped: bool | None = None
    is_compact: bool | None = None


class InputRichBlockParagraph(Wire):
    """A paragraph; `text` is a RichText."""

    type: Literal["paragraph"] = "paragraph"
    text: Any


class InputRichBlockPhoto(Wire):
    """A photo between other blocks; an InputMediaPhoto without words."""

    type: Literal["photo"] = "photo"
    photo: dict[str, str]


class InputRichMessage(Wire):
    """At most 500 blocks of 32,768 characters (10.1, by blocks 10.2)."""

    blocks: tuple[InputRichBlockParagraph | InputRichBlockTable | InputRichBlockPhoto, ...]


class SendRichMessage(Newer):
    """A message of blocks in place of a text (10.1)."""

    method: ClassVar[str] = "sendRichMessage"
    ability: ClassVar[Ability] = Ability.RICH
    chat_id: int
    rich_message: InputRichMessage
    message_thread_id: int | None = None
    reply_markup: str | None = None


class SetMySettings(Newer):
    """What @BotFather would set (10.5); what is left out stays as it is.

    Privacy mode and `callback_query_mode` are left alone: the one is the operator's to choose,
    with the other a press may come without its message.
    """

    method: ClassVar[str] = "setMySettings"
    ability: ClassVar[Ability] = Ability.SETTINGS
    supports_inline_queries: bool | None = None
    inline_query_placeholder: str | None = None
    can_join_groups: bool | None = None
    supports_guest_queries: bool | None = None


def _written(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return orjson.dumps(value).decode() if isinstance(value, dict | list) else value
