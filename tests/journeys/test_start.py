"""First contact, beginning again, leaving off, and what works at any step."""

import re
from collections.abc import Awaitable, Callable

import httpx
import pytest
from buying import TAPE_MEASURE, Market, at_lines
from chat import Person
from steps import PAYMENT, PLACES

from tests.tiers import slow_but

Arrive = Callable[..., Awaitable[Person]]

NOTHING_TO_LOSE = {"start"}


@pytest.mark.parametrize(
    ("code", "says"),
    [("en", ["photo", "1688", "payment link"]), ("zh-hans", ["照片", "1688", "付款链接"])],
)
async def test_first_contact_says_what_this_is_and_what_to_do(
    code: str, says: list[str], person: Arrive
) -> None:
    """Under 60 words, and it ends with a question that the person can answer at once."""
    buyer = await person(code)
    shown = await buyer.say("/start", "Snaporder")
    assert all(each in shown.text for each in says)
    assert re.search(r"[?？]$", shown.text.strip())
    words = len(re.findall(r"[A-Za-z0-9.']+|[\u4e00-\u9fff]{2}", shown.text))
    assert words < 60, words


@pytest.mark.parametrize("payload", ["abc", "group", "x" * 64, "600000000001"])
async def test_a_deep_link_greets_like_any_start(payload: str, person: Arrive) -> None:
    """Whatever a link carries, a newcomer is welcomed."""
    buyer = await person()
    await buyer.say(f"/start {payload}", "What are you looking for")


