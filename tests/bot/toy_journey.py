"""A journey of two steps over the real conversation, storage in memory, Telegram as transport."""

import asyncio
import dataclasses
from collections.abc import Mapping
from typing import Any, cast

from telegram import Update
from telegram.ext import Application, ContextTypes, MessageHandler, filters

from bot.chat.context import QUIET, Context, Overlay, Reply
from bot.chat.conversation import Handler, StoredConversationHandler
from bot.chat.drawing import Drawer
from bot.chat.routing import Buttons
from bot.chat.screens import Button, Picture, Screen, StepScreen, View, only_session, row
from bot.domain.identifiers import ChatId, UserId
from bot.domain.sessions import Query, Session, Step, Wish
from bot.marketplace.errors import Unreachable
from bot.services.bundle import Services
from bot.services.waiting import waiting
from bot.telegram import DirectBot
from bot.wiring.parts import StoringApplication
from tests.bot.fake_telegram import TOKEN, Call, FakeTelegram
from tests.fakes.memory_storage import MemoryStorage

ANN = 501
SIGNS_AFTER = 0.3
"""Seconds of a step's work; a busy machine lets quick ones wait for longer than production does."""


class NoPictures:
    """A source of pictures that has none."""

    async def make(self, picture: Picture) -> bytes | None:
        return None


