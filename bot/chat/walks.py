"""Whose turn it is: one person's steps run one at a time, but none waits for a slow marketplace.

A step that waits for others longer than `PATIENCE` lets the next ones of its chat go ahead. What
they commit replaces it: it is given up, and the screen offers the way back to it. See
docs/decisions/0020-a-slow-marketplace.md.
"""

import asyncio
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from msgspec import Struct, field
from telegram import Update

from bot.domain.sessions import Wish
from bot.process.bound import Bound
from bot.services.waiting import waits_as

PATIENCE = 0.5
"""Seconds that later updates of a chat wait for one that waits for the marketplace."""

_let_pass: ContextVar[Callable[[], None] | None] = ContextVar("let_pass", default=None)


def passed_by(let_pass: Callable[[], None]) -> Bound[Callable[[], None] | None]:
    """Have `let_pass` called when the update handled in the block lets later ones go ahead."""
    return Bound(_let_pass, let_pass)


def let_others_pass() -> None:
    """Let the next updates of this chat begin, whatever becomes of this one."""
    let_pass = _let_pass.get()
    if let_pass is not None:
        let_pass()


@contextmanager
def letting_pass() -> Iterator[None]:
    """Let the next updates of this chat begin when the block takes longer than `PATIENCE`."""
    timer = asyncio.get_running_loop().call_later(PATIENCE, let_others_pass)
    try:
        yield
    finally:
        timer.cancel()


class AlreadyLookedFor(Exception):
    """An earlier step is about to answer the same."""


class _Turns(Struct):
    """One person's turns, in the order of their updates."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    walks: "list[Walk]" = field(default_factory=list)
    users: int = 0


class Walk:
    """One update's step, or `update=None` for a step that nobody pressed."""

    def __init__(self, turns: _Turns, update: Update | None, patience: float) -> None:
        message = update.message if update is not None else None
        query = update.callback_query if update is not None else None
        self.update_id = update.update_id if update is not None else None
        self.data = query.data if query is not None else None
        self.album = message.media_group_id if message is not None else None
        self.wish: Wish | None = None
        """What is looked for, as far as the step has said so."""
        self.replaced: list[Wish] = []
        """What earlier steps looked for, given up for this one."""
        self.committed = False
        self.is_given_up = False
        self._turns = turns
        self._patience = patience
        self._task = asyncio.current_task()
        self.has_begun = False
        self._holds = False
        self._waits = False
        self.is_firm = False
        self._timer: asyncio.TimerHandle | None = None
        self._ended = asyncio.Event()

    @property
    def earlier(self) -> "tuple[Walk, ...]":
        """Who came before and has let this one go ahead."""
        walks = self._turns.walks
        if walks[0] is self:  # nearly always
            return ()
        return tuple(each for each in walks[: walks.index(self)] if not each.is_given_up)

    @property
    def passed(self) -> "tuple[Walk, ...]":
        """Those of the earlier that a commit of this one gives up."""
        return tuple(
            each for each in self.earlier if each.update_id is not None and not each.is_firm
        )

    @property
    def is_repeated(self) -> bool:
        """Tell whether the same button was pressed before, and is being worked on."""
        return self.data is not None and any(each.data == self.data for each in self.earlier)

    @property
    def may_begin(self) -> bool:
        """Tell whether there is anything to do: no, for what was given up before its turn came."""
        return not (self.is_given_up or self.is_repeated)

    def wishes(self, wish: Wish) -> None:
        """Say what is looked for; an earlier step that still looks for something else gives up.

        Raises `AlreadyLookedFor` when an earlier step still looks for the very same: whoever asks
        again and again would otherwise give up each answer before it comes.
        """
        for each in self.passed:
            if wish != Wish() and each.wish == wish and not each.committed:
                raise AlreadyLookedFor
        self.wish = wish
        for each in self.passed:
            if each.wish is not None and not each.committed:
                self.replaced += (*each.replaced, each.wish)
                each.give_up()

    def give_up(self) -> None:
        """End this walk where it waits: another one took its place."""
        self.is_given_up = True
        if self._task is not None:
            self._task.cancel()

    def is_over(self) -> bool:
        """Tell whether the walk was cancelled by nobody but whoever took its place.

        Then the update goes on to its end, as one that is done with.
        """
        return self.is_given_up and self._task is not None and not self._task.uncancel()

    async def begin(self) -> None:
        """Wait for the turn. The rest of an album waits for its first item's end."""
        album = [each for each in self.earlier if self.album and each.album == self.album]
        if album:
            self._step_aside()
            for each in album:
                await each.ended()
        await self._turns.lock.acquire()
        self.has_begun = self._holds = True

    def end(self) -> None:
        """Give the turn to the next one."""
        self._stop_timer()
        self._release()
        self._turns.walks.remove(self)
        self._ended.set()

    async def ended(self) -> None:
        """Wait until this walk is over."""
        await self._ended.wait()

    def leave(self, *, firm: bool) -> bool:
        """Begin to wait for somebody else (`bot.services.waiting.Waiter`)."""
        if self._waits or asyncio.current_task() is not self._task:
            return False
        self._waits, self.is_firm = True, firm
        self._timer = asyncio.get_running_loop().call_later(self._patience, self._lose_patience)
        return True

    async def back(self) -> None:
        """End the wait: once those who went ahead are done, and unless one took this one's place.

        A firm one waits for the lock alone: what it did has to be told.
        """
        self._waits = False
        self._stop_timer()
        if self._holds or self.is_given_up:
            return
        await self._turns.lock.acquire()
        while not self.is_firm and (later := self._gone_ahead()):
            self._turns.lock.release()
            await later[0].ended()
            await self._turns.lock.acquire()
        self._holds, self.is_firm = True, False

    def _gone_ahead(self) -> "list[Walk]":
        """Later ones that have begun; one that waits for this one to end has not."""
        walks = self._turns.walks
        return [each for each in walks[walks.index(self) + 1 :] if each.has_begun]

    def _stop_timer(self) -> None:
        # Kept, it would keep its context, which knows this walk and its task: each update would
        # be left to the garbage collector with all that it had in hand.
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _lose_patience(self) -> None:
        self._release()
        self._step_aside()

    def _release(self) -> None:
        if self._holds:
            self._holds = False
            self._turns.lock.release()

    def _step_aside(self) -> None:
        if self.update_id is not None:
            let_others_pass()


