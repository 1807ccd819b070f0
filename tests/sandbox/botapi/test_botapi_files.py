import io
import json
import os

import pillow_heif
import pytest
from botapi_server import ANNA, TOKEN, picture
from PIL import Image

MEGABYTE = 1024 * 1024


async def send_photo(server, chat, data, **params):
    return await server.call("sendPhoto", files={"photo": ("p.jpg", data)}, chat_id=chat, **params)


@pytest.mark.parametrize(
    ("size", "ladder"),
    [
        ((3000, 1500), [(90, 45), (320, 160), (800, 400), (1280, 640)]),
        ((1280, 720), [(90, 51), (320, 180), (800, 450), (1280, 720)]),
        ((300, 500), [(54, 90), (192, 320), (300, 500)]),
        ((60, 40), [(60, 40)]),
    ],
)
async def test_photos_come_in_telegrams_sizes(server, chat, size, ladder):
    """90, 320, 800 and 1280 pixels on the longest side, never larger than the original."""
    photo = (await send_photo(server, chat, picture(*size)))["result"]["photo"]
    assert [(item["width"], item["height"]) for item in photo] == ladder
    largest = (await server.http.get(f"/sandbox/files/{photo[-1]['file_id']}")).content
    assert Image.open(io.BytesIO(largest)).size == ladder[-1]


async def test_a_file_can_be_loaded_and_sent_again(server, chat, bot):
    """GetFile leads to the bytes; the file_id sends the same file without an upload."""
    data = os.urandom(1000)
    sent = await bot.send_document(chat, data, filename="报价.bin")
    file = await bot.get_file(sent.document.file_id)
    assert bytes(await file.download_as_bytearray()) == data
    again = await bot.send_document(chat, sent.document.file_id)
    assert again.document == sent.document
    assert sent.document.file_name == "报价.bin"


async def test_equal_files_share_their_unique_id(server, chat):
    """file_unique_id depends on the content alone, file_id is the upload's."""
    first = (await send_photo(server, chat, picture()))["result"]["photo"][0]
    second = (await send_photo(server, chat, picture()))["result"]["photo"][0]
    assert first["file_unique_id"] == second["file_unique_id"]
    assert first["file_id"] != second["file_id"]


@pytest.mark.parametrize(
    ("data", "description"),
    [
        (b"not a picture", "IMAGE_PROCESS_FAILED"),
        (picture()[:300], "IMAGE_PROCESS_FAILED"),
        (picture(30, 900), "PHOTO_INVALID_DIMENSIONS"),
        (picture(6000, 4001), "PHOTO_INVALID_DIMENSIONS"),
        (
            bytes(10 * MEGABYTE + 1),
            (
                "file of size 10485761 bytes is too big for a photo; "
                "the maximum size is 10485760 bytes"
            ),
        ),
    ],
)
async def test_photos_that_are_refused(server, chat, data, description):
    """No picture, broken, out of shape and too big."""
    answer = await send_photo(server, chat, data)
    assert answer["description"] == f"Bad Request: {description}"


async def test_documents_have_limits(server, chat):
    """Over 50 MB nothing is taken, over 20 MB nothing is given back, empty files are refused."""
    big = await server.call(
        "sendDocument", files={"document": ("b.bin", bytes(20 * MEGABYTE + 1))}, chat_id=chat
    )
    file_id = big["result"]["document"]["file_id"]
    assert await server.refused("getFile", file_id=file_id) == (400, "Bad Request: file is too big")
    huge = {"document": ("h.bin", bytes(50 * MEGABYTE + 1))}
    assert (await server.call("sendDocument", files=huge, chat_id=chat))["error_code"] == 413
    empty = await server.call("sendDocument", files={"document": ("e", b"")}, chat_id=chat)
    assert empty["description"] == "Bad Request: file must be non-empty"


async def test_unknown_and_mismatched_file_ids(server, chat):
    """Made-up ids, missing attachments and ids of another kind are refused."""
    wrong = (400, "Bad Request: wrong file identifier/HTTP URL specified")
    assert await server.refused("sendPhoto", chat_id=chat, photo="AgACAgIAAx") == wrong
    assert await server.refused("sendDocument", chat_id=chat, document="AgACAgIAAx") == wrong
    assert (await server.refused("getFile", file_id="AgACAgIAAx"))[0] == 400
    photo = (await send_photo(server, chat, picture()))["result"]["photo"][0]["file_id"]
    assert await server.refused("sendDocument", chat_id=chat, document=photo) == (
        400,
        "Bad Request: can't use file of type Photo as Document",
    )
    assert (await server.refused("sendPhoto", chat_id=chat, photo="attach://x"))[0] == 400
    assert await server.refused("sendPhoto", chat_id=chat) == (
        400,
        "Bad Request: there is no photo in the request",
    )
    missing = await server.http.get(f"/file/bot{TOKEN}/photos/none.jpg")
    assert missing.json()["error_code"] == 404


async def test_a_photo_by_address(server, chat):
    """Telegram fetches addresses; what is no picture there is refused."""
    photo = (await send_photo(server, chat, picture()))["result"]["photo"][-1]["file_id"]
    url = f"{server.base_url}/sandbox/files/{photo}"
    sent = await server.ok("sendPhoto", chat_id=chat, photo=url)
    assert (sent["photo"][-1]["width"], sent["photo"][-1]["height"]) == (64, 48)
    assert await server.refused(
        "sendPhoto", chat_id=chat, photo=f"{server.base_url}/sandbox/world"
    ) == (
        400,
        "Bad Request: wrong type of the web page content",
    )
    assert await server.refused("sendPhoto", chat_id=chat, photo=f"{server.base_url}/none") == (
        400,
        "Bad Request: failed to get HTTP URL content",
    )
    await server.patch(refuse_local_urls=True)
    assert await server.refused("sendPhoto", chat_id=chat, photo=url) == (
        400,
        "Bad Request: wrong file identifier/HTTP URL specified",
    )


