"""What every storage promises of group buys."""

import asyncio
from datetime import timedelta
from functools import partial

import pytest

from bot.domain.currencies import CNY
from bot.domain.group_buys import (
    bans,
    counting,
    disputes,
    ending,
    fulfilling,
    joining,
    ordering,
)
from bot.domain.group_buys.buys import BuyRefused, BuyState, Change, GroupBuy, Why
from bot.domain.group_buys.claims import ClaimState, Dispute
from bot.domain.group_buys.handing_over import taken_over
from bot.domain.group_buys.news import NewsOf
from bot.domain.group_buys.taking_back import TAKEN_BACK, Booked, bookings, taken_back
from bot.domain.identifiers import BuyId, ChatId, MerchantOrderNo, UserId
from bot.domain.ledger import Books, TooMuch
from bot.domain.money import Fen
from bot.domain.orders import Placing
from bot.domain.writes import ChangeBuy, ClaimOrder, JoinBuy, OpenBuy, ShowBuy
from bot.storage.ports import Retention, StepCommit, Storage, VersionConflict
from bot.storage.sqlite.storage import SqliteStorage
from bot.storage.tracking_ports import Tracked
from tests.domain.group_buys.groups import ADDRESS, BLUE, wanted
from tests.domain.group_buys.groups import NOW as THEN
from tests.storage.grouping import (
    BUY,
    BUY_ORDER,
    BUYER,
    RED,
    SHOWN,
    TOKEN,
    WANTED,
    a_buy,
    group_buy,
    order_all,
    pausing,
)
from tests.storage.samples import NOW, first
from tests.storage.samples import order as an_order
from tests.storage.shopping import DAVE, session

CAROL = UserId(7_999)
LATER = NOW + timedelta(days=10_000)


async def open_one(storage: Storage, **terms: object) -> None:
    commit = StepCommit(
        session=session(BUYER, 1), expected_revision=None, writes=(OpenBuy(a_buy(**terms)),)
    )
    await storage.conversations.commit_step(commit)


async def join(storage: Storage, user: int, pieces: int, spec: str = RED) -> None:
    claim = JoinBuy(BUY, wanted(a_buy(), user, pieces, 1000, spec_id=spec))
    commit = StepCommit(session=session(UserId(user), 1), expected_revision=None, writes=(claim,))
    await storage.conversations.commit_step(commit)


async def test_a_buy_is_stored_as_it_was_opened(storage: Storage) -> None:
    await open_one(storage)
    head = await storage.group_buys.head(TOKEN)
    assert head == a_buy().replace(buy_id=BUY)
    assert await storage.group_buys.head("nobody") is None
    assert await storage.group_buys.buys_of(BUYER, 9) == [head]
    assert await storage.group_buys.buy(BuyId(99)) is None


async def test_two_who_take_the_last_piece_at_once_are_served_one_after_the_other(
    storage: Storage,
) -> None:
    await open_one(storage, limit=3)
    await asyncio.gather(*(join(storage, user, 2) for user in (11, 12, 13)))
    buy = await storage.group_buys.buy(BUY)
    assert buy is not None
    assert [each.state for each in buy.claims] == [
        ClaimState.HELD,
        ClaimState.WAITING,
        ClaimState.WAITING,
    ]
    progress = await storage.group_buys.progress(BUY)
    assert (progress.total, progress.people, progress.queued) == (2, 1, 2)
    assert (await storage.group_buys.taken(BUY, UserId(12), RED)).mine == 2


async def test_joining_counts_each_variant_by_itself_and_moves_the_version(
    storage: Storage,
) -> None:
    await open_one(storage, limit=3)
    await join(storage, 11, 3)
    await join(storage, 12, 3, BLUE)
    progress = await storage.group_buys.progress(BUY)
    assert progress.pieces == {RED: 3, BLUE: 3}
    head = await storage.group_buys.head(TOKEN)
    assert head is not None
    assert head.version == 2