class _Turn:
    """`async with` one person's turn: a class, since an asynchronous generator costs far more."""

    __slots__ = ("_key", "_people", "_waits", "_walk")

    def __init__(self, people: dict[Hashable, _Turns], key: Hashable, walk: Walk) -> None:
        self._people = people
        self._key = key
        self._walk = walk
        self._waits = waits_as(walk)

    async def __aenter__(self) -> Walk:
        turns = self._people[self._key]
        turns.users += 1
        turns.walks.append(self._walk)
        self._waits.__enter__()
        try:
            await self._walk.begin()
        except BaseException as error:
            if not self._is_given_up_by(error):
                self._end()
                raise
        return self._walk

    async def __aexit__(self, _: object, error: BaseException | None, __: object) -> bool:
        try:
            return self._is_given_up_by(error)
        finally:
            self._end()

    def _is_given_up_by(self, error: BaseException | None) -> bool:
        return isinstance(error, asyncio.CancelledError) and self._walk.is_over()

    def _end(self) -> None:
        self._waits.__exit__()
        self._walk.end()
        turns = self._people[self._key]
        turns.users -= 1
        if not turns.users:
            del self._people[self._key]


class Walks:
    """The turns of everybody whose step is under way."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._people: dict[Hashable, _Turns] = {}

    def turn(self, key: Hashable, update: Update | None = None) -> _Turn:
        """Walk as that person in an `async with`, when it is this update's turn.

        A walk that is given up ends the block quietly; one that never had its turn enters it with
        `is_given_up`, and is to do nothing.
        """
        turns = self._people.setdefault(key, _Turns())
        return _Turn(self._people, key, Walk(turns, update, self._patience))

    def __len__(self) -> int:
        return len(self._people)
