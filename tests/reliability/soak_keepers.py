"""A shop's operators: they wait for answers, confirm and pay; now and then they don't."""

import re
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Self

import httpx
from soak_asking import Asking
from soak_chat import ChatView, Pressable, Screen
from soak_findings import Audit
from soak_patience import Patience

from bot.chat.buttons import from_base36

KEEPERS = 4
RATES = ("7.2", "7.05", "6.9", "7.31")
_OPENS_WITHIN = 30.0
_OPENING = (
    ("/shop", r"terms"),
    ("Currency", r"Which currency"),
    ("USD", r"rate between"),
    ("= 7.2", r"Which of them"),
    (r"1 USD = 7\.2", r"Saved"),
    ("Fee$", r"What percent"),
    ("= 8", r"8%"),
    (r"How to pay .English", r"Write in English"),
    ("= Send it to card 1234", r"Saved"),
)
_MOST_DEEDS = 8  # at one case
_LIST_IS_GOOD_FOR = 60.0  # seconds
_IMPATIENT = 0.12
_TWICE = 0.12
_TOGETHER = 0.25  # take the case that another operator has open as well
_DEEDS = ("took", "decline", "debit", "refunded")
_SHOWS_A_CASE = {"case", "admin"}


@dataclass
class Desk:
    """What the operators of one shop have open, and who pressed which proof's button."""

    open: dict[int, str] = field(default_factory=dict)  # operator -> order number
    pressed: dict[str, set[int]] = field(default_factory=dict)  # proof -> operators


