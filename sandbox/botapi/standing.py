"""Where the bot stands in groups and channels: let in, given rights, put out; groups that grow."""

import itertools
import time
from collections.abc import Sequence

from .errors import TesterError
from .members import STATUSES, member_json
from .state import Sandbox
from .world import Chat, Json


class Standing:
    """Changes the bot's membership as administrators do; the bot hears of it."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def put(
        self, chat: Chat, status: str, rights: Sequence[str] = (), by: int | None = None
    ) -> None:
        """Makes the bot that, by the chat's owner or by somebody else of it. Raises TesterError."""
        world = self._sandbox.world
        if chat.is_private:
            raise TesterError("that is no group and no channel")
        if status not in STATUSES:
            raise TesterError(f"status must be one of {', '.join(STATUSES)}")
        doer = next(user for user, role in chat.members.items() if role == "creator")
        user = world.member(chat, doer if by is None else by)
        before = member_json(chat, world.bot, chat.members.get(world.bot["id"], "left"))
        chat.bot_rights = frozenset(rights)
        if status in ("left", "kicked"):
            chat.members.pop(world.bot["id"], None)
        else:
            chat.members[world.bot["id"]] = status
        self.tell(chat, user, before, member_json(chat, world.bot, status))

    def tell(self, chat: Chat, user: Json, before: Json, after: Json) -> None:
        """The update that says so (https://core.telegram.org/bots/api#chatmemberupdated)."""
        change = {
            "chat": self._sandbox.world.chat_json(chat),
            "from": user,
            "date": int(time.time()),
            "old_chat_member": before,
            "new_chat_member": after,
        }
        self._sandbox.updates.add("my_chat_member", change)

    def upgrade(self, chat: Chat) -> Chat:
        """Makes a group a supergroup: another number, other messages, and both say so."""
        world = self._sandbox.world
        if chat.type != "group" or chat.moved_to is not None:
            raise TesterError("only a group becomes a supergroup, once")
        grown = world.add_chat("supergroup", chat.title, dict(chat.members))
        grown.message_ids = itertools.count(1)
        grown.bot_rights = chat.bot_rights
        owner = next(user for user, role in chat.members.items() if role == "creator")
        user = world.users[owner]
        last = world.add_message(chat, user, {"migrate_to_chat_id": grown.id})
        first = world.add_message(grown, user, {"migrate_from_chat_id": chat.id})
        chat.moved_to = grown.id
        if world.bot["id"] in chat.members:
            self._sandbox.updates.add("message", dict(last.body))
            self._sandbox.updates.add("message", dict(first.body))
        return grown

    def delete(self, chat: Chat, user_id: int, message_id: int) -> None:
        """A person takes a message away; of a channel's and a group's only its administrators."""
        self._sandbox.world.member(chat, user_id)
        entry = chat.entry(message_id)
        if entry is None:
            raise TesterError(f"no message {message_id}", 404)
        leads = chat.members[user_id] in ("creator", "administrator")
        if not (chat.is_private or leads or entry.mine == user_id):
            raise TesterError("that person may not delete it", 403)
        self._sandbox.world.delete_message(chat, entry)
