"""The SQLite storage: every port over one file."""

from bot.storage.access import Invitations
from bot.storage.alarms import AlarmsTold
from bot.storage.broadcasts import Broadcasts
from bot.storage.payment_attempts import PaymentAttempts
from bot.storage.picture_files import PictureFiles
from bot.storage.pushes import Pushes
from bot.storage.resealing import Resealed
from bot.storage.retention import Retained
from bot.storage.tracking import TrackedOrders


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
