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
from typing import Any

import httpx
from soak_books import Books, RunBuy
from soak_findings import Audit
from soak_groups import Crowd, Member, Organiser

from bot.domain.group_buys.bills import pieces_by_variant
from bot.domain.group_buys.buys import BuyState, GroupBuy
from bot.domain.group_buys.claims import Claim, ClaimState
from bot.domain.group_buys.fulfilling import open_balances
from bot.domain.identifiers import UserId
from bot.domain.ledger import Account, Kind
from bot.domain.orders import Order, Placing

_SEEN_EVERY = 10.0  # seconds
_B, _S = BuyState, ClaimState
_BOUGHT = {_B.BOUGHT, _B.SHIPPED, _B.ARRIVED, _B.HANDING_OUT, _B.SETTLING, _B.CLOSED}
_IN_ORDER = {_B.ORDERING, _B.ORDERED} | _BOUGHT
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
        _judge_money(found, run, at_marketplace, orders)
        _judge_shares(found, run)
        _judge_pieces(found, run.buy, orders)
        _judge_limits(found, run.buy)
        _judge_orders(found, run.buy, books.orders)
        found.outcomes["group receipts"] += sum(e.kind is Kind.RECEIPT for e in run.books)
    found.outcomes.update({f"claims: {each}": count for each, count in claims.items()})
    for member in crowd.members:
        _judge_consents(found, member, books.buys)
    _judge_receipts(found, crowd.organisers, books.buys)
    _judge_chats(found, crowd)
    watch.compare(books.group_ledger)
    found.wrong += [f"7: booked entry {each} was changed" for each in watch.changed]
    found.outcomes["news that waits, told when the clock was ahead"] = books.later_news
    if books.untold_news:
        found.lost.append(f"{books.untold_news} news of group buys were never told")


