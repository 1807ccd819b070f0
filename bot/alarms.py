"""What the operators are told in Telegram: once, again when it was good meanwhile or lasts."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import structlog
from telegram.constants import ParseMode
from telegram.error import TelegramError
from telegram.ext import ExtBot

from bot.domain.identifiers import ChatId, UserId
from bot.domain.orders import Placing
from bot.storage.ports import Storage
from bot.texts import texts_in

REPEAT_AFTER = 3600.0
"""Seconds after which a trouble that lasts is told again."""

_MOST_NAMED = 10
_UNCERTAIN_LOOKS = 6
_UNRESOLVED = "operator.unresolved"
_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Trouble:
    """A trouble that was told: what it was about, and when."""

    about: frozenset[str]
    told_at: float


@dataclass(slots=True)
class Alarms:
    """Looks for troubles and tells the operators. Nothing personal is in what it says.

    `credentials_refused` tells whether the marketplace took our keys at the last call.
    """

    bot: ExtBot[Any]
    storage: Storage
    operators: Iterable[int]
    most_waiting: int
    credentials_refused: Callable[[], bool]
    clock: Callable[[], float] = time.monotonic
    _told: dict[str, _Trouble] = field(default_factory=dict)
    _uncertain_looks: int = 0

    async def look(self) -> None:
        """Tell what is new. Raises `StorageUnavailable`."""
        census = await self.storage.census()
        stuck: list[str] = []
        if census.orders.get(Placing.UNRESOLVED):
            stuck = [each.order_no for each in await self.storage.unresolved_orders()]
        await self._judge(_UNRESOLVED, stuck)
        # A look-up a few seconds later finds most of them: that is no trouble yet.
        looked_up = census.orders.get(Placing.UNCERTAIN, 0)
        self._uncertain_looks = self._uncertain_looks + 1 if looked_up else 0
        lasting = self._uncertain_looks > _UNCERTAIN_LOOKS
        await self._judge("operator.uncertain", ["some"] if lasting else [], count=looked_up)
        refused = self.credentials_refused()
        await self._judge("operator.credentials", ["keys"] if refused else [])
        waiting = census.waiting
        grows = waiting >= self.most_waiting
        await self._judge("operator.backlog", ["some"] if grows else [], count=waiting)
        await self._judge("operator.parked", ["some"] if census.parked else [], count=census.parked)

    async def _judge(self, key: str, about: list[str], **params: object) -> None:
        """Tell a trouble that was not there before, or not with all of this, or an hour ago."""
        before = self._told.get(key)
        if not about:
            self._told.pop(key, None)
            return
        new = [each for each in about if before is None or each not in before.about]
        if before is not None and not new and self.clock() - before.told_at < REPEAT_AFTER:
            return
        if key == _UNRESOLVED:
            params = _named(new or about)
        self._told[key] = _Trouble(frozenset(about), self.clock())
        _log.warning("alarm", trouble=key)
        for operator in self.operators:
            await self._tell(operator, key, params)

    async def _tell(self, operator: int, key: str, params: dict[str, object]) -> None:
        session = await self.storage.load_session(ChatId(operator), UserId(operator))
        text = texts_in(session.language if session else "en")(key, **params)
        try:
            await self.bot.send_message(operator, text, parse_mode=ParseMode.HTML)
        except TelegramError as error:
            _log.warning("operator_not_told", error=type(error).__name__)


def _named(numbers: list[str]) -> dict[str, object]:
    more = ", …" if len(numbers) > _MOST_NAMED else ""
    return {"count": len(numbers), "numbers": ", ".join(numbers[:_MOST_NAMED]) + more}