@dataclass
class Keeper:
    """One operator of the shop."""

    chat: ChatView
    random: Random
    desk: Desk
    patience: Patience
    did: Counter[str] = field(default_factory=Counter)
    asking: Asking = field(init=False)
    _listed: list[Pressable] = field(default_factory=list)  # not opened yet
    _listed_at: float = 0.0

    def __post_init__(self) -> None:
        """Have what is pressed counted."""
        self.asking = Asking(self.chat, self.random, self.patience, self.did, self._press)

    @classmethod
    async def arrive(
        cls, telegram: httpx.AsyncClient, rng: Random, desk: Desk, patience: Patience
    ) -> Self:
        body = {"first_name": "Keeper", "language_code": "en", "started": True}
        answer = await telegram.post("/sandbox/users", json=body)
        answer.raise_for_status()
        return cls(ChatView(telegram, int(answer.json()["id"])), rng, desk, patience)

    async def open_shop(self) -> None:
        """Set the terms, before anything misbehaves. Raises when a step is not answered."""
        for what, wanted in _OPENING:
            if what.startswith(("/", "= ")):
                await self.chat.send(what.removeprefix("= "))
            else:
                await self._press(self._button(what))
            for _ in range(int(_OPENS_WITHIN)):
                await self.chat.look(1.0)
                if self.chat.screen and re.search(wanted, self.chat.screen.text):
                    break
            else:
                raise RuntimeError(f"the shop did not open at {what}: {self.chat.screen}")

    async def keep(self) -> None:
        """Confirm what came in, pay 1688, send back what is owed, for ever."""
        while True:
            await self.chat.look(self.random.uniform(0.1, 0.5))
            if self.random.random() < _IMPATIENT:
                await self._fool_about()
            elif (number := await self._open_a_case()) is not None:
                self.desk.open[self.chat.user_id] = number
                await self._work_on(number)
                self.desk.open.pop(self.chat.user_id, None)

    async def _fool_about(self) -> None:
        """Change the rate; press what stood there long ago, or whatever stands there now."""
        if self.random.random() < 0.25:
            self.did["changed the rate"] += 1
            await self.chat.send(f"/rate 1 USD = {self.random.choice(RATES)} CNY")
        elif self.chat.old_buttons:
            self.did["pressed an old button"] += 1
            await self._press(self.random.choice(self.chat.old_buttons))

    async def _open_a_case(self) -> str | None:
        """Open the order that waits longest on the list, or one that a colleague is at."""
        if not self._listed or time.monotonic() - self._listed_at > _LIST_IS_GOOD_FOR:
            await self._list()
        others = {number for who, number in self.desk.open.items() if who != self.chat.user_id}
        together = self.random.random() < _TOGETHER
        liked = [each for each in self._listed if (each.arg in others) == together]
        if not self._listed:
            return None
        case = (liked or self._listed)[0]
        self._listed.remove(case)
        shown = await self.asking.ask(case, lambda screen: _is_case(screen, case.arg))
        return None if shown is None else case.arg

    async def _list(self) -> None:
        """From the desk to the orders that wait for one and the same thing."""
        self._listed = []
        desk = await self.asking.say("/admin", lambda screen: bool(screen.with_action("terms")))
        # Proofs, what is to be paid at 1688, refunds: in this order at the desk.
        ways = desk.with_action("waiting") if desk else []
        lists = [each for each in ways if "Unpaid" not in each.label]
        if not lists:
            await self.chat.look(self.random.uniform(1.0, 3.0))
            return
        chosen = lists[0] if self.random.random() < 0.6 else self.random.choice(lists)
        listing = await self.asking.ask(chosen, lambda screen: bool(screen.with_action("admin")))
        self._listed = listing.with_action("case") if listing else []
        self._listed_at = time.monotonic()

    async def _work_on(self, number: str) -> None:
        """Decide on each proof, then pay 1688 or send back, looking at each answer first."""
        for _ in range(_MOST_DEEDS):
            screen = self._shown(number)
            actions = {each.action for each in screen.buttons} if screen else set()
            if screen is None or not await self._decide(number, screen, actions):
                return

    async def _decide(self, number: str, screen: Screen, actions: set[str]) -> bool:
        """Do the next thing at a case; False where there is none, or no answer came."""
        chance = self.random.random()
        if "took" in actions and chance < 0.08:
            return await self._confirm_half(number, screen)
        if "take_back" in actions and chance > 0.96:
            return await self._take_back(number, screen)
        # What was declined was no payment, or came for what is paid already.
        deed = next((each for each in _DEEDS if each in actions), "")
        if deed == "took" and "decline" in actions and chance < 0.12:
            deed = "decline"
        if not deed:
            return False
        button = self.random.choice(screen.with_action(deed))
        if deed == "debit":
            await self._pay_there(button)
            return False
        if deed == "took":
            proof = button.arg.partition(".")[0]
            self.desk.pressed.setdefault(proof, set()).add(self.chat.user_id)
        shown = await self.asking.ask(button, lambda each: _is_case(each, number), twice=_TWICE)
        return shown is not None

    async def _confirm_half(self, number: str, screen: Screen) -> bool:
        """Half of it came in; the rest is booked without a proof, or asked for."""
        took = screen.with_action("took")[0]
        half = from_base36(took.arg.partition(".")[2]) // 2
        asked = await self.asking.ask(screen.with_action("amount")[0], _asks_an_amount)
        if asked is None or half == 0:
            return False
        typed = f"{half // 100}.{half % 100:02d}"
        sure = await self.asking.say(typed, lambda shown: bool(shown.with_action("amount_yes")))
        if sure is None:
            return False
        yes = sure.with_action("amount_yes")[0]
        shown = await self.asking.ask(yes, lambda each: _is_case(each, number), twice=_TWICE)
        return shown is not None

    async def _take_back(self, number: str, screen: Screen) -> bool:
        asked = await self.asking.ask(
            screen.with_action("take_back")[0],
            lambda shown: bool(shown.with_action("take_back_yes")),
        )
        if asked is None:
            return False
        yes = asked.with_action("take_back_yes")[0]
        return await self.asking.ask(yes, lambda shown: _is_case(shown, number)) is not None

    async def _pay_there(self, debit: Pressable) -> None:
        """Pay from the agreement; where 1688 asks more than was agreed, say so a second time."""

        def asks(shown: Screen) -> bool:
            return bool(shown.with_action("admin_today"))

        asked = await self.asking.ask(debit, asks)
        over = asked.with_action("debit_over") if asked else []
        if over:
            self.did["paid more than agreed"] += 1
            asked = await self.asking.ask(over[0], asks)
        if asked and (yes := asked.with_action("debit_yes")):
            await self.asking.ask(yes[0], asks, twice=_TWICE)

    def _shown(self, number: str) -> Screen | None:
        """The case as it stands in the chat."""
        return next((s for s in reversed(self.chat.screens) if _is_case(s, number)), None)

    async def _press(self, button: Pressable) -> str:
        self.did[f"operator {button.action}"] += 1
        return await self.chat.press(button)

    def _button(self, label: str) -> Pressable:
        buttons = self.chat.screen.buttons if self.chat.screen else ()
        return next(each for each in buttons if re.search(label, each.label))


def count_keepers(found: Audit, keepers: Sequence[Keeper], desk: Desk) -> None:
    """Say how impatient the operators were."""
    did = sum((each.did for each in keepers), Counter[str]())
    for each in ("pressed twice", "pressed an old button", "waited in vain", "changed the rate"):
        found.outcomes[f"operators: {each}"] = did[each]
    together = sum(len(each) > 1 for each in desk.pressed.values())
    found.outcomes["operators: two confirmed one proof"] = together


def _is_case(screen: Screen, number: str) -> bool:
    """Tell an order at the desk from the list that leads to it and from news of it."""
    actions = {each.action for each in screen.buttons}
    refresh = [each for each in screen.with_action("case") if each.arg == number]
    return len(refresh) == 1 and actions >= _SHOWS_A_CASE and number in screen.text


def _asks_an_amount(screen: Screen) -> bool:
    return [each.action for each in screen.buttons] == ["case"] and "How much" in screen.text
