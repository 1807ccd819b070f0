"""`/broadcast`: an operator's message to all who want news; shown first, then confirmed."""

import re

from telegram import Update

from bot.chat.buttons import natural
from bot.chat.context import Context, Overlay, Reply
from bot.chat.screens import Button, Screen, paragraphs, row
from bot.chat.texts import Html, cut, escape, plain
from bot.domain.broadcasts import LONGEST_NEWS, Broadcast, BroadcastState, Reached
from handlers.desk.door import desk_button, for_operators

_LARGEST = 2**63 - 1
_PEEK = 200
_STATES = {
    BroadcastState.DRAFT: "admin.news_draft",
    BroadcastState.SENDING: "admin.news_sending",
    BroadcastState.DONE: "admin.news_done",
    BroadcastState.STOPPED: "admin.news_stopped",
}


@for_operators
async def broadcast(update: Update, context: Context) -> Reply:
    """`/broadcast text`: show it as people will get it, and ask."""
    t, message = context.t, update.effective_message
    _, *rest = re.split(r"\s", (message.text if message else "") or "", maxsplit=1)
    # Cleaned here, so that what is shown is exactly what is sent.
    text = "\n".join(plain(each) for each in "".join(rest).strip().split("\n"))
    length = len(text.encode("utf-16-le")) // 2
    if not text or length > LONGEST_NEWS:
        return Overlay(Screen(t("admin.news_usage", most=LONGEST_NEWS)))
    store = context.services.store
    number = await store.broadcasts.draft_broadcast(context.session.user_id, text)
    readers = await store.broadcasts.count_readers()
    shown = Html("\n".join(escape(each) for each in text.split("\n")))
    asked = paragraphs(
        t("admin.news_ask", number=readers) if readers else t("admin.news_nobody"),
        shown,
        t("news.footer"),
    )
    yes = None
    if readers:
        label = t("admin.news_yes_button", number=readers)
        yes = Button(label, "cast", str(number), standing=True)
    no = Button(t("admin.news_no_button"), "cast_stop", str(number), standing=True)
    return Overlay(Screen(asked, row(no) + row(yes)))


@for_operators
async def start(_: Update, context: Context) -> Reply:
    """Begin to send it; a second press begins nothing."""
    number = _number(context)
    started = (
        None if number is None else await context.services.store.broadcasts.start_broadcast(number)
    )
    context.toast = context.t("admin.news_over" if started is None else "admin.news_started")
    return Overlay(await _progress(context), in_place=True)


@for_operators
async def stop_asked(_: Update, context: Context) -> Reply:
    """Say how many would not get it any more, and ask: what is stopped is not gone on with."""
    t, number = context.t, _number(context)
    latest = await context.services.store.broadcasts.broadcast()
    is_sending = latest is not None and latest.state is BroadcastState.SENDING
    if latest is None or not is_sending or latest.broadcast_id != number:
        return Overlay(await _progress(context), in_place=True)
    asked = paragraphs(t("admin.news_stop_ask", count=_waiting(latest)), _told(context, latest))
    yes = Button(t("admin.news_stop_yes_button"), "cast_stop", str(number), standing=True)
    back = Button(t("admin.news_go_on_button"), "admin_news", standing=True)
    return Overlay(Screen(asked, row(back) + row(yes)), in_place=True)


@for_operators
async def stop(_: Update, context: Context) -> Reply:
    """Send it to nobody else."""
    number = _number(context)
    stopped = number is not None and await context.services.store.broadcasts.stop_broadcast(number)
    context.toast = context.t("admin.news_now_stopped" if stopped else "admin.news_over")
    return Overlay(await _progress(context), in_place=True)


@for_operators
async def progress(_: Update, context: Context) -> Reply:
    """How far the latest message has come, and how to write one."""
    return Overlay(await _progress(context), in_place=True)


def _number(context: Context) -> int | None:
    number = natural(context.arg)
    return number if number is not None and number <= _LARGEST else None


async def _progress(context: Context) -> Screen:
    t, store = context.t, context.services.store
    latest = await store.broadcasts.broadcast()
    text = paragraphs(
        t("admin.news_title", number=await store.broadcasts.count_readers()),
        _told(context, latest) if latest else None,
        t("admin.news_usage", most=LONGEST_NEWS),
    )
    end = None
    if latest is not None and latest.state is BroadcastState.SENDING:
        number = str(latest.broadcast_id)
        end = Button(t("admin.news_stop_button"), "cast_end", number, standing=True)
    refresh = Button(t("card.refresh_button"), "admin_news", standing=True)
    return Screen(text, row(end) + row(refresh, desk_button(context)))


def _told(context: Context, latest: Broadcast) -> Html:
    t, people = context.t, latest.people
    return t(
        "admin.news_progress",
        state=t(_STATES[latest.state]),
        text=cut(latest.text, _PEEK),
        told=people.get(Reached.TOLD, 0),
        waiting=_waiting(latest),
        unclear=people.get(Reached.UNCLEAR, 0),
        gone=people.get(Reached.UNREACHABLE, 0),
    )


def _waiting(latest: Broadcast) -> int:
    """Return how many have not been written to yet, those included who just are."""
    return latest.people.get("waiting", 0) + latest.people.get("claimed", 0)
