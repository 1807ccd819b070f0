"""`python -m sandbox`: the simulated world and the real bot in it, for trying in a browser.

`--without-bot` starts the world alone and prints its addresses as one line of JSON, for tests.
"""

import argparse
import asyncio
import base64
import errno
import os
import shutil
import signal
import socket
import sys
import time
from pathlib import Path

import aiohttp

from sandbox.botapi.world import BOSS, CHANNEL, GROUP
from sandbox.replicas import Bots, NoPostgresError, database
from sandbox.world import Addresses, World

_FOLDER = Path(".demo")
_LOOPBACK = "127.0.0.1"
_PUSH_PATH = "/marketplace/push"
_BOT_STARTS_WITHIN = 60.0
_BOT_STOPS_WITHIN = 30.0
_OPENING = (
    "/start",
    "/rate 1 USD = 7.2 CNY",
    "/shop en Send the amount to card 4000 1234 5678 9010 and write the payment code on it.",
    "/shop zh 请转账到卡号 4000 1234 5678 9010，并在备注里写付款码。",
    "/admin",
)
_WHO_IS_WHO = """  老板 (the boss) is the bot's operator: write /admin in that chat.
  To organise a group buy: as 老板 find some goods, press "Group buy" (发起拼团) and open it,
  post it in the channel, and there press "Let twenty people join".
"""
_WHO_IS_WHO_IN_A_SHOP = """  A shop: Anna and the others are customers, who pay 老板, the boss.
  Order as Anna, pay, press "I have paid" and send any photo; then switch to 老板,
  open the order, confirm what came in, and pay 1688.
"""


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument(
        "--port", type=int, default=8088, help="of the chat page; 0 takes a free one"
    )
    parser.add_argument("--without-bot", action="store_true")
    parser.add_argument("--replicas", type=int, default=1, help="bots over one PostgreSQL")
    parser.add_argument("--shop", action="store_true", help="customers pay an operator (PAYMENT)")
    parser.add_argument("--started", type=float, default=time.time(), help="seconds since 1970")
    return parser.parse_args()


async def _run(options: argparse.Namespace) -> int:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    world = World()
    try:
        if options.without_bot:
            addresses = await world.open(options.host, options.port)
            _say(addresses.as_json())
            await stop.wait()
            return 0
        # The bot is told its port, so that the marketplace knows where its pushes go.
        listen = f"{_LOOPBACK}:{_free_port()}"
        addresses = await world.open(options.host, options.port, f"http://{listen}{_PUSH_PATH}")
        if options.replicas > 1:
            return await _with_bots(addresses, listen, options, stop)
        return await _with_bot(addresses, listen, options, stop)
    except NoPostgresError as error:
        _say(str(error))
        return 2
    finally:
        await world.close()


def _free_port() -> int:
    with socket.create_server((_LOOPBACK, 0)) as taken:
        return int(taken.getsockname()[1])


