"""What joining a group buy shows: its terms, the variants, how many, and what is agreed to."""

from msgspec import field

from bot.chat.screens import Button, Rows, Screen, View, grid, lines, page_of, paragraphs, row
from bot.chat.texts import Html, Texts, cut
from bot.chat.units import counted, noun
from bot.domain.asking import JoinOpen
from bot.domain.group_buys.bans import ban_on
from bot.domain.group_buys.buys import BuyState, GroupBuy
from bot.domain.group_buys.showing import Progress
from bot.domain.group_buys.terms import Variant
from bot.domain.money import Fen
from bot.domain.sessions import Session
from bot.services.bundle import Services
from bot.telegram.newer import Style
from handlers.group.buy_words import (
    claim_lines,
    priced,
    progress_line,
    state_line,
    variant_name,
)
from handlers.group.terms_words import (
    buy_title,
    cost_lines,
    currency_line,
    offers,
    row_line,
    terms_page,
)

_PAGE = 12
_RECENT = 12
_AMOUNTS = (1, 2, 3, 5, 10, 20)
_MOST_CEILINGS = 3
_LARGEST = 1_000_000
_HALF_A_PHONE = 16


class JoinView(View, frozen=True):
    """The buy that is looked at, with one's own claims; None when it is gone."""

    buy: GroupBuy | None = None
    progress: Progress = field(default_factory=Progress)
    banned: str = ""  # why the organiser takes no new claims from the person


async def load(session: Session, services: Services) -> JoinView:
    """Load the buy, how far it has come, and the person's own claims in it."""
    asking = session.focus.asking
    buys = services.store.group_buys
    buy = await buys.head(asking.token) if isinstance(asking, JoinOpen) else None
    if buy is None:
        return await JoinView.of(session, services)
    mine = [
        each
        for each in await buys.joined_by(session.user_id, _LARGEST)
        if each.buy_id == buy.buy_id
    ]
    ban = await buys.ban_on(buy.organiser, session.user_id)
    return await JoinView.of(
        session,
        services,
        banned=ban_on(ban, session.user_id) if ban else "",
        buy=mine[0] if mine else buy,
        progress=await buys.progress(buy.buy_id),
    )


def screen(view: JoinView) -> Screen:  # noqa: PLR0911 - one a page
    """Show the terms and the variants; then how many; then what is agreed to."""
    asking, buy = view.session.focus.asking, view.buy
    leave = row(Button(view.t("buy.leave_button"), "leave"))
    if buy is None or not isinstance(asking, JoinOpen):
        return Screen(paragraphs(view.flash, view.t("buy.gone")), leave)
    t = priced(view.t, buy.terms)
    head = paragraphs(
        t("buy.card_title", title=buy_title(t, buy.terms)),
        offers(t, buy.terms, view.progress),
        lines(progress_line(t, buy, view.progress), state_line(t, buy)),
    )
    if asking.asks == "terms":
        back = row(Button(t("buy.back_button"), "back"))
        return Screen(paragraphs(view.flash, terms_page(t, buy.terms)), back)
    recent = buy.claims[-_RECENT:]
    mine = claim_lines(t, buy, recent, len(buy.claims)) if recent else None
    own = lines(t("buy.yours"), mine) if mine else None
    if buy.state is not BuyState.OPEN:
        return Screen(paragraphs(view.flash, head, own), _own_page(view, buy) + leave)
    if view.banned:
        text = paragraphs(view.flash, head, own, t("joining.banned", reason=view.banned))
        return Screen(text, _own_page(view, buy) + leave)
    if asking.asks == "joined" and asking.pieces is None:
        return _joined(view, buy, own)
    variant = variant_of(buy, asking)
    if variant is None:
        text = paragraphs(view.flash, head, _terms(view, buy), own, t("joining.which"))
        all_terms = Button(t("joining.terms_button"), "terms")
        return Screen(text, _variants(view, buy) + _own_page(view, buy) + row(all_terms) + leave)
    if asking.pieces is None:
        chosen = _how_many(view, buy, variant)
        all_terms = Button(t("joining.terms_button"), "terms")
        back = row(Button(t("buy.back_button"), "back"), all_terms)
        return Screen(
            paragraphs(view.flash, head, own, chosen), _amounts(view, buy, variant) + back
        )
    return _agreeing(view, buy, variant, asking)


