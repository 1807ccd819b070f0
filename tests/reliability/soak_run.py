"""A soak: people, faults and a bad host for some minutes, then quiet, then the audit."""

import asyncio
import contextlib
import os
import random
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import httpx
from processes import BotProcess, SandboxProcess
from soak_audit import audit
from soak_books import (
    group_ledger_in_file,
    group_ledger_in_server,
    read_books,
    read_put_back,
    untold_in_file,
    untold_in_server,
)
from soak_channels import Administrator
from soak_database import Database, database
from soak_deputy import Deputy
from soak_faults import Mischief
from soak_findings import Audit
from soak_groups import Crowd, deputised
from soak_groups_audit import LedgerWatch, audit_groups, judge_public
from soak_guests import GUESTS, Guest, audit_guests
from soak_host import Host, HostClock, Trouble, faketime_library
from soak_keepers import KEEPERS, Desk, Keeper, count_keepers
from soak_patience import Busy, Patience
from soak_people import GOODS, Shopper, Temper
from soak_replicas import Replicas
from soak_shop import audit_shop, change_prices
from soak_terms import FURTHER

from tests.loopback import http_client

_SETTLES_WITHIN = 90.0  # seconds in which nothing moves
_STOPS_WITHIN = 35
_NONE_UNDER_WAY = [
    f'\nsnaporder_orders{{state="{each}"}} 0.0' for each in ("claimed", "creating", "uncertain")
]
_NO_QUOTAS = {
    "UNPAID_ORDERS": "0",
    "SEARCHES_PER_HOUR": "0",
    "CALLS_PER_HOUR": "0",
    "FLOOD_UPDATES": "0",
    "STOP_SECONDS": str(_STOPS_WITHIN),
}
_SOON = {"POLL_SHORTEST_SECONDS": "0.5", "POLL_UNPAID_SECONDS": "2"}
_SECRET = "soak-secret"
_LONGER = 8


@dataclass(frozen=True)
class Plan:
    """One soak. `lookup_delays` are in seconds.

    A slow machine gets up to eight times the seconds, until `at_least` orders were confirmed, and
    the bot killed and faults switched on as often.
    """

    folder: Path
    people: int = 50
    seconds: float = 600.0
    trouble: Trouble = field(default_factory=Trouble)
    faults: bool = True
    webhook: bool = False
    seed: int = 1
    at_least: int = 0
    lookup_delays: tuple[float, ...] = (0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 3, 3, 3)
    temper: Temper = field(default_factory=Temper)
    shop: bool = False
    groups: bool = False
    replicas: int = 1  # more than one: over PostgreSQL, and killed and stopped in turn


@dataclass
class Report:
    """What happened, and the findings."""

    findings: Audit
    host: Host
    faults: Counter[str]
    did: Counter[str]
    seconds: float
    replicas: Counter[str] = field(default_factory=Counter)


@dataclass
class Cast:
    """Everybody of one soak, and what is noted beside them."""

    crowd: Crowd
    keepers: list[Keeper]
    desk: Desk
    watch: LedgerWatch
    guests: list[Guest] = field(default_factory=list)
    administrator: Administrator | None = None
    moved: Counter[str] = field(default_factory=Counter)  # by sellers

    @property
    def others(self) -> Sequence[Guest | Administrator]:
        """Whoever orders nothing."""
        return [*self.guests, *([self.administrator] if self.administrator else [])]


async def soak(plan: Plan) -> Report:
    """Run the plan. Raises whatever keeps the world itself from running."""
    with database(plan.replicas, plan.seed + 5) as shared:
        return await _soak(plan, shared)


async def _soak(plan: Plan, shared: Database | None) -> Report:
    started = time.monotonic()
    world = SandboxProcess()
    bot = _bot_of(plan, world)
    replicas = Replicas([bot], rng=random.Random(plan.seed + 4))
    if shared is not None:
        replicas.join(plan.replicas, shared)
    clock = _clock_of(bot, plan)
    try:
        async with _client(world.chat) as telegram, _client(world.marketplace) as market:
            rng = random.Random(plan.seed)
            patience, desk = Patience(Busy(lambda: _working(world, replicas.bots))), Desk()
            keepers = await _keepers(plan, telegram, rng, desk, patience)
            deputy = await _deputy(plan, telegram, market, rng, patience)
            operators = [each.chat.user_id for each in keepers]
            operators += [deputy.chat.user_id] if deputy else []
            for each in replicas.bots if operators else []:
                each.environment["ADMIN_IDS"] = ",".join(map(str, operators))
            bot.start()
            await bot.ready()
            await replicas.start()
            for keeper in keepers[:1]:
                await keeper.open_shop()
            push_url = f"http://127.0.0.1:{bot.port}/marketplace/push"
            goods = (*GOODS, *FURTHER.values()) if plan.groups else GOODS
            dice = random.Random(plan.seed + 1)
            mischief = Mischief(telegram, market, dice, push_url, tuple(dict.fromkeys(goods)))
            await mischief.stock_up()
            crowd = await _crowd(plan, telegram, market, rng, patience, deputy)
            cast = Cast(crowd, keepers, desk, _ledger_watch(bot, shared))
            _bring_others(plan, cast, telegram, patience)
            hold_up = mischief.hold_up if plan.faults else None
            host = Host(bot, random.Random(plan.seed + 2), plan.trouble, clock, hold_up)
            beside = _beside(plan, cast, market)
            if shared is not None:
                beside += [replicas.trouble(), shared.trouble(replicas.work)]
            await _trouble(plan, host, mischief, cast, beside, patience)
            await replicas.rest()
            await _rest(plan, bot, crowd.people, patience, _untold(bot, shared))
            theirs = (await market.get("/sandbox/orders")).json()
            stopped = datetime.now(UTC)
            if code := replicas.stop():
                raise RuntimeError(f"the bot ended with code {code}")
            findings = await _audited(plan, bot, host, cast, theirs, stopped)
            if plan.groups:
                await judge_public(findings, telegram, crowd)
            did = sum((each.did for each in (*crowd.people, *keepers, *cast.others)), cast.moved)
            took = time.monotonic() - started
            more = replicas.did + (shared.did if shared else Counter())
            return Report(findings, host, mischief.made, did, took, more)
    finally:
        replicas.end()
        world.stop()


