"""Every column of every table is either in what a person gets of their data, or said why not."""

import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.domain.collecting import NewProof, ProofKind
from bot.domain.identifiers import UserId
from bot.domain.money import Fen
from bot.domain.news import News, NewsKind
from bot.domain.orders import OrderPart, OrderStatus, Placing
from bot.domain.payment_attempts import AttemptState, NewAttempt
from bot.domain.shop_terms import ShopTerms
from bot.domain.writes import (
    ClaimOrder,
    KeepResults,
    QueuePost,
    SaveAddress,
    SendProof,
    SetTerms,
)
from bot.storage.sqlite.storage import SqliteStorage
from bot.storage.tracking_ports import NewNotice, NoticeEnd
from tests.storage.grouping import organise
from tests.storage.posting import new_post, step
from tests.storage.questioning import ASKER, OWNER, words
from tests.storage.samples import (
    ALICE,
    ALICE_CHAT,
    BOB,
    NOW,
    first,
    following,
    order,
    page,
    saved_address,
    update,
)
from tests.storage.watching import watches

# Where in the export a column is. `[]` goes into a list.
EXPORTED = {
    "inbox.update_id": "messages_handled[].update_id",
    "inbox.lane": "telegram_user_id",
    "inbox.state": "messages_being_handled[].state",
    "inbox.attempts": "messages_being_handled[].attempts",
    "inbox.received_at": "messages_handled[].received_at",
    "inbox.payload": "messages_being_handled[].update.message.text",
    "inbox.error": "messages_being_handled[].error",
    "sessions.chat_id": "conversations[].state.chat_id",
    "sessions.user_id": "conversations[].state.user_id",
    "sessions.session_id": "conversations[].state.session_id",
    "sessions.revision": "conversations[].state.revision",
    "sessions.body": "conversations[].state.language",
    "sessions.touched_at": "conversations[].last_step_at",
    "results.session_id": "conversations[].state.session_id",
    "results.body": "conversations[].search_results.hits",
    "results.touched_at": "conversations[].found_at",
    "addresses.user_id": "telegram_user_id",
    "addresses.address_id": "addresses[].address_id.id",
    "addresses.marketplace": "addresses[].address_id.marketplace",
    "addresses.is_default": "addresses[].is_default",
    "addresses.body": "addresses[].address.street",
    "orders.order_no": "orders[].order_no",
    "orders.user_id": "orders[].user_id",
    "orders.chat_id": "orders[].chat_id",
    "orders.placing": "orders[].placing",
    "orders.created_at": "orders[].created_at",
    "orders.body": "orders[].address.street",
    "orders.forgotten": "orders[].deletion_asked_for",
    "order_parts.part_id": "orders[].parts[].order_id.id",
    "order_parts.marketplace": "orders[].parts[].order_id.marketplace",
    "order_parts.order_no": "orders[].order_no",
    "notices.order_no": "news_of_orders[].order_no",
    "notices.key": "news_of_orders[].what",
    "notices.state": "news_of_orders[].state",
    "notices.born_at": "news_of_orders[].since",
    "notices.not_before": "news_of_orders[].not_before",
    "notices.ended_at": "news_of_orders[].until",
    "notices.body": "news_of_orders[].news.kind",
    "members.user_id": "telegram_user_id",
    "members.invite_id": "let_in_by_invitation",
    "members.joined_at": "let_in_at",
    "invites.invite_id": "invitations_made[].invitation",
    "invites.made_by": "telegram_user_id",
    "invites.made_at": "invitations_made[].made_at",
    "invites.expires_at": "invitations_made[].expires_at",
    "invites.uses_allowed": "invitations_made[].uses_allowed",
    "invites.uses": "invitations_made[].uses",
    "invites.revoked": "invitations_made[].revoked",
    "payment_attempts.part_id": "password_free_payments[].marketplace_order_id.id",
    "payment_attempts.marketplace": "password_free_payments[].marketplace_order_id.marketplace",
    "payment_attempts.order_no": "password_free_payments[].order_no",
    "payment_attempts.operator_id": "password_free_payments[].by_you",
    "payment_attempts.amount": "password_free_payments[].amount_in_fen",
    "payment_attempts.state": "password_free_payments[].state",
    "payment_attempts.at": "password_free_payments[].at",
    "ledger.key": "account_with_the_shop[].booking",
    "ledger.user_id": "telegram_user_id",
    "ledger.order_no": "account_with_the_shop[].amounts[].order_no",
    "ledger.at": "account_with_the_shop[].at",
    "ledger.body": "account_with_the_shop[].amounts[].amount",
    "proofs.order_no": "proofs_of_payment[].order_no",
    "proofs.user_id": "proofs_of_payment[].user_id",
    "proofs.sent_at": "proofs_of_payment[].sent_at",
    "proofs.message_id": "proofs_of_payment[].message_id",
    "proofs.state": "proofs_of_payment[].state",
    "proofs.body": "proofs_of_payment[].file_id",
    "shop_cases.order_no": "where_shop_orders_stand[].order_no",
    "shop_cases.user_id": "telegram_user_id",
    "shop_cases.standing": "where_shop_orders_stand[].standing",
    "shop_cases.since": "where_shop_orders_stand[].since",
    "shop_events.order_no": "news_of_the_shop[].order_no",
    "shop_events.kind": "news_of_the_shop[].what",
    "shop_events.detail": "news_of_the_shop[].about",
    "shop_events.state": "news_of_the_shop[].state",
    "shop_events.not_before": "news_of_the_shop[].not_before",
    "posts.made_by": "telegram_user_id",
    "posts.chat_id": "published_offers[].chat_id",
    "posts.marketplace": "published_offers[].offer_id.marketplace",
    "posts.offer_id": "published_offers[].offer_id.id",
    "posts.made_at": "published_offers[].made_at",
    "posts.state": "published_offers[].state",
    "posts.body": "published_offers[].text",
    "watches.user_id": "telegram_user_id",
    "watches.marketplace": "watches_of_offers[].goods.offer_id.marketplace",
    "watches.offer_id": "watches_of_offers[].goods.offer_id.id",
    "watches.goods": "watches_of_offers[].goods_key",
    "watches.version": "watches_of_offers[].times_asked_for",
    "watches.state": "watches_of_offers[].state",
    "watches.made_at": "watches_of_offers[].made_at",
    "watches.not_before": "watches_of_offers[].not_before",
    "watches.ended_at": "watches_of_offers[].until",
    "watches.body": "watches_of_offers[].title.zh",
    "questions.question_id": "questions_to_the_operators[].question_id",
    "questions.user_id": "telegram_user_id",
    "questions.order_no": "questions_to_the_operators[].order_no",
    "questions.state": "questions_to_the_operators[].state",
    "questions.touched_at": "questions_to_the_operators[].touched_at",
    "questions.body": "questions_to_the_operators[].name",
    "questions.topic": "questions_to_the_operators[].in_the_operators_group",
    "question_words.words_id": "questions_to_the_operators[].said[].words_id",
    "question_words.question_id": "questions_to_the_operators[].said[].question_id",
    "question_words.side": "questions_to_the_operators[].said[].side",
    "question_words.said_at": "questions_to_the_operators[].said[].said_at",
    "question_words.state": "questions_to_the_operators[].said[].state",
    "question_words.not_before": "questions_to_the_operators[].said[].not_before",
    "question_words.body": "questions_to_the_operators[].said[].text",
    "group_buys.token": "group_buys_organised[].token",
    "group_buys.organiser": "telegram_user_id",
    "group_buys.state": "group_buys_organised[].state",
    "group_buys.order_no": "group_buys_organised[].order_no",
    "group_buys.since": "group_buys_organised[].state_since",
    "group_buys.forgotten": "group_buys_organised[].deletion_asked_for",
    "group_buys.body": "group_buys_organised[].terms.goods.title",
    "group_claims.buy_id": "claims_in_group_buys[].group_buy",
    "group_claims.number": "claims_in_group_buys[].number",
    "group_claims.user_id": "telegram_user_id",
    "group_claims.state": "claims_in_group_buys[].state",
    "group_claims.spec_id": "claims_in_group_buys[].spec_id",
    "group_claims.taken": "claims_in_group_buys[].pieces",
    "group_claims.body": "claims_in_group_buys[].name",
    "group_ledger.key": "account_with_group_buys[].booking",
    "group_ledger.user_id": "telegram_user_id",
    "group_ledger.at": "account_with_group_buys[].at",
    "group_ledger.body": "account_with_group_buys[].amounts[].amount",
    "group_news.buy_id": "news_of_group_buys[].group_buy",
    "group_news.user_id": "telegram_user_id",
    "group_news.kind": "news_of_group_buys[].what",
    "group_news.detail": "news_of_group_buys[].about",
    "group_news.state": "news_of_group_buys[].state",
    "group_news.not_before": "news_of_group_buys[].not_before",
    "shop_terms.version": "shop_terms_set[].version",
    "shop_terms.body": "shop_terms_set[].instructions",
    "news_readers.user_id": "telegram_user_id",
    "news_readers.chat_id": "asked_for_news_in_chat",
    "news_readers.since": "asked_for_news_at",
    "broadcasts.made_by": "telegram_user_id",
    "broadcasts.made_at": "messages_to_everybody[].written_at",
    "broadcasts.state": "messages_to_everybody[].state",
    "broadcasts.body": "messages_from_the_operators[].text",
    "broadcast_people.user_id": "telegram_user_id",
    "broadcast_people.chat_id": "messages_from_the_operators[].chat_id",
    "broadcast_people.state": "messages_from_the_operators[].state",
}
_COUNTER = "a row's own number, which stands for nothing else"
_BOOKKEEPING = "the bot's own bookkeeping, which follows from what is exported"
_GOODS = "goods as the marketplace shows them to everybody; no row names a person"
_WATCHED = "when an offer that somebody watches is read next; no row says who"
_CARD = "a message in a group that shows a buy to everybody in it, and nothing of anybody"
NOT_PERSONAL = {
    "meta.name": "facts of the database itself: key check, nudges, when it was last checked",
    "meta.value": "as its name",
    "inbox.committed": _BOOKKEEPING,
    "inbox.not_before": _BOOKKEEPING,
    "orders.marketplace": "as in the names of its offers, which are exported",
    "pushes.marketplace": "where the message came from",
    "offers.marketplace": _GOODS,
    "addresses.saved_order": "the order of the list, in which they are exported",
    "orders.session_id": "names the consent, with its revision; of the conversation of that moment",
    "orders.revision": "as orders.session_id",
    "orders.told": _BOOKKEEPING,
    "orders.stage": _BOOKKEEPING,
    "orders.look_at": _BOOKKEEPING,
    "orders.hints": _BOOKKEEPING,
    "orders.misses": _BOOKKEEPING,
    "orders.stored": _BOOKKEEPING,
    "offers.offer_id": _GOODS,
    "offers.body": _GOODS,
    "offers.touched_at": _GOODS,
    "picture_files.key": "pictures of goods, by their addresses; no row names a person",
    "picture_files.file_id": "Telegram's name of such a picture",
    "picture_files.touched_at": "as picture_files.key",
    "invites.token_hash": "a one-way print of a secret; the person who got it is in members",
    "notices.notice_id": _COUNTER,
    "ledger.entry_id": _COUNTER,
    "ledger.to_order": "as ledger.order_no: amounts name both orders",
    "proofs.proof_id": _COUNTER,
    "proofs.mark": "a few bytes of a one-way print, which tell a file that was sent before",
    "shop_events.event_id": _COUNTER,
    "posts.post_id": _COUNTER,
    "posts.look_at": _BOOKKEEPING,
    "watches.watch_id": _COUNTER,
    "watched_offers.marketplace": _WATCHED,
    "watched_offers.offer_id": _WATCHED,
    "watched_offers.look_at": _WATCHED,
    "watched_offers.hints": _WATCHED,
    "watched_offers.misses": _WATCHED,
    "watched_offers.gone": _WATCHED,
    "post_places.chat_id": "a channel or group that the bot may post in, which is nobody's",
    "post_places.body": "its title, and the id of the administrator who let the bot post",
    "questions.topic_chat": "the operators' group, which is nobody's",
    "question_words.chat_id": "where the person wrote, which is exported with their words; of an"
    " answer it is the operator's",
    "question_words.message_id": "as question_words.chat_id",
    "payment_attempts.attempt_id": _COUNTER,
    "broadcasts.broadcast_id": _COUNTER,
    "broadcast_people.broadcast_id": _COUNTER,
    "pushes.push_id": _COUNTER,
    "pushes.msg_id": "the marketplace's number of its message",
    "pushes.topic": "the kind of that message",
    "pushes.state": _BOOKKEEPING,
    "pushes.received_at": _BOOKKEEPING,
    "pushes.not_before": _BOOKKEEPING,
    "pushes.attempts": _BOOKKEEPING,
    "pushes.payload": "names an order by the marketplace's number until it is handled, seconds"
    " later; what it led to is in the order. Of whom it is, is not known before",
    "group_buys.buy_id": _COUNTER,
    "group_buys.version": _BOOKKEEPING,
    "group_buys.next_at": _BOOKKEEPING,
    "group_buys.unreachable": _BOOKKEEPING,
    "group_buys.moved": _BOOKKEEPING,
    "group_claims.forgotten": _BOOKKEEPING,
    "group_claims.banned": "as group_claims.body, which says why",
    "group_claims.queued": "as group_claims.taken",
    "group_ledger.entry_id": _COUNTER,
    "group_ledger.buy_id": "as in the names of its bookings, which are exported",
    "group_news.news_id": _COUNTER,
    "group_cards.buy_id": _CARD,
    "group_cards.chat_id": _CARD,
    "group_cards.message_id": _CARD,
    "group_cards.topic": _CARD,
    "group_cards.language": _CARD,
    "group_cards.with_picture": _CARD,
    "group_cards.shown": _CARD,
    "group_cards.not_before": _CARD,
    "group_cards.failing_since": _CARD,
    "alarms_told.trouble": "a kind of trouble",
    "alarms_told.about": "numbers of orders and updates that the operators were told of",
    "alarms_told.told_at": "as alarms_told.trouble",
}


