"""Deciding about an order's money at a shop's desk; each decision is booked once.

What another operator decided meanwhile is shown, never booked again.
"""

import html

from telegram import Update
from telegram.constants import ParseMode

from bot.chat.buttons import BadButton, from_base36, natural
from bot.chat.context import Context, Overlay, Reply
from bot.chat.screens import Button, Screen, paragraphs, row
from bot.chat.texts import cut
from bot.domain.collecting import ProofKind, payment_code
from bot.domain.currencies import (
    Money,
    MoneyUnreadable,
    NotAnAmount,
    NotPositive,
    OtherCurrency,
    TooFine,
    TooLarge,
    TwoReadings,
    read_money,
)
from bot.domain.identifiers import MerchantOrderNo, ProofId
from bot.domain.ledger import Kind, LedgerError, Operation
from bot.domain.order_books import was_paid
from bot.domain.orders import Order
from bot.domain.sessions import Step
from bot.domain.shop_asking import AmountAsked, AmountOf
from bot.domain.shop_terms import Charge
from bot.marketplace.errors import MarketplaceError
from bot.services.collecting.shop import NothingOpen, Shop
from bot.storage.ports import OrderMoved
from bot.storage.shop_ports import ProofDecided
from handlers.desk import finding
from handlers.desk.case import amount_of, decided, mark_of
from handlers.desk.door import desk_button, for_operators
from handlers.shared.failures import failure_key
from handlers.shared.files import sent_again
from handlers.shared.in_hand import amount_asked, ask, in_hand, take_in_hand
from handlers.shared.own_order import pieces

_REASON = "small difference"
_MISTAKE = "booked by mistake"
_NAME = 40
_UNREADABLE: dict[type[MoneyUnreadable], str] = {
    NotAnAmount: "case.not_an_amount",
    NotPositive: "case.not_positive",
    TooFine: "case.too_fine",
    TooLarge: "case.too_large",
    TwoReadings: "case.two_readings",
    OtherCurrency: "case.other_currency",
}


@for_operators
async def case(_: Update, context: Context) -> Reply:
    """Open an order at the desk, as 1688 has it now."""
    return await _open(context, context.arg)


async def _open(context: Context, order_no: str, *, anew: bool = True) -> Reply:
    order = await context.services.store.orders.order(MerchantOrderNo(order_no))
    if context.services.shop is None or order is None or order.quote.charge is None:
        return _gone(context)
    if context.session.step is Step.PLACING:
        context.flash("placing.wait")
        return None
    if anew:
        try:
            await context.services.tracking.refresh(order)
        except MarketplaceError as error:
            context.flash(failure_key(error))
    take_in_hand(context, order.order_no)
    return Step.CASE


def _gone(context: Context) -> Overlay:
    return Overlay(Screen(context.t("orders.gone"), row(desk_button(context))))


@for_operators
async def amount(_: Update, context: Context) -> Reply:
    """Ask for an amount that is not the one due."""
    what, reference = pieces(context, 2)
    of = next((each for each in AmountOf if each.value == what), None)
    number = natural(reference)
    proof_id = ProofId(number) if number is not None else None
    if of is not None and (of is AmountOf.PROOF) == (proof_id is not None):
        ask(context, AmountAsked(of=of, proof_id=proof_id))
    return None


@for_operators
async def text(update: Update, context: Context) -> Reply:
    """The amount that was asked for."""
    message, asked = update.effective_message, amount_asked(context.session)
    order = await _order(context, in_hand(context.session))
    charge = order.quote.charge if order else None
    typed = (message.text if message else None) or ""
    if asked is None or charge is None:
        return await finding.found(context, typed)
    currency = charge.due.currency
    try:
        ask(context, asked.replace(typed=read_money(typed, currency)))
    except MoneyUnreadable as error:
        ask(context, asked.replace(typed=None))
        key = _UNREADABLE[type(error)]
        context.flash(key, currency=currency.code, decimals=currency.decimals)
    return None


@for_operators
async def amount_yes(update: Update, context: Context) -> Reply:
    """Book the amount that was typed and shown."""
    shop, asked = context.services.shop, amount_asked(context.session)
    order = await _order(context, in_hand(context.session))
    if shop is None or order is None or asked is None or asked.typed is None:
        return _gone(context)
    # The same press handled twice books once: its key is the screen that it stood on.
    key = f"{context.session.session_id}.{context.session.revision}"
    ask(context, None)
    if asked.proof_id is not None:
        return await _confirm(update, context, shop, asked.proof_id, asked.typed)
    if asked.of is AmountOf.RECEIPT:
        await _receive(context, shop, order, asked.typed, key)
    else:
        await _refund(context, shop, order, asked.typed, key)
    return Step.CASE


