"""What is known of an address being entered, and what an answer to one question changes.

A question, a wish, a command and goods are never a part of an address: they are refused with a
reason, or asked about.
"""

from collections.abc import Callable

from bot.addresses import (
    Answer,
    Doubt,
    DoubtKind,
    Fit,
    ParsedAddress,
    Phone,
    PhoneError,
    PhoneProblem,
    find_division,
    parse_address,
    read_name,
    read_number,
    read_street,
    said_plainly,
)
from bot.addresses.parsed import (
    DIVISION_KINDS,
    LONGEST_NAME,
    LONGEST_STREET,
    NAME_KINDS,
    PHONE_KINDS,
    STREET_KINDS,
)
from bot.chat.context import Context
from bot.domain.addresses import SavedAddress
from bot.domain.sessions import AddressField, AddressForm, Delivery
from bot.domain.small_talk import command_meant, is_talk, is_yes

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
_PHONE_PROBLEMS = {
    PhoneProblem.MASKED: "address_form.phone_masked",
    PhoneProblem.TOO_SHORT: "address_form.phone_too_short",
    PhoneProblem.TOO_LONG: "address_form.phone_too_long",
    PhoneProblem.FOREIGN: "address_form.phone_foreign",
}
_NOT_AN_ANSWER = {
    AddressField.NAME: "address_form.not_a_name",
    AddressField.PHONE: "address_form.phone_unknown",
    AddressField.DIVISION: "address_form.no_such_division",
    AddressField.STREET: "address_form.not_a_street",
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


def is_placed(pasted: ParsedAddress) -> bool:
    """Tell whether a text names a place in China or proposes some."""
    proposed = any(doubt.candidates for doubt in pasted.doubts if doubt.kind in DIVISION_KINDS)
    outside = any(doubt.kind is DoubtKind.OUTSIDE_MAINLAND for doubt in pasted.doubts)
    return pasted.province is not None or proposed or outside


def moved(reading: ParsedAddress, pasted: ParsedAddress) -> ParsedAddress:
    """Return the recipient and number at another place."""
    name = pasted.full_name
    if name is None or doubt_about(pasted, AddressField.NAME):
        name = reading.full_name
    ours = (doubt for doubt in pasted.doubts if doubt.kind not in NAME_KINDS | PHONE_KINDS)
    return pasted.replace(
        full_name=name,
        mobile=reading.mobile,
        extension=reading.extension,
        forwarder=reading.forwarder,
        doubts=tuple(ours),
    )


def answer(context: Context, form: AddressForm, typed: str) -> None:
    """Take the answer to one question, or say why it can't be taken."""
    typed = said_plainly(typed)
    reading = reading_of(form)
    doubt = doubt_about(reading, form.asking)
    if is_yes(typed) and doubt is not None and accept_guess(context, reading, form.asking):
        return
    if is_yes(typed) or command_meant(typed):
        _refuse(context, form.asking, typed)
        return
    taking: dict[AddressField, Callable[[Context, AddressForm, str], None]] = {
        AddressField.NAME: _answer_name,
        AddressField.PHONE: _answer_number,
        AddressField.STREET: _answer_street,
    }
    try:
        taking.get(form.asking or AddressField.DIVISION, answer_division)(context, form, typed)
    except PhoneError as error:
        context.flash(_PHONE_PROBLEMS.get(error.problem, "address_form.phone_unknown"))
    except ValueError:
        context.flash("address_form.bad_length")


def accept_guess(context: Context, reading: ParsedAddress, field: AddressField | None) -> bool:
    """Settle a field as it was guessed; False when there is no guess."""
    if field == AddressField.NAME and reading.full_name:
        keep(context, reading.with_name(reading.full_name))
        return True
    if field == AddressField.STREET and reading.street:
        keep(context, reading.with_street(reading.street))
        return True
    return False


def pasted_by(context: Context, typed: str) -> ParsedAddress:
    """Read a text as an address, once for all who ask for it within a step."""
    if context.parsed is None or context.parsed[0] != typed:
        context.parsed = typed, parse_address(typed, context.services.divisions)
    understood: ParsedAddress = context.parsed[1]
    return understood


def _refuse(context: Context, field: AddressField | None, typed: str) -> None:
    if command := command_meant(typed):
        context.flash("address_form.command_meant", command=command)
    else:
        context.flash(_NOT_AN_ANSWER.get(field or AddressField.DIVISION, "address_form.kept"))


def _answer_name(context: Context, form: AddressForm, typed: str) -> None:
    reading = reading_of(form)
    pasted = pasted_by(context, typed)
    if is_placed(pasted) and pasted.street and pasted.full_name is None:
        _add_place(context, reading, pasted)
        return
    if len(" ".join(typed.split())) > LONGEST_NAME and not pasted.mobile:
        context.flash("address_form.bad_length")
        return
    told = pasted.full_name if not doubt_about(pasted, AddressField.NAME) else None
    if pasted.mobile and told and not pasted.extension:
        keep(context, reading.with_phone(read_number(typed)).with_name(told))
        return
    name = None if is_talk(typed) else read_name(typed)
    if name is None:
        if pasted.mobile and reading.mobile is None:
            keep(context, reading.with_phone(read_number(typed)))
        else:
            context.flash("address_form.not_a_name")
    elif name.fit is Fit.DOUBTFUL or (is_placed(pasted) and pasted.full_name is None):
        _confirm(context, reading, AddressField.NAME, name)
    else:
        keep(context, reading.with_name(name.value))


def _add_place(context: Context, reading: ParsedAddress, pasted: ParsedAddress) -> None:
    """Take an address that was sent where the recipient was asked for; the name stays open."""
    mine = tuple(doubt for doubt in reading.doubts if doubt.kind in NAME_KINDS | PHONE_KINDS)
    there = moved(reading, pasted)
    if pasted.mobile and reading.mobile is None:
        mine = tuple(doubt for doubt in mine if doubt.kind in NAME_KINDS)
        there = there.replace(mobile=pasted.mobile, extension=pasted.extension)
    keep(context, there.replace(full_name=reading.full_name, doubts=(*mine, *there.doubts)))
    context.flash("address_form.place_taken")


def _confirm(context: Context, reading: ParsedAddress, field: AddressField, guess: Answer) -> None:
    """Ask whether a doubtful answer is meant; it becomes a button."""
    others = tuple(doubt for doubt in reading.doubts if doubt.kind not in FIELDS[field])
    if field == AddressField.NAME:
        doubt = Doubt(kind=DoubtKind.NAME_DOUBTFUL, text=guess.value, rest=reading.street or "")
        keep(context, reading.replace(full_name=guess.value, doubts=(doubt, *others)))
    else:
        doubt = Doubt(kind=DoubtKind.STREET_DOUBTFUL, text=guess.value, rest=guess.value)
        keep(context, reading.replace(street=guess.value, doubts=(*others, doubt)))


def _answer_number(context: Context, form: AddressForm, typed: str) -> None:
    keep(context, reading_of(form).with_phone(read_number(typed)))


def _answer_street(context: Context, form: AddressForm, typed: str) -> None:
    reading = reading_of(form)
    if len(" ".join(typed.split())) > LONGEST_STREET:
        context.flash("address_form.bad_length")
        return
    pasted = pasted_by(context, typed)
    elsewhere = pasted.district_code not in {None, reading.district_code}
    if elsewhere and pasted.street and any(map(str.isdigit, pasted.street)):
        _add_place(context, reading, pasted)
        return
    street = read_street(typed, reading, context.services.divisions)
    if street is not None and pasted.mobile:
        reading = _with_recipient(reading, pasted, read_number(typed))
    if street is None or (street.fit is not Fit.CERTAIN and is_talk(typed)):
        context.flash("address_form.not_a_street")
    elif street.fit is Fit.DOUBTFUL:
        _confirm(context, reading, AddressField.STREET, street)
    else:
        keep(context, reading.with_street(street.value))


def _with_recipient(reading: ParsedAddress, pasted: ParsedAddress, phone: Phone) -> ParsedAddress:
    """Return the address with the number, and the name if one is sure, that an answer has too."""
    changed = reading.with_phone(phone)
    if pasted.full_name and not doubt_about(pasted, AddressField.NAME):
        changed = changed.with_name(pasted.full_name)
    return changed


def answer_division(context: Context, form: AddressForm, typed: str) -> None:
    """Take a typed place, in Chinese, English or pinyin; several become buttons."""
    divisions = context.services.divisions
    pasted = pasted_by(context, typed)
    reading = reading_of(form)
    if pasted.district_code and pasted.street:
        # The place with its street: 深圳南山科苑路15号.
        there = moved(reading, pasted)
        mine = tuple(doubt for doubt in reading.doubts if doubt.kind in NAME_KINDS | PHONE_KINDS)
        keep(context, there.replace(full_name=reading.full_name, doubts=(*mine, *there.doubts)))
        return
    found = find_division(typed, divisions)
    if not found and form.candidates and (first := divisions.get(form.candidates[0])):
        found = find_division(typed, divisions, first.parent) if first.parent else []
    if not found:
        context.flash("address_form.no_such_division")
    elif len(found) == 1:
        choose_division(context, form, found[0].code)
    else:
        codes = tuple(each.code for each in found)
        context.change(form=form.replace(candidates=codes, asking=AddressField.DIVISION))
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