def _columns(database: Path) -> set[str]:
    with sqlite3.connect(database) as connection:
        tables = [
            name
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            if not name.startswith("sqlite_")
        ]
        found = {
            f"{table}.{row[1]}"
            for table in tables
            for row in connection.execute(f"PRAGMA table_info({table})")
        }
    connection.close()
    return found


async def _live_a_full_life(storage: SqliteStorage) -> None:
    """Something of everything that can be kept of one person, who is an operator as well."""
    await storage.conversations.commit_step(
        first(ALICE, writes=(KeepResults(page()), SaveAddress(saved_address(1, is_default=True))))
    )
    part = OrderPart(order_id="1" * 19, status=OrderStatus.AWAITING_PAYMENT)
    placed = order(1, ALICE, Placing.PLACED).replace(parts=(part,))
    claimed = placed.replace(placing=Placing.CLAIMED, parts=())
    await storage.conversations.commit_step(following(ALICE, writes=(ClaimOrder(claimed),)))
    await storage.orders.save_order(placed, Placing.CLAIMED)
    news = [News(kind=NewsKind.PAID, key=f"paid.{each}", parts=()) for each in (1, 2)]
    notices = tuple(NewNotice(news=each, not_before=NOW) for each in news)
    tracked = await storage.tracking.tracked(placed.order_no)
    await storage.tracking.save_tracked(tracked, placed, None, notices)
    told = (await storage.notices.waiting_notices(placed.order_no, NOW))[0]
    await storage.notices.claim_notices([told.notice_id])
    await storage.notices.end_notices([told.notice_id], NoticeEnd.TOLD)
    mine = [update(each).replace(lane=ALICE) for each in (1, 2)]
    await storage.inbox.put_updates(mine)
    await storage.inbox.park_update(1, "ValueError at handlers/start.py:1")
    await storage.inbox.finish_update(2)
    await storage.access.add_invite(b"hash", ALICE, NOW + timedelta(days=1), 2)
    await storage.access.redeem_invite(b"hash", ALICE)
    await storage.broadcasts.set_news(ALICE, ALICE_CHAT, wanted=True)
    number = await storage.broadcasts.draft_broadcast(ALICE, "New: parcels are followed")
    await storage.broadcasts.start_broadcast(number)
    attempt = NewAttempt(order_id=part.order_id, order_no=placed.order_no, operator=ALICE, amount=1)
    claim = await storage.payments.claim_payment(attempt, known=0, since=NOW, limit=0)
    await storage.payments.mark_payment(claim.attempt_id, AttemptState.PAID)
    await _pay_a_shop(storage)
    asker = ASKER.replace(user_id=ALICE, chat_id=ALICE_CHAT, order_no=placed.order_no)
    asked = await storage.questions.ask(asker, words(7, chat=ALICE_CHAT))
    await storage.questions.say(asked.question_id, words(8), OWNER)
    await organise(storage, ALICE, 4)
    await step(storage, QueuePost(new_post()))
    await watches(storage)
    await storage.rights.forget(UserId(1))
    await storage.close()
    await storage.open()


