"""An intake over a toy journey, to be given updates and to get quiet."""

import asyncio
import time
from typing import Any

from telegram import Update

from bot.domain.identifiers import ChatId, UserId
from bot.intake.inbox import Intake
from bot.intake.processing import UpdateProcessor
from tests.bot.toy_journey import Toy


class Line:
    """An intake over a toy journey, with delays that take no time."""

    def __init__(self, toy: Toy, lanes: int = 256) -> None:
        self.toy = toy
        self.parked: list[Update] = []
        self.processor = UpdateProcessor(
            toy.storage,
            toy.application,
            redraw=self._redraw,
            parked=self._parked,
            retry_delays=(0.0, 0.0, 0.0),
            redraw_delays=(0.0,) * 5,
            storage_pause=0.01,
        )
        self.intake = Intake(toy.storage, self.processor, lanes)

    async def take(self, *raw: dict[str, Any]) -> None:
        await self.intake.accept(raw)
        await self.quiet()

    async def quiet(self) -> None:
        deadline = time.monotonic() + 120
        while self.intake.backlog:
            assert time.monotonic() < deadline, "updates are stuck"
            await asyncio.sleep(0.002)

    async def _redraw(self, chat_id: int, user_id: int) -> None:
        await self.toy.conversation.redraw(ChatId(chat_id), UserId(user_id))

    async def _parked(self, update: Update) -> None:
        self.parked.append(update)
