"""A shop under the soak: sellers' prices that move, and the books' audit."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from random import Random
from typing import Any

import httpx
from soak_books import Books
from soak_findings import Audit
from soak_people import Shopper

from bot.domain.collecting import ProofState
from bot.domain.ledger import Books as Ledger
from bot.domain.ledger import Kind, Operation
from bot.domain.marketplace_bookings import in_force, is_raise
from bot.domain.order_books import agreed_of, was_paid
from bot.domain.orders import Order, Placing


async def change_prices(market: httpx.AsyncClient, rng: Random, did: Counter[str]) -> None:
    """Have sellers ask more, or less, for orders that nobody has paid yet, for ever."""
    while True:
        await asyncio.sleep(rng.uniform(2.0, 6.0))
        answer = await market.get("/sandbox/orders")
        unpaid = [each for each in answer.json() if each["status"] == "waitbuyerpay"]
        if unpaid:
            number = rng.choice(unpaid)["orderId"]
            delta = rng.choice((150, 720, 1440, -100))
            body = {"goodsDelta": delta}
            changed = await market.post(f"/sandbox/orders/{number}/price", json=body)
            did["dearer" if delta > 0 else "cheaper"] += changed.is_success


def audit_shop(
    found: Audit,
    people: Sequence[Shopper],
    books: Books,
    at_marketplace: Sequence[dict[str, Any]],
) -> None:
    """Hold the books against the chats and against what the marketplace was paid."""
    ledger = Ledger(books.operations)
    if wrong := ledger.differences():
        found.wrong.append(f"the books do not add up: {wrong}")
    _judge_proofs(found, people, books)
    _judge_payments(found, books, at_marketplace)
    agreed_to = {each for person in people for each in person.agreed_to}
    for order in books.orders:
        _judge_charge(found, order, ledger, agreed_to)
    kinds = Counter(each.kind.value for each in books.operations)
    found.outcomes.update({f"booked: {kind}": count for kind, count in kinds.items()})


def _judge_proofs(found: Audit, people: Sequence[Shopper], books: Books) -> None:
    """What a customer was thanked for is on record; what was confirmed is booked once, as seen."""
    sent = Counter((each.user_id, each.text) for each in books.proofs)
    texts = {text for _, text in sent}
    for person in people:
        found.lost += [f"proof {each}: not on record" for each in person.thanked - texts]
    # Numbers are never sent twice; of other words two people may say the same.
    found.duplicated += [f"proof {text}: {n} on record" for (_, text), n in sent.items() if n > 1]
    receipts = {each.key: each for each in books.operations if each.kind is Kind.RECEIPT}
    for proof in books.proofs:
        receipt = receipts.pop(f"receipt:{proof.proof_id}", None)
        amount = proof.decision.amount if proof.decision else None
        if (proof.state is ProofState.CONFIRMED) != (receipt is not None):
            found.wrong.append(f"proof {proof.proof_id} is {proof.state}, booked: {receipt}")
        elif receipt is not None and amount is not None:
            booked = sum(-money.units for _, money in receipt.customer_entries())
            if booked != amount.units:
                found.wrong.append(f"proof {proof.proof_id}: {booked} booked, {amount} confirmed")
    found.outcomes["proofs"] = len(books.proofs)
    found.outcomes["proofs waiting"] = sum(
        each.state is ProofState.WAITING for each in books.proofs
    )


def _judge_payments(found: Audit, books: Books, at_marketplace: Sequence[dict[str, Any]]) -> None:
    """1688 was paid for nothing whose customer had not paid, by the books of that moment."""
    orders = {each.order_no: each for each in books.orders}
    so_far: dict[int, list[Operation]] = {}
    for each in books.operations:
        theirs, order = so_far.setdefault(each.user_id, []), orders.get(each.order_no)
        agreed = agreed_of(order) if order else None
        if each.kind is Kind.MARKETPLACE_PAID and agreed is not None:
            currency = agreed.charge.due.currency
            if not _was_covered(Ledger(theirs), each, currency):
                found.wrong.append(f"{each.order_no}: 1688 is paid, its customer had not")
        theirs.append(each)
    ours = {part.order_id.id: part for order in books.orders for part in order.parts}
    booked = {each.key for each in books.operations if each.kind is Kind.MARKETPLACE_PAID}
    for made in at_marketplace:
        part = ours.get(made["orderId"])
        if made.get("paidMs") and part is not None and was_paid(part):
            if f"paid:{part.order_id}" not in booked:
                found.lost.append(f"{made['orderId']}: paid, and not in the books")
            found.outcomes["paid at 1688"] += 1


def _was_covered(ledger: Ledger, paid: Operation, currency: Any) -> bool:
    """Tell whether an order was covered when 1688 was paid, or since a receipt was taken back.

    The payment is booked when it is read, which may be after an operator took a receipt back.
    """
    if ledger.account_of(paid.order_no, currency).is_covered:
        return True
    return any(each.kind is Kind.REVERSAL and each.order_no == paid.order_no for each in ledger)


def _judge_charge(
    found: Audit, order: Order, ledger: Ledger, agreed_to: set[tuple[str, int]]
) -> None:
    """Nobody is charged more than they agreed to, with a press for each raise."""
    agreed = agreed_of(order)
    if agreed is None:
        found.wrong.append(f"{order.order_no}: an order without a price in a shop")
        return
    theirs = [each for each in ledger if each.user_id == order.user_id]
    books = Ledger(theirs)
    account = books.account_of(order.order_no, agreed.charge.due.currency)
    if account.charged > in_force(books, agreed).due:
        found.wrong.append(f"{order.order_no}: charged {account.charged.text}")
    if order.placing is Placing.PLACED and f"charge:{order.order_no}" not in ledger:
        found.lost.append(f"{order.order_no}: placed, and not in the books")
    raises = [each for each in theirs if is_raise(each) and each.order_no == order.order_no]
    pressed = {asked for number, asked in agreed_to if number == order.order_no}
    if len(raises) > len(pressed):
        found.wrong.append(f"{order.order_no}: raised {len(raises)} times, agreed {pressed}")
    found.outcomes["prices raised, agreed to"] += len(raises)
