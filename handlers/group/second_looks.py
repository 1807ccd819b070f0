"""What can't be taken back is looked at once more: what it does, and how many people are told."""

import html

from bot.chat.screens import Button, Screen, lines, paragraphs, row
from bot.chat.texts import Html, Texts, cut
from bot.chat.units import counted
from bot.domain.asking import BuyAsked
from bot.domain.group_buys import counting, disputes, minimum
from bot.domain.group_buys.bills import pieces_by_variant
from bot.domain.group_buys.buys import BuyRefused, BuyState, GroupBuy
from bot.domain.group_buys.claims import ClaimState
from bot.domain.group_buys.news import NewsOf
from bot.domain.money import Fen
from bot.telegram.newer import Style
from handlers.group.buy_acting import user_about
from handlers.group.buy_view import BuyView
from handlers.group.buy_words import variant_name
from handlers.group.counting import came_by_variant
from handlers.group.settling import SURE

_LISTED = 15
_NAME = 60


def screen(view: BuyView, t: Texts, buy: GroupBuy, asking: BuyAsked) -> Screen | None:
    """Ask whether it is meant; None for what needs no such question."""
    back = Button(t("buy.back_button"), "back")
    match asking.what:
        case "cancel":
            yes = Button(t("buy.cancel_yes_button"), "cancel_buy", style=Style.DANGER)
            said: Html | None = t("buy.cancel_explained", count=_others(buy))
        case "lock":
            yes = Button(t("buy.lock_yes_button"), "lock", style=Style.PRIMARY)
            said = _locking(t, buy)
        case "leave_out":
            yes = Button(t("buy.leave_out_yes_button"), "leave_out", style=Style.DANGER)
            said = _leaving_out(t, buy)
        case "top_up":
            yes = Button(t("buy.top_up_yes_button"), "top_up", style=Style.PRIMARY)
            said = _topping_up(t, buy)
        case "arrive":
            key = "buy.counted_yes_button" if asking.counts else "buy.all_came_yes_button"
            yes = Button(t(key), "arrive", style=Style.SUCCESS)
            said = _arriving(view, t, buy, asking)
            if asking.counts:
                back = Button(t("buy.back_button"), "ask", "count")
        case "close":
            yes = Button(t("buy.close_yes_button"), "close", style=Style.SUCCESS)
            said = _closing(t, buy)
        case "abroad_sure" | "refund_sure" | "allow_sure":
            gives = asking.what == "allow_sure"
            fen, action = (asking.amount, "allow") if gives else (asking.about, "sure")
            label = html.unescape(t("buy.sure_button", amount=t.yuan(fen)))
            yes = Button(label, action, str(fen), style=Style.PRIMARY)
            said = (_compensating if gives else _sum)(view, t, buy, asking)
        case _:
            return None
    if said is None:
        return Screen(paragraphs(view.flash, t("buy.refused_state")), row(back))
    count = Button(t("buy.some_missing_button"), "ask", "count")
    counts_first = row(count) if asking.what == "arrive" and not asking.counts else ()
    return Screen(paragraphs(view.flash, said), row(yes) + counts_first + row(back))


def _others(buy: GroupBuy) -> int:
    """Return how many people are in it beside the organiser."""
    return sum(each != buy.organiser for each in buy.members)


def _locking(t: Texts, buy: GroupBuy) -> Html | None:
    if buy.state not in {BuyState.OPEN, BuyState.PAUSED}:
        return None
    if not buy.taken:
        return t("buy.lock_nobody")
    missing = minimum.short_of_minimum(buy)
    unit = buy.terms.goods.unit
    return paragraphs(
        t("buy.lock_explained", count=len(buy.members), pieces=counted(t, buy.pieces, unit)),
        t("buy.lock_missing", pieces=counted(t, missing, unit)) if missing else None,
    )


def _leaving_out(t: Texts, buy: GroupBuy) -> Html | None:
    gone = {each.user_id for each in buy.taken if each.state is ClaimState.DUE}
    if buy.state is not BuyState.COLLECTING or not gone:
        return None
    return t("buy.leave_out_explained", count=len(gone))