async def test_a_buy_is_looked_at_once_its_order_was_stored_anew(storage: Storage) -> None:
    """Or it moved itself; and again where that happens while it is looked at."""
    await group_buy(storage)
    buys, followed = storage.group_buys, BuyId(2)
    [(moved, times)] = await buys.moved(9)  # one that is open follows nothing
    assert moved == followed
    await buys.seen(followed, times)
    assert await buys.moved(9) == []
    claimed = an_order().replace(group_buy=followed)
    await storage.conversations.commit_step(first(writes=(ClaimOrder(claimed),)))
    assert await buys.moved(9) == []  # its buy was changed with that
    creating = claimed.replace(placing=Placing.CREATING)
    await storage.orders.save_order(creating, Placing.CLAIMED)
    placed = claimed.replace(placing=Placing.PLACED)
    await storage.orders.save_order(placed, Placing.CREATING)
    assert await buys.moved(9) == [(followed, 2)]
    tracked = await storage.tracking.tracked(claimed.order_no)
    assert tracked is not None
    await storage.tracking.save_tracked(tracked, placed, None)
    await buys.seen(followed, 2)
    assert await buys.moved(9) == [(followed, 3)]
    await buys.seen(followed, 3)
    await buys.change(followed, lambda buy, _: Change(buy.replace(again_at=NOW)))
    await storage.orders.mark_told(claimed.order_no, Placing.PLACED)
    assert await buys.moved(9) == []


async def test_when_it_is_looked_at_next_moves_no_version_and_no_card(storage: Storage) -> None:
    """An order is followed every few minutes for days: its cards would be edited all the while."""
    await group_buy(storage)
    buys, followed = storage.group_buys, BuyId(2)
    before = await buys.buy(followed)
    assert before is not None
    later = NOW + timedelta(days=1)
    await buys.change(followed, lambda buy, _: Change(buy.replace(again_at=later)))
    after = await buys.buy(followed)
    assert after == before.replace(again_at=later)
    assert followed not in await buys.due(later - timedelta(seconds=1), 9)
    assert followed in await buys.due(later, 9)
    await buys.change(followed, lambda buy, _: Change(buy.replace(again_at=None, reason="!")))
    assert (await buys.buy(followed)) == before.replace(
        again_at=None, reason="!", version=before.version + 1
    )


async def test_a_claim_that_no_longer_fits_changes_nothing_at_all(storage: Storage) -> None:
    await open_one(storage)
    await storage.group_buys.change(BUY, pausing)
    with pytest.raises(VersionConflict):
        await join(storage, 11, 1)
    assert await storage.conversations.load_session(ChatId(11), UserId(11)) is None


async def test_a_change_that_the_books_refuse_by_now_changes_nothing_at_all(
    storage: Storage,
) -> None:
    """The step that made it is walked once more, as with any change that came too late."""
    await open_one(storage)

    def refuse(_buy: GroupBuy, _books: Books) -> Change:
        raise TooMuch("sent back meanwhile")

    write = ChangeBuy(BUY, refuse)
    step = StepCommit(session=session(UserId(11), 1), expected_revision=None, writes=(write,))
    with pytest.raises(VersionConflict):
        await storage.conversations.commit_step(step)
    assert await storage.conversations.load_session(ChatId(11), UserId(11)) is None


async def test_bookings_are_taken_back_out_of_the_stored_books(storage: Storage) -> None:
    """What belongs to a booking is found by the order in which it was stored, and goes with it."""
    buys = storage.group_buys
    await open_one(storage)
    await order_all(storage, BUY, DAVE)
    await buys.change(BUY, lambda buy, _: ordering.placed(buy, NOW))
    before = await buys.buy(BUY)
    assert before is not None
    assert before.bill is not None
    total = before.bill.total
    await buys.change(BUY, lambda buy, books: fulfilling.bought(buy, total, books, NOW))
    await buys.change(BUY, lambda buy, books: fulfilling.abroad(buy, Fen(600), books, NOW))
    await buys.change(BUY, lambda buy, books: counting.counted(buy, {}, books, NOW))
    wrong = Dispute(text="cracked", at=NOW)
    await buys.change(BUY, lambda buy, _: disputes.disputed(buy, DAVE, wrong))
    await buys.change(BUY, lambda buy, books: disputes.allowed(buy, DAVE, Fen(300), books, NOW))
    owed = (await buys.books_of_buy(BUY)).account_of(a_code(await buys.buy(BUY)), CNY).balance
    assert owed.units < 0
    await buys.change(
        BUY, lambda buy, books: fulfilling.sent_back(buy, DAVE, -owed, "back", books, NOW)
    )
    for booked in (Booked.SENT_BACK, Booked.ALLOWED, Booked.ABROAD):
        books = await buys.books_of_buy(BUY)
        (found,) = (each for each in bookings(books) if each.kind is booked)
        await buys.change(BUY, partial(taken_back_of, found.key))
        with pytest.raises(BuyRefused):
            await buys.change(BUY, partial(taken_back_of, found.key))
    buy, books = await buys.buy(BUY), await buys.books_of_buy(BUY)
    assert buy is not None
    assert buy.bill == before.bill
    assert disputes.open_disputes(buy) == (DAVE,)
    assert not books.differences()
    assert not books.account_of(a_code(buy), CNY).balance
    assert len([each for each in bookings(books) if each.back_at is not None]) == 3
    told = await storage.group_news.news_to_tell(LATER, 50)
    back = [each.news.kind for each in told if each.news.detail.startswith(TAKEN_BACK)]
    assert {NewsOf.TERMS, NewsOf.ANSWERED} <= set(back)


