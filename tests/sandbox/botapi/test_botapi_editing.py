import json

import pytest
from botapi_server import ANNA, GROUP, picture

NOT_MODIFIED = (
    400,
    (
        "Bad Request: message is not modified: specified new message content and reply markup are "
        "exactly the same as a current content and reply markup of the message"
    ),
)
KEYBOARD = {"inline_keyboard": [[{"text": "b", "callback_data": "x"}]]}


async def send_photo(server, chat, **params):
    answer = await server.call("sendPhoto", files={"photo": picture()}, chat_id=chat, **params)
    assert answer["ok"], answer
    return answer["result"]


async def test_editing_text_and_keyboard(server, chat):
    """An edit replaces text and keyboard, keeps the id and sets edit_date."""
    sent = await server.ok("sendMessage", chat_id=chat, text="a", reply_markup=KEYBOARD)
    where = {"chat_id": chat, "message_id": sent["message_id"]}
    edited = await server.ok("editMessageText", **where, text="<i>b</i>", parse_mode="HTML")
    assert (edited["message_id"], edited["text"]) == (sent["message_id"], "b")
    assert edited["entities"] == [{"type": "italic", "offset": 0, "length": 1}]
    assert "edit_date" in edited
    assert "reply_markup" not in edited
    marked = await server.ok("editMessageReplyMarkup", **where, reply_markup=KEYBOARD)
    assert (marked["text"], marked["reply_markup"]) == ("b", KEYBOARD)


async def test_an_edit_that_changes_nothing_is_refused(server, chat):
    """Text, caption, keyboard and media alike: the same content again is an error."""
    sent = await server.ok("sendMessage", chat_id=chat, text="a", reply_markup=KEYBOARD)
    where = {"chat_id": chat, "message_id": sent["message_id"], "reply_markup": KEYBOARD}
    assert await server.refused("editMessageText", **where, text=" a ") == NOT_MODIFIED
    assert await server.refused("editMessageReplyMarkup", **where) == NOT_MODIFIED
    photo = await send_photo(server, chat, caption="c")
    where = {"chat_id": chat, "message_id": photo["message_id"]}
    assert await server.refused("editMessageCaption", **where, caption="c") == NOT_MODIFIED
    media = {"type": "photo", "media": photo["photo"][-1]["file_id"], "caption": "c"}
    assert await server.refused("editMessageMedia", **where, media=media) == NOT_MODIFIED
    await server.ok("editMessageMedia", **where, media={**media, "caption": "d"})
    assert await server.refused("editMessageReplyMarkup", **where) == NOT_MODIFIED


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("editMessageText", {"text": "x"}),
        ("editMessageCaption", {"caption": "x"}),
        ("editMessageReplyMarkup", {}),
    ],
)
async def test_messages_that_cannot_be_edited(server, chat, method, params):
    """Unknown, deleted and other people's messages are refused."""
    theirs = (await server.say(ANNA, "mine"))["message_id"]
    gone = (await server.ok("sendMessage", chat_id=chat, text="gone"))["message_id"]
    await server.ok("deleteMessage", chat_id=chat, message_id=gone)
    for number in (999, gone):
        assert await server.refused(method, chat_id=chat, message_id=number, **params) == (
            400,
            "Bad Request: message to edit not found",
        )
    assert await server.refused(method, chat_id=chat, message_id=theirs, **params) == (
        400,
        "Bad Request: message can't be edited",
    )
    assert await server.refused(method, chat_id=chat, **params) == (
        400,
        "Bad Request: message identifier is not specified",
    )


async def test_text_and_caption_edits_need_text_and_caption(server, chat):
    """A photo has no text to edit, a text no caption."""
    photo = (await send_photo(server, chat))["message_id"]
    text = (await server.ok("sendMessage", chat_id=chat, text="a"))["message_id"]
    assert await server.refused("editMessageText", chat_id=chat, message_id=photo, text="x") == (
        400,
        "Bad Request: there is no text in the message to edit",
    )
    assert await server.refused(
        "editMessageCaption", chat_id=chat, message_id=text, caption="x"
    ) == (
        400,
        "Bad Request: there is no caption in the message to edit",
    )


async def test_captions(server, chat):
    """1024 UTF-16 units pass, one more does not; an empty caption removes it."""
    photo = await send_photo(server, chat, caption="<b>c</b>", parse_mode="HTML")
    assert photo["caption_entities"] == [{"type": "bold", "offset": 0, "length": 1}]
    where = {"chat_id": chat, "message_id": photo["message_id"]}
    await server.ok("editMessageCaption", **where, caption="🛒" * 512)
    assert await server.refused("editMessageCaption", **where, caption="🛒" * 512 + "x") == (
        400,
        "Bad Request: message caption is too long",
    )
    assert "caption" not in await server.ok("editMessageCaption", **where)


async def test_exchanging_media(server, chat):
    """A photo becomes another uploaded photo or a document; a text may become a photo."""
    photo = await send_photo(server, chat, caption="c")
    where = {"chat_id": chat, "message_id": photo["message_id"]}
    media = {"type": "document", "media": "attach://new", "caption": "d"}
    answer = await server.call(
        "editMessageMedia",
        files={"new": ("price.txt", b"1.00", "text/plain")},
        media=json.dumps(media),
        **where,
    )
    message = answer["result"]
    assert message["document"]["file_name"] == "price.txt"
    assert message["caption"] == "d"
    assert "photo" not in message
    text = await server.ok("sendMessage", chat_id=chat, text="a")
    known = {"type": "photo", "media": photo["photo"][0]["file_id"]}
    turned = await server.ok(
        "editMessageMedia", chat_id=chat, message_id=text["message_id"], media=known
    )
    assert "text" not in turned
    assert turned["photo"] == photo["photo"]


async def test_deleting(server, chat):
    """A deleted message is gone; deleting it again is refused."""
    sent = (await server.ok("sendMessage", chat_id=chat, text="a"))["message_id"]
    theirs = (await server.say(ANNA, "hi"))["message_id"]
    assert await server.ok("deleteMessage", chat_id=chat, message_id=sent) is True
    assert await server.refused("deleteMessage", chat_id=chat, message_id=sent) == (
        400,
        "Bad Request: message to delete not found",
    )
    await server.ok("deleteMessages", chat_id=chat, message_ids=[sent, theirs, theirs, 999])
    deleted = {m["message_id"] for m in await server.messages(chat) if m["sandbox"]["deleted"]}
    assert deleted == {sent, theirs}
    assert (await server.refused("deleteMessages", chat_id=chat, message_ids=[]))[0] == 400


async def test_a_plain_member_cannot_delete_in_a_group(server):
    """In a group the bot removes its own messages only."""
    theirs = await server.say(ANNA, "hi", chat=GROUP)
    assert await server.refused(
        "deleteMessage", chat_id=GROUP, message_id=theirs["message_id"]
    ) == (
        400,
        "Bad Request: message can't be deleted",
    )