@for_operators
async def took(update: Update, context: Context) -> Reply:
    """Confirm that exactly the amount due came in."""
    shop, (reference, typed) = context.services.shop, pieces(context, 2)
    found = await _proof(context, natural(reference))
    if shop is None or found is None:
        return _gone(context)
    proof_id, order = found
    charge = order.quote.charge
    if charge is None:
        return _gone(context)
    account, amount = await shop.account_of(order), _money(charge, typed)
    if amount is None:
        return _gone(context)
    take_in_hand(context, order.order_no)
    if account is None or account.balance != amount:
        # Something was booked since the button was drawn: look again before saying yes.
        return await _already(context, shop, proof_id, "case.amount_moved")
    return await _confirm(update, context, shop, proof_id, amount)


async def _confirm(
    update: Update, context: Context, shop: Shop, proof_id: ProofId, amount: Money
) -> Reply:
    try:
        await shop.confirm(context.session.user_id, _name(update), proof_id, amount)
    except ProofDecided:
        return await _already(context, shop, proof_id)
    except (LedgerError, OrderMoved):
        context.flash("case.not_booked")
        return Step.CASE
    ask(context, None)
    context.flash("case.booked", amount=context.t.amount(amount))
    return Step.CASE


async def _already(
    context: Context, shop: Shop, proof_id: ProofId, otherwise: str = "case.not_booked"
) -> Reply:
    """Say who decided on a proof, and what."""
    ask(context, None)
    proof = await shop.proof(proof_id)
    who = decided(context.t.priced(None), proof) if proof else None
    if who is None:
        context.flash(otherwise)
    else:
        context.flash("case.already", decision=html.unescape(who))
    return Step.CASE


@for_operators
async def decline(update: Update, context: Context) -> Reply:
    """Say that nothing came in for a proof; the customer is told and can send another."""
    shop, found = context.services.shop, await _proof(context, natural(context.arg))
    if shop is None or found is None:
        return _gone(context)
    proof_id, order = found
    take_in_hand(context, order.order_no)
    try:
        await shop.decline(context.session.user_id, _name(update), proof_id)
    except ProofDecided:
        return await _already(context, shop, proof_id)
    context.flash("case.declined")
    return Step.CASE


@for_operators
async def see(_: Update, context: Context) -> Reply:
    """Send the proof itself, as it came."""
    shop, found = context.services.shop, await _proof(context, natural(context.arg))
    proof = await shop.proof(found[0]) if shop and found else None
    if found is None or proof is None:
        return _gone(context)
    caption = context.t("case.proof_of", code=payment_code(proof.order_no))
    chat_id, bot = context.session.chat_id, context.bot
    send = bot.send_photo if proof.kind is ProofKind.PHOTO else bot.send_document
    sending = send(chat_id, proof.file_id, caption=caption, parse_mode=ParseMode.HTML)
    return await sent_again(context, sending)


@for_operators
async def refunded(_: Update, context: Context) -> Reply:
    """Record that the whole credit was sent back."""
    shop, (number, typed, drawn) = context.services.shop, pieces(context, 3)
    order = await context.services.store.orders.order(MerchantOrderNo(number))
    charge = order.quote.charge if order else None
    amount = _money(charge, typed) if charge else None
    if shop is None or order is None or amount is None:
        return _gone(context)
    take_in_hand(context, order.order_no)
    key = f"{context.session.session_id}.{drawn}.{number}"
    await _refund(context, shop, order, amount, key)
    return Step.CASE


@for_operators
async def write_off(_: Update, context: Context) -> Reply:
    """Let a customer off a small rest, if it is still that."""
    shop, (number, typed) = context.services.shop, pieces(context, 2)
    order = await context.services.store.orders.order(MerchantOrderNo(number))
    charge = order.quote.charge if order else None
    seen = _money(charge, typed) if charge else None
    if shop is None or order is None or seen is None:
        return _gone(context)
    take_in_hand(context, order.order_no)
    try:
        await shop.write_off(context.session.user_id, order.order_no, seen, _REASON)
    except (NothingOpen, LedgerError, OrderMoved):
        context.flash("case.amount_moved")
    else:
        context.flash("case.let_off", amount=context.t.amount(seen))
    return Step.CASE


