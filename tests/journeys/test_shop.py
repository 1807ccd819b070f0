"""A shop: a customer pays the operator, who confirms and pays 1688; the books balance."""

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest
from buying import TAPE_MEASURE, Market, at_preview
from chat import Person, Shown
from crashing import Clients, Own, own_world
from operators_desk import at_desk

from bot.chat.buttons import Press
from tests.tiers import SLOW, slow_but

SETTINGS = "Your shop's terms|店铺设置"
PAY = "Please pay the shop|请向店主付款"


@dataclass
class ShopWorld:
    own: Own
    operators: tuple[int, ...] = ()


@pytest.fixture(scope="module")
def world_of_shop() -> Iterator[ShopWorld]:
    settings = {"POLL_SHORTEST_SECONDS": "0.5", "POLL_UNPAID_SECONDS": "1"}
    with own_world(LOOKUP_DELAYS="0.1,0.1", FLOOD_UPDATES="0", PAYMENT="shop", **settings) as own:
        yield ShopWorld(own)


@pytest.fixture
async def clients(world_of_shop: ShopWorld) -> AsyncIterator[Clients]:
    own = world_of_shop.own
    async with own.clients() as clients:
        await clients.market.post("/sandbox/reset")
        if not world_of_shop.operators:
            world_of_shop.operators = ((await clients.arrive()).id, (await clients.arrive()).id)
            own.bot.environment["ADMIN_IDS"] = ",".join(map(str, world_of_shop.operators))
            own.bot.start()
            await own.bot.ready()
            await open_shop(Person(clients.telegram, world_of_shop.operators[0], "en"))
        await own.bot.ready()
        yield clients


@pytest.fixture
def market(clients: Clients) -> Market:
    return Market(clients.market)


@pytest.fixture
async def operator(world_of_shop: ShopWorld, clients: Clients) -> Person:
    return await at_desk(clients, world_of_shop.operators[0])


@pytest.fixture
async def colleague(world_of_shop: ShopWorld, clients: Clients) -> Person:
    return await at_desk(clients, world_of_shop.operators[1])


async def open_shop(operator: Person) -> None:
    """Dollars at 7.2 yuan, 8 % and an explanation of how to pay."""
    await operator.say("/shop", SETTINGS)
    await operator.do("Currency", "Which currency")
    await operator.do("USD", "rate between yuan and USD")
    await operator.say("7.2", "Which of them")
    await operator.do(r"1 USD = 7\.2 CNY.*¥100\.00 = \$13\.89", "Saved")
    await operator.do("Fee$", "What percent")
    await operator.say("8", "8% of the goods")
    await operator.do("How to pay .English", "Write in English")
    await operator.say("Send it to card 1234 <of Anna>\nand write the code", "Saved")


async def ordered(customer: Person) -> Shown:
    """Order in a shop: the tape measure, four of them."""
    await at_preview(customer)
    return await customer.do("Confirm order|确认下单", PAY)


async def confirmed(operator: Person, code: str) -> Shown:
    """Take the operator from the news of a proof to the confirmation."""
    told = await operator.sees(rf"sent a proof of payment: {code}")
    await operator.tap("Open", told)
    await operator.sees("A proof of payment waits")
    return await operator.do("came in$", "Booked")


def code_in(shown: Shown) -> str:
    found = re.search(r"(?:transfer|备注里）)：?:? ?([0-9A-Z]{5})", shown.text)
    assert found is not None, shown.text
    return found[1]


async def test_prices_stand_in_both_currencies_and_the_fee_is_named(clients: Clients):
    """On the offer, at the preview, on the button that is a consent."""
    customer = await clients.arrive()
    shown = await at_preview(customer)
    assert any("(≈ $" in each.text and "¥" in each.text for each in customer.seen[:-1])
    assert any("8% of the goods" in each.text for each in customer.seen[:-1])
    assert re.search(r"Shop's fee \(8% of the goods\): ¥[\d.]+ \(≈ \$[\d.]+\)", shown.text)
    assert "Rate: 1 USD = 7.2 CNY" in shown.text
    total = re.search(r"Total to pay: (\$[\d.]+)", shown.text)
    in_yuan = re.search(r"Total in yuan: (¥[\d.]+)", shown.text)
    assert total is not None
    assert in_yuan is not None
    assert f"{total[1]} ({in_yuan[1]})" in shown.button("Confirm order")["text"]


