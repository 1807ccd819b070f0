"""An organiser takes no new claims from somebody, for a reason they are shown, until lifted."""

import pytest

from bot.domain.group_buys import bans, joining
from bot.domain.group_buys.buys import BuyRefused, Why
from bot.domain.group_buys.joining import admitted, taken_of
from bot.domain.group_buys.news import NewsOf
from bot.domain.identifiers import UserId
from tests.domain.group_buys.groups import NOW, ORGANISER, RED, Desk, opened, wanted, with_people

ANNA, BEN = UserId(2), UserId(3)


def desk_of_two() -> Desk:
    return Desk(with_people(opened(), (ANNA, 5, 1000), (BEN, 5, 1000)))


def test_a_ban_stops_new_claims_and_leaves_those_that_run() -> None:
    desk = desk_of_two()
    desk.take(bans.banned(desk.buy, BEN, "never fetched anything", NOW))
    assert [each.is_in for each in desk.buy.claims] == [True, True]
    taken = taken_of(desk.buy, BEN, RED)
    with pytest.raises(BuyRefused) as refused:
        admitted(desk.buy, wanted(desk.buy, BEN, 1), taken)
    assert refused.value.why is Why.BANNED
    assert admitted(desk.buy, wanted(desk.buy, ANNA, 1), taken_of(desk.buy, ANNA, RED))
    desk.take(joining.withdrawn(desk.buy, BEN, 2, NOW))  # nor does it keep anybody in


def test_its_person_is_told_why_and_when_it_is_lifted_and_nobody_else() -> None:
    desk = desk_of_two()
    desk.take(bans.banned(desk.buy, BEN, "never fetched anything", NOW))
    assert bans.ban_on(desk.buy, BEN) == "never fetched anything"
    desk.take(bans.let_in_again(desk.buy, BEN, NOW))
    assert (desk.told(NewsOf.BANNED), desk.told(NewsOf.ALLOWED)) == ([BEN], [BEN])
    assert {each.user_id for each in desk.news} == {BEN}
    assert not bans.ban_on(desk.buy, BEN)
    assert admitted(desk.buy, wanted(desk.buy, BEN, 1), taken_of(desk.buy, BEN, RED))


def test_without_a_reason_or_a_claim_nobody_is_banned() -> None:
    desk = desk_of_two()
    for user, reason in ((BEN, " "), (UserId(9), "who?"), (ORGANISER, "me")):
        with pytest.raises(BuyRefused):
            bans.banned(desk.buy, user, reason, NOW)
    with pytest.raises(BuyRefused):
        bans.let_in_again(desk.buy, BEN, NOW)
