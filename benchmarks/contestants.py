"""Who runs: the floor, the peers, and Snaporder with and without its storage."""

from dataclasses import dataclass
from pathlib import Path

from benchmarks.processes import Process, Server, free_port

TOKEN = "123456789:benchmark-token"  # noqa: S105 - of the fake Bot API


@dataclass(frozen=True)
class Contestant:
    """One bot. `file` is handed to it as the place of its state."""

    name: str
    label: str
    module: str
    file: str = ""
    ours: bool = False

    def start(
        self,
        folder: Path,
        chat: Server,
        market: Server,
        *arguments: str,
        **settings: str,
    ) -> Process:
        """Start it against a world."""
        environment = {
            "BOT_TOKEN": TOKEN,
            "TELEGRAM_API_URL": chat.url,
            "MARKETPLACE_URL": market.url,
            "MARKETPLACE_APP_KEY": "bench-key",
            "MARKETPLACE_APP_SECRET": "bench-secret",
            "DATABASE_URL": str(folder / "snaporder.db"),
            "LISTEN": f"127.0.0.1:{free_port()}",
            "LOG_FORMAT": "json",
            # A limit from outside: raised, not taken out of the path.
            "TELEGRAM_MESSAGES_PER_SECOND": "1000",
            **settings,
        }
        if chat.certificate is not None:
            # Read by httpx and by Snaporder; aiogram is told (`benchmarks.peers.aiogram_session`).
            environment["SSL_CERT_FILE"] = str(chat.certificate)
        file = [str(folder / self.file)] if self.file else []
        return Process(self.name, [self.module, *arguments, *file], folder, environment)


PTB_ECHO = Contestant("ptb_echo", "python-telegram-bot echo", "benchmarks.peers.ptb_echo")
PTB_CONVERSATION = Contestant(
    "ptb_conversation", "ConversationHandler, nothing kept", "benchmarks.peers.ptb_conversation"
)
PTB_PICKLE = Contestant(
    "ptb_pickle",
    "ConversationHandler, PicklePersistence",
    "benchmarks.peers.ptb_conversation",
    file="ptb.pickle",
)
AIOGRAM_ECHO = Contestant(
    "aiogram_echo", "aiogram echo, states in memory", "benchmarks.peers.aiogram_echo"
)
AIOGRAM_MEMORY = Contestant(
    "aiogram_memory", "aiogram, MemoryStorage", "benchmarks.peers.aiogram_conversation"
)
AIOGRAM_SQLITE = Contestant(
    "aiogram_sqlite",
    "aiogram, SQLite FULL",
    "benchmarks.peers.aiogram_conversation",
    file="aiogram.db",
)
SNAPORDER = Contestant("snaporder", "Snaporder, everything on", "bot", ours=True)
SNAPORDER_STUBBED = Contestant(
    "snaporder_stubbed", "– storage stubbed out", "benchmarks.stubbed", ours=True
)

ALL = (
    PTB_ECHO,
    PTB_CONVERSATION,
    PTB_PICKLE,
    AIOGRAM_ECHO,
    AIOGRAM_MEMORY,
    AIOGRAM_SQLITE,
    SNAPORDER,
    SNAPORDER_STUBBED,
)
FAR = (PTB_CONVERSATION, AIOGRAM_ECHO, AIOGRAM_MEMORY, SNAPORDER)
"""Those that are compared through TLS and with a round trip to Telegram as well."""
