"""What a group buy's page shows beside the page itself: a person, a count, an order, a question."""

import html
from collections.abc import Sequence

from bot.chat.screens import Button, Rows, Screen, lines, paragraphs, row
from bot.chat.texts import Html, Texts, cut, escape
from bot.chat.units import counted
from bot.domain.asking import BuyAsked
from bot.domain.currencies import Money
from bot.domain.group_buys.bills import people_of, pieces_by_variant
from bot.domain.group_buys.buys import BuyState, GroupBuy
from bot.domain.group_buys.claims import Claim, ClaimState, DisputeState
from bot.domain.splitting import MOST_IN_ORDER
from bot.telegram.newer import Style
from handlers.group import banning, counting, receiving, second_looks, selling, taking_back
from handlers.group.buy_acting import claims_about
from handlers.group.buy_organising import people_rows
from handlers.group.buy_view import HAS_MONEY, BuyView, balance_of, claims_on_page
from handlers.group.buy_words import claim_line, claim_lines, variant_name
from handlers.group.terms_words import terms_page

_LISTED_LINES = 25
_LISTED_RENAMED = 10
_NAME = 60
_ASKS = {
    "received": "buy.ask_received",
    "proof": "buy.ask_proof",
    "count": "buy.ask_count",
    "write_off": "buy.ask_reason",
    "remove": "buy.ask_remove",
    "ban": "buy.ask_ban",
    "abroad": "buy.ask_abroad",
    "seller_refunded": "buy.ask_seller_refunded",
    "sold": "buy.ask_sold",
    "allow": "buy.ask_allow",
    "answer": "buy.ask_answer",
    "dispute": "buy.ask_dispute",
    "fewer": "buy.ask_fewer",
    "limit": "joining.ask_ceiling",
}
_DISPUTES = {
    DisputeState.OPENED: "buy.dispute_opened",
    DisputeState.ANSWERED: "buy.dispute_answered",
    DisputeState.AGREED: "buy.dispute_agreed",
    DisputeState.TO_OPERATOR: "buy.dispute_to_operator",
}
_OPEN = {BuyState.OPEN, BuyState.PAUSED}


def asked(view: BuyView, t: Texts, buy: GroupBuy, asking: BuyAsked) -> Screen:  # noqa: PLR0911, PLR0912, C901 - one a page
    """Show one member, a count, the order to confirm, the terms, or a question."""
    back = row(Button(t("buy.back_button"), "back"))
    if asking.what == "terms":
        return Screen(paragraphs(view.flash, terms_page(t, buy.terms)), back)
    if asking.what == "change":
        return _changing(view, t, buy, asking)
    if asking.what == "give_up":
        yes = row(Button(t("buy.give_up_yes_button"), "give_up", style=Style.DANGER))
        return Screen(paragraphs(view.flash, t("buy.give_up_explained")), yes + back)
    if asking.what == "decline":
        yes = row(Button(t("buy.give_up_yes_button"), "disagree", style=Style.DANGER))
        return Screen(paragraphs(view.flash, t("buy.decline_explained")), yes + back)
    if view.organises:
        if (look := second_looks.screen(view, t, buy, asking)) is not None:
            return look
        match asking.what:
            case "bookings":
                return taking_back.listed(view, t, buy)
            case "undo":
                return taking_back.asked(view, t, buy, asking)
            case "people":
                return _people(view, t, buy)
            case "bans":
                return banning.screen(view, t)
            case "member":
                return _member(view, t, buy, asking)
            case "all_in":
                return receiving.screen(view, t, buy)
            case "order":
                return _order_to_confirm(view, t, buy)
            case "rest":
                return _rest_to_confirm(view, t, buy, asking)
            case "without":
                return _without_order(view, t, buy, asking)
            case "count":
                return counting.screen(view, t, buy, asking)
            case "sell":
                return selling.screen(view, t, buy, asking)
    key = _ASKS.get(asking.what, "buy.use_buttons")
    currency = buy.terms.rate.currency.code
    return Screen(paragraphs(view.flash, t(key, currency=currency)), back, asks=True)


def dispute_lines(t: Texts, claims: tuple[Claim, ...]) -> Html | None:
    """Say what somebody complained of and how far that has come."""
    found = [each.dispute for each in claims if each.dispute is not None]
    if not found:
        return None
    told = []
    for each in found:
        told.append(t("buy.dispute_line", text=each.text or "📷", state=t(_DISPUTES[each.state])))
        if each.answer:
            told.append(t("buy.dispute_answer", text=each.answer))
    return lines(*told)