@for_operators
async def take_back(_: Update, context: Context) -> Reply:
    """Ask whether a booking of money was a mistake; what it means is said first."""
    t, shop, (number, mark) = context.t, context.services.shop, pieces(context, 2)
    found = await _booked(context, number, mark)
    if shop is None or found is None:
        return _gone(context)
    order, operation = found
    paid_there = any(was_paid(part) for part in order.parts)
    waived = operation.kind is Kind.WRITE_OFF
    text = paragraphs(
        t(
            "case.take_back_waived" if waived else "case.take_back_ask",
            amount=t.priced(None).amount(amount_of(operation)),
            number=order.order_no,
            time=t.moment(operation.at),
        ),
        t("case.take_back_paid_there") if paid_there else None,
    )
    yes = Button(t("case.take_back_yes_button"), "take_back_yes", context.arg, standing=True)
    back = Button(t("case.back_button"), "case", order.order_no, standing=True)
    return Overlay(Screen(text, row(back) + row(yes)))


@for_operators
async def take_back_yes(_: Update, context: Context) -> Reply:
    """Reverse the booking; the customer is told, and the books keep both."""
    shop, (number, mark) = context.services.shop, pieces(context, 2)
    found = await _booked(context, number, mark)
    if shop is None:
        return _gone(context)
    if found is None:
        context.flash("case.not_booked")
        return await _open(context, number, anew=False)
    order, operation = found
    take_in_hand(context, order.order_no)
    me = context.session.user_id
    try:
        await shop.take_back(me, order.order_no, operation.key, _MISTAKE)
    except (LedgerError, OrderMoved):
        context.flash("case.not_booked")
    else:
        amount = context.t.priced(None).amount(amount_of(operation))
        waived = operation.kind is Kind.WRITE_OFF
        context.flash("case.waived_no_more" if waived else "case.taken_back", amount=amount)
    return Step.CASE


async def _booked(context: Context, number: str, mark: str) -> tuple[Order, Operation] | None:
    """Return the booking that a button stands for, if it was not taken back yet."""
    shop, order = context.services.shop, await _order(context, number)
    money = await shop.money_of(order) if shop and order else None
    moved = money.moved if money else ()
    operation = next((each for each in moved if mark_of(each) == mark), None)
    return (order, operation) if order is not None and operation is not None else None


@for_operators
async def link(_: Update, context: Context) -> Reply:
    """The link to pay 1688, for whoever is logged in there as the buyer; not before it is paid."""
    shop, order = context.services.shop, await _order(context, context.arg)
    if shop is None or order is None:
        return _gone(context)
    if not await shop.may_pay_there(order):
        context.flash("case.not_covered")
        return Step.CASE
    t = context.t
    try:
        found = await context.services.payments.link(order)
    except MarketplaceError as error:
        context.flash(failure_key(error))
        return Step.CASE
    back = row(Button(t("case.back_button"), "case", order.order_no, standing=True))
    if found is None:
        return Overlay(Screen(t("payment.nothing_to_pay"), back))
    go = row(Button(t("case.open_link_button"), url=found.url))
    return Overlay(Screen(t("case.link", number=order.order_no), go + back))


async def _receive(context: Context, shop: Shop, order: Order, amount: Money, key: str) -> None:
    try:
        await shop.receive(context.session.user_id, order.order_no, amount, key)
    except (LedgerError, OrderMoved):
        context.flash("case.not_booked")
    else:
        context.flash("case.booked", amount=context.t.amount(amount))


async def _refund(context: Context, shop: Shop, order: Order, amount: Money, key: str) -> None:
    try:
        await shop.refund(context.session.user_id, order.order_no, amount, key)
    except (LedgerError, OrderMoved):
        context.flash("case.refund_too_much")
    else:
        context.flash("case.refund_booked", amount=context.t.amount(amount))


async def _order(context: Context, order_no: str) -> Order | None:
    """Return an order that was made in a shop, whoever it belongs to."""
    order = await context.services.store.orders.order(MerchantOrderNo(order_no))
    return order if order is not None and order.quote.charge is not None else None


async def _proof(context: Context, proof_id: int | None) -> tuple[ProofId, Order] | None:
    shop = context.services.shop
    proof = await shop.proof(ProofId(proof_id)) if shop and proof_id is not None else None
    order = await _order(context, proof.order_no) if proof else None
    return (proof.proof_id, order) if proof and order else None


def _money(charge: Charge, typed: str) -> Money | None:
    """Return the amount that a button of ours carries; None for one that never was."""
    try:
        return charge.due.of(from_base36(typed))
    except (BadButton, ValueError):
        return None


def _name(update: Update) -> str:
    """How the other operators know who decided."""
    user = update.effective_user
    return cut(user.full_name, _NAME) if user else ""
