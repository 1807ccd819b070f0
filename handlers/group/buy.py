"""A group buy as its organiser runs it, and as a member sees their own part of it."""

import html
from collections.abc import Iterable
from dataclasses import dataclass, field

from telegram import Update

from bot.chat.buttons import natural
from bot.chat.context import Context, Overlay, Reply
from bot.chat.screens import Button, Rows, Screen, View, grid, lines, page_of, paragraphs, row
from bot.chat.texts import Html, Texts, cut
from bot.chat.units import counted
from bot.domain.asking import BuyAsked, JoinOpen
from bot.domain.collecting import LONGEST_PROOF, ProofKind
from bot.domain.currencies import Money
from bot.domain.group_buys import closing, fulfilling
from bot.domain.group_buys.bills import people_of, pieces_by_variant
from bot.domain.group_buys.buys import (
    ENDED,
    BuyId,
    BuyState,
    Card,
    GroupBuy,
    Progress,
)
from bot.domain.group_buys.claims import ClaimState
from bot.domain.identifiers import UserId
from bot.domain.ledger import Books
from bot.domain.posts import PostPlace
from bot.domain.sessions import Session, Step
from bot.domain.writes import ShowBuy
from bot.services.bundle import Services
from bot.telegram.newer import Style
from handlers.always import anywhere
from handlers.group.buy_acting import claims_about, returning, seen
from handlers.group.buy_card import join_link
from handlers.group.buy_words import (
    claim_line,
    priced,
    progress_line,
    state_line,
    state_word,
    steps,
    title,
    variant_name,
)
from handlers.group.running import amount_typed, count_typed, reason_typed
from handlers.group.taking_part import prove

_PAGE = 8


_LISTED = 20


_PLACES = 6


_NAME = 24


_HAS_MONEY = frozenset(BuyState) - {
    BuyState.DRAFT,
    BuyState.OPEN,
    BuyState.PAUSED,
    BuyState.LOCKED,
    BuyState.CONFIRMING,
}


_MAY_CANCEL = {
    BuyState.OPEN,
    BuyState.PAUSED,
    BuyState.LOCKED,
    BuyState.CONFIRMING,
    BuyState.COLLECTING,
}


_ASKS = {
    "received": "buy.ask_received",
    "proof": "buy.ask_proof",
    "count": "buy.ask_count",
    "write_off": "buy.ask_reason",
}


@dataclass(frozen=True, slots=True)
class BuyView(View):
    """A buy and its books as the viewer may see them; None when it is gone or not theirs."""

    buy: GroupBuy | None = None
    books: Books = field(default_factory=Books)
    progress: Progress = field(default_factory=Progress)
    username: str = ""
    places: tuple[PostPlace, ...] = ()
    cards: tuple[Card, ...] = ()

    @property
    def organises(self) -> bool:
        """Tell whether the viewer runs the buy."""
        return self.buy is not None and self.buy.organiser == self.session.user_id


async def load(session: Session, services: Services) -> BuyView:
    """Load the buy: all of it for its organiser, for a member their own claims."""
    buy, books = await seen(session, services)
    face = services.face()
    organises = buy is not None and buy.organiser == session.user_id
    return await BuyView.of(
        session,
        services,
        buy=buy,
        books=books,
        progress=await services.store.group_buys.progress(buy.buy_id) if buy else Progress(),
        username=face.username if face else "",
        places=tuple(await _places(session, services)) if organises else (),
        cards=tuple(await services.store.group_buys.cards_of(buy.buy_id)) if buy else (),
    )


async def _places(session: Session, services: Services) -> list[PostPlace]:
    """Return where a buy may be posted: where its organiser let the bot, or operators did."""
    places, me = await services.store.posts.post_places(), session.user_id
    operators = services.access.is_operator
    return [
        each for each in places if each.let_by == me or (operators(me) and operators(each.let_by))
    ]


def screen(view: BuyView) -> Screen:
    """Show where the buy stands and what can be done about it."""
    asking, buy = view.session.focus.asking, view.buy
    leave = row(Button(view.t("buy.leave_button"), "leave"))
    if buy is None or not isinstance(asking, BuyAsked):
        return Screen(paragraphs(view.flash, view.t("buy.gone")), leave)
    t = priced(view.t, buy.terms)
    if asking.what:
        return _asked(view, t, buy, asking)
    head = paragraphs(
        t("buy.card_title", title=title(t, buy.terms.goods)),
        steps(t, buy.terms.goods, view.progress.total) if buy.state in _MAY_CANCEL else None,
        lines(progress_line(t, buy, view.progress), state_line(t, buy)),
    )
    parts = [_member_text(view, t, buy)]
    rows = _member_rows(view, t, buy)
    if view.organises:
        parts = [_organiser_text(view, t, buy), *parts]
        rows = _organiser_rows(view, t, buy) + rows
    return Screen(paragraphs(view.flash, head, *parts), rows + leave)