async def test_a_customer_pays_the_operator_confirms_and_pays_1688(
    clients: Clients, operator: Person, market: Market, samples: dict[str, bytes]
):
    """From the order to the receipt, with every message that tells of it; the books end even."""
    desk = await operator.say("/admin", r"to pay at 1688: \d")
    of_others = re.search(r"to pay at 1688: \d+", desk.text)
    assert of_others is not None
    customer = await clients.arrive()
    payment = await ordered(customer)
    code = code_in(payment)
    assert "Send it to card 1234 <of Anna>" in payment.text
    assert "Pay before" in payment.text
    assert not any("url" in each for each in payment.buttons)
    await operator.sees("New order")
    await customer.do("I have paid", "Send the proof")
    await customer.photo(next(iter(samples.values())))
    checking = await customer.sees("is checking your payment")
    assert "Pay before" not in checking.text
    assert "Once you have paid" not in checking.text
    await customer.say("/orders", "the shop is checking your payment")
    assert await market.count("pay") == 0
    await confirmed(operator, code)
    told = await customer.sees("The shop received")
    listed = await customer.say("/orders", "paid, being ordered by the shop")
    await customer.tap("^1$", listed)
    card = await customer.sees("State: paid, being ordered by the shop")
    assert len(re.findall(r"^Total", card.text, re.MULTILINE)) == 2  # in yuan, and what is paid
    assert "Payment: $" not in " ".join(each["text"] for each in card.buttons)
    assert re.search(r"Received: \$\d+\.\d\d", told.text)
    await operator.do("Pay 1688: ¥", "without a password")
    await operator.tap("Pay ¥.*now")
    await customer.sees("Paid|paid")
    order = await market.only_order()
    assert order["status"] == "waitsellersend"
    await operator.say("/admin", rf"{of_others[0]}\b")
    await operator.do("Books", r"Fee: ¥\d+\.\d\d")
    await operator.do("All entries as a spreadsheet", "The last rows are the sums")
    shown = await customer.say("/balance", "Nothing is open in USD")
    assert any(each["type"] == "date_time" for each in shown.raw["entities"])
    assert "payment received" in shown.text


async def proven(customer: Person, operator: Person, text: str = "TX 1") -> str:
    """Order, send a number as the proof, and open the case; return the payment code."""
    code = code_in(await ordered(customer))
    await customer.do("I have paid", "Send the proof")
    await customer.say(text, "is checking your payment")
    told = await operator.sees(rf"sent a proof of payment: {code}")
    await operator.tap("Open", told)
    await operator.sees("A proof of payment waits")
    return code


@pytest.mark.parametrize(
    ("typed", "answer"),
    slow_but(
        ["0", "1,005", "five"],
        [
            ("0", "more than zero"),
            ("-5", "more than zero"),
            ("1,005", "read in two ways"),
            ("1.0005", "Nothing is rounded"),
            ("five", "no amount"),
            ("５ EUR", "paid in USD"),
            ("9" * 40, "more than can be booked"),
            ("twelve", "no amount"),
            ("NaN", "no amount"),
            ("1e5", "no amount"),
            ("12.85 USD x", "no amount"),
        ],
    ),
)
async def test_an_amount_that_cannot_be_meant_is_asked_again(
    clients: Clients, operator: Person, typed: str, answer: str
):
    """Nothing is booked, and the right one is taken afterwards with its comma, after a yes."""
    customer = await clients.arrive()
    await proven(customer, operator)
    await operator.do("Another amount", "How much came in")
    shown = await operator.say(typed, answer)
    assert "How much came in" in shown.text
    await operator.say("2,50", r"Book \$2\.50")
    await operator.do(r"Yes, \$2\.50 came in", r"Booked: \$2\.50 received")
    part = await customer.sees("Something is still to pay")
    assert "Received: $2.50" in part.text
    await customer.say("/balance", r"You owe \$")


async def test_of_two_operators_one_confirms_and_the_other_reads_who(
    clients: Clients, operator: Person, colleague: Person
):
    """The same proof, looked at by both: booked once."""
    customer = await clients.arrive()
    code = await proven(customer, operator)
    told = await colleague.sees(rf"sent a proof of payment: {code}")
    await colleague.tap("Open", told)
    seen = await colleague.sees("A proof of payment waits")
    await operator.do("came in$", "Booked")
    await colleague.tap("came in$", seen)
    shown = await colleague.sees("Nothing was booked twice")
    assert "Tester confirmed $" in shown.text
    shown = await customer.say("/balance", "Nothing is open in USD")
    assert shown.text.count("payment received") == 1


