"""Everything that one simulated Bot API server holds; all of it in memory."""

import itertools
import secrets
import time
from dataclasses import dataclass, field
from typing import Any

from .config import BotApiConfig, Switches
from .faults import Faults
from .files import FileStore
from .flood import FloodLimits
from .journal import Journal
from .profile import Profile
from .schema import Schema
from .updates import UpdateQueue
from .webhook import WebhookSender
from .world import World


@dataclass
class Callback:
    """A tap on a button and its answer. `answer` is what answerCallbackQuery was called with."""

    chat_id: int
    user_id: int
    topic: int | None = None  # that of the message with the button
    born: float = field(default_factory=time.monotonic)
    answer: dict[str, Any] | None = None


@dataclass
class InlineQuery:
    """What somebody typed behind the bot's name. `messages` are what its results would send."""

    user_id: int
    query: str = ""
    offset: str = ""
    born: float = field(default_factory=time.monotonic)
    answer: dict[str, Any] | None = None
    messages: dict[str, dict[str, Any]] = field(default_factory=dict)

    def answers(self, user_id: int, query: str, offset: str) -> bool:
        """Tell whether Telegram shows this answer to somebody who types, without asking the bot."""
        if self.answer is None or (self.query, self.offset) != (query, offset):
            return False
        for_them = not self.answer["is_personal"] or self.user_id == user_id
        return for_them and time.monotonic() - self.born < self.answer["cache_time"]


@dataclass
class GuestQuery:
    """A mention where the bot is no member; `answered` once it was."""

    chat_id: int
    user_id: int
    message_id: int
    born: float = field(default_factory=time.monotonic)
    answered: bool = False


class Sandbox:
    """The state behind all routes."""

    def __init__(self, config: BotApiConfig) -> None:
        self.config = config
        self.schema = Schema.load()
        # Never start again, not even at a reset: a bot that runs on would take new updates for
        # old ones, and a page would miss events.
        self._event_numbers = itertools.count(1)
        self._update_numbers = itertools.count(secrets.randbelow(10**8) + 10**8)
        self._fill()

    def _fill(self) -> None:
        self.world = World(self.config, self._event_numbers)
        self.files = FileStore()
        self.updates = UpdateQueue(self._update_numbers)
        self.webhook = WebhookSender(self.updates, self.config.switches)
        self.profile = Profile(self.config.bot_name)
        self.faults = Faults()
        self.flood = FloodLimits()
        self.journal = Journal()
        self.callbacks: dict[str, Callback] = {}
        self.inline_queries: dict[str, InlineQuery] = {}
        self.guest_queries: dict[str, GuestQuery] = {}
        self.settings: dict[str, Any] = {}  # what setMySettings set
        self.set_switches(self.config.switches)

    def set_switches(self, switches: Switches) -> None:
        """Makes the switches hold from now on."""
        self.switches = switches
        self.webhook.switches = switches
        self.updates.duplicate = switches.duplicate_updates

    def is_on(self, mode: str) -> bool:
        """Whether a mode of the bot is on: as it set itself, else as the switch has it."""
        by_switch = {
            "supports_inline_queries": self.switches.inline_mode,
            "supports_guest_queries": self.switches.guest_mode,
        }
        return bool(self.settings.get(mode, by_switch[mode]))

    def new_media_group_id(self) -> str:
        """A number in a string, new for every album."""
        return str(13_000_000_000_000_000 + next(self._event_numbers))

    async def reset(self) -> None:
        """Starts over; the webhook's address stays, as the bot would not set it again."""
        hook = self.webhook.webhook
        allowed = self.updates.allowed
        await self.close()
        self._fill()
        self.updates.allowed = allowed
        await self.webhook.set(hook)

    async def close(self) -> None:
        """Ends watchers, pollers and deliveries."""
        self.world.close()
        self.updates.terminate_poller("terminated by the sandbox's reset")
        await self.webhook.close()
