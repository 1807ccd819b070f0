"""The people, chats and messages that the simulated Telegram consists of."""

import itertools
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from .config import BotApiConfig
from .errors import BadRequestError, ForbiddenError, MigratedError, TesterError
from .events import EventLog
from .topics import Topic

Json = dict[str, Any]

XIAOYU: Final = 700000001
ANNA: Final = 700000002
BEN: Final = 700000003
BOSS: Final = 700000004
GROUP: Final = -1001700000010
CHANNEL: Final = -1001700000020

LEADING: Final = ("creator", "administrator")

PEOPLE: Final[tuple[Json, ...]] = (
    {"id": XIAOYU, "first_name": "小雨", "username": "xiaoyu_sandbox", "language_code": "zh-hans"},
    {"id": ANNA, "first_name": "Anna", "username": "anna_sandbox", "language_code": "en"},
    {"id": BEN, "first_name": "Ben", "last_name": "Miller", "language_code": "en"},
    {"id": BOSS, "first_name": "老板", "username": "boss_sandbox", "language_code": "zh-hans"},
)


@dataclass
class Entry:
    """A message and what the Bot API does not say of it. `mine` is the sender's user id."""

    body: Json
    mine: int | None
    seq: int = 0
    edited: bool = False
    deleted: bool = False
    reply_keyboard: Json | None = None
    reactions: list[Json] = field(default_factory=list)
    key: str | None = None  # whoever sent it knows it by

    def public(self) -> Json:
        """The tester's view."""
        extra: Json = {"mine": self.mine, "edited": self.edited, "deleted": self.deleted}
        if self.reply_keyboard is not None:
            extra["reply_keyboard"] = self.reply_keyboard
        if self.reactions:
            extra["reactions"] = self.reactions
        if self.key is not None:
            extra["key"] = self.key
        return {**self.body, "sandbox": extra}


@dataclass
class Chat:
    """A chat; `members` maps user ids to their status. A private chat's id is its user's."""

    id: int
    type: str
    title: str
    members: dict[int, str]
    message_ids: "itertools.count[int]"
    events: EventLog
    username: str | None = None
    started: bool = False
    blocked: bool = False
    pinned: int | None = None
    is_forum: bool = False
    topics: dict[int, Topic] = field(default_factory=dict)
    bot_rights: frozenset[str] = frozenset()
    protected: bool = False  # content may not be forwarded
    moved_to: int | None = None  # the supergroup that this group became
    entries: dict[int, Entry] = field(default_factory=dict)
    ephemeral_ids: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    @property
    def is_private(self) -> bool:
        """A conversation of one person with the bot."""
        return self.type == "private"

    def entry(self, message_id: int) -> Entry | None:
        """The message if it is still there."""
        entry = self.entries.get(message_id)
        return None if entry is None or entry.deleted else entry


