"""A thousand people join one group buy within a minute, beside a thousand who order for themselves.

    .venv/bin/python scripts/group_rush.py

Real processes, one bot: everybody presses and types in a private chat of their own, 20 variants,
with fewer pieces than are wanted and a limit per person. First so many people walk the same kinds
of steps without a group buy, so that what is told is a ratio within one run. Then a buy of 50 is
closed by its organiser. Ends with 1 where a piece was oversold, a claim lost, or a figure missed.
"""

import argparse
import asyncio
import re
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

_ROOT = Path(__file__).resolve().parent.parent
for _folder in (_ROOT, _ROOT / "tests" / "journeys"):
    sys.path.insert(0, str(_folder))

from buying import SNEAKERS, Market, at_offer, at_preview  # noqa: E402 - found through the path above
from channels import POSTING, Channel  # noqa: E402 - as above
from chat import Person, Shown  # noqa: E402 - as above
from crashing import Clients, Own, own_world  # noqa: E402 - as above

from bot.domain.group_buys.buys import GroupBuy  # noqa: E402 - as above
from bot.domain.group_buys.claims import ClaimState  # noqa: E402 - as above
from bot.domain.identifiers import BuyId  # noqa: E402 - as above
from bot.storage.keys import load_keyring  # noqa: E402 - as above
from bot.storage.sqlite.storage import SqliteStorage  # noqa: E402 - as above

VARIANTS, STOCK, MOST_EACH = 20, 60, 3
MOST_TIMES, MOST_EDITS, MOST_TAPS, MOST_SECONDS, MOST_TOGETHER = 2.0, 9, 8, 5.0, 60.0
_ON_A_PAGE = 12  # variants
_PATIENCE = 120.0
_AGAIN = "Try again"
_SHOWN = re.compile(r"\((\d[\d,]*)\)$|· (?:queue|sold out)$")
_SETTINGS = {
    "LOOKUP_DELAYS": "0.1,0.1",
    "FLOOD_UPDATES": "0",
    "GROUP_BUYS": "operators",
    "POLL_SHORTEST_SECONDS": "0.5",
    # Telegram's own limit would be what is measured: 30 messages a second.
    "TELEGRAM_MESSAGES_PER_SECOND": "1000",
}


@dataclass
class Member:
    """One person; `took` are the seconds from each press or text to what the bot showed then."""

    http: aiohttp.ClientSession
    id: int
    seq: int = 0
    took: list[float] = field(default_factory=list)
    shown: dict[str, Any] = field(default_factory=dict)

    async def say(self, text: str) -> None:
        """Write, and wait for the answer."""
        await self._timed("send", {"from": self.id, "text": text})

    async def tap(self, wanted: str, number: int = 0) -> None:
        """Press the so many-th button whose label matches."""
        rows = self.shown.get("reply_markup", {}).get("inline_keyboard", [])
        found = [each for row in rows for each in row if re.search(wanted, each["text"])]
        if len(found) <= number and wanted != _AGAIN and _AGAIN in str(rows):
            await self.tap(_AGAIN)  # the marketplace was too slow for this machine
            await self.tap(wanted, number)
            return
        if len(found) <= number:
            raise RuntimeError(f"no {wanted!r} in {[e['text'] for row in rows for e in row]}")
        data = found[number]["callback_data"]
        body = {"from": self.id, "message_id": self.shown["message_id"], "data": data}
        await self._timed("tap", body)

    async def sees(self, wanted: str) -> None:
        """Wait for what matches, which the bot says by itself."""
        while not re.search(wanted, self.text):
            await self._next()

    @property
    def text(self) -> str:
        """What the newest screen says."""
        return str(self.shown.get("text") or self.shown.get("caption") or "")

    async def _timed(self, what: str, body: dict[str, Any]) -> None:
        began = time.perf_counter()
        async with self.http.post(f"/sandbox/chats/{self.id}/{what}", json=body) as answer:
            answer.raise_for_status()
        await self._next()
        self.took.append(time.perf_counter() - began)

    async def _next(self) -> None:
        """Wait until the bot shows something with buttons."""
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            path = f"/sandbox/chats/{self.id}/wait?after_seq={self.seq}&timeout=30"
            async with self.http.get(path) as answer:
                found = await answer.json()
            self.seq = max(self.seq, int(found["seq"]))
            for event in found["events"]:
                message = event.get("message", {})
                is_bots = message.get("sandbox", {}).get("mine") is None
                if event["type"] in {"message", "edit"} and is_bots and "reply_markup" in message:
                    self.shown = message
                    return
        raise RuntimeError(f"nothing came after {self.text!r}")


