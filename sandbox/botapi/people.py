"""What people do: write, send pictures, tap, edit, block; the bot gets what it may see of it."""

import secrets
import time
from typing import Any

from .errors import TesterError
from .markup import utf16_length
from .members import member_json
from .state import Callback, GuestQuery, InlineQuery, Sandbox
from .text import MAX_CAPTION, MAX_TEXT, find_entities
from .world import Chat, Entry, Json


class People:
    """Acts for the simulated users."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def say(
        self,
        chat: Chat,
        user_id: int,
        contents: list[Json],
        reply_to: int | None,
        topic: int | None = None,
        key: str | None = None,
    ) -> list[Entry]:
        """Puts the contents into the chat, one message each (several: an album).

        In a forum `topic` is where it is written; an answer stands where what it answers does.
        `key` comes back with what is stored, for testers alone.
        Raises TesterError if the person cannot write there.
        """
        sender = self._writer(chat, user_id)
        common: Json = {}
        target = chat.entry(reply_to) if reply_to is not None else None
        if reply_to is not None and target is None:
            raise TesterError(f"no message {reply_to} to reply to", 404)
        if topic is None and target is not None:
            topic = target.body.get("message_thread_id")
        if topic is not None:
            if topic not in chat.topics:
                raise TesterError(f"no topic {topic}", 404)
            if chat.topics[topic].closed and chat.members[user_id] == "member":
                raise TesterError("that topic is closed", 403)
            common |= self._sandbox.world.within(chat, topic)
        if target is not None:
            inner = {key: v for key, v in target.body.items() if key != "reply_to_message"}
            common["reply_to_message"] = inner
        if len(contents) > 1:
            common["media_group_id"] = self._sandbox.new_media_group_id()
        chat.started = True
        entries = []
        for content in contents:
            entry = self._sandbox.world.add_message(chat, sender, content | common, key=key)
            entry.mine = user_id
            entries.append(entry)
            self._update(chat, "channel_post" if chat.type == "channel" else "message", entry)
        return entries

    def edit(self, chat: Chat, user_id: int, message_id: int, text: str) -> Entry:
        """Changes the text or caption of one's own message. Raises TesterError."""
        self._writer(chat, user_id)
        entry = chat.entry(message_id)
        if entry is None or entry.mine != user_id:
            raise TesterError("no such message of that person", 404)
        is_caption = "text" not in entry.body
        body = {k: v for k, v in entry.body.items() if not k.endswith("entities")}
        self._sandbox.world.edit_message(chat, entry, body | worded(text, is_caption=is_caption))
        kind = "edited_channel_post" if chat.type == "channel" else "edited_message"
        self._update(chat, kind, entry)
        return entry

    def tap(self, chat: Chat, user_id: int, message_id: int, data: str) -> str:
        """Taps a button; any data may be sent. Returns the callback query's id."""
        world = self._sandbox.world
        user = world.member(chat, user_id)
        if chat.blocked:
            raise TesterError("this person has blocked the bot", 409)
        entry = chat.entries.get(message_id)
        if entry is None:
            raise TesterError(f"no message {message_id}", 404)
        if entry.deleted:
            # The Bot API's InaccessibleMessage.
            message: Json = {"chat": entry.body["chat"], "message_id": message_id, "date": 0}
        else:
            message = entry.body
        query_id = str(secrets.randbits(62) | 1 << 62)
        self._sandbox.callbacks[query_id] = Callback(
            chat.id, user_id, entry.body.get("message_thread_id")
        )
        query = {
            "id": query_id,
            "from": user,
            "message": message,
            "chat_instance": str(-(abs(chat.id) * 1_000_003)),
            "data": data,
        }
        self._sandbox.updates.add("callback_query", query)
        return query_id

    def ask_inline(self, user_id: int, query: str, offset: str, chat_type: str) -> str:
        """Types behind the bot's name in any chat. Returns the inline query's id.

        What Telegram still has an answer to it shows by itself, without asking the bot.

        Raises TesterError where inline mode is off at @BotFather, or nobody has that id.
        """
        user = self._sandbox.world.users.get(user_id)
        if user is None or not self._sandbox.is_on("supports_inline_queries"):
            raise TesterError("nobody has that id, or the bot is not inline")
        query_id = str(secrets.randbits(62) | 1 << 62)
        asked = InlineQuery(user_id, query, offset)
        known = (each for each in self._sandbox.inline_queries.values())
        cached = next((each for each in known if each.answers(user_id, query, offset)), None)
        self._sandbox.inline_queries[query_id] = asked
        if cached is not None:
            asked.answer = {**cached.answer, "cache_time": 0} if cached.answer else None
            asked.messages = cached.messages
            return query_id
        content = {"id": query_id, "from": user, "query": query, "offset": offset}
        self._sandbox.updates.add("inline_query", content | {"chat_type": chat_type})
        return query_id

    def choose(self, chat: Chat, user_id: int, query_id: str, result_id: str) -> Entry:
        """Sends a result of an inline query into a chat, in the person's name."""
        sender, asked = self._writer(chat, user_id), self._sandbox.inline_queries.get(query_id)
        if asked is None or asked.user_id != user_id or result_id not in asked.messages:
            raise TesterError("no such result of that person", 404)
        content = asked.messages[result_id] | {"via_bot": self._sandbox.world.bot}
        entry = self._sandbox.world.add_message(chat, sender, content)
        entry.mine = user_id
        return entry

    def set_blocked(self, user_id: int, *, blocked: bool) -> None:
        """Blocks or unblocks the bot in the person's private chat."""
        world = self._sandbox.world
        chat = world.tester_chat(user_id)
        user = world.member(chat, user_id)
        if chat.blocked == blocked:
            return
        chat.blocked = blocked
        old, new = ("member", "kicked") if blocked else ("kicked", "member")
        self._bot_status(chat, user, old, new)

    def open_chat(self, kind: str, title: str, members: list[int], *, forum: bool = False) -> Chat:
        """The first member creates a group or channel and adds the bot to it."""
        world = self._sandbox.world
        status = "administrator" if kind == "channel" else "member"
        roles = dict.fromkeys(members, "member") | {members[0]: "creator"}
        chat = world.add_chat(kind, title, roles | {world.bot["id"]: status})
        chat.is_forum = forum
        creator = world.users[members[0]]
        self._bot_status(chat, creator, "left", status)
        if kind != "channel":
            entry = world.add_message(chat, creator, {"new_chat_members": [world.bot]})
            self._update(chat, "message", entry)
        return chat

    def promote(self, chat: Chat, rights: list[str]) -> None:
        """Makes the bot an administrator of a group with those rights, or with none a member."""
        world = self._sandbox.world
        if chat.is_private or world.bot["id"] not in chat.members:
            raise TesterError("the bot is in no such group")
        old, new = chat.members[world.bot["id"]], "administrator" if rights else "member"
        chat.bot_rights = frozenset(rights)
        chat.members[world.bot["id"]] = new
        owner = next(user for user, status in chat.members.items() if status == "creator")
        self._bot_status(chat, world.users[owner], old, new)

    def open_topic(self, chat: Chat, user_id: int, name: str) -> int:
        """A person opens a topic; its number."""
        opener = self._writer(chat, user_id)
        if not chat.is_forum:
            raise TesterError("that chat has no topics")
        topic = self._sandbox.world.open_topic(chat, opener, name, 7322096)
        return topic.thread_id

    def turn_topic(self, chat: Chat, thread_id: int, what: str) -> None:
        """A person closes, reopens or deletes a topic."""
        topic = chat.topics.get(thread_id)
        if topic is None:
            raise TesterError(f"no topic {thread_id}", 404)
        if what == "delete":
            self._sandbox.world.take_topic_away(chat, topic)
        else:
            topic.closed = what == "close"

    def _bot_status(self, chat: Chat, user: Json, old: str, new: str) -> None:
        world = self._sandbox.world
        change = {
            "chat": world.chat_json(chat),
            "from": user,
            "date": int(time.time()),
            "old_chat_member": member_json(chat, world.bot, old),
            "new_chat_member": member_json(chat, world.bot, new),
        }
        self._sandbox.updates.add("my_chat_member", change)

    def join(self, chat: Chat, user_id: int) -> None:
        """Adds a person to a group; the service message reaches the bot."""
        user = self._sandbox.world.users.get(user_id)
        if user is None or chat.is_private or user_id in chat.members:
            raise TesterError("that person cannot join that chat")
        chat.members[user_id] = "member"
        if chat.type != "channel":
            entry = self._sandbox.world.add_message(chat, user, {"new_chat_members": [user]})
            self._update(chat, "message", entry)

    def _writer(self, chat: Chat, user_id: int) -> Json:
        user = self._sandbox.world.member(chat, user_id)
        if chat.blocked:
            raise TesterError("this person has blocked the bot", 409)
        if chat.type == "channel" and chat.members[user_id] not in ("creator", "administrator"):
            raise TesterError("only administrators write in a channel", 403)
        return user

    def _update(self, chat: Chat, kind: str, entry: Entry) -> None:
        bot_id = self._sandbox.world.bot["id"]
        if not chat.is_private and bot_id not in chat.members:
            self._ask_guest(chat, kind, entry)
            return
        sees_all = chat.is_private or chat.members.get(bot_id) == "administrator"
        if sees_all or chat.type == "channel" or self._seen_in_group(entry.body):
            self._sandbox.updates.add(kind, dict(entry.body))

    def _ask_guest(self, chat: Chat, kind: str, entry: Entry) -> None:
        """Guest mode: a mention reaches a bot that is no member, unless content is protected.

        https://core.telegram.org/api/bots/guest-mode
        """
        is_on = self._sandbox.is_on("supports_guest_queries")
        if kind != "message" or not is_on or chat.protected or entry.mine is None:
            return
        if not self._mentions_bot(entry.body):
            return
        query_id = str(secrets.randbits(62) | 1 << 62)
        self._sandbox.guest_queries[query_id] = GuestQuery(
            chat.id, entry.mine, entry.body["message_id"]
        )
        self._sandbox.updates.add("guest_message", entry.body | {"guest_query_id": query_id})

    def _mentions_bot(self, body: Json) -> bool:
        name = f"@{self._sandbox.world.bot['username']}".lower()
        text = body.get("text") or body.get("caption", "")
        entities = body.get("entities") or body.get("caption_entities", [])
        return any(
            each["type"] == "mention" and cut_out(text, each).lower() == name for each in entities
        )

    def _seen_in_group(self, body: Json) -> bool:
        """Privacy mode (https://core.telegram.org/bots/features#privacy-mode)."""
        if "new_chat_members" in body:
            return True
        bot = self._sandbox.world.bot
        if body.get("reply_to_message", {}).get("from", {}).get("id") == bot["id"]:
            return True
        text = body.get("text") or body.get("caption", "")
        entities = body.get("entities") or body.get("caption_entities", [])
        name = f"@{bot['username']}".lower()
        for entity in entities:
            part = cut_out(text, entity).lower()
            if entity["type"] == "mention" and part == name:
                return True
            if entity["type"] == "bot_command" and ("@" not in part or part.endswith(name)):
                return True
        return False


def cut_out(text: str, entity: Json) -> str:
    """The part of the text that an entity covers."""
    units = text.encode("utf-16-le")
    start, end = entity["offset"] * 2, (entity["offset"] + entity["length"]) * 2
    return units[start:end].decode("utf-16-le")


def worded(text: str, *, is_caption: bool) -> dict[str, Any]:
    """Text or caption as a person's app sends it. Raises TesterError if empty or too long."""
    text = text.strip()
    limit = MAX_CAPTION if is_caption else MAX_TEXT
    if utf16_length(text) > limit:
        raise TesterError(f"longer than {limit} characters")
    if not text and not is_caption:
        raise TesterError("the text is empty")
    names = ("caption", "caption_entities") if is_caption else ("text", "entities")
    entities = find_entities(text)
    content: dict[str, Any] = {names[0]: text} if text else {}
    return content | ({names[1]: entities} if entities else {})
