"""python-telegram-bot's bot, which takes calls in Telegram's own terms as well."""

from typing import Any

from telegram._utils.defaultvalue import DEFAULT_NONE
from telegram._utils.types import ODVInput
from telegram.ext import ExtBot


class DirectBot(ExtBot[int]):
    """An `ExtBot` whose most frequent calls need none of the library's objects.

    Building an object for each button and each part of the answer is most of what a call costs
    (docs/performance.md). Rate limit, HTTP, errors and counting are those of every other method.
    """

    async def call(
        self, method: str, *, read_timeout: ODVInput[float] = DEFAULT_NONE, **parameters: Any
    ) -> Any:
        """Call a method of the Bot API; return its result as it came, parsed from JSON.

        Parameters are what https://core.telegram.org/bots/api names: texts, numbers, objects
        already written as JSON, `InputFile` and `InputMedia` for what is uploaded; None is left
        out. `read_timeout` is in seconds. Raises `telegram.error.TelegramError`.
        """
        given = {
            # A number is written here: the library takes its JSON encoder for it, twice.
            name: str(value) if type(value) is int else value
            for name, value in parameters.items()
            if value is not None
        }
        return await self._do_post(method, given, read_timeout=read_timeout)
