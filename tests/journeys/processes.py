"""The real bot and the simulated world as processes of their own."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import time
from pathlib import Path

import httpx
from nursery import Started, start

from tests.loopback import http_client

ROOT = Path(__file__).resolve().parent.parent.parent
START_AGAIN = os.EX_TEMPFAIL
"""The exit code of a bot that was given up while it was stopped: another has its work."""

LOOKUP_DELAYS = "0.3,0.4,0.5,0.6,0.8,1"
_STARTS_WITHIN = 180.0


class SandboxProcess:
    """The world: marketplace, Bot API, chat page."""

    def __init__(self) -> None:
        reading, writing = os.pipe()
        words = ("--without-bot", "--port", "0")
        self.process = start("sandbox", *words, env={**os.environ}, stdout=writing, stderr=2)
        os.close(writing)
        self._printed = os.fdopen(reading, encoding="utf-8")  # open as long as it runs
        line = self._printed.readline()
        assert line, f"the sandbox did not start, code {self.process.poll()}"
        addresses = json.loads(line)
        self.chat: str = addresses["chat"]
        self.marketplace: str = addresses["marketplace"]

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._printed.close()


class BotProcess:
    """`python -m bot` with the sandbox's addresses, to be started, killed and started again."""

    def __init__(self, world: SandboxProcess, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.log = folder / "bot.log"
        self.port = free_port()
        self.environment = {
            **os.environ,
            "BOT_TOKEN": "123456789:sandbox-token",
            "TELEGRAM_API_URL": world.chat,
            "MARKETPLACE_URL": world.marketplace,
            "MARKETPLACE_APP_KEY": "sandbox-key",
            "MARKETPLACE_APP_SECRET": "sandbox-secret",
            "DATABASE_URL": str(folder / "bot.db"),
            "LISTEN": f"127.0.0.1:{self.port}",
            "LOG_FORMAT": "json",
            "PICTURE_SECONDS": "30",  # a busy machine draws a sheet in seconds
            **settings,
        }
        self.forked = True
        self.tree = ROOT
        self.process: Started | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = start(
                "bot",
                env=self.environment,
                stdout=log,
                stderr=log,
                forked=self.forked,
                tree=self.tree,
            )

    async def ready(self) -> None:
        deadline = time.monotonic() + _STARTS_WITHIN
        async with http_client() as http:
            while time.monotonic() < deadline:
                assert self.process is not None
                if self.process.poll() == START_AGAIN:  # as who watches over it does
                    self.start()
                assert self.process.poll() is None, self.log.read_text()[-3000:]
                try:
                    answer = await http.get(f"http://127.0.0.1:{self.port}/readyz")
                except httpx.TransportError:
                    await asyncio.sleep(0.05)
                    continue
                if answer.status_code == 200:
                    return
                await asyncio.sleep(0.05)
        raise AssertionError("the bot never got ready:\n" + self.log.read_text()[-3000:])

    def kill(self) -> None:
        """Kill -9, as a crash or a power cut would."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        """SIGTERM; returns the exit code."""
        if self.process is None or self.process.poll() is not None:
            return 0
        self.process.terminate()
        try:
            return self.process.wait(40)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def scrape(bot: BotProcess) -> dict[str, float]:
    """Return each metric's value by its name with its labels."""
    async with http_client() as http:
        answer = await http.get(f"http://127.0.0.1:{bot.port}/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    lines = [line for line in answer.text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}
