"""Which layer of the bot a stack belongs to."""

from collections.abc import Sequence

REST = "Event loop (uvloop), and the rest"

LAYERS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "Telegram: reading updates",
        ("telegram._update:de_json", "bot.chat.reading", "bot.intake.raw"),
    ),
    (
        "Telegram: building, writing and reading calls",
        (
            "telegram._bot",
            "telegram.ext._extbot",
            "telegram.request",
            "bot.telegram.pacing",
            "bot.telegram.bot",
            "bot.telegram.written",
        ),
    ),
    ("Telegram: HTTP", ("bot.telegram",)),
    (
        "Marketplace: HTTP",
        ("bot.marketplace.daji.transport",),
    ),
    ("Marketplace: signing, parameters, mapping", ("bot.marketplace",)),
    (
        "HTTP of both: bodies out, answers in",
        ("bot.http.connection:buffer_updated",),
    ),
    ("Storage: codec, sealing, waiting for commits", ("bot.storage", "aiosqlite")),
    ("QR codes and pictures", ("bot.pictures", "bot.chat.illustrations")),
    (
        "Metrics and log",
        (
            "bot.process.metrics",
            "bot.process.logs",
            "bot.web.server",
            "prometheus_client",
            "structlog",
            "logging",
        ),
    ),
    (
        "Inbox, lanes, dispatch",
        (
            "bot.intake.polling",
            "bot.intake.inbox",
            "bot.intake.processing",
            "bot.wiring.parts",
            "bot.chat.gate",
            "bot.chat.flood",
            "bot.process.locks",
        ),
    ),
    (
        "Texts, keyboards, drawing",
        (
            "bot.chat.texts",
            "bot.chat.units",
            "bot.chat.measuring",
            "bot.chat.measuring",
            "bot.chat.buttons",
            "bot.chat.keyboards",
            "bot.chat.screens",
            "bot.chat.drawing",
        ),
    ),
    (
        "Conversation: steps, screens, services",
        ("handlers", "bot.chat.conversation", "bot.services"),
    ),
    (REST, ("bot.__main__", "bot.app")),
    ("Conversation: steps, screens, services", ("bot",)),
)
"""Layers by what stands on a stack: modules with all that is in them, or `module:function`.

For a frame the first that fits holds. A frame that fits none, such as of pydantic, or of a
Telegram object, is at work for whoever called it.
"""

_FOR_ITS_CALLER = ("bot.domain", "bot.http")
"""Ours, but used by several layers."""


def layer_of(stack: Sequence[str]) -> str:
    """Return the innermost layer on a stack of `module:function`, the innermost first."""
    for place in stack:
        named = next((layer for layer, places in LAYERS if place in places), None)
        if named is not None:
            return named
        if _within(place, _FOR_ITS_CALLER):
            continue
        for layer, places in LAYERS:
            if _within(place, places):
                return layer
    return REST


def _within(place: str, places: Sequence[str]) -> bool:
    return any(place == each or place.startswith((f"{each}.", f"{each}:")) for each in places)