def a_code(buy: GroupBuy | None) -> MerchantOrderNo:
    assert buy is not None
    return buy.account_of(DAVE)


def taken_back_of(key: str, buy: GroupBuy, books: Books) -> Change:
    return taken_back(buy, key, books, LATER)


async def test_a_change_is_stored_whole_with_its_books_and_news(storage: Storage) -> None:
    await group_buy(storage)
    other = await storage.group_buys.buy(BuyId(2))
    assert other is not None
    assert (other.state, other.order_no) == (BuyState.ORDERING, BUY_ORDER)
    books = await storage.group_buys.books_of_buy(BuyId(2))
    assert not books.differences()
    assert not fulfilling.open_balances(other, books)
    told = await storage.group_news.news_to_tell(LATER, 20)
    kinds = [(each.news.kind, each.news.user_id) for each in told]
    assert (NewsOf.DUE, DAVE) in kinds
    assert (NewsOf.RECEIVED, DAVE) in kinds
    mine = await storage.group_buys.joined_by(DAVE, 9)
    assert [each.buy_id for each in mine] == [2, 1]
    assert {each.user_id for buy in mine for each in buy.claims} == {DAVE}


async def test_a_refused_change_raises_what_it_was_refused_for(storage: Storage) -> None:
    await open_one(storage)
    with pytest.raises(BuyRefused) as refused:
        await storage.group_buys.change(BUY, lambda buy, _: joining.resumed(buy, THEN))
    assert refused.value.why is Why.STATE
    with pytest.raises(BuyRefused):
        await storage.group_buys.change(BuyId(99), pausing)


async def test_news_is_claimed_once_and_told_once(storage: Storage) -> None:
    await group_buy(storage)
    first, *_ = await storage.group_news.news_to_tell(LATER, 1)
    assert await storage.group_news.claim_news(first.news_id)
    assert not await storage.group_news.claim_news(first.news_id)
    await storage.group_news.put_back_news(first.news_id, LATER + timedelta(days=1))
    assert first not in await storage.group_news.news_to_tell(LATER, 20)
    await storage.group_news.claim_news(first.news_id)
    await storage.group_news.end_news(first.news_id)
    assert await storage.group_news.give_up_news() == 1  # the one that was claimed at first


async def test_a_card_is_drawn_when_the_buy_has_moved_and_not_too_often(storage: Storage) -> None:
    await group_buy(storage)
    drawable = await storage.group_cards.cards_to_draw(NOW, 9)
    card = next(each for each in drawable if each.buy_id == BUY)
    other = next(each for each in drawable if each.buy_id != BUY)
    await storage.group_cards.drop_card(other)
    head = await storage.group_buys.head(TOKEN)
    assert head is not None
    soon = NOW + timedelta(seconds=7)
    await storage.group_cards.card_drawn(card, head.version, soon)
    await storage.group_buys.change(BUY, pausing)
    assert not await storage.group_cards.cards_to_draw(NOW, 9)
    assert len(await storage.group_cards.cards_to_draw(soon, 9)) == 1
    before = await storage.group_cards.put_card(SHOWN.replace(message_id=5))
    assert before is not None
    assert before.message_id == SHOWN.message_id
    await storage.group_cards.drop_card(SHOWN)  # the old message, which is no card any more
    assert len(await storage.group_cards.cards_to_draw(soon, 9)) == 1


