"""A topic of a forum: what its messages carry, and who may write there."""

from dataclasses import dataclass
from typing import Any


@dataclass
class Topic:
    """`thread_id` is the number of the service message that opened it."""

    thread_id: int
    name: str
    colour: int
    opened_by: int
    closed: bool = False

    def public(self) -> dict[str, Any]:
        """The Bot API's ForumTopic."""
        return {
            "message_thread_id": self.thread_id,
            "name": self.name,
            "icon_color": self.colour,
        }
