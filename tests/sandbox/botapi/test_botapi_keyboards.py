import pytest


def keyboard(*buttons):
    return {"inline_keyboard": [[{"text": "b", **button} for button in buttons]]}


async def send(server, chat, markup):
    answer = await server.call("sendMessage", chat_id=chat, text="x", reply_markup=markup)
    return answer.get("description"), answer.get("result", {}).get("reply_markup")


@pytest.mark.parametrize(
    "button",
    [
        {"callback_data": "x" * 64},
        {"callback_data": "价" * 21},
        {"url": "https://1688.com/x"},
        {"url": "http://127.0.0.1:8080/pay"},
        {"url": "tg://user?id=1"},
        {"url": "1688.com"},
        {"copy_text": {"text": "x" * 256}},
        {"web_app": {"url": "https://example.com"}},
        {"switch_inline_query": ""},
        {"callback_data": "x", "style": "success", "icon_custom_emoji_id": "5368324170671202286"},
    ],
)
async def test_buttons_that_telegram_takes(server, chat, button):
    """Each kind of button comes back as it was sent."""
    assert await send(server, chat, keyboard(button)) == (None, keyboard(button))


@pytest.mark.parametrize(
    ("button", "description"),
    [
        ({"callback_data": "x" * 65}, "BUTTON_DATA_INVALID"),
        ({"callback_data": "价" * 22}, "BUTTON_DATA_INVALID"),
        (
            {"callback_data": ""},
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        (
            {},
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        ({"text": " ", "callback_data": "x"}, "inline keyboard button text must be non-empty"),
        (
            {"callback_data": "x", "url": "https://1688.com"},
            "can't parse inline keyboard button: exactly one of the optional fields must be used",
        ),
        ({"copy_text": {"text": ""}}, "BUTTON_COPY_TEXT_INVALID"),
        ({"copy_text": {"text": "x" * 257}}, "BUTTON_COPY_TEXT_INVALID"),
        ({"pay": True}, "BUTTON_TYPE_INVALID"),
        (
            {"url": "not-a-url"},
            "inline keyboard button URL 'not-a-url' is invalid: Wrong HTTP URL",
        ),
        (
            {"url": "ftp://example.com"},
            "inline keyboard button URL 'ftp://example.com' is invalid: Unsupported URL protocol",
        ),
        (
            {"url": "https://a b.com"},
            "inline keyboard button URL 'https://a b.com' is invalid: Wrong HTTP URL",
        ),
        (
            {"web_app": {"url": "http://example.com"}},
            (
                "inline keyboard button Web App URL 'http://example.com' is invalid: "
                "Only HTTPS links are allowed"
            ),
        ),
        (
            {"callback_data": "x", "style": "loud"},
            "can't parse inline keyboard button: invalid button style specified",
        ),
    ],
)
async def test_buttons_that_telegram_refuses(server, chat, button, description):
    """Each refusal in its words; nothing is sent."""
    before = await server.messages(chat)
    refusal, _ = await send(server, chat, keyboard(button))
    assert refusal == f"Bad Request: {description}"
    assert await server.messages(chat) == before


async def test_sizes_of_keyboards(server, chat):
    """100 buttons pass, 101 do not; rows hold 8."""
    button = {"text": "b", "callback_data": "x"}
    rows = [[button] * 8] * 12 + [[button] * 4]
    assert await send(server, chat, {"inline_keyboard": rows}) == (None, {"inline_keyboard": rows})
    refusal, _ = await send(server, chat, {"inline_keyboard": [*rows, [button]]})
    assert refusal == "Bad Request: reply markup is too long"
    refusal, _ = await send(server, chat, {"inline_keyboard": [[button] * 9]})
    assert refusal == "Bad Request: more than 8 inline keyboard buttons in a row"


async def test_local_addresses_can_be_refused(server, chat):
    """With the switch on, a button to this machine is refused as Telegram refuses it."""
    await server.patch(refuse_local_urls=True)
    refusal, _ = await send(server, chat, keyboard({"url": "http://127.0.0.1:8080/pay"}))
    assert refusal is not None
    assert refusal.endswith("URL 'http://127.0.0.1:8080/pay' is invalid: Wrong HTTP URL")


async def test_reply_keyboards_are_shown_to_the_person_only(server, chat):
    """The Bot API's message has no reply keyboard; the tester's view has."""
    markup = {"keyboard": [[{"text": "A"}]], "resize_keyboard": True}
    assert await send(server, chat, markup) == (None, None)
    assert (await server.messages(chat))[-1]["sandbox"]["reply_keyboard"] == markup
