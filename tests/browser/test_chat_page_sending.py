"""Writing and sending on the chat page: text, commands, replies, photos, files, samples."""

import base64
import json

import pytest
from chat_world import ANNA, GROUP, picture
from playwright.async_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


def photo_file(name: str, colour: str = "navy") -> dict:
    return {"name": name, "mimeType": "image/jpeg", "buffer": picture(320, 240, colour)}


async def started(phone, fake, chat: int = ANNA) -> Page:
    await fake.say("Hello", chat)
    return await phone.open(ANNA, chat)


async def test_enter_sends_and_shift_enter_breaks_the_line(phone, fake):
    """Two lines go out as one message, shown on the right, and the field is empty again."""
    page = await started(phone, fake)
    field = page.get_by_test_id("composer")
    await field.press_sequentially("two cups")
    await field.press("Shift+Enter")
    await field.press_sequentially("white")
    await field.press("Enter")
    await expect(page.get_by_test_id("message-2")).to_contain_text("two cups\nwhite")
    await expect(page.locator(".row.mine")).to_have_count(1)
    await expect(field).to_have_value("")
    assert [each["text"] for each in await fake.received(fake.sent)] == ["two cups\nwhite"]


async def test_a_refused_message_stays_with_its_reason(phone, fake):
    """What the sandbox refuses is kept with the reason and can be sent again."""
    page = await started(phone, fake)
    fake.refuse = "longer than 4096 characters"
    await page.get_by_test_id("composer").fill("long")
    await page.get_by_test_id("send").click()
    await expect(page.get_by_text("longer than 4096 characters")).to_be_visible()
    fake.refuse = None
    await page.get_by_role("button", name="Try again").click()
    await expect(page.get_by_test_id("message-2")).to_contain_text("long")
    await expect(page.locator(".outgoing")).to_have_count(0)


async def test_what_came_into_the_chat_is_on_its_way_no_more(phone, fake):
    """It stands there once, also while the answer to its sending is late."""
    page = await started(phone, fake)
    fake.answering.clear()
    await page.get_by_test_id("composer").fill("two cups")
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("message-2")).to_contain_text("two cups")
    await expect(page.locator(".row.mine")).to_have_count(1)
    fake.answering.set()
    await page.get_by_test_id("composer").fill("white")
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("message-3")).to_contain_text("white")


async def test_quick_messages_arrive_in_the_order_typed(phone, fake):
    """Sends of one chat wait for each other, also when the first one is slow."""
    fake.delays = [0.3]
    page = await started(phone, fake)
    field = page.get_by_test_id("composer")
    for n in range(6):
        await field.fill(f"m{n}")
        await field.press("Enter")
    await expect(page.locator(".row.mine:not(.outgoing)")).to_have_count(6)
    assert [each["text"] for each in await fake.received(fake.sent, 6)] == [
        f"m{n}" for n in range(6)
    ]


async def test_a_slash_offers_the_fitting_commands(phone, fake):
    """Typing filters the list; choosing one sends it."""
    page = await started(phone, fake)
    await page.get_by_test_id("composer").press_sequentially("/o")
    commands = page.get_by_test_id("commands").get_by_role("button")
    await expect(commands).to_have_count(1)
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("message-2")).to_contain_text("/orders")
    await expect(page.get_by_test_id("composer")).to_have_value("")


async def test_the_menu_addresses_the_bot_in_a_group(phone, fake):
    """The Menu button lists all commands; in a group the command carries the bot's name."""
    page = await started(phone, fake, GROUP)
    await page.get_by_test_id("menu").click()
    await expect(page.get_by_test_id("commands").get_by_role("button")).to_have_count(3)
    await page.get_by_test_id("command-help").click()
    await expect(page.get_by_test_id("message-2")).to_contain_text("/help@snaporder_bot")


async def test_a_command_in_a_text_is_sent_by_a_tap(phone, fake):
    """`/orders` inside the bot's words is a button, even when the bot marked nothing."""
    await fake.say("See /orders or ask.")
    page = await phone.open(ANNA)
    await page.get_by_role("button", name="/orders").click()
    await expect(page.get_by_test_id("message-2")).to_contain_text("/orders")


async def test_a_reply_quotes_its_message(phone, fake):
    """The reply carries the message's id and shows what it answers."""
    page = await started(phone, fake)
    await page.get_by_test_id("message-1").locator(".bubble").click()
    await page.get_by_test_id("message-1").get_by_role("button", name="Reply").click()
    await expect(page.get_by_test_id("reply-bar")).to_contain_text("Reply to Snaporder")
    await page.get_by_test_id("composer").fill("yes")
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("message-2").locator(".quote")).to_contain_text("Hello")
    assert (await fake.received(fake.sent))[0]["reply_to"] == 1
    await expect(page.get_by_test_id("reply-bar")).to_be_hidden()


async def test_one_can_edit_what_one_has_written(phone, fake):
    """Edit puts the text back into the field; sending changes the message in its place."""
    page = await started(phone, fake)
    field = page.get_by_test_id("composer")
    await field.fill("two cups")
    await field.press("Enter")
    await page.get_by_test_id("message-2").hover()
    await page.get_by_role("button", name="Edit").click()
    await expect(field).to_have_value("two cups")
    await field.fill("three cups")
    await field.press("Enter")
    await expect(page.get_by_test_id("message-2")).to_contain_text("three cups")
    await expect(page.get_by_test_id("message-2").locator(".edited")).to_have_text("edited")
    assert len(fake.sent) == 1


