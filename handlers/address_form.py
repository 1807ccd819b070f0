"""Entering an address: one pasted text, or field by field; only doubtful parts are asked."""

import secrets

from telegram import Update

from bot.addresses import (
    Doubt,
    DoubtKind,
    Fit,
    Hint,
    ParsedAddress,
    PhoneError,
    PhoneProblem,
    read_phone,
)
from bot.chat.context import Context, Reply
from bot.chat.screens import Button, Rows, Screen, lines, paragraphs, row
from bot.chat.texts import Html
from bot.domain.addresses import MOST_PER_PERSON, SavedAddress
from bot.domain.asking import AddressForBuy, BuyDrafted
from bot.domain.identifiers import AddressId
from bot.domain.sessions import AddressField, AddressForm, Quoted, Session, Step
from bot.domain.small_talk import is_yes
from bot.domain.writes import SaveAddress
from bot.services.bundle import Services
from handlers import preview
from handlers.finding import search
from handlers.group import buy_terms
from handlers.group.drafting import with_address, without_address
from handlers.shared.address_answers import (
    EMPTY,
    accept_guess,
    answer,
    choose_division,
    delivery_to,
    doubt_about,
    keep,
    pasted_by,
    reading_of,
)
from handlers.shared.address_parts import WHOLE, FormView, candidates, understood, view_of
from handlers.shared.address_words import (
    begins_address,
    change_named,
    is_address,
    offer_typed,
    say_no_address,
    words_of,
)

_ASKS = {
    DoubtKind.NAME_MISSING: "address_form.ask_name",
    DoubtKind.NAME_DOUBTFUL: "address_form.ask_name_doubtful",
    DoubtKind.PHONE_MISSING: "address_form.ask_phone",
    DoubtKind.PHONE_INVALID: "address_form.ask_phone_invalid",
    DoubtKind.DIVISION_MISSING: "address_form.ask_division",
    DoubtKind.DISTRICT_MISSING: "address_form.ask_district",
    DoubtKind.DISTRICT_AMBIGUOUS: "address_form.ask_which_district",
    DoubtKind.DIVISION_CONFLICT: "address_form.ask_conflict",
    DoubtKind.STREET_MISSING: "address_form.ask_street",
    DoubtKind.STREET_TOO_LONG: "address_form.ask_street_shorter",
    DoubtKind.STREET_DOUBTFUL: "address_form.ask_street_doubtful",
    DoubtKind.OUTSIDE_MAINLAND: "address_form.outside_mainland",
}
_ASKS_OF_FIELD = {
    AddressField.NAME: "address_form.ask_name",
    AddressField.PHONE: "address_form.ask_phone",
    AddressField.DIVISION: "address_form.ask_division",
    AddressField.STREET: "address_form.ask_street",
}


async def load(session: Session, services: Services) -> FormView:
    """Name the places that the form is about."""
    return await view_of(session, services)


def screen(view: FormView) -> Screen:
    """Ask for the paste, for one doubtful part, or for the final yes."""
    t, form = view.t, view.session.form or AddressForm()
    if form.reading is None:
        rows = row(Button(t("address_form.fields_button"), "fields")) + _leave(view)
        text = paragraphs(view.flash, t("address_form.paste"), t("address_form.example"))
        return Screen(text, rows, asks=True)
    reading = reading_of(form)
    if form.asking is not None:
        return Screen(
            paragraphs(view.flash, understood(view, reading), _question(view, form, reading)),
            candidates(view, form) + _leave(view),
            asks=True,
        )
    rows = (
        row(Button(t("address_form.save_button"), "save"))
        + row(
            Button(t("address_form.fix_name_button"), "fix", AddressField.NAME),
            Button(t("address_form.fix_phone_button"), "fix", AddressField.PHONE),
        )
        + row(
            Button(t("address_form.fix_division_button"), "fix", AddressField.DIVISION),
            Button(t("address_form.fix_street_button"), "fix", AddressField.STREET),
        )
        + _leave(view)
    )
    return Screen(paragraphs(view.flash, t("address_form.check"), understood(view, reading)), rows)


def _question(view: FormView, form: AddressForm, reading: ParsedAddress) -> Html:
    t = view.t
    doubt = doubt_about(reading, form.asking)
    if doubt is None:
        return t(_ASKS_OF_FIELD[form.asking or AddressField.NAME])
    guess = reading.full_name or "" if doubt.kind is DoubtKind.NAME_DOUBTFUL else doubt.text
    hint = t("address_form.write_in_chinese") if doubt.hint is Hint.WRITE_IN_CHINESE else None
    return lines(t(_asks(doubt), text=guess), hint)


def _asks(doubt: Doubt) -> str:
    """The question's key; what is known about the doubt makes it plainer."""
    if doubt.kind is DoubtKind.DISTRICT_AMBIGUOUS and len(doubt.candidates) == 1:
        return "address_form.ask_is_it"
    if doubt.kind is DoubtKind.PHONE_INVALID and _is_masked(doubt.text):
        return "address_form.ask_phone_masked"
    return _ASKS[doubt.kind]


def _is_masked(number: str) -> bool:
    try:
        read_phone(number)
    except PhoneError as error:
        return error.problem is PhoneProblem.MASKED
    return False


def _leave(view: FormView) -> Rows:
    again = None
    if view.session.form and view.session.form.reading is not None:
        again = Button(view.t("address_form.again_button"), "again")
    return row(again, Button(view.t("address.back_button"), "back"))


