"""Joining a group buy: its terms, a variant, how many, up to which price, confirm."""

from fractions import Fraction

from telegram import Update

from bot.chat.buttons import natural
from bot.chat.context import Context, Reply
from bot.chat.conversation import received_at
from bot.chat.texts import cut
from bot.domain.asking import JoinOpen
from bot.domain.currencies import MoneyUnreadable, read_money
from bot.domain.group_buys.buys import BuyRefused, GroupBuy
from bot.domain.group_buys.claims import Claim, ClaimState
from bot.domain.group_buys.joining import Taken, Wanted, admitted
from bot.domain.group_buys.terms import Terms, Variant
from bot.domain.identifiers import SpecId
from bot.domain.money import Fen
from bot.domain.sessions import Step
from bot.domain.variants import named
from bot.domain.writes import JoinBuy
from handlers.finding import search
from handlers.group.buy_acting import returning
from handlers.group.buy_card import PAYLOAD
from handlers.group.buy_words import REFUSED
from handlers.group.joining_view import ceiling_of, could_replace, load, screen, variant_of

__all__ = ["load", "screen"]

_NAME = 60
_LARGEST = 1_000_000
_MOST_ALTERNATIVES = 5


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
    return _choose(context, asking, buy, number)


def _choose(context: Context, asking: JoinOpen, buy: GroupBuy, number: int) -> Reply:
    if not buy.terms.variants[number].limit:
        # Nobody can leave it to whoever queues.
        context.flash("joining.sold_out")
        return None
    context.focus(asking=asking.replace(variant=number, pieces=None, ceiling=None))
    return None


async def amount(_: Update, context: Context) -> Reply:
    """Take a number of pieces that a button names."""
    return await _take(context, context.arg)


async def text(update: Update, context: Context) -> Reply:
    """A variant by its name, a limit, or a number of pieces that was typed.

    Whoever has just joined is asked for nothing any more: words are looked for as anywhere.
    """
    typed = (update.effective_message.text if update.effective_message else None) or ""
    asking, buy = await _open(context)
    if buy is None or asking is None:
        context.flash("buy.use_buttons")
        return None
    if asking.asks == "joined" and any(each.isalpha() for each in typed):
        return await search.words(update, context)
    if variant_of(buy, asking) is None:
        return _named(context, asking, buy, typed)
    if asking.asks == "ceiling":
        return _ceiling_typed(context, asking, buy, typed)
    if asking.pieces is not None:
        context.flash("buy.use_buttons")
        return None
    return await _take(context, typed)


def _named(context: Context, asking: JoinOpen, buy: GroupBuy, typed: str) -> Reply:
    number = named([each.label for each in buy.terms.variants], typed)
    if number is not None:
        return _choose(context, asking, buy, number)
    context.flash("variant.use_buttons")
    return None


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
    context.focus(
        asking=asking.replace(pieces=pieces, ceiling=None, terms=buy.terms.number, asks="")
    )
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
    context.focus(asking=JoinOpen(token=asking.token, asks="joined"))
    return None


async def back(_: Update, context: Context) -> Reply:
    """Back to the variants, or to the number of pieces."""
    asking, buy = await _open(context)
    if asking is None or buy is None:
        return None
    several = len(buy.terms.variants) > 1
    if asking.asks:
        # Whoever joins with more goes on where they were in the list.
        page = context.session.focus.page if asking.asks == "joined" else 0
        context.focus(asking=asking.replace(asks=""), page=page)
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
    most = ceiling_of(buy, variant, asking)
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
        if each.spec_id is not None and could_replace(buy, each, variant, ceiling)
    )


async def _open(context: Context) -> tuple[JoinOpen | None, GroupBuy | None]:
    asking = context.session.focus.asking
    if not isinstance(asking, JoinOpen):
        return None, None
    return asking, await context.services.store.group_buys.head(asking.token)


async def _taken(context: Context, buy: GroupBuy, asking: JoinOpen) -> Taken:
    spec = buy.terms.variants[asking.variant or 0].spec_id
    return await context.services.store.group_buys.taken(buy.buy_id, context.session.user_id, spec)