async def _with_bot(
    addresses: Addresses, listen: str, options: argparse.Namespace, stop: asyncio.Event
) -> int:
    """Run the real bot, exactly as in production, until it or the person ends."""
    _empty_folder()
    environment = _environment(addresses, listen, options)
    log = (_FOLDER / "bot.log").open("wb")
    bot = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", env=environment, stdout=log, stderr=log
    )
    ended = asyncio.create_task(bot.wait())
    stopping = asyncio.create_task(stop.wait())
    try:
        await _until_polled(addresses, ended)
        if not ended.done():
            await _let_post(addresses)
        if options.shop and not ended.done():
            await _open_shop(addresses)
        if not ended.done():
            _say(f"\n  Open {addresses.chat}\n  (ready {time.time() - options.started:.1f} s after")
            _say(f"   the start; the bot's log is {_FOLDER / 'bot.log'}; Ctrl+C ends it)\n")
            _say(_WHO_IS_WHO_IN_A_SHOP if options.shop else _WHO_IS_WHO)
        await asyncio.wait({ended, stopping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopping.cancel()
        if not ended.done():
            bot.terminate()
            await asyncio.wait({ended}, timeout=_BOT_STOPS_WITHIN)
        if not ended.done():
            bot.kill()
        log.close()
    if not stop.is_set():
        _say(f"The bot ended by itself, code {ended.result()}:")
        _say((_FOLDER / "bot.log").read_text(errors="replace")[-2000:])
        return 1
    return 0


def _environment(addresses: Addresses, listen: str, options: argparse.Namespace) -> dict[str, str]:
    return {
        **os.environ,
        **addresses.bot_environment(),
        "DATABASE_URL": str(_FOLDER / "snaporder.db"),
        "LISTEN": listen,
        "LOG_FORMAT": "console",
        "ADMIN_IDS": str(BOSS),
        "PAYMENT": "shop" if options.shop else "team",
        "GROUP_BUYS": "operators",
    }


async def _with_bots(
    addresses: Addresses, listen: str, options: argparse.Namespace, stop: asyncio.Event
) -> int:
    """Run several real bots over one database until the person ends. Raises `NoPostgresError`."""
    _empty_folder()
    listens = [listen, *(f"{_LOOPBACK}:{_free_port()}" for _ in range(options.replicas - 1))]
    key = {"DATA_KEY": base64.b64encode(os.urandom(32)).decode()}
    async with database(_free_port()) as url:
        shared = {"DATABASE_URL": url, **key}
        environments = [{**_environment(addresses, each, options), **shared} for each in listens]
        bots = Bots(_FOLDER, environments, addresses.chat)
        async with bots.running() as page:
            never: asyncio.Future[int] = asyncio.get_running_loop().create_future()
            await _until_polled(addresses, never)
            await _let_post(addresses)
            if options.shop:
                await _open_shop(addresses)
            _say(f"\n  Open {addresses.chat}\n  and kill one of {options.replicas} bots at {page}")
            _say(f"  (their logs are in {_FOLDER}; Ctrl+C ends it)\n")
            _say(_WHO_IS_WHO_IN_A_SHOP if options.shop else _WHO_IS_WHO)
            await stop.wait()
    return 0


def _empty_folder() -> None:
    """Begin with nobody known: the simulated Telegram remembers nothing either."""
    shutil.rmtree(_FOLDER, ignore_errors=True)
    _FOLDER.mkdir()


async def _until_polled(addresses: Addresses, ended: asyncio.Future[int]) -> None:
    """Wait until the bot asks for updates, so that the page never opens on a silent chat."""
    deadline = time.monotonic() + _BOT_STARTS_WITHIN
    async with aiohttp.ClientSession(addresses.chat) as session:
        while time.monotonic() < deadline and not ended.done():
            async with session.get("/sandbox/botapi/calls") as answer:
                if "getUpdates" in (await answer.json()).get("counts", {}):
                    return
            await asyncio.sleep(0.1)


async def _let_post(addresses: Addresses) -> None:
    """Have the operator let the bot into their channel and their group, as anybody would."""
    rights = ["can_post_messages", "can_edit_messages"]
    as_administrator = {"status": "administrator", "rights": rights, "by": BOSS}
    as_member = {"status": "member", "by": BOSS}
    async with aiohttp.ClientSession(addresses.chat) as session:
        for chat, body in ((CHANNEL, as_administrator), (GROUP, as_member)):
            async with session.post(f"/sandbox/chats/{chat}/standing", json=body) as answer:
                answer.raise_for_status()


async def _open_shop(addresses: Addresses) -> None:
    """Have the operator say what a shop needs to know, as anybody would write it in the chat."""
    async with aiohttp.ClientSession(addresses.chat) as session:
        for text in _OPENING:
            body = {"from": BOSS, "text": text}
            async with session.post(f"/sandbox/chats/{BOSS}/send", json=body) as answer:
                answer.raise_for_status()


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _event_loop() -> asyncio.AbstractEventLoop:
    try:
        import uvloop  # noqa: PLC0415 - not made for every system
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


def main() -> int:
    """Return 0 after a signal, else 1."""
    try:
        with asyncio.Runner(loop_factory=_event_loop) as runner:
            return runner.run(_run(_arguments()))
    except OSError as error:
        sys.stderr.write(f"cannot start: {error}\n")
        if error.errno == errno.EADDRINUSE:
            sys.stderr.write("Another demo may be running: end it first, they share a folder.\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
