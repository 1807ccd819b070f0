"""What a person does, one move after the other. Every bot is given the same moves."""

from typing import NamedTuple


class Move(NamedTuple):
    """Something typed, a button pressed by its action, or a picture sent.

    `sees` is the action of a button that the answer must have; None takes any answer. A bot that
    has no journey of ours is only asked to answer.
    """

    kind: str
    what: str
    sees: str | None = None


SEARCHES = 40
"""How many different things are looked for. Their pictures are new once and known afterwards."""

ADDRESS = "张三 13812345678 浙江省杭州市滨江区长河街道网商路699号"

JOURNEY = (
    Move("say", "/start"),
    Move("say", "背包 {n}", "pick"),
    Move("tap", "pick", "choose"),
    Move("tap", "choose", "value"),
    Move("tap", "value", "value"),
    Move("tap", "value", "take"),
    Move("say", "12", "checkout"),
    Move("tap", "checkout", "add"),
    Move("say", ADDRESS, "save"),
    Move("tap", "save", "confirm"),
    Move("tap", "confirm", "check"),
    Move("tap", "check", "check"),
    Move("tap", "new"),
)
"""From the first word to an order that waits for its payment, and back to the start."""

LOOKING = (
    Move("say", "背包 {n}", "pick"),
    Move("tap", "pick", "choose"),
    Move("tap", "results", "pick"),
)
"""Searching and looking at an offer, over and over."""

PHOTOGRAPHING = (Move("photo", "photo", "pick"), Move("photo", "file", "pick"))
"""A photo as Telegram makes one, and a 12-megapixel file as it is."""

CHATTING = (
    Move("say", "/start"),
    Move("say", "/address", "add"),
    Move("tap", "add"),
    Move("tap", "back", "add"),
)
"""What needs no marketplace."""

SEARCHING = (Move("say", "背包 {n}", "pick"),) * 5
"""The updates that wait in a backlog, one after the other."""

JOURNEYS = {
    "journey": JOURNEY,
    "looking": LOOKING,
    "chatting": CHATTING,
    "searching": SEARCHING,
    "photographing": PHOTOGRAPHING,
}
