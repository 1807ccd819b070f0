"""What screens and cards say of a group buy in the same words: prices, progress, terms, money."""

import html
from collections.abc import Sequence

from bot.chat.screens import lines
from bot.chat.texts import Html, Texts, cut
from bot.chat.units import counted
from bot.domain.currencies import CNY
from bot.domain.group_buys.buys import BuyState, GroupBuy, Why
from bot.domain.group_buys.claims import Claim, ClaimState
from bot.domain.group_buys.showing import Progress
from bot.domain.group_buys.terms import Terms, Variant
from bot.domain.money import Fen
from handlers.group.terms_words import rows_line

FEWEST_NAMED = 3
"""How many people are in it is told from so many on: fewer would be somebody."""

_BEFORE_THE_ORDER = {
    BuyState.DRAFT,
    BuyState.OPEN,
    BuyState.PAUSED,
    BuyState.LOCKED,
    BuyState.CONFIRMING,
    BuyState.COLLECTING,
}
_STATES = {
    BuyState.DRAFT: "buy.state_draft",
    BuyState.OPEN: "buy.state_open",
    BuyState.PAUSED: "buy.state_paused",
    BuyState.LOCKED: "buy.state_locked",
    BuyState.CONFIRMING: "buy.state_confirming",
    BuyState.COLLECTING: "buy.state_collecting",
    BuyState.ORDERING: "buy.state_ordering",
    BuyState.ORDERED: "buy.state_ordered",
    BuyState.BOUGHT: "buy.state_bought",
    BuyState.SHIPPED: "buy.state_shipped",
    BuyState.ARRIVED: "buy.state_arrived",
    BuyState.HANDING_OUT: "buy.state_handing_out",
    BuyState.SETTLING: "buy.state_settling",
    BuyState.CLOSED: "buy.state_closed",
    BuyState.FAILED: "buy.state_failed",
    BuyState.CANCELLING: "buy.state_cancelling",
    BuyState.CANCELLED: "buy.state_cancelled",
}
_CLAIMS = {
    ClaimState.WAITING: "buy.claim_waiting",
    ClaimState.HELD: "buy.claim_held",
    ClaimState.CONFIRMED: "buy.claim_held",
    ClaimState.DUE: "buy.claim_due",
    ClaimState.PROOF: "buy.claim_proof",
    ClaimState.PAID: "buy.claim_paid",
    ClaimState.BOUGHT: "buy.claim_bought",
    ClaimState.SHORT: "buy.claim_short",
    ClaimState.SUBSTITUTED: "buy.claim_bought",
    ClaimState.ARRIVED: "buy.claim_arrived",
    ClaimState.HANDED: "buy.claim_handed",
    ClaimState.WITHDRAWN: "buy.claim_withdrawn",
    ClaimState.LAPSED: "buy.claim_lapsed",
    ClaimState.DECLINED: "buy.claim_declined",
    ClaimState.REFUNDED: "buy.claim_refunded",
    ClaimState.RESOLD: "buy.claim_resold",
}
_BEFORE_PAYING = {ClaimState.WAITING, ClaimState.HELD, ClaimState.CONFIRMED}
REFUSED = {
    Why.STATE: "buy.refused_state",
    Why.OVER: "buy.refused_over",
    Why.NOT_OVER: "buy.refused_not_over",
    Why.TERMS: "buy.refused_terms",
    Why.FULL: "buy.refused_full",
    Why.MOST_EACH: "buy.refused_most_each",
    Why.NOT_YOURS: "buy.gone",
    Why.NO_VARIANT: "buy.refused_state",
    Why.MANY_VARIANTS: "buy.refused_many_variants",
    Why.NO_CONSENT: "buy.refused_terms",
    Why.TOO_FEW: "buy.refused_too_few",
    Why.UNPAID: "buy.refused_unpaid",
    Why.UNBALANCED: "buy.refused_unbalanced",
    Why.INCOMPLETE: "buy.refused_state",
    Why.AMOUNT: "buy.refused_amount",
    Why.EXTENDED: "buy.refused_extended",
    Why.ROW: "buy.refused_row",
    Why.DISPUTE: "buy.refused_dispute",
    Why.TOO_SOON: "buy.refused_too_soon",
    Why.BANNED: "buy.refused_banned",
}


