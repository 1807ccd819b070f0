"""The page of several bots says what became of each: a kill shows though it is over in a second."""

import asyncio
import os
import re
from pathlib import Path

import pytest

from sandbox.replicas import Bots
from tests.loopback import http_client

pytestmark = pytest.mark.slow


async def test_a_killed_bot_is_said_to_have_been(tmp_path: Path) -> None:
    """And which moment the one runs from that was started in its place."""
    environment = {
        **os.environ,
        "BOT_TOKEN": "123:x",
        "MARKETPLACE_APP_KEY": "k",
        "MARKETPLACE_APP_SECRET": "s",
        "TELEGRAM_API_URL": "http://127.0.0.1:9",
        "DATABASE_URL": str(tmp_path / "bot.db"),
        "LISTEN": "127.0.0.1:0",
    }
    async with (
        Bots(tmp_path, [environment], "http://chats").running() as page,
        http_client(follow_redirects=True) as http,
        asyncio.timeout(60),
    ):

        async def says(pattern: str) -> None:
            while not re.search(pattern, (await http.get(page)).text):  # noqa: ASYNC110 - a process
                await asyncio.sleep(0.05)

        await says(r"Bot 1: runs since \d\d:\d\d:\d\d<")
        await http.post(f"{page}bots/1/kill")
        await says(r"Bot 1: runs since \d\d:\d\d:\d\d, was killed before<")