async def text(update: Update, context: Context) -> Reply:
    """A pasted address, the answer to what the screen asks, or a change of one part.

    A contact or a venue is the words that it stands for.

    An offer's number opens the offer; what is entered so far stays for the way back.
    """
    typed = words_of(update)
    form = context.session.form or AddressForm()
    offer_id = offer_typed(typed, number_asked=form.asking == AddressField.PHONE)
    if offer_id is not None:
        return await search.open_offer(context, offer_id)
    if form.reading is None:
        _begin(context, typed)
    elif is_address(context, typed):
        keep(context, pasted_by(context, typed))
    elif form.asking is not None:
        answer(context, form, typed)
    elif is_yes(typed):
        return await save(update, context)
    else:
        change_named(context, reading_of(form), typed)
    return Step.ADDRESS_FORM


async def pin(_: Update, context: Context) -> Reply:
    """A point on the map, which no courier can be sent to."""
    context.flash("address_form.pin")
    return None


async def text_at_terms(update: Update, context: Context) -> Reply:
    """Words at a group buy's terms: an address where that is asked for, else another term."""
    asking = context.session.focus.asking
    if not isinstance(asking, BuyDrafted) or asking.term != "address":
        return await buy_terms.text(update, context)
    context.change(form=AddressForm())
    context.focus(asking=AddressForBuy(token=asking.token))
    return await text(update, context)


async def card_at_terms(update: Update, context: Context) -> Reply:
    """A contact or a venue at a group buy's terms, of which only where it goes can be one."""
    asking = context.session.focus.asking
    if isinstance(asking, BuyDrafted) and asking.term == "address":
        return await text_at_terms(update, context)
    context.flash("buy.use_buttons")
    return None


def _begin(context: Context, typed: str) -> None:
    """Read the first text of a new address, or say that nothing of one is in it."""
    if begins_address(context, typed, Fit.FITTING):
        keep(context, pasted_by(context, typed))
    else:
        say_no_address(context, typed)


async def division(_: Update, context: Context) -> Reply:
    """A division's button."""
    form = context.session.form
    if form is None or context.arg not in form.candidates:
        return None
    choose_division(context, form, context.arg)
    return None


async def list_provinces(_: Update, context: Context) -> Reply:
    """Choose from the list of provinces downwards."""
    form = context.session.form
    if form is not None:
        provinces = tuple(each.code for each in context.services.divisions.provinces())
        context.change(form=form.replace(candidates=provinces, asking=AddressField.DIVISION))
        context.focus(page=0)
    return None


async def accept(_: Update, context: Context) -> Reply:
    """The guessed name or street is right; with `whole`, the street with all that stood there."""
    form = context.session.form
    if form is None:
        return None
    reading = reading_of(form)
    doubt = doubt_about(reading, form.asking)
    if (
        form.asking == AddressField.STREET
        and context.arg == WHOLE
        and doubt is not None
        and doubt.rest
    ):
        keep(context, reading.with_street(doubt.rest))
    else:
        accept_guess(context, reading, form.asking)
    return None


async def fields(_: Update, context: Context) -> Reply:
    """Enter the address field by field."""
    keep(context, EMPTY)
    return None


async def fix(_: Update, context: Context) -> Reply:
    """Change one part."""
    form = context.session.form
    if form is not None and context.arg in set(AddressField):
        context.change(form=form.replace(asking=AddressField(context.arg), candidates=()))
        context.focus(page=0)
    return None


async def again(_: Update, context: Context) -> Reply:
    """Begin with an empty form; an address being edited stays the one that is replaced."""
    form = context.session.form
    context.change(form=AddressForm(editing=form.editing if form else None))
    context.focus(page=0)
    return None


async def back(_: Update, context: Context) -> Reply:
    """Back from changing one part to the whole, else to the address book without saving."""
    form = context.session.form
    if form is not None and form.asking is not None and form.reading is not None:
        reading = reading_of(form)
        if not reading.blocking:
            keep(context, reading)
            return None
    asked = context.session.focus.asking
    _close(context)
    if isinstance(asked, AddressForBuy):
        drafted, step = without_address(asked)
        context.focus(asking=drafted)
        return step
    return Step.ADDRESS


def _close(context: Context) -> None:
    context.change(form=None)
    context.focus(asking=None, page=0)


async def save(_: Update, context: Context) -> Reply:
    """Save; while ordering, deliver there at once."""
    form = context.session.form
    reading = reading_of(form) if form else EMPTY
    if form is None or reading.blocking:
        return None
    book = await context.services.store.addresses.addresses_of(context.session.user_id)
    known = next((each for each in book if each.address_id == form.editing), None)
    if known is None and len(book) >= MOST_PER_PERSON:
        _close(context)
        context.flash("address.full", most=MOST_PER_PERSON)
        return Step.ADDRESS
    saved = SavedAddress(
        address_id=form.editing or AddressId(secrets.randbits(48)),
        address=reading.complete(),
        is_default=known.is_default if known else not book,
    )
    context.write(SaveAddress(saved))
    asked = context.session.focus.asking
    _close(context)
    if isinstance(asked, AddressForBuy):
        return await with_address(context, asked, saved.address)
    session = context.session
    if session.delivery.address_id == saved.address_id:
        # The numbers shown were for the address as it was.
        context.change(delivery=delivery_to(saved), quoted=Quoted())
    if session.draft.lines and session.focus.return_to is None:
        context.change(delivery=delivery_to(saved))
        return await preview.quote(context)
    context.flash("address.saved")
    return Step.ADDRESS
