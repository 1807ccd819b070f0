"""What a group buy's page says to its organiser, and what can be done next."""

import html
from collections.abc import Iterable

from bot.chat.screens import Button, Rows, grid, lines, page_of, row
from bot.chat.texts import Html, Texts, cut
from bot.chat.units import counted
from bot.domain.currencies import Money
from bot.domain.group_buys import fulfilling, minimum
from bot.domain.group_buys.buys import ENDED, BuyState, GroupBuy
from bot.domain.group_buys.claims import ClaimState
from bot.domain.group_buys.disputes import open_disputes
from bot.domain.group_buys.parts import parts_of
from bot.domain.group_buys.receiving import said_to_be_paid
from bot.domain.identifiers import UserId
from bot.domain.splitting import MOST_IN_ORDER
from bot.telegram.newer import Style
from handlers.group.buy_card import join_link
from handlers.group.buy_view import (
    HAS_MONEY,
    MAY_CANCEL,
    BuyView,
    balance_of,
    waiting_for_money,
)
from handlers.group.counting import spare_text
from handlers.group.receiving import all_in_rows
from handlers.group.selling import sales_text, selling_row
from handlers.group.taking_back import bookings_row

_PAGE = 8
_PLACES = 6
_NAME = 24
_AFTER_BOUGHT = {
    BuyState.BOUGHT,
    BuyState.SHIPPED,
    BuyState.ARRIVED,
    BuyState.HANDING_OUT,
    BuyState.SETTLING,
}


def organiser_text(view: BuyView, t: Texts, buy: GroupBuy) -> Html | None:
    """Say what is missing, who is waited for, and what the order comes to."""
    parts = _waiting_text(view, t, buy)
    if buy.bill is not None and buy.bill.total and buy.state in HAS_MONEY:
        parts.append(t("buy.order_total", total=t.yuan(buy.bill.total)))
        if buy.bill.borne > 0:
            parts.append(t("buy.borne", amount=t.yuan(buy.bill.borne)))
        elif buy.bill.borne < 0:
            parts.append(t("buy.gained", amount=t.yuan(-buy.bill.borne)))
    if buy.state in {BuyState.BOUGHT, BuyState.SHIPPED}:
        parts.append(t("buy.with_the_seller"))
    if spare := spare_text(t, buy):
        parts.append(spare)
    if sold := sales_text(view, t, buy):
        parts.append(sold)
    if disputes := open_disputes(buy):
        parts.append(t("buy.disputes", count=len(disputes)))
    if buy.state in {BuyState.SETTLING, BuyState.CANCELLING}:
        open_ = fulfilling.open_balances(buy, view.books)
        done = buy.state is BuyState.SETTLING and not open_ and not disputes
        parts.append(t("buy.none_open") if done else t("buy.open_balances", count=len(open_)))
    return lines(*parts) if parts else None


def _waiting_text(view: BuyView, t: Texts, buy: GroupBuy) -> list[Html]:
    goods, parts = buy.terms.goods, []
    lacking = {BuyState.LOCKED: "buy.missing", BuyState.COLLECTING: "buy.missing_unpaid"}
    missing = minimum.short_of_minimum(buy) if buy.taken and buy.state in lacking else 0
    if missing:
        parts.append(t(lacking[buy.state], pieces=counted(t, missing, goods.unit)))
    if buy.state is BuyState.OPEN and not view.places:
        parts.append(t("buy.no_places"))
    if buy.asked:
        parts.append(t("buy.waits_for", count=len(buy.asked)))
    if buy.state in MAY_CANCEL and len(orders := parts_of(buy.taken, buy.terms)) > 1:
        variants = sum(map(len, orders))
        parts.append(
            t("buy.several_orders", variants=variants, count=len(orders), most=MOST_IN_ORDER)
        )
    if buy.lacking:
        parts.append(t("buy.lacking", count=len(buy.lacking)))
    if buy.unresolved:
        parts.append(t("buy.unresolved", count=len(buy.unresolved)))
    elif buy.state is BuyState.ORDERING and not buy.lacking:
        parts.append(t("buy.ordering_explained"))
    if buy.state is BuyState.COLLECTING and buy.bill is not None:
        parts += _collecting_text(view, t, buy)
    if buy.state in {BuyState.ARRIVED, BuyState.HANDING_OUT}:
        to_come = len(fulfilling.to_hand_out(buy))
        parts.append(t("buy.hand_out_hint", count=to_come) if to_come else t("buy.all_handed"))
    return parts