@dataclass
class Rush:
    """What came of people who all came at once."""

    members: list[Member]
    seconds: float
    worked: float  # CPU seconds of the bot

    @property
    def answers(self) -> list[float]:
        """Return how long each answer took, in seconds."""
        return [each for member in self.members for each in member.took]


Walk = Callable[[Member, int], Awaitable[None]]


async def rush(
    own: Own, http: aiohttp.ClientSession, people: int, seconds: float, walk: Walk
) -> Rush:
    """Let people come one after the other over that time; each walks alone."""
    members = []
    for number in range(people):
        body = {"first_name": f"M{number}", "language_code": "en", "started": True}
        async with http.post("/sandbox/users", json=body) as answer:
            members.append(Member(http, int((await answer.json())["id"])))

    async def one(number: int) -> None:
        await asyncio.sleep(seconds * number / people)
        await walk(members[number], number)

    began, before = time.monotonic(), cpu(own)
    await asyncio.gather(*(one(number) for number in range(people)))
    return Rush(members, time.monotonic() - began, cpu(own) - before)


async def alone(member: Member, number: int) -> None:
    """Open goods, choose, say how many: the steps of an order for oneself."""
    await member.say(f"https://detail.1688.com/offer/{SNEAKERS}.html")
    await member.tap("Choose a variant")
    await member.tap(r"^[^◀▶↩🔙]", number % 3)
    await member.tap(r"^[^◀▶↩🔙]", number % 3)
    if "How many" in member.text:
        await member.say(str(3 + number % 3))


def joining(payload: str) -> Walk:
    """Return how one joins: open the link, choose, say how many, agree."""

    async def join(member: Member, number: int) -> None:
        await member.say(f"/start {payload}")
        variant = number % VARIANTS
        if variant >= _ON_A_PAGE:
            await member.tap("▶️")
            variant -= _ON_A_PAGE
        await member.tap(_SHOWN.pattern, variant)
        if number % 10 == 0:
            await member.say(str(MOST_EACH + 1))  # more than anybody may take
        await member.say(str(1 + number % MOST_EACH))
        await member.tap("Join with this")

    return join


def p95(values: Iterable[float]) -> float:
    """Return what 95 of a hundred stay below, in seconds."""
    return statistics.quantiles(list(values), n=20)[-1]


def each_cost(rush: Rush) -> float:
    """Return the CPU milliseconds of the bot for each answer."""
    return rush.worked / len(rush.answers) * 1000


async def edits_of(
    channel: Channel, http: aiohttp.ClientSession, over: asyncio.Event
) -> list[float]:
    """Return when the card in a channel was edited, until it is over."""
    seen: list[float] = []
    seq = 0
    while not over.is_set():
        path = f"/sandbox/chats/{channel.id}/wait?after_seq={seq}&timeout=1"
        async with http.get(path) as answer:
            found = await answer.json()
        seq = max(seq, int(found["seq"]))
        seen += [time.monotonic() for each in found["events"] if each["type"] == "edit"]
    return seen


def most_in_a_minute(moments: list[float]) -> int:
    """Return how many moments lie within the fullest 60 seconds."""
    return max((sum(each <= other < each + 60 for other in moments) for each in moments), default=0)


