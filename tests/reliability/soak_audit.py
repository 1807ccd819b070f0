"""What became of every consent, seen from three sides: the chats, our database, the marketplace."""

import json
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from soak_chat import OUR_NUMBER
from soak_people import Shopper

from bot.domain.identifiers import UserId
from bot.domain.orders import Order, Placing
from bot.storage.keys import load_keyring
from bot.storage.sqlite.storage import SqliteStorage

_CLOSED = "cancel"


@dataclass
class Books:
    """Our side, read from a copy of the database."""

    orders: list[Order]
    untold: set[str]
    updates: dict[int, str]  # update id -> state


@dataclass
class Audit:
    """The findings. Each entry of `duplicated`, `lost`, `stuck` and `wrong` is a failure."""

    people: int = 0
    presses: int = 0
    confirmed: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    at_marketplace: int = 0
    doubles_cancelled: int = 0
    duplicated: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    updates: Counter[str] = field(default_factory=Counter)
    tracebacks: Counter[str] = field(default_factory=Counter)

    @property
    def failures(self) -> list[str]:
        return [
            f"{kind}: {each}"
            for kind in ("duplicated", "lost", "stuck", "wrong")
            for each in getattr(self, kind)
        ]


async def read_books(database: Path, copy: Path, people: Iterable[int]) -> Books:
    """Read a stopped bot's database through its storage, on a copy, with its key."""
    _copy(database, copy)
    storage = SqliteStorage(
        copy / database.name, load_keyring(None, copy / f"{database.stem}.key").sealer()
    )
    await storage.open()
    try:
        theirs = [await storage.orders.orders_of(UserId(each), limit=100_000) for each in people]
        untold = {each.order_no for each in await storage.orders.untold_orders()}
    finally:
        await storage.close()
    with sqlite3.connect(copy / database.name) as connection:
        updates = dict(connection.execute("SELECT update_id, state FROM inbox"))
    return Books([order for orders in theirs for order in orders], untold, updates)


def _copy(database: Path, copy: Path) -> None:
    copy.mkdir()
    for name in (database.name, f"{database.name}-wal", f"{database.stem}.key"):
        if (database.parent / name).exists():
            shutil.copy2(database.parent / name, copy / name)


def audit(
    people: Sequence[Shopper],
    books: Books,
    at_marketplace: Sequence[dict[str, Any]],
    log: Path,
) -> Audit:
    """Compare the three sides."""
    found = Audit(people=len(people), confirmed=len(books.orders))
    found.presses = sum(len(each.consents) for each in people)
    found.outcomes.update(each.placing.value for each in books.orders)
    found.outcomes["sent once more"] = sum(each.sent_again for each in books.orders)
    found.stuck = [f"{each.chat.user_id}: {each.stuck}" for each in people if each.stuck]
    found.at_marketplace = len(at_marketplace)
    by_number: dict[str, list[dict[str, Any]]] = {}
    for each in at_marketplace:
        by_number.setdefault(each["thirdOrderId"], []).append(each)
    shoppers = {each.chat.user_id: each for each in people}
    for order in books.orders:
        _judge(found, order, by_number.pop(order.order_no, []), shoppers[order.user_id])
        if order.order_no in books.untold:
            found.lost.append(f"{order.order_no} {order.placing}: the person was never told")
    found.wrong += [f"{number}: an order that nobody agreed to" for number in by_number]
    for person in people:
        _compare_consents(
            found, person, [o for o in books.orders if o.user_id == person.chat.user_id]
        )
    known = {order.order_no for order in books.orders}
    for person in people:
        strange = person.chat.numbers - known
        found.lost += [f"{number}: in a chat, but not in the database" for number in strange]
    _count_updates(found, books, sum(each.chat.sent for each in people))
    found.tracebacks = tracebacks(log)
    return found


def _count_updates(found: Audit, books: Books, sent: int) -> None:
    """Everything that anybody sent was stored once and brought to an end."""
    found.updates.update(books.updates.values())
    if len(books.updates) < sent:
        found.lost.append(f"{sent - len(books.updates)} of {sent} updates were never stored")
    for update_id, state in books.updates.items():
        if state not in {"finished", "parked"}:
            found.lost.append(f"update {update_id} is {state}")


