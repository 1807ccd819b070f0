"""What many stored group buys cost a running bot in memory, beside the same bot with none.

Fills one database with group buys of fifty people each, leaves another empty, and has the same
crowd do the same with a bot on each in turn: open an offer, join a buy by its link, look at
`/buys`. Prints the peak memory of each run, and the ratio of the medians.
"""

import argparse
import asyncio
import itertools
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

_ROOT = Path(__file__).resolve().parent.parent
for _folder in (_ROOT, _ROOT / "tests" / "journeys"):
    sys.path.insert(0, str(_folder))

from crashing import own_world  # noqa: E402 - found through the path above

from bot.domain.group_buys.buys import BuyState, Change, GroupBuy  # noqa: E402 - as above
from bot.domain.group_buys.claims import Claim, ClaimState  # noqa: E402 - as above
from bot.domain.identifiers import ChatId, UserId  # noqa: E402 - as above
from bot.domain.sessions import Session  # noqa: E402 - as above
from bot.domain.writes import OpenBuy  # noqa: E402 - as above
from bot.storage.keys import load_keyring  # noqa: E402 - as above
from bot.storage.ports import StepCommit  # noqa: E402 - as above
from bot.storage.sqlite.storage import SqliteStorage  # noqa: E402 - as above
from tests.domain.group_buys.groups import opened, with_people  # noqa: E402 - as above

_PEOPLE = 50  # in a buy
_CROWD = 20  # who press while memory is looked at
_AT_ONCE = 200
_FIRST_MEMBER = 10_000_000_000  # nobody whom the simulated Telegram knows
_LIVE = "live0000"
_OFFER = "https://detail.1688.com/offer/730698112924.html"
_KINDS = (BuyState.CLOSED, BuyState.CLOSED, BuyState.CLOSED, BuyState.OPEN, BuyState.COLLECTING)
_OF_CLAIMS = {
    BuyState.CLOSED: ClaimState.HANDED,
    BuyState.OPEN: ClaimState.HELD,
    BuyState.COLLECTING: ClaimState.DUE,
}


def _buys(count: int) -> Iterator[tuple[GroupBuy, tuple[Claim, ...]]]:
    """Yield buys and their claims; the one that everybody may join comes first."""
    now, drawn = datetime.now(UTC), itertools.count()
    soon = now + timedelta(days=2)
    whole = with_people(opened(), *((number, 2, 1000) for number in range(2, _PEOPLE + 2)))
    terms = whole.terms.replace(deadline=soon)
    for number in range(count + 1):
        kind = _KINDS[number % len(_KINDS)] if number else BuyState.OPEN
        buy = whole.replace(
            buy_id=0,
            token=f"token{number:08d}" if number else _LIVE,
            organiser=UserId(_FIRST_MEMBER - 1 - number % 50),
            state=kind,
            terms=terms,
            claims=(),
            pay_before=soon if kind is BuyState.COLLECTING else None,
            reminded=True,
            since=now,
            created_at=now,
        )
        some = (
            each.replace(user_id=UserId(_FIRST_MEMBER + next(drawn) * 7919 % 100_003), at=now)
            for each in whole.claims
        )
        yield buy, tuple(each.replace(state=_OF_CLAIMS[kind]) for each in some)


async def _fill(folder: Path, count: int) -> None:
    """Make the databases in `folder` before any bot runs on them."""
    keyring = load_keyring(None, folder / "bot.key")
    storage = SqliteStorage(folder / "bot.db", keyring.sealer())
    await storage.open()
    waiting: list[tuple[GroupBuy, tuple[Claim, ...]]] = []
    try:

        async def put(buy: GroupBuy, claims: tuple[Claim, ...]) -> None:
            user = UserId(_FIRST_MEMBER * 2 + hash(buy.token) % 10**9)
            session = Session.begun(ChatId(user), user, "en")
            commit = StepCommit(session=session, expected_revision=None, writes=(OpenBuy(buy),))
            await storage.conversations.commit_step(commit)
            head = await storage.group_buys.head(buy.token)
            if head is None:
                raise RuntimeError(f"{buy.token} was not stored")
            await storage.group_buys.change(
                head.buy_id, lambda there, _: Change(there.replace(claims=claims))
            )

        for each in _buys(count):
            waiting.append(each)
            if len(waiting) == _AT_ONCE:
                await asyncio.gather(*(put(*one) for one in waiting))
                waiting.clear()
        await asyncio.gather(*(put(*one) for one in waiting))
    finally:
        await storage.close()


def _peak(pid: int) -> float:
    """Return a process's peak of resident memory in MB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"no peak for {pid}")


async def _run(made: Path) -> float:
    """Have the crowd at a bot on a copy of a database; return the bot's peak in MB."""
    settings = {"SEARCHES_PER_HOUR": "0", "FLOOD_UPDATES": "0", "GROUP_BUYS": "everyone"}
    with own_world(**settings) as own:
        shutil.copytree(made, own.bot.folder, dirs_exist_ok=True)
        own.bot.forked = False  # what a forked process shares with its maker hides its own
        own.bot.start()
        await own.bot.ready()
        async with own.clients() as clients:
            crowd = [await clients.arrive() for _ in range(_CROWD)]
            for person in crowd:
                await person.say(_OFFER, "Choose|quantity|pieces")
                await person.say(f"/start g1-{_LIVE}", "Which one")
                await person.do("red", "How many")
                await person.say("2", "at most")
                await person.do("Join with this", "You are in")
                await person.say("/buys", "group buys")
        process = own.bot.process
        peak = _peak(process.pid if process is not None else 0)
        if code := own.bot.stop():
            raise RuntimeError(f"the bot ended with code {code}")
        return peak


async def _measure(buys: int, rounds: int) -> float:
    with tempfile.TemporaryDirectory(prefix="group-memory-") as scratch:
        peaks: dict[int, list[float]] = {0: [], buys: []}
        for count in peaks:
            folder = Path(scratch) / str(count)
            folder.mkdir()
            began = time.monotonic()
            await _fill(folder, count)
            size = (folder / "bot.db").stat().st_size / 1024 / 1024
            took = time.monotonic() - began
            print(f"{count} buys of {_PEOPLE}: {size:.1f} MB, made in {took:.0f} s", flush=True)
        for _ in range(rounds):
            for count, made in peaks.items():
                made.append(await _run(Path(scratch) / str(count)))
                print(f"with {count} buys: {made[-1]:.1f} MB at most", flush=True)
        return median(peaks[buys]) / median(peaks[0])


def main() -> int:
    """Return 0 when memory stays within a tenth."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--buys", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    ratio = asyncio.run(_measure(options.buys, options.rounds))
    print(f"ratio: {ratio:.3f}")
    return 0 if ratio <= 1.1 else 1  # noqa: PLR2004 - the bound that is promised


if __name__ == "__main__":
    raise SystemExit(main())
