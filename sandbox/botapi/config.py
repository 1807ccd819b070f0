"""What the simulated server is started with, and what can be switched while it runs."""

from dataclasses import dataclass, field

from pydantic import BaseModel, ConfigDict, Field

from .versions import NEWEST


class Switches(BaseModel):
    """Behaviour that tests change over `PATCH /sandbox/botapi/switches`.

    Rates are Telegram's published ones (https://core.telegram.org/bots/faq#my-bot-is-hitting-limits);
    times are seconds.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    flood_limits: bool = False
    flood_chat_per_second: float = Field(default=1, gt=0)
    flood_chat_burst: int = Field(default=5, ge=1)
    flood_global_per_second: float = Field(default=30, gt=0)
    flood_group_per_minute: int = Field(default=20, ge=1)
    callback_query_life: float = Field(default=60, ge=0)
    ephemeral_life: float = Field(default=15, ge=0)
    webhook_send_twice: bool = False
    webhook_retry_first: float = Field(default=0.5, ge=0)
    webhook_retry_max: float = Field(default=30, ge=0)
    duplicate_updates: bool = False
    refuse_local_urls: bool = False
    inline_mode: bool = True
    guest_mode: bool = False
    bot_api: str = Field(default=NEWEST, pattern=r"^\d+\.\d+$")


@dataclass(frozen=True)
class BotApiConfig:
    """`token` is the bot's, in BotFather's form `<bot id>:<secret>`."""

    token: str
    bot_name: str = "Snaporder"
    bot_username: str = "snaporder_sandbox_bot"
    switches: Switches = field(default_factory=Switches)

    @property
    def bot_id(self) -> int:
        """The number before the colon, as Telegram makes tokens.

        Raises ValueError when the token has no such number.
        """
        number, colon, secret = self.token.partition(":")
        if not (number.isascii() and number.isdigit() and colon and secret):
            msg = "the token must look like 123456:SECRET"
            raise ValueError(msg)
        return int(number)
