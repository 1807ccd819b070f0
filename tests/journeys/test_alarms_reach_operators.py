"""The operators of a running bot hear of its troubles, in a world of their own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from chat import Person
from processes import BotProcess, SandboxProcess

from tests.loopback import http_client
from tests.tiers import SLOW


@pytest.fixture
def own_world() -> Iterator[SandboxProcess]:
    sandbox = SandboxProcess()
    yield sandbox
    sandbox.stop()


@SLOW
async def test_refused_keys_reach_the_operator_once(
    own_world: SandboxProcess, tmp_path: Path
) -> None:
    """Whoever searches is told in general words; the operator once, with what to do.

    A restart is no news.
    """
    async with http_client(base_url=own_world.chat) as http:
        boss, buyer = await Person.arrive(http, "zh-hans"), await Person.arrive(http)
        bot = BotProcess(
            own_world, tmp_path, MARKETPLACE_APP_SECRET="wrong", ADMIN_IDS=str(boss.id)
        )
        bot.start()
        try:
            await bot.ready()
            await boss.say("/start", "Snaporder")
            await buyer.send("backpack")
            alarm = await boss.sees("接口拒绝了我们的密钥")
            assert "doctor" in alarm.text
            await buyer.send("backpack")
            await boss.sees_nothing_new(within=12)
            async with http_client() as own:
                ready = await own.get(f"http://127.0.0.1:{bot.port}/readyz")
            assert ready.status_code == 200
            assert ready.json()["marketplace"] == "credentials_refused"
            assert ready.json()["degraded"] is True
            bot.kill()
            bot.start()
            await bot.ready()
            await buyer.send("backpack")
            await boss.sees_nothing_new(within=12)
        finally:
            assert bot.stop() == 0
