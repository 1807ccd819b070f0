"""The real intake, conversation, handlers and ordering in one process, over ports that can fail.

A crash cuts every task off at an arbitrary await; whatever a task still tries while it is being
cancelled reaches neither storage nor marketplace, as after `kill -9`.
"""

import asyncio
import inspect
from collections import defaultdict
from typing import Any

from fuzz_market import FuzzMarket, many_lines
from soak_chat import Pressable
from telegram.request import RequestData

from bot.chat.screens import Picture
from bot.domain.cart import CartError
from bot.domain.identifiers import ChatId, SellerId, UserId
from bot.domain.sessions import Session, Step
from bot.pictures import PreparedPhoto
from bot.process.metrics import Metrics
from bot.services.finding.short_links import ShortLinks
from bot.settings import Settings
from bot.storage.ports import StepCommit, StorageUnavailable
from bot.telegram import DirectBot
from bot.wiring.house import House, Outside, Waits
from tests.bot.fake_telegram import TOKEN, Call, FakeTelegram
from tests.fakes.memory_storage import MemoryStorage

LOOK_UPS = 4
_SOON = (0.0005,) * 8
_SETTINGS = Settings(
    _env_file=None,
    bot_token=TOKEN,
    marketplace_app_key="key",
    marketplace_app_secret="secret",
    lookup_delays=_SOON[:LOOK_UPS],
    flood_updates=0,
    searches_per_hour=0,
    unpaid_orders=0,
)
_IDLE_WITHIN = 30.0


class Telegram(FakeTelegram):
    """Remembers every button that every person was ever shown."""

    def __init__(self) -> None:
        super().__init__()
        self.buttons: dict[int, list[Pressable]] = defaultdict(list)
        self.newest: dict[int, list[Pressable]] = {}

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *_: Any, **__: Any
    ) -> tuple[int, bytes]:
        before = len(self.calls)
        answer = await super().do_request(url, method, request_data)
        call = self.calls[before]
        if answer[0] == 200 and call.method.startswith(("sendMessage", "sendPhoto", "editMessage")):
            self._shown(call)
        return answer

    def _shown(self, call: Call) -> None:
        if call.method == "editMessageReplyMarkup":
            return
        person, number = int(call.params["chat_id"]), int(call.params.get("message_id") or 77)
        buttons = [
            Pressable(number, each["callback_data"], each["text"])
            for each in call.buttons
            if "callback_data" in each
        ]
        self.buttons[person] += buttons
        if buttons:
            self.newest[person] = buttons


class _Life:
    over = False


class _Mortal:
    """A port as one run of the bot reaches it: slow enough to be crashed, dead afterwards."""

    def __init__(self, port: Any, life: _Life) -> None:
        self._port, self._life = port, life

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        if not inspect.iscoroutinefunction(found):
            return found

        async def call(*args: Any, **kwargs: Any) -> Any:
            await asyncio.sleep(0)
            if self._life.over:
                raise asyncio.CancelledError
            return await found(*args, **kwargs)

        return call


class _Photos:
    async def prepare(self, data: bytes) -> PreparedPhoto:
        return PreparedPhoto(jpeg=data, width=800, height=800)


class _NoPictures:
    async def make(self, picture: Picture) -> bytes | None:
        return None

    async def close(self) -> None:
        pass


