"""Group buys under the soak: organisers who run one buy after another, and those who join them."""

import asyncio
import re
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, Self

import httpx
from soak_asking import Asking
from soak_chat import Pressable, Screen
from soak_patience import Patience
from soak_people import ADDRESSES, Consent, Shopper, Temper

ORGANISERS = 5
_RIGHTS = ["can_post_messages", "can_edit_messages"]
_OFFERS = (730698112924, 763563718333, 568749575341, 692428411078)
_OPEN_FOR = (30.0, 60.0)  # seconds by the organiser's watch
_PAID_WITHIN = 60.0
_GIVES_UP = 0.4
_TWICE = 0.12
_ADDRESS_WITHIN = 60
_ACCOUNT = re.compile(r"G\d+-\d+")
_PAGE = {"leave"}
_NOT_A_PAGE = {"open", "term", "join", "spec", "pieces"}
_BUSY = {"join", "pieces", "spec", "agree"}  # what is gone on with before news is looked at
_MOST_PREPARED = 4
_FEWER = "fewer"


@dataclass
class Square:
    """Where organisers hang their links out: payloads of links by who runs the buy."""

    links: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Agreed:
    """A press that agreed to join: its button, and the most that the screen said it could cost."""

    data: str
    total: int  # fen


@dataclass
class Member(Shopper):
    """Somebody who joins buys, pays, changes their mind, and presses what is too old."""

    square: Square = field(default_factory=Square)
    joins: list[Agreed] = field(default_factory=list)
    pressed: Counter[str] = field(default_factory=Counter)  # presses by action and argument
    proofs: dict[str, str] = field(default_factory=dict)  # account -> the last proof thanked for
    _asks_for: str = ""
    _read: int = 0  # screens
    _letters: list[Pressable] = field(default_factory=list)  # ways from news to a buy

    async def _go_on(self) -> None:
        screen = self.chat.screen
        news = [each for each in self.chat.screens[self._read :] if _is_news(each)]
        self._read = len(self.chat.screens)
        self._letters += [each.with_action("buy")[0] for each in news]
        actions = {each.action for each in screen.buttons} if screen else set()
        if self._letters and not actions & _BUSY and self.random.random() < 0.8:
            await self._press(self._letters.pop(0))
        elif screen is None or not await self._in_a_buy(screen, actions):
            await self._join_another()

    async def _in_a_buy(self, screen: Screen, actions: set[str]) -> bool:
        """Do what this screen of a group buy asks for; False where it asks for nothing."""
        self._see_thanks(screen)
        if "join" in actions:
            lower = screen.with_action("ceiling")
            press = self.random.choice(lower) if lower and self.random.random() < 0.2 else None
            await self._press(press or screen.with_action("join")[0])
        elif "pieces" in actions:
            await self._say(str(self.random.choice((1, 2, 3, 5, 8))))
        elif "spec" in actions:
            await self._press(self.random.choice(screen.with_action("spec")))
        elif actions == {"back"} and self._asks_for:
            await (self._say("1") if self._asks_for == _FEWER else self._prove())
        else:
            return await self._about_my_part(screen, actions)
        return True

    async def _about_my_part(self, screen: Screen, actions: set[str]) -> bool:
        """On the page of a buy that was joined, or on what leads there."""
        chance = self.random.random()
        proof = [each for each in screen.with_action("ask") if each.arg == "proof"]
        if proof:
            self._asks_for = next(iter(_ACCOUNT.findall(screen.text)), "")
            proof = [] if self._asks_for in self.proved and chance < 0.85 else proof
        give_up = [each for each in screen.with_action("ask") if each.arg == "give_up"]
        if "agree" in actions:
            await self._press(screen.with_action("agree" if chance < 0.75 else "disagree")[0])
        elif "give_up" in actions:
            await self._press(screen.with_action("give_up")[0])
        elif proof:
            await self._press(proof[0])
        elif give_up and chance < _GIVES_UP:
            await self._press(give_up[0])
        elif "withdraw" in actions:
            await self._lessen(screen, withdraws=chance < 0.6)
        elif "change" in actions and chance < 0.1:
            await self._press(self.random.choice(screen.with_action("change")))
        elif "buy" in actions:
            await self._press(self.random.choice(screen.with_action("buy")))
        else:
            return False
        return True

    async def _lessen(self, screen: Screen, *, withdraws: bool) -> None:
        """Leave, or take fewer pieces."""
        fewer = [each for each in screen.with_action("ask") if each.arg == "fewer"]
        if withdraws or not fewer:
            await self._press(screen.with_action("withdraw")[0])
        else:
            self._asks_for = _FEWER
            await self._press(fewer[0])

    async def _prove(self) -> None:
        self._proof = f"TX{self.random.randrange(10**9)}"
        self._before_proof = len(self.chat.seen_text)
        await self._say(self._proof)
        self.proved.add(self._asks_for)

    def _see_thanks(self, screen: Screen) -> None:
        """Note that a proof was taken, by the line that says so."""
        if self._proof and re.search("organiser will check|等团长核对", screen.text):
            self.proofs[self._asks_for] = self._proof
            self._proof = ""

    async def _join_another(self) -> None:
        links = list(self.square.links.values())
        if links and self.random.random() < 0.5:
            self.did["opened a link"] += 1
            await self._say(f"/start {self.random.choice(links)}")
        elif self.random.random() < 0.3:
            await self._say("/buys")
        else:
            await self.chat.look(3.0)

    async def _press(self, button: Pressable) -> None:
        self.pressed[f"{button.action} {button.arg}"] += 1
        if button.action == "join":
            amounts = self.chat.amounts.get(button.data, ())
            self.joins.append(Agreed(button.data, amounts[-1] if amounts else 0))
        await super()._press(button)


