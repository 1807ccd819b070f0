"""What people send most, as the library's objects with little of the library's work.

It sets each of a message's hundred fields and each of an update's thirty, nearly all to nothing.
Here those stand in a class made for a few given fields, and only these are set. What such an
object is, how it compares and what it writes is the library's; only copying one is not for it.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final, TypeVar, cast

from telegram import (
    Bot,
    CallbackQuery,
    Chat,
    InaccessibleMessage,
    Message,
    MessageEntity,
    TelegramObject,
    Update,
    User,
)
from telegram.constants import ZERO_DATE, ChatType

_Kind = TypeVar("_Kind", bound=TelegramObject)
Json = Mapping[str, Any]

_UPDATE: Final = frozenset({"update_id", "message"})
_MESSAGE: Final = frozenset({"message_id", "date", "chat", "from", "text", "entities"})
_CHAT: Final = ("id", "type", "first_name", "last_name", "username")
_USER: Final = (
    *("id", "is_bot", "first_name", "last_name", "username"),
    *("language_code", "is_premium", "added_to_attachment_menu"),
)
_KNOWN_OF_CHAT, _KNOWN_OF_USER = frozenset(_CHAT), frozenset(_USER)


class NotPlain(Exception):
    """Something that only the library reads."""


def read_text(raw: Json, bot: Bot) -> Update:
    """Read an update that is a new text of a person's private chat, and no more than that.

    Raises `NotPlain`, and what a value of another kind leads to, for anything else.
    """
    if raw.keys() != _UPDATE:
        raise NotPlain
    sent = raw["message"]
    if not sent.keys() <= _MESSAGE or not isinstance(sent["text"], str):
        raise NotPlain
    chat, user, number = (
        private_chat(sent["chat"], bot),
        person(sent["from"], bot),
        raw["update_id"],
    )
    entities = sent.get("entities")
    message = _made(
        _Text,
        bot,
        (sent["message_id"], chat),
        message_id=sent["message_id"],
        date=datetime.fromtimestamp(sent["date"], UTC),
        chat=chat,
        from_user=user,
        text=sent["text"],
        entities=MessageEntity.de_list(entities, bot) if entities else (),
        _effective_attachment=None,
    )
    return _made(
        _WithText,
        bot,
        (number,),
        update_id=number,
        message=message,
        _effective_user=user,
        _effective_sender=user,
        _effective_chat=chat,
        _effective_message=message,
    )


def press(raw: Json, chat: Chat, message_id: int, bot: Bot, told: Json) -> Update:
    """Read an update that is a press under a message, of which only its number is kept.

    `told` is handed on as what the library did not know of the query. Raises what a value of
    another kind leads to.
    """
    query, number = raw["callback_query"], raw["update_id"]
    user = person(query["from"], bot)
    message = _made(
        _OutOfReach, bot, (message_id, chat), message_id=message_id, chat=chat, date=ZERO_DATE
    )
    pressed = _made(
        _Press,
        bot,
        (query["id"],),
        id=query["id"],
        from_user=user,
        chat_instance=query["chat_instance"],
        message=message,
        data=query.get("data"),
        api_kwargs=MappingProxyType(told),
    )
    return _made(
        _WithPress,
        bot,
        (number,),
        update_id=number,
        callback_query=pressed,
        _effective_user=user,
        _effective_sender=user,
        _effective_chat=chat,
        _effective_message=None,
    )


def private_chat(raw: Json, bot: Bot) -> Chat:
    """Read a person's chat. Raises `NotPlain` for any other, or one with something newer."""
    if raw["type"] != "private" or not raw.keys() <= _KNOWN_OF_CHAT:
        raise NotPlain
    given = {name: raw.get(name) for name in _CHAT}
    return _made(_Private, bot, (raw["id"],), **given | {"type": ChatType.PRIVATE})


def person(raw: Json, bot: Bot) -> User:
    """Read who it is; one with something newer is the library's to read."""
    if not raw.keys() <= _KNOWN_OF_USER or not {"id", "is_bot", "first_name"} <= raw.keys():
        return User.de_json(dict(raw), bot)
    return _made(_Person, bot, (raw["id"],), **{name: raw.get(name) for name in _USER})


def _made(kind: type[_Kind], bot: Bot, compared: tuple[object, ...], **given: object) -> _Kind:
    """Return an object of a kind whose own fields are `given`, told from others by `compared`."""
    made = kind.__new__(kind)
    put = object.__setattr__  # the library's looks each time whether it still may
    put(made, "_bot", bot)
    put(made, "_id_attrs", compared)
    for name, value in given.items():
        put(made, name, value)
    return made


def _with_few(whole: _Kind, *own: str, **instead: object) -> type[_Kind]:
    """Return the kind of an object whose fields stand at what it has, but for its `own`.

    Those, and what begins with an underscore, have to be set.
    """
    kind = type(whole)
    names = {each for base in kind.__mro__ for each in getattr(base, "__slots__", ())}
    fixed = {
        name: getattr(whole, name) for name in names if not name.startswith("_") and name not in own
    }
    body = {"__slots__": (), "__module__": kind.__module__, **fixed, "_frozen": True, **instead}
    return cast("type[_Kind]", type(kind.__name__, (kind,), body))


_NOBODY: Final = User(0, "", is_bot=False)
_NOWHERE: Final = Chat(0, ChatType.PRIVATE)
_Person: Final = _with_few(_NOBODY, *_USER)
_Private: Final = _with_few(_NOWHERE, *_CHAT)
_Text: Final = _with_few(
    Message(0, ZERO_DATE, _NOWHERE),
    *("message_id", "date", "chat", "from_user", "text", "entities"),
)
_WithText: Final = _with_few(Update(0), "update_id", "message")
_OutOfReach: Final = _with_few(InaccessibleMessage(_NOWHERE, 0), "message_id", "chat", "date")
_Press: Final = _with_few(
    CallbackQuery("", _NOBODY, ""),
    *("id", "from_user", "chat_instance", "message", "data", "api_kwargs"),
)
# The library warns whoever asks what message a press is, if that is out of reach.
_WithPress: Final = _with_few(Update(0), "update_id", "callback_query", effective_message=None)
