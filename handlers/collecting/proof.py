"""The proof of a payment: a photo, a file or a number, on record for the operator to look at."""

from telegram import Document, Message, PhotoSize, Update

from bot.chat.context import QUIET, Context, Reply
from bot.chat.screens import Button, OrderView, Screen, paragraphs, row
from bot.chat.texts import cut
from bot.domain.collecting import (
    LARGEST_PROOF,
    LONGEST_PROOF,
    MOST_WAITING_PROOFS,
    NewProof,
    ProofKind,
    ProofState,
    payment_code,
)
from bot.domain.identifiers import MerchantOrderNo
from bot.domain.links import offer_in_link
from bot.domain.orders import Order, Placing
from bot.domain.sessions import Session, Step
from bot.domain.writes import SendProof
from bot.services.bundle import Services
from handlers.finding.search import is_rest_of_album, open_offer
from handlers.shared.in_hand import in_hand, take_in_hand
from handlers.shared.money_words import both_amounts
from handlers.shared.own_order import gone, order_of, own_order

_MEGABYTE = 1024 * 1024
_FILMS = ("video", "audio")
_SAID_BACK = 60


async def load(session: Session, services: Services) -> OrderView:
    """Load the order that is to be paid, with where its money is."""
    return await OrderView.of(session, services, order=await order_of(session, services))


def screen(view: OrderView) -> Screen:
    """Say what can be sent."""
    t, order = view.t, view.order
    rows = row(Button(t("proof.back_button"), "back"))
    if order is None or order.quote.charge is None:
        return Screen(paragraphs(view.flash, t("orders.gone")), rows)
    account = view.shop.account if view.shop else None
    open_ = account.balance if account and account.balance.units > 0 else None
    amount = t.amount(open_) if open_ else both_amounts(t, order.quote.charge)
    asked = t("proof.ask", number=order.order_no, amount=amount, code=payment_code(order.order_no))
    return Screen(paragraphs(view.flash, asked), rows)


async def prove(_: Update, context: Context) -> Reply:
    """`I have paid`: ask for a proof."""
    order = await _own(context, context.arg)
    if order is None:
        return gone(context)
    if context.session.step is Step.PLACING:
        context.flash("placing.wait")
        return None
    take_in_hand(context, order.order_no)
    return Step.PROOF


async def back(_update: Update, _context: Context) -> Reply:
    """Back to how to pay."""
    return Step.PAYMENT


async def photo(update: Update, context: Context) -> Reply:
    """A picture of the transfer; of an album each picture is a proof of its own."""
    message = update.effective_message
    if message is None:
        return QUIET
    size = max(message.photo, key=lambda each: each.width * each.height)
    return await _take(context, message, ProofKind.PHOTO, size)


async def document(update: Update, context: Context) -> Reply:
    """A file, such as a bank's receipt; a film or a sound proves nothing."""
    message = update.effective_message
    if message is None or message.document is None:
        return QUIET
    if (message.document.mime_type or "").partition("/")[0] in _FILMS:
        context.flash("proof.no_film")
        return None
    return await _take(context, message, ProofKind.FILE, message.document)


async def moving(update: Update, context: Context) -> Reply:
    """A film, a voice message, a sticker: say what can be a proof."""
    message = update.effective_message
    if message is not None and is_rest_of_album(message, context):
        return QUIET
    context.flash("proof.no_film")
    return None


async def text(update: Update, context: Context) -> Reply:
    """A transaction's number, or words about the transfer; a product's link opens it instead."""
    message = update.effective_message
    typed = (message.text if message else None) or ""
    if message is None or not typed.strip():
        return QUIET
    if (offer_id := offer_in_link(typed)) is not None:
        return await open_offer(context, offer_id)
    if len(typed) > LONGEST_PROOF:
        context.flash("proof.too_long", most=LONGEST_PROOF, length=len(typed))
        return None
    return await _take(context, message, ProofKind.TEXT, None)


async def _take(
    context: Context, message: Message, kind: ProofKind, file: PhotoSize | Document | None
) -> Reply:
    """Put a proof on record; that nothing is owed or the order was closed is said, not refused."""
    order = await _own(context, in_hand(context.session))
    if order is None:
        context.flash("orders.gone")
        return Step.START
    if file is not None and (file.file_size or 0) > LARGEST_PROOF:
        context.flash("proof.too_large", most=LARGEST_PROOF // _MEGABYTE)
        return None
    shop = context.services.shop
    proofs = await shop.proofs_of(order.order_no) if shop else []
    if sum(each.state is ProofState.WAITING for each in proofs) >= MOST_WAITING_PROOFS:
        context.flash("proof.too_many", count=MOST_WAITING_PROOFS)
        return Step.PAYMENT
    context.write(
        SendProof(
            NewProof(
                order_no=order.order_no,
                user_id=context.session.user_id,
                message_id=message.message_id,
                kind=kind,
                file_id=file.file_id if file else "",
                file_unique_id=file.file_unique_id if file else "",
                text=cut((message.text or message.caption or "").strip(), LONGEST_PROOF),
                sent_at=message.date,
            )
        )
    )
    if _is_closed(order):
        context.flash("proof.taken_closed")
    elif kind is ProofKind.TEXT:
        # Said back, so that a number with a slip is seen at once.
        context.flash("proof.taken_text", text=cut((message.text or "").strip(), _SAID_BACK))
    else:
        context.flash("proof.taken")
    # The other pictures of an album are proofs as well: they are awaited here.
    return Step.PROOF if message.media_group_id is not None else Step.PAYMENT


def _is_closed(order: Order) -> bool:
    return bool(order.parts) and not order.is_open


async def _own(context: Context, order_no: str) -> Order | None:
    """Return the person's own placed order, if it was made in a shop."""
    order = await own_order(context, MerchantOrderNo(order_no))
    if order is None or order.quote.charge is None:
        return None
    return order if order.placing is Placing.PLACED else None
