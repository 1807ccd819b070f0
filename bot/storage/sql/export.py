"""Everything that is kept of one person, readable, as one moment of the database had it.

Which column of which table is in it, and why the others are not, stands in the test that walks
them all: tests/storage/test_every_column.py.
"""

import json
from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import JsonValue

from bot.domain.addresses import Address
from bot.domain.broadcasts import BroadcastText
from bot.domain.collecting import Proof
from bot.domain.group_buys.buys import GroupBuy
from bot.domain.group_buys.claims import Claim
from bot.domain.identifiers import ChatId, UserId
from bot.domain.ledger import Operation
from bot.domain.model import Value
from bot.domain.news import News
from bot.domain.offers import SearchPage
from bot.domain.orders import Order
from bot.domain.posts import Post
from bot.domain.questions import Question, Words
from bot.domain.sessions import Session
from bot.domain.shop_terms import ShopTerms
from bot.storage.codec import from_json, from_micros, unpack
from bot.storage.places import (
    place_of_address,
    place_of_broadcast,
    place_of_buy,
    place_of_claim,
    place_of_error,
    place_of_group_operation,
    place_of_notice,
    place_of_operation,
    place_of_order,
    place_of_payload,
    place_of_post,
    place_of_proof,
    place_of_question,
    place_of_results,
    place_of_session,
    place_of_terms,
    place_of_watch,
    place_of_words,
)
from bot.storage.sql.connection import Connection
from bot.storage.sql.watches import KeptWatch

Open = Callable[[bytes, str], bytes]
"""Opens what was sealed for a place. Raises `StorageUnavailable`."""
_Stored = TypeVar("_Stored", bound=Value)

_CONVERSATIONS = (
    "SELECT session_id, chat_id, sessions.body, sessions.touched_at, results.body,"
    " results.touched_at FROM sessions LEFT JOIN results USING (session_id)"
    " WHERE user_id = ? ORDER BY chat_id"
)
_ADDRESSES = (
    "SELECT marketplace, address_id, is_default, body FROM addresses WHERE user_id = ?"
    " ORDER BY is_default DESC, saved_order DESC"
)
_ORDERS = (
    "SELECT order_no, body, forgotten FROM orders WHERE user_id = ?"
    " ORDER BY created_at DESC, stored DESC"
)
_NOTICES = (
    "SELECT order_no, key, state, born_at, not_before, ended_at, notices.body FROM notices"
    " JOIN orders USING (order_no) WHERE user_id = ? ORDER BY notice_id"
)
_UPDATES = (
    "SELECT update_id, state, attempts, received_at, payload, error FROM inbox"
    " WHERE lane = ? ORDER BY update_id"
)
# An operator's own, and those of everybody for the orders of this person.
_PAYMENTS = (
    "SELECT order_no, marketplace, part_id, amount, state, at, operator_id = :user"
    " FROM payment_attempts"
    " WHERE operator_id = :user OR order_no IN (SELECT order_no FROM orders WHERE user_id = :user)"
    " ORDER BY attempt_id"
)
_INVITES = (
    "SELECT invite_id, made_at, expires_at, uses_allowed, uses, revoked FROM invites"
    " WHERE made_by = ? ORDER BY invite_id"
)
_WRITTEN = "SELECT broadcast_id, made_at, state, body FROM broadcasts WHERE made_by = ?"
_SENT = (
    "SELECT broadcast_id, made_at, people.state, people.chat_id, body"
    " FROM broadcast_people AS people JOIN broadcasts USING (broadcast_id)"
    " WHERE people.user_id = ? ORDER BY broadcast_id"
)
_OPERATIONS = "SELECT key, at, body FROM ledger WHERE user_id = ? ORDER BY entry_id"
_PROOFS = "SELECT proof_id, message_id, state, body FROM proofs WHERE user_id = ? ORDER BY proof_id"
_CASES = "SELECT order_no, standing, since FROM shop_cases WHERE user_id = ? ORDER BY order_no"
_EVENTS = (
    "SELECT order_no, kind, detail, state, not_before FROM shop_events"
    " WHERE order_no IN (SELECT order_no FROM orders WHERE user_id = ?) ORDER BY event_id"
)
_QUESTIONS = "SELECT question_id, body FROM questions WHERE user_id = ? ORDER BY question_id"
_SAID = (
    "SELECT words_id, state, not_before, body FROM question_words"
    " WHERE question_id = ? ORDER BY words_id"
)
_POSTS = "SELECT post_id, state, made_at, body FROM posts WHERE made_by = ? ORDER BY post_id"
_WATCHES = (
    "SELECT marketplace, offer_id, goods, version, state, made_at, not_before, ended_at, body"
    " FROM watches WHERE user_id = ? ORDER BY watch_id"
)
_TERMS = "SELECT version, body FROM shop_terms ORDER BY version"
_BUYS = (
    "SELECT token, state, since, forgotten, order_no, body FROM group_buys"
    " WHERE organiser = ? ORDER BY buy_id"
)
_CLAIMS = (
    "SELECT buy_id, number, state, body FROM group_claims WHERE user_id = ? ORDER BY buy_id, number"
)
_GROUP_OPERATIONS = "SELECT key, at, body FROM group_ledger WHERE user_id = ? ORDER BY entry_id"
_GROUP_NEWS = (
    "SELECT buy_id, kind, detail, state, not_before FROM group_news WHERE user_id = ?"
    " ORDER BY news_id"
)


