"""Pieces of the address screens: what is known so far, and what can be chosen from."""

from collections.abc import Mapping

from msgspec import field

from bot.addresses import DoubtKind, ParsedAddress, find_division
from bot.addresses.romanised import described, shown
from bot.chat.screens import Button, Rows, View, grid, lines, page_of, row
from bot.chat.texts import Html, cut
from bot.domain.sessions import AddressField, AddressForm, Session
from bot.services.bundle import Services
from handlers.shared.address_answers import doubt_about, reading_of

WHOLE = "whole"
"""The argument that accepts a street with everything that stood there."""
_PAGE = 20
_LABEL = 40


class FormView(View, frozen=True):
    """The places of the address being entered: by code those offered, in Latin the one read."""

    division_names: Mapping[str, str] = field(default_factory=dict)
    place_in_latin: str = ""  # for whoever reads no Chinese


async def view_of(session: Session, services: Services) -> FormView:
    """Name the places of the form."""
    names, place = _division_names(session, services), _place_in_latin(session, services)
    return await FormView.of(session, services, division_names=names, place_in_latin=place)


def _division_names(session: Session, services: Services) -> dict[str, str]:
    """Name the divisions offered as buttons: in full unless several lie in the same place.

    Who reads no Chinese sees the Latin name first, and both to compare.
    """
    codes = session.form.candidates if session.form else ()
    known = [each for code in codes if (each := services.divisions.get(code)) is not None]
    together = len(known) > 1 and len({each.parent for each in known}) == 1
    chinese = {
        each.code: each.name if together else services.divisions.describe(each.code)
        for each in known
    }
    if session.language == "zh":
        return chinese
    latin = {
        each.code: shown(each) if together else described(each.code, services.divisions)
        for each in known
    }
    return {
        code: f"{latin[code]} · {name}" if latin[code] else name for code, name in chinese.items()
    }


def _place_in_latin(session: Session, services: Services) -> str:
    """Return the place of the address being entered for whoever reads no Chinese, or nothing."""
    if session.language == "zh" or session.form is None or session.form.reading is None:
        return ""
    reading = reading_of(session.form)
    if reading.district_code and services.divisions.get(reading.district_code):
        return described(reading.district_code, services.divisions)
    named = " ".join(filter(None, (reading.province, reading.city)))
    found = find_division(named, services.divisions)
    return described(found[0].code, services.divisions) if len(found) == 1 else ""


def understood(view: FormView, reading: ParsedAddress) -> Html:
    """What is known so far, a line for each part."""
    t = view.t
    places = dict.fromkeys(
        each for each in (reading.province, reading.city, reading.district, reading.town) if each
    )
    return lines(
        t("address_form.name", name=reading.full_name) if reading.full_name else None,
        t("address_form.phone", phone=reading.mobile) if reading.mobile else None,
        _place(view, " ".join(places), reading.district_code) if places else None,
        t("address_form.place_in_latin", place=view.place_in_latin)
        if view.place_in_latin
        else None,
        t("address_form.street", street=reading.street) if reading.street else None,
    )


def _place(view: FormView, division: str, code: str | None) -> Html:
    if code is None:
        return view.t("address_form.division_open", division=division)
    return view.t("address_form.division", division=division, code=code)


def candidates(view: FormView, form: AddressForm) -> Rows:
    """Buttons for divisions to choose from, for a guessed name, or for the list of provinces."""
    t = view.t
    if form.asking in {AddressField.NAME, AddressField.STREET} and form.reading:
        return _guesses(view, form)
    if form.asking != AddressField.DIVISION:
        return ()
    divisions = [
        Button(text, "division", code)
        for code, text in ((code, _short(view, code)) for code in form.candidates)
        if text
    ]
    shown, before, after = page_of(divisions, view.session.focus.page, _PAGE)
    pages = row(
        Button(t("variant.previous_button"), "turn", str(view.session.focus.page - 1))
        if before
        else None,
        Button(t("variant.next_button"), "turn", str(view.session.focus.page + 1))
        if after
        else None,
    )
    columns = 2 if len(divisions) > _PAGE // 2 else 1
    return grid(shown, columns) + pages + row(Button(t("address_form.list_button"), "list"))


def _guesses(view: FormView, form: AddressForm) -> Rows:
    """The guess for a name or a street as a button; a street with and without its remark."""
    reading = reading_of(form)
    doubt = doubt_about(reading, form.asking)
    if doubt is None:
        return ()
    if doubt.kind is DoubtKind.NAME_DOUBTFUL:
        return row(Button(view.t("address_form.name_is_right_button"), "accept"))
    if doubt.kind is not DoubtKind.STREET_DOUBTFUL:
        return ()
    rows = row(Button(f"✅ {cut(doubt.text, _LABEL)}", "accept"))
    if doubt.rest and doubt.rest != doubt.text:
        rows += row(Button(cut(doubt.rest, _LABEL), "accept", WHOLE))
    return rows


def _short(view: FormView, code: str) -> str:
    return view.division_names.get(code, "")
