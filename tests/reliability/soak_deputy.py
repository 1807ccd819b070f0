"""An operator under the soak, who goes on with the group buys that organisers leave alone."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from soak_chat import Screen
from soak_organisers import Organiser
from soak_pages import is_page
from soak_patience import Patience
from soak_terms import Style


@dataclass
class Deputy(Organiser):
    """An operator, who takes over what organisers leave alone, and runs it to its end."""

    taken_over: set[str] = field(default_factory=set)  # asked for
    has: set[str] = field(default_factory=set)  # told that it is theirs

    async def shop(self, is_over: Callable[[], bool], patience: Patience) -> None:
        """Take over and run buys until it is over."""
        while not is_over():
            await asyncio.sleep(self.random.uniform(*self.temper.pause) / 2)
            if self._number:
                await self._run(await self._page())
            elif self.square.left_alone:
                await self._take_over(self.square.left_alone.pop(0))
            else:
                await self.chat.look(1.0)

    async def _take_over(self, number: str) -> None:
        self._since, self._collecting, self._posted = time.monotonic(), 0.0, False
        self._open_for, self._prepared, self._leaves_at = 20.0, 0, 0.0
        self._has_done, self._token, self._style = set(), "", Style()
        self.taken_over.add(number)
        page = await self.asking.say(f"/takeover {number} Card 4000 {number}", is_page)
        if page is None:
            return  # it ended meanwhile, or its answer was lost: another one is taken
        self.did["took a buy over"] += 1
        self.has.add(number)
        self._number = number
        await self._run(page)

    async def _let_go(self, page: Screen | None) -> None:
        self.square.links.pop(self.chat.user_id, None)
        self._number = ""
