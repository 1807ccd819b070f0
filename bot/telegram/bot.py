"""python-telegram-bot's bot, which takes calls in Telegram's own terms as well."""

from typing import Any

from telegram.ext import ExtBot


class DirectBot(ExtBot[int]):
    """An `ExtBot` whose most frequent calls need none of the library's objects.

    Building an object for each button and each part of the answer is most of what a call costs
    (docs/performance.md). Rate limit, HTTP, errors and counting are those of every other method.
    """

    async def call(self, method: str, **parameters: Any) -> Any:
        """Call a method of the Bot API; return its result as it came, parsed from JSON.

        Parameters are what https://core.telegram.org/bots/api names: texts, numbers, objects
        already written as JSON, `InputFile` and `InputMedia` for what is uploaded; None is left
        out. Raises `telegram.error.TelegramError`.
        """
        given = {name: value for name, value in parameters.items() if value is not None}
        return await self._do_post(method, given)