async def test_a_card_is_posted_once_and_drawn_again_where_it_stands(storage: Storage) -> None:
    await group_buy(storage)
    assert await storage.group_cards.claim_card(WANTED)
    assert not await storage.group_cards.claim_card(WANTED)
    given_up = await storage.group_cards.give_up_cards()
    assert sorted(each.chat_id for each in given_up) == [-100, -7]
    assert await storage.group_cards.cards_of(BuyId(2)) == []
    wants = (ShowBuy(WANTED), ShowBuy(SHOWN.replace(message_id=0)))
    commit = StepCommit(session=session(BUYER, 3), expected_revision=2, writes=wants)
    await storage.conversations.commit_step(commit)
    assert [each.message_id for each in await storage.group_cards.cards_of(BUY)] == [1]
    assert [each.message_id for each in await storage.group_cards.cards_of(BuyId(2))] == [0]


async def test_what_is_due_is_found_by_its_moment(storage: Storage) -> None:
    await open_one(storage)
    deadline = a_buy().terms.deadline
    assert await storage.group_buys.due(deadline - timedelta(seconds=1), 9) == []
    assert await storage.group_buys.due(deadline, 9) == [BUY]


async def test_who_is_forgotten_leaves_what_is_free_and_stays_where_money_is(
    storage: Storage,
) -> None:
    await open_one(storage)
    await join(storage, DAVE, 2)
    await storage.rights.forget(DAVE)
    buy = await storage.group_buys.buy(BUY)
    assert buy is not None
    assert not buy.claims_of(DAVE)
    await order_all(storage, BUY, DAVE)
    await storage.rights.forget(DAVE)
    buy = await storage.group_buys.buy(BUY)
    assert buy is not None
    assert len(buy.claims_of(DAVE)) == 1


async def test_what_stays_for_money_goes_when_the_buy_has_ended(sqlite: SqliteStorage) -> None:
    """Whoever asked to be forgotten waits for the end of the buy, and for no other age."""
    await open_one(sqlite)
    await join(sqlite, DAVE, 2)
    await join(sqlite, 11, 3)
    await sqlite.group_buys.change(BUY, lambda buy, _: joining.locked(buy, THEN))
    await sqlite.rights.forget(DAVE)
    buy = await sqlite.group_buys.buy(BUY)
    assert buy is not None
    assert [each.user_id for each in buy.claims] == [DAVE, 11]
    await sqlite.group_buys.change(BUY, lambda buy, books: ending.failed(buy, "x", books, THEN))
    await sqlite.upkeep.purge_old(Retention())
    buy = await sqlite.group_buys.buy(BUY)
    assert buy is not None
    assert [each.user_id for each in buy.claims] == [11]
    told = await sqlite.group_news.news_to_tell(LATER, 20)
    assert DAVE not in {each.news.user_id for each in told}


async def test_who_is_banned_in_one_buy_joins_no_other_of_that_organiser(storage: Storage) -> None:
    """Until it is lifted, or their data is gone; other organisers take them."""
    writes = (OpenBuy(a_buy()), OpenBuy(a_buy(token="second")))
    commit = StepCommit(session=session(BUYER, 1), expected_revision=None, writes=writes)
    await storage.conversations.commit_step(commit)
    elsewhere = (OpenBuy(a_buy(UserId(77), token="third")),)
    commit = StepCommit(session=session(UserId(77), 1), expected_revision=None, writes=elsewhere)
    await storage.conversations.commit_step(commit)
    await join(storage, DAVE, 2)
    buys, second, third = storage.group_buys, BuyId(2), BuyId(3)
    assert await buys.ban_on(BUYER, DAVE) is None
    await buys.change(BUY, lambda buy, _: bans.banned(buy, DAVE, "never came", THEN))
    (listed,) = await buys.bans_of(BUYER, 9)
    assert [(each.user_id, each.banned) for each in listed.claims] == [(DAVE, "never came")]
    assert await buys.ban_on(BUYER, DAVE) == listed
    assert await buys.bans_of(UserId(77), 9) == []
    banned = [(await buys.taken(each, DAVE, RED)).banned for each in (BUY, second, third)]
    assert banned == [True, True, False]

    async def joins(buy_id: BuyId, revision: int) -> None:
        claim = JoinBuy(buy_id, wanted(a_buy(), DAVE, 1))
        step = session(DAVE, revision + 1)
        commit = StepCommit(session=step, expected_revision=revision, writes=(claim,))
        await storage.conversations.commit_step(commit)

    with pytest.raises(VersionConflict):
        await joins(second, 1)
    await joins(third, 1)
    await buys.change(BUY, lambda buy, _: bans.let_in_again(buy, DAVE, THEN))
    await joins(second, 2)
    await buys.change(second, lambda buy, _: bans.banned(buy, DAVE, "again", THEN))
    await storage.rights.forget(DAVE)
    assert await buys.bans_of(BUYER, 9) == []