@pytest.mark.parametrize(
    "name",
    slow_but(
        ["results", "quantity", "address_form", "preview"],
        [each for each in PLACES if each not in NOTHING_TO_LOSE],
    ),
)
async def test_start_in_the_middle_offers_to_continue(
    name: str, person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """Continue leads back to the very step, start over to an empty beginning."""
    place = PLACES[name]
    buyer = await person()
    await place.walk(buyer)
    asked = await buyer.say("/start", "Continue where you were")
    assert ("1 item" in asked.text) is place.has_draft
    await buyer.say("/start", "Continue where you were")
    moods = {
        **dict.fromkeys(("refine", "filters", "prices", "navigation"), "Results for"),
        "quantity_problem": "How many",
        "note": "Total to pay",
    }
    await buyer.do("Continue", moods.get(name, place.en))
    await buyer.say("/start", "Continue where you were")
    await buyer.do("Start over", "starting fresh")
    shown = await buyer.say("/start", "What are you looking for")
    assert not [label for label in shown.labels if "Cart (" in label]


async def test_an_order_that_was_dropped_by_a_slip_is_put_back(person: Arrive) -> None:
    """By starting over or by /cancel: one press has the goods again, until the next step."""
    buyer = await person()
    await at_lines(buyer, TAPE_MEASURE, 4)
    await buyer.say("/start", "Continue where you were")
    await buyer.do("Start over", "starting fresh")
    await buyer.do("Put it back", "What are you looking for")
    await buyer.do("Cart \\(1 item", "4 pieces")
    await buyer.say("/cancel", "Nothing was ordered")
    shown = await buyer.do("Put it back", "What are you looking for")
    assert not shown.has_button("Put it back")
    await buyer.do("Cart \\(1 item", "4 pieces")


@pytest.mark.parametrize("name", slow_but(["offer", "lines", "address", "note"], list(PLACES)))
async def test_cancel_ends_the_draft_at_any_step(
    name: str, person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """Nothing is ordered, nothing is left over, and the bot is ready for the next wish."""
    buyer = await person()
    await PLACES[name].walk(buyer)
    wanted = "nothing to cancel" if name in NOTHING_TO_LOSE else "Cancelled. Nothing was ordered"
    shown = await buyer.say("/cancel", wanted)
    assert not [label for label in shown.labels if "Cart (" in label]
    assert await Market(marketplace).orders() == []
    await buyer.say("杯", "Results for")


async def test_cancel_while_asked_whether_to_continue_ends_it(
    person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """The question itself is part of what is cancelled."""
    buyer = await person()
    await PLACES["offer"].walk(buyer)
    await buyer.say("/start", "Continue where you were")
    await buyer.say("/cancel", "Cancelled")
    await buyer.say("/start", "What are you looking for")


async def test_cancel_after_placing_says_what_becomes_of_the_order(
    person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """A placed order is no draft: the person keeps it, its link and the truth about it."""
    buyer = await person()
    await PAYMENT.walk(buyer)
    shown = await buyer.say("/cancel", "placed already.*closes by itself")
    assert shown.button("Pay ¥")
    assert len(await Market(marketplace).orders()) == 1


@pytest.mark.parametrize("name", ["start", "variant", "quantity_problem", "address_question"])
async def test_help_and_privacy_lead_back_to_where_one_was(
    name: str, person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """They stand beside the journey; the way back shows the step as it was."""
    place = PLACES[name]
    buyer = await person()
    await place.walk(buyer)
    await buyer.say("/help", "/orders.*/privacy")
    await buyer.do("Back to where", place.en)
    await buyer.say("/privacy", "encrypted")
    await buyer.do("Back to where", place.en)


@pytest.mark.parametrize("name", ["start", "results", "quantity", "address_form", "preview"])
async def test_an_unknown_command_changes_nothing(
    name: str, person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """It is named as unknown, and the step is shown again."""
    place = PLACES[name]
    buyer = await person()
    await place.walk(buyer)
    await buyer.say("/frobnicate", f"don't know that command.*{place.en}")


STRANGE = {
    "sticker": {
        "type": "regular",
        "width": 512,
        "height": 512,
        "is_animated": False,
        "is_video": False,
    },
    "voice": {"duration": 3},
    "video": {"width": 640, "height": 480, "duration": 3},
    "video_note": {"length": 240, "duration": 3},
}


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("sticker", "I understand photos"),
        ("voice", "I understand photos"),
        ("location", "I understand photos"),
        ("contact", "I understand photos"),
        ("dice", "I understand photos"),
        ("video", "videos or animations"),
        ("video_note", "videos or animations"),
    ],
)
async def test_what_is_not_understood_is_answered_and_changes_nothing(
    kind: str, answer: str, person: Arrive, telegram: httpx.AsyncClient
) -> None:
    """A sticker, a voice message, a place: the bot says what it can read, and stays."""
    buyer = await person()
    await PLACES["quantity"].walk(buyer)
    file = {"file_id": "AgAD1", "file_unique_id": "AgAD2"}
    contents = {
        "location": {"latitude": 30.2, "longitude": 120.2},
        "contact": {"phone_number": "13812345678", "first_name": "Zhang"},
        "dice": {"emoji": "🎲", "value": 4},
    }
    content = contents.get(kind) or STRANGE[kind] | file
    user = {"id": buyer.id, "is_bot": False, "first_name": "Tester", "language_code": "en"}
    chat = {"id": buyer.id, "type": "private", "first_name": "Tester"}
    message = {"message_id": 990_001, "date": 1_790_000_000, "from": user, "chat": chat}
    update = {"message": message | {kind: content}}
    answered = await telegram.post("/sandbox/updates/raw", json=update)
    assert answered.status_code == 200, answered.text
    await buyer.sees(f"{answer}.*How many")


async def test_an_edited_message_is_answered_once(
    person: Arrive, telegram: httpx.AsyncClient
) -> None:
    """Changing one's words does not walk the journey a second time."""
    buyer = await person()
    await PLACES["quantity"].walk(buyer)
    sent = await buyer.say("1", "minimum")
    assert sent.rows
    mine = next(each for each in reversed(await buyer.history()) if each.text == "1")
    body = {"from": buyer.id, "message_id": mine.id, "text": "4"}
    answer = await telegram.post(f"/sandbox/chats/{buyer.id}/edit", json=body)
    assert answer.status_code == 200
    await buyer.sees("only read new messages.*How many")


@pytest.mark.parametrize(
    ("code", "cancel"), [("en", "order"), ("zh-hans", "取消"), ("ru", "order")]
)
async def test_the_menu_is_in_the_persons_language(
    code: str, cancel: str, person: Arrive, telegram: httpx.AsyncClient
) -> None:
    """Commands stand in Telegram's menu before anything is written."""
    buyer = await person(code)
    await buyer.say("/start", "Snaporder")
    query = f"chat_id={buyer.id}&user_id={buyer.id}"
    menu = (await telegram.get(f"/sandbox/commands?{query}")).json()
    listed = {each["command"]: each["description"] for each in menu}
    wanted = ["start", "orders", "address", "language", "cancel", "help", "privacy"]
    assert next(iter(listed)) == "start"
    assert set(wanted) <= set(listed)
    assert cancel in listed["cancel"]


async def test_the_profile_is_in_both_languages(
    person: Arrive, telegram: httpx.AsyncClient
) -> None:
    """What Telegram shows before the first message says what the bot does."""
    buyer = await person()
    await buyer.say("/start", "Snaporder")
    english = (await telegram.get("/sandbox/profile?language=en")).json()
    chinese = (await telegram.get("/sandbox/profile?language=zh")).json()
    assert "1688.com" in english["description"]
    assert "Telegram" in english["short_description"]
    assert "1688" in chinese["description"]
    assert "照片" in chinese["description"]


async def test_an_old_button_leaves_the_present_ones_good(person):
    """Its press draws the screen again, and what hangs under the one above still works."""
    anna = await person()
    first = await anna.say("/start", "Hi, I'm Snaporder")
    results = await anna.say("背包", "Results for")
    await anna.press(first.id, first.button("Addresses")["callback_data"])
    await anna.sees("earlier step.*Results for")
    await anna.tap("^1$", on=results)
    await anna.sees("Minimum order")