def _member_text(view: BuyView, t: Texts, buy: GroupBuy) -> Html | None:
    """One's own claims, what they cost and what is still to be paid."""
    me = view.session.user_id
    mine = buy.claims_of(me)
    if not mine:
        return None
    told = [t("buy.yours"), *(claim_line(t, buy, each) for each in mine)]
    share, currency = buy.share_of(me), buy.terms.rate.currency
    if buy.bill is not None and share.pieces:
        told.append(
            t(
                "buy.your_share",
                goods=t.money(share.goods),
                freight=t.money(share.freight),
                fee=t.money(share.fee),
                total=t.amount(buy.terms.rate.convert(share.total)),
            )
        )
    if me == buy.organiser:
        return lines(*told)
    account = view.books.account_of(buy.account_of(me), currency)
    if buy.state in _HAS_MONEY:
        if account.balance.units > 0:
            told.append(t("buy.to_pay", amount=t.amount(account.balance), code=buy.account_of(me)))
            told += [t("buy.payment_line", text=buy.terms.payment)] if buy.terms.payment else []
            if buy.pay_before is not None:
                told.append(t("buy.pay_before", moment=t.moment(buy.pay_before)))
        elif account.balance.units < 0:
            told.append(t("buy.owed_to_you", amount=t.amount(-account.balance)))
    if me in buy.asked and buy.answer_before is not None:
        told.append(t("buy.asked", moment=t.moment(buy.answer_before)))
    if buy.state is BuyState.ARRIVED and buy.terms.handout:
        told.append(t("buy.handout_line", text=buy.terms.handout))
    return lines(*told)


def _member_rows(view: BuyView, t: Texts, buy: GroupBuy) -> Rows:
    me = view.session.user_id
    rows: Rows = ()
    if buy.state is BuyState.OPEN:
        rows += row(Button(t("buy.join_more_button"), "more"))
    for each in buy.claims_of(me):
        free = each.state in {ClaimState.HELD, ClaimState.WAITING}
        if free and buy.state in {BuyState.OPEN, BuyState.PAUSED}:
            named = variant_name(t, buy, buy.terms.variant(each.spec_id))
            label = html.unescape(t("buy.withdraw_button", variant=named))
            rows += row(Button(cut(label, 60), "withdraw", str(each.number)))
    if me in buy.asked:
        rows += row(
            Button(t("buy.agree_button"), "agree"), Button(t("buy.decline_button"), "disagree")
        )
    payable = {ClaimState.DUE, ClaimState.PROOF}
    if me != buy.organiser and any(each.state in payable for each in buy.claims_of(me)):
        rows += row(Button(t("buy.paid_button"), "ask", "proof"))
    return rows


def _organiser_text(view: BuyView, t: Texts, buy: GroupBuy) -> Html | None:
    goods, parts = buy.terms.goods, []
    if buy.state is BuyState.LOCKED and (missing := closing.short_of_minimum(buy)):
        parts.append(t("buy.missing", pieces=counted(t, missing, goods.unit)))
    if buy.state is BuyState.OPEN and not view.places:
        parts.append(t("buy.no_places"))
    if buy.asked:
        parts.append(t("buy.waits_for", count=len(buy.asked)))
    if buy.state is BuyState.COLLECTING and buy.bill is not None:
        owing = [user for user in buy.members if not _covered(view, buy, user)]
        parts.append(t("buy.waits_for_money", count=len(owing)))
    if buy.bill is not None and buy.state in _HAS_MONEY:
        parts.append(t("buy.order_total", total=t.yuan(buy.bill.total)))
        if buy.bill.borne:
            parts.append(t("buy.borne", amount=t.yuan(buy.bill.borne)))
    if buy.state in {BuyState.SETTLING, BuyState.CANCELLING}:
        open_ = fulfilling.open_balances(buy, view.books)
        parts.append(t("buy.open_balances", count=len(open_)))
    return lines(*parts) if parts else None


def _organiser_rows(view: BuyView, t: Texts, buy: GroupBuy) -> Rows:
    rows = _rows_before_the_order(view, t, buy) + _rows_after_the_order(view, t, buy)
    if buy.state in _HAS_MONEY and buy.state not in ENDED | {BuyState.CANCELLING}:
        rows += row(
            Button(t("buy.packing_button"), "sheet", "packing"),
            Button(t("buy.money_button"), "sheet", "money"),
        )
    if buy.state in _MAY_CANCEL:
        rows += row(Button(t("buy.cancel_button"), "ask", "cancel"))
    return rows