async def opened(organiser: Person) -> tuple[Shown, str]:
    """Open a buy of so many a person; return its page and the payload of its link."""
    await at_offer(organiser, SNEAKERS)
    await organiser.do("Group buy", "New group buy")
    await organiser.do("Per person", "one person take")
    await organiser.say(str(MOST_EACH), f"At most {MOST_EACH}")
    page = await organiser.do("Open it", "Open for joining")
    link = str(page.button("Copy the link")["copy_text"]["text"])
    return page, link.partition("start=")[2]


async def pays(member: Member, _: int) -> None:
    """Pay when asked to."""
    await member.sees("Please pay")
    await member.tap("Open")
    await member.sees("To pay")
    await member.tap("I have paid")
    await member.say(f"Transfer {member.id}")


async def heard(organiser: Person, words: str) -> Shown:
    """Wait until somebody was told that, even if something else was told since."""
    async with asyncio.timeout(_PATIENCE):
        while True:
            told = [each for each in await organiser.history() if words in each.text]
            if told:
                return told[-1]
            await asyncio.sleep(0.2)


async def closed(own: Own, organiser: Person, members: list[Member]) -> tuple[int, float]:
    """Close a buy and order; return the organiser's taps and the bot's CPU seconds for it."""
    page, before, taps = await organiser.say("/buys", "Your group buys"), cpu(own), 0
    for label, seen in (
        ("🟢", "Close now|people"),
        ("Close now", "Nobody can join or leave"),
        ("Yes, close it", "collected|goes ahead"),
    ):
        await organiser.tap(label, page)
        page, taps = await organiser.sees(seen), taps + 1
    await asyncio.gather(*(pays(each, 0) for each in members))
    told = await heard(organiser, f"{len(members)} members say")
    await organiser.tap("Open", told)
    page, taps = await organiser.sees("Payments are being collected"), taps + 1
    for label, seen in (
        ("say they have paid", "members say"),
        ("All of it came in", "1688 total"),
        ("Check the order", "One order for"),
        ("Order exactly this", "Being ordered|Ordered"),
    ):
        await organiser.tap(label, page)
        page, taps = await organiser.sees(seen), taps + 1
    await organiser.sees("The order is placed")
    return taps, cpu(own) - before


