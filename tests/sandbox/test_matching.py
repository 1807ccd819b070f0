"""Image search: which offer a changed picture finds first, and how often."""

from collections.abc import Callable
from io import BytesIO
from time import process_time

import pytest
from PIL import Image, ImageEnhance, ImageOps

from sandbox.marketplace.catalogue import PICTURES, load_catalogue
from sandbox.marketplace.matching import (
    FEATURES,
    PictureIndex,
    catalogue_pictures,
    key_of,
    load_features,
)
from sandbox.marketplace.picture_reading import read
from sandbox.marketplace.picture_subject import open_picture
from tests.tiers import SLOW, slow_but

CATALOGUE = load_catalogue()
SAMPLES = PICTURES.parent.parent / "chat" / "samples"
EXPECTED = {
    "white-sneakers": "canvas-sneakers",
    "red-mug": "ceramic-mug",
    "teddy-bear": "plush-bear",
    "blue-headphones": "headphones",
    "alarm-clock": "alarm-clock",
    "plaid-scarf": "plaid-scarf",
    "travel-backpack": "travel-backpack",
    "succulent-pot": "plant-pot",
    "mechanical-keyboard": "mechanical-keyboard",
}
THIRD = 3
Change = Callable[[Image.Image], Image.Image]


def crop(left: float, top: float, share: float = 0.8) -> Change:
    def change(picture: Image.Image) -> Image.Image:
        w, h = picture.size
        box = (left * w, top * h, (left + share) * w, (top + share) * h)
        return picture.crop(tuple(round(edge) for edge in box))

    return change


def brightness(factor: float) -> Change:
    return lambda picture: ImageEnhance.Brightness(picture).enhance(factor)


def rotation(degrees: float, fill: tuple[int, int, int] = (255, 255, 255)) -> Change:
    return lambda picture: picture.rotate(degrees, fillcolor=fill)


def smaller(picture: Image.Image) -> Image.Image:
    return picture.resize((200, 200))


def like_a_messenger(picture: Image.Image) -> Image.Image:
    return brightness(0.88)(rotation(4)(crop(0.04, 0.08, 0.88)(picture))).resize((320, 320))


CHANGES: dict[str, tuple[Change, int]] = {
    "unchanged": (lambda picture: picture, 90),
    "200 pixels": (smaller, 85),
    "centre crop": (crop(0.1, 0.1), 85),
    "upper left crop": (crop(0, 0), 85),
    "lower right crop": (crop(0.2, 0.2), 85),
    "quality 40": (lambda picture: picture, 40),
    "quarter turn": (rotation(90), 85),
    "half turn": (rotation(180), 85),
    "three quarter turn": (rotation(270), 85),
    "8 degrees, white corners": (rotation(8), 85),
    "-8 degrees, dark corners": (rotation(-8, (40, 40, 40)), 85),
    "darker": (brightness(0.75), 85),
    "brighter": (brightness(1.25), 85),
    "mirrored": (ImageOps.mirror, 85),
    "crop, turn, darker, smaller": (like_a_messenger, 60),
}


@pytest.fixture(scope="module")
def index() -> PictureIndex:
    return PictureIndex()


def changed(name: str, change: Change, quality: int) -> bytes:
    with Image.open(PICTURES / name) as picture:
        out = BytesIO()
        change(picture.convert("RGB")).save(out, "JPEG", quality=quality)
    return out.getvalue()


@pytest.mark.parametrize("change", slow_but(["crop, turn, darker, smaller"], CHANGES))
def test_a_changed_main_picture_finds_its_offer_first(index: PictureIndex, change: str) -> None:
    """Top-1 hit rate of each change: at least 0.95. Measured over all 74 offers: 1.0 each.

    Here every third offer is tried, another third for each change in turn.
    """
    offers = list(CATALOGUE.offers.values())[list(CHANGES).index(change) % THIRD :: THIRD]
    missed = []
    for offer in offers:
        found = index.search(changed(offer.pictures[0], *CHANGES[change]))
        if found[0].offer_id != offer.offer_id:
            missed.append((offer.drawing, CATALOGUE.offers[found[0].offer_id].drawing))
    assert 1 - len(missed) / len(offers) >= 0.95, missed


@SLOW
def test_pictures_of_single_colours_find_their_offer(index: PictureIndex) -> None:
    """Every fifth colour picture, smaller, re-encoded and a little darker: at least 0.95."""
    pictures = [(i, file) for i, file in catalogue_pictures(CATALOGUE)][::5]
    hits = [
        index.search(changed(file.name, lambda p: brightness(0.9)(smaller(p)), 60))[0].offer_id
        == offer_id
        for offer_id, file in pictures
    ]
    assert sum(hits) / len(hits) >= 0.95


@pytest.mark.parametrize("photo", EXPECTED)
def test_a_phone_photo_finds_its_offer_first(index: PictureIndex, photo: str) -> None:
    """Another background, turned, noisy, one with EXIF orientation: the offer still comes first."""
    found = index.search((SAMPLES / f"{photo}.jpg").read_bytes())
    assert CATALOGUE.offers[found[0].offer_id].drawing == EXPECTED[photo]