async def test_albums(server, chat):
    """An album is one message per item with one media_group_id."""
    media = [{"type": "photo", "media": f"attach://p{n}", "caption": str(n)} for n in range(3)]
    answer = await server.call(
        "sendMediaGroup",
        files={f"p{n}": picture(color=color) for n, color in enumerate(("red", "green", "blue"))},
        chat_id=chat,
        media=json.dumps(media),
    )
    messages = answer["result"]
    assert [message["caption"] for message in messages] == ["0", "1", "2"]
    assert len({message["media_group_id"] for message in messages}) == 1
    ids = [message["message_id"] for message in messages]
    assert ids == list(range(ids[0], ids[0] + 3))


async def test_albums_that_are_refused(server, chat):
    """Too few, too many, mixed with documents, and kinds that are not played."""
    photo = (await send_photo(server, chat, picture()))["result"]["photo"][0]["file_id"]
    item = {"type": "photo", "media": photo}
    for media in ([item], [item] * 11, [item, {"type": "document", "media": photo}]):
        assert (await server.refused("sendMediaGroup", chat_id=chat, media=media))[0] == 400
    video = {"type": "video", "media": photo}
    assert await server.refused("sendMediaGroup", chat_id=chat, media=[video, video]) == (
        400,
        "Bad Request: the sandbox does not simulate media of type video",
    )


async def test_an_unused_upload_is_refused(server, chat):
    """A file part that nothing names is an unknown parameter."""
    files = {"photo": picture(), "extra": b"x"}
    answer = await server.call("sendPhoto", files=files, chat_id=chat)
    assert answer["description"] == "Bad Request: unknown parameter extra"


async def upload(server, files, **fields):
    fields = {"from": str(ANNA), **fields}
    answer = await server.http.post(f"/sandbox/chats/{ANNA}/send", data=fields, files=files)
    assert answer.is_success, answer.text
    return answer.json()["messages"]


async def test_a_persons_photo_is_made_anew(server, chat):
    """The app turns it upright, scales it to 1280 and drops EXIF; the bot can load it."""
    exif = Image.Exif()
    exif[0x0112] = 6
    data = picture(2000, 1000, exif=exif)
    [message] = await upload(server, {"file": ("p.jpg", data)}, caption="找这个")
    largest = message["photo"][-1]
    assert (largest["width"], largest["height"]) == (640, 1280)
    assert message["caption"] == "找这个"
    [update] = await server.updates()
    path = (await server.ok("getFile", file_id=largest["file_id"]))["file_path"]
    image = Image.open(io.BytesIO((await server.http.get(f"/file/bot{TOKEN}/{path}")).content))
    assert (image.size, image.format, dict(image.getexif())) == ((640, 1280), "JPEG", {})
    assert update["message"]["photo"] == message["photo"]


async def test_a_persons_large_photo_is_scaled_by_the_app(server, chat):
    """A phone's 48 megapixels arrive as 1280; only the bot's own uploads are bound to 10000."""
    [message] = await upload(server, {"file": ("big.jpg", picture(8000, 6000))})
    assert message["photo"][-1]["width"] == 1280


async def test_a_persons_heic_and_transparent_pictures(server, chat):
    """The app converts HEIC; transparent PNG comes out on white."""
    buffer = io.BytesIO()
    pillow_heif.from_pillow(Image.new("RGB", (64, 64), "blue")).save(buffer)
    png = io.BytesIO()
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(png, "PNG")
    messages = await upload(
        server, [("file", ("a.heic", buffer.getvalue())), ("file", ("b.png", png.getvalue()))]
    )
    assert messages[0]["media_group_id"] == messages[1]["media_group_id"]
    file_id = messages[1]["photo"][0]["file_id"]
    shown = Image.open(io.BytesIO((await server.http.get(f"/sandbox/files/{file_id}")).content))
    assert shown.getpixel((4, 4)) == (255, 255, 255)
    assert len(await server.updates()) == 2


async def test_a_persons_document_stays_as_it_is(server, chat):
    """Name, type and bytes are kept; a picture gets a thumbnail."""
    data = picture(500, 400, "PNG")
    [message] = await upload(server, {"file": ("图.png", data, "image/png")}, **{"as": "document"})
    document = message["document"]
    assert (document["file_name"], document["mime_type"]) == ("图.png", "image/png")
    assert document["thumbnail"]["width"] == 320
    answer = await server.http.get(f"/sandbox/files/{document['file_id']}")
    assert (answer.content, answer.headers["content-type"]) == (data, "image/png")


async def test_what_a_person_cannot_send(server, chat):
    """No file, no picture, an unknown kind."""
    url, sender = f"/sandbox/chats/{ANNA}/send", {"from": str(ANNA)}
    for fields, files in (
        ({}, {"other": b"x"}),
        ({}, {"file": b"no picture"}),
        ({"as": "video"}, {"file": picture()}),
        ({"caption": "x" * 1025}, {"file": picture()}),
    ):
        answer = await server.http.post(url, data=sender | fields, files=files)
        assert (answer.status_code, list(answer.json())) == (400, ["error"])
