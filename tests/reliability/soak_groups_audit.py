"""The invariants of a group buy, held against the chats, the storage and the marketplace.

They are numbered as in decision 22's specification: 1 money adds up, 2 nobody pays more than
agreed, 3 same goods, same price, 4 pieces, 5 limits, 6 no claim in the order without a consent,
7 entries are only added, 8 only the person changes a claim, 9 silence is a no, 10 public state.
"""

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import httpx
from soak_books import Books, RunBuy
from soak_claims_audit import judge_people
from soak_findings import Audit
from soak_groups import Crowd

from bot.domain.group_buys.bills import pieces_by_variant
from bot.domain.group_buys.buys import BuyState, GroupBuy
from bot.domain.group_buys.claims import ClaimState
from bot.domain.group_buys.disputes import open_disputes
from bot.domain.group_buys.fulfilling import open_balances
from bot.domain.group_buys.rows import row_of
from bot.domain.identifiers import SpecId
from bot.domain.ledger import Account, Kind
from bot.domain.orders import Order, Placing

_SEEN_EVERY = 10.0  # seconds
_DUE_FOR = timedelta(seconds=60)  # with nothing else to do
_NAMED = 20  # characters of a variant's name that a screen surely shows
_B, _S = BuyState, ClaimState
_BOUGHT = {_B.BOUGHT, _B.SHIPPED, _B.ARRIVED, _B.HANDING_OUT, _B.SETTLING, _B.CLOSED}
_IN_ORDER = {_B.ORDERING, _B.ORDERED} | _BOUGHT
_RECEIPT = Kind.RECEIPT
_ALL_HANDED = {_B.SETTLING, _B.CLOSED}
_PRIVATE = re.compile(r"\bG\d+-\d+\b|TX\d+|1[3-9]\d{9}")