async def test_a_proof_for_an_order_that_was_closed_meanwhile_is_kept(
    clients: Clients, operator: Person, market: Market
):
    """The money may have been sent: it is looked at, booked, and owed back."""
    customer = await clients.arrive()
    code = code_in(await ordered(customer))
    await customer.do("I have paid", "Send the proof")
    order = await market.only_order()
    await market.order(order["orderId"], "close")
    await customer.sees("closed")
    await customer.say("TX 2", "closed meanwhile")
    told = await operator.sees(rf"sent a proof of payment: {code}")
    await operator.tap("Open", told)
    await operator.sees("A proof of payment waits")
    await operator.do("Another amount", "How much came in")
    await operator.say("3", r"Book \$3\.00")
    await operator.do("Yes", "Booked")
    await operator.do(r"I sent \$3\.00 back", r"Booked: \$3\.00 sent back")
    await customer.sees("sent money back")
    await customer.say("/balance", "Nothing is open in USD")


async def test_a_products_link_is_no_proof(clients: Clients):
    """It opens the product, as everywhere else; the order goes on waiting for its payment."""
    customer = await clients.arrive()
    await ordered(customer)
    await customer.do("I have paid", "Send the proof")
    await customer.say(f"https://detail.1688.com/offer/{TAPE_MEASURE}.html", "Minimum order")
    await customer.say("/orders", "to be paid")


async def test_what_proves_nothing_is_said_and_nothing_is_lost(
    clients: Clients, samples: dict[str, bytes]
):
    """A film, a file too large, a novel; then a photo, sent without pressing anything first."""
    customer = await clients.arrive()
    await ordered(customer)
    await customer.do("I have paid", "Send the proof")
    await customer.document(b"film", "film.mp4")
    await customer.sees("A video, a voice message or a sticker")
    await customer.document(b"x" * (21 * 1024 * 1024), "receipt.pdf")
    await customer.sees("larger than 20 MB")
    await customer.say("x" * 201, "201 characters; up to 200")
    await customer.do("Back", "Please pay the shop")
    await customer.photo(next(iter(samples.values())))
    await customer.sees("is checking your payment")


async def test_a_rate_is_checked_and_holds_from_the_next_quote_on(
    clients: Clients, operator: Person
):
    """What somebody has seen and agrees to stays what they pay."""
    customer = await clients.arrive()
    seen = await at_preview(customer)
    total = re.search(r"Total to pay: (\$[\d.]+)", seen.text)
    assert total is not None
    for typed, answer in (("/rate 0", "more than zero"), ("/rate 1000000000", "far apart")):
        await operator.say(typed, answer)
    await operator.say("/rate 1 USD = 3.6 CNY", "Saved")
    payment = await customer.do("Confirm order", PAY)
    assert f"Amount: {total[1]}" in payment.text
    assert "1 USD = 7.2 CNY" in payment.text
    await operator.say("/rate 1 USD = 7.2 CNY", "Saved")


async def test_goods_are_looked_for_from_the_shops_terms_as_from_anywhere(
    operator: Person, samples: dict[str, bytes]
):
    """The terms ask for a picture only where it is a payment code."""
    await operator.say("/shop", SETTINGS)
    await operator.photo(next(iter(samples.values())))
    await operator.sees("These look similar")
    await operator.say("/shop", SETTINGS)
    await operator.say("卷尺", "Results for")
    await operator.say("/shop", SETTINGS)
    await operator.do("Payment code", "as a photo")
    await operator.document(b"film", "film.mp4")
    await operator.sees("not as a file")


async def test_a_start_from_the_shops_terms_asks_for_nothing_unfinished(operator: Person):
    """They are kept as they are typed: there is no order to go on with."""
    await operator.say("/shop", SETTINGS)
    shown = await operator.say("/start", "Snaporder")
    assert not any("Continue" in each for each in shown.labels)


async def test_who_deletes_their_data_while_money_is_open_is_told_what_stays(clients: Clients):
    customer = await clients.arrive()
    await ordered(customer)
    await customer.say("/deletemydata", "Kept until it is finished")
    await customer.do("Delete everything", "except order")
    await customer.say("/balance", r"You owe \$")


async def test_1688_is_not_paid_before_the_customer(
    clients: Clients, operator: Person, market: Market
):
    """No button offers it, and one that somebody makes is refused."""
    customer = await clients.arrive()
    code = code_in(await ordered(customer))
    told = await operator.sees(f"New order .*{code}")
    await operator.tap("Open", told)
    shown = await operator.sees("The customer has to pay")
    assert not [each for each in shown.labels if "1688" in each]
    press = Press.decode(shown.button("Refresh|🔄")["callback_data"])
    order = re.search(r"S\d{6}-\w{8}", shown.text)
    assert order is not None
    for action, arg in (("debit", f"{order[0]}.1"), ("link", order[0])):
        forged = Press(press.session_id, None, action, arg, drawn=press.drawn)
        await operator.press(shown.id, forged.encode())
        await operator.sees("has not paid for this order yet")
    assert (await market.only_order())["status"] == "waitbuyerpay"
    assert await market.count("pay_without_password") == 0


