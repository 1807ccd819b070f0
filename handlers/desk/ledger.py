"""A shop's books: what this month and this day earned, and all entries as a spreadsheet."""

import asyncio
import html
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta, timezone

from telegram import Update

from bot.chat.context import Context, Overlay, Reply
from bot.chat.screens import Button, Screen, lines, paragraphs, row
from bot.chat.texts import Html
from bot.domain.currencies import CNY, Money
from bot.domain.ledger import Account, Operation
from bot.domain.money import Fen
from bot.domain.payment_attempts import start_of_day
from bot.services.collecting.ledger_sheet import account_sums, ledger_sheet
from handlers.desk.door import desk_button, for_operators
from handlers.shared.files import send_made

_CHINA = timezone(timedelta(hours=8))
_YEAR = timedelta(days=370)
_DAYS, _MONTHS = 7, 12
_EARNED = {
    Account.FEE: "ledger.fee",
    Account.GAIN: "ledger.gain",
    Account.LOSS: "ledger.loss",
}


@for_operators
async def books(_: Update, context: Context) -> Reply:
    """Show what today and this month earned; offer the file."""
    t = context.t.priced(None)
    day = start_of_day(context.now)
    operations = await context.services.store.shop.operations(day - _YEAR)
    today = [each for each in operations if each.at >= day]
    month = [each for each in operations if _month(each.at) == _month(context.now)]
    text = paragraphs(
        t("ledger.title"),
        lines(t("ledger.today"), *_earned(context, today)),
        lines(t("ledger.month"), *_earned(context, month)),
        lines(t("ledger.by_day"), *_by(context, operations, _day, _DAYS)),
        lines(t("ledger.by_month"), *_by(context, operations, _month, _MONTHS)),
    )
    file = Button(t("ledger.file_button"), "ledger_file", standing=True)
    return Overlay(Screen(text, row(file) + row(desk_button(context))), in_place=True)


def _earned(context: Context, operations: list[Operation]) -> list[Html]:
    """Fee, gains and losses in each currency; a fee stands as owed to the operator: minus."""
    t = context.t.priced(None)
    told = []
    for (account, currency), units in account_sums(operations).items():
        if account in _EARNED and (units or currency is CNY):
            amount = Money(currency=currency, units=-units)
            told.append(t(_EARNED[account], amount=t.amount(amount)))
    return told or [t("ledger.nothing")]


def profit(operations: Iterable[Operation]) -> Fen:
    """What so many operations earned in fen: fees and gains, less losses."""
    sums = account_sums(operations)
    return Fen(-sum(sums.get((account, CNY), 0) for account in _EARNED))


def _by(
    context: Context, operations: list[Operation], period: Callable[[datetime], str], most: int
) -> list[Html]:
    """The profit of each day or month in which something was booked, the latest first."""
    t, grouped = context.t.priced(None), defaultdict[str, list[Operation]](list)
    for each in operations:
        grouped[period(each.at)].append(each)
    latest = sorted(grouped, reverse=True)[:most]
    told = [
        t("ledger.period", period=each, amount=t.yuan(profit(grouped[each]))) for each in latest
    ]
    return told or [t("ledger.nothing")]


def _day(at: datetime) -> str:
    return f"{at.astimezone(_CHINA):%Y-%m-%d}"


def _month(at: datetime) -> str:
    return f"{at.astimezone(_CHINA):%Y-%m}"


@for_operators
async def send(_: Update, context: Context) -> Reply:
    """Make the file, off the event loop, and send it."""
    t = context.t
    operations = await context.services.store.shop.operations()
    if not operations:
        return Overlay(Screen(t("ledger.nothing"), row(desk_button(context))), in_place=True)
    titles = html.unescape(t("ledger.columns")).split("|")
    names = (html.unescape(t("ledger.sheet")), html.unescape(t("ledger.total")))
    content = await asyncio.to_thread(ledger_sheet, operations, titles, *names)
    caption = t("ledger.caption", number=len(operations))
    return await send_made(context, content, f"ledger-{context.now:%Y%m%d-%H%M}.xlsx", caption)
