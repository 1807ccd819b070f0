"""The `country` parameter: which language the `*Trans` fields are in."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.marketplace.catalogue import Text
from sandbox.marketplace.envelope import BAD_PARAMETER, GatewayRefusal
from sandbox.marketplace.request import ApiCall
from sandbox.marketplace.switches import LANGUAGES
from sandbox.marketplace.world import World


@dataclass(frozen=True)
class Language:
    """Whether translated fields are translated; the catalogue knows English alone."""

    translated: bool

    def pick(self, chinese: str, english: str) -> str:
        """The translation, or the Chinese text where there is none."""
        return english if self.translated else chinese

    def of(self, text: Text) -> str:
        """As `pick`, of a text that holds both."""
        return self.pick(text.zh, text.en)


def read_language(world: World, call: ApiCall) -> Language:
    """The required `country`; a language not activated comes back untranslated."""
    country = call.text("country")
    if country not in LANGUAGES:
        raise GatewayRefusal(BAD_PARAMETER, f"country参数不支持：{country}")
    return Language(translated=country == "en" and country in world.switches.activated_languages)