def cpu(own: Own) -> float:
    """Return the CPU seconds that the bot's process has taken."""
    if own.bot.process is None:
        raise RuntimeError("the bot does not run")
    fields = Path(f"/proc/{own.bot.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


async def stored(folder: Path, number: int) -> GroupBuy:
    """Read a buy from the database of a bot that was stopped."""
    database = folder / "bot.db"
    storage = SqliteStorage(database, load_keyring(None, database.with_suffix(".key")).sealer())
    await storage.open()
    buy = await storage.group_buys.buy(BuyId(number))
    await storage.close()
    if buy is None:
        raise RuntimeError(f"no group buy {number}")
    return buy


async def measured(own: Own, clients: Clients, options: argparse.Namespace) -> list[str]:
    """Measure everything, print it, and return what was missed."""
    organiser = await clients.arrive()
    own.bot.environment["ADMIN_IDS"] = str(organiser.id)
    own.bot.start()
    await own.bot.ready()
    await at_preview(organiser)  # leaves an address behind
    await Market(clients.market).change(SNEAKERS, stock=STOCK)
    channel = await Channel.of(clients, organiser.id, "Shoes together")
    await channel.bot_is("administrator", POSTING)
    connector, patient = aiohttp.TCPConnector(limit=0), aiohttp.ClientTimeout(total=None)
    async with aiohttp.ClientSession(own.world.chat, connector=connector, timeout=patient) as http:
        without = await rush(own, http, options.people, options.seconds, alone)
        _, payload = await opened(organiser)
        await organiser.do("Post in Shoes", "being posted")
        await channel.one_card("0 pairs")
        over = asyncio.Event()
        watching = asyncio.create_task(edits_of(channel, http, over))
        joined = await rush(own, http, options.people, options.seconds, joining(payload))
        print(f"p95 {p95(without.answers):.3f} s, joining {p95(joined.answers):.3f} s", flush=True)
        await asyncio.sleep(8)
        over.set()
        edits = most_in_a_minute(await watching)
        await Market(clients.market).change(SNEAKERS, stock=10_000)
        _, second = await opened(organiser)
        fifty = await rush(own, http, 50, 5, joining(second))
        taps, seconds = await closed(own, organiser, fifty.members)
    if own.bot.stop():
        raise RuntimeError("the bot did not end by itself")
    return told(options, without, joined, edits, taps, seconds, await stored(own.bot.folder, 1))


def told(
    options: argparse.Namespace,
    without: Rush,
    joined: Rush,
    edits: int,
    taps: int,
    seconds: float,
    buy: GroupBuy,
) -> list[str]:
    """Print the figures; return those that were missed."""
    held = [each for each in buy.claims if each.state is ClaimState.HELD]
    waiting = [each for each in buy.claims if each.state is ClaimState.WAITING]
    pieces: dict[str, int] = {}
    for each in held:
        pieces[each.spec_id or ""] = pieces.get(each.spec_id or "", 0) + each.pieces
    oversold = sum(max(0, count - STOCK) for count in pieces.values())
    lost = options.people - len({each.user_id for each in (*held, *waiting)})
    last = [each.took[-1] for each in joined.members]
    usual, times = p95(without.answers), p95(joined.answers) / p95(without.answers)
    rows: list[tuple[str, object]] = [
        ("people", options.people),
        ("seconds without a group buy, with one", f"{without.seconds:.0f}, {joined.seconds:.0f}"),
        ("answers", f"{len(without.answers)}, {len(joined.answers)}"),
        ("CPU of the bot for an answer", f"{each_cost(without):.1f}, {each_cost(joined):.1f} ms"),
        ("p95 of an answer without a group buy", f"{usual * 1000:.0f} ms"),
        (
            "p95 of an answer while joining",
            f"{p95(joined.answers) * 1000:.0f} ms, {times:.2f} times",
        ),
        ("p95 of Join itself", f"{p95(last) * 1000:.0f} ms, {p95(last) / usual:.2f} times"),
        ("claims held, in the queue", f"{len(held)}, {len(waiting)}"),
        ("pieces held of pieces there are", f"{sum(pieces.values())} of {VARIANTS * STOCK}"),
        ("pieces OVERSOLD", oversold),
        ("claims LOST", lost),
        ("edits of the card in the fullest minute", edits),
        ("closing a buy of 50: taps of its organiser", taps),
        ("  CPU seconds of the bot, all 50 paying", f"{seconds:.2f}"),
    ]
    for name, value in rows:
        print(f"{name:<48}{value}")
    missed = {
        "oversold": oversold > 0,
        "lost": lost > 0,
        "too slow": max(times, p95(last) / usual) > MOST_TIMES,
        "not within a minute": joined.seconds > MOST_TOGETHER,
        "too many edits": edits > MOST_EDITS,
        "too many taps": taps > MOST_TAPS,
        "too much work": seconds > MOST_SECONDS,
    }
    return [name for name, is_missed in missed.items() if is_missed]


async def _run(options: argparse.Namespace) -> list[str]:
    with own_world(**_SETTINGS) as own:
        async with own.clients() as clients:
            return await measured(own, clients, options)


def main() -> int:
    """Return 1 where a figure was missed."""
    parser = argparse.ArgumentParser(prog="group_rush", description=__doc__)
    parser.add_argument("--people", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=50.0, help="in which they come")
    options = parser.parse_args()
    missed = asyncio.run(_run(options))
    print("missed: " + ", ".join(missed) if missed else "all as promised")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