def _rows_before_the_order(  # noqa: PLR0911 - one a state
    view: BuyView, t: Texts, buy: GroupBuy
) -> Rows:
    match buy.state:
        case BuyState.OPEN:
            link = Button(t("buy.link_button"), copy=join_link(view.username, buy))
            lock = Button(t("buy.lock_button"), "lock")
            pause_ = Button(t("buy.pause_button"), "pause")
            return row(link) + _posting(view, t) + row(lock, pause_)
        case BuyState.PAUSED:
            lock = Button(t("buy.lock_button"), "lock")
            return row(Button(t("buy.resume_button"), "resume"), lock)
        case BuyState.LOCKED if missing := closing.short_of_minimum(buy):
            pieces = counted(t, missing, buy.terms.goods.unit)
            return row(Button(html.unescape(t("buy.top_up_button", pieces=pieces)), "top_up"))
        case BuyState.COLLECTING:
            rows = _people(view, t, buy, _waiting_for_money(view, buy))
            if any(each.state is ClaimState.DUE for each in buy.taken):
                return rows + row(Button(t("buy.leave_out_button"), "leave_out"))
            if all(each.state is ClaimState.PAID for each in buy.taken):
                return rows + row(Button(t("buy.prepare_button"), "prepare", style=Style.PRIMARY))
            return rows
    return ()


def _posting(view: BuyView, t: Texts) -> Rows:
    """One button for each chat that a card may stand in; where one does, it is drawn anew."""
    there = {each.chat_id for each in view.cards}
    rows: Rows = ()
    for place in view.places[:_PLACES]:
        key = "buy.posted_button" if place.chat_id in there else "buy.post_button"
        label = html.unescape(t(key, place=cut(place.title, _NAME)))
        rows += row(Button(label, "show", str(place.chat_id)))
    return rows


def _rows_after_the_order(view: BuyView, t: Texts, buy: GroupBuy) -> Rows:
    rows: Rows = ()
    if buy.order_no is not None:
        rows += row(Button(t("buy.order_button"), "card", buy.order_no, standing=True))
    match buy.state:
        case BuyState.BOUGHT | BuyState.SHIPPED:
            rows += row(Button(t("buy.all_came_button"), "arrive"))
            rows += row(Button(t("buy.some_missing_button"), "ask", "count"))
        case BuyState.ARRIVED | BuyState.HANDING_OUT:
            waiting = fulfilling.to_hand_out(buy)
            rows += _people(view, t, buy, waiting, "hand")
            if not waiting:
                rows += row(Button(t("buy.settle_button"), "settle"))
        case BuyState.SETTLING | BuyState.CANCELLING:
            open_ = fulfilling.open_balances(buy, view.books)
            rows += _people(view, t, buy, open_)
            if buy.state is BuyState.SETTLING and not open_:
                rows += row(Button(t("buy.close_button"), "close"))
    return rows


def _people(
    view: BuyView, t: Texts, buy: GroupBuy, people: Iterable[UserId], action: str = "member"
) -> Rows:
    """One button a person: the organiser knows them by name and by what is open."""
    named = list(people)
    shown, before, after = page_of(named, view.session.focus.page, _PAGE)
    buttons = []
    for user in shown:
        claims = buy.claims_of(user)
        label = claims[0].name or claims[0].username or buy.account_of(user)
        if action == "hand":
            pieces = sum(each.served for each in claims if each.state is ClaimState.ARRIVED)
            label = f"📦 {cut(label, _NAME)} · {pieces}"
        else:
            balance = _balance(view, buy, user)
            proof = any(each.state is ClaimState.PROOF for each in claims)
            mark = "🧾" if proof else "⏳"
            label = f"{mark} {cut(label, _NAME)} · {html.unescape(t.amount(balance))}"
        buttons.append(Button(label, action, str(claims[0].number)))
    turning = row(
        Button("◀️", "turn", str(view.session.focus.page - 1)) if before else None,
        Button("▶️", "turn", str(view.session.focus.page + 1)) if after else None,
    )
    return grid(buttons, 1) + turning