class Toy:
    """`text` adds its number to the count; buttons do what their names say."""

    def __init__(self, storage: MemoryStorage | None = None) -> None:
        self.storage = storage or MemoryStorage()
        self.telegram = FakeTelegram()
        self.bot = DirectBot(TOKEN, request=self.telegram, get_updates_request=self.telegram)
        self.application: Application[Any, Any, Any, Any, Any, Any] = (
            Application.builder()
            .application_class(StoringApplication)
            .bot(self.bot)
            .updater(None)
            .job_queue(None)
            .context_types(ContextTypes(context=Context))
            .build()
        )
        self.walked: list[str] = []
        self.work = 0.0
        self.passing: str | None = None
        self.answered = asyncio.Event()
        """Until it is set, the marketplace hangs for `hang`, `firm` and texts that begin so."""
        self.broken_screen: Exception | None = None
        self.rows = row(
            Button("add", "add"),
            Button("slow", "slow"),
            Button("other", "other"),
            Button("fail", "fail"),
            Button("down", "down"),
            Button("quiet", "quiet"),
            Button("standing", "standing", standing=True),
            Button("beside", "beside", standing=True),
            Button("hang", "hang"),
            Button("firm", "firm"),
        )
        self.conversation = StoredConversationHandler(
            self.entry_points(),
            self.states(),
            [MessageHandler(filters.ALL, self._add)],
            screens=dict.fromkeys((Step.START, Step.OFFER), StepScreen(only_session, self._screen)),
            on_marketplace_error=_say_down,
            stale=_say_old,
            services=services_of(self.storage),
            drawer=Drawer(self.bot, NoPictures(), self.storage),
            signs_after=SIGNS_AFTER,
        )
        self.application.add_handler(self.conversation)
        self._update_id = 0
        self._message_id = 1000

    def entry_points(self) -> list[Handler]:
        return [Buttons(standing=self._add, beside=self._beside)]

    def states(self) -> dict[Step, list[Handler]]:
        of_start = Buttons(
            add=self._add,
            slow=self._slow,
            other=self._other,
            fail=self._fail,
            down=self._down,
            quiet=self._quiet,
            hang=self._hang,
            firm=self._firm,
        )
        return {Step.START: [of_start], Step.OFFER: [Buttons(add=self._add)]}

    async def open(self) -> "Toy":
        await self.application.initialize()
        self.telegram.calls.clear()
        return self

    def text(self, text: str, user: int = ANN) -> dict[str, Any]:
        """The raw update of a message."""
        self._message_id += 1
        content = {"message_id": self._message_id, "date": 1, "text": text, **_place(user)}
        return self.raw("message", {**content, "from": _person(user)})

    def album(self, text: str, album: str) -> dict[str, Any]:
        """The raw update of one item of an album, as far as its order matters."""
        raw = self.text(text)
        raw["message"]["media_group_id"] = album
        return raw

    def press(self, data: str, user: int = ANN, *, message: bool = True) -> dict[str, Any]:
        """The raw update of a pressed button."""
        query: dict[str, Any] = {
            "id": str(self._update_id),
            "from": _person(user),
            "chat_instance": "1",
            "data": data,
        }
        if message:
            shown = {"message_id": 77, "date": 1, "text": "old", **_place(user)}
            query["message"] = {
                **shown,
                "reply_markup": {"inline_keyboard": [[{"text": "x", "callback_data": data}]]},
            }
        return self.raw("callback_query", query)

    def raw(self, kind: str, content: Mapping[str, Any]) -> dict[str, Any]:
        self._update_id += 1
        return {"update_id": self._update_id, kind: content}

    def read(self, raw: Mapping[str, Any]) -> Update:
        update = Update.de_json(dict(raw), self.bot)
        assert update is not None
        return update

    async def process(self, raw: Mapping[str, Any]) -> None:
        await self.application.process_update(self.read(raw))

    async def say(self, text: str) -> Call:
        """Send a text and return the newest screen."""
        await self.process(self.text(text))
        return self.telegram.shown[-1]

    async def tap(self, label: str, on: Call | None = None) -> Call:
        """Press a button of the newest screen (or of `on`) and return the newest screen."""
        await self.process(self.press((on or self.telegram.shown[-1]).data(label)))
        return self.telegram.shown[-1]

    async def session(self, user: int = ANN) -> Session:
        session = await self.storage.load_session(ChatId(user), UserId(user))
        assert session is not None
        return session

    def _screen(self, view: View) -> Screen:
        if self.broken_screen is not None:
            raise self.broken_screen
        flash = view.session.announced.flash.key if view.session.announced.flash else ""
        flash = "gave up" if view.session.announced.given_up else flash
        return Screen(f"{view.session.step} {view.session.focus.page} {flash}".strip(), self.rows)

    async def _add(self, update: Update, context: Context) -> Reply:
        message = update.message
        text = message.text if message and message.text else "1"
        if text.startswith("hang"):
            return await self._hang(update, context)
        if text == "other":
            return await self._other(update, context)
        self.walked.append(text)
        await asyncio.sleep(self.work)
        context.focus(page=context.session.focus.page + (int(text) if text.isdigit() else 1))
        return None

    async def _slow(self, update: Update, context: Context) -> Reply:
        await asyncio.sleep(0.4)
        return await self._add(update, context)

    async def _hang(self, update: Update, context: Context) -> Reply:
        words = update.message.text if update.message else None
        self.walked.append("hang")
        context.looks_for(Wish(query=Query(keyword=words) if words else None))
        async with waiting():
            await self.answered.wait()
        self.walked.append("found")
        context.focus(page=100)
        return None

    async def _firm(self, _: Update, __: Context) -> Reply:
        self.walked.append("firm")
        async with waiting(firm=True):
            await self.answered.wait()
        return Overlay(Screen("done beside the journey"))

    async def _other(self, _: Update, context: Context) -> Reply:
        await asyncio.sleep(self.work)
        context.toast, context.starts_over = "toast", True
        return Step.OFFER

    async def _fail(self, update: Update, context: Context) -> Reply:
        await self._add(update, context)
        raise KeyError("a bug")

    async def _down(self, _: Update, __: Context) -> Reply:
        raise Unreachable("no answer", endpoint="search")

    async def _quiet(self, _: Update, context: Context) -> Reply:
        self.walked.append("quiet")
        await asyncio.sleep(self.work)
        context.toast = self.passing
        return QUIET

    async def _beside(self, _: Update, context: Context) -> Reply:
        self.walked.append("beside")
        await asyncio.sleep(self.work)
        context.toast = self.passing
        return Overlay(Screen("beside the journey"))


def services_of(storage: MemoryStorage) -> Services:
    """Services of which only the storage is there."""
    nothing: dict[str, Any] = {each.name: None for each in dataclasses.fields(Services)}
    return Services(**cast("dict[str, Any]", {**nothing, "store": storage}))


def _say_down(context: Context, _: Exception) -> Reply:
    context.flash("down")
    return None


def _say_old(context: Context) -> None:
    context.toast = "old"
    context.flash("old")


def _person(user: int) -> dict[str, Any]:
    return {"id": user, "is_bot": False, "first_name": "Ann", "language_code": "en"}


def _place(user: int) -> dict[str, Any]:
    return {"chat": {"id": user, "type": "private", "first_name": "Ann"}}
