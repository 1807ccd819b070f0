"""What the operators are told in Telegram: once, again when it was good meanwhile or lasts."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from msgspec import Struct
from telegram.constants import ParseMode
from telegram.error import BadRequest, NetworkError, RetryAfter, TelegramError
from telegram.ext import ExtBot

from bot.chat.texts import texts_in
from bot.domain.identifiers import ChatId, UserId
from bot.domain.orders import Placing
from bot.process.clock import CLOCK_OFF
from bot.storage.operator_ports import ToldAlarm
from bot.storage.ports import Gap, Storage

REPEAT_AFTER = timedelta(hours=1)
"""After this a trouble that lasts is told again."""

SETTLED_AFTER = timedelta(minutes=10)
"""A trouble that comes and goes is told once in this time."""

SAME_PARKED_AFTER = timedelta(days=1)
"""Updates that fail at the same place in the code are told once in this time."""

_PARKED = "operator.parked"
_MOST_NAMED = 10
_UNCERTAIN_LOOKS = 6
_UNRESOLVED, _STRAYS = "operator.unresolved", "operator.strays"
_FORGOTTEN = "operator.forgotten"
_LOST_ORGANISERS = "operator.buys_unreachable"
_NAMING = frozenset({_UNRESOLVED, _STRAYS, _FORGOTTEN, _LOST_ORGANISERS})  # told with numbers
_log = structlog.get_logger(__name__)


class Alarms(Struct):
    """Looks for troubles and tells the operators. Nothing personal is in what it says.

    What was told is on record before it is told, so that no restart tells it again. What nothing
    tells yet, such as right after the start, neither begins a trouble nor ends one:
    `credentials_refused` is None while no call of the marketplace shows whether it takes our keys.
    """

    bot: ExtBot[Any]
    storage: Storage
    operators: Iterable[int]
    most_waiting: int
    credentials_refused: Callable[[], bool | None]
    strays: Callable[[], Iterable[str]] = tuple  # our numbers of `Ordering.strays`
    clock_off: Callable[[], timedelta | None] = lambda: None
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    restored_at: datetime | None = None  # when the database was last found put back
    forgotten: Callable[[], Iterable[str]] = tuple  # `ForgottenOrders.numbers`
    gap: Gap | None = None  # the last time that nothing ran for long
    _told: dict[str, ToldAlarm] | None = None
    _uncertain_looks: int = 0

    async def look(self) -> None:
        """Tell what is new. Raises `StorageUnavailable`."""
        await self._tell_of_the_start()
        census = await self.storage.upkeep.census()
        stuck: list[str] = []
        if census.orders.get(Placing.UNRESOLVED):
            stuck = [each.order_no for each in await self.storage.orders.unresolved_orders()]
        await self._judge(_UNRESOLVED, stuck)
        # A look-up a few seconds later finds most of them: that is no trouble yet.
        looked_up = census.orders.get(Placing.UNCERTAIN, 0)
        self._uncertain_looks = self._uncertain_looks + 1 if looked_up else 0
        if not looked_up or self._uncertain_looks > _UNCERTAIN_LOOKS:
            await self._judge("operator.uncertain", _some(looked_up), count=looked_up)
        await self._judge(_STRAYS, sorted(self.strays()))
        await self._judge_clock()
        refused = self.credentials_refused()
        if refused is not None:
            await self._judge("operator.credentials", _some(refused))
        waiting = census.waiting
        await self._judge("operator.backlog", _some(waiting >= self.most_waiting), count=waiting)
        places: list[str] = []
        if census.parked:
            places = sorted({error for _, error in await self.storage.inbox.parked_updates()})
        await self._judge(_PARKED, places, count=census.parked)
        await self._judge_buys()

    async def _judge_buys(self) -> None:
        """Tell what group buys can't mend by themselves."""
        buys = await self.storage.group_buys.buys_census(self.clock())
        for key, count in (
            ("operator.buys_overdue", buys.overdue),
            ("operator.buys_cards", buys.cards_failing),
            ("operator.buys_news", buys.news_late),
            ("operator.buys_open", buys.open_long),
        ):
            await self._judge(key, _some(count), count=count)
        await self._judge(_LOST_ORGANISERS, [str(each) for each in buys.unreachable])

    async def _tell_of_the_start(self) -> None:
        """Tell once what the start found, however often the bot starts until that is told."""
        if self.restored_at is not None:
            await self._judge("operator.restored", [self.restored_at.isoformat()], once=True)
        if forgotten := sorted(self.forgotten()):
            await self._judge(_FORGOTTEN, forgotten, once=True)
        if self.gap is not None:
            since, until = self.gap.since, self.gap.until
            key = "operator.was_down" if until > since else "operator.clock_went_back"
            await self._judge(key, [until.isoformat()], once=True, since=since, until=until)

    async def _judge_clock(self) -> None:
        """Tell when the host's clock is off; nothing is told while no other clock is known."""
        off = self.clock_off()
        if off is not None:
            seconds = round(abs(off.total_seconds()))
            key = "operator.clock_ahead" if off > timedelta() else "operator.clock_behind"
            wrong = abs(off) >= CLOCK_OFF
            for each in ("operator.clock_ahead", "operator.clock_behind"):
                await self._judge(each, _some(wrong and each == key), count=seconds)

    async def _judge(
        self, key: str, about: list[str], *, once: bool = False, **params: object
    ) -> None:
        """Tell a trouble that was not there before, or not with all of this, or an hour ago.

        What happened `once` is told once.
        """
        if self._told is None:
            self._told = await self.storage.alarms.alarms_told()
        before, now = self._told.get(key), self.clock()
        again_after = SAME_PARKED_AFTER if key == _PARKED else REPEAT_AFTER
        if not about:
            settled_after = again_after if key == _PARKED else SETTLED_AFTER
            if before is not None and not _within(settled_after, before.at, now):
                await self._forget(key)
            return
        new = [each for each in about if before is None or each not in before.about]
        if before is not None and not new and (once or _within(again_after, before.at, now)):
            return
        if key in _NAMING:
            params = _named(new or about)
        known = before.about if before is not None and key == _PARKED else frozenset()
        told = ToldAlarm(about=frozenset(about) | known, at=now)
        await self.storage.alarms.note_alarm(key, told)
        self._told[key] = told
        _log.warning("alarm", trouble=key)
        reached = [await self._tell(operator, key, params) for operator in self.operators]
        if reached and not any(reached):
            await self._forget(key)

    async def _forget(self, key: str) -> None:
        await self.storage.alarms.drop_alarm(key)
        if self._told is not None:
            self._told.pop(key, None)

    async def _tell(self, operator: int, key: str, params: dict[str, object]) -> bool:
        """Tell one operator; return False when another look should try again."""
        session = await self.storage.conversations.load_session(ChatId(operator), UserId(operator))
        t = texts_in(session.language if session else "en")
        shown = {k: t.time(v) if isinstance(v, datetime) else v for k, v in params.items()}
        text = t(key, **shown)
        try:
            await self.bot.send_message(operator, text, parse_mode=ParseMode.HTML)
        except TelegramError as error:
            _log.warning("operator_not_told", error=type(error).__name__)
            passing = isinstance(error, NetworkError | RetryAfter)
            return isinstance(error, BadRequest) or not passing
        return True


def _within(span: timedelta, at: datetime, now: datetime) -> bool:
    # A clock that was set back must not make a year of an hour.
    return timedelta() <= now - at < span


def _some(there: bool | int) -> list[str]:  # noqa: FBT001 - counts and answers alike
    return ["some"] if there else []


def _named(numbers: list[str]) -> dict[str, object]:
    more = ", …" if len(numbers) > _MOST_NAMED else ""
    return {"count": len(numbers), "numbers": ", ".join(numbers[:_MOST_NAMED]) + more}
