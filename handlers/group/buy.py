"""A group buy's page: where it stands, one's own part of it, and for its organiser what is next."""

import html

from telegram import Update

from bot.chat.buttons import natural
from bot.chat.context import Context, Overlay, Reply
from bot.chat.screens import Button, Rows, Screen, grid, lines, paragraphs, row
from bot.chat.texts import Html, Texts, cut
from bot.domain.asking import BuyAsked, JoinOpen
from bot.domain.collecting import LONGEST_PROOF, ProofKind
from bot.domain.group_buys.buys import BuyState, GroupBuy
from bot.domain.group_buys.claims import ClaimState, DisputeState
from bot.domain.group_buys.confirming import freight_asked
from bot.domain.group_buys.counting import offered_instead
from bot.domain.group_buys.showing import Card
from bot.domain.identifiers import BuyId
from bot.domain.sessions import Step
from bot.domain.writes import ShowBuy
from bot.telegram.newer import Style
from handlers.always import anywhere
from handlers.finding import search
from handlers.group import (
    banning,
    complaining,
    counting,
    receiving,
    running,
    selling,
    settling,
    taking_part,
)
from handlers.group.buy_acting import returning, seen
from handlers.group.buy_asked import asked, dispute_lines
from handlers.group.buy_organising import ending_rows, organiser_rows, organiser_text
from handlers.group.buy_view import HAS_MONEY, BuyView, claims_on_page, load, places
from handlers.group.buy_words import claim_lines, priced, progress_line, state_line, state_word
from handlers.group.buy_words import variant_name as named_variant
from handlers.group.terms_words import buy_title, offers

__all__ = ["load", "screen"]

_LISTED = 20
_DETAILED = 8
_RECENT = 5
_OPEN = {BuyState.OPEN, BuyState.PAUSED}
_MAY_COMPLAIN = {BuyState.ARRIVED, BuyState.HANDING_OUT, BuyState.SETTLING}


def screen(view: BuyView) -> Screen:
    """Show where the buy stands and what can be done about it."""
    asking, buy = view.session.focus.asking, view.buy
    leave_ = row(Button(view.t("buy.leave_button"), "leave"))
    if buy is None or not isinstance(asking, BuyAsked):
        return Screen(paragraphs(view.flash, view.t("buy.gone")), leave_)
    t = priced(view.t, buy.terms)
    if asking.what:
        return asked(view, t, buy, asking)
    head = paragraphs(
        t("buy.card_title", title=buy_title(t, buy.terms)),
        offers(t, buy.terms, view.progress) if buy.state in _OPEN else None,
        lines(progress_line(t, buy, view.progress), state_line(t, buy)),
    )
    parts = [_member_text(view, t, buy)]
    rows = _member_rows(view, t, buy)
    if view.organises:
        parts = [organiser_text(view, t, buy), *parts]
        rows = organiser_rows(view, t, buy) + rows
    rows += row(Button(t("joining.terms_button"), "ask", "terms"))
    rows += ending_rows(t, buy) if view.organises else ()
    return Screen(paragraphs(view.flash, head, *parts), rows + leave_)


def _member_text(view: BuyView, t: Texts, buy: GroupBuy) -> Html | None:
    """One's own claims, what they cost and what is still to be paid."""
    me = view.session.user_id
    mine = buy.claims_of(me)
    if not mine:
        return None
    told = [t("buy.yours"), claim_lines(t, buy, claims_on_page(view, mine)[0], len(mine))]
    share = buy.share_of(me)
    if buy.bill is not None and share.pieces:
        told.append(
            t(
                "buy.your_share" if share.fee else "buy.your_share_no_fee",
                goods=t.money(share.goods),
                freight=t.money(share.freight),
                fee=t.money(share.fee),
                total=t.amount(buy.terms.rate.convert(share.goods + share.freight + share.fee)),
            )
        )
        told += [t("buy.your_abroad", amount=t.money(share.abroad))] if share.abroad else []
        told += [t("buy.your_allowed", amount=t.money(share.allowed))] if share.allowed else []
    if me == buy.organiser:
        return lines(*told)
    told += _balance_lines(view, t, buy)
    if buy.quote is not None and not buy.terms.is_fixed and buy.state in HAS_MONEY:
        # What the complaints ask for: whoever pays cost sees what it cost.
        quote = buy.quote
        told.append(t("buy.cost_proof", goods=t.yuan(quote.goods), total=t.yuan(quote.total)))
    if me in buy.asked and buy.answer_before is not None:
        told.append(t("buy.asked", moment=t.moment(buy.answer_before)))
        if not buy.terms.is_fixed:
            told.append(t("buy.asked_freight", most=t.money(freight_asked(buy, me))))
    if buy.state in {BuyState.ARRIVED, BuyState.HANDING_OUT} and buy.terms.handout:
        told.append(t("buy.handout_line", text=buy.terms.handout))
    if offered_instead(buy, me):
        told.append(t("buy.instead_explained"))
    complaint = dispute_lines(t, mine)
    return lines(*told, *([complaint] if complaint else []))


