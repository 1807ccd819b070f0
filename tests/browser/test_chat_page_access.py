"""Who can use the chat page, and what it refuses to do: access, small screens, security."""

import pytest
from aiohttp import ClientSession
from chat_world import ANNA, GROUP, picture
from fake_sandbox import serving
from phones import held
from playwright.async_api import Page, expect
from seen_and_named import CONTRAST, NAMELESS

from tests.tiers import QUICK

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def furnish(fake) -> None:
    """One of everything that has its own colours."""
    keys = [
        [{"text": "Plain", "callback_data": "a"}, {"text": "Go", "url": "https://pay.example"}],
        [{"text": style, "callback_data": style, "style": style} for style in STYLES],
    ]
    for person in fake.users:
        await fake.post(GROUP, person, {"text": "see /help and https://pay.example"})
    await fake.show(picture(300, 200, "gray"), chat_id=GROUP)
    file = {"file_id": "f", "file_name": "list.xlsx", "file_size": 900}
    await fake.post(GROUP, fake.users[1], {"document": file})
    await fake.say(
        "code word, link, tag",
        GROUP,
        entities=[
            {"type": "code", "offset": 0, "length": 9},
            {"type": "text_link", "offset": 11, "length": 4, "url": "https://pay.example"},
            {"type": "expandable_blockquote", "offset": 17, "length": 3},
        ],
        reply_markup={"inline_keyboard": keys},
        reply_to_message=fake.chats[GROUP].messages[1],
    )


STYLES = ("primary", "success", "danger")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_text_has_a_contrast_of_four_and_a_half(chromium, fake, scheme):
    """On both grounds, in the list and in the chat, also where a message failed."""
    await furnish(fake)
    options = {"color_scheme": scheme, "viewport": {"width": 1280, "height": 2200}}
    async with serving(fake) as address, held(chromium, address, **options) as phone:
        page = await phone.open(ANNA, GROUP)
        fake.refuse = "too long"
        await page.get_by_test_id("composer").fill("x")
        await page.keyboard.press("Enter")
        await expect(page.locator(".mend")).to_be_visible()
        await page.wait_for_function(f"() => ({CONTRAST})().seen > 35")
        found = await page.evaluate(CONTRAST)
        assert found["poor"] == []


@pytest.mark.parametrize("width", [360, 430])
async def test_nothing_is_cut_off_on_a_phone(chromium, fake, width):
    """No sideways scrolling, and the field stays on the screen."""
    await furnish(fake)
    await fake.say("W" * 300, GROUP)
    options = {"viewport": {"width": width, "height": 740}, "has_touch": True, "is_mobile": True}
    async with serving(fake) as address, held(chromium, address, **options) as phone:
        page = await phone.open(ANNA, GROUP)
        wide = "e => e.scrollWidth - e.clientWidth"
        assert await page.locator("html").evaluate(wide) == 0
        assert await page.locator("#scroller").evaluate(wide) == 0
        await expect(page.get_by_test_id("send")).to_be_in_viewport(ratio=1)


async def test_the_drawer_takes_and_returns_the_focus(phone, fake):
    """While the drawer is open the chat is inert; Escape closes it and goes back to its button."""
    page = await phone.open(ANNA)
    opener = page.get_by_test_id("open-list")
    assert await page.get_by_test_id("sidebar").evaluate("e => e.inert")
    await opener.focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#close-list")).to_be_focused()
    assert await page.locator("main").evaluate("e => e.inert")
    await page.keyboard.press("Escape")
    await expect(opener).to_be_focused()
    assert await page.get_by_test_id("sidebar").evaluate("e => e.inert")


async def test_a_message_can_be_answered_by_keyboard_alone(phone, fake):
    """Tab from the field backwards reaches the bot's buttons; every stop shows a focus ring."""
    keys = {"inline_keyboard": [[{"text": "Yes", "callback_data": "y"}]]}
    await fake.say("Sure?", reply_markup=keys)
    page = await phone.open(ANNA)
    await page.get_by_test_id("composer").focus()
    for _ in range(6):
        await page.keyboard.press("Shift+Tab")
        if await page.evaluate("document.activeElement.dataset.testid") == "button":
            break
    ring = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert ring == "solid"
    await page.keyboard.press("Space")
    await expect(page.get_by_test_id("button")).to_have_attribute("aria-busy", "true")


async def test_new_and_changed_words_are_announced(phone, fake):
    """Screen readers hear what the bot writes and what it changes, once each."""
    page = await phone.open(ANNA)
    heard = page.get_by_test_id("announcer")
    await expect(heard).to_have_attribute("aria-live", "polite")
    await fake.say("Searching")
    await expect(heard).to_have_text("Snaporder: Searching")
    await fake.edit(1, text="Found 24 offers")
    await expect(heard).to_have_text("Snaporder: Found 24 offers")


async def test_controls_have_names(desktop, fake):
    """No button or field is nameless, closed dialogs included."""
    await furnish(fake)
    page = await desktop.open(ANNA, GROUP)
    # Texts that are filled in when their dialog opens.
    assert [each for each in await page.evaluate(NAMELESS) if "samples-send" not in each] == []


async def test_a_silent_bot_is_pointed_out(phone, fake):
    """After ten seconds without any answer a line asks whether the bot runs; news removes it."""
    await fake.say("Hello")
    await phone.with_a_clock()
    page = await phone.open(ANNA)
    await page.get_by_test_id("composer").fill("anyone?")
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("message-2")).to_be_visible()
    await expect(page.get_by_test_id("quiet")).to_be_hidden()
    await page.clock.fast_forward(11_000)
    await expect(page.get_by_test_id("quiet")).to_be_visible()
    await fake.say("Here I am")
    await expect(page.get_by_test_id("quiet")).to_be_hidden()


async def test_foreign_code_cannot_run(phone, fake):
    """Markup, handlers and scripts made from strings are all refused."""
    page: Page = await phone.open(ANNA)
    attempts = {
        "markup": "document.body.innerHTML = '<b>x</b>'",
        "handler": "document.body.setAttribute('onclick', 'globalThis.ran = true')",
        "eval": "document.createElement('script').text = 'globalThis.ran = true'",
    }
    for attempt in attempts.values():
        caught = await page.evaluate(
            f"() => {{ try {{ {attempt} }} catch (e) {{ return e.name }} }}"
        )
        assert caught == "TypeError"
    reports, phone.errors = phone.errors, []
    assert len(reports) == len(attempts)


@QUICK
async def test_only_page_material_is_served(fake):
    """Python files, folders and paths that climb out are not found; the page carries its policy."""
    async with serving(fake) as address, ClientSession(address) as web:
        for path in ("/chat/routes.py", "/chat/", "/chat/%2e%2e/__init__.py", "/samples/none.jpg"):
            assert (await web.get(path)).status == 404
        page = await web.get("/")
        policy = page.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "http" not in policy
        script = await web.get("/chat/chat.js")
        assert script.content_type == "text/javascript"


async def test_a_long_name_leaves_room_for_what_kind_of_chat_it_is(desktop, fake):
    """The name is cut, not the word "Group" beside it."""
    fake.chats[GROUP].title = "Group buy of the whole neighbourhood"
    page = await desktop.open(ANNA)
    title = page.get_by_test_id(f"chat-{GROUP}").locator(".chat-title")
    kind = title.locator(".kind")
    await expect(kind).to_have_text("Group")
    ends = "each => each.getBoundingClientRect().right"
    assert await kind.evaluate(ends) <= await title.evaluate(ends)
