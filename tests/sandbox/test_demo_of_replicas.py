"""`make demo REPLICAS=2`: two bots over a database of its own, and a page that kills them."""

import asyncio
import re
import signal
import sys
from pathlib import Path

import httpx
import pytest

from tests.loopback import http_client
from tests.postgres import missing

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.postgres, pytest.mark.slow]


@pytest.mark.skipif(missing() is not None, reason=str(missing()))
async def test_a_killed_bot_is_started_again_and_the_chats_are_answered(tmp_path: Path):
    """By the page's own buttons; everything ends with the demonstration."""
    demo = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "sandbox", "--replicas", "2", "--port", "0"),
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert demo.stdout is not None
        printed = ""
        async with asyncio.timeout(120):
            while "Ctrl+C" not in printed:
                printed += (await demo.stdout.readline()).decode()
        chat, page = re.findall(r"http://\S+", printed)
        async with http_client(timeout=30) as http:
            assert (await _state(http, page, 1)).startswith("runs since ")
            assert (await http.post(f"{page}bots/1/kill")).status_code == 303
            await _until(http, page, 1, "was killed")
            new = {"first_name": "Tester", "language_code": "en", "started": True}
            person = (await http.post(f"{chat}/sandbox/users", json=new)).json()["id"]
            room = f"{chat}/sandbox/chats/{person}"
            await http.post(f"{room}/send", json={"from": person, "text": "/start"})
            await _until_answered(http, room)
            await _until(http, page, 1, r"runs since .+, was killed before")
            assert (await http.post(f"{page}bots/9/kill")).status_code == 404
    finally:
        demo.send_signal(signal.SIGINT)
        assert await demo.wait() == 0


async def _until_answered(http: httpx.AsyncClient, room: str) -> None:
    async with asyncio.timeout(60):
        while True:
            told = (await http.get(f"{room}/messages")).json()["messages"]
            if any(each["from"].get("is_bot") for each in told):
                return
            await asyncio.sleep(0.05)


async def _state(http: httpx.AsyncClient, page: str, number: int) -> str:
    found = re.search(rf"Bot {number}: ([^<]*)", (await http.get(page)).text)
    assert found
    return found[1]


async def _until(http: httpx.AsyncClient, page: str, number: int, state: str) -> None:
    async with asyncio.timeout(60):
        while not re.search(state, await _state(http, page, number)):  # noqa: ASYNC110 - a page
            await asyncio.sleep(0.05)
