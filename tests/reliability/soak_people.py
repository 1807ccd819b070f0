"""People who order by chat, as people do: in a hurry, twice, the wrong button, in two languages."""

import asyncio
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any, Self

import httpx
from soak_chat import OUR_NUMBER, ChatView, Pressable, Screen
from soak_patience import Patience

GOODS = (
    730698112924,  # no variants, from 2, tiers
    763563718333,  # five variants, mixed batch
    568749575341,  # two variants, from 1
    642035887156,  # no variants, from 5
    822434767613,  # lots of 12
    791621470352,  # boxes, from 5
    692428411078,  # two attributes, 29 variants
)
KEYWORDS = ("茶壶", "背包", "杯", "袜子")
ADDRESSES = (
    "张三 13812345678 浙江省杭州市滨江区长河街道网商路699号",
    "李四，13900001111，广东省深圳市南山区粤海街道科技园8号",
    "王五 13700002222 北京市朝阳区建国路88号",
)
NONSENSE = (
    *("asdf", "？？", "how much", "-3", "0", "999999999", "<b>x</b> & y", "/frobnicate"),
    *("\u202e倒", "👨‍👩‍👧"),
)
COMMANDS = ("/start", "/cancel", "/orders", "/help", "/language", "/address", "/privacy")
# The first of these that a screen offers leads on; where several buttons have it, any will do.
_ONWARDS = (
    *("look", "save", "deliver", "choose", "value", "pick", "take", "checkout", "resume", "here"),
    *("again", "open", "accept", "leave"),
)
# What a list of orders and an order's card offer.
_ORDER_MATTERS = (
    *("card", "cancel", "cancel_yes", "receipt", "receipt_yes", "reorder", "reorder_yes"),
    *("mine", "together", "together_pay", "together_check", "check"),
)


_ASKS_FOR_A_PROOF = re.compile("Send the proof|请发送订单")
_THANKS = re.compile("Got it, thank you|已收到，谢谢")


@dataclass(frozen=True)
class Consent:
    """A press of Confirm: the button's data, the total on it in fen, when it was seen first."""

    data: str
    total: int
    seen: float = 0.0  # seconds since 1970


@dataclass
class Temper:
    """How a person behaves. `pause` before acting and `waits` for an answer are in seconds."""

    pause: tuple[float, float] = (0.8, 3.5)
    waits: tuple[float, float] = (8.0, 20.0)
    noise: float = 0.12
    twice: float = 0.15
    pays: float = 0.5
    orders: float = 0.6
    cancels: float = 1.0  # of the chances to cancel an order, as many are taken