def test_a_photo_of_something_else_looks_like_nothing_here(index: PictureIndex) -> None:
    """The guitar scores lower than every photo of goods that are for sale."""
    guitar = index.search((SAMPLES / "guitar.jpg").read_bytes())[0].score
    known = [index.search((SAMPLES / f"{p}.jpg").read_bytes())[0].score for p in EXPECTED]
    assert guitar < min(known)


def test_every_offer_is_ranked_once_and_best_first(index: PictureIndex) -> None:
    """The answer covers the whole catalogue in falling order, scores between 0 and 1."""
    found = index.search((SAMPLES / "red-mug.jpg").read_bytes())
    scores = [match.score for match in found]
    assert {match.offer_id for match in found} == set(CATALOGUE.offers)
    assert len(found) == len(CATALOGUE.offers)
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)


@pytest.mark.parametrize("image", [b"", b"not a picture", b"\xff\xd8\xff\xe0" + bytes(60)])
def test_bytes_that_are_no_picture_are_a_value_error(index: PictureIndex, image: bytes) -> None:
    """Empty, foreign and broken bytes are told apart from pictures."""
    with pytest.raises(ValueError, match="not a readable picture"):
        index.search(image)


def test_a_picture_cut_short_is_a_value_error(index: PictureIndex) -> None:
    """A JPEG that ends early is not guessed at."""
    with pytest.raises(ValueError, match="not a readable picture"):
        index.search((SAMPLES / "red-mug.jpg").read_bytes()[:9000])


def test_too_many_pixels_are_refused_before_decoding(index: PictureIndex) -> None:
    """A 10 000 × 6 000 one-bit PNG is a few kilobytes and would be 180 MB of colour."""
    out = BytesIO()
    Image.new("1", (10_000, 6_000)).save(out, "PNG")
    with pytest.raises(ValueError, match="too large"):
        index.search(out.getvalue())


@pytest.mark.parametrize("mode", ["L", "RGBA", "P", "1"])
def test_other_kinds_of_pictures_are_searched_too(index: PictureIndex, mode: str) -> None:
    """Grey, transparent, indexed and one-pixel pictures get an answer, not an error."""
    for size in ((64, 48), (1, 1), (300, 2)):
        out = BytesIO()
        Image.new(mode, size).save(out, "PNG")
        assert len(index.search(out.getvalue())) == len(CATALOGUE.offers)


def framed(picture: Image.Image) -> Image.Image:
    return ImageOps.expand(picture, 150, (90, 70, 50))


def letterboxed(picture: Image.Image) -> Image.Image:
    tall = Image.new("RGB", (800, 1600), (0, 0, 0))
    tall.paste(picture, (0, 400))
    return tall


@pytest.mark.parametrize("screenshot", slow_but([letterboxed], [framed, letterboxed]))
def test_a_screenshot_with_plain_bars_finds_its_offer(
    index: PictureIndex, screenshot: Change
) -> None:
    """Bars around or above and below the listing picture: at least 0.95 of every fourth offer."""
    offers = list(CATALOGUE.offers.values())[::4]
    hits = [
        index.search(changed(offer.pictures[0], screenshot, 85))[0].offer_id == offer.offer_id
        for offer in offers
    ]
    assert sum(hits) / len(hits) >= 0.95


def test_stored_readings_are_what_reading_gives_today() -> None:
    """A change of the reading without drawing the catalogue again would show here."""
    stored = load_features()
    for _, file in catalogue_pictures(CATALOGUE)[::40]:
        image = file.read_bytes()
        assert stored[key_of(image)][0] == read(open_picture(image))


def test_stored_readings_belong_to_the_pictures_as_they_are() -> None:
    """No picture has changed since its readings were stored; none is missing."""
    stored = load_features()
    keys = {key_of(file.read_bytes()) for _, file in catalogue_pictures(CATALOGUE)}
    assert set(stored) == keys
    assert FEATURES.stat().st_size < 2_000_000


def test_an_unknown_picture_is_read_when_the_index_is_built(tmp_path) -> None:
    """A picture without stored readings is found all the same."""
    file = tmp_path / "guitar.jpg"
    with Image.open(SAMPLES / "guitar.jpg") as photo:
        photo.crop((320, 0, 1120, 960)).save(file)
    others = catalogue_pictures(CATALOGUE)[:40]
    found = PictureIndex([*others, (7, file)]).search((SAMPLES / "guitar.jpg").read_bytes())
    assert found[0].offer_id == 7


def test_building_and_searching_are_quick(index: PictureIndex) -> None:
    """Under 3 s to build from the stored readings, half a second of processor time to search."""
    start = process_time()
    PictureIndex()
    assert process_time() - start < 3
    photo = (SAMPLES / "teddy-bear.jpg").read_bytes()
    start = process_time()
    for _ in range(10):
        index.search(photo)
    assert (process_time() - start) / 10 < 0.5