async def _pay_a_shop(storage: SqliteStorage) -> None:
    terms = ShopTerms(instructions={"en": "Pay"}).changed(ALICE, NOW)
    charge = terms.price(Fen(500), Fen(500))
    placed = order(9, ALICE, Placing.PLACED)
    placed = placed.replace(quote=placed.quote.replace(charge=charge))
    claimed = placed.replace(placing=Placing.CLAIMED)
    proof = NewProof(
        order_no=placed.order_no,
        user_id=ALICE,
        message_id=5,
        kind=ProofKind.PHOTO,
        file_id="photo",
        file_unique_id="print",
        sent_at=NOW,
    )
    await storage.conversations.commit_step(
        following(ALICE, expected=2, writes=(ClaimOrder(claimed), SetTerms(terms)))
    )
    await storage.orders.save_order(placed, Placing.CLAIMED)
    await storage.conversations.commit_step(
        following(ALICE, expected=3, writes=(SendProof(proof),))
    )


def _found(export: Any, path: str) -> list[Any]:
    """What stands at a path; what is not there is not in it."""
    values = [export]
    for name in path.replace("[]", ".[]").split("."):
        if name == "[]":
            values = [each for value in values for each in value]
        else:
            values = [value[name] for value in values if value is not None]
    return [each for each in values if each is not None]