def _asked(view: BuyView, t: Texts, buy: GroupBuy, asking: BuyAsked) -> Screen:
    """Show one member's money, a count, the order to confirm, or a question."""
    back = row(Button(t("buy.back_button"), "back"))
    if asking.what == "member" and view.organises:
        return _member_money(view, t, buy, asking)
    if asking.what == "order" and view.organises:
        return _order_to_confirm(view, t, buy)
    if asking.what == "count" and view.organises:
        return _counting(view, t, buy, asking)
    if asking.what == "cancel" and view.organises:
        yes = row(Button(t("buy.cancel_yes_button"), "cancel_buy", style=Style.DANGER))
        return Screen(paragraphs(view.flash, t("buy.cancel_explained")), yes + back)
    key = _ASKS.get(asking.what, "buy.use_buttons")
    return Screen(paragraphs(view.flash, t(key)), back, asks=True)


def _member_money(view: BuyView, t: Texts, buy: GroupBuy, asking: BuyAsked) -> Screen:
    claims = claims_about(buy, asking.about)
    back = row(Button(t("buy.back_button"), "back"))
    if not claims:
        return Screen(paragraphs(view.flash, t("buy.gone")), back)
    user = claims[0].user_id
    balance = _balance(view, buy, user)
    proof = next((each.proof for each in claims if each.proof is not None), None)
    text = paragraphs(
        view.flash,
        t(
            "buy.member",
            name=claims[0].name or str(user),
            username=f"@{claims[0].username}" if claims[0].username else "",
            code=buy.account_of(user),
        ),
        lines(*(claim_line(t, buy, each) for each in claims)),
        t("buy.member_balance", amount=t.amount(balance)),
        t("buy.proof_seen_before") if proof and proof.seen_before else None,
        t("buy.proof_text", text=proof.text) if proof and proof.text else None,
    )
    rows: Rows = ()
    if balance.units > 0 and buy.state is not BuyState.CANCELLING:
        exact = html.unescape(t("buy.received_button", amount=t.amount(balance)))
        rows += row(Button(exact, "receive"))
        rows += row(Button(t("buy.other_amount_button"), "ask", "received"))
        if any(each.state is ClaimState.PROOF for each in claims):
            rows += row(Button(t("buy.nothing_came_button"), "nothing"))
    if balance.units < 0:
        back_sent = html.unescape(t("buy.sent_back_button", amount=t.amount(-balance)))
        rows += row(Button(back_sent, "send_back"))
    if balance and buy.state in {BuyState.SETTLING, BuyState.CANCELLING}:
        rows += row(Button(t("buy.write_off_button"), "ask", "write_off"))
    if proof is not None and proof.file_id:
        rows += row(Button(t("buy.see_proof_button"), "see"))
    return Screen(text, rows + back)


def _order_to_confirm(view: BuyView, t: Texts, buy: GroupBuy) -> Screen:
    back = row(Button(t("buy.back_button"), "back"))
    if buy.quote is None or buy.state is not BuyState.COLLECTING:
        return Screen(paragraphs(view.flash, t("buy.gone")), back)
    goods = buy.terms.goods
    ordered = pieces_by_variant(buy.taken)
    listed = [
        t(
            "buy.order_line",
            variant=variant_name(t, buy, each),
            pieces=counted(t, ordered[each.spec_id], goods.unit),
        )
        for each in goods.variants
        if each.spec_id in ordered
    ]
    text = paragraphs(
        view.flash,
        t("buy.order_title", number=len(buy.members)),
        lines(*listed[:25]),
        t("buy.borne", amount=t.yuan(buy.bill.borne)) if buy.bill and buy.bill.borne else None,
        t("buy.order_total", total=t.yuan(buy.quote.total)),
    )
    confirm = Button(
        t("buy.order_confirm_button"), "order", str(buy.quote.total), style=Style.SUCCESS
    )
    return Screen(text, row(confirm) + back)


def _counting(view: BuyView, t: Texts, buy: GroupBuy, asking: BuyAsked) -> Screen:
    ordered = pieces_by_variant(buy.taken)
    variants = [each for each in buy.terms.variants if each.spec_id in ordered]
    buttons = []
    for number, each in enumerate(variants):
        came = asking.counts.get(each.spec_id or "", ordered[each.spec_id])
        mark = "👉" if number + 1 == asking.about else "▫️"
        name = cut(variant_name(t, buy, each), 40)
        buttons.append(
            Button(f"{mark} {name}: {came} / {ordered[each.spec_id]}", "count", str(number + 1))
        )
    rows = grid(buttons, 1) + row(Button(t("buy.counted_button"), "arrive"))
    rows += row(Button(t("buy.back_button"), "back"))
    return Screen(paragraphs(view.flash, t("buy.ask_count")), rows)


async def open_(_: Update, context: Context) -> Reply:
    """Open a buy by the number that a button names."""
    number = natural(context.arg)
    if context.session.step is Step.PLACING or number is None:
        context.flash("placing.wait")
        return None
    return await _to(context, BuyId(number))


