"""A photo or an image file leads to results; what is none gets its own answer."""

import os
import re
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from buying import Market
from chat import Person, Shown
from crashing import until
from pictures import animation, bomb, lying_on_its_side, opened, saved
from steps import PLACES

from tests.tiers import slow_but

Arrive = Callable[..., Awaitable[Person]]
Samples = dict[str, bytes]

FIRST = r"1\. Canvas Shoes"
SNEAKERS = "white-sneakers.jpg"
DIRECTED = ("JPEG", "PNG", "WEBP", "HEIC")


@pytest.mark.parametrize("kind", slow_but(["JPEG", "lying"], [*DIRECTED, "lying"]))
async def test_an_image_file_of_any_kind_finds_its_goods(
    kind: str, person: Arrive, samples: Samples, marketplace: httpx.AsyncClient
) -> None:
    """JPEG, PNG, WebP and HEIC, also as a phone stores them: on their side with a note."""
    buyer, sample = await person(), samples[SNEAKERS]
    data = lying_on_its_side(sample) if kind == "lying" else saved(opened(sample), kind)
    name = "IMG_0001.jpg" if kind == "lying" else f"IMG_0001.{kind.lower()}"
    await buyer.document(data, name)
    shown = await buyer.sees("look similar")
    assert re.search(FIRST, shown.text)
    assert shown.has_picture
    assert "may not be the same product" in shown.text


async def test_a_caption_is_a_hint(
    person: Arrive, samples: Samples, marketplace: httpx.AsyncClient
) -> None:
    """What is written under the photo helps the search, and the page says so."""
    buyer = await person()
    await buyer.photo(samples[SNEAKERS], "白色 <36码>")
    shown = await buyer.sees("look similar")
    assert "hint: 白色 <36码>" in shown.text


async def test_a_link_under_a_photo_opens_the_offer(
    person: Arrive, samples: Samples, marketplace: httpx.AsyncClient
) -> None:
    """A forwarded advertisement names its offer more exactly than its picture does."""
    buyer = await person()
    await buyer.photo(samples[SNEAKERS], "好物 https://detail.1688.com/offer/718092053690.html")
    await buyer.sees("Glass Teapot.*Minimum order")


@pytest.mark.parametrize("kind", slow_but(["document"], ["photo", "document"]))
async def test_an_album_is_answered_once(
    kind: str, person: Arrive, samples: Samples, marketplace: httpx.AsyncClient
) -> None:
    """Three pictures sent together make one search, and the person is told so."""
    buyer = await person()
    names = [SNEAKERS, "red-mug.jpg", "teddy-bear.jpg"]
    await buyer.files([(name, samples[name]) for name in names], kind=kind)
    shown = await buyer.sees("look similar")
    assert "first picture of your album" in shown.text
    assert re.search(FIRST, shown.text)
    await buyer.sees_nothing_new(1.0)
    assert await Market(marketplace).count("upload_image") == 1
    await buyer.photo(samples["red-mug.jpg"])
    assert "album" not in (await buyer.sees("look similar")).text


async def test_an_albums_caption_counts_on_whichever_item_it_stands(
    person: Arrive, samples: Samples, marketplace: httpx.AsyncClient, telegram: httpx.AsyncClient
) -> None:
    """Some apps put the caption of an album of files on its last item."""
    buyer = await person()
    await buyer.photo(samples[SNEAKERS])
    await buyer.sees("look similar")
    sent = next(each for each in reversed(await buyer.history()) if each.raw.get("photo"))
    mine = next(each for each in await buyer.history() if not each.raw["from"].get("is_bot"))
    assert sent.has_picture
    content = {key: mine.raw[key] for key in ("from", "chat", "date", "photo")}
    for item, caption in enumerate(("", "", "红色")):
        message = content | {"message_id": 880_000 + item, "media_group_id": "777"}
        if caption:
            message["caption"] = caption
        answer = await telegram.post("/sandbox/updates/raw", json={"message": message})
        assert answer.status_code == 200
    shown = await buyer.sees("album.*look similar")
    assert "hint: 红色" in shown.text
    await buyer.sees_nothing_new(1.0)


def pdf() -> bytes:
    return b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n" + b"0" * 2000


USELESS: dict[str, tuple[str, Callable[[Samples], bytes], str]] = {
    "a text file": ("notes.txt", lambda _: b"hello " * 50, "isn't a picture"),
    "a PDF called JPEG": ("scan.jpg", lambda _: pdf(), "isn't a picture"),
    "a cut JPEG": ("cut.jpg", lambda s: s[SNEAKERS][:6000], "damaged"),
    "a bomb": ("bomb.png", lambda _: bomb(), "too many pixels"),
    "a tiny picture": (
        "dot.png",
        lambda s: saved(opened(s[SNEAKERS]).resize((12, 12)), "PNG"),
        "too small",
    ),
    "a large file": ("big.jpg", lambda _: b"\xff\xd8\xff" + os.urandom(21_000_000), "over 20 MB"),
    "a film": ("clip.mp4", lambda _: b"\0\0\0\x18ftypmp42" + b"\0" * 500, "videos or animations"),
    "a song": ("song.mp3", lambda _: b"ID3" + b"\0" * 500, "isn't a picture"),
}


@pytest.mark.parametrize("what", slow_but(["a text file", "a cut JPEG", "a film"], list(USELESS)))
async def test_a_useless_file_is_told_what_is_wrong_with_it(
    what: str, person: Arrive, samples: Samples, marketplace: httpx.AsyncClient
) -> None:
    """Each problem has its own answer, and the person stays where they were."""
    name, make, answer = USELESS[what]
    buyer = await person()
    await PLACES["offer"].walk(buyer)
    await buyer.document(make(samples), name)
    await buyer.sees(f"{answer}.*Canvas Shoes")
    assert await Market(marketplace).count("upload_image") == 0