def _people(view: BuyView, t: Texts, buy: GroupBuy) -> Screen:
    people = sorted(people_of(buy.claims), key=lambda user: user not in buy.members)
    copy = Button(t("buy.words_button"), "words", "packing") if buy.members else None
    there = len({each.user_id for buy in view.bans for each in buy.claims})
    listed = Button(t("buy.bans_button", count=there), "ask", "bans") if there else None
    rows = people_rows(view, t, buy, people) + row(copy) + row(listed)
    rows += row(Button(t("buy.back_button"), "back"))
    return Screen(paragraphs(view.flash, t("buy.people_title", count=len(buy.members))), rows)


def _changing(view: BuyView, t: Texts, buy: GroupBuy, asking: BuyAsked) -> Screen:
    """Offer what a member may do with one of their claims while the buy is open."""
    back = row(Button(t("buy.back_button"), "back"))
    claim = next((each for each in buy.claims if each.number == asking.about), None)
    free = claim is not None and claim.state in {ClaimState.HELD, ClaimState.WAITING}
    if claim is None or not free or claim.user_id != view.session.user_id or buy.state not in _OPEN:
        return Screen(paragraphs(view.flash, t("buy.refused_state")), back)
    fewer = Button(t("buy.fewer_button"), "ask", "fewer") if claim.pieces > 1 else None
    limit = None if buy.terms.is_fixed else Button(t("joining.ceiling_button"), "ask", "limit")
    named = variant_name(t, buy, buy.terms.variant(claim.spec_id))
    label = html.unescape(t("buy.withdraw_button", variant=named))
    withdraw = row(Button(cut(label, 60), "withdraw", str(claim.number), style=Style.DANGER))
    text = paragraphs(view.flash, claim_line(t, buy, claim), t("buy.change_explained"))
    return Screen(text, row(fewer, limit) + withdraw + back)


def _member(view: BuyView, t: Texts, buy: GroupBuy, asking: BuyAsked) -> Screen:
    """Show the organiser one member: claims, money, complaint, and what to do about them."""
    claims = claims_about(buy, asking.about)
    back = row(Button(t("buy.back_button"), "back"))
    if not claims:
        return Screen(paragraphs(view.flash, t("buy.gone")), back)
    user, (shown, turning) = claims[0].user_id, claims_on_page(view, claims)
    has_money = buy.state in HAS_MONEY
    proof = next((each.proof for each in claims if each.proof is not None), None)
    text = paragraphs(
        view.flash,
        t(
            "buy.member",
            name=claims[0].name or str(user),
            username=Html(f" @{escape(claims[0].username)}") if claims[0].username else "",
            code=buy.account_of(user),
        ),
        claim_lines(t, buy, shown, len(claims)),
        _balance_line(t, balance_of(view, buy, user)) if has_money else None,
        t("buy.proof_seen_before") if proof and proof.seen_before else None,
        t("buy.proof_text", text=proof.text) if proof and proof.text else None,
        dispute_lines(t, claims),
        t("buy.member_banned", reason=banned.banned)
        if (banned := banning.ban_of(view, user))
        else None,
    )
    rows = _money_rows(view, t, buy, claims) if has_money else _removing(t, buy, shown)
    if proof is not None and proof.file_id:
        rows += row(Button(t("buy.see_proof_button"), "see"))
    rows += _dispute_rows(t, claims) + _resale_rows(t, buy, shown) + turning
    rows += taking_back.member_rows(view, t, buy, user)
    rows += banning.rows_about(view, t, buy, claims)
    return Screen(text, rows + back)


def _balance_line(t: Texts, balance: Money) -> Html:
    """Say whose the open amount is."""
    if not balance:
        return t("buy.member_settled")
    key = "buy.member_owes" if balance.units > 0 else "buy.member_is_owed"
    return t(key, amount=t.amount(balance if balance.units > 0 else -balance))


def _removing(t: Texts, buy: GroupBuy, claims: Sequence[Claim]) -> Rows:
    rows: Rows = ()
    for each in claims:
        if each.state in {ClaimState.HELD, ClaimState.WAITING} and buy.state in _OPEN:
            named = variant_name(t, buy, buy.terms.variant(each.spec_id))
            label = html.unescape(t("buy.remove_button", variant=named))
            rows += row(Button(cut(label, 60), "remove", str(each.number)))
    return rows


def _money_rows(view: BuyView, t: Texts, buy: GroupBuy, claims: tuple[Claim, ...]) -> Rows:
    balance = balance_of(view, buy, claims[0].user_id)
    rows: Rows = ()
    if balance.units > 0 and buy.state is not BuyState.CANCELLING:
        exact = html.unescape(t("buy.received_button", amount=t.amount(balance)))
        rows += row(Button(exact, "receive", str(balance.units)))
        rows += row(Button(t("buy.other_amount_button"), "ask", "received"))
        if any(each.state is ClaimState.PROOF for each in claims):
            rows += row(Button(t("buy.nothing_came_button"), "nothing"))
    if balance.units < 0:
        back_sent = html.unescape(t("buy.sent_back_button", amount=t.amount(-balance)))
        rows += row(Button(back_sent, "send_back", str(-balance.units)))
    if balance and buy.state in {BuyState.SETTLING, BuyState.CANCELLING}:
        rows += row(Button(t("buy.write_off_button"), "ask", "write_off"))
    return rows


