"""Upgrade, rollback and recovery drill, by the commands of docs/operation.md as they stand."""

import sqlite3
from pathlib import Path

import httpx
import pytest
from buying import Market, placed
from chat import Person
from operation_manual import Host, commands, host
from processes import SandboxProcess

pytestmark = pytest.mark.slow


def _schema(database: Path) -> int:
    with sqlite3.connect(database) as connection:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
    connection.close()
    return int(version)


async def test_a_release_comes_goes_and_is_restored(tmp_path: Path) -> None:
    """What was ordered before the upgrade is there all along; no order is made twice."""
    world = SandboxProcess()
    try:
        with host(tmp_path, world) as server:
            async with (
                httpx.AsyncClient(base_url=world.chat, timeout=60) as telegram,
                httpx.AsyncClient(base_url=world.marketplace, timeout=60) as marketplace,
            ):
                people = [await Person.arrive(telegram, "en") for _ in range(2)]
                await _life(server, Market(marketplace), *people)
    finally:
        world.stop()


async def _life(server: Host, market: Market, buyer: Person, later: Person) -> None:
    database = server.state / "snaporder.db"
    server.release("0.2.0")
    server.release("0.3.0", newer_schema=True)
    server.use("0.2.0")
    server.systemctl("start")
    await placed(buyer)
    before = _schema(database)

    said = server.run(commands("upgrade"), release="0.3.0")
    assert "FAIL" not in said
    assert _schema(database) == before + 1
    await buyer.say("/orders", "My orders.*to be paid")
    await placed(later)
    assert len(await market.orders()) == 2

    drilled = server.run(commands("drill"))
    assert "restored from" in drilled
    assert "No order is uncertain." in drilled
    assert _schema(database) == before + 1

    said = server.run(commands("rollback"), release="0.3.0", before="0.2.0")
    assert "FAIL" not in said
    assert _schema(database) == before
    assert {each.name for each in server.backups.iterdir()} == {
        "before-0.3.0.db",
        "rolled-back-0.3.0.db",
    }
    await buyer.say("/orders", "My orders.*to be paid")
    await later.say("/orders", "No orders yet")
    assert len(await market.orders()) == 2
