"""Somebody who presses or writes something, and waits for the answer before the next thing."""

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from random import Random

from soak_chat import ChatView, Pressable, Screen
from soak_patience import Patience

_WAITS = 10.0  # seconds in which nothing moves, longer than a downtime; then they begin anew
_WAITS_AT_MOST = 45.0
_LOOKS_AFTER_AN_ANSWER = 4  # in which nothing came: what is asked for may take its time
Wanted = Callable[[Screen], bool]


@dataclass
class Asking:
    """Presses by `press`, which returns the press's id."""

    chat: ChatView
    random: Random
    patience: Patience
    did: Counter[str]
    press: Callable[[Pressable], Awaitable[str]]

    async def ask(self, button: Pressable, wanted: Wanted, twice: float = 0.0) -> Screen | None:
        """Press, and wait for the answer; None when none came in time."""
        before = len(self.chat.screens)
        presses = [await self.press(button)]
        if self.random.random() < twice:
            self.did["pressed twice"] += 1
            presses.append(await self.press(button))
        return await self._answer(wanted, before, presses)

    async def say(self, text: str, wanted: Wanted) -> Screen | None:
        """Write, and wait for the answer; None when none came in time."""
        before = len(self.chat.screens)
        self.did["said"] += 1
        await self.chat.send(text)
        return await self._answer(wanted, before)

    async def _answer(
        self, wanted: Wanted, before: int, presses: Sequence[str] = ()
    ) -> Screen | None:
        looks = _LOOKS_AFTER_AN_ANSWER
        found: list[Screen] = []

        async def came(wait: float) -> bool:
            nonlocal looks
            is_new = await self.chat.look(wait)
            found[:] = [each for each in self.chat.screens[before:] if wanted(each)]
            # A press that is told to be old changes nothing in the chat.
            looks -= bool(presses) and not is_new and self.chat.answered.issuperset(presses)
            return bool(found) or looks < 0

        if not await self.patience.until(came, _WAITS, at_most=_WAITS_AT_MOST):
            self.did["waited in vain"] += 1
        return found[-1] if found else None
