"""Where the bot may post: learnt from what Telegram tells of its own membership, and kept."""

from typing import Any

import structlog
from telegram import Update
from telegram.ext import BaseHandler, MessageHandler, filters

from bot.chat.context import Context
from bot.chat.reading import membership_of
from bot.domain.identifiers import ChatId, UserId
from bot.domain.posts import PostPlace
from bot.storage.post_ports import PostPort

_log = structlog.get_logger(__name__)


class Places(BaseHandler[Update, Context, None]):
    """Takes what Telegram tells of the bot's rights in groups and channels."""

    def __init__(self, posts: PostPort) -> None:
        super().__init__(self._keep)
        self._posts = posts

    def check_update(self, update: object) -> bool:
        """Take a change of the bot's own membership."""
        return isinstance(update, Update) and membership_of(update) is not None

    async def _keep(self, update: Update, _: Context) -> None:
        member = membership_of(update)
        if member is None:
            return
        if not member.may_post:
            await self._posts.drop_place(ChatId(member.chat_id))
            _log.info("place_lost", channel=member.is_channel)
            return
        # Another administrator who changes a right does not take the place over.
        places = await self._posts.post_places()
        known = next((each.let_by for each in places if each.chat_id == member.chat_id), None)
        await self._posts.keep_place(
            PostPlace(
                chat_id=ChatId(member.chat_id),
                title=member.title,
                is_channel=member.is_channel,
                name=member.name,
                let_by=known if known is not None else UserId(member.by),
            )
        )
        _log.info("place_found", channel=member.is_channel)


def following_groups(posts: PostPort) -> BaseHandler[Update, Context, Any]:
    """Return what follows a group that became a supergroup: its number is another one then."""

    async def follow(update: Update, _: Context) -> None:
        message = update.message
        if message is not None and message.migrate_to_chat_id is not None:
            await posts.move_place(ChatId(message.chat.id), ChatId(message.migrate_to_chat_id))

    return MessageHandler(filters.StatusUpdate.MIGRATE, follow)
