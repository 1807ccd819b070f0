"""How many instructions of the processor a step takes, counted by valgrind's callgrind.

`counted()` runs this module under valgrind: the whole bot in one process over SQLite, Telegram's
answers made up in it, and a person who looks at the start and at their addresses, over and over.
Nothing waits for a network, so that what is counted is the bot's own work. valgrind looks at
nothing before the first counted step, or the imports alone would take minutes; the process tells
it when, by the sequence of instructions that valgrind knows as a request ("The Client Request
mechanism" in its manual, `valgrind.h`, `callgrind.h`).
"""

import asyncio
import ctypes
import mmap
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from benchmarks.processes import ROOT

_WITHIN: Final = 300.0  # seconds; valgrind takes some fifty times as long
_WALKS: Final = 6
_STEPS: Final = ("say /start", "tap addresses", "tap back")
_PERSON: Final = 1_000_000
_TOKEN: Final = "123456789:benchmark-token"  # noqa: S105 - of nobody
# mov rax, rdi; mov rdx, rsi; rol rdi by 3, 13, 61 and 51; xchg rbx, rbx; mov rax, rdx; ret
_REQUEST: Final = bytes.fromhex("4889f84889f248c1c70348c1c70d48c1c73d48c1c7334887db4889d0c3")
_CALLGRIND: Final = ord("C") << 24 | ord("T") << 16
_ZERO, _DUMP, _BEGIN, _END = (_CALLGRIND + number for number in (1, 3, 4, 5))
_RUNNING_ON_VALGRIND: Final = 0x1001


def why_not() -> str | None:
    """Return why nothing can be counted here, None where it can."""
    if platform.system() != "Linux" or platform.machine() != "x86_64":
        return f"not on {platform.system()} on {platform.machine()}"
    return (
        None if shutil.which("valgrind") else "there is no valgrind (Debian: apt install valgrind)"
    )


def counted() -> dict[str, int]:
    """Return the instructions of each step, the least of several walks.

    Raises `RuntimeError` where the process ends with an error.
    """
    with tempfile.TemporaryDirectory(prefix="instructions-") as folder:
        out = Path(folder) / "callgrind"
        done = subprocess.run(
            [
                *("valgrind", "--tool=callgrind", "--instr-atstart=no"),
                f"--callgrind-out-file={out}",
                *(sys.executable, "-m", "benchmarks.instructions", folder),
            ],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": "0"},
            capture_output=True,
            text=True,
            check=False,
            timeout=_WITHIN,
        )
        if done.returncode:
            raise RuntimeError(f"valgrind:\n{done.stderr[-2000:]}")
        return least(each.read_text() for each in Path(folder).glob("callgrind.*"))


def least(dumps: Any) -> dict[str, int]:
    """Return the least count of each step in callgrind's dumps, each named by its step."""
    found: dict[str, int] = {}
    for dump in dumps:
        named = re.search(r"^desc: Trigger: Client Request: (.+)$", dump, re.MULTILINE)
        count = re.search(r"^summary: (\d+)$", dump, re.MULTILINE)
        if named is None or count is None:
            continue
        step, number = named[1], int(count[1])
        found[step] = min(found.get(step, number), number)
    return found


def _requests() -> Callable[..., int]:
    """Return what asks valgrind for something. Raises `RuntimeError` where nobody listens."""
    memory = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    memory.write(_REQUEST)
    address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    call = ctypes.CFUNCTYPE(ctypes.c_uint64, ctypes.c_void_p, ctypes.c_uint64)(address)

    def ask(request: int, argument: int = 0, _kept: mmap.mmap = memory) -> int:
        arguments = (ctypes.c_uint64 * 6)(request, argument)
        return int(call(ctypes.addressof(arguments), 0))

    if not ask(_RUNNING_ON_VALGRIND):
        raise RuntimeError("not running on valgrind")
    return ask


class _Person:
    """Says a word or presses what was shown last."""

    def __init__(self) -> None:
        self._ids = 0

    def update(self, step: str, telegram: Any) -> dict[str, Any]:
        self._ids += 1
        kind, _, what = step.partition(" ")
        user = {"id": _PERSON, "is_bot": False, "first_name": "P", "language_code": "zh-hans"}
        chat = {"id": _PERSON, "first_name": "P", "type": "private"}
        message = {"message_id": 1000 + self._ids, "date": 1, "chat": chat}
        if kind == "say":
            entity = {"type": "bot_command", "offset": 0, "length": len(what)}
            said = {**message, "from": user, "text": what, "entities": [entity]}
            return {"update_id": self._ids, "message": said}
        shown = telegram.shown[-1]
        datas = [each.get("callback_data", "") for each in shown.buttons]
        data = next(each for each in datas if each.split(".", 4)[3:4] == [what])
        query = {"id": str(self._ids), "from": user, "chat_instance": "1", "data": data}
        there = {**message, "message_id": int(shown.params.get("message_id") or 1), "text": "."}
        return {"update_id": self._ids, "callback_query": {**query, "message": there}}


async def _walk(folder: Path) -> None:
    # Imported here: the parent process needs none of it.
    from bot.chat.illustrations import Illustrations  # noqa: PLC0415
    from bot.marketplace.daji.client import DajiClient  # noqa: PLC0415
    from bot.pictures import PictureFetcher, PictureWorker  # noqa: PLC0415
    from bot.process.metrics import Metrics  # noqa: PLC0415
    from bot.services.finding.short_links import ShortLinks  # noqa: PLC0415
    from bot.settings import Settings  # noqa: PLC0415
    from bot.telegram import DirectBot  # noqa: PLC0415
    from bot.wiring.house import House, Outside  # noqa: PLC0415
    from bot.wiring.parts import build_storage, client_config  # noqa: PLC0415
    from tests.bot.fake_telegram import FakeTelegram  # noqa: PLC0415

    settings = Settings(
        _env_file=None,
        bot_token=_TOKEN,
        marketplace_app_key="key",
        marketplace_app_secret="secret",  # noqa: S106 - of nobody
        database_url=str(folder / "snaporder.db"),
        flood_updates=0,
    )
    storage, telegram = build_storage(settings), FakeTelegram()
    worker = PictureWorker()
    house = House(
        settings,
        Outside(
            storage=storage,
            marketplace=DajiClient(client_config(settings)),
            bot=DirectBot(_TOKEN, request=telegram, get_updates_request=telegram),
            metrics=Metrics(storage),
            photos=worker,
            pictures=Illustrations(PictureFetcher(frozenset()), worker),
            short_links=ShortLinks(),
        ),
    )
    await storage.open()
    await house.application.initialize()
    await house.intake.resume()
    person, ask = _Person(), _requests()
    for walk in range(_WALKS):
        for step in _STEPS:
            update = person.update(step, telegram)
            if walk:
                ask(_BEGIN)
                ask(_ZERO)
            await house.intake.accept([update])
            while house.intake.backlog:  # noqa: ASYNC110 - it is told to nobody
                await asyncio.sleep(0.02)
            if walk:
                name = ctypes.create_string_buffer(step.encode())
                ask(_DUMP, ctypes.addressof(name))
                ask(_END)
            await asyncio.sleep(0.3)  # deferred writes are no step's
    # Closing in good order would be more work under valgrind than what was counted.
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    asyncio.run(_walk(Path(sys.argv[1])))