def _bot_of(plan: Plan, world: SandboxProcess) -> BotProcess:
    delays = ",".join(map(str, plan.lookup_delays))
    bot = BotProcess(world, plan.folder, LOOKUP_DELAYS=delays, **_NO_QUOTAS)
    if plan.groups:
        bot.environment |= {"GROUP_BUYS": "everyone"} | _SOON
    if plan.shop:
        bot.environment |= {"PAYMENT": "shop", "PAY_DAILY_LIMIT": "0"} | _SOON
    if plan.webhook:
        url = f"http://127.0.0.1:{bot.port}"
        bot.environment |= {"WEBHOOK_URL": url, "WEBHOOK_SECRET": _SECRET}
    return bot


def _ledger_watch(bot: BotProcess, shared: Database | None) -> LedgerWatch:
    if shared is not None:
        return LedgerWatch(partial(group_ledger_in_server, bot.environment["DATABASE_URL"]))
    return LedgerWatch(partial(group_ledger_in_file, bot.folder / "bot.db"))


def _untold(bot: BotProcess, shared: Database | None) -> Callable[[], int]:
    if shared is not None:
        return partial(untold_in_server, bot.environment["DATABASE_URL"])
    return partial(untold_in_file, bot.folder / "bot.db")


def _beside(plan: Plan, cast: Cast, market: httpx.AsyncClient) -> list[Coroutine[Any, Any, None]]:
    """What goes on beside the people who order."""
    going: list[Coroutine[Any, Any, None]] = [each.keep() for each in cast.keepers]
    if plan.shop:
        going.append(change_prices(market, random.Random(plan.seed + 3), cast.moved))
    if plan.groups:
        going.append(cast.watch.go_on())
    going += [each.come_and_go() for each in cast.guests]
    if cast.administrator is not None:
        going.append(cast.administrator.interfere())
    return going


def _bring_others(plan: Plan, cast: Cast, telegram: httpx.AsyncClient, patience: Patience) -> None:
    """Guests, unless a restore may bring back what they had deleted, and whoever runs channels."""
    rng = random.Random(plan.seed + 6)
    if not plan.trouble.restore_every:
        dice = [random.Random(rng.random()) for _ in range(GUESTS)]
        cast.guests = [Guest(telegram, each, patience) for each in dice]
    if plan.groups:
        owners = [each.chat.user_id for each in cast.crowd.organisers]
        places = list(zip(cast.crowd.channels, owners, strict=True))
        cast.administrator = Administrator(telegram, random.Random(rng.random()), places)


async def _audited(
    plan: Plan,
    bot: BotProcess,
    host: Host,
    cast: Cast,
    theirs: list[dict[str, Any]],
    stopped: datetime,
) -> Audit:
    """Hold the three sides against each other."""
    people = cast.crowd.people
    ids = [each.chat.user_id for each in people]
    key = bot.folder / "bot.key"
    books = await read_books(bot.folder / "bot.db", key, bot.folder / "read", ids, stopped)
    put_back = await read_put_back(host.restores, key, bot.folder, ids)
    also_sent = sum(each.chat.sent for each in cast.keepers)
    also_sent += sum(each.sent for each in cast.others)
    also_sent += len(cast.crowd.channels)  # that the bot may post there
    findings = audit(people, books, theirs, bot.log, put_back, also_sent=also_sent)
    audit_guests(findings, cast.guests, bot.folder / "read" / "bot.db")
    if plan.shop:
        audit_shop(findings, people, books, theirs)
        count_keepers(findings, cast.keepers, cast.desk)
    if plan.groups:
        audit_groups(findings, cast.crowd, books, theirs, cast.watch)
    return findings