@dataclass
class Organiser(Shopper):
    """Somebody who runs one buy after another, waiting for answers; now and then they do not."""

    square: Square = field(default_factory=Square)
    patience: Patience | None = None
    received: Counter[str] = field(default_factory=Counter)
    _since: float = 0.0
    _open_for: float = 0.0
    _collecting: float = 0.0
    _has_opened: bool = False
    _posted: bool = False
    _prepared: int = 0  # so often the newest numbers were asked for
    _number: str = ""  # of the buy that is run now

    def __post_init__(self) -> None:
        """Have what is pressed noted."""
        assert self.patience is not None
        self.asking = Asking(self.chat, self.random, self.patience, self.did, self._tap)

    async def keep_an_address(self) -> None:
        """Leave an address behind, before anything misbehaves. Raises when that is not answered."""
        await self.chat.send("/address")
        for _ in range(_ADDRESS_WITHIN):
            await self.chat.look(1.0)
            actions = {each.action for each in self.chat.screen.buttons} if self.chat.screen else ()
            if "save" in actions and self.chat.screen:
                await self.chat.press(self.chat.screen.with_action("save")[0])
                await self.chat.look(5.0)
                return
            await self.chat.send(self.random.choice(ADDRESSES))
        raise RuntimeError(f"no address was taken: {self.chat.screen}")

    async def shop(self, is_over: Callable[[], bool], patience: Patience) -> None:
        """Run buys until it is over."""
        while not is_over():
            await asyncio.sleep(self.random.uniform(*self.temper.pause) / 2)
            if self.random.random() < self.temper.noise / 2:
                await self._fool_about()
                await self.chat.look(1.0)
                continue
            if self._number:
                await self._run(await self._page())
            elif self._has_opened:
                await self._find_newest()
            else:
                await self._open_one()

    async def _open_one(self) -> None:
        """From an offer to a link that hangs out."""
        offer = self.random.choice(_OFFERS)
        link = f"https://detail.1688.com/offer/{offer}.html"
        shown = await self.asking.say(link, lambda each: bool(each.with_action("group_buy")))
        if shown is None:
            return
        drafted = await self.asking.ask(shown.with_action("group_buy")[0], _is_draft)
        if drafted is None:
            return
        for term, value in (("fee", "5"), ("most_each", "12")):
            button = next((b for b in drafted.with_action("term") if b.arg == term), None)
            if button is None or self.random.random() < 0.4:
                continue
            if await self.asking.ask(button, _asks) is None:
                return
            drafted = await self.asking.say(value, _is_draft)
            if drafted is None:
                return
        await self.asking.ask(drafted.with_action("open")[0], _is_page, twice=_TWICE)
        self.did["opened a buy"] += 1
        self._has_opened = True  # or it is a draft, which ends like one that came to nothing
        await self._find_newest()
        self._since, self._collecting, self._posted = time.monotonic(), 0.0, False
        self._open_for, self._prepared = self.random.uniform(*_OPEN_FOR), 0

    async def _find_newest(self) -> None:
        shown = await self.asking.say("/buys", lambda each: bool(each.with_action("buy")))
        self._number = shown.with_action("buy")[0].arg if shown else ""

    async def _page(self) -> Screen | None:
        """Open the page of the buy that is run now."""
        listed = await self.asking.say("/buys", lambda each: bool(each.with_action("buy")))
        found = [b for b in listed.with_action("buy") if b.arg == self._number] if listed else []
        return await self.asking.ask(found[0], _is_page) if found else None

    async def _run(self, page: Screen | None) -> None:
        """Do one thing after another on the page, until there is nothing to do but wait."""
        for _ in range(12):
            if page is None:
                return
            actions = {each.action for each in page.buttons}
            if self._is_over(page):
                self.did["buys that ended"] += 1
                self.square.links.pop(self.chat.user_id, None)
                self._number, self._has_opened = "", False
                return
            self._prepared += "prepare" in actions
            if self._prepared > _MOST_PREPARED:
                page = await self._give_up(page)
            else:
                page = await self._next(page, actions)

    def _is_over(self, page: Screen) -> bool:
        """Tell whether the buy has ended, or never opened."""
        if time.monotonic() - self._since < self._open_for or not _is_page(page):
            return False
        going = {"lock", "resume", "card", "member", "top_up", "sheet"}
        may_cancel = any(each.arg == "cancel" for each in page.with_action("ask"))
        actions = {each.action for each in page.buttons}
        return not may_cancel and ("repeat" in actions or not actions & going)

    async def _next(self, page: Screen, actions: set[str]) -> Screen | None:
        """Do the next thing; return the page after it, None where there is only to wait."""
        ask = self.asking.ask
        if "lock" in actions:
            return await self._while_open(page)
        for action in ("top_up", "prepare", "order", "hand", "settle", "close"):
            if found := page.with_action(action):
                return await ask(self.random.choice(found), _is_page_or_order, twice=_TWICE)
        if "arrive" in actions:
            return await self._count(page)
        if "member" in actions and (chosen := self._whose_money(page)):
            return await self._about_money(chosen)
        if "remind" in actions and _is_collecting(page) and self._has_waited_for_money():
            return await self._wait_no_longer(page)
        if cards := page.with_action("card"):
            await self._pay_there(cards[0].arg)
        return None

    async def _wait_no_longer(self, page: Screen) -> Screen | None:
        """Remind them, or give it up: nobody is left out before the time that was promised."""
        self._collecting = 0.0
        if self.random.random() < _GIVES_UP:
            return await self._give_up(page)
        return await self.asking.ask(page.with_action("remind")[0], _is_page)

    async def _give_up(self, page: Screen) -> Screen | None:
        """Too few are left, or it got too dear: nothing is ordered, and what was paid goes back."""
        cancel = [each for each in page.with_action("ask") if each.arg == "cancel"]
        asked = cancel and await self.asking.ask(
            cancel[0], lambda each: bool(each.with_action("cancel_buy"))
        )
        if not asked:
            return None
        self._prepared = 0
        return await self.asking.ask(asked.with_action("cancel_buy")[0], _is_page)

    async def _while_open(self, page: Screen) -> Screen | None:
        """Post it, close it when it is time; now and then pause."""
        chance, places = self.random.random(), page.with_action("show")
        for link in page.copies:
            self.square.links[self.chat.user_id] = link.partition("start=")[2]
        if resume := page.with_action("resume"):
            return await self.asking.ask(resume[0], _is_page)
        if time.monotonic() - self._since > self._open_for:
            self.square.links.pop(self.chat.user_id, None)
            return await self.asking.ask(page.with_action("lock")[0], _is_page, twice=_TWICE)
        if places and not self._posted:
            self._posted = True
            return await self.asking.ask(self.random.choice(places), _is_page)
        if chance > 0.95:
            return await self.asking.ask(page.with_action("pause")[0], _is_page)
        return None

    def _has_waited_for_money(self) -> bool:
        now = time.monotonic()
        self._collecting = self._collecting or now
        return now - self._collecting > _PAID_WITHIN

    def _whose_money(self, page: Screen) -> Pressable | None:
        """Who says they paid, who is owed something; when it is settled, who owes."""
        people = page.with_action("member")
        said = [each for each in people if "🧾" in each.label]
        owed = [each for each in people if "-" in each.label or "−" in each.label]
        collecting = _is_collecting(page)
        return next(iter([*said, *owed, *([] if collecting else people)]), None)

    async def _about_money(self, chosen: Pressable) -> Screen | None:
        """Decide on what somebody says they paid, or give back what is theirs."""
        shown = await self.asking.ask(chosen, _is_about_a_member)
        if shown is None:
            return None
        deeds = [each for each in shown.buttons if each.action in {"send_back", "receive"}]
        nothing = shown.with_action("nothing")
        if nothing and self.random.random() < 0.06:
            deeds = nothing
        if deeds:
            return await self.asking.ask(deeds[0], _is_page, twice=_TWICE)
        write_off = [each for each in shown.with_action("ask") if each.arg == "write_off"]
        if not write_off or await self.asking.ask(write_off[0], _asks) is None:
            return None
        return await self.asking.say("settled by hand", _is_page)

    async def _count(self, page: Screen) -> Screen | None:
        """Count what arrived; sometimes a piece is missing."""
        missing = [each for each in page.with_action("ask") if each.arg == "count"]
        if not missing or self.random.random() < 0.6:
            return await self.asking.ask(page.with_action("arrive")[0], _is_page, twice=_TWICE)
        counting = await self.asking.ask(missing[0], lambda each: bool(each.with_action("count")))
        if counting is None:
            return None
        variant = self.random.choice(counting.with_action("count"))
        marked = await self.asking.ask(
            variant, lambda each: any("👉" in b.label for b in each.with_action("count"))
        )
        found = re.search(r"(\d+) / (\d+)$", variant.label)
        if marked is None or found is None:
            return None
        counted = await self.asking.say(
            str(max(0, int(found[2]) - 1)), lambda each: bool(each.with_action("count"))
        )
        if counted is None:
            return None
        return await self.asking.ask(counted.with_action("arrive")[0], _is_page)

    async def _pay_there(self, order_no: str) -> None:
        """As whoever is logged in at the marketplace does."""
        try:
            made = (await self.market.get("/sandbox/orders")).json()
        except httpx.TransportError:
            return
        for each in made:
            if each["thirdOrderId"] == order_no and each["status"] == "waitbuyerpay":
                self.did["pay"] += 1
                await self.market.post(f"/sandbox/orders/{each['orderId']}/pay", json={})

    async def _tap(self, button: Pressable) -> str:
        self.did[f"organiser {button.action}"] += 1
        if button.action == "order":
            seen = self.chat.first_seen[button.data]
            self.consents.append(Consent(button.data, int(button.arg), seen))
        if button.action == "receive":
            self.received[self._number] += 1
        return await self.chat.press(button)

    async def _press(self, button: Pressable) -> None:
        await self._tap(button)


