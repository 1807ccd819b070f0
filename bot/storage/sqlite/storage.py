"""The SQLite storage: every port over one file."""

from bot.storage.sqlite.access import Invitations
from bot.storage.sqlite.alarms import AlarmsTold
from bot.storage.sqlite.broadcasts import Broadcasts
from bot.storage.sqlite.payment_attempts import PaymentAttempts
from bot.storage.sqlite.picture_files import PictureFiles
from bot.storage.sqlite.push_inbox import Pushes
from bot.storage.sqlite.resealing import Resealed
from bot.storage.sqlite.retention import Retained
from bot.storage.sqlite.tracking import TrackedOrders


class SqliteStorage(
    Retained,
    TrackedOrders,
    Pushes,
    Resealed,
    PictureFiles,
    Invitations,
    AlarmsTold,
    PaymentAttempts,
    Broadcasts,
):
    """Implements `Storage`; see `Database` for what it takes."""
