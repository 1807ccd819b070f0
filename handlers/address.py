"""The address book: picking where to deliver, and keeping the saved addresses in order."""

from telegram import Update

from bot.addresses import Fit
from bot.chat.buttons import BadButton, from_base36, to_base36
from bot.chat.context import Context, Overlay, Reply
from bot.chat.screens import Button, Rows, Screen, View, lines, page_of, paragraphs, row
from bot.chat.texts import Html, cut
from bot.domain.addresses import MOST_PER_PERSON, Address, SavedAddress
from bot.domain.asking import AddressOpen, Asking, BookManaged
from bot.domain.sessions import AddressForm, Delivery, Quoted, Session, Step
from bot.domain.writes import DeleteAddress, SaveAddress
from bot.services.bundle import Services
from bot.telegram.newer import Style
from handlers import address_form, preview
from handlers.finding import search
from handlers.shared.address_answers import delivery_to, form_of
from handlers.shared.address_words import begins_address, offer_typed, say_no_address, words_of
from handlers.shared.place_names import place_in_short, place_shown

_LABEL = 40
_PAGE = 8


class BookView(View, frozen=True):
    """A person's addresses, the default first."""

    addresses: tuple[SavedAddress, ...] = ()


async def load(session: Session, services: Services) -> BookView:
    """Load the address book."""
    saved = await services.store.addresses.addresses_of(session.user_id)
    return await BookView.of(session, services, addresses=saved)


def screen(view: BookView) -> Screen:
    """List the saved addresses, or one of them with what can be done to it."""
    t, session = view.t, view.session
    one = _opened(view.session.focus.asking, view.addresses)
    if one is not None:
        return Screen(
            paragraphs(view.flash, t("address.one"), card(view, one.address)),
            _one_buttons(view, one),
        )
    rows: Rows = ()
    managing = session.focus.asking == BookManaged()
    buttons = [_button(view, each, managing) for each in view.addresses]
    shown, before, after = page_of(buttons, session.focus.page, _PAGE)
    for button in shown:
        rows += row(button)
    rows += row(
        Button(t("variant.previous_button"), "turn", str(session.focus.page - 1))
        if before
        else None,
        Button(t("variant.next_button"), "turn", str(session.focus.page + 1)) if after else None,
    )
    rows += _book_buttons(view, managing)
    if not view.addresses:
        text = t("address.none")
    elif managing:
        text = t("address.manage")
    else:
        text = t("address.pick") if _ordering(view.session) else t("address.book")
    return Screen(paragraphs(view.flash, text), rows)


def card(view: View, address: Address) -> Html:
    """An address in full, with the code that decides where the parcel goes."""
    return lines(
        view.t("address.card_person", name=address.full_name, mobile=address.mobile),
        view.t("address.card_place", division=place_shown(view.t, address), street=address.street),
        view.t("address.card_code", code=address.district_code),
        view.t("address.card_forwarder") if address.forwarder else None,
    )


def _ordering(session: Session) -> bool:
    return bool(session.draft.lines) and session.focus.return_to is None


def _button(view: View, saved: SavedAddress, managing: bool) -> Button:  # noqa: FBT001 - a mode of this screen
    address = saved.address
    place = place_in_short(view.t, address)
    star = ("★ " if saved.is_default else "") + ("📦 " if address.forwarder else "")
    label = cut(f"{star}{address.full_name} · {place} {address.street}", _LABEL)
    opens = managing or not _ordering(view.session)
    return Button(label, "open" if opens else "deliver", to_base36(int(saved.address_id.id)))


def _book_buttons(view: BookView, managing: bool) -> Rows:  # noqa: FBT001 - as above
    t = view.t
    add = None
    if len(view.addresses) < MOST_PER_PERSON:
        add = Button(t("address.add_button"), "add")
    manage = None
    if view.addresses and not managing and _ordering(view.session):
        manage = Button(t("address.manage_button"), "manage")
    return row(add, manage) + row(Button(t("address.back_button"), "back"))


def _one_buttons(view: View, saved: SavedAddress) -> Rows:
    t, arg = view.t, to_base36(int(saved.address_id.id))
    deliver = (
        Button(t("address.deliver_button"), "deliver", arg) if _ordering(view.session) else None
    )
    default = None if saved.is_default else Button(t("address.default_button"), "default", arg)
    marked = (
        "address.no_forwarder_button" if saved.address.forwarder else "address.forwarder_button"
    )
    return (
        row(deliver)
        + row(Button(t("address.edit_button"), "edit", arg), default)
        + row(Button(t(marked), "forwarder", arg))
        + row(Button(t("address.delete_button"), "delete", arg, style=Style.DANGER))
        + row(Button(t("address.back_button"), "manage"))
    )


def _opened(asking: Asking | None, addresses: tuple[SavedAddress, ...]) -> SavedAddress | None:
    if not isinstance(asking, AddressOpen):
        return None
    return next((each for each in addresses if each.address_id == asking.address_id), None)


async def book(_: Update, context: Context) -> Reply:
    """`/address`: the address book from anywhere; it leads back to where it was opened."""
    session = context.session
    if session.step is Step.PLACING:
        return None
    if session.step not in {Step.ADDRESS, Step.ADDRESS_FORM}:
        context.focus(return_to=session.focus.return_to or session.step)
    context.focus(asking=None, page=0)
    context.change(form=None)
    return Step.ADDRESS


