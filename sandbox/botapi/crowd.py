"""Many people who read what the bot writes them and press and type on, each in a private chat.

They know no more of the bot than its words: which button leads into a group buy, which asks how
many, which one agrees, and that whoever is asked to pay pays. What they can't make sense of they
leave alone.
"""

import asyncio
import random
import re
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from .errors import TesterError
from .people import People, worded
from .state import Sandbox
from .world import Chat, Json

MOST_AT_ONCE: Final = 50
_LONGEST_WAIT: Final = 3600.0
_MOST_MOVES: Final = 40  # of one person; whoever goes in circles stops
_NAMES: Final = (
    ("Aigul", "ru"),
    ("陈晨", "zh-hans"),
    ("Dmitri", "ru"),
    ("李娜", "zh-hans"),
    ("Emma", "en"),
    ("王磊", "zh-hans"),
    ("Farid", "en"),
    ("赵敏", "zh-hans"),
    ("Grace", "en"),
    ("周杰", "zh-hans"),
    ("Hana", "en"),
    ("吴倩", "zh-hans"),
    ("Ivan", "ru"),
    ("孙悦", "zh-hans"),
    ("Jia Wei", "en"),
    ("马超", "zh-hans"),
    ("Kamila", "en"),
    ("林峰", "zh-hans"),
    ("Liam", "en"),
    ("黄蓉", "zh-hans"),
)
_JOINS: Final = re.compile(r"Join with this|就这样参加")
_AGREES: Final = re.compile(r"Yes, I want it|^✅ 要$")
_PAYS: Final = re.compile(r"I have paid|我已付款")
_OPENED: Final = re.compile(
    r"Please pay|is still open|Please say whether|Please open your part"
    r"|前付|前未付|请回答还要不要|请打开"
)
_OPENS: Final = re.compile(r"Open|查看")
_ASKED_FOR_PROOF: Final = re.compile(r"Send a picture|请发转账")
_ASKED_HOW_MANY: Final = re.compile(r"How many|要几")
_VARIANT: Final = re.compile(r"\((\d[\d,]*)\)$")


def start_of(entry: Json) -> str:
    """Return what the message's button to the bot's private chat starts it with.

    Raises TesterError where it has none.
    """
    for row in entry.get("reply_markup", {}).get("inline_keyboard", []):
        for button in row:
            started = parse_qs(urlsplit(button.get("url", "")).query).get("start")
            if started:
                return str(started[0])
    raise TesterError("nothing in that message leads to the bot's private chat")


class Crowd:
    """Lets people come and play on until the sandbox ends."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._people = People(sandbox)
        self._playing: set[asyncio.Task[None]] = set()

    def let_join(self, chat: Chat, message_id: int, count: int, within: float) -> list[int]:
        """Have so many new people of a chat follow a message's button; return their ids.

        They begin within so many seconds, each at a moment of their own. Raises TesterError.
        """
        entry = chat.entry(message_id)
        if entry is None:
            raise TesterError(f"no message {message_id}", 404)
        if not 1 <= count <= MOST_AT_ONCE:
            raise TesterError(f"1 to {MOST_AT_ONCE} people at once")
        payload, world, ids = start_of(entry.body), self._sandbox.world, []
        for number in range(count):
            name, language = _NAMES[number % len(_NAMES)]
            user = world.add_user({"first_name": name, "language_code": language})
            world.crowd.add(user["id"])
            if not chat.is_private:
                chat.members[user["id"]] = "member"
            ids.append(int(user["id"]))
        # Who takes part, with how much and when need not be unguessable.
        dice = random.Random()
        for user_id in ids:
            play = self._play(user_id, payload, dice.uniform(0, within), random.Random(user_id))
            task = asyncio.get_running_loop().create_task(play, name=f"crowd {user_id}")
            self._playing.add(task)
            task.add_done_callback(self._playing.discard)
        return ids

    async def close(self) -> None:
        """Send everybody home."""
        for task in self._playing:
            task.cancel()
        await asyncio.gather(*self._playing, return_exceptions=True)

    async def _play(self, user_id: int, payload: str, after: float, dice: random.Random) -> None:
        await asyncio.sleep(after)
        member = _Member(self._people, self._sandbox.world.chats[user_id], dice)
        member.say(f"/start {payload}")
        events = member.chat.events
        seq = events.seq
        while member.moves < _MOST_MOVES and not events.closed:
            happened = await events.wait(seq, _LONGEST_WAIT)
            if not happened:
                return
            seq = happened[-1]["seq"]
            for shown in _newest(happened):
                # As long as it takes to read and to find the button.
                await asyncio.sleep(dice.uniform(0.02, 0.4) if after else 0)
                member.answer(shown)


class _Member:
    """One person: joins once, agrees, and pays when asked; each thing once for the same words."""

    def __init__(self, people: People, chat: Chat, dice: random.Random) -> None:
        self._people = people
        self._dice = dice
        self._done: set[tuple[str, str]] = set()
        self._has_joined = False
        self.chat = chat
        self.moves = 0

    def answer(self, shown: Json) -> None:
        """Do what a message asks for; what makes no sense is left alone."""
        text = shown.get("text") or shown.get("caption") or ""
        if self.chat.entry(shown["message_id"]) is None:
            return
        if _ASKED_FOR_PROOF.search(text):
            self._once(
                "proof", text, f"Transfer {self.chat.id % 1000}-{self._dice.randrange(10**6)}"
            )
            return
        buttons = [each for row in _rows(shown) for each in row if "callback_data" in each]
        pressed = self._wanted(buttons, text)
        if pressed is not None and (pressed["text"], text) not in self._done:
            self._done.add((pressed["text"], text))
            self._has_joined |= _JOINS.search(pressed["text"]) is not None
            self.moves += 1
            self._people.tap(self.chat, self.chat.id, shown["message_id"], pressed["callback_data"])
        elif pressed is None and _ASKED_HOW_MANY.search(text) and not self._has_joined:
            self._once("amount", text, str(self._dice.choice((1, 1, 2, 2, 3))))

    def say(self, text: str) -> None:
        """Write to the bot."""
        self.moves += 1
        self._people.say(self.chat, self.chat.id, [worded(text, is_caption=False)], None)

    def _once(self, what: str, text: str, words: str) -> None:
        if (what, text) not in self._done:
            self._done.add((what, text))
            self.say(words)

    def _wanted(self, buttons: Sequence[Json], text: str) -> Json | None:
        """The button that a person who wants to take part presses; None where there is none."""
        for pattern in (_AGREES, _PAYS) if self._has_joined else (_JOINS,):
            for each in buttons:
                if pattern.search(each["text"]):
                    return each
        if _OPENED.search(text):
            return next((each for each in buttons if _OPENS.search(each["text"])), None)
        if self._has_joined or _ASKED_HOW_MANY.search(text):
            return None
        found = [(each, _VARIANT.search(each["text"])) for each in buttons]
        left = [each for each, many in found if many is not None and many[1] != "0"]
        return self._dice.choice(left) if left else None


def _newest(events: Sequence[dict[str, Any]]) -> list[Json]:
    """The bot's messages among events, each as it is by now."""
    shown = {}
    for event in events:
        if event["type"] in ("message", "edit") and event["message"]["sandbox"]["mine"] is None:
            shown[event["message"]["message_id"]] = event["message"]
    return list(shown.values())


def _rows(shown: Json) -> list[list[Json]]:
    rows = shown.get("reply_markup", {}).get("inline_keyboard", [])
    return list(rows)
