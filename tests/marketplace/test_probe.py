"""`doctor --probe` against every form that the simulated gateway can want."""

import time
from typing import Any

import pytest
from sandbox_world import KEY, SECRET, World

from bot.marketplace.daji.config import ClientConfig
from bot.marketplace.daji.signing import Signing
from bot.operator.probe import probe

SIGNED = [each for each in Signing if each is not Signing.SECRET]


async def report(world: World, **config: Any) -> str:
    settings = ClientConfig(KEY, SECRET, base_url=world.url, **config)
    return "\n".join([each.line async for each in probe(settings)])


@pytest.mark.parametrize("wanted", SIGNED)
async def test_the_form_that_is_taken_is_found(world: World, wanted: Signing) -> None:
    """It is named with what to set; whoever has it set is told that it is right."""
    await world.switch(nested_signing=wanted.value)
    other = Signing.JAVA if wanted is Signing.JSON else Signing.JSON
    said = await report(world, signing=other)
    assert f"OK    signing '{wanted.value}': taken" in said
    assert said.count(": taken") == 1
    assert f"FAIL  MARKETPLACE_SIGNING: '{other.value}' is not taken; set it to" in said
    assert said.endswith(f"'{wanted.value}'")
    right = await report(world, signing=wanted)
    assert right.endswith(f"OK    MARKETPLACE_SIGNING: '{wanted.value}' is taken")
    assert SECRET not in said
    assert await world.get("orders") == []


async def test_the_secret_in_clear_is_the_last_choice(world: World) -> None:
    """Where it is accepted besides, a signature is advised all the same."""
    await world.switch(nested_signing="time", clear_credentials="accepted")
    said = await report(world)
    assert "OK    signing 'secret': taken" in said
    assert said.endswith("set it to 'time'")


async def test_a_clock_that_is_off_is_said_to_be_the_reason(world: World) -> None:
    """The forms with a time can't be told then; the clock comes first."""
    await world.switch(nested_signing="time")
    said = await report(world, now=lambda: time.time() - 7200)
    assert "WARN  signing 'time': refused, but the signature's time is -7200 s off" in said
    assert said.splitlines()[-1].startswith("FAIL  clock: the clock is 7200 s off")


@pytest.mark.parametrize("wanted", [Signing.TIME, Signing.TIME_SCALARS])
@pytest.mark.parametrize("seconds", [-7200, 7200, 90_000])
async def test_a_clock_that_is_off_never_leads_to_the_secret_in_clear(
    world: World, wanted: Signing, seconds: int
) -> None:
    """Behind or ahead: the clock is set first, though another form would be let in."""
    await world.switch(nested_signing=wanted.value, clear_credentials="accepted")
    said = await report(world, now=lambda: time.time() + seconds)
    assert "OK    signing 'secret': taken" in said
    assert said.splitlines()[-1].startswith(f"FAIL  clock: the clock is {abs(seconds)} s off")


@pytest.mark.parametrize("seconds", [-60, 60])
async def test_a_clock_that_is_off_a_little_hinders_nothing(world: World, seconds: int) -> None:
    """Gateways allow for minutes."""
    await world.switch(nested_signing="time")
    said = await report(world, signing=Signing.TIME, now=lambda: time.time() + seconds)
    assert said.endswith("OK    MARKETPLACE_SIGNING: 'time' is taken")


async def test_a_set_form_that_is_taken_is_right_whatever_the_clock_says(world: World) -> None:
    """`json` has no time in it."""
    await world.switch(nested_signing="json")
    said = await report(world, now=lambda: time.time() - 7200)
    assert said.endswith("OK    MARKETPLACE_SIGNING: 'json' is taken")


async def test_wrong_keys_are_said_to_be_wrong(world: World) -> None:
    """A search, which has nothing nested, tells them from a wrong form."""
    settings = ClientConfig(KEY, "another", base_url=world.url)
    said = "\n".join([each.line async for each in probe(settings)])
    assert said.startswith("FAIL  MARKETPLACE_SIGNING: no offer to try it with")
