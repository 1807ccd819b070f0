"""Writes sandbox/botapi/schema.json from aiogram's models of the Bot API.

aiogram generates those models from https://core.telegram.org/bots/api, so the sandbox checks
request shapes against a maintained description and not against what we believe. Run it after
raising aiogram's version; a test compares the file with a fresh run.
"""

import datetime as dt
import enum
import json
import sys
import types
import typing
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiogram
from aiogram import methods
from aiogram.client.default import Default
from aiogram.types import EphemeralMessageParameters, InputFile, InputRichBlock, RichText
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from typing_extensions import TypeAliasType

TARGET = Path(__file__).resolve().parent.parent / "sandbox" / "botapi" / "schema.json"

# The methods that the sandbox plays; every other one is only named, to be refused as such.
PLAYED = """
answerCallbackQuery answerGuestQuery answerInlineQuery close closeForumTopic copyMessage
createForumTopic deleteForumTopic deleteMessage deleteMessages deleteMyCommands deleteWebhook
editForumTopic editMessageCaption editMessageMedia editMessageReplyMarkup editMessageText
forwardMessage getChat getChatMember getChatMemberCount getChatMenuButton getFile getMe
getMyCommands getMyDescription getMyName getMyShortDescription getUpdates getWebhookInfo logOut
pinChatMessage reopenForumTopic sendChatAction sendDocument sendLocation sendMediaGroup
sendMessage sendMessageDraft sendPhoto sendRichMessage setChatMenuButton setMessageReaction
setMyCommands
setMyDescription setMyName setMyShortDescription setWebhook
""".split()  # noqa: SIM905 -- forty words read better as words

# Parameters of those methods whose meaning the sandbox does not play: refused by name, so that
# no caller believes they had an effect.
UNPLAYED = {
    "allow_paid_broadcast",
    "business_connection_id",
    "certificate",
    "checklist_task_id",
    "direct_messages_topic_id",
    "ephemeral_message_id",
    "heading",
    "inline_message_id",
    "live_period",
    "message_effect_id",
    "poll_option_id",
    "proximity_alert_radius",
    "quote",
    "quote_entities",
    "quote_parse_mode",
    "quote_position",
    "suggested_post_parameters",
    "thumbnail",
    "video_start_timestamp",
}

# Of what rich messages consist, these parts are played; every other one is refused.
RICH = {
    *("InputRichBlockParagraph", "InputRichBlockPhoto", "InputRichBlockTable"),
    *("RichTextBold", "RichTextCode", "RichTextDateTime", "RichTextItalic"),
    *("RichTextStrikethrough", "RichTextUnderline", "RichTextUrl"),
}

# What aiogram's release does not have yet, from the development documentation of the same models
# (https://docs.aiogram.dev/en/dev-3.x/api/methods/set_my_settings.html).
SUPPLEMENT: dict[str, Any] = {
    "setMySettings": {
        "fields": {
            "supports_inline_queries": "bool",
            "inline_query_placeholder": "str",
            "needs_inline_query_location": "bool",
            "inline_feedback_share_denominator": "int",
            "can_join_groups": "bool",
            "can_read_all_group_messages": "bool",
            "can_connect_to_business": "bool",
            "can_manage_bots": "bool",
            "supports_guest_queries": "bool",
            "supports_join_request_queries": "bool",
            "has_topics_enabled": "bool",
            "allows_users_to_create_topics": "bool",
            "has_topic_sidebar": "bool",
            "can_communicate_with_bots": "bool",
            "callback_query_mode": "str",
        },
        "required": [],
    }
}

# Since Bot API 10.4, after aiogram's release, an ephemeral message may name the press alone: chat
# and receiver follow from it. From another library's models of it
# (https://pub.dev/documentation/televerse/3.8.0/telegram/EphemeralMessageParameters-class.html) and
# TDLib's replyToCallbackQueryWithEphemeralMessage, which takes no chat.
BY_PRESS_ALONE = "ephemeral_message_parameters"

SCALARS: dict[Any, str] = {
    int: "int",
    str: "str",
    bool: "bool",
    float: "float",
    dt.datetime: "int",
    dt.timedelta: "int",
}


def wire_value(value: Any) -> Any:
    """An enum member as it travels."""
    return value.value if isinstance(value, enum.Enum) else value


