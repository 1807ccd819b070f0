"""What a text means for an address as a whole: a new one, a change of one part, a yes, or nothing.

At the check a text changes the part that it names and leaves the others alone; what names no part
is never taken for one.
"""

import re

from telegram import Contact, Update, Venue

from bot.addresses import (
    DoubtKind,
    Fit,
    ParsedAddress,
    PhoneError,
    read_name,
    read_number,
    read_street,
    said_plainly,
)
from bot.chat.context import Context, Reply
from bot.domain.identifiers import OfferId
from bot.domain.links import bare_offer
from bot.domain.sessions import AddressField, AddressForm, Focus, Step
from bot.domain.small_talk import command_meant, is_talk, is_yes
from handlers.shared.address_answers import (
    answer_division,
    doubt_about,
    is_placed,
    keep,
    moved,
    pasted_by,
)

_HAN = re.compile(r"[\u3400-\u9fff]+")
_LEAST_OF_A_NUMBER = 7  # digits, in whatever writing
_ORDERING = {Step.LINES, Step.PREVIEW}


def words_of(update: Update) -> str:
    """Return what a message says for an address: its text, or what a card in it would be as one.

    A contact is who receives, a venue is where to.
    """
    message = update.effective_message
    if message is None:
        return ""
    if message.contact is not None:
        return _recipient(message.contact)
    if message.venue is not None:
        return _whereabouts(message.venue)
    return message.text or ""


def _recipient(card: Contact) -> str:
    first, last = card.first_name.strip(), (card.last_name or "").strip()
    # Phone books keep the two apart, and in Chinese the family's comes first.
    chinese = _HAN.fullmatch(first) and _HAN.fullmatch(last)
    name = f"{last}{first}" if chinese else f"{first} {last}".strip()
    return f"{name}\n{card.phone_number}"


def _whereabouts(card: Venue) -> str:
    return f"{card.address} {card.title}".strip()


def is_address(context: Context, typed: str) -> bool:
    """Tell whether a text can only be an address: a person's number and a place to deliver to.

    Reading takes long at first (its patterns are made then), so words to search for go without.
    """
    if sum(each.isnumeric() for each in typed) < _LEAST_OF_A_NUMBER:
        return False
    pasted = pasted_by(context, typed)
    return pasted.mobile is not None and pasted.district_code is not None


def begins_address(context: Context, typed: str, least: Fit = Fit.CERTAIN) -> bool:
    """Tell whether a text holds something of an address: a number, a place, a street, a person.

    `least` is how well a street has to fit: where an address is waited for, one without a number.
    """
    pasted = pasted_by(context, typed)
    mistyped = any(doubt.kind is DoubtKind.PHONE_INVALID for doubt in pasted.doubts)
    if pasted.mobile or mistyped or _goes_somewhere(pasted):
        return True
    if is_talk(typed) or command_meant(typed) or is_yes(typed):
        return False
    if is_placed(pasted):
        return True
    name, street = read_name(typed), read_street(typed, pasted, context.services.divisions)
    named = name is not None and name.fit is Fit.CERTAIN
    return named or (street is not None and street.fit >= least)


_LIKE_A_MOBILE = re.compile(r"1[3-9]\d{8,11}", re.ASCII)


def offer_typed(typed: str, *, number_asked: bool = False) -> OfferId | None:
    """Return the offer whose number is the whole text, unless that is a telephone number.

    Where a telephone number is asked for, one with a digit too few or too many is one.
    """
    offer_id = bare_offer(typed)
    if offer_id is None or (number_asked and _LIKE_A_MOBILE.fullmatch(str(offer_id))):
        return None
    try:
        read_number(typed)
    except PhoneError:
        return offer_id
    return None


def say_no_address(context: Context, typed: str) -> None:
    """Say that nothing of an address is in a text."""
    if command := command_meant(typed):
        context.flash("address_form.command_meant", command=command)
    else:
        context.flash("address_form.nothing_read")


def take_pasted(context: Context, typed: str) -> Reply:
    """Read an address that came where words were expected; nothing of it leaves the bot.

    While an order is being put together it is where that order goes; elsewhere saving it leads
    back to where the person was.
    """
    step = context.session.step
    back = None if step in _ORDERING else step
    context.change(form=AddressForm(), focus=Focus(return_to=back))
    keep(context, pasted_by(context, typed))
    context.flash("address_form.recognised")
    return Step.ADDRESS_FORM


def change_named(context: Context, reading: ParsedAddress, typed: str) -> None:
    """Change the part of a checked address that a text names, or leave it and say how to.

    A place comes with its street and number; a lone name, number or street changes itself alone.
    """
    divisions = context.services.divisions
    typed = said_plainly(typed)
    pasted = pasted_by(context, typed)
    if is_talk(typed) and not pasted.mobile and not _goes_somewhere(pasted):
        say_kept(context, typed)
        return
    if is_placed(pasted) and (pasted.mobile or pasted.street):
        keep(context, moved(reading, pasted) if not pasted.mobile else pasted)
        return
    if is_placed(pasted):
        answer_division(context, _form(context).replace(asking=AddressField.DIVISION), typed)
        return
    if pasted.mobile:
        _change_number(context, reading, typed, pasted)
        return
    if command_meant(typed):
        say_kept(context, typed)
        return
    if (name := read_name(typed)) and name.fit is Fit.CERTAIN:
        keep(context, reading.with_name(name.value))
        context.flash("address_form.name_changed", name=name.value)
    elif (street := read_street(typed, reading, divisions)) and street.fit is Fit.CERTAIN:
        keep(context, reading.with_street(street.value))
        context.flash("address_form.street_changed")
    else:
        say_kept(context, typed)


def _goes_somewhere(pasted: ParsedAddress) -> bool:
    """Tell whether a district and a house are named, so that a wish is one about the address."""
    numbered = any(each.isdigit() for each in pasted.street or "")
    return pasted.district_code is not None and numbered


def say_kept(context: Context, typed: str) -> None:
    """Say that a text was no part of the address, and that nothing was changed."""
    if command := command_meant(typed):
        context.flash("address_form.command_meant", command=command)
    else:
        context.flash("address_form.kept")


def _form(context: Context) -> AddressForm:
    return context.session.form or AddressForm()


def _change_number(
    context: Context, reading: ParsedAddress, typed: str, pasted: ParsedAddress
) -> None:
    changed = reading.with_phone(read_number(typed))
    if pasted.full_name and not doubt_about(pasted, AddressField.NAME):
        changed = changed.with_name(pasted.full_name)
    keep(context, changed)