def _judge_money(
    found: Audit, run: RunBuy, at_marketplace: Sequence[dict[str, Any]], orders: dict[Any, Order]
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
        booked = -sum(
            entry.amount.units
            for each in run.books
            if each.kind is Kind.MARKETPLACE_PAID
            for entry in each.entries
            if entry.account is Account.CASH
        )
        if paid != booked:
            found.wrong.append(f"1: {name}: {paid} fen paid at the marketplace, {booked} booked")
        left = _sum_of(run, Account.MARKETPLACE)
        if left:
            found.wrong.append(f"1: {name}: {left} fen of its marketplace account are nobody's")
        found.outcomes["buys paid at the marketplace"] += 1
    if buy.state is _B.CLOSED and open_balances(buy, run.books):
        found.wrong.append(f"1: {name}: closed with open balances")


def _sum_of(run: RunBuy, account: Account) -> int:
    return sum(e.amount.units for each in run.books for e in each.entries if e.account is account)


def _judge_shares(found: Audit, run: RunBuy) -> None:
    """2 and 3: unit, freight, fee and total within what was agreed; one price for equal goods."""
    buy, name = run.buy, f"buy {run.buy.buy_id}"
    if buy.state in _IN_ORDER and buy.bill is not None:
        for spec in pieces_by_variant(buy.taken):
            units = {e.unit for e in buy.taken if e.spec_id == spec} | {buy.bill.unit_of(spec)}
            if len(units) != 1:
                found.wrong.append(f"3: {name}: {spec} costs {units}")
    currency = buy.terms.rate.currency
    for user in dict.fromkeys(each.user_id for each in buy.claims):
        if user == buy.organiser:
            continue
        mine = [each for each in buy.claims_of(user) if each.is_in or each.state is _S.SHORT]
        share = buy.share_of(user)
        goods = sum(each.consent.goods for each in mine)
        freight = sum(each.consent.freight for each in mine)
        other = sum(each.consent.other for each in mine)
        fee = max((e.consent.fee_ppm for e in mine), default=0) * share.goods // 1_000_000
        charged = run.books.account_of(buy.account_of(user), currency).charged
        worse = {
            "unit": any(e.unit is not None and e.unit > e.ceiling for e in mine),
            "goods": share.goods > goods,
            "freight": share.freight > freight,
            "fee": share.fee > fee,
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
        pieces: Counter[str | None] = Counter()
        for each in frozen:
            pieces[each.spec_id] += each.pieces
        lines = Counter({each.spec_id: each.quantity for each in order.lines} if order else {})
        if pieces != lines:
            found.wrong.append(f"4: {name}: claims of {dict(pieces)}, ordered {dict(lines)}")
    if buy.state in _ALL_HANDED:
        for each in frozen:
            if each.handed + each.short != each.pieces and each.state is not _S.REFUNDED:
                found.wrong.append(f"4: {name}: of claim {each.number} a piece is nowhere")


def _judge_limits(found: Audit, buy: GroupBuy) -> None:
    """5: nobody and no variant is above its limit."""
    name = f"buy {buy.buy_id}"
    taken = pieces_by_variant(buy.taken)
    for spec, count in taken.items():
        variant = buy.terms.goods.variant(spec)
        if variant is None or count > variant.limit:
            found.wrong.append(f"5: {name}: {count} of {spec} taken")
    most = buy.terms.most_each
    held = Counter[int]()
    for each in buy.claims:
        held[each.user_id] += each.pieces if each.is_in or each.state is _S.WAITING else 0
    too_many = {user: n for user, n in held.items() if most and n > most and user != buy.organiser}
    if too_many:
        found.wrong.append(f"5: {name}: more than {most} of {too_many}")


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


def _judge_consents(found: Audit, member: Member, buys: Sequence[RunBuy]) -> None:
    """6, 8 and 9: each claim by a press of its own that named the most; each end by its own."""
    totals = Counter(each.total for each in {each.data: each for each in member.joins}.values())
    pressed = Counter[str]()
    for each, count in member.pressed.items():
        pressed[each.partition(" ")[0]] += count
    ended, again = Counter[ClaimState](), 0
    for run in buys:
        agreed_again = False
        for claim in run.buy.claims_of(UserId(member.chat.user_id)):
            ended[claim.state] += 1
            if not claim.consent.shown:
                agreed_again = True
                continue
            totals[_most_of(claim)] -= 1
        again += agreed_again
        for proof in _proofs_lost(member, run.buy):
            found.lost.append(f"buy {run.buy.buy_id}: {member.chat.user_id}'s proof {proof}")
    who = member.chat.user_id
    if without := [each for each, count in totals.items() if count < 0]:
        found.wrong.append(f"6: {who}: claims of {without} fen without a press that named them")
    if again > pressed["agree"] + pressed["renew"] + pressed["ask"]:
        found.wrong.append(f"9: {who}: agreed without a press")
    if ended[_S.WITHDRAWN] > pressed["withdraw"]:
        found.wrong.append(f"8: {who}: {ended[_S.WITHDRAWN]} claims withdrawn without a press")
    if ended[_S.DECLINED] and not pressed["disagree"]:
        found.wrong.append(f"8: {who}: declined without a press")


def _most_of(claim: Claim) -> int:
    consent = claim.consent
    fee = consent.fee_ppm * consent.goods // 1_000_000
    return consent.goods + consent.freight + fee + consent.other


def _proofs_lost(member: Member, buy: GroupBuy) -> list[str]:
    """The last proof that a member was thanked for stands with one of their claims."""
    mine = buy.claims_of(UserId(member.chat.user_id))
    if not mine or (last := member.proofs.get(buy.account_of(UserId(member.chat.user_id)))) is None:
        return []
    # A later one, whose thanks were not seen, may have taken its place.
    kept = [each.proof.text for each in mine if each.proof is not None]
    return [] if kept else [last]


def _judge_receipts(found: Audit, organisers: Sequence[Organiser], buys: Sequence[RunBuy]) -> None:
    """7 and: what came in was pressed; nobody is credited twice, nor given back more than came."""
    for each in organisers:
        mine = [run for run in buys if run.buy.organiser == each.chat.user_id]
        booked = sum(op.kind is Kind.RECEIPT for run in mine for op in run.books)
        if booked > sum(each.received.values()):
            found.duplicated.append(
                f"{each.chat.user_id}: {booked} receipts, pressed {dict(each.received)}"
            )
    for run in buys:
        for user in dict.fromkeys(claim.user_id for claim in run.buy.claims):
            account = run.buy.account_of(user)
            sums = Counter[Kind]()
            for op in run.books:
                if op.order_no == account:
                    sums[op.kind] += sum(abs(m.units) for _, m in op.customer_entries())
            if sums[Kind.RECEIPT] > sums[Kind.CHARGE]:
                found.duplicated.append(f"{account}: received more than was ever charged")
            if sums[Kind.REFUND] > sums[Kind.RECEIPT]:
                found.wrong.append(f"7: {account}: more sent back than came in")


def _judge_chats(found: Audit, crowd: Crowd) -> None:
    """10: no member reads another's name; organisers know theirs."""
    for each in crowd.members:
        text, me = "\n".join(each.chat.seen_text), each.chat.user_id
        others = [who for who, name in crowd.names.items() if who != me and name in text]
        if others:
            found.wrong.append(f"10: {me} read the names of {others}")


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
