"""The chat page, played against a stand-in for the sandbox: reading, tapping, moving about."""

import pytest
from chat_world import ANNA, CHANNEL, GROUP, XIAOYU, picture
from playwright.async_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


def keyboard(*rows):
    return {"inline_keyboard": [list(row) for row in rows]}


def button(page: Page, text: str):
    return page.get_by_test_id("button").filter(has_text=text)


async def test_an_unused_private_chat_shows_the_description_and_starts(phone, fake):
    """Start sends /start as that person; before, the bot's description stands there."""
    page = await phone.open(ANNA)
    await expect(page.get_by_test_id("bot-description")).to_have_text("Send a photo, get goods.")
    await expect(page.get_by_test_id("composer")).to_be_hidden()
    await page.get_by_test_id("start").click()
    await expect(page.get_by_test_id("composer")).to_be_visible()
    assert [
        (each["chat"], each["from"], each["text"]) for each in await fake.received(fake.sent)
    ] == [(ANNA, ANNA, "/start")]


async def test_the_page_speaks_the_language_of_the_person(phone, fake):
    """Switching to 小雨 turns the page's own words and the bot's name Chinese, and back."""
    page = await phone.open(ANNA)
    await page.get_by_test_id("open-list").click()
    await page.get_by_test_id(f"person-{XIAOYU}").click()
    await expect(page.get_by_test_id("start")).to_have_text("开始")
    await expect(page.get_by_test_id("chat-title")).to_have_text("快拍下单")
    assert await page.get_attribute("html", "lang") == "zh-Hans"
    assert page.url.endswith(f"/?as={XIAOYU}&chat={XIAOYU}")


async def test_entities_count_in_utf16_units(phone, fake):
    """An emoji is two units long; the entity after it still covers exactly its words."""
    await fake.say(
        "🛒 total ¥5 now",
        entities=[
            {"type": "bold", "offset": 3, "length": 8},
            {"type": "italic", "offset": 9, "length": 2},
            {"type": "code", "offset": 12, "length": 3},
        ],
    )
    page = await phone.open(ANNA)
    text = page.get_by_test_id("message-1").locator(".text")
    await expect(text.locator("strong")).to_have_text("total ¥5")
    await expect(text.locator("strong em")).to_have_text("¥5")
    await expect(text.locator("code")).to_have_text("now")


async def test_what_a_bot_writes_is_never_markup(phone, fake):
    """Tags in a text stay text, and a javascript: link becomes plain words."""
    await fake.say(
        "<img src=x onerror=alert(1)> tap",
        entities=[{"type": "text_link", "offset": 29, "length": 3, "url": "javascript:alert(1)"}],
        reply_markup=keyboard([{"text": "Bad", "url": "javascript:alert(1)"}]),
    )
    page = await phone.open(ANNA)
    message = page.get_by_test_id("message-1")
    await expect(message.locator(".text")).to_contain_text("<img src=x onerror=alert(1)> tap")
    assert await message.locator("img, a").count() == 0


async def test_spoilers_and_long_quotes_open_on_a_tap(phone, fake):
    """A spoiler hides its text until tapped; an expandable quotation unfolds and folds."""
    text = "secret " + "\n".join(f"line {n}" for n in range(8))
    await fake.say(
        text,
        entities=[
            {"type": "spoiler", "offset": 0, "length": 6},
            {"type": "expandable_blockquote", "offset": 7, "length": len(text) - 7},
        ],
    )
    page = await phone.open(ANNA)
    hidden = page.locator(".spoiler-text")
    await expect(hidden).to_have_css("opacity", "0")
    await page.locator(".spoiler").click()
    await expect(hidden).to_have_css("opacity", "1")
    fold = page.locator(".fold")
    short = (await fold.bounding_box())["height"]
    await page.get_by_role("button", name="Show more").click()
    assert (await fold.bounding_box())["height"] > short * 2
    await page.get_by_role("button", name="Show less").click()
    assert (await fold.bounding_box())["height"] == short


async def test_a_tapped_button_is_busy_until_the_answer_comes(phone, fake):
    """The tap reaches the sandbox as that person; the answer's text is shown as a toast."""
    keys = keyboard([{"text": "Next", "callback_data": "n:2"}])
    await fake.say("Offer 1", reply_markup=keys)
    page = await phone.open(ANNA)
    await button(page, "Next").click()
    await expect(button(page, "Next")).to_have_attribute("aria-busy", "true")
    tap = (await fake.received(fake.tapped))[0]
    assert (tap["chat"], tap["from"], tap["message_id"], tap["data"]) == (ANNA, ANNA, 1, "n:2")
    await fake.answer(tap["query_id"], text="Page 2", user_id=ANNA)
    await expect(button(page, "Next")).not_to_have_attribute("aria-busy", "true")
    await expect(page.get_by_test_id("toast")).to_have_text("Page 2")


