"""What the Bot API server at the other end can do beyond what every server can.

Decided once per server from its answers, not per message: a refusal that goes away with the newer
fields left out counts for a day or until the bot starts again. Servers know what came before the
newest thing they know, so of several suspects the newest goes first.
"""

import time
from collections.abc import Callable
from enum import StrEnum
from typing import Final

import structlog

_A_DAY: Final = 86_400.0  # seconds
_log = structlog.get_logger(__name__)


class Ability(StrEnum):
    """Something newer than the oldest server worth serving, oldest first.

    Versions: https://core.telegram.org/bots/api-changelog.
    """

    ADDED_PICTURES = "pictures_added_to_texts"  # 7.11
    STYLES = "button_styles"  # 9.4
    MOMENTS = "date_time"  # 9.5
    DRAFTS = "drafts"  # 9.5
    GUEST = "guest_mode"  # 10.0
    DISABLED = "disabled_buttons"  # 10.3
    ASKING = "force_reply_with_buttons"  # 10.3
    RICH = "rich_messages"  # 10.1, as they are used 10.3
    EPHEMERAL = "ephemeral_messages"  # 10.2, in the form that is used 10.4
    SETTINGS = "settings"  # 10.5


_AGE: Final = {each: age for age, each in enumerate(Ability)}
_WORDS: Final = {
    Ability.STYLES: ("style",),
    Ability.MOMENTS: ("tg-time", "date_time"),
    Ability.DISABLED: ("text buttons are unallowed", "disabled"),
    Ability.ASKING: ("force_reply",),
}
"""What a refusal says that is about this ability alone."""


class Abilities:
    """What one server was found unable to do. `clock` counts seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, again: float = _A_DAY) -> None:
        self._clock = clock
        self._again = again
        self._refused: dict[Ability, float] = {}
        self._proven: set[Ability] = set()

    def has(self, ability: Ability) -> bool:
        """Tell whether it is worth trying: nothing was refused lately."""
        at = self._refused.get(ability)
        return at is None or self._clock() - at >= self._again

    def found(self, ability: Ability) -> None:
        """Note that the server took it."""
        self._proven.add(ability)
        self._refused.pop(ability, None)

    def lacks(self, ability: Ability) -> None:
        """Note that the server refused it."""
        _log.warning("telegram_lacks", ability=ability.value)
        self._proven.discard(ability)
        self._refused[ability] = self._clock()

    def suspects(self, used: frozenset[Ability]) -> frozenset[Ability]:
        """Return what of it the server has never taken, and may have refused."""
        return used - self._proven

    def blame(self, used: frozenset[Ability], refusal: str) -> None:
        """Note what was refused, after the same went through without any of `used`.

        What the server has taken before is not accused: it was what the message said.
        """
        suspects = self.suspects(used)
        if not suspects:
            return
        words = refusal.lower()
        named = {each for each in suspects if any(w in words for w in _WORDS.get(each, ()))}
        for each in named or {max(suspects, key=_AGE.__getitem__)}:
            self.lacks(each)


class Trial:
    """What one call may use of a server, and what it did use."""

    def __init__(self, abilities: Abilities | None) -> None:
        self._abilities = abilities
        self._used: set[Ability] = set()

    def __call__(self, ability: Ability) -> bool:
        """Tell whether to use it; ask only where it is wanted."""
        if self._abilities is None or not self._abilities.has(ability):
            return False
        self._used.add(ability)
        return True

    @property
    def used(self) -> frozenset[Ability]:
        """What was asked for and granted."""
        return frozenset(self._used)


Can = Callable[[Ability], bool]
"""Whether something newer may be used in a call; asked only where it is wanted."""


def everything(_: Ability) -> bool:
    """A `Can` of the newest server."""
    return True


def nothing_new(_: Ability) -> bool:
    """A `Can` of the oldest server."""
    return False
