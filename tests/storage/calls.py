"""One call of every method of every port, on a storage that `earlier/filling.py` filled."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from inspect import iscoroutinefunction
from typing import Any, get_type_hints

from bot.domain.bookings import received
from bot.domain.broadcasts import Reached, Recipient
from bot.domain.collecting import Decision, Standing
from bot.domain.currencies import yuan
from bot.domain.identifiers import (
    BuyId,
    ChatId,
    MarketplaceOrderId,
    MerchantOrderNo,
    ProofId,
    QuestionId,
    ShopEventId,
    WordsId,
)
from bot.domain.ledger import Books, Operation
from bot.domain.money import Fen
from bot.domain.order_books import agreed_of
from bot.domain.orders import Order, Placing
from bot.domain.payment_attempts import AttemptState, NewAttempt
from bot.domain.posts import PostState
from bot.domain.questions import QuestionState
from bot.domain.shop_events import EventKind
from bot.domain.watches import OfferWatch, WatchState, after_reading
from bot.domain.writes import KeepOffer
from bot.storage.operator_ports import ToldAlarm
from bot.storage.ports import Retention, StepCommit, Storage
from bot.storage.shop_ports import Booking
from bot.storage.tracking_ports import NoticeEnd, StoredPush
from tests.storage.earlier.filling import ALICE, BOB, CAROL, GROUP, NOW, OFFERS, OPERATOR
from tests.storage.grouping import BUY, BUYER, RED, SHOWN, TOKEN, WANTED, pausing
from tests.storage.posting import CHANNEL, FAMILY, MUG
from tests.storage.questioning import ASKER, COLLEAGUE, TOPIC, words
from tests.storage.samples import update
from tests.storage.shopping import DAVE, IN_SHOP
from tests.storage.watching import ALL_OF_IT, WATCHED, WATCHER, new_watch

Call = Callable[[Storage], Awaitable[Any]]
HOUR = timedelta(hours=1)
CLAIMED, UNTOLD, PLACED = (MerchantOrderNo(f"S261123-{number:08d}") for number in (1, 5, 10))
PART = MarketplaceOrderId(str(2 * 10**18 + 10))
READER = Recipient(broadcast_id=1, user_id=BOB, chat_id=ChatId(BOB))
BEING_SENT = Recipient(broadcast_id=1, user_id=ALICE, chat_id=ChatId(ALICE))
LATER = NOW + timedelta(days=10_000)
NO_AGE = Retention(**dict.fromkeys(Retention.model_fields, -HOUR))


def methods() -> set[str]:
    """Every method of every port, as `port.method`."""
    return {
        f"{port}.{name}"
        for port, kind in get_type_hints(Storage).items()
        for name, member in vars(kind).items()
        if iscoroutinefunction(member) and not name.startswith("_")
    }


async def _booked(storage: Storage) -> list[str]:
    return [each.key for each in await storage.shop.books_of(DAVE)]


async def _booked_in_a_group(storage: Storage) -> list[str]:
    return [each.key for each in await storage.group_buys.books_of_buy(BuyId(2))]


def _receive(key: str) -> Booking:
    def booking(_: Books, order: Order) -> tuple[Operation, ...]:
        agreed = agreed_of(order)
        assert agreed is not None
        return (received(key, agreed, yuan(500), OPERATOR, NOW),)

    return booking


async def _commit_step(storage: Storage) -> None:
    # As stored, whoever asks: what is under test is the commit.
    session = await storage.conversations.load_session(GROUP, BOB)
    assert session is not None
    after = session.replace(revision=session.revision + 1)
    await storage.conversations.commit_step(
        StepCommit(after, session.revision, writes=(KeepOffer(OFFERS[0]),))
    )


async def _save_order(storage: Storage) -> None:
    order = await storage.orders.order(CLAIMED)
    assert order is not None
    await storage.orders.save_order(order.moved(Placing.CREATING), Placing.CLAIMED)


async def _save_post(storage: Storage) -> bool:
    (post,) = await storage.posts.posts_to_check(LATER, 9)
    return await storage.posts.save_post(post.replace(look_at=LATER), (PostState.POSTED,))


async def _keep_found(storage: Storage) -> int:
    (watching,) = await storage.watches.watchers(WATCHED, 0, 9)
    found = after_reading(watching, None, NOW)
    assert found is not None
    return await storage.watches.keep_found([found])


async def _to_tell(storage: Storage) -> OfferWatch:
    (waiting,) = await storage.watches.watches_to_tell(LATER, 9)
    return waiting


async def _claim_watch(storage: Storage) -> bool:
    return await storage.watches.claim_watch(await _to_tell(storage))


async def _end_watch(storage: Storage) -> None:
    await storage.watches.end_watch(await _to_tell(storage), WatchState.TOLD)


async def _put_back_watch(storage: Storage) -> None:
    await storage.watches.put_back_watch(await _to_tell(storage), LATER)


async def _looked_at(storage: Storage) -> None:
    (due,) = await storage.watches.due_offers(LATER, 9)
    await storage.watches.looked_at(due, LATER)


async def _save_tracked(storage: Storage) -> None:
    tracked = await storage.tracking.tracked(PLACED)
    assert tracked is not None
    await storage.tracking.save_tracked(tracked, tracked.order, None)


NEW_PAYMENT = NewAttempt(
    order_id=MarketplaceOrderId("1"), order_no=PLACED, operator=OPERATOR, amount=Fen(1)
)

READS: dict[str, Call] = {
    "access.is_member": lambda storage: storage.access.is_member(CAROL),
    "access.live_invites": lambda storage: storage.access.live_invites(),
    "addresses.addresses_of": lambda storage: storage.addresses.addresses_of(ALICE),
    "alarms.alarms_told": lambda storage: storage.alarms.alarms_told(),
    "broadcasts.broadcast": lambda storage: storage.broadcasts.broadcast(),
    "broadcasts.count_readers": lambda storage: storage.broadcasts.count_readers(),
    "broadcasts.recipients": lambda storage: storage.broadcasts.recipients(9),
    "broadcasts.wants_news": lambda storage: storage.broadcasts.wants_news(ALICE),
    "conversations.load_session": lambda storage: storage.conversations.load_session(GROUP, BOB),
    "conversations.results_of": lambda storage: storage.conversations.results_of("S7002"),
    "group_buys.ban_on": lambda storage: storage.group_buys.ban_on(BUYER, DAVE),
    "group_buys.bans_of": lambda storage: storage.group_buys.bans_of(BUYER, 9),
    "group_buys.books_of_buy": _booked_in_a_group,
    "group_buys.buy": lambda storage: storage.group_buys.buy(BUY),
    "group_buys.buys_of": lambda storage: storage.group_buys.buys_of(BUYER, 9),
    "group_cards.cards_of": lambda storage: storage.group_cards.cards_of(BUY),
    "group_cards.cards_to_draw": lambda storage: storage.group_cards.cards_to_draw(LATER, 9),
    "group_buys.buys_census": lambda storage: storage.group_buys.buys_census(LATER),
    "group_buys.due": lambda storage: storage.group_buys.due(LATER, 9),
    "group_buys.head": lambda storage: storage.group_buys.head(TOKEN),
    "group_buys.joined_by": lambda storage: storage.group_buys.joined_by(DAVE, 9),
    "group_news.news_to_tell": lambda storage: storage.group_news.news_to_tell(LATER, 9),
    "group_buys.moved": lambda storage: storage.group_buys.moved(9),
    "group_buys.progress": lambda storage: storage.group_buys.progress(BUY),
    "group_buys.taken": lambda storage: storage.group_buys.taken(BUY, DAVE, RED),
    "inbox.parked_updates": lambda storage: storage.inbox.parked_updates(),
    "inbox.take_update": lambda storage: storage.inbox.take_update(5),
    "inbox.waiting_updates": lambda storage: storage.inbox.waiting_updates(),
    "notices.orders_to_tell": lambda storage: storage.notices.orders_to_tell(NOW, 9),
    "notices.waiting_notices": lambda storage: storage.notices.waiting_notices(PLACED, NOW),
    "offers.offer": lambda storage: storage.offers.offer(OFFERS[0].offer_id),
    "orders.count_orders": lambda storage: storage.orders.count_orders(ALICE),
    "orders.latest_orders": lambda storage: storage.orders.latest_orders(NOW - 99 * HOUR, 9),
    "orders.order": lambda storage: storage.orders.order(PLACED),
    "orders.orders_after": lambda storage: storage.orders.orders_after(PLACED, 9),
    "orders.orders_of": lambda storage: storage.orders.orders_of(ALICE),
    "orders.orders_since": lambda storage: storage.orders.orders_since(NOW - 99 * HOUR, 9),
    "orders.unresolved_orders": lambda storage: storage.orders.unresolved_orders(),
    "orders.unsettled_orders": lambda storage: storage.orders.unsettled_orders(),
    "orders.untold_orders": lambda storage: storage.orders.untold_orders(),
    "payments.payments_of": lambda storage: storage.payments.payments_of(PART),
    "payments.spent_since": lambda storage: storage.payments.spent_since(NOW - HOUR),
    "picture_files.file_id": lambda storage: storage.picture_files.file_id("sheet/1"),
    "pushes.orders_of_parts": lambda storage: storage.pushes.orders_of_parts([PART]),
    "pushes.waiting_pushes": lambda storage: storage.pushes.waiting_pushes(NOW, 9),
    "posts.post_places": lambda storage: storage.posts.post_places(),
    "posts.posts_of": lambda storage: storage.posts.posts_of(MUG),
    "posts.posts_to_check": lambda storage: storage.posts.posts_to_check(LATER, 9),
    "posts.posts_to_do": lambda storage: storage.posts.posts_to_do(LATER, 9),
    "watches.count_watches": lambda storage: storage.watches.count_watches(WATCHER),
    "watches.due_offers": lambda storage: storage.watches.due_offers(LATER, 9),
    "watches.watch": lambda storage: storage.watches.watch(WATCHER, 1),
    "watches.watch_of": lambda storage: storage.watches.watch_of(WATCHER, ALL_OF_IT),
    "watches.watched_among": lambda storage: storage.watches.watched_among([WATCHED]),
    "watches.watchers": lambda storage: storage.watches.watchers(WATCHED, 0, 9),
    "watches.watches_of": lambda storage: storage.watches.watches_of(WATCHER, 9),
    "watches.watches_to_tell": lambda storage: storage.watches.watches_to_tell(LATER, 9),
    "questions.count_asked": lambda storage: storage.questions.count_asked(DAVE, NOW - HOUR),
    "questions.count_questions": lambda storage: storage.questions.count_questions(),
    "questions.question": lambda storage: storage.questions.question(QuestionId(1)),
    "questions.question_in": lambda storage: storage.questions.question_in(TOPIC),
    "questions.question_with": lambda storage: storage.questions.question_with(ChatId(DAVE), 10),
    "questions.questions_in": lambda storage: storage.questions.questions_in(QuestionState.OPEN, 9),
    "questions.questions_of": lambda storage: storage.questions.questions_of(DAVE),
    "questions.said_in": lambda storage: storage.questions.said_in(QuestionId(1)),
    "questions.words_to_tell": lambda storage: storage.questions.words_to_tell(LATER, 9),
    "rights.export_of": lambda storage: storage.rights.export_of(ALICE),
    "runs.last_gap": lambda storage: storage.runs.last_gap(),
    "runs.run_under_way": lambda storage: storage.runs.run_under_way(),
    "tracking.due_orders": lambda storage: storage.tracking.due_orders(LATER, 9),
    "tracking.tracked": lambda storage: storage.tracking.tracked(PLACED),
    "upkeep.census": lambda storage: storage.upkeep.census(),
    "upkeep.count_people": lambda storage: storage.upkeep.count_people(),
    "shop.all_terms": lambda storage: storage.shop.all_terms(),
    "shop.books_of": _booked,
    "shop.case": lambda storage: storage.shop.case(IN_SHOP),
    "shop.cases": lambda storage: storage.shop.cases(Standing.PROOF, 10),
    "shop.count_cases": lambda storage: storage.shop.count_cases(),
    "shop.operations": lambda storage: storage.shop.operations(),
    "shop.proof": lambda storage: storage.shop.proof(ProofId(1)),
    "shop.proofs_of": lambda storage: storage.shop.proofs_of(IN_SHOP),
    "shop.terms": lambda storage: storage.shop.terms(),
    "shop_events.events_to_tell": lambda storage: storage.shop_events.events_to_tell(LATER, 10),
    "upkeep.nudges": lambda storage: storage.upkeep.nudges(),
}

WRITES: dict[str, Call] = {
    "access.add_invite": lambda storage: storage.access.add_invite(b"i" * 32, OPERATOR, LATER, 1),
    "access.redeem_invite": lambda storage: storage.access.redeem_invite(b"h" * 32, BOB),
    "access.revoke_invite": lambda storage: storage.access.revoke_invite(1),
    "access.revoke_invites_of_others": lambda storage: storage.access.revoke_invites_of_others([]),
    "alarms.drop_alarm": lambda storage: storage.alarms.drop_alarm("backlog"),
    "alarms.note_alarm": lambda storage: storage.alarms.note_alarm(
        "parked", ToldAlarm(about=frozenset(), at=NOW)
    ),
    "broadcasts.claim_recipient": lambda storage: storage.broadcasts.claim_recipient(READER),
    "broadcasts.draft_broadcast": lambda storage: storage.broadcasts.draft_broadcast(ALICE, "x"),
    "broadcasts.give_up_recipients": lambda storage: storage.broadcasts.give_up_recipients(),
    "broadcasts.reached": lambda storage: storage.broadcasts.reached(BEING_SENT, Reached.TOLD),
    "broadcasts.set_news": lambda storage: storage.broadcasts.set_news(BOB, GROUP, wanted=False),
    "broadcasts.start_broadcast": lambda storage: storage.broadcasts.start_broadcast(2),
    "broadcasts.stop_broadcast": lambda storage: storage.broadcasts.stop_broadcast(1),
    "broadcasts.stop_broadcasts_of_others": lambda storage: (
        storage.broadcasts.stop_broadcasts_of_others([])
    ),
    "conversations.commit_step": _commit_step,
    "group_cards.card_drawn": lambda storage: storage.group_cards.card_drawn(SHOWN, 99, NOW),
    "group_buys.seen": lambda storage: storage.group_buys.seen(BuyId(2), 2),
    "group_buys.change": lambda storage: storage.group_buys.change(BUY, pausing),
    "group_cards.claim_card": lambda storage: storage.group_cards.claim_card(WANTED),
    "group_news.claim_news": lambda storage: storage.group_news.claim_news(2),
    "group_cards.drop_card": lambda storage: storage.group_cards.drop_card(SHOWN),
    "group_news.end_news": lambda storage: storage.group_news.end_news(1),
    "group_cards.give_up_cards": lambda storage: storage.group_cards.give_up_cards(),
    "group_news.give_up_news": lambda storage: storage.group_news.give_up_news(),
    "group_buys.organiser_reached": lambda storage: storage.group_buys.organiser_reached(
        BUY, reached=False
    ),
    "group_news.put_back_news": lambda storage: storage.group_news.put_back_news(1, LATER),
    "group_cards.put_card": lambda storage: storage.group_cards.put_card(
        SHOWN.replace(message_id=2)
    ),
    "inbox.drop_parked": lambda storage: storage.inbox.drop_parked(4),
    "inbox.park_update": lambda storage: storage.inbox.park_update(5, "why"),
    "inbox.purge": lambda storage: storage.inbox.purge(LATER),
    "inbox.put_updates": lambda storage: storage.inbox.put_updates([update(6)]),
    "inbox.requeue_update": lambda storage: storage.inbox.requeue_update(4),
    "inbox.retry_update": lambda storage: storage.inbox.retry_update(5, "why", LATER),
    "notices.claim_notices": lambda storage: storage.notices.claim_notices([3]),
    "notices.end_notices": lambda storage: storage.notices.end_notices([5], NoticeEnd.TOLD),
    "notices.give_up_claimed": lambda storage: storage.notices.give_up_claimed(),
    "notices.hold_notices": lambda storage: storage.notices.hold_notices([3], LATER),
    "notices.put_back_notices": lambda storage: storage.notices.put_back_notices([5], LATER),
    "orders.mark_told": lambda storage: storage.orders.mark_told(UNTOLD, Placing.REFUSED),
    "orders.save_order": _save_order,
    "payments.claim_payment": lambda storage: storage.payments.claim_payment(
        NEW_PAYMENT, known=0, since=NOW, limit=Fen(0)
    ),
    "payments.give_up_payments": lambda storage: storage.payments.give_up_payments(),
    "payments.mark_payment": lambda storage: storage.payments.mark_payment(3, AttemptState.PAID),
    "pushes.finish_pushes": lambda storage: storage.pushes.finish_pushes([3], [], [PLACED]),
    "pushes.put_push": lambda storage: storage.pushes.put_push(
        StoredPush(msg_id="new", topic="ORDER", message="{}", received_at=NOW)
    ),
    "pushes.retry_pushes": lambda storage: storage.pushes.retry_pushes([3], LATER),
    "posts.claim_post": lambda storage: storage.posts.claim_post(3),
    "posts.drop_place": lambda storage: storage.posts.drop_place(CHANNEL.chat_id),
    "posts.give_up_posts": lambda storage: storage.posts.give_up_posts(),
    "posts.keep_place": lambda storage: storage.posts.keep_place(CHANNEL.replace(title="x")),
    "posts.move_place": lambda storage: storage.posts.move_place(FAMILY.chat_id, ChatId(-9)),
    "posts.save_post": _save_post,
    "watches.claim_watch": _claim_watch,
    "watches.end_watch": _end_watch,
    "watches.give_up_watches": lambda storage: storage.watches.give_up_watches(),
    "watches.keep_found": _keep_found,
    "watches.look_soon": lambda storage: storage.watches.look_soon([WATCHED]),
    "watches.looked_at": _looked_at,
    "watches.put_back_watch": _put_back_watch,
    "watches.set_watch": lambda storage: storage.watches.set_watch(new_watch(), NOW),
    "watches.stop_watch": lambda storage: storage.watches.stop_watch(WATCHER, 1),
    "questions.ask": lambda storage: storage.questions.ask(ASKER, words(20)),
    "questions.claim_words": lambda storage: storage.questions.claim_words(WordsId(1)),
    "questions.end": lambda storage: storage.questions.end(QuestionId(1), None),
    "questions.end_words": lambda storage: storage.questions.end_words(WordsId(2)),
    "questions.give_up_words": lambda storage: storage.questions.give_up_words(),
    "questions.put_back_words": lambda storage: storage.questions.put_back_words(WordsId(1), LATER),
    "questions.put_in_topic": lambda storage: storage.questions.put_in_topic(QuestionId(1), None),
    "questions.release_questions": lambda storage: storage.questions.release_questions(frozenset()),
    "questions.say": lambda storage: storage.questions.say(QuestionId(1), words(21), None),
    "questions.take": lambda storage: storage.questions.take(QuestionId(1), COLLEAGUE),
    "rights.forget": lambda storage: storage.rights.forget(ALICE),
    "runs.alive": lambda storage: storage.runs.alive(NOW),
    "runs.begin_run": lambda storage: storage.runs.begin_run(NOW),
    "shop.book": lambda storage: storage.shop.book(IN_SHOP, _receive("new")),
    "shop.decide": lambda storage: storage.shop.decide(
        ProofId(1), Decision(amount=yuan(500), by=OPERATOR, at=NOW), _receive("1")
    ),
    "shop_events.claim_event": lambda storage: storage.shop_events.claim_event(ShopEventId(1)),
    "shop_events.end_event": lambda storage: storage.shop_events.end_event(ShopEventId(2)),
    "shop_events.give_up_events": lambda storage: storage.shop_events.give_up_events(),
    "shop_events.put_back_event": lambda storage: storage.shop_events.put_back_event(
        ShopEventId(1), LATER
    ),
    "shop_events.tell_event": lambda storage: storage.shop_events.tell_event(
        IN_SHOP, EventKind.CLOSING, "soon"
    ),
    "tracking.missed": lambda storage: storage.tracking.missed(PLACED, LATER),
    "tracking.save_tracked": _save_tracked,
    "tracking.sort_orders": lambda storage: storage.tracking.sort_orders(),
    "upkeep.nudge": lambda storage: storage.upkeep.nudge(),
    "upkeep.purge_old": lambda storage: storage.upkeep.purge_old(NO_AGE),
}

# Done at once and durable a little later: nothing is lost with them.
DEFERRED: dict[str, Call] = {
    "inbox.finish_update": lambda storage: storage.inbox.finish_update(5),
    "picture_files.remember_file": lambda storage: storage.picture_files.remember_file("new", "f"),
}

CALLS = READS | WRITES | DEFERRED
