"""The terms of a group buy in words: prices, what comes on top, times, and what holds for all."""

from datetime import timedelta

from bot.chat.screens import lines, paragraphs
from bot.chat.texts import Html, Texts, cut
from bot.chat.units import counted
from bot.domain.currencies import CNY
from bot.domain.group_buys.rows import row_of, rows_so_far
from bot.domain.group_buys.shares import FreightKey
from bot.domain.group_buys.showing import Progress
from bot.domain.group_buys.terms import Goods, Terms
from handlers.shared.money_words import percent

_TITLE = 80
_SEVERAL_TITLE = 40
_MOST_IN_ROW = 12
_HOUR = timedelta(hours=1)
FREIGHT = {
    FreightKey.PIECES: "buy.freight_by_pieces",
    FreightKey.WEIGHT: "buy.freight_by_weight",
    FreightKey.VALUE: "buy.freight_by_value",
    FreightKey.HEAD: "buy.freight_by_head",
}


def title(t: Texts, goods: Goods) -> str:
    """Return the goods' title in the reader's language; foreign, to be escaped."""
    return cut(goods.title.in_language(t.language), _TITLE)


def buy_title(t: Texts, terms: Terms) -> str:
    """Name a buy by its goods: the first offer, and how many more; foreign, to be escaped."""
    named = title(t, terms.goods)
    if not terms.also:
        return named
    more = f" +{len(terms.also)}"
    return cut(named, _TITLE - len(more)) + more


def offers(t: Texts, terms: Terms, progress: Progress) -> Html:
    """Say the prices: of one offer its steps, of several a line each."""
    if not terms.also:
        return steps(t, terms, terms.goods, _pieces_of(terms.goods, progress))
    return lines(
        *(
            t(
                "buy.offer_line",
                title=cut(each.title.in_language(t.language), _SEVERAL_TITLE),
                price=_span(t, terms, each),
            )
            for each in terms.all_goods
        )
    )


def steps(t: Texts, terms: Terms, goods: Goods, pieces: int) -> Html:
    """Say the price steps, one a line, with those that are reached ticked; or the span."""
    if not goods.by_quantity or terms.is_fixed:
        return _span(t, terms, goods)
    return lines(
        *(
            t(
                "buy.step_reached" if each.start_quantity <= pieces else "buy.step",
                pieces=counted(t, max(each.start_quantity, 1), goods.unit),
                price=t.money(each.price),
            )
            for each in goods.variants[0].steps.tiers
        )
    )


def _span(t: Texts, terms: Terms, goods: Goods) -> Html:
    if terms.is_fixed:
        prices = [int(terms.fixed_price(each)) for each in goods.variants]
    else:
        prices = [int(tier.price) for each in goods.variants for tier in each.steps.tiers]
    low, high = min(prices), max(prices)
    if low == high:
        return t("buy.price", price=t.money(low))
    return t("buy.price_span", low=t.money(low), high=t.money(high))


def _pieces_of(goods: Goods, progress: Progress) -> int:
    return sum(progress.of(each.spec_id) for each in goods.variants)


def cost_lines(t: Texts, terms: Terms) -> Html:
    """Say what comes on top of the goods: freight by its key, the fee, a second instalment."""
    second = "buy.abroad_by_head" if terms.by_heads else "buy.abroad_line"
    abroad = t(second, each=t.money(terms.abroad_each)) if terms.abroad_each else None
    if terms.is_fixed:
        return lines(t("buy.all_inside"), abroad)
    return lines(
        t(FREIGHT[terms.freight_key], each=t.money(terms.freight_each)),
        t("buy.fee_line", percent=percent(terms.fee_ppm)) if terms.fee_ppm else t("buy.no_fee"),
        abroad,
    )


def row_line(t: Texts, terms: Terms) -> Html | None:
    """Say what a set has, where the goods are sold in sets."""
    if not terms.row:
        return None
    parts = []
    for each in terms.row[:_MOST_IN_ROW]:
        variant = terms.variant(each.spec_id)
        name = cut(variant.label.in_language(t.language), 30) if variant else ""
        parts.append(f"{each.pieces} × {name}")
    more = " …" if len(terms.row) > _MOST_IN_ROW else ""
    return t("buy.row_line", parts=t.series(parts) + more)


def rows_line(t: Texts, terms: Terms, progress: Progress) -> Html | None:
    """Say how many sets are complete and what the next one lacks, where sets are sold."""
    row = row_of(terms)
    if not row:
        return None
    so_far = rows_so_far(row, {spec: progress.of(spec) for spec in row})
    holes = []
    for spec, count in list(so_far.holes.items())[:_MOST_IN_ROW]:
        variant = terms.variant(spec)
        name = cut(variant.label.in_language(t.language), 30) if variant else ""
        holes.append(f"{name} × {count}")
    return t("buy.rows_closed", rows=t.number(so_far.whole), holes=t.series(holes))


def times_line(t: Texts, terms: Terms) -> Html:
    """Say how long people have to answer, to pay, to complain and to fetch."""
    return t(
        "buy.times_line",
        answer=str(terms.answer_within // _HOUR),
        pay=str(terms.pay_within // _HOUR),
        dispute=str(terms.dispute_within.days),
        fetch=str(terms.fetch_within.days),
    )


def currency_line(t: Texts, terms: Terms) -> Html | None:
    """Say in which currency people pay, and at which rate, where that is not the yuan."""
    if terms.rate.currency is CNY:
        return None
    return t("buy.currency_line", rate=terms.rate.text)


def terms_text(t: Texts, terms: Terms) -> Html:
    """Say all terms, as a member may read them: nothing of where the organiser lives."""
    return paragraphs(
        offers(t, terms, Progress()),
        lines(
            cost_lines(t, terms),
            currency_line(t, terms),
            t("buy_terms.minimum_line", pieces=counted(t, terms.minimum, terms.goods.unit)),
            row_line(t, terms),
            t("buy.row_fill_line", count=terms.row_fill) if terms.row_fill else None,
            t("buy.most_each", most=terms.most_each) if terms.most_each else None,
        ),
        lines(
            t("buy.closes", moment=t.moment(terms.deadline)),
            t("buy.extensions_line", count=terms.extensions),
            times_line(t, terms),
        ),
        lines(
            t("buy.payment_line", text=terms.payment_for(t.language))
            if terms.payment
            else t("buy_terms.no_payment"),
            t("buy.handout_line", text=terms.handout)
            if terms.handout
            else t("buy_terms.no_handout"),
        ),
    )


def terms_page(t: Texts, terms: Terms) -> Html:
    """Say everything that a member agrees to, and what holds in every group buy."""
    return paragraphs(
        t("buy.terms_of", title=buy_title(t, terms)),
        terms_text(t, terms),
        _rules(t, terms),
        t("joining.terms_number", number=terms.number),
    )


def _rules(t: Texts, terms: Terms) -> Html:
    """Say what holds in every group buy: who is asked when, what is given back, what is resold."""
    key = "buy.rules_fixed" if terms.is_fixed else "buy.rules"
    return t(key, percent=str(terms.cap_ppm // 10_000))
