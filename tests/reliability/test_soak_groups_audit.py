"""The audit of group buys sees what it is there to see: each planted fault under its number."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from soak_books import Books, RunBuy
from soak_chat import ChatView
from soak_deputy import Deputy
from soak_findings import Audit
from soak_groups import Crowd
from soak_groups_audit import LedgerWatch, audit_groups
from soak_members import Agreed, Member
from soak_organisers import Organiser, Pressed
from soak_patience import Busy, Patience
from soak_people import Temper

from bot.domain.currencies import CNY
from bot.domain.group_buys import fulfilling, joining, ordering, quoting, receiving
from bot.domain.group_buys.buys import GroupBuy
from bot.domain.group_buys.claims import Claim, ClaimState
from bot.domain.group_buys.terms import InPack
from bot.domain.identifiers import MarketplaceOrderId, MerchantOrderNo, SpecId, UserId
from bot.domain.money import Fen
from bot.domain.orders import OrderPart, OrderStatus, Placing
from bot.services.grouping.ordering import order_for
from tests.domain.group_buys.groups import NOW, ORGANISER, Desk, opened, quote, with_people
from tests.loopback import http_client

_ORDER = MerchantOrderNo("S261130-7K3MZQ4T")
_ANNA, _BEN = UserId(2), UserId(3)
_THERE = MarketplaceOrderId(77)


def _bought() -> Desk:
    """Return a buy of two who take 4 and 2 pieces, have paid, and whose order is paid."""
    buy = with_people(opened(), (_ANNA, 4, 1000), (_BEN, 2, 1000))
    shown = [e.replace(consent=e.consent.replace(shown="as shown")) for e in buy.claims]
    desk, quoted = Desk(buy.replace(claims=tuple(shown))), quote(buy, 600)
    desk.take(joining.locked(desk.buy, NOW))
    desk.take(quoting.priced(desk.buy, quoted, desk.books, NOW))
    desk.buy = desk.buy.replace(quote=quoted, quoted_at=NOW)
    for user in (_ANNA, _BEN):
        owed = desk.books.account_of(desk.buy.account_of(user), CNY).balance
        desk.take(receiving.paid(desk.buy, user, owed, f"k{user}", desk.books, NOW))
    desk.take(ordering.frozen(desk.buy, _ORDER, quoted.total, (1, 2), NOW))
    desk.take(ordering.placed(desk.buy, NOW))
    desk.take(fulfilling.bought(desk.buy, quoted.total, desk.books, NOW))
    return desk


@dataclass
class Sides:
    """All that the audit holds against each other; a plant changes one of it."""

    buy: GroupBuy
    members: list[Member]
    organiser: Organiser
    books: Books
    at_marketplace: list[dict[str, Any]]
    watch: LedgerWatch
    deputy: Deputy
    names: dict[int, str] = field(default_factory=lambda: {2: "Zqanna", 3: "Zqben"})

    def with_claim(self, **changes: Any) -> None:
        """Change Anna's claim as it is stored."""
        claim = self.buy.claims[0].replace(**changes)
        self._stored(self.buy.with_claims([claim]))

    def with_terms(self, **changes: Any) -> None:
        self._stored(self.buy.replace(terms=self.buy.terms.replace(**changes)))

    def with_share(self, **changes: Any) -> None:
        """Change Anna's share of the bill as it is stored."""
        bill = self.buy.bill
        assert bill is not None
        shares = [e.replace(**changes) if e.user_id == _ANNA else e for e in bill.shares]
        changed = bill.replace(shares=tuple(shares))
        whole = changed.replace(borne=Fen(changed.borne + changed.difference))
        self._stored(self.buy.replace(bill=whole))

    def _stored(self, buy: GroupBuy) -> None:
        self.books.buys = [RunBuy(buy, self.books.buys[0].books)]


def _sides() -> Sides:
    desk = _bought()
    buy, chat = desk.buy, http_client()
    members = [_member(claim, chat) for claim in buy.claims]
    organiser = Organiser(
        *(ChatView(chat, ORGANISER), chat, random.Random(1), Temper()),
        patience=Patience(Busy(list)),
        noted=Pressed(receipts={"G7-1": {"1.S.5.receive.9"}, "G7-2": {"1.S.6.receive.9"}}),
    )
    total = buy.bill.total if buy.bill else Fen(0)
    part = OrderPart(order_id=_THERE, status=OrderStatus.AWAITING_SHIPMENT, total=total)
    order = order_for(buy, _ORDER, NOW).replace(placing=Placing.PLACED, parts=(part,))
    books = Books([order], set(), {}, buys=[RunBuy(buy, desk.books)], read_at=NOW)
    books.group_ledger = {"charge:G7-1": b"one"}
    theirs = [{"orderId": "77", "thirdOrderId": _ORDER, "totalFen": total, "paidMs": 1}]
    watch = LedgerWatch(dict, seen={"charge:G7-1": b"one"})
    deputy = Deputy(
        *(ChatView(chat, 99), chat, random.Random(1), Temper()), patience=Patience(Busy(list))
    )
    return Sides(buy, members, organiser, books, theirs, watch, deputy)