class World:
    """All users and chats of one run."""

    def __init__(self, config: BotApiConfig, numbers: "itertools.count[int]") -> None:
        self._numbers = numbers
        # Telegram counts the messages of all of a bot's private chats and basic groups together.
        self._shared_ids = itertools.count(1)
        self._chat_ids = itertools.count(30)
        self._user_ids = itertools.count(700000100)
        self.bot: Json = {
            "id": config.bot_id,
            "is_bot": True,
            "first_name": config.bot_name,
            "username": config.bot_username,
        }
        self.users: dict[int, Json] = {}
        self.chats: dict[int, Chat] = {}
        self.crowd: set[int] = set()  # people whom nobody plays by hand
        for person in PEOPLE:
            self.add_user(dict(person))
        # Two people lead both: who opened them, and one who needs no bot to write there.
        everyone = dict.fromkeys(self.users, "member") | {BOSS: "creator", XIAOYU: "administrator"}
        bot_id = config.bot_id
        self.add_chat("supergroup", "拼单群 Group buy", everyone | {bot_id: "member"}, GROUP)
        self.add_chat("channel", "好货频道 Finds", everyone | {bot_id: "administrator"}, CHANNEL)

    def add_user(self, fields: Json) -> Json:
        """Creates a person and the private chat with the bot, not yet started."""
        user: Json = {"id": fields.get("id") or next(self._user_ids), "is_bot": False}
        names = ("first_name", "last_name", "username", "language_code")
        user.update({name: fields[name] for name in names if fields.get(name)})
        user_id = user["id"]
        self.users[user_id] = user
        title = " ".join(filter(None, (user["first_name"], user.get("last_name"))))
        self.chats[user_id] = Chat(
            id=user_id,
            type="private",
            title=title,
            username=user.get("username"),
            members={user_id: "member"},
            message_ids=self._shared_ids,
            events=EventLog(self._numbers),
        )
        return user

    def add_chat(
        self, kind: str, title: str, members: dict[int, str], chat_id: int | None = None
    ) -> Chat:
        """Creates a group, supergroup or channel."""
        number = next(self._chat_ids)
        default_id = -4700000000 - number if kind == "group" else -1001700000000 - number
        chat = Chat(
            id=chat_id or default_id,
            type=kind,
            title=title,
            members=members,
            message_ids=self._shared_ids if kind == "group" else itertools.count(1),
            events=EventLog(self._numbers),
            started=True,
        )
        if kind == "channel":
            chat.bot_rights = frozenset(("can_post_messages", "can_edit_messages"))
        self.chats[chat.id] = chat
        return chat

    def chat_json(self, chat: Chat) -> Json:
        """The Chat object inside messages."""
        if chat.is_private:
            user = self.users[chat.id]
            names = ("first_name", "last_name", "username")
            shown = {name: user[name] for name in names if name in user}
            return {"id": chat.id, **shown, "type": "private"}
        username = {"username": chat.username} if chat.username else {}
        forum = {"is_forum": True} if chat.is_forum else {}
        return {"id": chat.id, "title": chat.title, **username, "type": chat.type, **forum}

    def find_chat(self, chat_id: int | str) -> Chat:
        """The chat by number or @username. Raises BadRequestError `chat not found`."""
        if isinstance(chat_id, int):
            chat = self.chats.get(chat_id)
        else:
            name = chat_id.removeprefix("@").lower()
            public = (c for c in self.chats.values() if c.username and not c.is_private)
            chat = next((c for c in public if (c.username or "").lower() == name), None)
        if chat is None:
            raise BadRequestError("chat not found")
        return chat

    def writable_chat(self, chat_id: int | str) -> Chat:
        """The chat, if the bot may write to it. Raises BadRequestError or ForbiddenError."""
        chat = self.find_chat(chat_id)
        if chat.blocked:
            raise ForbiddenError("bot was blocked by the user")
        if not chat.started:
            raise ForbiddenError("bot can't initiate conversation with a user")
        if not chat.is_private and self.bot["id"] not in chat.members:
            raise ForbiddenError(f"bot is not a member of the {chat.type} chat")
        if chat.moved_to is not None:
            raise MigratedError(chat.moved_to)
        if chat.type == "channel" and "can_post_messages" not in chat.bot_rights:
            raise BadRequestError("need administrator rights in the channel chat")
        restricted = chat.members.get(self.bot["id"]) == "restricted"
        if restricted and "can_send_messages" not in chat.bot_rights:
            raise BadRequestError("not enough rights to send text messages to the chat")
        return chat

    def tester_chat(self, chat_id: int) -> Chat:
        """The chat by number. Raises TesterError with status 404."""
        chat = self.chats.get(chat_id)
        if chat is None:
            raise TesterError(f"no chat {chat_id}", 404)
        return chat

    def member(self, chat: Chat, user_id: int) -> Json:
        """The user, who must belong to the chat. Raises TesterError."""
        user = self.users.get(user_id)
        if user is None or user_id not in chat.members:
            raise TesterError(f"user {user_id} is not in chat {chat.id}")
        return user

    def add_message(
        self,
        chat: Chat,
        sender: Json,
        content: Json,
        reply_keyboard: Json | None = None,
        key: str | None = None,
    ) -> Entry:
        """Puts a message into the chat and tells the watchers."""
        body: Json = {"message_id": next(chat.message_ids)}
        if chat.type == "channel":
            body["sender_chat"] = self.chat_json(chat)
        else:
            body["from"] = sender
        body |= {"chat": self.chat_json(chat), "date": int(time.time()), **content}
        mine = None if sender["is_bot"] else sender["id"]
        entry = Entry(body, mine, reply_keyboard=reply_keyboard, key=key)
        chat.entries[body["message_id"]] = entry
        self.announce(chat, entry, "message")
        return entry

    def may_post(self, chat: Chat) -> bool:
        """Tell whether the bot may write in a group or channel."""
        status = chat.members.get(self.bot["id"])
        if chat.type == "channel":
            return "can_post_messages" in chat.bot_rights
        return status is not None and (
            status != "restricted" or "can_send_messages" in chat.bot_rights
        )

    def may_manage_topics(self, chat: Chat) -> bool:
        """Tell whether the bot is an administrator with that right."""
        is_admin = chat.members.get(self.bot["id"]) == "administrator"
        return is_admin and "can_manage_topics" in chat.bot_rights

    def open_topic(self, chat: Chat, opener: Json, name: str, colour: int) -> Topic:
        """A new topic; the service message that opens it gives it its number."""
        service = {"forum_topic_created": {"name": name, "icon_color": colour}}
        entry = self.add_message(chat, opener, service)
        thread_id = entry.body["message_id"]
        entry.body |= {"message_thread_id": thread_id, "is_topic_message": True}
        topic = chat.topics[thread_id] = Topic(thread_id, name, colour, opener["id"])
        return topic

    def within(self, chat: Chat, thread_id: int) -> Json:
        """What a message in a topic carries: Telegram has it answer the topic's first message."""
        first = chat.entry(thread_id)
        inside: Json = {"message_thread_id": thread_id, "is_topic_message": True}
        if first is not None:
            inside["reply_to_message"] = first.body
        return inside

    def topic_to_write_in(self, chat: Chat, thread_id: int | None) -> Json:
        """What a message of the bot in that topic carries; nothing outside of one.

        Raises BadRequestError for a topic that is not there, or closed to those who may not manage.
        """
        if thread_id is None:
            return {}
        topic = chat.topics.get(thread_id)
        if topic is None:
            raise BadRequestError("message thread not found")
        if topic.closed and not self.may_manage_topics(chat):
            raise BadRequestError("TOPIC_CLOSED")
        return self.within(chat, thread_id)

    def take_topic_away(self, chat: Chat, topic: Topic) -> None:
        """Delete a topic with its messages."""
        del chat.topics[topic.thread_id]
        for entry in chat.entries.values():
            if entry.body.get("message_thread_id") == topic.thread_id and not entry.deleted:
                self.delete_message(chat, entry)

    def edit_message(self, chat: Chat, entry: Entry, body: Json) -> None:
        """Replaces a message's content and tells the watchers."""
        entry.body = {**body, "edit_date": int(time.time())}
        entry.edited = True
        self.announce(chat, entry, "edit")

    def delete_message(self, chat: Chat, entry: Entry) -> None:
        """Takes a message away and tells the watchers."""
        entry.deleted = True
        if chat.pinned == entry.body["message_id"]:
            chat.pinned = None
        entry.seq = chat.events.append("delete", message_id=entry.body["message_id"])

    def announce(self, chat: Chat, entry: Entry, kind: str, **payload: Any) -> None:
        """An event that shows the message as it now is."""
        message_id = entry.body["message_id"]
        entry.seq = chat.events.append(
            kind, message_id=message_id, message=entry.public(), **payload
        )

    def close(self) -> None:
        """Ends every watcher."""
        for chat in self.chats.values():
            chat.events.close()

    def all_chats(self) -> Iterable[Json]:
        """The tester's list."""
        for chat in self.chats.values():
            if chat.id in self.crowd:
                continue
            public = {"username": chat.username} if chat.username else {}
            members = [member for member in chat.members if member in self.users]
            state: Json = {"started": chat.started, "blocked": chat.blocked}
            if not chat.is_private:
                state["bot"] = chat.members.get(self.bot["id"], "left")
                state["bot_posts"] = self.may_post(chat)
            if chat.is_forum:
                state["topics"] = [
                    {**topic.public(), "closed": topic.closed} for topic in chat.topics.values()
                ]
            shown: Json = {"id": chat.id, "type": chat.type, "title": chat.title}
            shown["admins"] = [each for each in members if chat.members[each] in LEADING]
            yield {**shown, **public, "members": members, "sandbox": state}
