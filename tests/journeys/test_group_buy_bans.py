"""An organiser who takes no further claims from somebody: told to that person alone, and undone."""

from chat import Person
from crashing import Clients
from group_buying import clients, joined, opened, organiser, world_of_groups

from tests.tiers import SLOW

__all__ = ["clients", "organiser", "world_of_groups"]


@SLOW
async def test_who_is_banned_reads_why_and_joins_again_once_it_is_lifted(
    clients: Clients, organiser: Person
) -> None:
    """What they have in the buy that runs stays; the next one says why it takes nothing of them."""
    _, payload = await opened(organiser)
    member, other = await clients.arrive("zh"), await clients.arrive()
    await joined(member, payload, 2)
    await organiser.say("/buys", "You run it")
    await organiser.do("🟢", "2 .* so far")
    await organiser.do("1 person", "1 person")
    await organiser.do("Tester", "held for you")
    await organiser.do("No further buys with them", "Why should they")
    await organiser.say("Never fetched <b>", "are told why")
    told = await member.sees("不再接受.*Never fetched <b>")
    await member.tap("查看", told)
    await member.sees("已占位")
    _, payload = await opened(organiser)
    shown = await member.say(f"/start {payload}", "暂不接受.*Never fetched <b>")
    assert not [each for each in shown.labels if "白色" in each]
    shown = await other.say(f"/start {payload}", "Which one")
    assert "Never fetched" not in shown.text
    await joined(other, payload, 1)
    await organiser.say("/buys", "You run it")
    await organiser.do("🟢", "1 .* so far")
    await organiser.do("1 person", "1 person")
    await organiser.do("🚫 1 banned", "Never fetched <b>")
    await organiser.do("Let Tester", "can join your group buys again|Everybody may join")
    await member.sees("又可以参加")
    await joined(member, payload, 1)
