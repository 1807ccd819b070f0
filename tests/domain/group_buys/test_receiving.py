"""What many say they have paid is booked together, and exactly what was shown."""

from datetime import timedelta

import pytest

from bot.domain.collecting import ProofKind
from bot.domain.currencies import CNY
from bot.domain.group_buys import fulfilling, joining, quoting, receiving
from bot.domain.group_buys.buys import BuyRefused, Why
from bot.domain.group_buys.claims import ClaimState, SentProof
from bot.domain.group_buys.news import NewsOf
from bot.domain.group_buys.receiving import all_received, said_to_be_paid
from bot.domain.identifiers import UserId
from bot.domain.ledger import Kind
from bot.domain.money import Fen
from tests.domain.group_buys.bought import ANNA, BEN, arrived
from tests.domain.group_buys.groups import NOW, Desk, opened, quote, with_people


def desk_with_proofs(*users: int, same: bool = False) -> Desk:
    """Three owe; these say that they have paid."""
    desk = Desk(with_people(opened(), (2, 5, 1000), (3, 5, 1000), (4, 5, 1000)))
    desk.take(joining.locked(desk.buy, NOW))
    desk.take(quoting.priced(desk.buy, quote(desk.buy, 500), desk.books, NOW))
    for user in users:
        text = "No. 1" if same else f"No. {user}"
        proof = SentProof(kind=ProofKind.TEXT, text=text, at=NOW)
        desk.take(receiving.proof_sent(desk.buy, UserId(user), proof, f"{user}"))
    return desk


def total(desk: Desk) -> int:
    return sum(each.units for each in said_to_be_paid(desk.buy, desk.books).values())


def test_all_that_was_shown_is_booked_once() -> None:
    desk = desk_with_proofs(2, 3, 4)
    shown = total(desk)
    for _ in range(2):
        desk.take(all_received(desk.buy, shown, "k", desk.books, NOW))
    assert [each.state for each in desk.buy.taken] == [ClaimState.PAID] * 3
    assert [each.kind for each in desk.books].count(Kind.RECEIPT) == 3
    for user in (2, 3, 4):
        assert not desk.books.account_of(desk.buy.account_of(UserId(user)), CNY).balance
    assert desk.told(NewsOf.RECEIVED) == [2, 3, 4]
    assert desk.told(NewsOf.ALL_PAID) == []  # the organiser's own press, whose page says so
    assert not desk.books.differences()


def test_who_said_so_after_the_look_is_not_booked_unseen() -> None:
    desk = desk_with_proofs(2, 3)
    shown = total(desk)
    late = SentProof(kind=ProofKind.TEXT, text="late", at=NOW)
    desk.take(receiving.proof_sent(desk.buy, UserId(4), late, "4"))
    with pytest.raises(BuyRefused) as moved:
        all_received(desk.buy, shown, "k", desk.books, NOW)
    assert moved.value.why is Why.TERMS
    desk.take(all_received(desk.buy, total(desk), "k", desk.books, NOW))
    assert not receiving.is_unpaid(desk.buy)


def test_a_proof_that_was_sent_before_is_looked_at_alone() -> None:
    desk = desk_with_proofs(2, 3, same=True)
    assert set(said_to_be_paid(desk.buy, desk.books)) == {2}
    desk.take(all_received(desk.buy, total(desk), "k", desk.books, NOW))
    assert [each.state for each in desk.buy.taken] == [
        ClaimState.PAID,
        ClaimState.PROOF,
        ClaimState.DUE,
    ]
    assert desk.told(NewsOf.ALL_PAID) == []


def test_nothing_is_booked_where_nobody_said_so() -> None:
    desk = desk_with_proofs()
    with pytest.raises(BuyRefused):
        all_received(desk.buy, 0, "k", desk.books, NOW)


def test_the_second_leg_is_taken_in_together_and_by_what_was_sent_for_it() -> None:
    """The first leg's proofs say nothing of it; what was looked at once is not taken in again."""
    desk = arrived(abroad_each=Fen(100), cap_ppm=1_000_000)
    later = NOW + timedelta(days=9)
    early = SentProof(kind=ProofKind.TEXT, text="No. 1", at=later - timedelta(days=8))
    desk.take(receiving.proof_sent(desk.buy, BEN, early, "early"))
    desk.take(fulfilling.abroad(desk.buy, Fen(900), desk.books, later))
    assert said_to_be_paid(desk.buy, desk.books) == {}
    for user in (ANNA, BEN):
        proof = SentProof(kind=ProofKind.TEXT, text=f"{user} again", at=later)
        desk.take(receiving.proof_sent(desk.buy, user, proof, f"second{user}"))
    owed = said_to_be_paid(desk.buy, desk.books)
    assert {user: each.units for user, each in owed.items()} == {ANNA: 400, BEN: 200}
    told = len(desk.news)
    desk.take(all_received(desk.buy, 600, "k", desk.books, later + timedelta(hours=1)))
    assert [each.kind for each in desk.news[told:]] == [NewsOf.RECEIVED] * 2
    assert said_to_be_paid(desk.buy, desk.books) == {}
    assert not desk.books.differences()