async def _keepers(
    plan: Plan,
    telegram: httpx.AsyncClient,
    rng: random.Random,
    desk: Desk,
    patience: Patience,
) -> list[Keeper]:
    """The operators of a shop, named to the bot before it starts; none for a team."""
    if not plan.shop:
        return []
    return [
        await Keeper.arrive(telegram, random.Random(rng.random()), desk, patience)
        for _ in range(KEEPERS)
    ]


async def _deputy(
    plan: Plan,
    telegram: httpx.AsyncClient,
    market: httpx.AsyncClient,
    rng: random.Random,
    patience: Patience,
) -> Deputy | None:
    """Who takes over the buys that organisers leave alone; nobody where there are none."""
    if not plan.groups:
        return None
    return await deputised(telegram, market, random.Random(rng.random()), plan.temper, patience)


async def _crowd(
    plan: Plan,
    telegram: httpx.AsyncClient,
    market: httpx.AsyncClient,
    rng: random.Random,
    patience: Patience,
    deputy: Deputy | None,
) -> Crowd:
    """Whoever orders: everybody for themselves, or in group buys, with those who run these."""

    def dice() -> random.Random:
        return random.Random(rng.random())

    if deputy is None:
        some = [
            await Shopper.arrive(telegram, market, dice(), plan.temper) for _ in range(plan.people)
        ]
        return Crowd(people=some)
    return await Crowd.gathers(telegram, market, dice, plan.people, plan.temper, patience, deputy)


def _clock_of(bot: BotProcess, plan: Plan) -> HostClock | None:
    library = faketime_library()
    if library is None or not plan.trouble.step_every:
        return None
    clock = HostClock(plan.folder / "clock", library)
    bot.environment |= clock.environment()
    return clock


async def _trouble(
    plan: Plan,
    host: Host,
    mischief: Mischief,
    cast: Cast,
    beside: Sequence[Coroutine[Any, Any, None]],
    patience: Patience,
) -> None:
    """Have everybody order at once while the host is a bad one and both worlds misbehave."""
    began, people = time.monotonic(), cast.crowd.people

    def is_over() -> bool:
        spent = time.monotonic() - began
        counts = [sum(len(each.chat.numbers) for each in people)]
        counts += [host.kills] if plan.trouble.kill_every else []
        counts += [sum(mischief.made.values())] if plan.faults else []
        enough = min(counts) >= plan.at_least
        return spent > plan.seconds and (enough or spent > _LONGER * plan.seconds)

    others: list[asyncio.Future[Any]] = list(host.tasks())
    others += [asyncio.create_task(each) for each in beside]
    if plan.faults:
        others.append(asyncio.create_task(mischief.go_on()))
    shopping: asyncio.Future[Any] = asyncio.gather(
        *(each.shop(is_over, patience) for each in people)
    )
    done, _ = await asyncio.wait([shopping, *others], return_when=asyncio.FIRST_COMPLETED)
    for task in (*others, shopping):
        task.cancel()
    await asyncio.gather(*others, shopping, return_exceptions=True)
    await mischief.stop()
    await host.come_to_rest()
    for task in done:
        task.result()  # a bug of the soak itself is not to pass for a finding


def _working(world: SandboxProcess, bots: Sequence[BotProcess]) -> list[int]:
    running = [each.process.pid for each in bots if each.process]
    return [os.getpid(), world.process.pid, *running]


async def _rest(
    plan: Plan,
    bot: BotProcess,
    people: Sequence[Shopper],
    patience: Patience,
    untold: Callable[[], int],
) -> None:
    """Everything quiet and the bot up: let it work everything off, then ask everybody."""
    if bot.process is None or bot.process.poll() is not None:
        bot.start()
    await bot.ready()
    async with http_client(timeout=120) as http:

        async def is_worked_off(wait: float) -> bool:
            answer = await http.get(f"http://127.0.0.1:{bot.port}/readyz")
            metrics = await http.get(f"http://127.0.0.1:{bot.port}/metrics")
            settled = all(each in metrics.text for each in _NONE_UNDER_WAY)
            if settled and answer.json().get("backlog") == 0:
                return True
            await asyncio.sleep(wait / 2)
            return False

        await patience.until(is_worked_off, _SETTLES_WITHIN)
        await patience.rest(sum(plan.lookup_delays) + 2.0)  # for what shows up late
        await asyncio.gather(*(each.come_to_rest(patience) for each in people))
        await patience.until(is_worked_off, _SETTLES_WITHIN)
    await _told(untold, patience)


async def _told(count: Callable[[], int], patience: Patience) -> None:
    """Wait until no news of group buys is due; what is when nothing moves any more is lost."""

    async def is_told(wait: float) -> bool:
        with contextlib.suppress(ConnectionError):
            if not await asyncio.to_thread(count):
                return True
        await asyncio.sleep(wait / 2)
        return False

    await patience.until(is_told, _SETTLES_WITHIN)


def _client(address: str) -> httpx.AsyncClient:
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=100)
    return http_client(base_url=address, timeout=60, limits=limits)