class SchemaMaker:
    """Collects the object types that the described methods reach."""

    def __init__(self) -> None:
        self.types: dict[str, Any] = {}

    def describe(self, annotation: Any) -> Any:
        """One annotation in the file's little language (see sandbox/botapi/schema.py)."""
        if isinstance(annotation, type) and annotation not in SCALARS:
            if issubclass(annotation, InputFile):
                return "file"
            if (
                issubclass(annotation, InputRichBlock | RichText)
                and annotation.__name__ not in RICH
            ):
                return "unplayed"
            if issubclass(annotation, BaseModel):
                return {"ref": self.describe_type(annotation)}
        if isinstance(annotation, str):  # a recursive union within itself
            return {"ref": annotation}
        if isinstance(annotation, TypeAliasType):
            return {"ref": self.describe_alias(annotation)}
        origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
        makers: dict[Any, Callable[[], Any]] = {
            typing.Annotated: lambda: self.describe(arguments[0]),
            typing.Union: lambda: self.describe_union(arguments),
            types.UnionType: lambda: self.describe_union(arguments),
            list: lambda: {"list": self.describe(arguments[0])},
            typing.Literal: lambda: {"enum": [wire_value(value) for value in arguments]},
            None: lambda: SCALARS[annotation],
        }
        return makers[origin]()

    def describe_union(self, members: tuple[Any, ...]) -> Any:
        """A union without its absent and library-default members."""
        parts: list[Any] = []
        for member in members:
            if member in (type(None), Default):
                continue
            part = self.describe(member)
            if part not in parts:
                parts.append(part)
        parts = [part for part in parts if part != "unplayed"] or parts
        return parts[0] if len(parts) == 1 else {"any": parts}

    def describe_alias(self, alias: TypeAliasType) -> str:
        """Registers a union that names itself."""
        if alias.__name__ not in self.types:
            self.types[alias.__name__] = None
            self.types[alias.__name__] = self.describe(alias.__value__)
        return alias.__name__

    def describe_type(self, model: type[BaseModel]) -> str:
        """Registers an object type once; recursive types end here."""
        name = model.__name__
        if name not in self.types:
            self.types[name] = None
            self.types[name] = self.describe_fields(model)
        return name

    def describe_fields(self, model: type[BaseModel]) -> dict[str, Any]:
        """Fields and the required ones; what aiogram marks as deprecated is left out."""
        fields: dict[str, Any] = {}
        required: list[str] = []
        for name, field in sorted(model.model_fields.items()):
            if is_deprecated(field):
                continue
            wire_name = field.alias or name
            played = wire_name not in UNPLAYED
            fields[wire_name] = self.describe(field.annotation) if played else "unplayed"
            # A discriminator has a default in Python, but must be sent.
            is_literal = typing.get_origin(field.annotation) is typing.Literal
            if field.is_required() or is_literal:
                required.append(wire_name)
        if BY_PRESS_ALONE in fields:
            required.remove("chat_id")
        if model is EphemeralMessageParameters:
            required.remove("receiver_user_id")
        return {"fields": fields, "required": required}


def is_deprecated(field: FieldInfo) -> bool:
    """Whether it is a dropped parameter, which aiogram keeps, marked."""
    extra = field.json_schema_extra
    return isinstance(extra, dict) and bool(extra.get("deprecated"))


def make_schema() -> dict[str, Any]:
    """The whole file's content."""
    known = {
        model.__api_method__: model
        for name in methods.__all__
        if hasattr(model := getattr(methods, name), "__api_method__")
        and isinstance(model.__api_method__, str)
    }
    maker = SchemaMaker()
    return {
        "source": "aiogram's method models",
        "bot_api": aiogram.__api_version__,
        "methods": dict(
            sorted(
                (SUPPLEMENT | {name: maker.describe_fields(known[name]) for name in PLAYED}).items()
            )
        ),
        "types": dict(sorted(maker.types.items())),
        "not_played": sorted(set(known) - set(PLAYED) - set(SUPPLEMENT)),
    }


def render(schema: dict[str, Any]) -> str:
    """One line per method and type: small, and its changes are readable."""

    def compact(value: Any) -> str:
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    lines = ["{"]
    for section in ("methods", "types"):
        entries = [
            f"{json.dumps(name)}:{compact(entry)}" for name, entry in schema[section].items()
        ]
        lines += [f'"{section}":{{', ",\n".join(entries), "},"]
    lines += [f'"{key}":{compact(schema[key])},' for key in ("source", "bot_api")]
    lines += [f'"not_played":{compact(schema["not_played"])}', "}"]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Writes the file, or with --check only compares it."""
    text = render(make_schema())
    if "--check" in sys.argv[1:]:
        return 0 if TARGET.read_text(encoding="utf-8") == text else 1
    TARGET.write_text(text, encoding="utf-8")
    print(f"{TARGET.name}: {len(text)} bytes")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