def priced(t: Texts, terms: Terms) -> Texts:
    """Return texts whose prices are in the currency that a buy is paid in."""
    return t.priced(None if terms.rate.currency is CNY else terms.rate)


def variant_name(t: Texts, buy: GroupBuy, variant: Variant | None) -> str:
    """Name a variant, or the goods where they have none; foreign, to be escaped."""
    named = variant.label.in_language(t.language) if variant else ""
    goods = buy.terms.goods_with(variant.spec_id) if variant else buy.terms.goods
    offer = goods.title.in_language(t.language)
    if named and buy.terms.also:
        return f"{cut(offer, 24)} · {cut(named, 34)}"
    return cut(named or offer, 60)


def progress_line(t: Texts, buy: GroupBuy, progress: Progress) -> Html:
    """Say how far a buy has come; nobody is counted while they could be told apart."""
    terms, goods = buy.terms, buy.terms.goods
    so_far = counted(t, progress.total, goods.unit)
    minimum = counted(t, buy.terms.minimum, goods.unit)
    people = t("buy.people", count=progress.people) if progress.people >= FEWEST_NAMED else None
    step = None
    simple = goods.by_quantity and not terms.also and not terms.is_fixed
    if simple and buy.state is BuyState.OPEN:
        following = goods.variants[0].steps.missing_to_next(progress.total)
        if following is not None:
            missing, price = following
            step = t(
                "buy.next_step",
                missing=counted(t, missing, goods.unit),
                price=t.money(price),
            )
    if buy.state not in _BEFORE_THE_ORDER:
        return lines(t("buy.altogether", pieces=so_far), people)
    rows = rows_line(t, terms, progress)
    return lines(t("buy.progress", pieces=so_far, minimum=minimum), people, step, rows)


def state_word(t: Texts, buy: GroupBuy) -> str:
    """Name a buy's state for a button: plain."""
    return html.unescape(t(_STATES[buy.state]))


def state_line(t: Texts, buy: GroupBuy) -> Html:
    """Say where a buy stands, while it is open until when."""
    key = _STATES[buy.state]
    if buy.state in {BuyState.OPEN, BuyState.PAUSED}:
        return lines(t(key), t("buy.closes", moment=t.moment(buy.terms.deadline)))
    return t(key)


def claim_lines(t: Texts, buy: GroupBuy, claims: Sequence[Claim], of: int) -> Html:
    """Say some claims, a line each, and how many more of `of` there are."""
    more = of - len(claims)
    rest = t("buy.order_more_lines", count=more) if more else None
    return lines(*(claim_line(t, buy, each) for each in claims), rest)


def claim_line(t: Texts, buy: GroupBuy, claim: Claim) -> Html:
    """Say one claim in a line: what, how many, up to how much or at which price, how far."""
    variant = buy.terms.variant(claim.spec_id)
    price: Fen = claim.unit if claim.unit is not None else claim.ceiling
    key = "buy.claim_at" if claim.unit is not None else "buy.claim_up_to"
    goods = buy.terms.goods_with(claim.spec_id)
    said = t(
        key,
        variant=variant_name(t, buy, variant),
        pieces=counted(t, claim.served or claim.pieces, goods.unit),
        price=t.money(price),
        state=t(_CLAIMS[claim.state]),
    )
    instead = [
        t(
            "buy.claim_instead",
            variant=variant_name(t, buy, buy.terms.variant(each.spec_id)),
            pieces=counted(t, each.pieces, goods.unit),
            price=t.money(each.unit),
        )
        for each in claim.swapped
    ]
    others = [buy.terms.variant(each) for each in claim.alternatives]
    named = t.series(variant_name(t, buy, each) for each in others if each is not None)
    return lines(
        said,
        *instead,
        t("buy.claim_else", others=named) if named and claim.state in _BEFORE_PAYING else None,
        t("buy.claim_renew") if claim.renew and claim.state in _BEFORE_PAYING else None,
        t("buy.claim_reason", reason=claim.reason) if claim.reason else None,
    )