def test_no_column_is_without_a_word(sqlite: SqliteStorage, database: Path):
    """A new table or column has to say here whether a person gets it, or why not."""
    said = EXPORTED.keys() | NOT_PERSONAL.keys()
    assert not EXPORTED.keys() & NOT_PERSONAL.keys()
    assert _columns(database) == said


async def test_what_is_said_to_be_exported_is(sqlite: SqliteStorage):
    """Of somebody who did everything, nothing is missing."""
    await _live_a_full_life(sqlite)
    export = await sqlite.rights.export_of(ALICE)
    assert [column for column, path in EXPORTED.items() if not _found(export, path)] == []


async def test_an_operators_payment_is_told_to_the_buyer_without_the_operator(
    sqlite: SqliteStorage,
):
    """Whose order it was learns of it, and not who paid."""
    await _live_a_full_life(sqlite)
    placed = order(7, BOB, Placing.PLACED)
    await sqlite.conversations.commit_step(first(BOB))
    await sqlite.conversations.commit_step(following(BOB, writes=(ClaimOrder(placed),)))
    attempt = NewAttempt(order_id="7" * 19, order_no=placed.order_no, operator=ALICE, amount=900)
    await sqlite.payments.claim_payment(attempt, known=0, since=NOW, limit=0)
    export = await sqlite.rights.export_of(BOB)
    (told,) = export["password_free_payments"]
    assert (told["amount_in_fen"], told["by_you"]) == (900, False)
    assert str(ALICE) not in str(export)
    assert len((await sqlite.rights.export_of(ALICE))["password_free_payments"]) == 2