def _judge(found: Audit, order: Order, theirs: list[dict[str, Any]], person: Shopper) -> None:
    """One consent against what the marketplace has under its number."""
    live = [each for each in theirs if each["status"] != _CLOSED]
    ours = {part.order_id for part in order.parts}
    closed = [each for each in theirs if each not in live]
    found.doubles_cancelled += sum(each["orderId"] not in ours for each in closed)
    name = f"{order.order_no} {order.placing}"
    if not all(_carries(each, order.order_no) for each in theirs):
        found.wrong.append(f"{name}: the note does not end with our number")
    if order.placing is Placing.PLACED:
        if not ours <= {each["orderId"] for each in theirs}:
            found.lost.append(f"{name}: not at the marketplace")
            return
        if extra := [each["orderId"] for each in live if each["orderId"] not in ours]:
            found.duplicated.append(f"{name}: also {extra}")
        # What was closed since, by its buyer or for want of payment, was made all the same.
        _judge_goods(found, order, [each for each in theirs if each["orderId"] in ours], person)
    elif order.placing in {Placing.REFUSED, Placing.CHANGED}:
        found.wrong += [f"{name}: but {each['orderId']} exists" for each in live]
    elif order.placing is Placing.UNRESOLVED:
        if order.order_no not in person.chat.numbers:
            found.lost.append(f"{name}: the person never saw its number")
        if len(live) > 1:
            found.duplicated.append(f"{name}: {[each['orderId'] for each in live]}")
        if live:
            found.outcomes["unresolved, but at the marketplace"] += 1
    else:
        found.lost.append(f"{name}: never settled")


def _judge_goods(found: Audit, order: Order, made: list[dict[str, Any]], person: Shopper) -> None:
    """The goods are the agreed ones, once each; other amounts than agreed were told."""
    agreed = Counter({(line.offer_id, line.spec_id): 0 for line in order.lines})
    for line in order.lines:
        agreed[(line.offer_id, line.spec_id)] += line.quantity
    got: Counter[tuple[int, str | None]] = Counter()
    for each in made:
        for line in each["lines"]:
            got[(line["offerId"], line["specId"])] += line["quantity"]
    left_out = {(each.offer_id, each.spec_id) for each in order.failed_lines}
    missing = {key for key, quantity in agreed.items() if got[key] != quantity}
    if got - agreed:
        found.duplicated.append(f"{order.order_no}: more than agreed: {dict(got - agreed)}")
    elif missing - left_out:
        found.wrong.append(f"{order.order_no}: goods are missing: {missing}")
    total = sum(each["totalFen"] for each in made)
    if total == order.quote.total:
        found.outcomes["placed for exactly the agreed total"] += 1
        return
    found.outcomes["placed for another total, which was told"] += 1
    amounts = [f"{each['totalFen'] / 100:,.2f}" for each in made]
    if not any(_tells(text, order.order_no, amounts) for text in person.chat.seen_text):
        found.wrong.append(f"{order.order_no}: costs {amounts}, which was never shown")


def _tells(text: str, number: str, amounts: list[str]) -> bool:
    return number in text and all(each in text for each in amounts)


def _carries(theirs: dict[str, Any], number: str) -> bool:
    return OUR_NUMBER.findall(theirs["message"])[-1:] == [number]


def _compare_consents(found: Audit, person: Shopper, orders: list[Order]) -> None:
    """Every order has a press of Confirm of its own that named its total."""
    pressed = Counter(each.total for each in set(person.consents))
    for order in orders:
        pressed[order.quote.total] -= 1
        if pressed[order.quote.total] < 0:
            found.wrong.append(f"{order.order_no}: no press agreed to {order.quote.total} fen")


def tracebacks(log: Path) -> Counter[str]:
    """Count what the bot's log has tracebacks of, by its event."""
    counted: Counter[str] = Counter()
    for line in log.read_text(errors="replace").splitlines():
        if line.startswith("Traceback"):
            counted["raw traceback"] += 1
        elif line.startswith("{") and '"exception"' in line:
            try:
                counted[json.loads(line)["event"]] += 1
            except ValueError:
                counted["broken line"] += 1  # the process was killed while writing it
    return counted
