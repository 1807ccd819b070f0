"""Members of group buys under the soak: they join, change their mind, prove and complain."""

import re
from collections import Counter
from dataclasses import dataclass, field

from soak_chat import Pressable, Screen
from soak_pages import asking
from soak_people import Shopper

ACCOUNT = re.compile(r"G\d+-\d+")
_BUSY = {"join", "pieces", "spec", "agree"}  # what is gone on with before news is looked at
_THANKS = re.compile("organiser will check|等团长核对")
_COMPLAINT_TAKEN = re.compile("organiser was told and will answer|已告诉团长，等待答复")
_GIVES_UP = 0.4
_COMPLAINS_OFTEN = 0.5
_FEWER, _LIMIT, _COMPLAINS = "fewer", "limit", "dispute"
_SAYS = {_FEWER: ("1", "2"), _LIMIT: ("9", "15", "60", "900")}


@dataclass
class Square:
    """Where organisers hang their links out, and what they leave alone.

    `links` are payloads by who runs the buy; `left_alone` numbers of buys for an operator.
    """

    links: dict[int, str] = field(default_factory=dict)
    left_alone: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Agreed:
    """A press that agreed to join: its button, the most it could cost, and the whole screen."""

    data: str
    total: int  # fen
    shown: str = ""


@dataclass
class Member(Shopper):
    """Somebody who joins buys, pays, changes their mind, and presses what is too old."""

    square: Square = field(default_factory=Square)
    joins: list[Agreed] = field(default_factory=list)
    pressed: Counter[str] = field(default_factory=Counter)  # presses by action and argument
    proofs: dict[str, str] = field(default_factory=dict)  # account -> the last proof thanked for
    complaints: dict[str, str] = field(default_factory=dict)  # buy -> the last one thanked for
    _asks_for: str = ""
    _account: str = ""
    _proof_for: str = ""
    _complaint: str = ""
    _buy: str = ""  # the number of the buy whose page was opened last
    _read: int = 0  # screens
    _letters: list[Pressable] = field(default_factory=list)  # ways from news to a buy

    async def _go_on(self) -> None:
        screen = self.chat.screen
        news = [each for each in self.chat.screens[self._read :] if _is_news(each)]
        for each in self.chat.screens[self._read :]:
            self._see_thanks(each)
        self._read = len(self.chat.screens)
        self._letters += [each.with_action("buy")[0] for each in news]
        actions = {each.action for each in screen.buttons} if screen else set()
        if self._letters and not actions & _BUSY and self.random.random() < 0.8:
            await self._press(self._letters.pop(0))
        elif screen is None or not await self._in_a_buy(screen, actions):
            await self._join_another()

    async def _in_a_buy(self, screen: Screen, actions: set[str]) -> bool:
        """Do what this screen of a group buy asks for; False where it asks for nothing."""
        if "join" in actions:
            await self._at_the_last_step(screen)
        elif "pieces" in actions:
            await self._say(str(self.random.choice((1, 2, 3, 5, 8))))
        elif "spec" in actions:
            await self._press(self.random.choice(screen.with_action("spec")))
        elif actions & {"other", "partly"}:
            await self._if_it_runs_out(screen)
        elif actions == {"back"} and self._asks_for:
            await self._answer_what_is_asked()
        else:
            return await self._about_my_part(screen, actions)
        return True

    async def _at_the_last_step(self, screen: Screen) -> None:
        """Agree, perhaps to a lower price only, perhaps to something else should it run out."""
        lower, chance = screen.with_action("ceiling"), self.random.random()
        otherwise = [each for each in screen.with_action("ask") if each.arg == "else"]
        if lower and chance < 0.2:
            await self._press(self.random.choice(lower))
        elif otherwise and chance < 0.45:
            await self._press(otherwise[0])
        else:
            await self._press(screen.with_action("join")[0])

    async def _if_it_runs_out(self, screen: Screen) -> None:
        """Name another variant, or say that fewer are fine, or go back to agree."""
        free = [each for each in screen.with_action("other") if "✅" not in each.label]
        chance = self.random.random()
        if free and chance < 0.45:
            await self._press(self.random.choice(free))
        elif screen.with_action("partly") and chance < 0.65:
            await self._press(screen.with_action("partly")[0])
        else:
            await self._press(screen.with_action("back")[0])

    async def _answer_what_is_asked(self) -> None:
        if self._asks_for == _COMPLAINS:
            self._complaint = f"stained {self.random.randrange(10**9)}"
            await self._say(self._complaint)
        elif self._asks_for in _SAYS:
            await self._say(self.random.choice(_SAYS[self._asks_for]))
        else:
            await self._prove()

    async def _about_my_part(self, screen: Screen, actions: set[str]) -> bool:
        """On the page of a buy that was joined, or on what leads there."""
        if button := self._answer_to(screen) or self._about_money(screen):
            await self._press(button)
        elif "withdraw" in actions:
            await self._lessen(screen)
        elif "change" in actions and self.random.random() < 0.1:
            await self._press(self.random.choice(screen.with_action("change")))
        elif "buy" in actions:
            await self._press(self.random.choice(screen.with_action("buy")))
        else:
            return False
        return True

    def _answer_to(self, screen: Screen) -> Pressable | None:
        """Choose an answer where the page asks for one."""
        chance = self.random.random()
        if agree := screen.with_action("agree"):
            return agree[0] if chance < 0.75 else asking(screen, "decline")[0]
        if surely := screen.with_action("disagree"):
            return surely[0]
        if fine := screen.with_action("fine"):
            return fine[0] if chance < 0.6 else screen.with_action("raise")[0]
        asked = screen.with_action("give_up") or (
            screen.with_action("renew") if chance < 0.7 else []
        )
        return asked[0] if asked else None

    def _about_money(self, screen: Screen) -> Pressable | None:
        """Say that one paid, or won't, or that something is wrong with the goods."""
        chance = self.random.random()
        proof, gives_up = asking(screen, "proof"), asking(screen, "give_up")
        complains = asking(screen, _COMPLAINS)
        if proof:
            self._account = next(iter(ACCOUNT.findall(screen.text)), "")
            # A second instalment is another sum on the same account.
            self._asks_for = next((e for e in screen.text.split("\n") if self._account in e), "")
            if self._asks_for not in self.proved or chance > 0.85:
                return proof[0]
        if gives_up and chance < _GIVES_UP:
            return gives_up[0]
        if complains and chance < _COMPLAINS_OFTEN:
            self._asks_for = _COMPLAINS
            return complains[0]
        return None

    async def _lessen(self, screen: Screen) -> None:
        """Leave, take fewer pieces, or agree to another price."""
        chance = self.random.random()
        less = asking(screen, _FEWER if chance < 0.75 else _LIMIT)
        if chance < 0.5 or not less:
            await self._press(screen.with_action("withdraw")[0])
        else:
            self._asks_for = less[0].arg
            await self._press(less[0])

    async def _prove(self) -> None:
        self._proof = f"TX{self.random.randrange(10**9)}"
        self._proof_for = self._account
        await self._say(self._proof)
        self.proved.add(self._asks_for)

    def _see_thanks(self, screen: Screen) -> None:
        """Note that a proof or a complaint was taken, by the line that says so."""
        if self._proof and _THANKS.search(screen.text):
            self.proofs[self._proof_for] = self._proof
            self._proof = ""
        if self._complaint and _COMPLAINT_TAKEN.search(screen.text):
            self.complaints[self._buy] = self._complaint
            self._complaint = ""

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
        if button.action == "buy":
            self._buy = button.arg
        if button.action == "join":
            amounts = self.chat.amounts.get(button.data, ())
            shown = self.chat.seen_on.get(button.data, "")
            self.joins.append(Agreed(button.data, amounts[-1] if amounts else 0, shown))
        await super()._press(button)


def _is_news(screen: Screen) -> bool:
    return [each.action for each in screen.buttons] == ["buy"]
