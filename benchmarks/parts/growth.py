"""A thousand, a hundred thousand, a million stored sessions and orders: what grows with them."""

import asyncio
import secrets
import shutil
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.contestants import SNAPORDER
from benchmarks.measuring import Load, chat_of, market_of, observe, until_polled, warm_up
from benchmarks.parts.options import Options
from benchmarks.processes import stopping
from benchmarks.worlds.goods import first_offer
from benchmarks.worlds.moves import SEARCHES
from benchmarks.worlds.people import FIRST_PERSON
from bot.domain.addresses import Address
from bot.domain.drafts import OrderLine
from bot.domain.identifiers import ChatId, MarketplaceOrderId, MerchantOrderNo, OfferId, UserId
from bot.domain.money import Fen
from bot.domain.offers import Wording
from bot.domain.orders import Order, OrderPart, OrderStatus, Placing
from bot.domain.quotes import Quote, QuoteLine
from bot.domain.sessions import Session
from bot.storage.codec import to_micros
from bot.storage.keys import load_keyring
from bot.storage.places import place_of_order, place_of_session
from bot.storage.sealing import Sealer
from bot.storage.sqlite.storage import SqliteStorage

Json = dict[str, Any]
_LOOKUPS = 200
_STARTS = 3
_AGE = timedelta(days=20)
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_ADDRESS = Address(
    full_name="张三",
    mobile="13812345678",
    province="浙江省",
    city="杭州市",
    district="滨江区",
    street="长河街道网商路699号",
    district_code="330108",
)


def growth(options: Options) -> list[Json]:
    """Each size with a database and a world of its own."""
    found = []
    for size in options.growth:
        folder = options.folder / f"growth-{size}"
        folder.mkdir(parents=True)
        found.append(_one(size, folder, options))
        print(f"  {size:>9,}  {found[-1]['run']['p95_ms']:.0f} ms p95", flush=True)
        shutil.rmtree(folder)
    return found


def _one(size: int, folder: Path, options: Options) -> Json:
    path = folder / "snaporder.db"
    sealer = load_keyring(None, path.with_suffix(".key")).sealer()
    asyncio.run(_empty(path, sealer))
    began = time.monotonic()
    _fill(path, sealer, size)
    filled = time.monotonic() - began
    lookup = asyncio.run(_look_up(path, sealer, size))
    load = replace(Load(), measured=options.seconds)
    market = market_of(load, folder)
    starts = []
    with stopping(market):
        for _ in range(_STARTS - 1):
            chat = chat_of(SNAPORDER, load, folder)
            with stopping(chat):
                bot = SNAPORDER.start(folder, chat, market)
                with stopping(bot):
                    starts.append(until_polled(bot, chat) - bot.started)
        chat = chat_of(SNAPORDER, load, folder, "--known", str(size))
        with stopping(chat):
            bot = SNAPORDER.start(folder, chat, market)
            with stopping(bot):
                starts.append(until_polled(bot, chat) - bot.started)
                chat.ask(f"/begin?people={load.people}")
                warm_up(bot, chat, market, load)
                # Longer than the pause between two looks for troubles.
                run = observe(bot, chat, max(options.seconds, 12.0), min(starts))
    return {
        "size": size,
        "database_mb": path.stat().st_size / 1e6,
        "filled_s": filled,
        "starts_s": starts,
        "orders_of_person_us": lookup,
        "run": run.as_json(),
    }


async def _empty(path: Path, sealer: Sealer) -> None:
    storage = SqliteStorage(path, sealer)
    await storage.open()
    await storage.close()


async def _look_up(path: Path, sealer: Sealer, size: int) -> float:
    """Return the microseconds that finding a person's orders takes, on average."""
    storage = SqliteStorage(path, sealer)
    await storage.open()
    people = [UserId(FIRST_PERSON + secrets.randbelow(size)) for _ in range(_LOOKUPS)]
    began = time.perf_counter()
    for each in people:
        assert await storage.orders.orders_of(each)
    took = time.perf_counter() - began
    await storage.close()
    return took * 1e6 / _LOOKUPS


def _fill(path: Path, sealer: Sealer, size: int) -> None:
    """Write sealed rows as the bot writes them, without asking the disk each time."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("PRAGMA cache_size=-200000")
    connection.execute("BEGIN")
    connection.executemany(
        "INSERT INTO sessions (session_id, revision, body, touched_at, chat_id, user_id)"
        " VALUES (?, 1, ?, ?, ?, ?)",
        sessions(sealer, size),
    )
    connection.executemany(
        "INSERT INTO orders (order_no, user_id, chat_id, session_id, revision, placing, told,"
        " created_at, body) VALUES (?, ?, ?, ?, 1, 'placed', 1, ?, ?)",
        orders(sealer, size),
    )
    connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def _id(number: int) -> str:
    digits = ""
    for _ in range(6):
        number, digit = divmod(number, len(_ALPHABET))
        digits = _ALPHABET[digit] + digits
    return digits


def sessions(sealer: Sealer, size: int) -> Iterator[tuple[Any, ...]]:
    """Id, sealed body, moment, chat and person of so many conversations."""
    person, session_id = 9_999_999_999, "QQQQQQ"
    sample = Session(
        session_id=session_id,
        chat_id=ChatId(person),
        user_id=UserId(person),
        revision=1,
        address=_ADDRESS,
    )
    body = sample.model_dump_json()
    touched = to_micros(datetime.now(UTC) - _AGE)
    for number in range(size):
        own, place = FIRST_PERSON + number, _id(number)
        plain = body.replace(str(person), str(own)).replace(session_id, place)
        context = place_of_session(ChatId(own), UserId(own))
        yield place, sealer.seal(plain.encode(), context), touched, own, own


def orders(sealer: Sealer, size: int) -> Iterator[tuple[Any, ...]]:
    """Number, person, chat, session, moment and sealed body of so many orders, all over."""
    body = _order().model_dump_json()
    created = to_micros(datetime.now(UTC) - _AGE)
    for number in range(size):
        own, order_no = FIRST_PERSON + number, f"S251101-{_id(number):A>8}"
        plain = body.replace("9999999999", str(own)).replace("S251101-QQQQQQQQ", order_no)
        sealed = sealer.seal(plain.encode(), place_of_order(order_no))
        yield order_no, own, own, _id(number), created + number, sealed


def _order() -> Order:
    person, goods = 9_999_999_999, Fen(16_680)
    line = OrderLine(
        offer_id=OfferId(first_offer(str(SEARCHES))),
        title=Wording(
            zh="新款双肩背包男士大容量旅行包", translated="New Backpack Men's Travel Bag"
        ),
        quantity=12,
        unit_price=Fen(1_390),
    )
    quoted = QuoteLine(offer_id=line.offer_id, amount=goods, unit_price=Fen(1_390))
    return Order(
        order_no=MerchantOrderNo("S251101-QQQQQQQQ"),
        user_id=UserId(person),
        chat_id=ChatId(person),
        placing=Placing.PLACED,
        lines=(line,),
        quote=Quote(lines=(quoted,), goods=goods, freight=Fen(350), total=Fen(17_030)),
        address=_ADDRESS,
        created_at=datetime.now(UTC) - _AGE,
        parts=(
            OrderPart(
                order_id=MarketplaceOrderId("2257164624870311973"),
                total=Fen(17_030),
                status=OrderStatus.COMPLETED,
            ),
        ),
    )
