"""A Bot API that is fast rather than strict, with people behind it. Run as a process.

What it answers has the shape and size of Telegram's own answers, since reading them is a part of
every bot's work; what it is asked is not checked at all.
"""

import argparse
import asyncio
import hashlib
import re
import time
from collections import deque
from collections.abc import Callable
from functools import lru_cache
from typing import Any
from urllib.parse import unquote_plus

import orjson

from benchmarks.worlds.backlog import Backlog
from benchmarks.worlds.files import content_of, told_of
from benchmarks.worlds.hooks import Hooks
from benchmarks.worlds.http import Connection, Handle, Request, serve
from benchmarks.worlds.moves import JOURNEYS
from benchmarks.worlds.people import FIRST_PERSON, Crowd, Json, Person

_ME = {
    "id": 123456789,
    "is_bot": True,
    "first_name": "Bench",
    "username": "bench_bot",
    "can_join_groups": True,
    "can_read_all_group_messages": False,
    "supports_inline_queries": False,
    "can_connect_to_business": False,
    "has_main_web_app": False,
}
_FROM = {key: _ME[key] for key in ("id", "is_bot", "first_name", "username")}
_MOST = 100  # updates in one answer, as at Telegram
_CONFLICT = orjson.dumps(
    {
        "ok": False,
        "error_code": 409,
        "description": "Conflict: terminated by other getUpdates request;"
        " make sure that only one bot instance is running",
    }
)
_APART = 100_000_000  # the chat ids of one crowd and those of the next
_PART = re.compile(rb'name="([^"]+)"[^\r]*(?:\r\n[^\r]+)*\r\n\r\n')


