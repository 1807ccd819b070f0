"""A whole world without credentials: marketplace, Bot API and chat page, each over real HTTP."""

import json
from dataclasses import asdict, dataclass
from typing import Final

from aiohttp import web

from sandbox.botapi.config import BotApiConfig
from sandbox.botapi.server import create_app as create_bot_api
from sandbox.chat.market import add_market
from sandbox.chat.routes import add_routes
from sandbox.marketplace.app import create_app as create_marketplace
from sandbox.marketplace.config import MarketplaceConfig

TOKEN: Final = "123456789:sandbox-token"  # noqa: S105 - opens nothing but this world
APP_KEY: Final = "sandbox-key"
APP_SECRET: Final = "sandbox-secret"  # noqa: S105 - as above
_SHUTDOWN_SECONDS = 1.0


@dataclass(frozen=True)
class Addresses:
    """Where the world listens. `chat` is also the Bot API server."""

    chat: str
    marketplace: str

    def as_json(self) -> str:
        """One line for whoever started the world."""
        return json.dumps(asdict(self))

    def bot_environment(self) -> dict[str, str]:
        """The settings with which the bot lives in this world; nothing else differs."""
        return {
            "BOT_TOKEN": TOKEN,
            "TELEGRAM_API_URL": self.chat,
            "MARKETPLACE_URL": self.marketplace,
            "MARKETPLACE_APP_KEY": APP_KEY,
            "MARKETPLACE_APP_SECRET": APP_SECRET,
        }


class World:
    """Both servers. Open, use, close."""

    def __init__(self) -> None:
        self._runners: list[web.AppRunner] = []

    async def open(
        self, host: str = "127.0.0.1", chat_port: int = 0, push_url: str = ""
    ) -> Addresses:
        """Listen on a free port each, or the chat on the given one. Raises `OSError`.

        `push_url` is where the marketplace's pushes go unless its switch says otherwise.
        """
        bot_api = create_bot_api(BotApiConfig(token=TOKEN))
        add_routes(bot_api)
        config = MarketplaceConfig(app_key=APP_KEY, app_secret=APP_SECRET, push_url=push_url)
        marketplace = create_marketplace(config)
        market_address = await self._listen(marketplace, host, 0)
        add_market(bot_api, market_address)
        chat_address = await self._listen(bot_api, host, chat_port)
        return Addresses(chat=chat_address, marketplace=market_address)

    async def close(self) -> None:
        """Stop listening."""
        for runner in self._runners:
            await runner.cleanup()
        self._runners.clear()

    async def _listen(self, app: web.Application, host: str, port: int) -> str:
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=_SHUTDOWN_SECONDS)
        await runner.setup()
        self._runners.append(runner)
        await web.TCPSite(runner, host, port).start()
        bound = runner.addresses[0]
        return f"http://{host}:{bound[1]}"