def _joined(view: JoinView, buy: GroupBuy, own: Html | None) -> Screen:
    """Say what one has by now in a few lines: another variant is one press away."""
    t = priced(view.t, buy.terms)
    text = paragraphs(
        view.flash,
        t("buy.card_title", title=buy_title(t, buy.terms)),
        lines(progress_line(t, buy, view.progress), state_line(t, buy)),
        own,
    )
    more = row(Button(t("buy.join_more_button"), "back"))
    leave = row(Button(t("buy.leave_button"), "leave"))
    return Screen(text, _own_page(view, buy) + more + leave)


def _how_many(view: JoinView, buy: GroupBuy, variant: Variant) -> Html:
    t, unit = priced(view.t, buy.terms), buy.terms.goods_with(variant.spec_id).unit
    named, left = variant_name(t, buy, variant), _left(view, variant)
    if not left:
        return t("joining.how_many_queue", variant=named, unit=noun(t, unit, 2))
    left_ = counted(t, left, unit)
    return t("joining.how_many", variant=named, left=left_, unit=noun(t, unit, 2))


def _agreeing(view: JoinView, buy: GroupBuy, variant: Variant, asking: JoinOpen) -> Screen:
    if asking.asks == "ceiling":
        back = row(Button(view.t("buy.back_button"), "back"))
        return Screen(paragraphs(view.flash, view.t("joining.ask_ceiling")), back, asks=True)
    if asking.asks == "else":
        return _if_it_runs_out(view, buy, variant, asking)
    return _confirmation(view, buy, variant, asking)


def _confirmation(view: JoinView, buy: GroupBuy, variant: Variant, asking: JoinOpen) -> Screen:
    """Say what is agreed to: pieces, up to which price, freight and fee at most."""
    t, terms = priced(view.t, buy.terms), buy.terms
    pieces, ceiling = asking.pieces or 1, ceiling_of(buy, variant, asking)
    goods = ceiling * pieces
    freight, fee = terms.freight_most(pieces, variant), terms.charged_fee_ppm * goods // 1_000_000
    abroad = terms.abroad_most(pieces, variant)
    text = paragraphs(
        view.flash,
        t("buy.card_title", title=buy_title(t, terms)),
        lines(
            t(
                "joining.agree_fixed" if terms.is_fixed else "joining.agree_goods",
                variant=variant_name(t, buy, variant),
                pieces=counted(t, pieces, terms.goods_with(variant.spec_id).unit),
                ceiling=t.money(ceiling),
            ),
            None if terms.is_fixed else t("joining.agree_freight", most=t.money(freight)),
            t("joining.agree_abroad", most=t.money(abroad)) if abroad else None,
            t("joining.agree_fee", fee=t.money(fee)) if fee else None,
            t("joining.agree_total", total=t.money(goods + freight + fee + abroad)),
        ),
        _named(t, buy, asking),
        row_line(t, terms),
        t("joining.agree_fixed_explained" if terms.is_fixed else "joining.agree_explained"),
    )
    lower = [
        Button(t("joining.only_if_button", price=t.money(each)), "ceiling", str(each))
        for each in _ceilings(buy, variant)
        if each != ceiling and not terms.is_fixed
    ]
    limit = None if terms.is_fixed else Button(t("joining.ceiling_button"), "ask", "ceiling")
    has_more = len(terms.variants) > 1 or pieces > 1
    rows = (
        row(Button(t("joining.confirm_button"), "join", style=Style.PRIMARY))
        + grid(lower, 1)
        + row(limit, Button(t("joining.else_button"), "ask", "else") if has_more else None)
        + row(Button(t("buy.back_button"), "back"))
    )
    return Screen(text, rows)


def _if_it_runs_out(view: JoinView, buy: GroupBuy, variant: Variant, asking: JoinOpen) -> Screen:
    """Choose what is taken when the variant runs out, or that fewer pieces are fine."""
    t, page = priced(view.t, buy.terms), view.session.focus.page
    numbered = [
        (number, each)
        for number, each in enumerate(buy.terms.variants)
        if could_replace(buy, each, variant, ceiling_of(buy, variant, asking))
    ]
    shown, before, after = page_of(numbered, page, _PAGE)
    buttons = []
    for number, each in shown:
        mark = "✅" if number in asking.alternatives else "▫️"
        name = variant_name(t, buy, each)
        buttons.append(Button(cut(f"{mark} {name}", 60), "other", str(number)))
    partly = "joining.partly_on_button" if asking.partly else "joining.partly_button"
    turning = row(
        Button("◀️", "turn", str(page - 1)) if before else None,
        Button("▶️", "turn", str(page + 1)) if after else None,
    )
    rows = _in_columns(buttons) + turning
    if (asking.pieces or 1) > 1:
        rows += row(Button(t(partly), "partly"))
    rows += row(Button(t("joining.done_button"), "back"))
    return Screen(paragraphs(view.flash, t("joining.ask_else"), _named(t, buy, asking)), rows)


