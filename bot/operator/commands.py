"""The commands of `python -m bot`: what each does, and how it ends."""

import argparse
import asyncio
from collections.abc import Awaitable, Callable

from bot.marketplace.daji.client import DajiClient
from bot.operator import CommandRefused, orders_desk, parked
from bot.operator.backup import backup, restore, restored
from bot.operator.doctor import examine
from bot.operator.probe import probe
from bot.operator.rotate import new_key, rotate
from bot.process.settings_files import whoami
from bot.services.placing.resolving import OrderResolving
from bot.settings import Settings, StartupError
from bot.storage.ports import Storage, StorageError
from bot.storage.sealing import SealingError
from bot.wiring.parts import build_storage, client_config

DONE, FAILED, TO_MEND = 0, 1, 2


def run_command(arguments: argparse.Namespace, settings: Settings) -> int:
    """Do a command, print what came of it, and return the exit code."""
    try:
        if arguments.command == "doctor":
            return asyncio.run(_examined(settings, probed=arguments.probe))
        print(_done(arguments, settings))  # noqa: T201 - a command's answer
    except CommandRefused as error:
        print(error)  # noqa: T201 - as above
        return TO_MEND
    except (StartupError, SealingError) as error:
        print(error)  # noqa: T201 - as above
        return TO_MEND
    except (StorageError, OSError) as error:
        whose = f" (as {whoami()})" if isinstance(error, PermissionError) else ""
        print(f"failed: {error}{whose}")  # noqa: T201 - as above
        return FAILED
    except KeyboardInterrupt:
        print("broken off")  # noqa: T201 - as above
        return FAILED
    return DONE


def _done(arguments: argparse.Namespace, settings: Settings) -> str:  # noqa: PLR0911 - one a command
    match arguments.command:
        case "backup":
            return backup(settings, arguments.file)
        case "restore":
            return restore(settings, arguments.file)
        case "restored":
            return restored(settings)
        case "move":
            return _moved(settings, arguments.url)
        case "rotate-key":
            return new_key(settings) if arguments.print else asyncio.run(rotate(settings))
        case "parked":
            return asyncio.run(_with_storage(settings, _parked(arguments)))
        case _:
            return asyncio.run(_orders(arguments, settings))


def _moved(settings: Settings, url: str) -> str:
    try:
        from bot.operator.move import move  # noqa: PLC0415 - needs the extra `postgres`
    except ImportError as error:
        raise CommandRefused("moving needs psycopg: install the extra `postgres`") from error
    return move(settings, url)


def _parked(arguments: argparse.Namespace) -> Callable[[Storage], Awaitable[str]]:
    if arguments.action == "retry":
        return lambda storage: parked.retry(storage, arguments.update_id)
    return parked.listed


async def _orders(arguments: argparse.Namespace, settings: Settings) -> str:
    async with DajiClient(client_config(settings)) as client:

        async def work(storage: Storage) -> str:
            desk = OrderResolving(storage, client)
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
    path = settings.database_path
    if path is not None and not path.exists():
        raise CommandRefused(f"DATABASE_URL: there is no {path.absolute()}")
    storage = build_storage(settings)
    await storage.open()
    try:
        return await work(storage)
    finally:
        await storage.close()


async def _examined(settings: Settings, *, probed: bool) -> int:
    healthy = True
    findings = probe(client_config(settings)) if probed else examine(settings)
    async for finding in findings:
        print(finding.line, flush=True)  # noqa: T201 - the report
        healthy = healthy and not finding.failed
    return DONE if healthy else FAILED
