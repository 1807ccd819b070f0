"""Whom an organiser takes no new claims from: why, who they are, and how they come in again."""

import html
from collections.abc import Iterator
from datetime import datetime
from functools import partial

from telegram import Update

from bot.chat.buttons import natural
from bot.chat.context import Context, Reply
from bot.chat.screens import Button, Rows, Screen, grid, lines, page_of, paragraphs, row
from bot.chat.texts import Texts, cut
from bot.domain.asking import BuyAsked
from bot.domain.group_buys import bans
from bot.domain.group_buys.buys import BuyRefused, Change, GroupBuy, Why
from bot.domain.group_buys.claims import Claim
from bot.domain.identifiers import BuyId, UserId
from bot.domain.ledger import Books
from bot.domain.writes import ChangeBuy
from handlers.group.buy_acting import acts, claims_about, user_about
from handlers.group.buy_view import MOST_BANS, BuyView
from handlers.group.buy_words import REFUSED

_PAGE = 8
_NAME = 40
_REASON = 200  # of each in a list; in full on the page of its person


def screen(view: BuyView, t: Texts) -> Screen:
    """List everybody whom the organiser takes no new claims from, in whichever buy that began."""
    back = row(Button(t("buy.back_button"), "back"))
    found = list({each.user_id: (buy, each) for buy, each in _listed(view)}.values())
    if not found:
        return Screen(paragraphs(view.flash, t("buy.bans_none")), back)
    shown, before, after = page_of(found, view.session.focus.page, _PAGE)
    told = [
        t("buy.ban_line", name=_name(each), reason=cut(each.banned, _REASON)) for _, each in shown
    ]
    buttons = []
    for buy, each in shown:
        label = html.unescape(t("buy.unban_name_button", name=cut(_name(each), _NAME)))
        buttons.append(Button(label, "unban", f"{buy.buy_id}-{each.number}"))
    page = view.session.focus.page
    turning = row(
        Button("◀️", "turn", str(page - 1)) if before else None,
        Button("▶️", "turn", str(page + 1)) if after else None,
    )
    text = paragraphs(view.flash, t("buy.bans_title", count=len(found)), lines(*told))
    return Screen(text, grid(buttons, 1) + turning + back)


def ban_of(view: BuyView, user: UserId) -> Claim | None:
    """Return the claim that somebody's ban stands with, in whichever buy of the organiser's."""
    return next((each for _, each in _listed(view) if each.user_id == user), None)


def rows_about(view: BuyView, t: Texts, buy: GroupBuy, claims: tuple[Claim, ...]) -> Rows:
    """Offer to take no new claims from a member, or to take them again."""
    user = claims[0].user_id
    if user == buy.organiser:
        return ()
    if ban_of(view, user):
        return row(Button(t("buy.unban_button"), "unban", f"{buy.buy_id}-{claims[0].number}"))
    return row(Button(t("buy.ban_button"), "ask", "ban"))


async def ban_typed(context: Context, asking: BuyAsked, typed: str) -> Reply:
    """Take no new claims from somebody, for a reason that they are shown."""
    about = asking.about

    def decide(buy: GroupBuy, _books: Books, context: Context) -> Change:
        return bans.banned(buy, user_about(buy, about), typed, context.now)

    if await acts(context, decide):
        context.flash("buy.banned")
        context.focus(asking=asking.replace(what="member"))
    return None


async def unban(_: Update, context: Context) -> Reply:
    """Take claims from somebody again, in whichever buys that was ended; they are told once.

    The button names a buy and a claim of theirs.
    """
    buy_id, _dash, number = context.arg.partition("-")
    me, buys = context.session.user_id, context.services.store.group_buys
    buy = await buys.buy(BuyId(natural(buy_id) or 0))
    claims = claims_about(buy, natural(number) or 0) if buy and buy.organiser == me else ()
    if not claims:
        context.flash("buy.gone")
        return None
    user = claims[0].user_id
    banning = [each for each in await buys.bans_of(me, MOST_BANS) if each.claims_of(user)]
    if not banning:
        context.flash(REFUSED[Why.STATE])
        return None
    for at, each in enumerate(banning):
        decide = partial(_let_in, me=me, user=user, now=context.now, tells=not at)
        context.write(ChangeBuy(each.buy_id, decide))
    context.flash("buy.unbanned")
    return None


def _let_in(
    buy: GroupBuy, _books: Books, *, me: UserId, user: UserId, now: datetime, tells: bool
) -> Change:
    if buy.organiser != me:
        raise BuyRefused(Why.NOT_YOURS)
    change = bans.let_in_again(buy, user, now)
    return change if tells else Change(change.buy)


def _listed(view: BuyView) -> Iterator[tuple[GroupBuy, Claim]]:
    return ((buy, each) for buy in view.bans for each in buy.claims)


def _name(claim: Claim) -> str:
    return claim.name or claim.username or str(claim.user_id)