@dataclass
class Shopper:
    """One person, who orders again and again until told to stop."""

    chat: ChatView
    market: httpx.AsyncClient
    random: Random
    temper: Temper
    consents: list[Consent] = field(default_factory=list)
    cancelled: set[str] = field(default_factory=set)  # numbers whose cancelling they confirmed
    did: Counter[str] = field(default_factory=Counter)
    stuck: str | None = None
    thanked: set[str] = field(default_factory=set)  # proofs that the shop said to have
    agreed_to: set[tuple[str, int]] = field(default_factory=set)  # orders and fen of new prices
    proved: set[str] = field(default_factory=set)  # orders a proof was sent for
    _asked: int = 0  # screens seen when a proof was sent
    _proof: str = ""
    _before_proof: int = 0  # texts seen when it was sent

    @classmethod
    async def arrive(
        cls,
        telegram: httpx.AsyncClient,
        market: httpx.AsyncClient,
        rng: Random,
        temper: Temper,
        name: str = "Tester",
        **more: Any,
    ) -> Self:
        language = rng.choice(("en", "zh-hans"))
        body = {"first_name": name, "language_code": language, "started": True}
        answer = await telegram.post("/sandbox/users", json=body)
        answer.raise_for_status()
        return cls(ChatView(telegram, int(answer.json()["id"])), market, rng, temper, **more)

    async def shop(self, is_over: Callable[[], bool], patience: Patience) -> None:
        """Order until it is over. On a busy machine everybody waits longer before trying anew."""
        await self._say("/start")
        while not is_over():
            waits = self.random.uniform(*self.temper.waits)
            await patience.until(self.chat.look, waits, at_most=5 * waits)
            await asyncio.sleep(self.random.uniform(*self.temper.pause))
            await self.chat.look(0.02)  # act on what stands there now
            if self.random.random() < self.temper.noise:
                await self._fool_about()
            else:
                await self._go_on()

    async def come_to_rest(self, patience: Patience) -> None:
        """With everything quiet: have unclear orders looked up, then see that all goes on.

        Sets `stuck` to what did not, although nothing moved any more.
        """
        await self.chat.look(0.05)
        if not await self._answers("/orders", patience):
            self.stuck = "/orders was not answered"
            return
        screen = self.chat.screen
        for button in screen.with_action("look") if screen else []:
            self.did["look"] += 1
            await self.chat.press(button)
            await patience.until(self.chat.look)
        for _ in range(2):  # an order under way may still need a moment
            if not await self._answers("/start", patience):
                self.stuck = "/start was not answered"
                return
            if self.chat.screen and self.chat.screen.buttons:
                break
            await patience.until(self.chat.look)
        if not self.chat.screen or not self.chat.screen.buttons:
            self.stuck = f"nothing to press below: {self._shown()}"
        elif not await self._answers("杯", patience):
            self.stuck = f"a word was not answered at: {self._shown()}"

    async def _answers(self, text: str, patience: Patience) -> bool:
        while await self.chat.look(0.3):
            pass
        await self._say(text)
        return await patience.until(self.chat.look)

    def _shown(self) -> str:
        return self.chat.screen.text[:200] if self.chat.screen else "(nothing)"

    async def _fool_about(self) -> None:
        what = self.random.randrange(5)
        if what == 4:
            await self._say("/orders")
        elif what == 0:
            await self._say(self.random.choice(NONSENSE))
        elif what == 1:
            await self._say(self.random.choice(COMMANDS))
        elif what == 2 and self.chat.old_buttons:
            await self._press(self.random.choice(self.chat.old_buttons))
        elif self.chat.screen and self.chat.screen.buttons:
            await self._press(self.random.choice(self.chat.screen.buttons))

    async def _go_on(self) -> None:
        """Do what this screen asks for."""
        screen = self.chat.screen
        if screen is None:
            await self._say("/start")
            return
        actions = {button.action for button in screen.buttons}
        if await self._pay_the_shop(screen, actions):
            return
        matters = [each for each in _ORDER_MATTERS if each in actions]
        if self.random.random() >= self.temper.cancels:
            matters = [each for each in matters if not each.startswith("cancel")]
        if "confirm" in actions:
            await self._at_preview(screen)
        elif set(matters) - {"check"} and self.random.random() < self.temper.orders:
            await self._press(self.random.choice(screen.with_action(self.random.choice(matters))))
        elif "check" in actions:
            await self._at_payment(screen)
        elif actions == {"leave"} and self.random.random() < 0.8:
            await self.chat.look(3.0)  # the order is being looked up
        elif "take" in actions and self.random.random() < 0.4:
            await self._say(str(self.random.choice((5, 12, 24, 60))))
        else:
            await self._press_onward(screen, actions)

    async def _pay_the_shop(self, screen: Screen, actions: set[str]) -> bool:
        """What a shop's customer does about money; False where the screen asks for none."""
        since = self.chat.seen_text[self._before_proof :]
        if self._proof and any(_THANKS.search(each) and self._proof in each for each in since):
            self.thanked.add(self._proof)
        self._proof = ""
        if self._is_asked_for_a_proof():
            self._asked = len(self.chat.screens)
            number = f"TX{self.random.randrange(10**9)}"
            self._before_proof = len(self.chat.seen_text)
            await self._say(number)
            self._proof = number
        elif "dearer_yes" in actions and self.random.random() < 0.6:
            await self._press(screen.with_action("dearer_yes")[0])
        elif "prove" in actions and self.random.random() < self._promptness(screen):
            prove = screen.with_action("prove")[0]
            self.proved.add(prove.arg)
            await self._press(prove)
        else:
            return False
        return True

    def _is_asked_for_a_proof(self) -> bool:
        """Tell whether that is the question, even though news has come below it."""
        recent = self.chat.screens[max(self._asked, len(self.chat.screens) - 2) :]
        return any(
            [each.action for each in screen.buttons] == ["back"]
            and _ASKS_FOR_A_PROOF.search(screen.text)
            for screen in recent
        )

    def _promptness(self, screen: Screen) -> float:
        """Whoever owes something says at once that they paid, rarely a second time."""
        return 0.1 if screen.with_action("prove")[0].arg in self.proved else 0.95

    async def _press_onward(self, screen: Screen, actions: set[str]) -> None:
        if actions == {"again"} and self.random.random() < 0.5:
            await self._search()
        elif onward := next((each for each in _ONWARDS if each in actions), None):
            choices = [b for b in screen.with_action(onward) if "✕" not in b.label]
            await self._press(self.random.choice(choices or screen.with_action(onward)))
        elif actions & {"add", "fields", "fix", "division"}:
            await self._say(self.random.choice(ADDRESSES))
        elif "lines" in actions and self.random.random() < 0.7:
            await self._press(screen.with_action("lines")[0])
        elif screen.buttons:
            await self._search()
        else:
            await self.chat.look(3.0)  # an order is under way

    async def _search(self) -> None:
        chance = self.random.random()
        offer = self.random.choice(GOODS)
        if chance < 0.12:
            await self._say(self.random.choice(KEYWORDS))
        elif chance < 0.3:
            await self._say(str(offer))
        else:
            await self._say(f"https://detail.1688.com/offer/{offer}.html")

    async def _at_preview(self, screen: Screen) -> None:
        if self.random.random() < 0.08 and screen.with_action("note"):
            await self._press(screen.with_action("note")[0])
            await self.chat.look(4.0)
            await self._say("请尽快发货")
            return
        await self._press(screen.with_action("confirm")[0])

    async def _at_payment(self, screen: Screen) -> None:
        cashier = next((url for url in screen.urls if "cashier" in url), None)
        if cashier and self.random.random() < self.temper.pays:
            await self._pay(cashier)
        if self.random.random() < 0.5:
            await self._press(screen.with_action("check")[0])
            await self.chat.look(4.0)
        await self._search()

    async def _pay(self, url: str) -> None:
        """On the marketplace's own page, as in a browser."""
        self.did["pay"] += 1
        page = await self.market.get(url)
        total = re.search(r'name="total" value="(\d+)"', page.text)
        if total:
            await self.market.post(page.url, data={"total": total[1]}, follow_redirects=True)

    async def _say(self, text: str) -> None:
        self.did["say"] += 1
        await self.chat.send(text)

    async def _press(self, button: Pressable) -> None:
        self.did[button.action] += 1
        if button.action == "confirm" and button.total is not None:
            seen = self.chat.first_seen[button.data]
            self.consents.append(Consent(button.data, button.total, seen))
        if button.action == "dearer_yes":
            number, asked = button.data.split(".")[4:6]
            self.agreed_to.add((number, int(asked, 36)))
        if button.action == "cancel_yes":
            self.cancelled.update(OUR_NUMBER.findall(button.data))
        await self.chat.press(button)
        if self.random.random() < self.temper.twice:
            self.did["twice"] += 1
            await self.chat.press(button)
