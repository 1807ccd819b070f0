"""The operator's commands beside the running bot, and what the people see of them."""

import re
from pathlib import Path

import httpx
import pytest
from buying import TAPE_MEASURE, Market, at_preview, placed
from chat import Person
from operator_shell import _number, command, opened, park, unresolved
from processes import BotProcess

from tests.tiers import SLOW, slow_but


async def test_the_doctor_finds_the_sandbox_well(bot: BotProcess) -> None:
    """One line each, and exit code 0."""
    code, report = await command(bot, "doctor", ADMIN_IDS="1")
    assert code == 0, report
    assert "FAIL" not in report
    for subject in ("BOT_TOKEN", "webhook", "clock", "marketplace", "database", "key", "disk"):
        assert re.search(rf"^OK +{subject}: ", report, re.MULTILINE), (subject, report)
    assert "sandbox-token" not in report
    assert "sandbox-secret" not in report


@pytest.mark.parametrize(
    ("wrong", "line"),
    slow_but(
        [{"BOT_TOKEN": "1:wrong"}],
        [
            ({"BOT_TOKEN": "1:wrong"}, r"FAIL  BOT_TOKEN: Telegram refuses it"),
            ({"TELEGRAM_API_URL": "http://127.0.0.1:9"}, r"FAIL  Telegram: no answer"),
            ({"MARKETPLACE_APP_SECRET": "wrong"}, r"FAIL  marketplace: keys or signature refused"),
            ({"MARKETPLACE_URL": "http://127.0.0.1:9"}, r"FAIL  marketplace: no answer"),
            ({"DATA_KEY": "00" * 32}, r"FAIL  database: .* another key"),
            ({"DATA_KEY": "short"}, r"FAIL  settings: DATA_KEY"),
            ({"LISTEN": "nowhere"}, r"FAIL  settings: LISTEN"),
            ({"WEBHOOK_URL": "https://a.example", "WEBHOOK_SECRET": "s3cret"}, r"WARN  webhook: "),
            ({"ADMIN_IDS": ""}, r"WARN  ADMIN_IDS"),
        ],
    ),
    ids=lambda value: "+".join(value) if isinstance(value, dict) else "",
)
async def test_the_doctor_names_what_to_mend(
    bot: BotProcess, wrong: dict[str, str], line: str
) -> None:
    """Each wrong setting has its line; a failure ends with exit code 1, a warning with 0."""
    code, report = await command(bot, "doctor", **{"ADMIN_IDS": "1", **wrong})
    assert re.search(line, report), report
    assert code == (1 if "FAIL" in line else 0), report
    assert "Traceback" not in report


@SLOW
async def test_a_backup_is_made_while_the_bot_runs_and_not_put_back(
    bot: BotProcess, tmp_path: Path
) -> None:
    """A running bot keeps its database: restoring and exchanging the key are refused."""
    copy = tmp_path / "copy.db"
    code, said = await command(bot, "backup", str(copy))
    assert code == 0, said
    assert "The key is not in it" in said
    for words in (("restore", str(copy)), ("rotate-key",)):
        code, said = await command(bot, *words)
        assert (code, "in use by a running bot" in said) == (1, True), said


@SLOW
async def test_a_dropped_order_is_told_and_can_be_ordered_again(
    bot: BotProcess, person, marketplace: httpx.AsyncClient
) -> None:
    """The operator sees what to decide; the person gets the items back within seconds."""
    buyer, market = await person(), Market(marketplace)
    number = await unresolved(buyer, market)
    code, said = await command(bot, "orders")
    assert code == 0
    assert number in said
    assert f"offer {TAPE_MEASURE}" in said
    assert "unresolved" in said
    code, said = await command(bot, "orders", "show", number)
    assert "13812345678" in said
    assert "has no order with our number" in said
    code, said = await command(bot, "orders", "drop", number)
    assert code == 0, said
    await buyer.sees("that order was not made")
    await market.mend()
    assert number not in (await command(bot, "orders"))[1]
    code, said = await command(bot, "orders", "drop", number)
    assert code == 2, said


@SLOW
async def test_an_order_that_does_not_exist_is_made_at_the_operators_word(
    bot: BotProcess, person, marketplace: httpx.AsyncClient
) -> None:
    """Under its number, at its total; an order that exists is not made a second time."""
    buyer, market = await person(), Market(marketplace)
    number = await unresolved(buyer, market)
    await market.mend()
    code, said = await command(bot, "orders", "show", number)
    assert f"orders recreate {number}" in said
    code, said = await command(bot, "orders", "recreate", number)
    assert code == 0, said
    shown = await buyer.sees("Order placed")
    order = await market.only_order()
    assert (order["thirdOrderId"], order["orderId"] in shown.text) == (number, True)
    code, said = await command(bot, "orders", "recreate", number)
    assert (code, "is placed: there is nothing to settle" in said) == (2, True), said


async def test_an_adopted_order_leads_to_its_payment(
    bot: BotProcess, person, marketplace: httpx.AsyncClient
) -> None:
    """What the look-ups can't see is adopted by hand; a stranger's order is not."""
    stranger, buyer, market = await person(), await person(), Market(marketplace)
    await placed(stranger)
    theirs = (await market.only_order())["orderId"]
    await at_preview(buyer, TAPE_MEASURE, 4)
    await market.fault("http_500", "order_list", times=None)
    await market.fault("answer_lost", "create")
    number = _number(await buyer.do("Confirm order", "didn't answer clearly"))
    ours = next(each["orderId"] for each in await market.orders() if each["orderId"] != theirs)
    code, said = await command(bot, "orders", "adopt", number, theirs)
    assert (code, "does not carry the number" in said) == (2, True), said
    code, said = await command(bot, "orders", "drop", number)
    assert (code, "still being looked up" in said) == (2, True), said
    code, said = await command(bot, "orders", "adopt", number, ours)
    assert code == 0, said
    shown = await buyer.sees("Order placed")
    assert ours in shown.text
    assert theirs not in shown.text


@SLOW
async def test_a_parked_update_is_tried_again(bot: BotProcess, person) -> None:
    """It is listed by its error, not by its words, and handled by the running bot after `retry`."""
    buyer: Person = await person()
    await buyer.say("/start", "Snaporder")
    update_id = 2**40 + buyer.id
    await park(opened(bot), update_id, buyer.id)
    code, said = await command(bot, "parked")
    assert code == 0
    assert f"{update_id}  0 tries  ValueError at handlers/start.py:1" in said
    assert "/help" not in said
    code, said = await command(bot, "parked", "retry", str(update_id))
    assert code == 0, said
    await buyer.sees("What you can send")
    code, said = await command(bot, "parked", "retry", str(update_id))
    assert (code, "is not parked" in said) == (2, True), said
