"""A group buy in groups and channels: one's own part, names as they are, cards that travel."""

import re
from typing import Any

from channels import POSTING, Channel
from chat import Person, Shown
from crashing import Clients
from group_buying import clients, joined, opened, organiser, world_of_groups

from tests.tiers import SLOW

__all__ = ["clients", "organiser", "world_of_groups"]
PEOPLE = r"4 people(?! are)"


async def shown_alone(channel: Channel, member: Person, card: Shown) -> dict[str, Any]:
    """Press *My part* in a group; return what is shown to the presser alone."""
    body = {"from": member.id, "message_id": card.id}
    data = card.button("My part")["callback_data"]
    path = f"/sandbox/chats/{channel.id}"
    seq = (await channel.clients.telegram.get(f"{path}/messages")).json()["seq"]
    await channel.clients.telegram.post(f"{path}/tap", json={**body, "data": data})
    found: list[dict[str, Any]] = []
    while not found:  # the press itself may be answered before
        answer = await channel.clients.telegram.get(f"{path}/wait?after_seq={seq}&timeout=30")
        seen = answer.json()
        assert seen["seq"] > seq, "nothing came within half a minute"
        seq, found = seen["seq"], [each for each in seen["events"] if each["type"] == "ephemeral"]
    message: dict[str, Any] = found[0]["message"]
    assert message["receiver_user"]["id"] == member.id
    return message


@SLOW
async def test_my_part_is_shown_in_the_group_to_nobody_but_who_pressed(
    clients: Clients, organiser: Person
) -> None:
    """What one joined with and the way to it; to others, that they have no part."""
    group = await Channel.of(clients, organiser.id, "Neighbours", "supergroup")
    await group.bot_is("member", [])
    _, payload = await opened(organiser)
    await organiser.do("Post in Neighbours", "being posted")
    card = await group.one_card("0 pairs so far")
    member, other = await clients.arrive(), await clients.arrive()
    for each in (member, other):
        await clients.telegram.post(f"/sandbox/chats/{group.id}/join", json={"user_id": each.id})
    await joined(member, payload, 2)
    mine = await shown_alone(group, member, card)
    assert "held for you" in mine["text"]
    assert payload in str(mine["reply_markup"])
    theirs = await shown_alone(group, other, card)
    assert "no part in this group buy" in theirs["text"]
    assert "held for you" not in theirs["text"]


@SLOW
async def test_names_as_people_have_them(clients: Clients, organiser: Person) -> None:
    """Without a username, of four thousand signs, with markup or a formula: all are just names."""
    names = ("x" * 4000, "<b>&lt;Bold</b> & <i>", '=HYPERLINK("http://x")', "\u202eevil")
    _, payload = await opened(organiser)
    for name in names:
        body = {"first_name": name, "language_code": "en", "started": True}
        user = (await clients.telegram.post("/sandbox/users", json=body)).json()
        await joined(Person(clients.telegram, int(user["id"]), "en"), payload, 1)
    await organiser.say("/buys", "Your group buys")
    await organiser.do("🟢", "4 people are in")
    page = await organiser.do("4 people", PEOPLE)
    shown = [each for each in page.labels if each.startswith("👤")]
    seen = [any(name.strip("\u202e")[:20] in each for each in shown) for name in names]
    assert seen == [True] * len(names)
    assert "\u202e" not in "".join(shown)  # it would turn round what stands behind it
    assert all(len(each) < 64 for each in shown)
    for label in shown:
        await organiser.tap(re.escape(label), page)
        await organiser.sees("held for you")
        await organiser.do("Back", "4 people are in")
        page = await organiser.do("4 people", PEOPLE)


async def test_a_card_forwarded_elsewhere_leads_to_the_buy_as_it_is_now(
    clients: Clients, organiser: Person
) -> None:
    """Its button is a link: whoever has it may join while that goes, and learns what is."""
    channel = await Channel.of(clients, organiser.id, "First")
    await channel.bot_is("administrator", POSTING)
    await opened(organiser)
    await organiser.do("Post in First", "being posted")
    forwarded = (await channel.one_card("0 pairs so far")).url("Join").partition("start=")[2]
    stranger = await clients.arrive()
    await joined(stranger, forwarded, 2)
    await organiser.do("Close now", "You'd have a day")
    await organiser.do("Yes, close it", "Closed|fewer|missing|pieces")
    late = await clients.arrive()
    shown = await late.say(f"/start {forwarded}", "Closed|🔒|collected")
    assert not any("Join" in each or "(" in each for each in shown.labels)