async def test_photos_are_looked_over_and_sent_as_an_album(phone, fake):
    """Two chosen photos and a caption go out in one upload and come back as one album."""
    page = await started(phone, fake)
    files = [photo_file("a.jpg"), photo_file("b.jpg", "olive")]
    await page.get_by_test_id("photo-input").set_input_files(files)
    await page.get_by_test_id("stage-caption").fill("these two")
    await page.get_by_test_id("stage-send").click()
    await expect(page.locator(".album img")).to_have_count(2)
    await expect(page.get_by_test_id("timeline")).to_contain_text("these two")
    assert await fake.received(fake.sent) == [
        {
            "chat": ANNA,
            "from": str(ANNA),
            "caption": "these two",
            "as": "photo",
            "files": ["a.jpg", "b.jpg"],
        }
    ]


async def test_what_is_no_picture_goes_as_a_file(phone, fake):
    """A spreadsheet cannot be sent as a photo; its name stands in the bubble."""
    page = await started(phone, fake)
    sheet = {"name": "list.xlsx", "mimeType": "application/vnd.ms-excel", "buffer": b"x" * 2048}
    await page.get_by_test_id("file-input").set_input_files([sheet])
    await expect(page.locator("#stage-photo")).to_be_disabled()
    await page.get_by_test_id("stage-send").click()
    await expect(page.get_by_test_id("message-2")).to_contain_text("list.xlsx")
    await expect(page.get_by_test_id("message-2")).to_contain_text("2.0 KB")
    assert (await fake.received(fake.sent))[0]["as"] == "document"


@pytest.mark.parametrize("way", ["paste", "drop"])
async def test_a_picture_can_be_pasted_or_dropped(phone, fake, way):
    """Both lead to the same look-over before sending."""
    page = await started(phone, fake)
    script = """([way, data]) => {
        const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
        const transfer = new DataTransfer();
        transfer.items.add(new File([bytes], "cup.jpg", { type: "image/jpeg" }));
        const options = { bubbles: true, cancelable: true };
        const event = way === "paste"
            ? new ClipboardEvent("paste", { ...options, clipboardData: transfer })
            : new DragEvent("drop", { ...options, dataTransfer: transfer });
        document.getElementById("scroller").dispatchEvent(event);
    }"""
    data = base64.b64encode(picture(200, 200, "purple")).decode()
    await page.evaluate(script, [way, data])
    await expect(page.get_by_test_id("stage").locator("img")).to_have_count(1)
    await page.get_by_test_id("stage-send").click()
    await expect(page.get_by_test_id("message-2").locator("img")).to_be_visible()
    assert (await fake.received(fake.sent))[0]["files"] == ["cup.jpg"]


@pytest.fixture
def samples(phone):
    """Two sample photos in place of those that the sandbox ships."""

    async def answer(route):
        if route.request.url.endswith("samples.json"):
            titles = [("cup.jpg", "Cup", "杯子"), ("bag.jpg", "Bag", "包")]
            listing = [{"file": f, "title_en": en, "title_zh": zh} for f, en, zh in titles]
            await route.fulfill(body=json.dumps(listing), content_type="application/json")
        else:
            await route.fulfill(body=picture(120, 120, "brown"), content_type="image/jpeg")

    return lambda page: page.route("**/samples/*", answer)


async def test_one_tap_sends_a_sample_photo(phone, fake, samples):
    """Attach, sample photos, one tap: the photo goes out with the caption typed there."""
    page = await started(phone, fake)
    await samples(page)
    await page.get_by_test_id("attach").click()
    await page.get_by_test_id("pick-sample").click()
    await page.get_by_test_id("samples-caption").fill("this one")
    await page.get_by_test_id("sample-0").click()
    await expect(page.get_by_test_id("message-2").locator("img")).to_be_visible()
    assert (
        (await fake.received(fake.sent))[0]["files"],
        (await fake.received(fake.sent))[0]["caption"],
    ) == (["cup.jpg"], "this one")


async def test_several_samples_make_an_album(phone, fake, samples):
    """With "select several" taps choose, and one button sends them together as files."""
    page = await started(phone, fake)
    await samples(page)
    await page.get_by_test_id("attach").click()
    await page.get_by_test_id("pick-sample").click()
    await page.get_by_test_id("samples-several").check()
    await page.locator("label[for=samples-file]").click()
    await page.get_by_test_id("sample-0").click()
    await page.get_by_test_id("sample-1").click()
    await page.get_by_test_id("samples-send").click()
    await expect(page.get_by_test_id("timeline")).to_contain_text("bag.jpg")
    assert (
        (await fake.received(fake.sent))[0]["files"],
        (await fake.received(fake.sent))[0]["as"],
    ) == (["cup.jpg", "bag.jpg"], "document")


async def test_a_reply_keyboard_sends_its_words(phone, fake):
    """The bot's reply keyboard stands below the field until the bot takes it away."""
    rows = {"keyboard": [[{"text": "Yes"}, {"text": "No"}]]}
    await fake.say("Sure?", sandbox={"reply_keyboard": rows})
    page = await phone.open(ANNA)
    board = page.get_by_test_id("reply-keyboard")
    await board.get_by_role("button", name="Yes").click()
    await expect(page.get_by_test_id("message-2")).to_contain_text("Yes")
    await fake.say("Done", sandbox={"reply_keyboard": {"remove_keyboard": True}})
    await expect(board).to_be_hidden()
