"""What is known of an address being entered, and what an answer to one question changes."""

from bot.addresses import (
    Doubt,
    DoubtKind,
    ParsedAddress,
    PhoneError,
    PhoneProblem,
    find_division,
    parse_address,
    read_phone,
)
from bot.addresses.parsed import DIVISION_KINDS, NAME_KINDS, PHONE_KINDS, STREET_KINDS
from bot.chat.context import Context, Reply
from bot.domain.addresses import SavedAddress
from bot.domain.sessions import AddressField, AddressForm, Delivery, Focus, Step

FIELDS = {
    AddressField.NAME: NAME_KINDS,
    AddressField.PHONE: PHONE_KINDS,
    AddressField.DIVISION: DIVISION_KINDS,
    AddressField.STREET: STREET_KINDS,
}
EMPTY = ParsedAddress(
    doubts=(
        Doubt(kind=DoubtKind.NAME_MISSING),
        Doubt(kind=DoubtKind.PHONE_MISSING),
        Doubt(kind=DoubtKind.DIVISION_MISSING),
        Doubt(kind=DoubtKind.STREET_MISSING),
    )
)
_ORDERING = {Step.LINES, Step.PREVIEW}
_PHONE_PROBLEMS = {
    PhoneProblem.MASKED: "address_form.phone_masked",
    PhoneProblem.TOO_SHORT: "address_form.phone_too_short",
    PhoneProblem.TOO_LONG: "address_form.phone_too_long",
    PhoneProblem.FOREIGN: "address_form.phone_foreign",
}


def form_of(saved: SavedAddress) -> AddressForm:
    """Return the form that edits a saved address."""
    reading = ParsedAddress(**saved.address.model_dump())
    return AddressForm(editing=saved.address_id, reading=reading.model_dump(mode="json"))


def delivery_to(saved: SavedAddress) -> Delivery:
    """Return the delivery to a saved address."""
    return Delivery(address_id=saved.address_id, address=saved.address)


def reading_of(form: AddressForm) -> ParsedAddress:
    """Return what was understood so far."""
    return ParsedAddress.model_validate(form.reading) if form.reading else EMPTY


def doubt_about(reading: ParsedAddress, field: AddressField | None) -> Doubt | None:
    """Return what is open about a field, or None."""
    kinds = FIELDS[field] if field else frozenset()
    return next((doubt for doubt in reading.blocking if doubt.kind in kinds), None)


def first_open(reading: ParsedAddress) -> AddressField | None:
    """Return the field to ask about next, or None when nothing blocks."""
    for doubt in reading.blocking:
        for field, kinds in FIELDS.items():
            if doubt.kind in kinds:
                return field
    return None


def keep(context: Context, reading: ParsedAddress) -> None:
    """Store the reading and ask about its first open part, if any."""
    form = context.session.form or AddressForm()
    asking = first_open(reading)
    doubt = doubt_about(reading, asking)
    context.change(
        form=form.replace(
            reading=reading.model_dump(mode="json"),
            asking=asking,
            candidates=doubt.candidates if doubt else (),
        )
    )
    context.focus(page=0)


def is_address(context: Context, typed: str) -> bool:
    """Tell whether a text can only be an address: a person's number and a place to deliver to."""
    pasted = parse_address(typed, context.services.divisions)
    return pasted.mobile is not None and pasted.district_code is not None


def is_no_address(context: Context, typed: str) -> bool:
    """Tell whether a text has nothing of an address: no person, no place, no number."""
    pasted = parse_address(typed, context.services.divisions)
    only_street = ParsedAddress(street=pasted.street, doubts=pasted.doubts)
    unplaced = not any(doubt.candidates for doubt in pasted.doubts)
    return pasted == only_street and unplaced and not any(each.isdigit() for each in typed)


def take_pasted(context: Context, typed: str) -> Reply:
    """Read an address that came where words were expected; nothing of it leaves the bot.

    While an order is being put together it is where that order goes; elsewhere saving it leads
    back to where the person was.
    """
    step = context.session.step
    back = None if step in _ORDERING else step
    context.change(form=AddressForm(), focus=Focus(return_to=back))
    keep(context, parse_address(typed, context.services.divisions))
    context.flash("address_form.recognised")
    return Step.ADDRESS_FORM


def answer(context: Context, form: AddressForm, typed: str) -> None:
    """Take the answer to one question, or say why it can't be taken."""
    reading = reading_of(form)
    try:
        if form.asking is AddressField.NAME:
            keep(context, reading.with_name(typed))
        elif form.asking is AddressField.PHONE:
            keep(context, reading.with_phone(read_phone(typed)))
        elif form.asking is AddressField.STREET:
            keep(context, reading.with_street(_street_in(context, reading, typed)))
        else:
            _answer_division(context, form, typed)
    except PhoneError as error:
        context.flash(_PHONE_PROBLEMS.get(error.problem, "address_form.phone_unknown"))
    except ValueError:
        context.flash("address_form.bad_length")


def _street_in(context: Context, reading: ParsedAddress, typed: str) -> str:
    """Return the street alone when it was typed with the divisions that are known already."""
    typed_whole = parse_address(typed, context.services.divisions)
    if typed_whole.street and typed_whole.district_code == reading.district_code is not None:
        return typed_whole.street
    return typed


def _answer_division(context: Context, form: AddressForm, typed: str) -> None:
    divisions = context.services.divisions
    found = find_division(typed, divisions)
    if not found and form.candidates and (first := divisions.get(form.candidates[0])):
        found = find_division(typed, divisions, first.parent) if first.parent else []
    if not found:
        context.flash("address_form.no_such_division")
    elif len(found) == 1:
        choose_division(context, form, found[0].code)
    else:
        context.change(form=form.replace(candidates=tuple(each.code for each in found)))
        context.focus(page=0)
        context.flash("address_form.which_one")


def choose_division(context: Context, form: AddressForm, code: str) -> None:
    """Deliver to a division, or ask one level deeper when it is a province or a city."""
    divisions = context.services.divisions
    if divisions.by_code(code).outside_mainland:
        context.flash("address_form.no_delivery_there")
        return
    try:
        keep(context, reading_of(form).with_division(code, divisions))
    except ValueError:
        below = tuple(each.code for each in divisions.children(code))
        context.change(form=form.replace(candidates=below, asking=AddressField.DIVISION))
        context.focus(page=0)
