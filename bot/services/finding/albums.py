"""Albums arrive as messages of their own; an app may put the caption on any of them."""

import json

from bot.storage.ports import InboxPort


async def caption_of(inbox: InboxPort, chat_id: int, album_id: str) -> str | None:
    """Return the caption of an album from among its messages that have arrived by now."""
    for waiting in await inbox.waiting_updates([chat_id]):
        stored = await inbox.take_update(waiting.update_id)
        message = json.loads(stored.payload).get("message") if stored else None
        if message and message.get("media_group_id") == album_id and message.get("caption"):
            return str(message["caption"])
    return None