def _topping_up(t: Texts, buy: GroupBuy) -> Html | None:
    wanted = minimum.to_take(buy) if minimum.short_of_minimum(buy) else {}
    if buy.state not in {BuyState.LOCKED, BuyState.COLLECTING} or not wanted:
        return None
    units = {each.spec_id: each.price for each in buy.bill.units} if buy.bill else {}
    cost, listed = 0, []
    for spec, pieces in wanted.items():
        variant = buy.terms.variant(spec)
        cost += pieces * units.get(spec, variant.steps.first_price if variant else 0)
        unit = buy.terms.goods_with(spec).unit
        named = variant_name(t, buy, variant)
        listed.append(t("buy.order_line", variant=named, pieces=counted(t, pieces, unit)))
    return lines(t("buy.top_up_explained", amount=t.yuan(Fen(cost))), *listed[:_LISTED])


def _arriving(view: BuyView, t: Texts, buy: GroupBuy, asking: BuyAsked) -> Html | None:
    """Say what came, who is told, who goes without, and whether it may have come at all."""
    came = came_by_variant(buy, asking.counts)
    try:
        change = counting.counted(buy, came, view.books, buy.since)
    except BuyRefused:
        return None
    ordered, otherwise = pieces_by_variant(buy.taken), []
    for each in buy.terms.variants:
        wanted = ordered.get(each.spec_id, 0)
        if came.get(each.spec_id, wanted) != wanted:
            otherwise.append(
                t(
                    "buy.counted_line",
                    variant=variant_name(t, buy, each),
                    came=came[each.spec_id],
                    ordered=wanted,
                )
            )
    told = {kind: {n.user_id for n in change.news if n.kind is kind} for kind in NewsOf}
    without = len(told[NewsOf.SHORT] - {buy.organiser})
    pieces = counted(t, buy.pieces, buy.terms.goods.unit)
    return paragraphs(
        t("buy.arrive_not_sent") if buy.state is BuyState.BOUGHT else None,
        lines(t("buy.counted_explained"), *otherwise[:_LISTED])
        if otherwise
        else t("buy.all_came_explained", pieces=pieces),
        t("buy.go_without", count=without) if without else None,
        t("buy.arrive_told", count=len(told[NewsOf.ARRIVED])),
    )


def _closing(t: Texts, buy: GroupBuy) -> Html | None:
    if buy.state is not BuyState.SETTLING:
        return None
    handed = [each.handed_at for each in buy.claims if each.handed_at is not None]
    until = max(handed) + buy.terms.dispute_within if handed else None
    return paragraphs(
        t("buy.close_explained", count=_others(buy)),
        t("buy.close_complaints", moment=t.moment(until)) if until else None,
    )


def _sum(view: BuyView, t: Texts, buy: GroupBuy, asking: BuyAsked) -> Html | None:
    """Say what of a sum is whose, and how many people are told."""
    amount, before = Fen(asking.about), buy.bill
    try:
        change = SURE[asking.what](buy, amount, view.books, buy.since)
    except BuyRefused:
        return None
    after = change.buy.bill
    if before is None or after is None:
        return None
    told, yours = len({each.user_id for each in change.news}), after.borne - before.borne
    if asking.what == "abroad_sure":
        members, key = amount - yours, "buy.abroad_sure" if yours else "buy.abroad_sure_all"
    else:
        members = amount + yours
        part = "buy.refund_sure" if members else "buy.refund_sure_yours"
        key = part if yours else "buy.refund_sure_all"
    return paragraphs(
        t(key, amount=t.yuan(amount), yours=t.yuan(abs(yours)), members=t.yuan(members)),
        t("buy.sure_told", count=told) if told else t("buy.sure_nobody_told"),
    )


def _compensating(view: BuyView, t: Texts, buy: GroupBuy, asking: BuyAsked) -> Html | None:
    """Say who gets how much, and that their complaint ends with it."""
    try:
        user = user_about(buy, asking.about)
        disputes.allowed(buy, user, Fen(asking.amount), view.books, buy.since)
    except BuyRefused:
        return None
    claim = buy.claims_of(user)[0]
    name = cut(claim.name or claim.username or str(user), _NAME)
    return t("buy.allow_sure", name=name, amount=t.yuan(asking.amount))