def _balance_lines(view: BuyView, t: Texts, buy: GroupBuy) -> list[Html]:
    if buy.state not in HAS_MONEY:
        return []
    me = view.session.user_id
    account = view.books.account_of(buy.account_of(me), buy.terms.rate.currency)
    if account.balance.units < 0:
        return [t("buy.owed_to_you", amount=t.amount(-account.balance))]
    if not account.balance.units:
        return []
    told = [t("buy.to_pay", amount=t.amount(account.balance), code=buy.account_of(me))]
    how = buy.terms.payment_for(t.language)
    told += [t("buy.payment_line", text=how)] if how else []
    if buy.pay_before is not None and buy.state is BuyState.COLLECTING:
        told.append(t("buy.pay_before", moment=t.moment(buy.pay_before)))
    return told


def _member_rows(view: BuyView, t: Texts, buy: GroupBuy) -> Rows:
    me = view.session.user_id
    mine, rows = buy.claims_of(me), _agreeing(view, t, buy)
    if buy.state is BuyState.OPEN:
        rows += row(Button(t("buy.join_more_button" if mine else "buy.join_too_button"), "more"))
    shown, turning = claims_on_page(view, mine)
    for each in shown:
        if each.state in {ClaimState.HELD, ClaimState.WAITING} and buy.state in _OPEN:
            named = named_variant(t, buy, buy.terms.variant(each.spec_id))
            label = html.unescape(t("buy.change_button", variant=named))
            rows += row(Button(cut(label, 60), "change", str(each.number)))
    rows += turning + counting.instead_rows(t, buy, me)
    if me != buy.organiser and _may_prove(view, buy):
        due = buy.state is BuyState.COLLECTING and any(e.state is ClaimState.DUE for e in mine)
        give_up = Button(t("buy.give_up_button"), "ask", "give_up") if due else None
        sent = any(each.state is ClaimState.PROOF for each in mine)
        again = t("buy.proof_again_button" if sent else "buy.paid_button")
        rows += row(Button(again, "ask", "proof"), give_up)
    got = [each for each in mine if each.state in {ClaimState.ARRIVED, ClaimState.HANDED}]
    complaint = next((each.dispute for each in mine if each.dispute and each.dispute.is_open), None)
    if complaint is not None and complaint.state is DisputeState.ANSWERED:
        rows += row(
            Button(t("buy.dispute_fine_button"), "fine"),
            Button(t("buy.dispute_raise_button"), "raise"),
        )
    elif got and complaint is None and buy.state in _MAY_COMPLAIN and me != buy.organiser:
        rows += row(Button(t("buy.dispute_button"), "ask", "dispute"))
    return rows


def _agreeing(view: BuyView, t: Texts, buy: GroupBuy) -> Rows:
    me = view.session.user_id
    rows: Rows = ()
    if me in buy.asked:
        rows += row(
            Button(t("buy.agree_button"), "agree"),
            Button(t("buy.decline_button"), "ask", "decline"),
        )
    if buy.state in _OPEN and any(
        each.renew and each.state in {ClaimState.HELD, ClaimState.WAITING}
        for each in buy.claims_of(me)
    ):
        renew = Button(t("buy.renew_button"), "renew", str(buy.terms.number), style=Style.PRIMARY)
        rows += row(renew)
    return rows


def _may_prove(view: BuyView, buy: GroupBuy) -> bool:
    me = view.session.user_id
    if buy.state is BuyState.COLLECTING:
        payable = {ClaimState.DUE, ClaimState.PROOF}
        return any(each.state in payable for each in buy.claims_of(me))
    account = view.books.account_of(buy.account_of(me), buy.terms.rate.currency)
    return buy.state in HAS_MONEY and account.balance.units > 0


async def open_(_: Update, context: Context) -> Reply:
    """Open a buy by the number that a button names."""
    number = natural(context.arg)
    if context.session.step is Step.PLACING or number is None:
        context.flash("placing.wait")
        return None
    return await _to(context, BuyId(number))


