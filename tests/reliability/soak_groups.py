"""Group buys under the soak: who runs and who joins them, and where their cards stand."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, Self

import httpx
from soak_channels import open_channel
from soak_deputy import Deputy
from soak_members import Member, Square
from soak_organisers import Organiser
from soak_patience import Patience
from soak_people import Shopper, Temper

ORGANISERS = 5


@dataclass
class Crowd:
    """Whoever orders; in group buys, who runs and who joins them, their names and channels."""

    people: Sequence[Shopper]
    members: Sequence[Member] = ()
    organisers: Sequence[Organiser] = ()
    names: dict[int, str] = field(default_factory=dict)  # of members
    channels: Sequence[int] = ()

    @classmethod
    async def gathers(
        cls,
        telegram: httpx.AsyncClient,
        market: httpx.AsyncClient,
        dice: Callable[[], Random],
        people: int,
        temper: Temper,
        patience: Patience,
        deputy: Deputy,
    ) -> Self:
        """Have so many members arrive, and the organisers, each with a channel and an address."""
        square, names, members = deputy.square, dict[int, str](), []
        for _ in range(people):
            rng = dice()
            # A name that stands nowhere but where its bearer is named.
            name = "Zq" + "".join(rng.choice("bcdfghjkmnpqrstvwxz") for _ in range(9))
            member = await Member.arrive(telegram, market, rng, temper, name, square=square)
            members.append(member)
            names[member.chat.user_id] = name
        organisers: list[Organiser] = []
        for _ in range(ORGANISERS):
            more: dict[str, Any] = {"square": square, "patience": patience}
            organisers.append(await Organiser.arrive(telegram, market, dice(), temper, **more))
        organisers.append(deputy)
        channels = []
        for each in organisers:
            await each.keep_an_address()
            channels.append(await open_channel(telegram, each.chat.user_id))
        return cls([*members, *organisers], members, organisers, names, channels)


async def deputised(
    telegram: httpx.AsyncClient,
    market: httpx.AsyncClient,
    rng: Random,
    temper: Temper,
    patience: Patience,
) -> Deputy:
    """Have an operator arrive, who is to be named to the bots before they start."""
    more: dict[str, Any] = {"square": Square(), "patience": patience}
    return await Deputy.arrive(telegram, market, rng, temper, **more)