class BotApi:
    """One bot's server."""

    def __init__(self, options: argparse.Namespace) -> None:
        loop = asyncio.get_running_loop()
        self._loop = loop
        self._options = options
        self._waiting: deque[tuple[int, bytes, Person]] = deque()
        # As Telegram's own do, ids go on when a world begins anew: what has an old one is a repeat.
        self._update_id = int(time.time() * 1000)
        self._message_id = 1
        self._polling: Connection | None = None
        self._wake: asyncio.Handle | None = None
        self.first_poll: float | None = None
        self._log: deque[tuple[str, float]] = deque(maxlen=1000)
        self.polls: list[float] = []
        self.conflicts = 0
        self._hooks = Hooks(options.webhook) if options.webhook else None
        self.calls: dict[str, int] = {}
        self.crowds = {
            journey: Crowd(
                JOURNEYS[journey],
                self._deliver,
                ours=options.ours,
                pause=loop.call_later,
                think=options.think,
                first=FIRST_PERSON + place * _APART,
                known=options.known,
                held=options.held,
            )
            for place, journey in enumerate(options.journey)
        }
        self.backlog = Backlog(options.backlog, self._deliver)

    def handle(self, request: Request, connection: Connection) -> None:
        """Answer one request, or hold it (long polling)."""
        _, where, method = request.path.split(b"/", 2)
        if where == b"file":
            self._log.append(("download", time.monotonic()))
            kind = method.rpartition(b"/")[2].partition(b"-")[0].decode()
            connection.answer(content_of(kind), b"application/octet-stream")
            return
        if where == b"control":
            connection.answer(orjson.dumps(self._control(method.decode(), request.query)))
            return
        name = method.decode()
        self.calls[name] = self.calls.get(name, 0) + 1
        self._log.append((name, time.monotonic()))
        fields = _fields(request)
        if name == "getUpdates":
            self._poll(fields, connection)
            return
        known: Callable[[Json], Any] | None = getattr(self, f"_do_{name}", None)
        connection.answer(
            b'{"ok":true,"result":%b}' % orjson.dumps(known(fields) if known else True)
        )

    def _deliver(self, person: Person, update: Json) -> None:
        self._update_id += 1
        raw = orjson.dumps({"update_id": self._update_id, **update})
        if self._hooks is not None:
            person.delivered = person.unseen = time.monotonic()
            self._hooks.post(raw)
            return
        self._waiting.append((self._update_id, raw, person))
        if self._polling is not None and self._wake is None:
            self._wake = self._loop.call_soon(self._hand_out)

    def _poll(self, fields: Json, connection: Connection) -> None:
        if self.first_poll is None:
            self.first_poll = time.monotonic()
        self.polls.append(time.monotonic())
        if self._polling not in (None, connection) and self._polling.is_open:
            # As Telegram does: the newer one wins.
            self.conflicts += 1
            self._polling.answer(_CONFLICT, status=b"409 Conflict")
        offset = int(fields.get("offset") or 0)
        while self._waiting and self._waiting[0][0] < offset:
            self._waiting.popleft()
        self._polling = connection
        if self._waiting:
            self._hand_out()
        else:
            patience = float(fields.get("timeout") or 0)
            self._loop.call_later(patience, self._give_up, connection)

    def _give_up(self, connection: Connection) -> None:
        # Held requests come one after the other, so the same connection may hold a newer one;
        # an empty answer to that one is harmless as well.
        if self._polling is connection and not self._waiting:
            self._polling = None
            connection.answer(b'{"ok":true,"result":[]}')

    def _hand_out(self) -> None:
        self._wake = None
        connection, self._polling = self._polling, None
        if connection is None:
            return
        now = time.monotonic()
        batch = [self._waiting[index] for index in range(min(_MOST, len(self._waiting)))]
        for _, _, person in batch:
            if person.delivered is None:
                person.delivered = person.unseen = now
                self._log.append(("delivered", now))
        connection.answer(b'{"ok":true,"result":[%b]}' % b",".join(raw for _, raw, _ in batch))

    def _control(self, what: str, query: bytes) -> Json:
        arguments = dict(each.split("=") for each in query.decode().split("&") if each)
        crowds = [
            crowd
            for journey, crowd in self.crowds.items()
            if arguments.get("journey", journey) == journey
        ]
        for crowd in crowds:
            if what == "begin":
                crowd.begin(int(arguments["people"]))
            elif what == "step":
                crowd.step()
            elif what == "stop":
                crowd.stop()
            elif what == "mark":
                crowd.latencies.clear()
                crowd.signs.clear()
                crowd.moves.clear()
        if what == "log":
            log = list(self._log)
            self._log.clear()
            return {"log": log}
        if what == "mark":
            self.polls.clear()
        return {
            "now": time.monotonic(),
            "first_poll": self.first_poll,
            "answered": sum(each.answered for each in crowds),
            "walked": sum(each.walked for each in crowds),
            "waiting": len(self._waiting),
            "calls": self.calls,
            "latencies": [x for each in crowds for x in each.latencies] if what == "report" else [],
            "signs": [x for each in crowds for x in each.signs] if what == "report" else [],
            "moves": [x for each in crowds for x in each.moves] if what == "moves" else [],
            "polls": self.polls if what == "moves" else [],
            "conflicts": self.conflicts,
            "backlog": self.backlog.report(),
        }

    def _person(self, chat_id: int) -> Person | None:
        for crowd in self.crowds.values():
            person = crowd.person(chat_id)
            if person is not None:
                return person
        return None

    def _do_getMe(self, _: Json) -> Json:  # noqa: N802 - Telegram's names
        return _ME

    def _do_getFile(self, fields: Json) -> Json:  # noqa: N802
        return told_of(fields["file_id"])

    def _do_sendMessageDraft(self, fields: Json) -> bool:  # noqa: N802
        self._sign(int(fields["chat_id"]))
        return True

    def _do_sendMessage(self, fields: Json) -> Json:  # noqa: N802
        return self._shown(fields, self._new_id(), {"text": fields.get("text", "")})

    def _do_editMessageText(self, fields: Json) -> Json:  # noqa: N802
        return self._shown(fields, int(fields["message_id"]), {"text": fields.get("text", "")})

    def _do_sendPhoto(self, fields: Json) -> Json:  # noqa: N802
        content = {"photo": _sizes(fields["photo"]), "caption": fields.get("caption", "")}
        return self._shown(fields, self._new_id(), content)

    def _do_editMessageMedia(self, fields: Json) -> Json:  # noqa: N802
        media = _json(fields["media"])
        given = media["media"]
        photo = fields.get(given.removeprefix("attach://")) if given[:9] == "attach://" else given
        content = {"photo": _sizes(photo or given), "caption": media.get("caption", "")}
        return self._shown(fields, int(fields["message_id"]), content)

    def _do_editMessageCaption(self, fields: Json) -> Json:  # noqa: N802
        chat, number = int(fields["chat_id"]), int(fields["message_id"])
        person = self._person(chat)
        before = person.messages.get(number, {}) if person else {}
        content = {"photo": before.get("photo", []), "caption": fields.get("caption", "")}
        return self._shown(fields, number, content)

    def _do_editMessageReplyMarkup(self, fields: Json) -> Json | bool:  # noqa: N802
        person = self._person(int(fields["chat_id"]))
        message = person.messages.get(int(fields["message_id"])) if person else None
        if message is None:
            return True
        message.pop("reply_markup", None)
        return message

    def _do_answerCallbackQuery(self, fields: Json) -> bool:  # noqa: N802
        self._sign(int(fields["callback_query_id"]) // 10**6)
        return True

    def _do_sendChatAction(self, fields: Json) -> bool:  # noqa: N802
        self._sign(int(fields["chat_id"]))
        return True

    def _sign(self, chat_id: int) -> None:
        person = self._person(chat_id)
        if person is not None:
            person.crowd.signed(person)

    def _shown(self, fields: Json, message_id: int, content: Json) -> Json:
        chat_id = int(fields["chat_id"])
        self._sign(chat_id)
        self._log.append(("picture" if content.get("photo") else "text", time.monotonic()))
        message: Json = {
            "message_id": message_id,
            "from": _FROM,
            "chat": {"id": chat_id, "first_name": "Person", "type": "private"},
            "date": int(time.time()),
            **content,
        }
        if fields.get("reply_markup"):
            message["reply_markup"] = _json(fields["reply_markup"])
        person = self._person(chat_id)
        if person is not None:
            person.crowd.seen(person, message)
        else:
            self.backlog.seen(chat_id, message)
        return message

    def _new_id(self) -> int:
        self._message_id += 1
        return self._message_id


def _fields(request: Request) -> Json:
    """Read the parameters, whichever way they came; a file becomes a digest of its bytes."""
    if request.content_type.startswith(b"multipart/"):
        return _parts(request)
    if request.content_type.startswith(b"application/json"):
        return dict(orjson.loads(request.body))
    pairs = (each.partition(b"=") for each in (request.body or request.query).split(b"&") if each)
    return {name.decode(): unquote_plus(value.decode()) for name, _, value in pairs}


def _json(field: Any) -> Any:
    """A field that is JSON: as text within a form, as it is within a JSON body."""
    return orjson.loads(field) if isinstance(field, str) else field


def _parts(request: Request) -> Json:
    boundary = b"--" + request.content_type.partition(b"boundary=")[2].strip(b'"')
    fields: Json = {}
    for part in request.body.split(boundary)[1:-1]:
        head = _PART.search(part)
        if head is not None:
            content = part[head.end() : -2]
            is_file = b"filename=" in part[: head.end()]
            fields[head[1].decode()] = (
                "up" + hashlib.sha256(content).hexdigest()[:24] if is_file else content.decode()
            )
    return fields


@lru_cache(maxsize=4096)
def _sizes(photo: str) -> list[Json]:
    """The three sizes that Telegram makes of a photo; ids follow from the content."""
    content = photo.partition("-")[0]
    return [
        {
            "file_id": f"{content}-AgACAgIAAxkBAAIBY2ZRk9rZ0000000000000000000000000000000{side}",
            "file_unique_id": f"{content[-12:]}{side}",
            "file_size": side * 90,
            "width": side,
            "height": side,
        }
        for side in (90, 320, 1280)
    ]


def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--journey", choices=sorted(JOURNEYS), nargs="+", default=["journey"])
    parser.add_argument("--ours", action="store_true")
    parser.add_argument("--round-trip", type=float, default=0.0, help="seconds")
    parser.add_argument("--think", type=float, default=0.0, help="seconds on average")
    parser.add_argument("--known", type=int, default=0, help="people come back from so many")
    parser.add_argument("--held", action="store_true", help="a move for each /control/step")
    parser.add_argument("--backlog", type=int, default=0, help="updates that wait from the start")
    parser.add_argument("--certificate", help="a key and its certificate, to speak TLS with")
    parser.add_argument("--webhook", type=int, nargs="+", default=[], help="ports of the bots")
    options = parser.parse_args()

    def make() -> Handle:
        return BotApi(options).handle

    serve(make, options.port, options.round_trip / 2, options.certificate)


if __name__ == "__main__":
    main()
