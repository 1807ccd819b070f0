"""`/invite` and `/invites`: an operator lets people in. To anybody else these do not exist."""

from telegram import Update

from bot.chat.buttons import natural
from bot.chat.context import Context, Overlay, Reply
from bot.chat.screens import Button, Rows, Screen, lines, paragraphs, row
from bot.chat.texts import Html, Texts
from bot.domain.invites import PREFIX, Invite
from bot.services.access import MOST_DAYS, MOST_USES, AccessMode
from handlers.always import anywhere

_USES, _DAYS = 1, 7
_MOST_ARGUMENTS = 2


async def invite(update: Update, context: Context) -> Reply:
    """`/invite [uses] [days]`: make a link that lets people in."""
    access, t, operator = context.services.access, context.t, context.session.user_id
    if not access.is_operator(operator):
        return await anywhere.unknown_command(update, context)
    wanted = _numbers(context.args or [])
    if wanted is None:
        text = t("invite.usage", most_uses=MOST_USES, most_days=MOST_DAYS)
        return Overlay(Screen(text))
    made, token = await access.invite(operator, *wanted)
    link = f"https://t.me/{context.bot.username}?start={PREFIX}{token}"
    text = paragraphs(
        t("invite.made", count=made.uses_allowed, until=t.moment(made.expires_at)),
        Html(link),
        None if access.mode is AccessMode.INVITE else t("invite.not_needed"),
    )
    return Overlay(Screen(text, row(Button(t("invite.copy_button"), copy=link))))


async def invites(update: Update, context: Context) -> Reply:
    """`/invites`: the links that still work, each with a way to end it."""
    access = context.services.access
    if not access.is_operator(context.session.user_id):
        return await anywhere.unknown_command(update, context)
    return Overlay(await _list(context))


async def revoke(_: Update, context: Context) -> Reply:
    """End an invitation. Whom it let in stays in."""
    access, operator = context.services.access, context.session.user_id
    number = natural(context.arg)
    if number is None or not access.is_operator(operator):
        anywhere.stale(context)
        return None
    was_live = await access.revoke(operator, min(number, 2**63 - 1))
    context.toast = context.t("invite.revoked" if was_live else "invite.was_over")
    return Overlay(await _list(context))


async def _list(context: Context) -> Screen:
    t = context.t
    live = await context.services.access.invites(context.session.user_id)
    if not live:
        return Screen(t("invite.none"))
    rows: Rows = ()
    for each in live:
        label = t("invite.revoke_button", number=str(each.invite_id))
        rows += row(Button(label, "revoke", str(each.invite_id), standing=True))
    return Screen(paragraphs(t("invite.list"), lines(*(_line(t, each) for each in live))), rows)


def _line(t: Texts, each: Invite) -> Html:
    return t(
        "invite.line",
        number=str(each.invite_id),
        uses=each.uses,
        allowed=each.uses_allowed,
        until=t.moment(each.expires_at),
    )


def _numbers(arguments: list[str]) -> tuple[int, int] | None:
    """Read uses and days; None for anything that they can't be."""
    if len(arguments) > _MOST_ARGUMENTS:
        return None
    uses = natural(arguments[0]) if arguments else _USES
    days = natural(arguments[1]) if len(arguments) == _MOST_ARGUMENTS else _DAYS
    if uses is None or days is None:
        return None
    return (uses, days) if 1 <= uses <= MOST_USES and 1 <= days <= MOST_DAYS else None
