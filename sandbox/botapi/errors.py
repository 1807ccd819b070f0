"""What a call can be refused with, in the Bot API's own words.

ApiError                    {"ok": false, "error_code", "description", "parameters"?}
├── BadRequestError         400  Bad Request: …
│   └── MigratedError       400  with the new number of a group that became a supergroup
├── UnauthorizedError       401  Unauthorized
├── ForbiddenError          403  Forbidden: …
├── UnknownMethodError      404  Not Found
├── ConflictError           409  Conflict: …
├── TooLargeError           413  Request Entity Too Large
├── FloodError              429  Too Many Requests: retry after N
└── NotSimulatedError       501  a method of the Bot API that the sandbox does not play
TesterError                 a tester's own mistake: {"error": "…"}
"""

from typing import Any


class ApiError(Exception):
    """A refusal in the envelope of https://core.telegram.org/bots/api#making-requests."""

    def __init__(self, code: int, description: str, *, retry_after: int | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.retry_after = retry_after

    def envelope(self) -> dict[str, Any]:
        """The JSON body of the answer."""
        body: dict[str, Any] = {
            "ok": False,
            "error_code": self.code,
            "description": self.description,
        }
        if self.retry_after is not None:
            body["parameters"] = {"retry_after": self.retry_after}
        return body


class BadRequestError(ApiError):
    """The request's content is refused."""

    def __init__(self, reason: str) -> None:
        super().__init__(400, f"Bad Request: {reason}")


class MigratedError(BadRequestError):
    """The group has another number since it became a supergroup."""

    def __init__(self, chat_id: int) -> None:
        super().__init__("group chat was upgraded to a supergroup chat")
        self.chat_id = chat_id

    def envelope(self) -> dict[str, Any]:
        """The JSON body of the answer, with the new number."""
        return super().envelope() | {"parameters": {"migrate_to_chat_id": self.chat_id}}


class UnauthorizedError(ApiError):
    """The token is not the bot's."""

    def __init__(self) -> None:
        super().__init__(401, "Unauthorized")


class ForbiddenError(ApiError):
    """The bot may not do this to that chat."""

    def __init__(self, reason: str) -> None:
        super().__init__(403, f"Forbidden: {reason}")


class UnknownMethodError(ApiError):
    """No such method."""

    def __init__(self) -> None:
        super().__init__(404, "Not Found")


class ConflictError(ApiError):
    """Two ways of receiving updates exclude each other."""

    def __init__(self, reason: str) -> None:
        super().__init__(409, f"Conflict: {reason}")


class TooLargeError(ApiError):
    """The upload exceeds what the hosted Bot API takes."""

    def __init__(self) -> None:
        super().__init__(413, "Request Entity Too Large")


class FloodError(ApiError):
    """Too many messages; `retry_after` is in whole seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(
            429, f"Too Many Requests: retry after {retry_after}", retry_after=retry_after
        )


class NotSimulatedError(ApiError):
    """Telegram has this method, the sandbox does not: said loudly, never answered emptily."""

    def __init__(self, method: str) -> None:
        super().__init__(501, f"Not Implemented: the sandbox does not simulate {method}")


class TesterError(Exception):
    """A tester's request that makes no sense."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status
