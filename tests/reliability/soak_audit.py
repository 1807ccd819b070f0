"""What became of every consent, seen from three sides: the chats, our database, the marketplace."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from soak_books import Books, PutBack
from soak_chat import OUR_NUMBER
from soak_findings import Audit
from soak_people import Shopper
from soak_restores import forgotten_orders, judge_consents, judge_put_back

from bot.domain.orders import Order, Placing

_CLOSED = "cancel"


def audit(
    people: Sequence[Shopper],
    books: Books,
    at_marketplace: Sequence[dict[str, Any]],
    log: Path,
    put_back: Sequence[PutBack] = (),
    *,
    also_sent: int = 0,
) -> Audit:
    """Compare the three sides. `put_back` is in the order in which it happened.

    `also_sent` is how much came from others than people, such as a shop's operators.
    """
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
    forgotten = forgotten_orders(books, put_back)
    for order in forgotten.values():
        theirs = by_number.pop(order.order_no, [])
        _judge_forgotten(found, order, theirs, shoppers[order.user_id])
    found.wrong += [f"{number}: an order that nobody agreed to" for number in by_number]
    judge_consents(found, people, books, put_back)
    judge_put_back(found, books, put_back, at_marketplace)
    known = {order.order_no for order in books.orders} | set(forgotten)
    for person in people:
        strange = person.chat.numbers - known
        found.lost += [f"{number}: in a chat, but not in the database" for number in strange]
    _count_updates(found, books, put_back, also_sent + sum(each.chat.sent for each in people))
    found.tracebacks = tracebacks(log)
    return found


def _count_updates(found: Audit, books: Books, put_back: Sequence[PutBack], sent: int) -> None:
    """Everything that anybody sent was stored once and brought to an end, or forgotten."""
    found.updates.update(books.updates.values())
    stored = set(books.updates).union(*(each.replaced.updates for each in put_back))
    found.updates_forgotten = len(stored) - len(books.updates)
    if len(stored) < sent:
        found.lost.append(f"{sent - len(stored)} of {sent} updates were never stored")
    for update_id, state in books.updates.items():
        if state not in {"finished", "parked"}:
            found.lost.append(f"update {update_id} is {state}")


def _judge(found: Audit, order: Order, theirs: list[dict[str, Any]], person: Shopper) -> None:
    """One consent against what the marketplace has under its number."""
    live = [each for each in theirs if each["status"] != _CLOSED]
    ours = {part.order_id.id for part in order.parts}
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
        _judge_closed(found, order, theirs, person)
        # What was closed since, by its buyer or for want of payment, was made all the same.
        _judge_goods(found, order, [each for each in theirs if each["orderId"] in ours], person)
    elif order.placing in {Placing.REFUSED, Placing.CHANGED}:
        found.wrong += [f"{name}: but {each['orderId']} exists" for each in live]
    elif order.placing is Placing.UNRESOLVED:
        if order.order_no not in person.chat.numbers:
            found.lost.append(f"{name}: the person never saw its number")
        _judge_unclear(found, order, live)
        if live:
            found.outcomes["unresolved, but at the marketplace"] += 1
    else:
        found.lost.append(f"{name}: never settled")
    _judge_paid(found, order, theirs, person)


def _judge_forgotten(
    found: Audit, order: Order, theirs: list[dict[str, Any]], person: Shopper
) -> None:
    """An order as it stood when a restore replaced its database: nobody looks after it since."""
    found.orders_forgotten += 1
    found.forgotten_at_marketplace += bool(theirs)
    live = [each for each in theirs if each["status"] != _CLOSED]
    name = f"{order.order_no} {order.placing}, forgotten"
    if order.placing is Placing.CLAIMED:
        found.wrong += [f"{name}: but {each['orderId']} exists" for each in theirs]
    elif order.placing is Placing.PLACED:
        ours = {part.order_id.id for part in order.parts}
        if not ours <= {each["orderId"] for each in theirs}:
            found.lost.append(f"{name}: not at the marketplace")
        _judge_closed(found, order, theirs, person)
    _judge_unclear(found, order, live)
    _judge_paid(found, order, theirs, person)


def _judge_closed(
    found: Audit, order: Order, theirs: list[dict[str, Any]], person: Shopper
) -> None:
    """What was placed is closed by nobody but its buyer."""
    ours = {part.order_id.id for part in order.parts}
    if order.order_no not in person.cancelled:
        found.wrong += [
            f"{order.order_no}: {each['orderId']} is closed, but its buyer wants it"
            for each in theirs
            if each["orderId"] in ours and each.get("closeReason") == "buyerCancel"
        ]


def _judge_paid(found: Audit, order: Order, theirs: list[dict[str, Any]], person: Shopper) -> None:
    """Nothing is paid beyond what was agreed, or told with its number before.

    In a shop the operators pay: its books say for what (`soak_shop`).
    """
    if order.quote.charge is not None:
        return
    paid = [each["totalFen"] for each in theirs if each.get("paidMs")]
    amounts = [f"{each / 100:,.2f}" for each in paid]
    if sum(paid) > order.quote.total and not any(
        _tells(text, order.order_no, amounts) for text in person.chat.seen_text
    ):
        found.wrong.append(f"{order.order_no}: paid {amounts}, agreed to {order.quote.total} fen")


def _judge_unclear(found: Audit, order: Order, live: list[dict[str, Any]]) -> None:
    """Several live orders may be the parts of one, but never more than was agreed to."""
    if more := _goods_of(live) - _agreed(order):
        found.duplicated.append(
            f"{order.order_no} {order.placing}: {[each['orderId'] for each in live]}, {dict(more)}"
        )


def _agreed(order: Order) -> Counter[tuple[str, str | None]]:
    agreed: Counter[tuple[str, str | None]] = Counter()
    for line in order.lines:
        agreed[(line.offer_id.id, line.spec_id)] += line.quantity
    return agreed


def _goods_of(theirs: list[dict[str, Any]]) -> Counter[tuple[str, str | None]]:
    got: Counter[tuple[str, str | None]] = Counter()
    for each in theirs:
        for line in each["lines"]:
            got[(str(line["offerId"]), line["specId"])] += line["quantity"]
    return got


def _judge_goods(found: Audit, order: Order, made: list[dict[str, Any]], person: Shopper) -> None:
    """The goods are the agreed ones, once each; other amounts than agreed were told."""
    agreed, got = _agreed(order), _goods_of(made)
    left_out = {
        (each.offer_id.id, each.spec_id) for each in order.failed_lines if each.offer_id is not None
    }
    missing = {key for key, quantity in agreed.items() if got[key] != quantity}
    if got - agreed:
        found.duplicated.append(f"{order.order_no}: more than agreed: {dict(got - agreed)}")
    elif missing - left_out:
        found.wrong.append(f"{order.order_no}: goods are missing: {missing}")
    total = sum(each["totalFen"] for each in made)
    if total == order.quote.total:
        found.outcomes["placed for exactly the agreed total"] += 1
        return
    if order.quote.charge is not None:  # its customer is charged by the books (`soak_shop`)
        found.outcomes["placed for another total than agreed"] += 1
        return
    found.outcomes["placed for another total, which was told"] += 1
    amounts = [f"{each['totalFen'] / 100:,.2f}" for each in made]
    if not any(_tells(text, order.order_no, amounts) for text in person.chat.seen_text):
        found.wrong.append(f"{order.order_no}: costs {amounts}, which was never shown")


def _tells(text: str, number: str, amounts: list[str]) -> bool:
    return number in text and all(each in text for each in amounts)


def _carries(theirs: dict[str, Any], number: str) -> bool:
    return OUR_NUMBER.findall(theirs["message"])[-1:] == [number]


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
