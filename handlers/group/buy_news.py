"""What is told of a group buy, one thing to one person, with the way to their part of it."""

from bot.chat.screens import Button, Screen, paragraphs, row
from bot.chat.texts import Html, Texts
from bot.domain.group_buys.bans import ban_on
from bot.domain.group_buys.buys import BuyState, GroupBuy
from bot.domain.group_buys.claims import Claim, ClaimState, DisputeState
from bot.domain.group_buys.counting import offered_instead
from bot.domain.group_buys.disputes import FOR_OPERATOR
from bot.domain.group_buys.fulfilling import NOT_HANDED
from bot.domain.group_buys.mattering import SENDING_TAKEN_BACK, booking_told
from bot.domain.group_buys.news import News, NewsOf
from bot.domain.group_buys.taking_back import TAKEN_BACK, Booked, bookings
from bot.domain.ledger import Books
from handlers.group.buy_words import claim_line, priced
from handlers.group.terms_words import buy_title

_PLAIN = {
    NewsOf.TAKEN: "buy.news_taken",
    NewsOf.FELL_OUT: "buy.news_fell_out",
    NewsOf.ASK: "buy.news_ask",
    NewsOf.NOT_RECEIVED: "buy.news_not_received",
    NewsOf.LAPSED: "buy.news_lapsed",
    NewsOf.TERMS: "buy.news_terms",
    NewsOf.FAILED: "buy.news_failed",
    NewsOf.CANCELLED: "buy.news_cancelled",
    NewsOf.BOUGHT: "buy.news_bought",
    NewsOf.SHIPPED: "buy.news_shipped",
    NewsOf.ARRIVED: "buy.news_arrived",
    NewsOf.SHORT: "buy.news_short",
    NewsOf.NOT_ORDERED: "buy.news_not_ordered",
    NewsOf.CHEAPER: "buy.news_cheaper",
    NewsOf.CLOSED: "buy.news_closed",
    NewsOf.TAKEN_OVER: "buy.news_taken_over",
    NewsOf.SOLD_OUT: "buy.news_sold_out",
    NewsOf.RECEIVED: "buy.news_received",
    NewsOf.LOCKED: "buy.news_locked",
    NewsOf.COLLECTING: "buy.news_collecting",
    NewsOf.PROOF: "buy.news_proof",
    NewsOf.ALL_PAID: "buy.news_all_paid",
    NewsOf.PLACED: "buy.news_placed",
    NewsOf.NOT_PLACED: "buy.news_not_placed",
    NewsOf.NO_QUOTE: "buy.news_no_quote",
    NewsOf.CARD_GONE: "buy.news_card_gone",
    NewsOf.TOO_FEW: "buy.news_too_few",
    NewsOf.PARTLY: "buy.news_partly",
    NewsOf.UNRESOLVED: "buy.news_unresolved",
    NewsOf.RENEW: "buy.news_renew",
    NewsOf.ROW: "buy.news_row",
    NewsOf.SUBSTITUTED: "buy.news_substituted",
    NewsOf.BANNED: "buy.news_ban_lifted",  # it was, before this could be told
    NewsOf.ALLOWED: "buy.news_ban_lifted",
    NewsOf.SWAPPED: "buy.news_swapped",
    NewsOf.SPARE_TAKEN: "buy.news_spare_taken",
    NewsOf.RESOLD: "buy.news_resold",
    NewsOf.ANSWERED: "buy.news_answered",
    NewsOf.DISPUTED: "buy.news_disputed",
}
_LAPSED = {
    "queue": "buy.news_lapsed_queue",
    "silent": "buy.news_lapsed_silent",
    "unpaid": "buy.news_lapsed_unpaid",
}
"""Why somebody is out, by what the news says of it."""

_BACK = {
    NewsOf.NOT_RECEIVED: "buy.news_payment_taken_back",
    NewsOf.CHEAPER: "buy.news_abroad_taken_back",
    NewsOf.TERMS: "buy.news_refund_taken_back",
    NewsOf.ARRIVED: "buy.news_resale_taken_back",
    NewsOf.ANSWERED: "buy.news_allowed_taken_back",
}
"""What somebody was told of, and what was taken back."""

_FOR_OPERATOR = 5  # complaints at length in one message
_DROPPED_OUT = {ClaimState.LAPSED, ClaimState.DECLINED, ClaimState.REFUNDED}
_WITH_MONEY = {
    NewsOf.DUE: "buy.news_due",
    NewsOf.REMIND: "buy.news_remind",
    NewsOf.ABROAD: "buy.news_abroad",
}


