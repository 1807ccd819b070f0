"""A simulated Telegram Bot API over real HTTP, and a tester's API beside it (see README.md)."""

from .config import BotApiConfig, Switches
from .server import SANDBOX, create_app

__all__ = ["SANDBOX", "BotApiConfig", "Switches", "create_app"]