@SLOW
async def test_an_operator_who_is_none_any_more_decides_nothing(
    world_of_shop: ShopWorld, clients: Clients, operator: Person, colleague: Person
):
    """Removed from `ADMIN_IDS` in the middle: the proof still waits, for the others."""
    customer = await clients.arrive()
    code = await proven(customer, operator)
    shown = await operator.screen()
    bot = world_of_shop.own.bot
    everybody = bot.environment["ADMIN_IDS"]
    bot.environment["ADMIN_IDS"] = str(colleague.id)
    assert bot.stop() == 0
    bot.start()
    await bot.ready()
    query = await operator.tap("came in$", shown)
    assert "earlier step" in (await operator.toast(query) or "")
    told = await colleague.sees(rf"sent a proof of payment: {code}")
    await colleague.tap("Open", told)
    await colleague.sees("A proof of payment waits")
    await colleague.do("came in$", "Booked")
    bot.environment["ADMIN_IDS"] = everybody
    assert bot.stop() == 0
    bot.start()
    await bot.ready()


async def test_an_order_is_found_by_code_number_buyer_and_words(
    clients: Clients, operator: Person, market: Market
):
    """And what is not there is said, with what can be looked for."""
    customer = await clients.arrive()
    code = code_in(await ordered(customer))
    order = await market.only_order()
    for words in (code.lower(), order["orderId"], "tester", "steel TAPE"):
        shown = await operator.say(f"/case {words}", r"Found: \d+ order")
        assert code in shown.text
    await operator.say("/case velvet submarine", "Nothing found for")
    await operator.say("/case", "Write /case with")
    await customer.say("/case tester", "don't know that command")
    await customer.say("/privacy", "In this shop: your payments")


async def test_dearer_while_unpaid_is_a_new_question_with_both_totals(
    clients: Clients, operator: Person, market: Market
):
    """Old, new and difference in both currencies; agreed to, the new price is what is paid."""
    customer = await clients.arrive()
    payment = await ordered(customer)
    order = await market.only_order()
    await market.order(order["orderId"], "price", goodsDelta=720)
    await operator.sees("1688 asks more for order")
    asked = await customer.sees("1688 now asks more")
    before = re.search(r"so far: (\$[\d.]+) \((¥[\d.]+)\)", asked.text)
    assert before is not None
    assert f"Amount: {before[1]}" in payment.text
    assert "Difference: $1.00 (¥7.20)" in asked.text
    assert "Rate: 1 USD = 7.2 CNY" in asked.text
    assert "you owe nothing" in asked.text
    await customer.tap("Agree to", asked)
    shown = await customer.sees("Agreed: the new price holds.*Please pay the shop")
    after = re.search(r"New price: (\$[\d.]+)", asked.text)
    assert after is not None
    assert f"Total: {after[1]}" in shown.text
    assert "now asks more" not in shown.text
    await operator.sees("agreed to the new price")
    await customer.say("/balance", f"You owe {re.escape(after[1])}")
    # A second press of the same consent is none.
    await customer.tap("Agree to", asked)
    await customer.say("/balance", f"You owe {re.escape(after[1])}")


async def test_dearer_after_the_customer_paid_is_asked_and_the_rest_collected(
    clients: Clients, operator: Person, market: Market
):
    """What arrived is named in both answers; agreed to, the difference is still to pay."""
    customer = await clients.arrive()
    await proven(customer, operator)
    await operator.do("came in$", "Booked")
    await customer.sees("The shop received")
    order = await market.only_order()
    await market.order(order["orderId"], "price", goodsDelta=1440)
    asked = await customer.sees("1688 now asks more")
    assert re.search(r"If you agree, \$2\.00 is still to pay: \$[\d.]+ has arrived", asked.text)
    assert re.search(r"If you cancel, the shop owes you \$", asked.text)
    await customer.tap("Agree to", asked)
    shown = await customer.sees("Agreed: the new price holds")
    assert "Still to pay: $2.00" in shown.text
    await operator.say("/admin", "Customers still to pay: [1-9]")


