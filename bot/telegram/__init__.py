"""python-telegram-bot's outer layers, replaced where its own do not carry the load."""

from bot.telegram.bot import DirectBot
from bot.telegram.request import DirectRequest

__all__ = ["DirectBot", "DirectRequest"]