async def _chosen(context: Context) -> SavedAddress | None:
    """Return the person's own address that a button names; nobody else's can be reached."""
    try:
        wanted = str(from_base36(context.arg))
    except BadButton:
        return None
    saved = await context.services.store.addresses.addresses_of(context.session.user_id)
    return next((each for each in saved if each.address_id.id == wanted), None)


async def deliver(_: Update, context: Context) -> Reply:
    """Deliver there: on to the binding numbers."""
    saved = await _chosen(context)
    if saved is None:
        context.flash("address.gone")
        return None
    context.change(delivery=delivery_to(saved))
    context.focus(asking=None)
    return await preview.quote(context)


async def open_one(_: Update, context: Context) -> Reply:
    """Look at one address."""
    saved = await _chosen(context)
    if saved is None:
        context.flash("address.gone")
        return None
    context.focus(asking=AddressOpen(address_id=saved.address_id))
    return None


async def manage(_: Update, context: Context) -> Reply:
    """Pick an address to edit, delete or make the default."""
    context.focus(asking=BookManaged())
    return None


async def make_default(_: Update, context: Context) -> Reply:
    """Put an address first."""
    saved = await _chosen(context)
    if saved is not None:
        context.write(SaveAddress(saved.replace(is_default=True)))
        context.toast = context.t("address.default_set")
    context.focus(asking=BookManaged())
    return None


async def mark_forwarder(_: Update, context: Context) -> Reply:
    """Mark a saved address as a forwarder's warehouse, or as none any more."""
    saved = await _chosen(context)
    if saved is None:
        context.flash("address.gone")
        return None
    address = saved.address.replace(forwarder=not saved.address.forwarder)
    context.write(SaveAddress(saved.replace(address=address)))
    if context.session.delivery.address_id == saved.address_id:
        context.change(delivery=delivery_to(saved.replace(address=address)))
    return None


async def delete(_: Update, context: Context) -> Reply:
    """Ask whether the address that is open is to be deleted."""
    saved = await _chosen(context)
    if saved is None:
        context.flash("address.gone")
        return None
    view = await View.of(context.session, context.services)
    yes = Button(
        view.t("address.delete_yes_button"), "address_gone", context.arg, style=Style.DANGER
    )
    keep = Button(view.t("address.keep_button"), "open", context.arg)
    text = paragraphs(view.t("address.delete_ask"), card(view, saved.address))
    return Overlay(Screen(text, row(yes) + row(keep)), in_place=True)


async def delete_yes(_: Update, context: Context) -> Reply:
    """Delete the address that is open, so that no stray press can."""
    saved = await _chosen(context)
    if saved is None:
        context.flash("address.gone")
        return None
    if context.session.focus.asking != AddressOpen(address_id=saved.address_id):
        return None
    context.write(DeleteAddress(saved.address_id))
    if context.session.delivery.address_id == saved.address_id:
        # The numbers shown were for this address.
        context.change(delivery=Delivery(), quoted=Quoted())
    others = len(await context.services.store.addresses.addresses_of(context.session.user_id)) - 1
    context.focus(asking=BookManaged() if others else None)
    context.flash("address.deleted", name=saved.address.full_name)
    return None


async def add(_: Update, context: Context) -> Reply:
    """Enter a new address."""
    saved = await context.services.store.addresses.addresses_of(context.session.user_id)
    if len(saved) >= MOST_PER_PERSON:
        context.flash("address.full", most=MOST_PER_PERSON)
        return None
    context.change(form=AddressForm())
    context.focus(asking=None)
    return Step.ADDRESS_FORM


async def edit(_: Update, context: Context) -> Reply:
    """Change a saved address field by field."""
    saved = await _chosen(context)
    if saved is None:
        context.flash("address.gone")
        return None
    context.change(form=form_of(saved))
    context.focus(asking=None)
    return Step.ADDRESS_FORM


async def back(_: Update, context: Context) -> Reply:
    """Back to where the address book was opened, or to the lines of the order."""
    session = context.session
    if session.focus.asking is not None:
        context.focus(asking=None)
        return None
    step = session.focus.return_to or (Step.LINES if session.draft.lines else Step.START)
    context.focus(return_to=None, page=0)
    if step is Step.PREVIEW and (session.quoted.quote is None or session.delivery.address is None):
        return await preview.quote(context)
    return step


async def text(update: Update, context: Context) -> Reply:
    """A pasted text here is a new address, an offer's number its offer; other words are looked for.

    Where an order is to go is asked for an answer: there words are not looked for. A contact or a
    venue is the words that it stands for, and never looked for.
    """
    typed = words_of(update)
    least = Fit.FITTING if _ordering(context.session) else Fit.CERTAIN
    if offer_typed(typed) is None and begins_address(context, typed, least):
        reply = await add(update, context)
        return await address_form.text(update, context) if reply is Step.ADDRESS_FORM else reply
    is_text = update.effective_message is not None and update.effective_message.text is not None
    if not is_text or (_ordering(context.session) and offer_typed(typed) is None):
        say_no_address(context, typed)
        return None
    return await search.words(update, context)