class Export:
    """Reads one person's rows over one connection."""

    def __init__(self, connection: Connection, user_id: UserId, open_: Open) -> None:
        self._connection = connection
        self._user_id = user_id
        self._open = open_

    def everything(self) -> dict[str, JsonValue]:
        """Return it. Raises `StorageUnavailable`."""
        let_in = self._one("SELECT joined_at, invite_id FROM members WHERE user_id = ?")
        asked = self._one("SELECT since, chat_id FROM news_readers WHERE user_id = ?")
        updates = self._rows(_UPDATES)
        return {
            "telegram_user_id": self._user_id,
            "let_in_at": _moment(let_in[0]) if let_in else None,
            "let_in_by_invitation": let_in[1] if let_in else None,
            "asked_for_news_at": _moment(asked[0]) if asked else None,
            "asked_for_news_in_chat": asked[1] if asked else None,
            "conversations": [self._conversation(*row) for row in self._rows(_CONVERSATIONS)],
            "addresses": [self._address(*row) for row in self._rows(_ADDRESSES)],
            "orders": [self._order(*row) for row in self._rows(_ORDERS)],
            "news_of_orders": [self._notice(*row) for row in self._rows(_NOTICES)],
            "password_free_payments": [_payment(*row) for row in self._rows(_PAYMENTS)],
            "messages_from_the_operators": [self._sent(*row) for row in self._rows(_SENT)],
            "messages_to_everybody": [self._written(*row) for row in self._rows(_WRITTEN)],
            "account_with_the_shop": [self._operation(*row) for row in self._rows(_OPERATIONS)],
            "proofs_of_payment": [self._proof(*row) for row in self._rows(_PROOFS)],
            "where_shop_orders_stand": [_case(*row) for row in self._rows(_CASES)],
            "news_of_the_shop": [_event(*row) for row in self._rows(_EVENTS)],
            "shop_terms_set": self._terms_set(),
            "questions_to_the_operators": [self._question(*row) for row in self._rows(_QUESTIONS)],
            "group_buys_organised": [self._buy(*row) for row in self._rows(_BUYS)],
            "claims_in_group_buys": [self._claim(*row) for row in self._rows(_CLAIMS)],
            "account_with_group_buys": [
                self._group_operation(*row) for row in self._rows(_GROUP_OPERATIONS)
            ],
            "news_of_group_buys": [_group_news(*row) for row in self._rows(_GROUP_NEWS)],
            "watches_of_offers": [self._watch(*row) for row in self._rows(_WATCHES)],
            "published_offers": [self._post(*row) for row in self._rows(_POSTS)],
            "invitations_made": [_invite(*row) for row in self._rows(_INVITES)],
            "messages_being_handled": [
                self._update(*row) for row in updates if row[1] != "finished"
            ],
            "messages_handled": [
                {"update_id": update_id, "received_at": _moment(received_at)}
                for update_id, state, _, received_at, *_ in updates
                if state == "finished"
            ],
        }

    def _rows(self, sql: str) -> list[tuple[Any, ...]]:
        parameters = {"user": self._user_id} if ":user" in sql else (self._user_id,)
        return self._connection.execute(sql, parameters).fetchall()

    def _one(self, sql: str) -> tuple[Any, ...] | None:
        return next(iter(self._rows(sql)), None)

    def _value(self, kind: type[_Stored], sealed: bytes, place: str) -> _Stored:
        return from_json(kind, self._open(sealed, place))

    def _conversation(
        self,
        session_id: str,
        chat_id: int,
        body: bytes,
        touched_at: int | None,
        results: bytes | None,
        found_at: int | None,
    ) -> JsonValue:
        place = place_of_session(ChatId(chat_id), self._user_id)
        page = None
        if results is not None:
            opened = self._open(results, place_of_results(session_id))
            page = _readable(unpack(SearchPage, opened))
        return {
            "state": _readable(self._value(Session, body, place)),
            "last_step_at": _moment(touched_at),
            "search_results": page,
            "found_at": _moment(found_at),
        }

    def _address(
        self, marketplace: str, address_id: str, is_default: int, body: bytes
    ) -> JsonValue:
        place = place_of_address(self._user_id, marketplace, address_id)
        return {
            "address_id": {"marketplace": marketplace, "id": address_id},
            "is_default": bool(is_default),
            "address": _readable(self._value(Address, body, place)),
        }

    def _order(self, order_no: str, body: bytes, forgotten: int) -> JsonValue:
        order = _readable(self._value(Order, body, place_of_order(order_no)))
        assert isinstance(order, dict)  # noqa: S101 - what a model is dumped as
        return {**order, "deletion_asked_for": bool(forgotten)}

    def _notice(
        self,
        order_no: str,
        key: str,
        state: str,
        born_at: int,
        not_before: int,
        ended_at: int | None,
        body: bytes | None,
    ) -> JsonValue:
        news = self._value(News, body, place_of_notice(order_no, key)) if body else None
        return {
            "order_no": order_no,
            "what": key.partition(".")[0],
            "state": state,
            "since": _moment(born_at),
            "not_before": _moment(not_before),
            "until": _moment(ended_at),
            "news": _readable(news) if news else None,
        }

    def _sent(
        self, broadcast_id: int, made_at: int, state: str, chat_id: int, body: bytes
    ) -> JsonValue:
        news = self._value(BroadcastText, body, place_of_broadcast(broadcast_id))
        return {
            "written_at": _moment(made_at),
            "chat_id": chat_id,
            "state": state,
            "text": news.text,
        }

    def _written(self, broadcast_id: int, made_at: int, state: str, body: bytes) -> JsonValue:
        news = self._value(BroadcastText, body, place_of_broadcast(broadcast_id))
        return {"written_at": _moment(made_at), "state": state, "text": news.text}

    def _operation(self, key: str, at: int, body: bytes) -> JsonValue:
        operation = self._value(Operation, body, place_of_operation(key))
        return _booked(operation, at, "order_no")

    def _buy(
        self,
        token: str,
        state: str,
        since: int,
        forgotten: int,
        order_no: str | None,
        body: bytes,
    ) -> JsonValue:
        buy = self._value(GroupBuy, body, place_of_buy(token))
        # Shares of the bill are the members' own.
        return {
            **buy.model_dump(mode="json", exclude={"claims", "bill", "asked"}),
            "state": state,
            "state_since": _moment(since),
            "deletion_asked_for": bool(forgotten),
            "order_no": order_no,
        }

    def _claim(self, buy_id: int, number: int, state: str, body: bytes) -> JsonValue:
        claim = _readable(self._value(Claim, body, place_of_claim(buy_id, number)))
        assert isinstance(claim, dict)  # noqa: S101 - what a model is dumped as
        return {**claim, "group_buy": buy_id, "number": number, "state": state}

    def _group_operation(self, key: str, at: int, body: bytes) -> JsonValue:
        operation = self._value(Operation, body, place_of_group_operation(key))
        return _booked(operation, at, "account")

    def _proof(self, proof_id: int, message_id: int, state: str, body: bytes) -> JsonValue:
        proof = self._value(Proof, body, place_of_proof(proof_id))
        # Who decided is the operators' own: the customer gets what was decided.
        amount = proof.decision.amount if proof.decision else None
        readable = proof.model_dump(mode="json", exclude={"decision", "proof_id"})
        return {
            **readable,
            "message_id": message_id,
            "state": state,
            "received": amount.text if amount else None,
        }

    def _question(self, question_id: int, body: bytes) -> JsonValue:
        # Which operator answered is no business of who asked.
        question = self._value(Question, body, place_of_question(question_id))
        said = self._connection.execute(_SAID, (question_id,)).fetchall()
        return {
            **question.model_dump(mode="json", exclude={"owner", "topic"}),
            "in_the_operators_group": question.topic is not None,
            "said": [self._said(*row) for row in said],
        }

    def _said(self, words_id: int, state: str, not_before: int, body: bytes) -> JsonValue:
        words = self._value(Words, body, place_of_words(words_id))
        theirs = words.by is None
        hidden = {"by", "missed"} | (set() if theirs else {"chat_id", "message_id"})
        dumped = words.model_dump(mode="json", exclude=hidden)
        return {**dumped, "state": state, "not_before": _moment(not_before)}

    def _post(self, post_id: int, state: str, made_at: int, body: bytes) -> JsonValue:
        post = self._value(Post, body, place_of_post(post_id))
        dumped = post.model_dump(mode="json", include={"chat_id", "offer_id", "text", "language"})
        return {**dumped, "state": state, "made_at": _moment(made_at)}

    def _watch(self, *row: Any) -> JsonValue:
        marketplace, offer_id, goods, version, state, made_at, not_before, ended_at, body = row
        place = place_of_watch(self._user_id, marketplace, offer_id, goods)
        kept = _readable(self._value(KeptWatch, body, place))
        assert isinstance(kept, dict)  # noqa: S101 - what a model is dumped as
        return {
            **kept,
            "goods_key": goods,
            "times_asked_for": version,
            "state": state,
            "made_at": _moment(made_at),
            "not_before": _moment(not_before),
            "until": _moment(ended_at),
        }

    def _terms_set(self) -> list[JsonValue]:
        terms = (
            self._value(ShopTerms, body, place_of_terms(version))
            for version, body in self._connection.execute(_TERMS).fetchall()
        )
        return [_readable(each) for each in terms if each.set_by == self._user_id]

    def _update(
        self,
        update_id: int,
        state: str,
        attempts: int,
        received_at: int,
        payload: bytes,
        error: bytes | None,
    ) -> JsonValue:
        failed = self._open(error, place_of_error(update_id)).decode() if error else None
        return {
            "update_id": update_id,
            "state": state,
            "received_at": _moment(received_at),
            "attempts": attempts,
            "error": failed,
            "update": _parsed(self._open(payload, place_of_payload(update_id))),
        }