def _collecting_text(view: BuyView, t: Texts, buy: GroupBuy) -> list[Html]:
    """Say at a glance who owes what: what came in of how much, who said so, who is waited for."""
    if not buy.taken:
        return [t("buy.nobody_left")]
    members = [user for user in buy.members if user != buy.organiser]
    currency = buy.terms.rate.currency
    accounts = [view.books.account_of(buy.account_of(user), currency) for user in members]
    received = Money(currency=currency, units=sum(each.received.units for each in accounts))
    charged = Money(currency=currency, units=sum(each.charged.units for each in accounts))
    owing = [user for user in members if not buy.covered(view.books, user)]
    said = {each.user_id for each in buy.taken if each.state is ClaimState.PROOF}
    told = [t("buy.waits_for_money", count=len(owing)) if owing else t("buy.all_have_paid")]
    if said:
        told.append(t("buy.said_to_have_paid", count=len(said)))
    told.append(t("buy.collected", received=t.amount(received), charged=t.amount(charged)))
    if owing and buy.pay_before is not None:
        told.append(t("buy.left_out_then", moment=t.moment(buy.pay_before)))
    return told


def organiser_rows(view: BuyView, t: Texts, buy: GroupBuy) -> Rows:
    """Offer what comes next first, then what may be needed, then what ends the buy."""
    rows = _rows_before_the_order(view, t, buy) + _rows_after_the_order(view, t, buy)
    people = Button(t("buy.people_button", count=len(buy.members)), "ask", "people")
    if buy.claims and buy.state is not BuyState.CANCELLED:
        rows += row(people)
    if buy.state in _AFTER_BOUGHT and buy.bill is not None:
        second = Button(t("buy.abroad_button"), "ask", "abroad")
        refunded = Button(t("buy.seller_refunded_button"), "ask", "seller_refunded")
        charges = buy.terms.abroad_each and buy.state is not BuyState.SETTLING
        rows += row(second if charges else None, refunded) + selling_row(view, t, buy)
    if buy.state in HAS_MONEY and buy.state is not BuyState.CANCELLING:
        rows += row(
            Button(t("buy.packing_button"), "sheet", "packing"),
            Button(t("buy.money_button"), "sheet", "money"),
        )
    rows += bookings_row(view, t)
    if buy.state in _AFTER_BOUGHT:
        rows += row(
            Button(t("buy.words_button"), "words", "packing"),
            Button(t("buy.labels_button"), "sheet", "labels"),
        )
    if buy.state in {*MAY_CANCEL, *ENDED} and buy.state is not BuyState.COLLECTING:
        rows += row(Button(t("buy.repeat_button"), "repeat"))
    return rows


def ending_rows(t: Texts, buy: GroupBuy) -> Rows:
    """What ends the buy for everybody stands apart from what is pressed every day."""
    if buy.state not in MAY_CANCEL:
        return ()
    return row(Button(t("buy.cancel_button"), "ask", "cancel", style=Style.DANGER))


def _rows_before_the_order(  # noqa: PLR0911 - one a state
    view: BuyView, t: Texts, buy: GroupBuy
) -> Rows:
    change = Button(t("buy.change_terms_button"), "terms")
    match buy.state:
        case BuyState.OPEN:
            link = Button(t("buy.link_button"), copy=join_link(view.username, buy))
            share = Button(t("buy.share_button"), "words", "share")
            lock = Button(t("buy.lock_button"), "ask", "lock")
            pause_ = Button(t("buy.pause_button"), "pause")
            return row(link, share) + _posting(view, t) + row(lock, pause_) + row(change)
        case BuyState.PAUSED:
            lock = Button(t("buy.lock_button"), "ask", "lock")
            return row(Button(t("buy.resume_button"), "resume"), lock) + row(change)
        case BuyState.LOCKED if minimum.short_of_minimum(buy):
            return _top_up(t, buy)
        case BuyState.COLLECTING:
            rows = all_in_rows(view, t, buy)
            rows += people_rows(view, t, buy, waiting_for_money(view, buy))
            if any(each.state is ClaimState.DUE for each in buy.taken):
                rows += row(Button(t("buy.remind_button"), "remind"))
                # While the time that they were promised runs, nobody can be left out.
                if buy.pay_before is None:
                    rows += row(Button(t("buy.leave_out_button"), "ask", "leave_out"))
                return rows
            if buy.taken and minimum.short_of_minimum(buy):
                return rows + _top_up(t, buy)
            if buy.taken and all(each.state is ClaimState.PAID for each in buy.taken):
                return rows + row(Button(t("buy.prepare_button"), "prepare", style=Style.PRIMARY))
            return rows
    return ()