@dataclass
class LedgerWatch:
    """Reads the books of all buys beside the running bot: what stood there once has to stay."""

    read: Callable[[], dict[str, bytes]]  # raises ConnectionError where it can't be read now
    seen: dict[str, bytes] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)

    async def go_on(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(_SEEN_EVERY)
            try:
                now = await asyncio.to_thread(self.read)
            except ConnectionError:
                continue  # not there yet, or held by a start
            self.compare(now)

    def compare(self, now: dict[str, bytes]) -> None:
        """Note what has gone or is another entry than it was."""
        self.changed |= {key for key, row in self.seen.items() if now.get(key) != row}
        self.seen |= now


def audit_groups(
    found: Audit,
    crowd: Crowd,
    books: Books,
    at_marketplace: Sequence[dict[str, Any]],
    watch: LedgerWatch,
) -> None:
    """Hold all buys against what was said in the chats and what the marketplace has."""
    orders = {each.order_no: each for each in books.orders}
    claims = Counter[str]()
    for run in books.buys:
        found.outcomes[f"buys: {run.buy.state.value}"] += 1
        claims.update(each.state.value for each in run.buy.claims)
        _judge_money(found, run, at_marketplace, orders, crowd)
        _judge_shares(found, run, crowd)
        _judge_pieces(found, run.buy, orders)
        _judge_limits(found, run.buy)
        _judge_orders(found, run.buy, books.orders)
        _judge_due(found, run.buy, books.read_at)
        _count_kinds(found, run)
    found.outcomes.update({f"claims: {each}": count for each, count in claims.items()})
    judge_people(found, crowd, books.buys)
    watch.compare(books.group_ledger)
    found.wrong += [f"7: booked entry {each} was changed" for each in watch.changed]
    found.outcomes["news that waits, told when the clock was ahead"] = books.later_news
    if books.untold_news:
        count, kinds = sum(books.untold_news.values()), books.untold_news
        found.lost.append(f"{count} news of group buys were never told: {kinds}")


def _count_kinds(found: Audit, run: RunBuy) -> None:
    """Count what was played, as far as it came to an order."""
    buy = run.buy
    found.outcomes["group receipts"] += sum(e.kind is Kind.RECEIPT for e in run.books)
    mine = [each.dispute for each in buy.claims if each.dispute is not None]
    found.outcomes["complaints"] += len(mine)
    found.outcomes["complaints that are open"] += sum(each.is_open for each in mine)
    if buy.state not in _BOUGHT:
        return
    kinds = {
        "fixed price": buy.terms.is_fixed,
        "several offers": bool(buy.terms.also),
        "sets": bool(buy.terms.row),
        "second leg charged": any(e.abroad for e in buy.bill.shares) if buy.bill else False,
    }
    found.outcomes.update({f"bought: {each}": int(is_so) for each, is_so in kinds.items()})


def _judge_due(found: Audit, buy: GroupBuy, now: datetime) -> None:
    """What a buy does by itself is done soon after it is due, once nothing else is to do."""
    if buy.next_at is not None and buy.next_at < now - _DUE_FOR:
        found.stuck.append(
            f"buy {buy.buy_id} ({buy.state.value}): due since {buy.next_at:%H:%M:%S}"
        )


def _judge_money(
    found: Audit,
    run: RunBuy,
    at_marketplace: Sequence[dict[str, Any]],
    orders: dict[Any, Order],
    crowd: Crowd,
) -> None:
    """1: every fen of the marketplace's total stands in an account, in its books as in ours."""
    buy, name = run.buy, f"buy {run.buy.buy_id} ({run.buy.state.value})"
    if wrong := run.books.differences():
        found.wrong.append(f"1: {name}: the books do not add up: {wrong}")
    if buy.bill is not None and buy.state in _IN_ORDER and buy.bill.difference:
        found.wrong.append(f"1: {name}: {buy.bill.difference} fen of the bill are nobody's")
    order = orders.get(buy.order_no) if buy.order_no else None
    if buy.state in _BOUGHT and order is not None:
        ours = {part.order_id.id for part in order.parts}
        paid = sum(e["totalFen"] for e in at_marketplace if e["orderId"] in ours and e["paidMs"])
        booked = Counter(
            -entry.amount.units
            for each in run.books
            if each.kind in {Kind.MARKETPLACE_PAID, Kind.MARKETPLACE_REFUND}
            for entry in each.entries
            if entry.account is Account.CASH
        )
        said = [
            fen for each in crowd.organisers for fen in each.noted.sums.get(str(buy.buy_id), ())
        ]
        # Carrying on, and what the seller sent back, are booked as the organiser said them.
        if Counter([paid]) - booked or booked - Counter([paid, *said]):
            found.wrong.append(
                f"1: {name}: {paid} fen paid at the marketplace, {dict(booked)} booked, {said} said"
            )
        left = _sum_of(run, Account.MARKETPLACE)
        if left:
            found.wrong.append(f"1: {name}: {left} fen of its marketplace account are nobody's")
        found.outcomes["buys paid at the marketplace"] += 1
    if buy.state in {_B.CLOSED, _B.CANCELLED, _B.FAILED} and open_balances(buy, run.books):
        found.wrong.append(f"1: {name}: ended with open balances")
    if buy.state is _B.CLOSED and open_disputes(buy):
        found.wrong.append(f"1: {name}: closed with open complaints")


def _sum_of(run: RunBuy, account: Account) -> int:
    return sum(e.amount.units for each in run.books for e in each.entries if e.account is account)


def _judge_shares(found: Audit, run: RunBuy, crowd: Crowd) -> None:
    """2 and 3: unit, freight, fee and total within what was agreed; one price for equal goods."""
    buy, name = run.buy, f"buy {run.buy.buy_id}"
    if buy.state in _IN_ORDER and buy.bill is not None:
        for spec in pieces_by_variant(buy.taken):
            units = {e.unit for e in buy.taken if e.spec_id == spec} | {buy.bill.unit_of(spec)}
            if len(units) != 1:
                found.wrong.append(f"3: {name}: {spec} costs {units}")
    currency = buy.terms.rate.currency
    # Whoever runs a buy, or ran it, takes pieces at whatever they come to.
    running = {buy.organiser, *(each.chat.user_id for each in crowd.organisers)}
    for user in dict.fromkeys(each.user_id for each in buy.claims):
        if user in running:
            continue
        mine = [each for each in buy.claims_of(user) if each.is_in or each.state is _S.SHORT]
        share = buy.share_of(user)
        goods = sum(each.consent.goods for each in mine)
        # By heads it is one share for a person, however many claims they have.
        together = partial(max, default=0) if buy.terms.by_heads else sum
        freight = together(each.consent.freight for each in mine)
        other = together(each.consent.other for each in mine)
        fee = max((e.consent.fee_ppm for e in mine), default=0) * share.goods // 1_000_000
        charged = run.books.account_of(buy.account_of(user), currency).charged
        worse = {
            "unit": any(e.unit is not None and e.unit > e.ceiling for e in mine),
            "goods": share.goods > goods,
            "freight": share.freight > freight,
            "fee": share.fee > fee,
            "second leg": share.abroad > other,
            "charged": charged.units > goods + freight + fee + other,
        }
        if buy.state in {_B.COLLECTING, *_IN_ORDER} and any(worse.values()):
            which = [each for each, is_so in worse.items() if is_so]
            found.wrong.append(f"2: {name}: {user} pays more than agreed: {which}")


def _judge_pieces(found: Audit, buy: GroupBuy, orders: dict[Any, Order]) -> None:
    """4: claims come to the order's lines, and what was handed out to the claims."""
    name = f"buy {buy.buy_id}"
    frozen = [each for each in buy.claims if each.number in buy.frozen]
    order = orders.get(buy.order_no) if buy.order_no else None
    if buy.state in _IN_ORDER:
        pieces, least, lines = Counter[_Goods](), Counter[_Goods](), Counter[_Goods]()
        for each in frozen:
            goods = _goods_of(buy, each.spec_id)
            pieces[goods] += each.pieces
            # What somebody agreed to go without may be missing in the order already.
            least[goods] += each.served if each.partly else each.pieces
        for line in order.lines if order else ():
            lines[(str(line.offer_id), line.spec_id)] += line.quantity
        if lines - pieces or least - lines:
            found.wrong.append(f"4: {name}: claims of {dict(pieces)}, ordered {dict(lines)}")
        row = {_goods_of(buy, spec): count for spec, count in row_of(buy.terms).items()}
        if row and len({lines[goods] / count for goods, count in row.items()}) != 1:
            found.wrong.append(f"4: {name}: {dict(lines)} are no whole sets of {row}")
    if buy.state in _ALL_HANDED:
        for each in frozen:
            if each.handed + each.short != each.pieces and each.state is not _S.REFUNDED:
                found.wrong.append(f"4: {name}: of claim {each.number} a piece is nowhere")


_Goods = tuple[str, str | None]


def _goods_of(buy: GroupBuy, spec: SpecId | None) -> _Goods:
    """Name a variant as the marketplace does: by its offer, and its own id there."""
    variant = buy.terms.variant(spec)
    return str(buy.terms.goods_with(spec).offer_id), variant.at_marketplace if variant else spec


def _judge_limits(found: Audit, buy: GroupBuy) -> None:
    """5: nobody and no variant is above its limit."""
    name = f"buy {buy.buy_id}"
    taken = pieces_by_variant(buy.taken)
    for spec, count in taken.items():
        variant = buy.terms.variant(spec)
        if variant is None or count > variant.limit:
            found.wrong.append(f"5: {name}: {count} of {spec} taken")
    most = buy.terms.most_each
    held = Counter[int]()
    for each in buy.claims:
        held[each.user_id] += each.pieces if each.is_in or each.state is _S.WAITING else 0
    too_many = {user: n for user, n in held.items() if most and n > most and user != buy.organiser}
    if too_many:
        found.wrong.append(f"5: {name}: more than {most} of {too_many}")
    late = [each.number for each in buy.claims if each.at > buy.terms.deadline]
    if late and buy.state not in {_B.OPEN, _B.PAUSED, _B.DRAFT}:
        mine = [n for n in late if buy.claim(n).user_id != buy.organiser and buy.claim(n).is_in]
        found.wrong += [f"5: {name}: claim {each} was made after the deadline" for each in mine]


def _judge_orders(found: Audit, buy: GroupBuy, orders: Sequence[Order]) -> None:
    """4: one set of people, one order; what was closed unpaid may be ordered once more."""
    live = [
        each.order_no
        for each in orders
        if each.group_buy == buy.buy_id and each.placing is Placing.PLACED and each.is_open
    ]
    if len(live) > 1:
        found.duplicated.append(f"buy {buy.buy_id}: orders {live}")
    if buy.state is _B.ORDERING:
        found.outcomes["buys whose order is unclear"] += 1


async def judge_public(found: Audit, telegram: httpx.AsyncClient, crowd: Crowd) -> None:
    """10: no card in a channel ever named anybody, an account, a proof or a phone."""
    for channel in crowd.channels:
        answer = await telegram.get(f"/sandbox/chats/{channel}/wait?after_seq=0&timeout=1")
        shown = 0
        for event in answer.json()["events"]:
            message = event.get("message") or {}
            text = str(message.get("text") or message.get("caption") or "")
            shown += bool(text)
            told = [who for who, name in crowd.names.items() if name in text]
            if told or _PRIVATE.search(text):
                found.wrong.append(f"10: channel {channel} names {told}: {text[:200]}")
        found.outcomes["cards, as posted and edited"] += shown