def _dispute_rows(t: Texts, claims: tuple[Claim, ...]) -> Rows:
    dispute = next((each.dispute for each in claims if each.dispute and each.dispute.is_open), None)
    if dispute is None:
        return ()
    see = Button(t("buy.see_dispute_button"), "see", "dispute") if dispute.file_id else None
    return row(see) + row(
        Button(t("buy.allow_button"), "ask", "allow"),
        Button(t("buy.answer_button"), "ask", "answer"),
    )


def _resale_rows(t: Texts, buy: GroupBuy, claims: Sequence[Claim]) -> Rows:
    if buy.state not in {BuyState.ARRIVED, BuyState.HANDING_OUT} or buy.arrived_at is None:
        return ()
    if claims[0].user_id == buy.organiser:
        return ()
    rows: Rows = ()
    for each in claims:
        if each.state is ClaimState.ARRIVED:
            named = variant_name(t, buy, buy.terms.variant(each.spec_id))
            label = html.unescape(t("buy.sold_button", variant=named))
            rows += row(Button(cut(label, 60), "sold", str(each.number)))
    return rows


def _order_to_confirm(view: BuyView, t: Texts, buy: GroupBuy) -> Screen:
    back = row(Button(t("buy.back_button"), "back"))
    if buy.quote is None or buy.state is not BuyState.COLLECTING:
        return Screen(paragraphs(view.flash, t("buy.gone")), back)
    ordered = pieces_by_variant(buy.taken)
    listed = [
        t(
            "buy.order_line",
            variant=variant_name(t, buy, each),
            pieces=counted(t, ordered[each.spec_id], buy.terms.goods_with(each.spec_id).unit),
        )
        for each in buy.terms.variants
        if each.spec_id in ordered
    ]
    more = len(listed) - _LISTED_LINES
    orders = len(buy.quotes)
    borne = buy.bill.borne if buy.bill else 0
    text = paragraphs(
        view.flash,
        t("buy.order_title", count=len(buy.members)),
        lines(
            *listed[:_LISTED_LINES],
            t("buy.order_more_lines", count=more) if more > 0 else None,
        ),
        _renamed(t, buy),
        t("buy.borne", amount=t.yuan(borne)) if borne > 0 else None,
        t("buy.gained", amount=t.yuan(-borne)) if borne < 0 else None,
        t("buy.several_orders", variants=len(listed), count=orders, most=MOST_IN_ORDER)
        if orders
        else None,
        t("buy.order_total", total=t.yuan(buy.quote.total)),
    )
    confirm = Button(
        t("buy.order_confirm_button"), "order", str(buy.quote.total), style=Style.SUCCESS
    )
    return Screen(text, row(confirm) + back)


def _renamed(t: Texts, buy: GroupBuy) -> Html | None:
    """Warn of variants that the seller calls something else since the buy was opened."""
    told = [
        t(
            "buy.renamed",
            before=variant_name(t, buy, each),
            after=cut(buy.renamed[each.spec_id or ""].in_language(t.language), _NAME),
        )
        for each in buy.terms.variants
        if (each.spec_id or "") in buy.renamed
    ]
    return lines(t("buy.renamed_explained"), *told[:_LISTED_RENAMED]) if told else None


def _rest_to_confirm(view: BuyView, t: Texts, buy: GroupBuy, asking: BuyAsked) -> Screen:
    """Say what the order that was not made comes to by now."""
    back = row(Button(t("buy.back_button"), "back"))
    if asking.about >= len(buy.quotes):
        return Screen(paragraphs(view.flash, t("buy.gone")), back)
    total = buy.quotes[asking.about].total
    confirm = Button(t("buy.order_confirm_button"), "order_rest", str(total), style=Style.SUCCESS)
    said = t("buy.rest_explained", number=asking.about + 1, total=t.yuan(total))
    return Screen(paragraphs(view.flash, said), row(confirm) + back)


def _without_order(view: BuyView, t: Texts, buy: GroupBuy, asking: BuyAsked) -> Screen:
    """Say what becomes of whoever is in an order that can't be made any more."""
    back = row(Button(t("buy.back_button"), "back"))
    number = next(iter(buy.orders[asking.about : asking.about + 1]), None)
    if number is None or number not in buy.lacking:
        return Screen(paragraphs(view.flash, t("buy.gone")), back)
    yes = Button(t("buy.without_yes_button"), "drop", number, style=Style.DANGER)
    said = t("buy.without_explained", number=asking.about + 1)
    return Screen(paragraphs(view.flash, said), row(yes) + back)