def _booked(operation: Operation, at: int, account: str) -> JsonValue:
    return {
        "booking": operation.key,
        "what": operation.kind.value,
        "at": _moment(at),
        "rate": operation.rate.text if operation.rate else None,
        "amounts": [
            {account: number, "amount": amount.text}
            for number, amount in operation.customer_entries()
        ],
    }


def _payment(
    order_no: str, marketplace: str, part_id: str, amount: int, state: str, at: int, by_you: int
) -> JsonValue:
    return {
        "order_no": order_no,
        "marketplace_order_id": {"marketplace": marketplace, "id": part_id},
        "amount_in_fen": amount,
        "state": state,
        "at": _moment(at),
        "by_you": bool(by_you),
    }


def _case(order_no: str, standing: str, since: int) -> JsonValue:
    return {"order_no": order_no, "standing": standing, "since": _moment(since)}


def _event(order_no: str, kind: str, detail: str, state: str, not_before: int) -> JsonValue:
    return {
        "order_no": order_no,
        "what": kind,
        "about": detail,
        "state": state,
        "not_before": _moment(not_before),
    }


def _group_news(buy_id: int, kind: str, detail: str, state: str, not_before: int) -> JsonValue:
    return {
        "group_buy": buy_id,
        "what": kind,
        "about": detail,
        "state": state,
        "not_before": _moment(not_before),
    }


def _invite(
    invite_id: int, made_at: int, expires_at: int, uses_allowed: int, uses: int, revoked: int
) -> JsonValue:
    return {
        "invitation": invite_id,
        "made_at": _moment(made_at),
        "expires_at": _moment(expires_at),
        "uses_allowed": uses_allowed,
        "uses": uses,
        "revoked": bool(revoked),
    }


def _moment(micros: int | None) -> str | None:
    return None if micros is None else from_micros(micros).isoformat()


def _readable(value: Value) -> JsonValue:
    dumped: JsonValue = value.model_dump(mode="json")
    return dumped


def _parsed(payload: bytes) -> JsonValue:
    try:
        parsed: JsonValue = json.loads(payload)
    except ValueError:
        return payload.decode(errors="replace")
    return parsed
