"""Joining a group buy: its terms, a variant, how many, up to which price, confirm."""

from dataclasses import dataclass, field
from fractions import Fraction

from telegram import Update

from bot.chat.buttons import natural
from bot.chat.context import Context, Reply
from bot.chat.conversation import received_at
from bot.chat.screens import Button, Rows, Screen, View, grid, lines, page_of, paragraphs, row
from bot.chat.texts import Html, Texts, cut
from bot.chat.units import counted
from bot.domain.asking import JoinOpen
from bot.domain.currencies import MoneyUnreadable, read_money
from bot.domain.group_buys.buys import (
    BuyRefused,
    BuyState,
    GroupBuy,
    Progress,
    Taken,
    Wanted,
    admitted,
)
from bot.domain.group_buys.claims import Claim, ClaimState
from bot.domain.group_buys.terms import Terms, Variant
from bot.domain.identifiers import SpecId
from bot.domain.money import Fen
from bot.domain.sessions import Session, Step
from bot.domain.writes import JoinBuy
from bot.services.bundle import Services
from bot.telegram.newer import Style
from handlers.group.buy_acting import returning
from handlers.group.buy_card import PAYLOAD
from handlers.group.buy_words import (
    REFUSED,
    claim_line,
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
_AMOUNTS = (1, 2, 3, 5, 10, 20)
_NAME = 60
_MOST_CEILINGS = 3
_LARGEST = 1_000_000
_MOST_ALTERNATIVES = 5


@dataclass(frozen=True, slots=True)
class JoinView(View):
    """The buy that is looked at, with one's own claims; None when it is gone."""

    buy: GroupBuy | None = None
    progress: Progress = field(default_factory=Progress)


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
    return await JoinView.of(
        session,
        services,
        buy=mine[0] if mine else buy,
        progress=await buys.progress(buy.buy_id),
    )


def screen(view: JoinView) -> Screen:
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
    mine = lines(*(claim_line(t, buy, each) for each in buy.claims)) if buy.claims else None
    own = lines(t("buy.yours"), mine) if mine else None
    if buy.state is not BuyState.OPEN:
        return Screen(paragraphs(view.flash, head, own), _own_page(view, buy) + leave)
    variant = _variant(buy, asking)
    if variant is None:
        text = paragraphs(view.flash, head, _terms(view, buy), own, t("joining.which"))
        all_terms = Button(t("joining.terms_button"), "terms")
        return Screen(text, _variants(view, buy) + _own_page(view, buy) + row(all_terms) + leave)
    if asking.pieces is None:
        chosen = t(
            "joining.how_many", variant=variant_name(t, buy, variant), left=_left(view, variant)
        )
        all_terms = Button(t("joining.terms_button"), "terms")
        back = row(Button(t("buy.back_button"), "back"), all_terms)
        return Screen(
            paragraphs(view.flash, head, own, chosen), _amounts(view, buy, variant) + back
        )
    return _agreeing(view, buy, variant, asking)


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
    pieces, ceiling = asking.pieces or 1, _ceiling(buy, variant, asking)
    goods = ceiling * pieces
    freight, fee = terms.freight_most(pieces), terms.charged_fee_ppm * goods // 1_000_000
    abroad = terms.abroad_most(pieces)
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
        if _could_replace(buy, each, variant, _ceiling(buy, variant, asking))
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
    rows = grid(buttons, 1) + turning
    if (asking.pieces or 1) > 1:
        rows += row(Button(t(partly), "partly"))
    rows += row(Button(t("joining.done_button"), "back"))
    return Screen(paragraphs(view.flash, t("joining.ask_else"), _named(t, buy, asking)), rows)


def _named(t: Texts, buy: GroupBuy, asking: JoinOpen) -> Html | None:
    """Say what was chosen for the case that it runs out; None for nothing."""
    variants = buy.terms.variants
    others = [variants[each] for each in asking.alternatives if each < len(variants)]
    named = ", ".join(variant_name(t, buy, each) for each in others)
    if not others and not asking.partly:
        return None
    return lines(
        t("buy.claim_else", others=named) if others else None,
        t("joining.partly") if asking.partly else None,
    )


def _could_replace(buy: GroupBuy, other: Variant, variant: Variant, ceiling: Fen) -> bool:
    """Tell whether a variant may be taken instead of another: none is dearer than agreed."""
    if other.spec_id == variant.spec_id or other.spec_id is None or not other.limit:
        return False
    return buy.terms.usual_ceiling(other) <= ceiling


async def open_buy(context: Context, token: str) -> Reply:
    """Open the buy of a link, whatever its state."""
    if context.session.step is Step.PLACING:
        context.flash("placing.wait")
        return None
    context.focus(asking=JoinOpen(token=token), page=0, return_to=returning(context))
    return Step.JOINING


def token_in(arguments: list[str] | None) -> str | None:
    """Return the buy that `/start` was asked to open, None where it came for something else."""
    first = arguments[0] if arguments else ""
    return first.removeprefix(PAYLOAD) if first.startswith(PAYLOAD) else None


async def variant(_: Update, context: Context) -> Reply:
    """Take a variant by its place in the list."""
    asking, buy = await _open(context)
    number = natural(context.arg)
    if buy is None or asking is None or number is None or number >= len(buy.terms.variants):
        return None
    context.focus(asking=asking.replace(variant=number, pieces=None, ceiling=None))
    return None


async def turn(_: Update, context: Context) -> Reply:
    """Turn to another page of variants."""
    context.focus(page=natural(context.arg) or 0)
    return None


async def amount(_: Update, context: Context) -> Reply:
    """Take a number of pieces that a button names."""
    return await _take(context, context.arg)


async def text(update: Update, context: Context) -> Reply:
    """A number of pieces that was typed."""
    typed = (update.effective_message.text if update.effective_message else None) or ""
    asking, buy = await _open(context)
    if buy is None or asking is None or _variant(buy, asking) is None:
        context.flash("buy.use_buttons")
        return None
    if asking.asks == "ceiling":
        return _ceiling_typed(context, asking, buy, typed)
    if asking.pieces is not None:
        context.flash("buy.use_buttons")
        return None
    return await _take(context, typed)


def _ceiling_typed(context: Context, asking: JoinOpen, buy: GroupBuy, typed: str) -> Reply:
    most = read_ceiling(typed, buy.terms)
    if most is None:
        context.flash("buy.not_an_amount")
        return None
    context.focus(asking=asking.replace(ceiling=most, asks=""))
    return None


def read_ceiling(typed: str, terms: Terms) -> Fen | None:
    """Read the most a piece may cost, as fen: in the currency that people pay, rounded down.

    None for what is no amount.
    """
    try:
        typed_money = read_money(typed, terms.rate.currency)
    except MoneyUnreadable:
        return None
    yuan = Fraction(typed_money.units, terms.rate.currency.units) / terms.rate.ratio
    return Fen(int(yuan * 100))


async def ask(_: Update, context: Context) -> Reply:
    """Ask for another ceiling, or for what is taken when the variant runs out."""
    asking = context.session.focus.asking
    if isinstance(asking, JoinOpen):
        context.focus(asking=asking.replace(asks=context.arg), page=0)
    return None


async def terms(_: Update, context: Context) -> Reply:
    """Read all terms."""
    asking = context.session.focus.asking
    if isinstance(asking, JoinOpen):
        context.focus(asking=asking.replace(asks="terms"))
    return None


async def other(_: Update, context: Context) -> Reply:
    """Name a variant to be taken instead, or no longer."""
    asking, number = context.session.focus.asking, natural(context.arg)
    if isinstance(asking, JoinOpen) and number is not None:
        named = asking.alternatives
        changed = (
            tuple(each for each in named if each != number)
            if number in named
            else (*named, number)[:_MOST_ALTERNATIVES]
        )
        context.focus(asking=asking.replace(alternatives=changed))
    return None


async def partly(_: Update, context: Context) -> Reply:
    """Fewer pieces are fine, or no longer."""
    asking = context.session.focus.asking
    if isinstance(asking, JoinOpen):
        context.focus(asking=asking.replace(partly=not asking.partly))
    return None


async def _take(context: Context, typed: str) -> Reply:
    asking, buy = await _open(context)
    pieces = natural(cut(typed.strip(), 9))
    if buy is None or asking is None or pieces is None or not 0 < pieces <= _LARGEST:
        context.flash("buy.not_a_number")
        return None
    context.focus(asking=asking.replace(pieces=pieces, ceiling=None, terms=buy.terms.number))
    if _refusal(context, buy, asking.replace(pieces=pieces), await _taken(context, buy, asking)):
        context.focus(asking=asking)
    return None


async def ceiling(_: Update, context: Context) -> Reply:
    """Buy only if a piece costs no more than that."""
    asking, buy = await _open(context)
    chosen = natural(context.arg)
    if asking is not None and buy is not None and chosen is not None:
        context.focus(asking=asking.replace(ceiling=Fen(chosen)))
    return None


async def join(update: Update, context: Context) -> Reply:
    """Confirm: the claim is added in the step's own transaction, if it fits as the buy is then."""
    asking, buy = await _open(context)
    if buy is None or asking is None or asking.pieces is None:
        context.flash("buy.gone")
        return None
    taken = await _taken(context, buy, asking)
    wanted = _wanted(context, buy, asking, update)
    claim = _refusal(context, buy, asking, taken, wanted)
    if not isinstance(claim, Claim):
        context.focus(asking=asking.replace(pieces=None, ceiling=None))
        return None
    context.write(JoinBuy(buy.buy_id, wanted))
    waits = claim.state is ClaimState.WAITING
    context.flash("joining.queued" if waits else "joining.joined")
    context.focus(asking=JoinOpen(token=asking.token))
    return None


async def back(_: Update, context: Context) -> Reply:
    """Back to the variants, or to the number of pieces."""
    asking, buy = await _open(context)
    if asking is None or buy is None:
        return None
    several = len(buy.terms.variants) > 1
    if asking.asks:
        context.focus(asking=asking.replace(asks=""), page=0)
    elif asking.pieces is not None:
        context.focus(asking=asking.replace(pieces=None, ceiling=None))
    elif several:
        context.focus(asking=asking.replace(variant=None))
    return None


async def leave(_: Update, context: Context) -> Reply:
    """Back to where the link interrupted."""
    step = context.session.focus.return_to
    context.focus(asking=None, return_to=None, page=0)
    return step or Step.START


def _refusal(
    context: Context,
    buy: GroupBuy,
    asking: JoinOpen,
    taken: Taken,
    wanted: Wanted | None = None,
) -> Claim | bool:
    """Say why a claim does not fit; return the claim where it does, or False at no consent yet."""
    try:
        claim = admitted(buy, wanted or _wanted(context, buy, asking, None), taken)
    except BuyRefused as error:
        context.flash(REFUSED[error.why], left=error.left)
        return True
    return claim if wanted else False


def _wanted(context: Context, buy: GroupBuy, asking: JoinOpen, update: Update | None) -> Wanted:
    user = update.effective_user if update else None
    variant = buy.terms.variants[asking.variant or 0]
    most = _ceiling(buy, variant, asking)
    message = update.message if update else None
    # A press has no time of its own: when it came in counts.
    sent_at = message.date if message is not None else received_at.get() or context.now
    return Wanted(
        user_id=context.session.user_id,
        spec_id=variant.spec_id,
        pieces=asking.pieces or 1,
        ceiling=most,
        terms=asking.terms or buy.terms.number,
        sent_at=sent_at,
        name=cut(user.full_name, _NAME) if user else "",
        username=(user.username or "") if user else "",
        language=context.session.language,
        alternatives=_alternatives(buy, variant, asking, most),
        partly=asking.partly,
        shown=f"{asking.pieces} x {most}",
    )


def _alternatives(
    buy: GroupBuy, variant: Variant, asking: JoinOpen, ceiling: Fen
) -> tuple[SpecId, ...]:
    """Return what was named to be taken instead, as far as it is not too dear by now."""
    variants = buy.terms.variants
    named = [variants[each] for each in asking.alternatives if each < len(variants)]
    return tuple(
        each.spec_id
        for each in named
        if each.spec_id is not None and _could_replace(buy, each, variant, ceiling)
    )


async def _open(context: Context) -> tuple[JoinOpen | None, GroupBuy | None]:
    asking = context.session.focus.asking
    if not isinstance(asking, JoinOpen):
        return None, None
    return asking, await context.services.store.group_buys.head(asking.token)


async def _taken(context: Context, buy: GroupBuy, asking: JoinOpen) -> Taken:
    spec = buy.terms.variants[asking.variant or 0].spec_id
    return await context.services.store.group_buys.taken(buy.buy_id, context.session.user_id, spec)


def _variant(buy: GroupBuy, asking: JoinOpen) -> Variant | None:
    variants = buy.terms.variants
    if asking.variant is None:
        return variants[0] if len(variants) == 1 else None
    return variants[asking.variant] if asking.variant < len(variants) else None


def _ceiling(buy: GroupBuy, variant: Variant, asking: JoinOpen) -> Fen:
    return asking.ceiling if asking.ceiling is not None else buy.terms.usual_ceiling(variant)


def _ceilings(buy: GroupBuy, variant: Variant) -> tuple[Fen, ...]:
    """Return the usual ceiling and the prices of the steps below it."""
    usual = buy.terms.usual_ceiling(variant)
    lower = [each.price for each in variant.steps.tiers if each.price < usual]
    return (usual, *dict.fromkeys(lower[:_MOST_CEILINGS]))


def _left(view: JoinView, variant: Variant) -> Html:
    left = max(0, variant.limit - view.progress.of(variant.spec_id))
    return view.t.number(left)


def _terms(view: JoinView, buy: GroupBuy) -> Html:
    t, terms = priced(view.t, buy.terms), buy.terms
    return lines(
        cost_lines(t, terms),
        currency_line(t, terms),
        row_line(t, terms),
        t("buy.most_each", most=terms.most_each) if terms.most_each else None,
        t("buy.payment_line", text=terms.payment) if terms.payment else None,
        t("buy.handout_line", text=terms.handout) if terms.handout else None,
        t("joining.terms_number", number=terms.number),
    )


def _variants(view: JoinView, buy: GroupBuy) -> Rows:
    t, page = priced(view.t, buy.terms), view.session.focus.page
    numbered = list(enumerate(buy.terms.variants))
    shown, before, after = page_of(numbered, page, _PAGE)
    buttons = [
        Button(cut(f"{variant_name(t, buy, each)} ({_left(view, each)})", 60), "spec", str(number))
        for number, each in shown
    ]
    turning = row(
        Button("◀️", "turn", str(page - 1)) if before else None,
        Button("▶️", "turn", str(page + 1)) if after else None,
    )
    return grid(buttons, 1) + turning


def _amounts(view: JoinView, buy: GroupBuy, variant: Variant) -> Rows:
    left = max(0, variant.limit - view.progress.of(variant.spec_id))
    most = min(left, buy.terms.most_each or left)
    offered = [each for each in _AMOUNTS if each <= most] or [1]
    return grid([Button(str(each), "pieces", str(each)) for each in offered], 3)


def _own_page(view: JoinView, buy: GroupBuy) -> Rows:
    if not buy.claims:
        return ()
    return row(Button(view.t("buy.mine_button"), "buy", str(buy.buy_id), standing=True))