def _top_up(t: Texts, buy: GroupBuy) -> Rows:
    pieces = counted(t, sum(minimum.to_take(buy).values()), buy.terms.goods.unit)
    return row(Button(html.unescape(t("buy.top_up_button", pieces=pieces)), "ask", "top_up"))


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
    for number, each in enumerate(buy.orders, 1):
        one = t("buy.pay_order_button" if buy.state is BuyState.ORDERED else "buy.order_button")
        label = one if not buy.more_orders else t("buy.order_n", number=number)
        card = Button(label, "card", each, standing=True)
        again = without = None
        if each in buy.lacking:
            again = Button(t("buy.rest_button"), "rest", each)
            without = Button(t("buy.without_button"), "without", str(number - 1))
        rows += row(card, again, without)
    match buy.state:
        case BuyState.BOUGHT | BuyState.SHIPPED:
            rows += all_in_rows(view, t, buy)
            rows += row(Button(t("buy.all_came_button"), "ask", "arrive"))
            rows += row(Button(t("buy.some_missing_button"), "ask", "count"))
        case BuyState.ARRIVED | BuyState.HANDING_OUT:
            rows += all_in_rows(view, t, buy)
            waiting = fulfilling.to_hand_out(buy)
            rows += people_rows(view, t, buy, waiting, "hand")
            rows += not_handed_row(t, buy)
            if not waiting:
                rows += row(Button(t("buy.settle_button"), "settle"))
            rows += _remind_row(view, t, buy)
        case BuyState.SETTLING | BuyState.CANCELLING:
            rows += all_in_rows(view, t, buy) if buy.state is BuyState.SETTLING else ()
            open_ = fulfilling.open_balances(buy, view.books)
            disputed = [user for user in open_disputes(buy) if user not in open_]
            rows += people_rows(view, t, buy, [*open_, *disputed])
            rows += _remind_row(view, t, buy) if buy.state is BuyState.SETTLING else ()
            rows += not_handed_row(t, buy)
            if buy.state is BuyState.SETTLING and not open_ and not disputed:
                rows += row(Button(t("buy.close_button"), "ask", "close"))
    return rows


def _remind_row(view: BuyView, t: Texts, buy: GroupBuy) -> Rows:
    """Offer to remind those who owe something, once the order is made, while somebody does."""
    owes = any(balance_of(view, buy, user).units > 0 for user in waiting_for_money(view, buy))
    return row(Button(t("buy.remind_button"), "remind")) if owes else ()


def not_handed_row(t: Texts, buy: GroupBuy) -> Rows:
    """Offer to take back the last tick: the wrong name is pressed easily."""
    handed = [each for each in buy.claims if each.state is ClaimState.HANDED and each.handed_at]
    if not handed:
        return ()
    last = max(handed, key=lambda each: (each.handed_at, each.number))
    name = html.escape(cut(last.name or last.username or f"{last.user_id}", _NAME), quote=False)
    label = html.unescape(t("buy.not_handed_button", name=Html(name)))
    return row(Button(label, "not_handed", str(last.number)))


def people_rows(
    view: BuyView, t: Texts, buy: GroupBuy, people: Iterable[UserId], action: str = "member"
) -> Rows:
    """One button a person: the organiser knows them by name and by what is open."""
    named = list(people)
    shown, before, after = page_of(named, view.session.focus.page, _PAGE)
    buttons = []
    disputed, said = open_disputes(buy), said_to_be_paid(buy, view.books)
    for user in shown:
        claims = buy.claims_of(user)
        # A button's words are unescaped once: what people call themselves has to survive that.
        label = html.escape(
            cut(claims[0].name or claims[0].username or buy.account_of(user), _NAME), quote=False
        )
        if action == "hand":
            pieces = sum(each.served for each in claims if each.state is ClaimState.ARRIVED)
            label = f"📦 {label} · {pieces}"
        else:
            proof = user in said or any(each.state is ClaimState.PROOF for each in claims)
            balance = balance_of(view, buy, user)
            mark = "💬" if user in disputed else "🧾" if proof else "⏳" if balance else "✅"
            if not balance and not any(each.is_in for each in claims):
                mark, open_ = "✖️", html.unescape(t("buy.out_label"))
            elif buy.state in HAS_MONEY:
                open_ = html.unescape(t.amount(balance))
            else:
                mark, open_ = "👤", str(sum(each.served for each in claims if each.is_in))
            label = f"{mark} {label} · {open_}"
        buttons.append(Button(label, action, str(claims[0].number)))
    turning = row(
        Button("◀️", "turn", str(view.session.focus.page - 1)) if before else None,
        Button("▶️", "turn", str(view.session.focus.page + 1)) if after else None,
    )
    return grid(buttons, 1) + turning