class World:
    """What outlives a crash, and the present run of the bot."""

    def __init__(self) -> None:
        self.storage = MemoryStorage()
        self.market = FuzzMarket()
        self.telegram = Telegram()
        self.sent: dict[int, dict[str, Any]] = {}
        self._ids = 0
        self._files = 0

    async def start(self) -> None:
        """A new process over the same storage."""
        self._life = _Life()
        storage: Any = _Mortal(self.storage, self._life)
        market: Any = _Mortal(self.market, self._life)
        bot = DirectBot(TOKEN, request=self.telegram, get_updates_request=self.telegram)
        outside = Outside(
            storage=storage,
            marketplace=market,
            bot=bot,
            metrics=Metrics(storage),
            photos=_Photos(),
            pictures=_NoPictures(),
            short_links=ShortLinks(),
        )
        waits = Waits(_SOON[:3], _SOON, _SOON[0], _SOON, _SOON * 3)
        house = House(_SETTINGS, outside, waits)
        self.ordering, self.intake, application = house.ordering, house.intake, house.application
        await application.initialize()
        await self.intake.resume()
        await self.ordering.resume_all()

    async def crash(self, after: int) -> None:
        """Let the loop turn that often, cut everything off, start again."""
        for _ in range(after):
            await asyncio.sleep(0)
        await self.end()
        await self.start()

    async def end(self) -> None:
        """Cut everything off."""
        self._life.over = True
        me = asyncio.current_task()
        tasks = [task for task in asyncio.all_tasks() if task is not me]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def idle(self) -> None:
        """Until nothing is under way."""
        async with asyncio.timeout(_IDLE_WITHIN):
            while self.intake.backlog or self._ordering_works():  # noqa: ASYNC110 - as a person waits
                await asyncio.sleep(0.0005)

    def _ordering_works(self) -> bool:
        return any(task.get_name().startswith(("order ", "watch ")) for task in asyncio.all_tasks())

    async def accept(self, *raw: dict[str, Any]) -> None:
        """Deliver updates; what is not stored is delivered again, as Telegram does."""
        for _ in range(100):
            try:
                await self.intake.accept(raw)
            except StorageUnavailable:
                await asyncio.sleep(0.0005)
            else:
                return
        raise AssertionError("the storage never came back")

    def text(self, person: int, text: str, kind: str = "message") -> dict[str, Any]:
        return self._update(kind, {**self._message(person), "text": text, **_entities(text)})

    def photo(self, person: int) -> dict[str, Any]:
        self._files += 1
        name = f"file{self._files}"
        file = {"file_id": name, "file_unique_id": name, "file_size": 10}
        self.telegram.answer("getFile", {**file, "file_path": f"photos/{name}.jpg"})
        size = {**file, "width": 800, "height": 800}
        return self._update("message", {**self._message(person), "photo": [size]})

    def press(self, person: int, button: Pressable) -> dict[str, Any]:
        message = {**self._message(person), "message_id": button.message_id, "text": "shown"}
        query = {"id": f"q{self._ids}", "chat_instance": "1", "data": button.data}
        return self._update(
            "callback_query", {**query, "from": _person(person), "message": message}
        )

    async def session(self, person: int) -> Session | None:
        return await self.storage.load_session(ChatId(person), UserId(person))

    async def puts_into_cart(self, person: int, count: int) -> Session | None:
        """As "order again" does: many variants of one seller at once. None where that can't be."""
        before = await self.session(person)
        if before is None or before.step is Step.PLACING:
            return None
        try:
            cart = before.cart.take(many_lines(count), SellerId("one"))
        except CartError:
            return None
        after = before.with_cart(cart).replace(step=Step.LINES, revision=before.revision + 1)
        commit = StepCommit(session=after, expected_revision=before.revision)
        await self.storage.commit_step(commit)
        return after

    def _update(self, kind: str, content: dict[str, Any]) -> dict[str, Any]:
        self._ids += 1
        self.sent[self._ids] = {kind: content}
        return {"update_id": self._ids, kind: content}

    def _message(self, person: int) -> dict[str, Any]:
        chat = {"id": person, "type": "private", "first_name": "P"}
        return {"message_id": 10_000 + self._ids, "date": 1, "chat": chat, "from": _person(person)}


def _person(number: int) -> dict[str, Any]:
    language = "zh-hans" if number % 2 else "en"
    return {"id": number, "is_bot": False, "first_name": "P", "language_code": language}


def _entities(text: str) -> dict[str, Any]:
    if not text.startswith("/"):
        return {}
    command = text.split(maxsplit=1)[0]
    return {"entities": [{"type": "bot_command", "offset": 0, "length": len(command)}]}