async def test_an_alert_waits_for_ok_and_is_for_the_one_who_tapped(phone, fake):
    """show_alert opens a dialog; an answer to somebody else shows nothing."""
    page = await phone.open(ANNA, GROUP)
    await fake.answer("other", GROUP, text="Not yours", show_alert=True, user_id=XIAOYU)
    await fake.answer("first", GROUP, text="For Anna", user_id=ANNA)
    alert = page.get_by_test_id("alert")
    await expect(page.get_by_test_id("toast")).to_have_text("For Anna")
    await expect(alert).to_be_hidden()
    await fake.answer("second", GROUP, text="Price changed", show_alert=True, user_id=ANNA)
    await expect(alert).to_contain_text("Price changed")
    await page.get_by_test_id("alert-ok").click()
    await expect(alert).to_be_hidden()


async def test_an_edit_keeps_the_place_and_the_focus(phone, fake):
    """Paging with the keyboard: the pressed button stays focused while text and keys change."""
    keys = keyboard([{"text": "Next 1", "callback_data": "a"}])
    await fake.say("Offer 1", reply_markup=keys)
    await fake.say("later")
    page = await phone.open(ANNA)
    await button(page, "Next 1").focus()
    again = keyboard([{"text": "Next 2", "callback_data": "b"}])
    await fake.edit(1, text="Offer 2", reply_markup=again)
    await expect(page.get_by_test_id("message-1")).to_contain_text("Offer 2")
    await expect(button(page, "Next 2")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(button(page, "Next 2")).to_have_attribute("aria-busy", "true")
    assert [tap["data"] for tap in await fake.received(fake.tapped)] == ["b"]


async def test_url_buttons_open_apart_and_copy_buttons_copy(phone, fake):
    """A URL button is a link without opener; a copy button fills the clipboard and says so."""
    keys = keyboard(
        [{"text": "Pay", "url": "https://pay.example/1"}],
        [{"text": "Copy", "copy_text": {"text": "SN-42"}}],
    )
    await fake.say("Order", reply_markup=keys)
    page = await phone.open(ANNA)
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    assert await button(page, "Pay").get_attribute("href") == "https://pay.example/1"
    assert await button(page, "Pay").get_attribute("target") == "_blank"
    assert "noopener" in (await button(page, "Pay").get_attribute("rel") or "")
    await button(page, "Copy").click()
    await expect(page.get_by_test_id("toast")).to_have_text("Copied: SN-42")
    assert await page.evaluate("navigator.clipboard.readText()") == "SN-42"


async def test_a_deep_link_starts_the_bot_in_the_private_chat(phone, fake):
    """`t.me/<bot>?start=` in a group sends /start with the token in that person's own chat."""
    url = "https://t.me/snaporder_bot?start=join_42"
    await fake.say("Join", GROUP, reply_markup=keyboard([{"text": "Join", "url": url}]))
    page = await phone.open(ANNA, GROUP)
    await button(page, "Join").click()
    await expect(page.get_by_test_id("timeline")).to_contain_text("/start join_42")
    assert [
        (each["chat"], each["from"], each["text"]) for each in await fake.received(fake.sent)
    ] == [(ANNA, ANNA, "/start join_42")]
    assert page.url.endswith(f"?as={ANNA}&chat={ANNA}")
    assert len(page.context.pages) == 1


async def test_albums_are_grids_and_pictures_enlarge(phone, fake):
    """Three photos stand in one bubble with one caption; a tap shows one in full, Escape closes."""
    colours = ("red", "green", "blue")
    await fake.show(*(picture(400, 300, each) for each in colours), caption="Three cups")
    page = await phone.open(ANNA)
    assert await page.locator("article.row").count() == 1
    await expect(page.locator(".album img")).to_have_count(3)
    await page.locator(".album button").nth(1).click()
    await expect(page.get_by_test_id("lightbox")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_test_id("lightbox")).to_be_hidden()


async def test_chat_actions_show_and_end_with_the_message(phone, fake):
    """`typing` and `upload_photo` are named in the header until the message is there."""
    page = await phone.open(ANNA)
    typing = page.get_by_test_id("typing")
    await fake.act("typing")
    await expect(typing).to_have_text("typing")
    await fake.act("upload_photo")
    await expect(typing).to_have_text("sending a photo")
    await fake.show(picture(300, 300, "teal"))
    await expect(typing).to_be_hidden()


async def test_deletions_reactions_and_service_lines(phone, fake):
    """A deleted message goes, a reaction appears, and a newcomer is announced in a line."""
    member = {"id": ANNA, "first_name": "Anna"}
    await fake.say("gone soon", GROUP)
    await fake.post(GROUP, {"id": ANNA, "first_name": "Anna"}, {"new_chat_members": [member]})
    await fake.say("stays", GROUP)
    page = await phone.open(ANNA, GROUP)
    await fake.delete(1, GROUP)
    await fake.react(3, "👍", GROUP)
    await expect(page.get_by_test_id("message-1")).to_have_count(0)
    await expect(page.get_by_test_id("message-2")).to_have_text("Anna joined the group")
    await expect(page.get_by_test_id("message-3")).to_contain_text("👍")


async def test_names_stand_in_groups_and_edited_on_what_people_edited(phone, fake):
    """The author's name is shown once a run; `edited` marks people's messages, not the bot's."""
    await fake.post(GROUP, fake.users[0], {"text": "谁要一起买？"})
    await fake.post(GROUP, fake.users[0], {"text": "满十个便宜"})
    bot = await fake.say("Six so far", GROUP)
    page = await phone.open(ANNA, GROUP)
    await expect(page.locator(".author")).to_have_text(["小雨", "Snaporder"])
    await fake.edit(2, GROUP, text="满十个更便宜")
    await fake.edit(bot, GROUP, text="Seven so far")
    await expect(page.get_by_test_id(f"message-{bot}")).to_contain_text("Seven so far")
    await expect(page.locator(".edited")).to_have_count(1)
    await expect(page.get_by_test_id("message-2").locator(".edited")).to_have_text("edited")


async def test_other_chats_show_a_dot_until_they_are_opened(desktop, fake):
    """News in a chat that is not open: a dot in the list, gone after a look."""
    await desktop.with_a_clock()
    await fake.say("Old goods", CHANNEL)
    page = await desktop.open(ANNA)
    row = page.get_by_test_id(f"chat-{CHANNEL}")
    await expect(row).to_contain_text("Old goods")
    await expect(row.locator(".dot")).to_have_count(0)
    await fake.say("Fresh goods", CHANNEL)
    await page.clock.fast_forward(5000)
    await expect(row.locator(".dot")).to_be_visible()
    await row.click()
    await expect(page.get_by_test_id("timeline")).to_contain_text("Fresh goods")
    await expect(row.locator(".dot")).to_have_count(0)


async def test_a_new_person_has_a_chat_and_a_language(desktop, fake):
    """Adding a Chinese-speaking person switches to that person's empty chat, in Chinese."""
    page = await desktop.open(ANNA)
    await page.get_by_test_id("add-person").click()
    await page.get_by_test_id("person-name").fill("老王")
    await page.get_by_test_id("person-language").select_option("zh-hant")
    await page.get_by_test_id("person-create").click()
    await expect(page.get_by_test_id("person-103")).to_have_attribute("aria-pressed", "true")
    await expect(page.get_by_test_id("start")).to_have_text("开始")
    assert fake.users[-1]["language_code"] == "zh-hant"


async def test_a_person_outside_a_group_can_join_it(desktop, fake):
    """A group that one is not in stands in the list with Join; joining opens it."""
    fake.chats[GROUP].members = [XIAOYU]
    await fake.say("Six so far", GROUP)
    page = await desktop.open(ANNA)
    await expect(page.get_by_test_id(f"chat-{GROUP}")).to_have_count(0)
    await page.get_by_test_id(f"join-{GROUP}").click()
    await expect(page.get_by_test_id("timeline")).to_contain_text("Six so far")
    await expect(page.get_by_test_id(f"chat-{GROUP}")).to_have_attribute("aria-current", "true")
    assert fake.chats[GROUP].members == [XIAOYU, ANNA]


async def test_the_view_follows_new_messages_only_from_the_bottom(phone, fake):
    """Whoever reads older messages is not pulled away; a button with a count leads back."""
    for n in range(30):
        await fake.say(f"line {n}")
    page = await phone.open(ANNA)
    down = page.get_by_test_id("scroll-down")
    await expect(page.get_by_test_id("message-30")).to_be_in_viewport()
    await expect(down).to_be_hidden()
    await page.locator("#scroller").evaluate("scroller => scroller.scrollTo(0, 0)")
    await expect(down).to_be_visible()
    await fake.say("news")
    await expect(down).to_have_text("1")
    await expect(page.get_by_test_id("message-1")).to_be_in_viewport()
    await down.click()
    await expect(page.get_by_test_id("message-31")).to_be_in_viewport()
    await expect(down).to_be_hidden()


async def test_a_lost_connection_is_told_and_nothing_is_missed(phone, fake):
    """After a break the stream resumes from the last event, including a button's answer."""
    await fake.say("before", reply_markup=keyboard([{"text": "Go", "callback_data": "go"}]))
    page = await phone.open(ANNA)
    await button(page, "Go").click()
    await expect(button(page, "Go")).to_have_attribute("aria-busy", "true")
    (tap,) = await fake.received(fake.tapped)
    fake.cut = True
    fake.hang_up()
    await expect(page.get_by_test_id("offline")).to_be_visible()
    await fake.answer(tap["query_id"])
    await fake.say("while away")
    fake.cut = False
    await expect(page.get_by_test_id("timeline")).to_contain_text("while away")
    await expect(page.get_by_test_id("offline")).to_be_hidden()
    await expect(button(page, "Go")).not_to_have_attribute("aria-busy", "true")