def _is_news(screen: Screen) -> bool:
    return [each.action for each in screen.buttons] == ["buy"]


def _is_page(screen: Screen) -> bool:
    actions = {each.action for each in screen.buttons}
    return actions >= _PAGE and not actions & _NOT_A_PAGE


def _is_collecting(page: Screen) -> bool:
    may_cancel = any(each.arg == "cancel" for each in page.with_action("ask"))
    return may_cancel and bool(page.with_action("remind") or page.with_action("prepare"))


def _is_page_or_order(screen: Screen) -> bool:
    return _is_page(screen) or bool(screen.with_action("order"))


def _is_draft(screen: Screen) -> bool:
    return bool(screen.with_action("term")) and bool(screen.with_action("open"))


def _asks(screen: Screen) -> bool:
    return [each.action for each in screen.buttons] == ["back"]


def _is_about_a_member(screen: Screen) -> bool:
    actions = {each.action for each in screen.buttons}
    return "back" in actions and bool(actions & {"receive", "send_back", "ask", "nothing"})


@dataclass
class Crowd:
    """Whoever orders; in group buys, who runs and who joins them, their names and channels."""

    people: Sequence[Shopper]
    members: Sequence[Member] = ()
    organisers: Sequence[Organiser] = ()
    names: dict[int, str] = field(default_factory=dict)  # of members
    channels: Sequence[int] = ()

    @classmethod
    async def gathers(
        cls,
        telegram: httpx.AsyncClient,
        market: httpx.AsyncClient,
        dice: Callable[[], Random],
        people: int,
        temper: Temper,
        patience: Patience,
    ) -> Self:
        """Have so many members arrive, and the organisers, each with a channel and an address."""
        square, names, members = Square(), dict[int, str](), []
        for _ in range(people):
            rng = dice()
            # A name that stands nowhere but where its bearer is named.
            name = "Zq" + "".join(rng.choice("bcdfghjkmnpqrstvwxz") for _ in range(9))
            member = await Member.arrive(telegram, market, rng, temper, name, square=square)
            members.append(member)
            names[member.chat.user_id] = name
        organisers, channels = [], []
        for _ in range(ORGANISERS):
            more: dict[str, Any] = {"square": square, "patience": patience}
            organiser = await Organiser.arrive(telegram, market, dice(), temper, **more)
            await organiser.keep_an_address()
            channels.append(await _channel(telegram, organiser.chat.user_id))
            organisers.append(organiser)
        return cls([*members, *organisers], members, organisers, names, channels)


async def _channel(telegram: httpx.AsyncClient, owner: int) -> int:
    """Make a channel in which the bot may post."""
    body: dict[str, Any] = {"type": "channel", "title": f"Square {owner}", "members": [owner]}
    made = await telegram.post("/sandbox/chats", json=body)
    made.raise_for_status()
    number = int(made.json()["id"])
    body = {"status": "administrator", "rights": _RIGHTS, "by": owner}
    answer = await telegram.post(f"/sandbox/chats/{number}/standing", json=body)
    answer.raise_for_status()
    return number
