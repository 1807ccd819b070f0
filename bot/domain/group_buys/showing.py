"""What everybody may see of a buy: how far it has come, and the cards that show it."""

from pydantic import Field

from bot.domain.identifiers import BuyId, ChatId, SpecId
from bot.domain.model import Value


class Progress(Value):
    """How far a buy has come, and nothing of anybody: what everybody may see.

    `pieces` are those taken by variant; `people` how many have a claim that the group takes.
    """

    pieces: dict[str, int] = Field(default_factory=dict)
    people: int = 0
    queued: int = 0

    @property
    def total(self) -> int:
        """All pieces together."""
        return sum(self.pieces.values())

    def of(self, spec_id: SpecId | None) -> int:
        """Return the pieces of one variant."""
        return self.pieces.get(spec_id or "", 0)


class Card(Value):
    """A message in a group or channel that shows a buy, and which version of it.

    `message_id` is 0 for one that is to be posted.
    """

    buy_id: BuyId
    chat_id: ChatId
    message_id: int
    topic: int | None = None
    language: str = "en"
    with_picture: bool = False
    shown: int = -1