def _named(t: Texts, buy: GroupBuy, asking: JoinOpen) -> Html | None:
    """Say what was chosen for the case that it runs out; None for nothing."""
    variants = buy.terms.variants
    others = [variants[each] for each in asking.alternatives if each < len(variants)]
    named = t.series(variant_name(t, buy, each) for each in others)
    if not others and not asking.partly:
        return None
    return lines(
        t("buy.claim_else", others=named) if others else None,
        t("joining.partly") if asking.partly else None,
    )


def _terms(view: JoinView, buy: GroupBuy) -> Html:
    t, terms = priced(view.t, buy.terms), buy.terms
    return lines(
        cost_lines(t, terms),
        currency_line(t, terms),
        row_line(t, terms),
        t("buy.most_each", most=terms.most_each) if terms.most_each else None,
        t("buy.payment_line", text=terms.payment_for(t.language)) if terms.payment else None,
        t("buy.handout_line", text=terms.handout) if terms.handout else None,
        t("joining.terms_number", number=terms.number),
    )


def _variants(view: JoinView, buy: GroupBuy) -> Rows:
    t, page = priced(view.t, buy.terms), view.session.focus.page
    numbered = list(enumerate(buy.terms.variants))
    shown, before, after = page_of(numbered, page, _PAGE)
    buttons = [Button(_label(view, t, buy, each), "spec", str(number)) for number, each in shown]
    turning = row(
        Button("◀️", "turn", str(page - 1)) if before else None,
        Button("▶️", "turn", str(page + 1)) if after else None,
    )
    return _in_columns(buttons) + turning


def _label(view: JoinView, t: Texts, buy: GroupBuy, variant: Variant) -> str:
    """Name a variant with what is left of it; whether one can still queue for it."""
    if left := _left(view, variant):
        beside = f"({t.number(left)})"
    else:
        beside = t("joining.queue_label" if variant.limit else "joining.sold_out_label")
    return f"{cut(variant_name(t, buy, variant), 60 - len(beside))} {beside}"


def _in_columns(buttons: list[Button]) -> Rows:
    """Lay variants out: two beside each other where a phone shows their names in full."""
    widest = max((_width(each.text) for each in buttons), default=0)
    return grid(buttons, 2 if widest <= _HALF_A_PHONE else 1)


def _width(label: str) -> int:
    """Return how wide a label is in Latin letters; others are twice as wide."""
    return sum(1 if each.isascii() else 2 for each in label)


def _amounts(view: JoinView, buy: GroupBuy, variant: Variant) -> Rows:
    left = _left(view, variant)
    most = min(left, buy.terms.most_each or left)
    offered = [each for each in _AMOUNTS if each <= most] or [1]
    return grid([Button(str(each), "pieces", str(each)) for each in offered], 3)


def _left(view: JoinView, variant: Variant) -> int:
    return max(0, variant.limit - view.progress.of(variant.spec_id))


def _own_page(view: JoinView, buy: GroupBuy) -> Rows:
    if not buy.claims:
        return ()
    return row(Button(view.t("buy.mine_button"), "buy", str(buy.buy_id), standing=True))


def _ceilings(buy: GroupBuy, variant: Variant) -> tuple[Fen, ...]:
    """Return the usual ceiling and the prices of the steps below it."""
    usual = buy.terms.usual_ceiling(variant)
    lower = [each.price for each in variant.steps.tiers if each.price < usual]
    return (usual, *dict.fromkeys(lower[:_MOST_CEILINGS]))


def could_replace(buy: GroupBuy, other: Variant, variant: Variant, ceiling: Fen) -> bool:
    """Tell whether a variant may be taken instead of another: none is dearer than agreed."""
    if other.spec_id == variant.spec_id or other.spec_id is None or not other.limit:
        return False
    return buy.terms.usual_ceiling(other) <= ceiling


def variant_of(buy: GroupBuy, asking: JoinOpen) -> Variant | None:
    """Return the variant that was chosen, or the only one; None while none is."""
    variants = buy.terms.variants
    if asking.variant is None:
        return variants[0] if len(variants) == 1 else None
    return variants[asking.variant] if asking.variant < len(variants) else None


def ceiling_of(buy: GroupBuy, variant: Variant, asking: JoinOpen) -> Fen:
    """Return the most a piece may cost, in fen: as chosen, or the usual one."""
    return asking.ceiling if asking.ceiling is not None else buy.terms.usual_ceiling(variant)
