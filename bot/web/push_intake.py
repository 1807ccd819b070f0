"""Pushes in: genuine ones are stored before they are acknowledged, and handled afterwards.

How soon an answer is wanted and whether a push is sent again is not documented (contract 8), so
nothing is done here but to check, to store and to answer.
"""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import structlog

from bot.domain.identifiers import ALIBABA_1688
from bot.marketplace.daji.push_messages import (
    MESSAGE_FIELD,
    SIGNATURE_FIELD,
    PushRule,
    UnreadablePush,
    read_push,
    verify,
)
from bot.storage.ports import StorageUnavailable
from bot.storage.tracking_ports import PushPort, StoredPush

if TYPE_CHECKING:  # loaded with the server
    from aiohttp import web

PUSH_PATH = "/marketplace/push"
_FORM = "application/x-www-form-urlencoded"
_MOST_FIELDS = 20
_log = structlog.get_logger(__name__)


class PushIntake:
    """Answers the marketplace's pushes. `wake` is called when there is something to handle."""

    def __init__(
        self,
        store: PushPort,
        secret: str,
        rule: PushRule,
        *,
        wake: Callable[[], None],
        on_arrival: Callable[[str], None] = lambda _: None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store = store
        self._secret = secret
        self._rule = rule
        self._wake = wake
        self._on_arrival = on_arrival
        self._clock = clock

    async def receive(self, request: "web.Request") -> "web.Response":
        """Answer 200 only after the push is stored. Nothing of what it says is logged."""
        from aiohttp import web  # noqa: PLC0415 - loaded with the server

        from bot.web.bodies import body_of  # noqa: PLC0415 - as above

        if request.content_type != _FORM:
            return self._refused("type", 415)
        try:
            body = await body_of(request)
        except web.HTTPRequestEntityTooLarge:
            return self._refused("size", 413)
        try:
            text = body.decode(errors="replace")
            form = parse_qs(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
            (message,), (signature,) = form[MESSAGE_FIELD], form[SIGNATURE_FIELD]
        except (ValueError, KeyError):
            return self._refused("form", 400)
        if not verify(message, signature, self._secret, self._rule):
            return self._refused("signature", 403)
        try:
            new = await self._store.put_push(_stored(message, self._clock()))
        except StorageUnavailable as error:
            _log.error("push_not_stored", error=str(error))
            self._on_arrival("not_stored")
            return web.Response(status=503)
        self._on_arrival("new" if new else "repeated")
        if new:
            self._wake()
        return web.Response(text="success")

    def _refused(self, reason: str, status: int) -> "web.Response":
        from aiohttp import web  # noqa: PLC0415 - loaded with the server

        _log.warning("push_refused", reason=reason)
        self._on_arrival("refused")
        return web.Response(status=status)


def _stored(message: str, now: datetime) -> StoredPush:
    """Return a genuine push as it is stored; one that can't be read is known by its digest."""
    try:
        push = read_push(message)
    except UnreadablePush:
        digest = hashlib.sha256(message.encode("utf-8", "surrogatepass")).hexdigest()
        return StoredPush(
            marketplace=ALIBABA_1688,
            msg_id=f"sha256:{digest}",
            topic="unreadable",
            message=message,
            received_at=now,
        )
    return StoredPush(
        marketplace=ALIBABA_1688,
        msg_id=push.msg_id,
        topic=push.topic,
        message=message,
        received_at=now,
    )