async def mine(update: Update, context: Context) -> Reply:
    """`/buys`: what the person runs or has joined: own lines, money and state, newest first."""
    if context.services.groups is None:
        return await anywhere.unknown_command(update, context)
    buys, me, t = context.services.store.group_buys, context.session.user_id, context.t
    found = {each.buy_id: each for each in await buys.buys_of(me, _LISTED)}
    found |= {each.buy_id: each for each in await buys.joined_by(me, _LISTED)}
    if not found:
        return Overlay(Screen(t("buy.none")))
    listed = sorted(found.items(), reverse=True)[:_LISTED]
    told = [await _in_list(context, each) for _, each in listed[:_DETAILED]]
    buttons = [
        Button(
            cut(f"{state_word(t, each)} · {buy_title(t, each.terms)}", 60),
            "buy",
            str(number),
            standing=True,
        )
        for number, each in listed
    ]
    return Overlay(Screen(paragraphs(t("buy.list_title"), *told), grid(buttons, 1)))


async def _in_list(context: Context, buy: GroupBuy) -> Html:
    """Say of one buy what the person has in it, and what is still to be paid."""
    me, t = context.session.user_id, priced(context.t, buy.terms)
    mine_ = buy.claims_of(me)
    money = None
    if mine_ and buy.state in HAS_MONEY and me != buy.organiser:
        books = await context.services.store.group_buys.books_of_buy(buy.buy_id)
        balance = books.account_of(buy.account_of(me), buy.terms.rate.currency).balance
        if balance.units > 0:
            code = buy.account_of(me)
            money = t("buy.to_pay", amount=t.amount(balance), code=code)
        elif balance.units < 0:
            money = t("buy.owed_to_you", amount=t.amount(-balance))
    return lines(
        t("buy.list_line", title=buy_title(t, buy.terms), state=Html(state_word(t, buy))),
        t("buy.you_organise") if me == buy.organiser else None,
        claim_lines(t, buy, mine_[-_RECENT:], len(mine_)) if mine_ else None,
        money,
    )


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
    found = await places(context.session, context.services)
    place = next((each for each in found if str(each.chat_id) == context.arg), None)
    if buy is None or buy.organiser != context.session.user_id or place is None:
        context.flash("buy.place_gone")
        return None
    language = context.session.language
    card = Card(buy_id=buy.buy_id, chat_id=place.chat_id, message_id=0, language=language)
    context.write(ShowBuy(card))
    context.flash("buy.being_posted", place=place.title)
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
    """Ask for what the next text says, or show what stands beside the page."""
    asking = context.session.focus.asking
    if isinstance(asking, BuyAsked):
        context.focus(asking=asking.replace(what=context.arg), page=0)
    return None


async def about(_: Update, context: Context) -> Reply:
    """Show one member or claim, or ask about it: what, is the button's own name."""
    asking, what = context.session.focus.asking, context.press.action if context.press else ""
    if isinstance(asking, BuyAsked):
        context.focus(asking=asking.replace(what=what, about=natural(context.arg) or 0))
    return None


async def count(_: Update, context: Context) -> Reply:
    """Choose the variant that the next number counts."""
    asking = context.session.focus.asking
    if isinstance(asking, BuyAsked):
        context.focus(asking=asking.replace(about=natural(context.arg) or 0))
    return None


_READERS = {
    "received": receiving.amount_typed,
    "write_off": receiving.reason_typed,
    "remove": running.removed_typed,
    "ban": banning.ban_typed,
    "abroad": settling.abroad_typed,
    "seller_refunded": settling.refund_typed,
    "sold": settling.sold_typed,
    "sell": selling.sale_typed,
    "allow": complaining.allowance_typed,
    "answer": complaining.answer_typed,
    "dispute": complaining.complaint_typed,
    "fewer": taking_part.fewer_typed,
    "limit": taking_part.limit_typed,
}


_ASKS_NOTHING = {"", "people", "bans", "member", "terms", "bookings"}


async def text(update: Update, context: Context) -> Reply:
    """Read what was asked for: an amount, a count, a transfer's number, a reason.

    On the page itself, and where something is only listed, nothing is asked for: words are looked
    for as anywhere. A bare number is not, which somebody may mean as an amount.
    """
    message = update.effective_message
    typed = ((message.text if message else None) or "").strip()
    asking = context.session.focus.asking
    if not isinstance(asking, BuyAsked) or message is None:
        return None
    if asking.what == "count" and asking.about:
        return await counting.count_typed(context, asking, typed)
    if asking.what == "proof":
        sent = cut(typed, LONGEST_PROOF)
        return await taking_part.prove(context, message, ProofKind.TEXT, text=sent)
    if asking.what in _ASKS_NOTHING and any(each.isalpha() for each in typed):
        return await search.words(update, context)
    reader = _READERS.get(asking.what)
    if reader is None or not typed:
        context.flash("buy.use_buttons")
        return None
    return await reader(context, asking, cut(typed, LONGEST_PROOF))