async def test_a_still_of_an_animation_is_searched(
    person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """A GIF file's first frame is a picture like any other."""
    buyer = await person()
    await buyer.document(animation(), "turntable.gif")
    await buyer.sees("look similar|Nothing found")


async def test_an_animation_is_no_picture(
    person: Arrive, telegram: httpx.AsyncClient, marketplace: httpx.AsyncClient
) -> None:
    """What Telegram plays as a GIF is a film, which comes with a document of the same name."""
    buyer = await person()
    film = {"file_id": "BAAD1", "file_unique_id": "BAAD2", "mime_type": "video/mp4"}
    moving: dict[str, Any] = film | {"width": 320, "height": 240, "duration": 2}
    user = {"id": buyer.id, "is_bot": False, "first_name": "Tester", "language_code": "en"}
    chat = {"id": buyer.id, "type": "private", "first_name": "Tester"}
    message = {"message_id": 990_002, "date": 1_790_000_000, "from": user, "chat": chat}
    update = {"message": message | {"animation": moving, "document": film}}
    assert (await telegram.post("/sandbox/updates/raw", json=update)).status_code == 200
    await buyer.sees("videos or animations")


async def test_a_failing_download_asks_to_send_again(
    person: Arrive, telegram: httpx.AsyncClient, samples: Samples, marketplace: httpx.AsyncClient
) -> None:
    """Telegram may not hand a file over just now; the person knows what to do."""
    buyer = await person()
    await PLACES["offer"].walk(buyer)
    fault = {"method": "getFile", "kind": "http_500", "times": 0}
    assert (await telegram.post("/sandbox/botapi/faults", json=fault)).status_code == 200
    await buyer.photo(samples[SNEAKERS])
    await buyer.sees("Telegram didn't hand over.*Canvas Shoes")
    await telegram.delete("/sandbox/botapi/faults")
    await buyer.photo(samples[SNEAKERS])
    await buyer.sees("look similar")


@pytest.mark.parametrize(
    "kind", slow_but(["http_500"], ["http_500", "http_502_html", "throttle_429", "cut_before"])
)
async def test_a_failed_upload_asks_for_the_photo_again(
    kind: str, person: Arrive, samples: Samples, marketplace: httpx.AsyncClient
) -> None:
    """Nothing is kept to try again with, and that is said."""
    buyer, market = await person(), Market(marketplace)
    await PLACES["lines"].walk(buyer)
    await market.fault(kind, "upload_image", times=None)
    await buyer.photo(samples[SNEAKERS])
    await buyer.sees("didn't take your photo.*send it again.*Your order")
    await market.mend()
    await buyer.photo(samples[SNEAKERS])
    await buyer.sees("look similar")


@pytest.mark.parametrize(
    ("kind", "says"),
    slow_but(
        ["http_500", "cut_before"],
        [
            ("http_500", "has a problem"),
            ("http_502_html", "has a problem|made no sense"),
            ("throttle_429", "slow down"),
            ("cut_before", "doesn't answer"),
            ("not_json", "made no sense"),
        ],
    ),
)
async def test_a_failed_search_is_tried_again_without_the_photo(
    kind: str, says: str, person: Arrive, samples: Samples, marketplace: httpx.AsyncClient
) -> None:
    """The uploaded picture is remembered: one tap searches with it again."""
    buyer, market = await person(), Market(marketplace)
    await market.fault(kind, "image_search", times=None)
    await buyer.photo(samples[SNEAKERS])
    failed = await buyer.sees(says)
    assert "Try again" in failed.text
    await buyer.do("Try again", says)
    await market.mend()
    shown = await buyer.do("Try again", "look similar")
    assert re.search(FIRST, shown.text)
    assert await market.count("upload_image") == 1


async def test_a_picture_that_the_marketplace_has_forgotten_is_asked_for_again(
    person: Arrive, samples: Samples, marketplace: httpx.AsyncClient
) -> None:
    """Uploads live for a while only: after it, sorting old results needs the photo anew."""
    buyer = await person()
    await buyer.photo(samples[SNEAKERS])
    await buyer.sees("look similar")
    await marketplace.post("/sandbox/reset")
    await buyer.do("Price", "no longer has your photo.*look similar")


async def test_a_slow_search_shows_that_the_bot_is_at_work(
    person: Arrive, samples: Samples, marketplace: httpx.AsyncClient, telegram: httpx.AsyncClient
) -> None:
    """Never silence for more than a second."""
    buyer, market = await person(), Market(marketplace)
    await market.fault("slow", "image_search", seconds=6)
    await buyer.photo(samples[SNEAKERS])

    async def is_shown() -> bool:
        calls = (await telegram.get("/sandbox/botapi/calls?method=sendChatAction")).json()["calls"]
        return any(str(call["params"]["chat_id"]) == str(buyer.id) for call in calls)

    await until(is_shown)
    assert not [each for each in await buyer.history() if "look similar" in each.text]
    await buyer.sees("look similar")


@pytest.mark.parametrize(
    "name",
    slow_but(["lines", "preview"], [name for name, place in PLACES.items() if place.has_draft]),
)
async def test_a_photo_at_any_step_keeps_the_draft(
    name: str, person: Arrive, samples: Samples, marketplace: httpx.AsyncClient
) -> None:
    """A new search never costs the lines that are chosen already."""
    buyer = await person()
    await PLACES[name].walk(buyer)
    await buyer.photo(samples["red-mug.jpg"])
    await buyer.sees("look similar")
    shown: Shown = await buyer.do(r"Cart \(1 item\)", "Your order")
    assert "4 piece" in shown.text
