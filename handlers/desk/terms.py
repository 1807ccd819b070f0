"""`/shop` and `/rate`: a shop's terms, set in chat; each change a version, orders keep theirs."""

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from decimal import Decimal

from pydantic import ValidationError
from telegram import Update

from bot.chat.buttons import natural
from bot.chat.context import QUIET, Context, Reply
from bot.chat.screens import Button, Rows, Screen, StoredPhoto, View, grid, lines, paragraphs, row
from bot.chat.texts import Html, Texts, cut, escape
from bot.domain.currencies import CNY, Currency, Money, MoneyUnreadable, UnknownCurrency, read_money
from bot.domain.money import Fen
from bot.domain.rates import (
    YUAN_RATE,
    Rate,
    RateNotPositive,
    RateOutOfRange,
    RateUnreadable,
    read_rates,
)
from bot.domain.sessions import Step
from bot.domain.shop_asking import Term, TermAsked
from bot.domain.shop_terms import (
    HIGHEST_FIXED_FEE,
    LARGEST_ROUNDING,
    LONGEST_INSTRUCTIONS,
    MOST_PICTURES,
    PPM,
    ShopTerms,
)
from bot.domain.writes import SetTerms
from handlers.desk.door import for_operators
from handlers.finding import search
from handlers.shared.in_hand import ask, term_asked
from handlers.shared.money_words import fee_named

_HOURS = (2, 12, 24, 48, 72, 168)
_PERCENT = 100
_COMMON = ("USD", "EUR", "RUB", "KZT", "UZS", "KRW", "JPY", "MYR", "SGD", "CNY")
_EXAMPLE = Fen(10_000)
_SHOWN = 160
_BUTTONS = {
    Term.CURRENCY: "terms.currency_button",
    Term.RATE: "terms.change_rate_button",
    Term.FEE: "terms.fee_button",
    Term.FIXED: "terms.fixed_button",
    Term.ROUNDING: "terms.rounding_button",
    Term.TIME: "terms.time_button",
    Term.EN: "terms.en_button",
    Term.ZH: "terms.zh_button",
    Term.PICTURE: "terms.picture_button",
}
_QUESTIONS = {
    Term.CURRENCY: "terms.ask_currency",
    Term.RATE: "terms.ask_rate",
    Term.FEE: "terms.ask_fee",
    Term.FIXED: "terms.ask_fixed",
    Term.ROUNDING: "terms.ask_rounding",
    Term.TIME: "terms.ask_time",
    Term.EN: "terms.ask_en",
    Term.ZH: "terms.ask_zh",
    Term.PICTURE: "terms.ask_picture",
}
_INSTRUCTIONS = {"en": "terms.instructions_en", "zh": "terms.instructions_zh"}


