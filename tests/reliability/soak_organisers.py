"""Organisers of group buys under the soak: one buy after another, of every kind, to its end."""

import asyncio
import re
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

import httpx
from soak_asking import Asking, Wanted
from soak_chat import Pressable, Screen
from soak_members import ACCOUNT, Square
from soak_pages import (
    asking,
    asks,
    is_about_a_member,
    is_change,
    is_collecting,
    is_draft,
    is_page,
    is_page_or_order,
    leads_back,
)
from soak_patience import Patience
from soak_people import ADDRESSES, Consent, Shopper
from soak_terms import Style, chosen, deadline

_OPEN_FOR = (30.0, 60.0)  # seconds by the organiser's watch
_WAITS_FOR_SOMEBODY = 3
_PAID_WITHIN = 60.0
_GIVES_UP = 0.4
_LEFT_ALONE_AFTER = (15.0, 150.0)
_LEFT_ALONE = 0.35  # of the buys
_TWICE = 0.12
_ADDRESS_WITHIN = 60
_MOST_PREPARED = 4
_MOST_DEEDS = 12  # before the page is opened anew
_Deed = Coroutine[Any, Any, Screen | None]


@dataclass
class Pressed:
    """What organisers pressed, as the audit holds it against the books.

    `receipts` are the buttons and typed amounts by account, `handed` who was ticked off by the
    first claim's number, `sums` what carrying on cost and the seller sent back (fen), by buy.
    """

    receipts: dict[str, set[str]] = field(default_factory=dict)
    handed: set[tuple[str, str]] = field(default_factory=set)
    sums: dict[str, list[int]] = field(default_factory=dict)
    allowed: set[str] = field(default_factory=set)  # accounts whose complaint was given off for
    removed: set[str] = field(default_factory=set)  # buys in which somebody was taken out

    def credit(self, text: str, what: str) -> None:
        """Note a press that books what comes in of every account that its screen names."""
        for account in ACCOUNT.findall(text):
            self.receipts.setdefault(account, set()).add(what)