async def mine(update: Update, context: Context) -> Reply:
    """`/buys`: what the person runs or has joined, newest first, each a button."""
    if context.services.groups is None:
        return await anywhere.unknown_command(update, context)
    buys, me, t = context.services.store.group_buys, context.session.user_id, context.t
    found = {each.buy_id: each for each in await buys.buys_of(me, _LISTED)}
    found |= {each.buy_id: each for each in await buys.joined_by(me, _LISTED)}
    if not found:
        return Overlay(Screen(t("buy.none")))
    buttons = [
        Button(
            cut(f"{state_word(t, each)} · {title(t, each.terms.goods)}", 60),
            "buy",
            str(number),
            standing=True,
        )
        for number, each in sorted(found.items(), reverse=True)[:_LISTED]
    ]
    return Overlay(Screen(t("buy.list_title"), grid(buttons, 1)))


async def _to(context: Context, buy_id: BuyId) -> Reply:
    context.focus(asking=BuyAsked(buy_id=buy_id), return_to=returning(context), page=0)
    return Step.BUY


async def leave(_: Update, context: Context) -> Reply:
    """Back to where this interrupted."""
    step = context.session.focus.return_to
    context.focus(asking=None, return_to=None, page=0)
    return step or Step.START


async def show(_: Update, context: Context) -> Reply:
    """Have a card of the buy stand in a group or channel."""
    buy, _books = await seen(context.session, context.services)
    places = await _places(context.session, context.services)
    place = next((each for each in places if str(each.chat_id) == context.arg), None)
    if buy is None or buy.organiser != context.session.user_id or place is None:
        context.flash("buy.place_gone")
        return None
    language = context.session.language
    card = Card(buy_id=buy.buy_id, chat_id=place.chat_id, message_id=0, language=language)
    context.write(ShowBuy(card))
    context.flash("buy.being_posted", place=place.title)
    return None


async def turn(_: Update, context: Context) -> Reply:
    """Turn to another page of people."""
    context.focus(page=natural(context.arg) or 0)
    return None


async def more(_: Update, context: Context) -> Reply:
    """Join with another claim."""
    buy, _books = await seen(context.session, context.services)
    if buy is None:
        context.flash("buy.gone")
        return None
    context.focus(asking=JoinOpen(token=buy.token), page=0)
    return Step.JOINING


async def ask(_: Update, context: Context) -> Reply:
    """Ask for what the next text says."""
    asking = context.session.focus.asking
    if isinstance(asking, BuyAsked):
        context.focus(asking=asking.replace(what=context.arg))
    return None


async def member(_: Update, context: Context) -> Reply:
    """Show one member's money."""
    asking = context.session.focus.asking
    if isinstance(asking, BuyAsked):
        context.focus(asking=asking.replace(what="member", about=natural(context.arg) or 0))
    return None


async def count(_: Update, context: Context) -> Reply:
    """Choose the variant that the next number counts."""
    asking = context.session.focus.asking
    if isinstance(asking, BuyAsked):
        context.focus(asking=asking.replace(about=natural(context.arg) or 0))
    return None


def _balance(view: BuyView, buy: GroupBuy, user: UserId) -> Money:
    return view.books.account_of(buy.account_of(user), buy.terms.rate.currency).balance


def _covered(view: BuyView, buy: GroupBuy, user: UserId) -> bool:
    return user == buy.organiser or buy.covered(view.books, user)


def _waiting_for_money(view: BuyView, buy: GroupBuy) -> list[UserId]:
    """Return who has to pay, those who say that they did first; then who is owed something."""
    people = people_of(each for each in buy.claims if each.user_id != buy.organiser)
    open_ = [user for user in people if _balance(view, buy, user)]
    said = {each.user_id for each in buy.claims if each.state is ClaimState.PROOF}
    return sorted(open_, key=lambda user: user not in said)


async def text(update: Update, context: Context) -> Reply:
    """Read what was asked for: an amount, a count, a transfer's number, a reason."""
    message = update.effective_message
    typed = ((message.text if message else None) or "").strip()
    asking = context.session.focus.asking
    if not isinstance(asking, BuyAsked) or message is None:
        return None
    match asking.what:
        case "received":
            return await amount_typed(context, asking, typed)
        case "count" if asking.about:
            return await count_typed(context, asking, typed)
        case "write_off":
            return await reason_typed(context, asking, typed)
        case "proof":
            return await prove(context, message, ProofKind.TEXT, text=cut(typed, LONGEST_PROOF))
    context.flash("buy.use_buttons")
    return None
