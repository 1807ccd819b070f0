"""What an organiser booked by a slip is taken back by chat, and whoever was told is told."""

from buying import SNEAKERS, Market, at_offer
from chat import Person
from crashing import Clients
from group_buying import (
    all_arrived,
    bought,
    clients,
    closed_now,
    joined,
    market,
    organiser,
    world_of_groups,
)

from tests.tiers import SLOW

__all__ = ["clients", "market", "organiser", "world_of_groups"]


async def opened_with_a_second_leg(organiser: Person) -> str:
    await at_offer(organiser, SNEAKERS)
    await organiser.do("Group buy", "New group buy")
    await organiser.do("More terms", "New group buy")
    await organiser.do("Second leg|🚢", "freight abroad")
    await organiser.say("2", "🚢")
    page = await organiser.do("Open it", "Open for joining")
    link = page.button("Copy the link")["copy_text"]["text"]
    return str(link).partition("start=")[2]


@SLOW
async def test_a_payment_a_second_leg_and_a_tick_that_were_slips(
    clients: Clients, organiser: Person, market: Market
) -> None:
    """Each is taken back on the page where it is seen; the books end even all the same."""
    payload = await opened_with_a_second_leg(organiser)
    ben = await clients.arrive("zh")
    await joined(ben, payload, 3)
    await organiser.say("/buys", "You run it")
    await organiser.do("🟢", "3 .* so far")
    await closed_now(organiser)
    await ben.sees("请在")
    await organiser.tap("Open", await organiser.sees("goes ahead"))
    await organiser.sees("1 person has to pay")
    await organiser.do("⏳ Tester", "They owe")
    await organiser.do("Another amount", "How much did you see")
    await organiser.say("5", "still|has to pay")
    await ben.sees("付款已到账")
    await organiser.do("⏳ Tester", "They owe")
    await organiser.do("A mistake: ¥5.00 came in", "owe it again.*whole time to pay")
    await organiser.do("Yes, take it back", "Taken back.*1 person has to pay")
    await ben.tap("查看", await ben.sees("误记了你的一笔付款"))
    await ben.sees("待付")
    await ben.do("我已付款", "请发转账")
    await ben.say("No. 1", "等团长核对")
    await organiser.tap("Open", await organiser.sees("says they have paid"))
    await organiser.sees("Payments are being collected")
    await organiser.do("🧾 Tester", "They wrote")
    await organiser.do("^✅ .* came in$", "Everybody has paid")

    placed = await bought(organiser, market)
    await ben.sees("卖家已发货")
    await organiser.tap("Open", placed)
    await organiser.sees("On its way")
    await organiser.do("second leg", "second leg cost")
    await organiser.say("600", "¥600.00: ¥.* above what they agreed to.*1 person is told so")
    await organiser.do("Back", "On its way")
    await organiser.do("second leg", "second leg cost")
    await organiser.say("6", "1 person is told so")
    await organiser.do("Yes, ¥6.00", "On its way")
    await ben.sees("第二程运费已确定")
    await organiser.do(
        "What you booked", "second leg: ¥6.00.*¥5.00 came in from Tester.*taken back"
    )
    await organiser.do("A mistake: second", "Nobody owes it any more.*1 person is told")
    await organiser.do("Yes, take it back", "Taken back.*On its way")
    await ben.sees("第二程运费记错了")

    await all_arrived(organiser)
    await organiser.do("📦 Tester", "Ticked off: Tester.*Being settled")
    await ben.sees("货已交给你")
    await organiser.do("Undo: Tester has it", "still waits.*Being handed out")
    await ben.sees("还在等你取")
    await organiser.do("📦 Tester", "Ticked off: Tester.*Everything is settled")
    await a_compensation_that_was_a_slip(ben, organiser)
    await organiser.do("Close the books", "1 person is told.*time to complain until")
    await organiser.do("Yes, close the books", "🏁 Closed")
    await ben.sees("账已结清")


async def a_compensation_that_was_a_slip(ben: Person, organiser: Person) -> None:
    """Fifty instead of five: looked at, booked all the same, taken back, booked right, sent."""
    await ben.tap("查看", await ben.sees("货已交给你"))
    await ben.sees("我的参团")
    await ben.do("货有问题", "哪里有问题")
    await ben.say("少了鞋带", "等团长答复")
    await organiser.tap("Open", await organiser.sees("says that something is wrong"))
    await organiser.sees("Being settled")
    await organiser.do("💬 Tester", "少了鞋带")
    await organiser.do("Compensate", "How many yuan")
    await organiser.say("9999", "can't be: .* at most")
    await organiser.say("50", r"gets ¥50.00 as compensation\. You bear it.*settles their complaint")
    await organiser.do("Back", "Being settled")
    await organiser.do("💬 Tester", "waits for the organiser")
    await organiser.do("Compensate", "How many yuan")
    await organiser.say("50", "gets ¥50.00 as compensation")
    await organiser.do("Yes, ¥50.00", "Being settled")
    await ben.sees("团长补偿你 ¥50.00")
    await organiser.do("What you booked", "compensation for Tester: ¥50.00")
    await organiser.do("A mistake: compensation", "off their account.*complaint is open again")
    await organiser.do("Yes, take it back", "Taken back.*Being settled")
    await ben.tap("查看", await ben.sees("误记了给你的一笔补偿.*恢复为待解决"))
    page = await ben.sees("等团长答复")
    assert "应退你" not in page.text
    await organiser.do("💬 Tester", "少了鞋带”: waits for the organiser")
    await organiser.do("Compensate", "How many yuan")
    await organiser.say("5", "gets ¥5.00 as compensation")
    await organiser.do("Yes, ¥5.00", "Being settled")
    await ben.sees("团长补偿你 ¥5.00")
    await organiser.do("⏳ Tester", "You owe them.*¥5.00")
    await organiser.do("I sent ¥5.00 back", "Everything is settled")
    await ben.sees("团长已把 ¥5.00 退给你")
    await organiser.do(
        "What you booked", "¥5.00 sent back to Tester.*compensation for Tester: ¥5.00"
    )
    await organiser.do("A mistake: ¥5.00 sent back", "owed to them again, and they are told")
    await organiser.do("Yes, take it back", "Taken back.*Being settled")
    await ben.sees("还没退，仍然是应退给你的")
    await organiser.do("⏳ Tester", "You owe them.*¥5.00")
    await organiser.do("I sent ¥5.00 back", "Everything is settled")
    await ben.sees("团长已把 ¥5.00 退给你")