def _member(claim: Claim, chat: Any) -> Member:
    consent = claim.consent
    most = consent.goods + consent.freight + consent.fee_ppm * consent.goods // 1_000_000
    member = Member(ChatView(chat, claim.user_id), chat, random.Random(1), Temper())
    member.joins = [Agreed(f"1.S.{claim.number}.join.", most)]
    return member


def _audited(sides: Sides) -> Audit:
    found = Audit()
    crowd = Crowd([], sides.members, [sides.organiser, sides.deputy], sides.names)
    audit_groups(found, crowd, sides.books, sides.at_marketplace, sides.watch)
    return found


def test_a_buy_as_agreed_is_no_finding() -> None:
    """Two who joined, paid, and are in the order: nothing to say."""
    found = _audited(_sides())
    assert found.failures == []
    assert found.outcomes["buys paid at the marketplace"] == 1


def _paid_otherwise(sides: Sides) -> None:
    sides.at_marketplace[0]["totalFen"] += 1


def _freight_above_its_cap(sides: Sides) -> None:
    consent = sides.buy.claims[0].consent
    sides.with_claim(consent=consent.replace(freight=Fen(0), goods=Fen(consent.goods + 500)))
    most = _most(sides.books.buys[0].buy.claims[0])
    sides.members[0].joins = [Agreed("1.S.1.join.", most)]


def _two_prices(sides: Sides) -> None:
    sides.with_claim(unit=Fen(999))


def _other_pieces(sides: Sides) -> None:
    order = sides.books.orders[0]
    line = order.lines[0].replace(quantity=order.lines[0].quantity + 1)
    sides.books.orders = [order.replace(lines=(line, *order.lines[1:]))]


def _most(claim: Claim) -> int:
    consent = claim.consent
    return consent.goods + consent.freight + consent.fee_ppm * consent.goods // 1_000_000


def _named_another_most(sides: Sides) -> None:
    sides.members[0].joins = [replace(sides.members[0].joins[0], total=1)]


def _rewritten(sides: Sides) -> None:
    sides.books.group_ledger = {"charge:G7-1": b"other"}


def _agreed_for_them(sides: Sides) -> None:
    sides.with_claim(consent=sides.buy.claims[0].consent.replace(shown=""))


def _left_by_nobody(sides: Sides) -> None:
    gone = sides.buy.claims[0].replace(number=9, state=ClaimState.WITHDRAWN, pieces=1)
    sides.members[0].joins.append(Agreed("1.S.9.join.", _most(gone)))
    sides.books.buys = [
        RunBuy(sides.buy.replace(claims=(*sides.buy.claims, gone)), sides.books.buys[0].books)
    ]


def _never_named(sides: Sides) -> None:
    sides.members[0].joins = [replace(sides.members[0].joins[0], shown="some other variant")]


def _in_sets(sides: Sides) -> None:
    """All have one variant, and of the other one that a set has nobody has any."""
    goods = sides.buy.terms.goods
    other = goods.variants[0].replace(spec_id=SpecId("another"))
    pack = tuple(InPack(spec_id=each, pieces=1) for each in (goods.variants[0].spec_id, "another"))
    sides.with_terms(goods=goods.replace(variants=(*goods.variants, other)), row=pack)


def _said(sides: Sides, what: str) -> None:
    sides.members[0].complaints = {"7": what}


@pytest.mark.parametrize(
    ("kind", "plant"),
    [
        ("wrong: 1", _paid_otherwise),
        ("wrong: 2", lambda sides: sides.with_share(abroad=Fen(1))),
        ("wrong: 4", _in_sets),
        ("wrong: 5", lambda sides: sides.with_claim(at=NOW + timedelta(days=30))),
        ("wrong: 6", _never_named),
        ("wrong: 8", lambda sides: sides.with_claim(handed_at=NOW)),
        ("wrong: 8", lambda sides: sides.with_claim(reason="ordered twice")),
        ("wrong: 8", lambda sides: sides.with_share(allowed=Fen(100))),
        ("lost: buy 7 (bought): was said", lambda sides: sides.deputy.has.add("7")),
        ("lost: buy 7: 2's complaint", lambda sides: _said(sides, "stained")),
        ("stuck: buy 7", lambda sides: setattr(sides.books, "read_at", NOW + timedelta(hours=1))),
        ("wrong: 2", _freight_above_its_cap),
        ("wrong: 3", _two_prices),
        ("wrong: 4", _other_pieces),
        ("wrong: 5", lambda sides: sides.with_terms(most_each=3)),
        ("wrong: 6", _named_another_most),
        ("wrong: 7", _rewritten),
        ("wrong: 8", _left_by_nobody),
        ("wrong: 9", _agreed_for_them),
        ("wrong: 10", lambda sides: sides.members[0].chat.seen_text.append("Zqben is in")),
        ("lost: 1 news", lambda sides: setattr(sides.books, "untold_news", {"proof": 1})),
        ("lost: buy 7", lambda sides: sides.members[0].proofs.update({"G7-1": "TX1"})),
        ("duplicated", lambda sides: sides.organiser.noted.receipts["G7-2"].clear()),
    ],
)
def test_each_kind_of_failure_is_seen(kind: str, plant: Callable[[Sides], None]) -> None:
    """What was planted is found, and nothing else."""
    sides = _sides()
    plant(sides)
    found = _audited(sides)
    assert [each[: len(kind)] for each in found.failures] == [kind], found.failures
