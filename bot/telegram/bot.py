"""python-telegram-bot's bot, which takes calls in Telegram's own terms as well."""

from collections.abc import Callable
from typing import Any

from telegram import InputFile
from telegram._utils.defaultvalue import DEFAULT_NONE
from telegram._utils.types import ODVInput
from telegram.error import BadRequest, InvalidToken
from telegram.ext import ExtBot

from bot.telegram.abilities import Abilities, Can, Trial
from bot.telegram.newer import Newer
from bot.telegram.request import DirectRequest
from bot.telegram.written import Written

_OF_SOMETHING_ELSE = (
    "message is not modified",
    "message to edit not found",
    "message can't be edited",
    "message_id_invalid",
    "chat not found",
)
"""Refusals that no newer field brings about."""

Made = Callable[[Can], dict[str, Any]]


class DirectBot(ExtBot[int]):
    """An `ExtBot` whose most frequent calls need none of the library's objects.

    Building an object for each button and each part of the answer is most of what a call costs
    (docs/performance.md). Rate limit, HTTP, errors and counting are those of every other method.
    """

    __slots__ = ("_abilities",)

    def __init__(self, *args: Any, abilities: Abilities | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self._abilities = abilities or Abilities()

    @property
    def abilities(self) -> Abilities:
        """What is known of the server that this bot calls."""
        return self._abilities

    async def call(
        self,
        method: str,
        *,
        read_timeout: ODVInput[float] = DEFAULT_NONE,
        retries: int | None = None,
        **parameters: Any,
    ) -> Any:
        """Call a method of the Bot API; return its result as it came, parsed from JSON.

        Parameters are what https://core.telegram.org/bots/api names: texts, numbers, objects
        already written as JSON, `InputFile` and `InputMedia` for what is uploaded; None is left
        out. `read_timeout` is in seconds; `retries` bounds how often flood control is waited for,
        the pacer's own number where it is None. Raises `telegram.error.TelegramError`.
        """
        given = {name: value for name, value in parameters.items() if value is not None}
        request = self.request
        # What is polled for has connections of its own, and its poller waits when it is held back.
        is_ours = isinstance(request, DirectRequest) and method != "getUpdates"
        data = Written.of(given) if is_ours else None
        if data is None:  # files, and what stands in for our HTTP
            if self.rate_limiter is not None:
                given = self._merge_api_rl_kwargs(given, retries) or given
            return await self._do_post(method, given, read_timeout=read_timeout)
        arguments = (f"{self.base_url}/{method}", data, read_timeout)
        if self.rate_limiter is None:
            return await request.post(*arguments)
        return await self.rate_limiter.process_request(
            request.post, arguments, {}, endpoint=method, data=given, rate_limit_args=retries
        )

    async def fitting(self, method: str, make: Made, **fixed: Any) -> Any:
        """Call with the parameters that `make` makes of what the server can do.

        What `make` asks of its argument is what it then uses. Refused, the same is sent without
        anything newer, and only where that goes through it is the server that lacks something,
        from then on. Raises `telegram.error.TelegramError` of a call that nothing newer was in.
        """
        trial = Trial(self._abilities)
        given = make(trial)
        try:
            answer = await self.call(method, **fixed, **given)
        except BadRequest as error:
            if not self._abilities.suspects(trial.used) or _is_of_something_else(error):
                raise
            refusal = error.message
        else:
            for each in trial.used:
                self._abilities.found(each)
            return answer
        answer = await self.call(method, **fixed, **make(Trial(None)))
        self._abilities.blame(trial.used, refusal)
        return answer

    async def ask(self, request: Newer, **uploads: InputFile) -> Any:
        """Make a call that older servers do not know; None where this one does not.

        `uploads` are files that the request names by `attach://`. Raises
        `telegram.error.TelegramError` of a server that knows it.
        """
        if not self._abilities.has(request.ability):
            return None
        try:
            answer = await self.call(request.method, **request.parameters() | dict(uploads))
        except InvalidToken as error:
            # The library's word for any 404; a wrong token is 401, "Unauthorized".
            if "unauthorized" in error.message.lower():
                raise
            self._abilities.lacks(request.ability)
            return None
        except BadRequest as error:
            if request.unknown_as is None or request.unknown_as not in error.message.lower():
                raise
            self._abilities.lacks(request.ability)
            return None
        self._abilities.found(request.ability)
        return answer


def _is_of_something_else(error: BadRequest) -> bool:
    words = error.message.lower()
    return any(each in words for each in _OF_SOMETHING_ELSE)
