"""The SQLite storage: every port over one file."""

from bot.storage.conversations import Conversations
from bot.storage.inbox import Inbox
from bot.storage.picture_files import PictureFiles


class SqliteStorage(Inbox, Conversations, PictureFiles):
    """Implements `Storage`; see `Database` for what it takes."""