def screen(view: View) -> Screen:
    """Show the terms that hold, or ask for one of them."""
    t, terms = view.t, (view.shop.terms if view.shop else None) or ShopTerms()
    asked = term_asked(view.session)
    if asked is not None:
        return _asked(view, terms, asked)
    text = paragraphs(
        view.flash,
        t("terms.title"),
        lines(
            t("terms.currency", currency=terms.currency.code),
            t("terms.rate", rate=terms.rate.text) if terms.currency is not CNY else None,
            t("terms.fee", fee=fee_named(t, terms.fee_ppm, terms.fee_fixed) or t("pay.no_fee")),
            t("terms.rounding", amount=_step(t, terms)),
            t("terms.time", count=terms.pay_within // timedelta(hours=1)),
            t("terms.pictures", count=len(terms.pictures)),
        ),
        *(_instructions(t, terms, each) for each in ("en", "zh")),
        t("terms.version", version=terms.version) if terms.version else None,
        None if terms.are_complete else t("terms.incomplete"),
    )
    buttons = [Button(t(_BUTTONS[each]), "term", each.value) for each in Term]
    desk = Button(t("admin.desk_button"), "admin", standing=True)
    photo = StoredPhoto(terms.pictures[0]) if terms.pictures else None
    return Screen(text, grid(buttons, 2) + row(desk), photo, replaces=True)


def _instructions(t: Texts, terms: ShopTerms, language: str) -> Html | None:
    told = terms.instructions.get(language, "").strip()
    return t(_INSTRUCTIONS[language], text=escape(cut(told, _SHOWN))) if told else None


def _step(t: Texts, terms: ShopTerms) -> Html:
    return t.amount(Money(currency=terms.currency, units=terms.rounding))


def _asked(view: View, terms: ShopTerms, asked: TermAsked) -> Screen:
    t, term = view.t, asked.term
    back = row(Button(t("terms.back_button"), "keep"))
    if asked.readings:
        return Screen(paragraphs(view.flash, t("terms.which_rate")), _readings(view, asked) + back)
    currency = asked.currency or terms.currency
    most = MOST_PICTURES if term is Term.PICTURE else LONGEST_INSTRUCTIONS
    ask_ = t(_QUESTIONS[term], currency=currency.code, most=most)
    rows: Rows = ()
    if term is Term.CURRENCY:
        rows = grid([Button(each, "take", each) for each in _COMMON], 5)
    if term is Term.TIME:
        rows = grid([Button(t("terms.hours", count=each), "take", f"{each}") for each in _HOURS], 3)
    if term is Term.PICTURE and terms.pictures:
        rows = row(Button(t("terms.no_pictures_button"), "take", "none"))
    return Screen(paragraphs(view.flash, ask_), rows + back)


def _readings(view: View, asked: TermAsked) -> Rows:
    """Each way in which a bare number may be meant, with what a hundred yuan are then."""
    rows: Rows = ()
    for at, each in enumerate(asked.readings):
        label = view.t(
            "terms.rate_button",
            rate=each.text,
            yuan=view.t.yuan(_EXAMPLE),
            amount=view.t.amount(each.convert(_EXAMPLE)),
        )
        rows += row(Button(label, "take", f"{at}"))
    return rows


@for_operators
async def shop(update: Update, context: Context) -> Reply:
    """`/shop`: the terms; with words behind it, they become how to pay, in the language named."""
    reply, typed = await _open(context, None), _behind(update)
    if reply is not Step.TERMS or not typed:
        return reply
    named, _space, rest = typed.partition(" ")
    known = {"en": Term.EN, "zh": Term.ZH}
    language = known.get(named.lower())
    if language is None:
        language, rest = known.get(context.session.language, Term.EN), typed
    asked = TermAsked(term=language)
    return await _READERS[language](context, asked, rest.strip()) or reply


@for_operators
async def rate(update: Update, context: Context) -> Reply:
    """`/rate`, alone or with a number: what a yuan costs from the next quote on."""
    asked = TermAsked(term=Term.RATE)
    reply, typed = await _open(context, asked), _behind(update)
    if reply is not Step.TERMS or not typed:
        return reply
    return await _rate(context, asked, typed) or reply


def _behind(update: Update) -> str:
    """What was written behind a command."""
    message = update.effective_message if update.callback_query is None else None
    return ((message.text if message else None) or "").partition(" ")[2].strip()


async def _open(context: Context, asked: TermAsked | None) -> Reply:
    if context.services.shop is None:
        context.flash("anywhere.unknown_command")
        return None
    if context.session.step is Step.PLACING:
        context.flash("placing.wait")
        return None
    ask(context, asked)
    return Step.TERMS


@for_operators
async def term(_: Update, context: Context) -> Reply:
    """Ask for one of the terms."""
    chosen = next((each for each in Term if each.value == context.arg), None)
    ask(context, TermAsked(term=chosen) if chosen else None)
    return None


@for_operators
async def keep(_: Update, context: Context) -> Reply:
    """Leave it as it is."""
    ask(context, None)
    return None


@for_operators
async def take(_: Update, context: Context) -> Reply:
    """A choice that stands on a button."""
    asked = term_asked(context.session)
    if asked is None:
        return None
    if asked.readings:
        at = min(natural(context.arg) or 0, len(asked.readings) - 1)
        return await _set_rate(context, asked.readings[at])
    if asked.term is Term.PICTURE:
        return await _set(context, pictures=())
    return await _READERS[asked.term](context, asked, context.arg)


@for_operators
async def text(update: Update, context: Context) -> Reply:
    """What was asked for, typed; where nothing was, words to look for."""
    message, asked = update.effective_message, term_asked(context.session)
    if asked is None:
        return await search.words(update, context)
    if asked.term not in _READERS:
        context.flash("case.use_buttons")
        return None
    typed = ((message.text if message else None) or "").strip()
    return await _READERS[asked.term](context, asked, typed)


@for_operators
async def photo(update: Update, context: Context) -> Reply:
    """A payment code as a picture where one was asked for; elsewhere goods to look for."""
    message, asked = update.effective_message, term_asked(context.session)
    if message is None or not message.photo:
        return QUIET
    if asked is None or asked.term is not Term.PICTURE:
        return await search.photo(update, context)
    size = max(message.photo, key=lambda each: each.width * each.height)
    return await _set(context, pictures=(f"{size.file_unique_id} {size.file_id}",))


@for_operators
async def other(update: Update, context: Context) -> Reply:
    """A file, a film: not one of the terms; a file may be a picture of goods."""
    message, asked = update.effective_message, term_asked(context.session)
    if asked is not None and asked.term is Term.PICTURE:
        context.flash("terms.only_photos")
        return None
    if message is not None and message.document is not None:
        return await search.photo(update, context)
    context.flash("case.use_buttons")
    return None


async def _currency(context: Context, _: TermAsked, given: str) -> Reply:
    try:
        currency = Currency(given.upper())
    except UnknownCurrency:
        context.flash("terms.no_currency")
        return None
    terms = await _terms(context)
    if currency is CNY:
        return await _set(context, currency=CNY, rate=YUAN_RATE, rounding=1)
    if currency is terms.currency:
        ask(context, None)
        return None
    # A currency holds from the moment that its rate is known.
    ask(context, TermAsked(term=Term.RATE, currency=currency))
    return None


async def _rate(context: Context, asked: TermAsked, given: str) -> Reply:
    terms = await _terms(context)
    currency = asked.currency or _named(given) or terms.currency
    if currency is CNY:
        context.flash("terms.rate_of_yuan")
        ask(context, None)
        return None
    try:
        readings = read_rates(given, currency)
    except RateUnreadable as error:
        known = {RateNotPositive: "terms.rate_not_positive", RateOutOfRange: "terms.rate_range"}
        context.flash(known.get(type(error), "terms.no_rate"), currency=currency.code)
        return None
    if len(readings) == 1:
        return await _set_rate(context, readings[0])
    ask(context, asked.replace(readings=readings))
    return None


def _named(given: str) -> Currency | None:
    """The one currency that a rate names beside the yuan: it becomes the shop's with it."""
    found = set()
    for code in re.findall(r"[A-Z]{3}", given.upper()):
        try:
            found.add(Currency(code))
        except UnknownCurrency:
            return None
    found.discard(CNY)
    return found.pop() if len(found) == 1 else None


async def _set_rate(context: Context, rate_: Rate) -> Reply:
    terms = await _terms(context)
    if rate_.currency is terms.currency:
        return await _set(context, rate=rate_)
    return await _set(context, currency=rate_.currency, rate=rate_, rounding=1)


async def _fee(context: Context, _: TermAsked, given: str) -> Reply:
    number = given.removesuffix("%").removesuffix("％").strip().replace(",", ".")
    whole, _dot, part = number.partition(".")
    digits = whole.isascii() and whole.isdigit() and len(whole) <= len(str(_PERCENT))
    if not digits or (part and not (part.isascii() and part.isdigit())) or len(part) > 4:  # noqa: PLR2004 - millionths
        context.flash("terms.no_percent")
        return None
    ppm = int(Decimal(number) * PPM / _PERCENT)
    if ppm > PPM:
        context.flash("terms.no_percent")
        return None
    return await _set(context, fee_ppm=ppm)


async def _fixed(context: Context, _: TermAsked, given: str) -> Reply:
    if given in {"0", "0.00"}:
        return await _set(context, fee_fixed=Fen(0))
    money = _read(given, CNY)
    if money is None or money.units > HIGHEST_FIXED_FEE:
        context.flash("terms.no_amount", currency=CNY.code)
        return None
    return await _set(context, fee_fixed=Fen(money.units))


async def _rounding(context: Context, _: TermAsked, given: str) -> Reply:
    terms = await _terms(context)
    money = _read(given, terms.currency)
    if money is None or money.units > LARGEST_ROUNDING:
        context.flash("terms.no_amount", currency=terms.currency.code)
        return None
    return await _set(context, rounding=money.units)


async def _time(context: Context, _: TermAsked, given: str) -> Reply:
    hours = natural(given)
    if hours is None or not 1 <= hours <= _HOURS[-1]:
        context.flash("terms.no_hours", most=_HOURS[-1])
        return None
    return await _set(context, pay_within=timedelta(hours=hours))


def _telling(language: str) -> "_Reader":
    async def tell(context: Context, _: TermAsked, given: str) -> Reply:
        if len(given) > LONGEST_INSTRUCTIONS:
            context.flash("terms.too_long", most=LONGEST_INSTRUCTIONS, length=len(given))
            return None
        terms = await _terms(context)
        return await _set(context, instructions={**terms.instructions, language: given})

    return tell


def _read(given: str, currency: Currency) -> Money | None:
    try:
        return read_money(given, currency)
    except MoneyUnreadable:
        return None


async def _terms(context: Context) -> ShopTerms:
    shop_ = context.services.shop
    return (await shop_.terms() if shop_ else None) or ShopTerms()


async def _set(context: Context, **changes: object) -> Reply:
    """Put a new version in force with this step; after somebody else's it is worked out anew."""
    terms = await _terms(context)
    try:
        new = terms.changed(context.session.user_id, context.now, **changes)
    except ValidationError:
        context.flash("terms.no_amount", currency=terms.currency.code)
        return None
    context.write(SetTerms(new))
    ask(context, None)
    context.flash("terms.set")
    return None


_Reader = Callable[[Context, TermAsked, str], Awaitable[Reply]]
_READERS: dict[Term, _Reader] = {
    Term.CURRENCY: _currency,
    Term.RATE: _rate,
    Term.FEE: _fee,
    Term.FIXED: _fixed,
    Term.ROUNDING: _rounding,
    Term.TIME: _time,
    Term.EN: _telling("en"),
    Term.ZH: _telling("zh"),
}