async def test_a_census_tells_what_buys_can_not_mend(storage: Storage) -> None:
    """What is due, unclear, unsettled, late, not drawn, and who can't be reached."""
    await group_buy(storage)
    buys = storage.group_buys
    fresh = await buys.buys_census(THEN)
    assert fresh.states == {BuyState.OPEN: 1, BuyState.ORDERING: 1}
    assert (fresh.overdue, fresh.uncertain, fresh.cards_failing, fresh.open_long) == (0, 0, 0, 0)
    late = await buys.buys_census(THEN + timedelta(days=9))
    assert late.overdue == 2
    assert late.news_late
    card = next(each for each in await storage.group_cards.cards_of(BUY) if each.message_id == 1)
    for _ in range(2):
        await storage.group_cards.card_drawn(card, card.shown, NOW)
    assert (await buys.buys_census(LATER)).cards_failing == 1
    await storage.group_cards.card_drawn(card, 9, NOW)
    assert (await buys.buys_census(LATER)).cards_failing == 0
    for _ in range(2):
        await buys.organiser_reached(BUY, reached=False)
    assert (await buys.buys_census(LATER)).unreachable == (BUY,)
    await buys.organiser_reached(BUY, reached=True)
    assert (await buys.buys_census(LATER)).unreachable == ()


async def test_an_uncertain_consolidated_order_is_counted(storage: Storage) -> None:
    await group_buy(storage)
    unclear = an_order(1, placing=Placing.UNCERTAIN).replace(order_no=BUY_ORDER)
    await storage.conversations.commit_step(first(writes=(ClaimOrder(unclear),)))
    assert (await storage.group_buys.buys_census(THEN)).uncertain == 1


async def test_a_buy_that_was_taken_over_is_the_other_organisers(storage: Storage) -> None:
    """It is listed under its new organiser, who can be reached until shown otherwise."""
    await open_one(storage)
    await join(storage, 11, 2)
    await storage.group_buys.organiser_reached(BUY, reached=False)
    await storage.group_buys.change(
        BUY, lambda buy, books: taken_over(buy, DAVE, "Card 2", ADDRESS, "zh", books)
    )
    assert await storage.group_buys.buys_of(BUYER, 9) == []
    (buy,) = await storage.group_buys.buys_of(DAVE, 9)
    assert (buy.terms.number, buy.terms.payment, buy.chat_id) == (2, "Card 2", DAVE)
    assert (await storage.group_buys.buys_census(LATER)).unreachable == ()
    told = await storage.group_news.news_to_tell(LATER, 20)
    assert [(each.news.kind, each.news.user_id) for each in told] == [
        (NewsOf.TAKEN_OVER, 11),
        (NewsOf.TAKEN_OVER, BUYER),
    ]


async def test_an_order_goes_with_the_buy_that_is_taken_over(storage: Storage) -> None:
    """It is the new organiser's to pay and to follow, whatever was being stored of it meanwhile."""
    await group_buy(storage)
    placed = an_order(1, placing=Placing.PLACED).replace(order_no=BUY_ORDER, group_buy=2)
    begun = placed.replace(placing=Placing.CLAIMED)
    await storage.conversations.commit_step(first(writes=(ClaimOrder(begun),)))
    await storage.group_buys.change(
        BuyId(2), lambda buy, books: taken_over(buy, CAROL, "Card 2", ADDRESS, "zh", books)
    )
    await storage.orders.save_order(placed, Placing.CLAIMED)
    await storage.tracking.save_tracked(Tracked(order=placed), placed, None)
    assert await storage.orders.orders_of(placed.user_id) == []
    (theirs,) = await storage.orders.orders_of(CAROL)
    assert (theirs.user_id, theirs.chat_id, theirs.language) == (CAROL, CAROL, "zh")
    assert theirs.placing is Placing.PLACED


async def test_an_ended_buy_goes_after_its_time(sqlite: SqliteStorage) -> None:
    storage = sqlite
    await open_one(storage)
    await storage.group_buys.change(
        BUY, lambda buy, _: joining.Change(buy.moved(BuyState.FAILED, THEN))
    )
    gone = await storage.upkeep.purge_old(Retention(orders=timedelta(days=-100)))
    assert gone["group_buys"] == 1
    assert await storage.group_buys.buy(BUY) is None