def screen(t: Texts, buy: GroupBuy, books: Books, news: News) -> Screen:
    """Say what happened. `buy` may hold the claims of others: only the person's own are shown."""
    t = priced(t, buy.terms)
    mine = buy.claims_of(news.user_id)
    what = _told(t, buy, books, news)
    own = [claim_line(t, buy, each) for each in mine] if news.user_id != buy.organiser else []
    text = paragraphs(
        t("buy.news_title", title=buy_title(t, buy.terms)), what, "\n".join(own[:10]) or None
    )
    open_ = row(Button(t("buy.open_page_button"), "buy", str(buy.buy_id), standing=True))
    number = {NewsOf.PLACED: buy.order_no, NewsOf.UNRESOLVED: news.detail}.get(news.kind)
    if number and "," not in number:
        card = Button(t("buy.order_button"), "card", number, standing=True)
        return Screen(text, row(card) + open_)
    return Screen(text, open_)


def _told(t: Texts, buy: GroupBuy, books: Books, news: News) -> Html:
    if (given := _booked(t, books, news) or _with_reason(t, buy, news)) is not None:
        return given
    if news.kind is NewsOf.DISPUTED and news.detail.startswith(FOR_OPERATOR):
        return _for_operator(t, buy)
    if news.kind is NewsOf.HANDED:
        return t("buy.news_handed", days=buy.terms.dispute_within.days)
    if news.kind in _WITH_MONEY:
        account = buy.account_of(news.user_id)
        balance = books.account_of(account, buy.terms.rate.currency).balance
        collecting = buy.state is BuyState.COLLECTING and buy.pay_before is not None
        if news.kind is NewsOf.REMIND and not collecting:
            return t("buy.news_remind_rest", amount=t.amount(balance), code=account)
        until = t.moment(buy.pay_before) if buy.pay_before else ""
        return t(_WITH_MONEY[news.kind], amount=t.amount(balance), code=account, moment=until)
    who = {each.user_id for each in buy.claims if each.state is ClaimState.PROOF}
    rest = news.kind is NewsOf.ALL_PAID and any(each.state in _DROPPED_OUT for each in buy.claims)
    counts = {"count": max(1, len(who))} if news.kind is NewsOf.PROOF else {}
    if news.kind is NewsOf.DISPUTED:
        counts = {"count": max(1, len(_complaints(buy, DisputeState.OPENED)))}
    plain = "buy.news_rest_paid" if rest else _PLAIN[news.kind]
    lapsed = news.kind is NewsOf.LAPSED
    said = t(_LAPSED.get(news.detail, plain) if lapsed else plain, **counts)
    offered = news.kind is NewsOf.SHORT and offered_instead(buy, news.user_id)
    return paragraphs(said, t("buy.instead_explained") if offered else None)


def _booked(t: Texts, books: Books, news: News) -> Html | None:
    """Say how much the organiser sent back, or gave off."""
    key = booking_told(news)
    booking = next((each for each in bookings(books) if each.key == key), None)
    if booking is None:
        return None
    if booking.kind is Booked.ALLOWED:
        return t("buy.news_allowed", amount=t.money(booking.amount.units))
    return t("buy.news_sent_back", amount=t.amount(booking.amount))


def _with_reason(t: Texts, buy: GroupBuy, news: News) -> Html | None:
    """Say what the organiser decided about somebody, with their reason, or took back."""
    if news.kind is NewsOf.CHANGED_BY_ORGANISER:
        gone = [each for each in buy.claims_of(news.user_id) if str(each.number) == news.detail]
        return t("buy.news_removed", reason=gone[0].reason if gone else "")
    if news.kind is NewsOf.BANNED and (reason := ban_on(buy, news.user_id)):
        return t("buy.news_banned", reason=reason)
    if news.detail.startswith(SENDING_TAKEN_BACK):
        return t("buy.news_sending_taken_back")
    if news.detail.startswith(TAKEN_BACK) and news.kind in _BACK:
        return t(_BACK[news.kind])
    if news.detail.startswith(NOT_HANDED):
        return t("buy.news_not_handed")
    return None


def _for_operator(t: Texts, buy: GroupBuy) -> Html:
    """Say what a member and the organiser do not agree on; an operator has no page of the buy."""
    raised = _complaints(buy, DisputeState.TO_OPERATOR)
    return paragraphs(
        t("buy.news_dispute_raised"),
        *(
            t(
                "buy.dispute_for_operator",
                name=each.name or each.username or str(each.user_id),
                id=str(each.user_id),
                organiser=str(buy.organiser),
                text=each.dispute.text if each.dispute else "",
                answer=each.dispute.answer if each.dispute else "",
            )
            for each in raised[:_FOR_OPERATOR]
        ),
        t("buy.disputes_more", count=len(raised) - _FOR_OPERATOR)
        if len(raised) > _FOR_OPERATOR
        else None,
    )


def _complaints(buy: GroupBuy, state: DisputeState) -> list[Claim]:
    return [each for each in buy.claims if each.dispute is not None and each.dispute.state is state]