async def test_dearer_and_cancelled_gives_back_what_was_paid(
    clients: Clients, operator: Person, market: Market
):
    """The other answer: nothing is ordered, and the money is owed back."""
    customer = await clients.arrive()
    await proven(customer, operator)
    await operator.do("came in$", "Booked")
    order = await market.only_order()
    await market.order(order["orderId"], "price", goodsDelta=1440)
    asked = await customer.sees("1688 now asks more")
    await market.pass_time(3600)
    await customer.tap("Cancel", asked)
    await customer.sees("cancel|Cancel")
    await customer.do("Yes, cancel", "cancelled|Cancelled|closed")
    await customer.say("/balance", r"The shop owes you \$")


async def test_a_price_that_changes_again_is_asked_again(
    clients: Clients, operator: Person, market: Market
):
    """The total that was shown is agreed to, or nothing is."""
    customer = await clients.arrive()
    await ordered(customer)
    order = await market.only_order()
    await market.order(order["orderId"], "price", goodsDelta=720)
    asked = await customer.sees("1688 now asks more")
    await market.order(order["orderId"], "price", goodsDelta=720)
    await customer.tap("Agree to", asked)
    again = await customer.sees("changed again, so nothing was agreed to")
    assert "Difference: $2.00" in again.text
    await customer.tap("Agree to", again)
    await customer.sees("Agreed: the new price holds")


async def test_a_rest_that_was_waived_by_a_slip_is_open_again(clients: Clients, operator: Person):
    """Nobody was told that it was waived, and nobody is told that it is not."""
    customer = await clients.arrive()
    await proven(customer, operator)
    shown = await operator.screen()
    due = re.search(r"\$([\d.]+)", shown.button("came in$")["text"])
    assert due is not None
    await operator.do("Another amount", "How much came in")
    await operator.say(f"{float(due[1]) - 0.02:.2f}", "Book .* for")
    await operator.do("Yes, .* came in", "Booked")
    await customer.sees("The shop received")
    await operator.do(r"Waive \$0\.02", r"Waived: \$0\.02")
    await operator.do(r"Don't waive \$0\.02", "Was waiving .* a mistake")
    shown = await operator.do("Yes, take it back", r"\$0\.02 is open again")
    assert shown.has_button(r"Waive \$0\.02")
    await customer.sees_nothing_new()


async def test_a_receipt_that_was_a_mistake_is_taken_back_after_a_question(
    clients: Clients, operator: Person
):
    """The customer is told and owes again; the books keep both; there is no third press."""
    customer = await clients.arrive()
    await proven(customer, operator)
    await operator.do("came in$", r"Booked.*Came in: \$")
    asked = await operator.do("Take back", "a mistake")
    shown = await operator.do("Yes, take it back", "Taken back: \\$")
    assert "Take back" not in " ".join(shown.labels)
    await customer.sees("was a mistake, and was taken back")
    shown = await customer.say("/balance", r"You owe \$")
    assert "taken back" in shown.text or "corrected" in shown.text or "reversed" in shown.text
    press = Press.decode(asked.button("Yes, take it back")["callback_data"])
    forged = Press(press.session_id, None, press.action, press.arg, drawn=99)
    await operator.press(asked.id, forged.encode())
    await operator.sees("Nothing was booked|not booked")
    await customer.say("/balance", r"You owe \$")


async def test_books_tell_the_profit_by_day_and_by_month(clients: Clients, operator: Person):
    """Of whatever was booked, which is one paid order at the least."""
    await proven(await clients.arrive(), operator)
    await operator.do("came in$", "Booked")
    await operator.say("/admin", "Operator's desk")
    shown = await operator.do("Books", "Profit by day")
    assert re.search(r"\d{4}-\d\d-\d\d: ¥[\d.]+", shown.text)
    assert re.search(r"^\d{4}-\d\d: ¥[\d.]+$", shown.text, re.MULTILINE)


async def test_an_order_is_found_by_its_parcels_number(
    clients: Clients, operator: Person, market: Market
):
    customer = await clients.arrive()
    code = code_in(await ordered(customer))
    order = await market.only_order()
    await market.order(order["orderId"], "pay")
    await market.order(order["orderId"], "ship")
    shipped = await customer.sees("hipped|on the way|On its way")
    number = re.search(r"\b[A-Z]{0,3}\d{10,}\b", shipped.text)
    if number is None:
        card = await customer.say("/orders", "My orders")
        await customer.tap("^1$", card)
        shown = await customer.sees("State:")
        number = re.search(r"\b[A-Z]{0,3}\d{10,}\b", " ".join(shown.labels))
    assert number is not None
    found = await operator.say(f"/case {number[0]}", r"Found: \d+ order")
    assert code in found.text