@dataclass
class Organiser(Shopper):
    """Somebody who runs one buy after another, waiting for answers; now and then they do not."""

    square: Square = field(default_factory=Square)
    patience: Patience | None = None
    noted: Pressed = field(default_factory=Pressed)
    _style: Style = field(default_factory=Style)
    _since: float = 0.0
    _open_for: float = 0.0
    _leaves_at: float = 0.0
    _collecting: float = 0.0
    _has_opened: bool = False
    _posted: bool = False
    _has_done: set[str] = field(default_factory=set)  # what is done once a buy
    _prepared: int = 0  # so often the newest numbers were asked for
    _number: str = ""  # of the buy that is run now
    _token: str = ""

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
                await self._begin()

    async def _begin(self) -> None:
        """From an offer to a draft, and from that to a link that hangs out."""
        self._style = chosen(self.random)
        link = f"https://detail.1688.com/offer/{self._style.offer}.html"
        shown = await self.asking.say(link, lambda each: bool(each.with_action("group_buy")))
        if shown is None:
            return
        drafted = await self.asking.ask(shown.with_action("group_buy")[0], is_draft)
        await self._open_one(drafted)

    async def _open_one(self, drafted: Screen | None) -> None:
        """Set the terms of a draft, and open it."""
        for term, value in self._style.terms:
            if drafted is None:
                return
            drafted = await self._set(drafted, term, value, is_draft)
        if drafted is None:
            return
        self._since, self._collecting, self._posted = time.monotonic(), 0.0, False
        self._open_for, self._prepared = self.random.uniform(*_OPEN_FOR), 0
        if self._style.by_deadline:
            until, self._open_for = deadline(self.random)
            drafted = await self._set(drafted, "deadline", until, is_draft)
            if drafted is None:
                return
        leaves = self.random.random() < _LEFT_ALONE
        self._leaves_at = self._since + self.random.uniform(*_LEFT_ALONE_AFTER) if leaves else 0.0
        self._has_done, self._token = set(), ""
        await self.asking.ask(drafted.with_action("open")[0], is_page, twice=_TWICE)
        self.did["opened a buy"] += 1
        for each in self._style.named:
            self.did[f"opened: {each}"] += 1
        self._has_opened = True  # or it is a draft, which ends like one that came to nothing
        await self._find_newest()

    async def _set(self, terms: Screen, term: str, value: str, after: Wanted) -> Screen | None:
        """Set one term on the screen of all terms; return that screen, None when lost."""
        for _ in range(2):
            found = [each for each in terms.with_action("term") if each.arg == term]
            if found:
                break
            turned = await self.asking.ask(terms.with_action("more")[0], after)
            if turned is None:
                return None
            terms = turned
        else:
            return terms  # this offer has no such term
        asked = await self.asking.ask(found[0], asks)
        if asked is None:
            return None
        for each in asked.with_action("take"):
            if each.arg == value:
                return await self.asking.ask(each, after)
        return await self.asking.say(value, after)

    async def _find_newest(self) -> None:
        shown = await self.asking.say("/buys", lambda each: bool(each.with_action("buy")))
        self._number = shown.with_action("buy")[0].arg if shown else ""

    async def _page(self) -> Screen | None:
        """Open the page of the buy that is run now."""
        listed = await self.asking.say("/buys", lambda each: bool(each.with_action("buy")))
        found = [b for b in listed.with_action("buy") if b.arg == self._number] if listed else []
        return await self.asking.ask(found[0], is_page) if found else None

    async def _run(self, page: Screen | None) -> None:
        """Do one thing after another on the page, until there is nothing to do but wait."""
        for _ in range(_MOST_DEEDS):
            if page is None:
                return
            if self._is_over(page):
                self.did["buys that ended"] += 1
                await self._let_go(page)
                return
            if self._leaves_at and time.monotonic() > self._leaves_at:
                self.did["left a buy alone"] += 1
                self.square.left_alone.append(self._number)
                await self._let_go(None)
                return
            self._prepared += bool(page.with_action("prepare"))
            if self._prepared > _MOST_PREPARED:
                page = await self._give_up(page)
            else:
                page = await self._next(page)

    async def _let_go(self, page: Screen | None) -> None:
        """Be done with a buy; now and then open one more like it."""
        self.square.links.pop(self.chat.user_id, None)
        self._number, self._has_opened = "", False
        again = page.with_action("repeat") if page else []
        if again and self.random.random() < 0.3:
            self.did["one more like it"] += 1
            self._style = Style(offer=self._style.offer, by_deadline=self._style.by_deadline)
            await self._open_one(await self.asking.ask(again[0], is_draft))

    def _is_over(self, page: Screen) -> bool:
        """Tell whether the buy has ended, or never opened."""
        if time.monotonic() - self._since < self._open_for or not is_page(page):
            return False
        going = {"resume", "card", "member", "sheet"}
        may_cancel = bool(asking(page, "cancel") or asking(page, "lock") or asking(page, "top_up"))
        actions = {each.action for each in page.buttons}
        return not may_cancel and ("repeat" in actions or not actions & going)

    async def _next(self, page: Screen) -> Screen | None:
        """Do the next thing; return the page after it, None where there is only to wait."""
        for choose in (self._while_open, self._sums, self._onward, self._with_money, self._beside):
            if deed := choose(page):
                return await deed
        if cards := page.with_action("card"):
            await self._pay_there(cards[0].arg)
        return None

    def _sums(self, page: Screen) -> _Deed | None:
        """Tick off by a label, and say what further sums there are, before the buy goes on."""
        hand = page.with_action("hand")
        if hand and self._token and self.random.random() < 0.4:
            return self._scan(self.random.choice(hand))
        if asking(page, "abroad") and self._once("second leg", 0.8):
            return self._say_sum(page, "abroad", self.random.randint(100, 2500))
        if asking(page, "seller_refunded") and self._once("seller's refund", 0.1):
            return self._say_sum(page, "seller_refunded", self.random.randint(20, 150))
        return None

    def _onward(self, page: Screen) -> _Deed | None:
        """What leads the buy on."""
        if asking(page, "all_in") and self.random.random() < 0.5:
            return self._take_all_in(page)
        for what in ("top_up", "close"):
            if found := asking(page, what):
                return self._surely(found[0], what, twice=_TWICE)
        for action in ("prepare", "order", "hand", "settle"):
            if found := page.with_action(action):
                return self.asking.ask(self.random.choice(found), is_page_or_order, twice=_TWICE)
        return self._count(page) if asking(page, "arrive") else None

    async def _surely(self, button: Pressable, yes: str, *, twice: float = 0.0) -> Screen | None:
        """Press what is looked at once more before it is done, and do it."""
        look = await self.asking.ask(button, lambda each: bool(each.with_action(yes)))
        return look and await self.asking.ask(look.with_action(yes)[0], is_page, twice=twice)

    def _with_money(self, page: Screen) -> _Deed | None:
        """Decide about members; once they had time to pay, remind them, or give it up."""
        if member := self._whose_money(page):
            return self._about_money(member)
        if (silent := asking(page, "leave_out")) and self._has_waited_for_money():
            return self._surely(silent[0], "leave_out")
        if page.with_action("remind") and is_collecting(page) and self._has_waited_for_money():
            # Nobody is left out before the time that was promised.
            self._collecting = 0.0
            gives_up = self.random.random() < _GIVES_UP
            remind = page.with_action("remind")[0]
            return self._give_up(page) if gives_up else self.asking.ask(remind, is_page)
        return None

    def _beside(self, page: Screen) -> _Deed | None:
        """What changes nothing."""
        sheets, remind = page.with_action("sheet"), page.with_action("remind")
        if sheets and self._once("spreadsheet", 0.5):
            return self.asking.ask(self.random.choice(sheets), is_page)
        if remind and self._once("reminder", 0.4):
            return self.asking.ask(remind[0], is_page)
        return None

    def _once(self, what: str, share: float) -> bool:
        """Tell whether to do what is done at most once in a buy, in so many of them."""
        if what in self._has_done:
            return False
        self._has_done.add(what)
        is_done = self.random.random() < share
        self.did[what] += is_done
        return is_done

    async def _answer(
        self, page: Screen, what: str, said: str, wanted: Wanted = is_page
    ) -> Screen | None:
        """Press what asks for a text, and write it."""
        if await self.asking.ask(asking(page, what)[0], asks) is None:
            return None
        return await self.asking.say(said, wanted)

    async def _say_sum(self, page: Screen, what: str, fen: int) -> Screen | None:
        """Say what carrying the goods on costs, or what the seller sent back."""
        sign = 1 if what == "abroad" else -1
        self.noted.sums.setdefault(self._number, []).append(sign * fen)
        look = await self._answer(
            page, what, f"{fen / 100:.2f}", lambda each: bool(each.with_action("sure"))
        )
        return look and await self.asking.ask(look.with_action("sure")[0], is_page)

    async def _scan(self, hand: Pressable) -> Screen | None:
        """Tick somebody off by the code on their label."""
        self.did["scanned a label"] += 1
        self.noted.handed.add((self._number, hand.arg))
        return await self.asking.say(f"/start h1-{self._token}-{hand.arg}", is_page)

    async def _take_all_in(self, page: Screen) -> Screen | None:
        listed = await self.asking.ask(
            asking(page, "all_in")[0], lambda each: bool(each.with_action("all_in"))
        )
        return listed and await self.asking.ask(
            listed.with_action("all_in")[0], is_page, twice=_TWICE
        )

    async def _give_up(self, page: Screen) -> Screen | None:
        """Too few are left, or it got too dear: nothing is ordered, and what was paid goes back."""
        cancel = asking(page, "cancel")
        asked = cancel and await self.asking.ask(
            cancel[0], lambda each: bool(each.with_action("cancel_buy"))
        )
        if not asked:
            return None
        self._prepared = 0
        return await self.asking.ask(asked.with_action("cancel_buy")[0], is_page)

    def _while_open(self, page: Screen) -> _Deed | None:
        """Close it when it is time, and hang its link out until then."""
        for link in page.copies:
            self.square.links[self.chat.user_id] = link.partition("start=")[2]
            self._token = link.partition("start=g1-")[2]
        lock = asking(page, "lock")
        if resume := page.with_action("resume"):
            return self.asking.ask(resume[0], is_page)
        # Nobody closes what nobody is in yet; not at once, at least.
        wait = self._open_for * (1 if asking(page, "people") else _WAITS_FOR_SOMEBODY)
        if not lock or time.monotonic() - self._since <= wait:
            return self._meanwhile(page) if lock else None
        self.square.links.pop(self.chat.user_id, None)
        closes = not self._style.by_deadline
        return self._surely(lock[0], "lock", twice=_TWICE) if closes else None

    def _meanwhile(self, page: Screen) -> _Deed | None:
        """Post it; now and then pause, put other terms in force, take somebody out."""
        chance, places = self.random.random(), page.with_action("show")
        if places and not self._posted:
            self._posted = True
            return self.asking.ask(self.random.choice(places), is_page)
        if chance < 0.15 and self._once("other terms", 0.4):
            return self._reword(page.with_action("terms")[0])
        if asking(page, "people") and chance < 0.25 and self._once("somebody out", 0.3):
            return self._take_out(page)
        if chance > 0.95:
            return self.asking.ask(page.with_action("pause")[0], is_page)
        return None

    async def _reword(self, change: Pressable) -> Screen | None:
        """Put the next terms in force: a higher fee, for which all are asked, or other words."""
        terms = await self.asking.ask(change, is_change)
        term = self.random.choice((("fee", "7"), ("payment", "Card 4000 7"), ("most_each", "60")))
        terms = terms and await self._set(terms, *term, is_change)
        return terms and await self.asking.ask(terms.with_action("page")[0], is_page)

    async def _take_out(self, page: Screen) -> Screen | None:
        """Take somebody's claim out, for a reason that they are shown."""
        people = await self.asking.ask(
            asking(page, "people")[0], lambda each: bool(each.with_action("member"))
        )
        shown = people and await self.asking.ask(
            self.random.choice(people.with_action("member")),
            lambda e: bool(e.with_action("remove")),
        )
        asked = shown and await self.asking.ask(shown.with_action("remove")[0], asks)
        if not asked:
            return None
        self.noted.removed.add(self._number)
        people = await self.asking.say("ordered twice", leads_back)
        return people and await self.asking.ask(people.with_action("back")[0], is_page)

    def _has_waited_for_money(self) -> bool:
        now = time.monotonic()
        self._collecting = self._collecting or now
        return now - self._collecting > _PAID_WITHIN

    def _whose_money(self, page: Screen) -> Pressable | None:
        """Who complained or says they paid, who is owed something; when settled, who owes."""
        people = page.with_action("member")
        said = [each for each in people if "🧾" in each.label or "💬" in each.label]
        owed = [each for each in people if "-" in each.label or "−" in each.label]
        return next(iter([*said, *owed, *([] if is_collecting(page) else people)]), None)

    async def _about_money(self, chosen: Pressable) -> Screen | None:
        """Decide on what somebody says they paid or complains of, or give back what is theirs."""
        shown = await self.asking.ask(chosen, is_about_a_member)
        if shown is None:
            return None
        if asking(shown, "answer") and (self.random.random() < 0.5 or "💬" in chosen.label):
            return await self._about_a_complaint(shown)
        deeds = [each for each in shown.buttons if each.action in {"send_back", "receive"}]
        nothing = shown.with_action("nothing")
        if nothing and self.random.random() < 0.06:
            deeds = nothing
        elif asking(shown, "received") and self.random.random() < 0.08:
            return await self._another_amount(shown)
        if deeds:
            return await self.asking.ask(deeds[0], is_page, twice=_TWICE)
        if not asking(shown, "write_off"):
            return None
        return await self._answer(shown, "write_off", "settled by hand")

    async def _another_amount(self, shown: Screen) -> Screen | None:
        """Half of it came in."""
        owed = int(shown.with_action("receive")[0].arg)
        self.did["half came in"] += 1
        asked = await self.asking.ask(asking(shown, "received")[0], asks)
        if asked is None:
            return None
        self.noted.credit(shown.text, f"typed {len(self.chat.screens)}")
        return await self.asking.say(f"{max(1, owed // 2) / 100:.2f}", is_page)

    async def _about_a_complaint(self, shown: Screen) -> Screen | None:
        """Give something off, or say why nothing is owed."""
        if self.random.random() < 0.5:
            self.did["answered a complaint"] += 1
            return await self._answer(shown, "answer", "as described")
        self.did["gave something off"] += 1
        self.noted.allowed |= set(ACCOUNT.findall(shown.text))
        look = await self._answer(
            shown,
            "allow",
            f"{self.random.randint(1, 90) / 100:.2f}",
            lambda each: bool(each.with_action("allow")),
        )
        return look and await self.asking.ask(look.with_action("allow")[0], is_page)

    async def _count(self, page: Screen) -> Screen | None:
        """Count what arrived; sometimes a piece is missing, or one is too many."""
        missing = asking(page, "count")
        if not missing or self.random.random() < 0.6:
            return await self._surely(asking(page, "arrive")[0], "arrive", twice=_TWICE)
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
        came = max(0, int(found[2]) + self.random.choice((-1, 1)))
        counted = await self.asking.say(f"{came}", lambda each: bool(each.with_action("count")))
        if counted is None:
            return None
        return await self._surely(asking(counted, "arrive")[0], "arrive")

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
        if button.action in {"receive", "all_in"}:
            self.noted.credit(self.chat.seen_on.get(button.data, ""), button.data)
        if button.action == "hand":
            self.noted.handed.add((self._number, button.arg))
        return await self.chat.press(button)

    async def _press(self, button: Pressable) -> None:
        await self._tap(button)
