"""The command line: what `python -m bot` understands, and how each command ends."""

import argparse
import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from bot.building import StartupError, build_storage, client_config
from bot.marketplace.client import DajiClient
from bot.operator import CommandRefused, orders_desk, parked
from bot.operator.backup import backup, restore
from bot.operator.doctor import examine
from bot.operator.rotate import new_key, rotate
from bot.services.settling_orders import SettlingOrders
from bot.settings import Settings
from bot.storage.ports import Storage, StorageError
from bot.storage.sealing import SealingError

DONE, FAILED, TO_MEND = 0, 1, 2
EXIT_CODES = "Exit codes: 0 done, 1 failed or unhealthy, 2 settings or arguments to mend."


def parser() -> argparse.ArgumentParser:
    """Return the command line's parser."""
    top = argparse.ArgumentParser(
        prog="python -m bot", description="Run the bot, or a command beside it.", epilog=EXIT_CODES
    )
    commands = top.add_subparsers(dest="command", metavar="COMMAND")
    commands.add_parser("run", help="run the bot (what happens without a command)")
    commands.add_parser("doctor", help="check settings, Telegram, marketplace, database, clock")
    one = commands.add_parser("backup", help="copy the database while the bot runs")
    one.add_argument("file", type=Path)
    one = commands.add_parser("restore", help="put a copy in place; the bot must be stopped")
    one.add_argument("file", type=Path)
    one = commands.add_parser("rotate-key", help="seal everything with a new key; bot stopped")
    one.add_argument("--print", action="store_true", help="only print a new key for DATA_KEY")
    _add_orders(commands.add_parser("orders", help="list and settle uncertain orders"))
    one = commands.add_parser("parked", help="list parked updates, or try one again")
    actions = one.add_subparsers(dest="action", metavar="ACTION")
    actions.add_parser("retry").add_argument("update_id", type=int)
    return top


def _add_orders(orders: argparse.ArgumentParser) -> None:
    actions = orders.add_subparsers(dest="action", metavar="ACTION")
    one = actions.add_parser("show", help="one order with its address, and what is found of it")
    one.add_argument("order_no")
    one = actions.add_parser("adopt", help="it was placed, as these orders at the marketplace")
    one.add_argument("order_no")
    one.add_argument("order_ids", nargs="+", metavar="MARKETPLACE_ID")
    one.add_argument("--force", action="store_true", help="though number or goods do not fit")
    one = actions.add_parser("recreate", help="no such order exists: make it now")
    one.add_argument("order_no")
    one = actions.add_parser("drop", help="no such order exists: tell the person")
    one.add_argument("order_no")
    one.add_argument("--force", action="store_true", help="without asking the marketplace")


def run_command(arguments: argparse.Namespace, settings: Settings) -> int:
    """Do a command, print what came of it, and return the exit code."""
    try:
        if arguments.command == "doctor":
            return asyncio.run(_examined(settings))
        print(_done(arguments, settings))  # noqa: T201 - a command's answer
    except CommandRefused as error:
        print(error)  # noqa: T201 - as above
        return TO_MEND
    except (StartupError, SealingError) as error:
        print(error)  # noqa: T201 - as above
        return TO_MEND
    except (StorageError, OSError) as error:
        print(f"failed: {error}")  # noqa: T201 - as above
        return FAILED
    return DONE


def _done(arguments: argparse.Namespace, settings: Settings) -> str:
    match arguments.command:
        case "backup":
            return backup(settings, arguments.file)
        case "restore":
            return restore(settings, arguments.file)
        case "rotate-key":
            if arguments.print:
                return new_key(settings)
            return asyncio.run(rotate(settings))
        case "parked":
            return asyncio.run(_with_storage(settings, _parked(arguments)))
        case _:
            return asyncio.run(_orders(arguments, settings))


def _parked(arguments: argparse.Namespace) -> Callable[[Storage], Awaitable[str]]:
    if arguments.action == "retry":
        return lambda storage: parked.retry(storage, arguments.update_id)
    return parked.listed


async def _orders(arguments: argparse.Namespace, settings: Settings) -> str:
    async with DajiClient(client_config(settings)) as client:

        async def work(storage: Storage) -> str:
            desk = SettlingOrders(storage, client)
            match arguments.action:
                case "show":
                    return await orders_desk.shown(desk, arguments.order_no)
                case "adopt":
                    ids, force = arguments.order_ids, arguments.force
                    return await orders_desk.adopt(desk, arguments.order_no, ids, force=force)
                case "recreate":
                    return await orders_desk.recreate(desk, arguments.order_no)
                case "drop":
                    force = arguments.force
                    return await orders_desk.drop(desk, arguments.order_no, force=force)
                case _:
                    return await orders_desk.listed(desk)

        return await _with_storage(settings, work)


async def _with_storage(settings: Settings, work: Callable[[Storage], Awaitable[str]]) -> str:
    if not settings.database_path.exists():
        raise CommandRefused(f"DATABASE_URL: there is no {settings.database_path}")
    storage = build_storage(settings)
    await storage.open()
    try:
        return await work(storage)
    finally:
        await storage.close()


async def _examined(settings: Settings) -> int:
    healthy = True
    async for finding in examine(settings):
        print(finding.line, flush=True)  # noqa: T201 - the report
        healthy = healthy and not finding.failed
    return DONE if healthy else FAILED
