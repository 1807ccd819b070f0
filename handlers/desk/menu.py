"""`/admin`: the operator's desk, its health and its people, beside the journey."""

from datetime import timedelta

from telegram import Update

from bot.chat.context import Context, Overlay, Reply
from bot.chat.screens import Button, Rows, Screen, grid, lines, paragraphs, row
from bot.chat.texts import Html
from bot.domain.orders import Placing
from bot.process.clock import CLOCK_OFF
from bot.services.access import AccessMode
from handlers.desk import waiting
from handlers.desk.door import desk_button, for_operators

_GAP_SHOWN_FOR = timedelta(days=7)
_MODES = {
    AccessMode.OPEN: "admin.access_open",
    AccessMode.INVITE: "admin.access_invite",
    AccessMode.ALLOWLIST: "admin.access_allowlist",
}


@for_operators
async def admin(_: Update, context: Context) -> Reply:
    """`/admin`: what waits for a hand, and the ways to everything."""
    return Overlay(await _desk(context))


@for_operators
async def menu(_: Update, context: Context) -> Reply:
    """Go back to the desk, in place."""
    return Overlay(await _desk(context), in_place=True)


async def _desk(context: Context) -> Screen:
    t, census = context.t, await context.services.store.upkeep.census()
    open_ = census.orders.get(Placing.UNRESOLVED, 0) + census.orders.get(Placing.UNCERTAIN, 0)
    # The press or command that is answered here is among those that wait.
    messages = max(0, census.waiting - 1)
    shop = context.services.shop
    questions = await context.services.support.waiting()
    text = paragraphs(
        t("admin.title"),
        t("answer.waiting", number=questions),
        await waiting.counted(context, shop) if shop else None,
        lines(
            t("admin.open", number=open_),
            t("admin.parked", number=census.parked),
            t("admin.waiting", number=messages),
            _marketplace(context),
            _clock(context),
            await _gap(context),
        ),
    )
    buttons: Rows = grid(
        [
            _to(context, "admin.today_button", "admin_today", "0"),
            _to(context, "admin.open_button", "admin_open"),
            _to(context, "admin.parked_button", "admin_parked"),
            _to(context, "admin.health_button", "admin_health"),
            _to(context, "admin.people_button", "admin_people"),
            _to(context, "admin.news_button", "admin_news"),
            _to(context, "admin.export_button", "admin_export"),
        ],
        2,
    )
    if questions:
        asked = t("answer.waiting_button", number=questions)
        buttons = row(Button(asked, "questions", standing=True)) + buttons
    if shop is not None:
        buttons = await waiting.buttons(context, shop) + buttons
    return Screen(text, buttons + row(_to(context, "card.refresh_button", "admin")))


def _clock(context: Context) -> Html | None:
    off = context.services.clock_off()
    if off is None or abs(off) < CLOCK_OFF:
        return None
    key = "admin.clock_ahead" if off > timedelta() else "admin.clock_behind"
    return context.t(key, count=round(abs(off.total_seconds())))


async def _gap(context: Context) -> Html | None:
    """Tell of the last time that nothing ran for long."""
    t, gap = context.t, await context.services.store.runs.last_gap()
    if gap is None or context.now - gap.until > _GAP_SHOWN_FOR:
        return None
    key = "admin.was_down" if gap.until > gap.since else "admin.clock_went_back"
    return t(key, since=t.moment(gap.since), until=t.moment(gap.until))


def _to(context: Context, key: str, action: str, arg: str = "") -> Button:
    return Button(context.t(key), action, arg, standing=True)


def _marketplace(context: Context) -> Html:
    t, health = context.t, context.services.health()
    if health.down:
        return t("admin.market_down", last=health.last)
    if health.last in {"ok", "unknown"}:
        return t("admin.market_ok" if health.last == "ok" else "admin.market_unknown")
    return t("admin.market_failing", last=health.last)


@for_operators
async def health(_: Update, context: Context) -> Reply:
    """How the marketplace's calls went since the start, endpoint by endpoint."""
    t, now = context.t, context.services.health()
    told = [
        t(
            "admin.endpoint",
            name=each.endpoint,
            calls=each.calls,
            failed=each.failed,
            average=each.milliseconds // max(1, each.calls),
        )
        for each in now.endpoints
    ]
    text = paragraphs(
        t("admin.health_title"), _marketplace(context), lines(*(told or [t("admin.no_calls")]))
    )
    rows = row(_to(context, "card.refresh_button", "admin_health"), desk_button(context))
    return Overlay(Screen(text, rows), in_place=True)


@for_operators
async def people(_: Update, context: Context) -> Reply:
    """How many there are, who gets in, and the live invitations."""
    t, services = context.t, context.services
    counted = await services.store.upkeep.count_people()
    invites = await services.access.invites(context.session.user_id)
    text = paragraphs(
        t("admin.people_title"),
        lines(
            t("admin.known", number=counted.known),
            t("admin.ordered", number=counted.ordered),
            t("admin.invited", number=counted.invited),
        ),
        lines(t(_MODES[services.access.mode]), t("admin.invites", number=len(invites))),
    )
    return Overlay(Screen(text, row(desk_button(context))), in_place=True)
