"""Draw every picture of the simulated marketplace and the chat page's sample photos.

    python -m sandbox.marketplace.drawing             all pictures
    python -m sandbox.marketplace.drawing phone-case  only that product's

The pictures are the project's own work, under its licence. Drawing depends on nothing but
this code, Pillow and the catalogue, so running it again gives the same pictures.
"""

import json
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from PIL import Image

from sandbox.marketplace.catalogue import (
    PICTURES,
    OfferSource,
    colour_picture,
    load_catalogue,
    written_offers,
)
from sandbox.marketplace.drawing import scenes, studio
from sandbox.marketplace.drawing.registry import STANDING, layer_of
from sandbox.marketplace.matching import catalogue_pictures, save_features

SAMPLES = Path(__file__).resolve().parents[2] / "chat" / "samples"
COLOUR_SIDE = 480
QUALITY = 82
SIDE_BY_SIDE = 4


def main() -> None:
    """Draws what the command line names, or everything."""
    names = sys.argv[1:]
    offers = [offer for offer in written_offers() if not names or offer.drawing in names]
    PICTURES.mkdir(exist_ok=True)
    with ProcessPoolExecutor() as pool:
        for name, count in pool.map(draw_offer, offers):
            print(f"{name}: {count} pictures")
    save_features(catalogue_pictures(load_catalogue()))
    if not names:
        draw_samples()


def draw_offer(offer: OfferSource) -> tuple[str, int]:
    """All pictures of one offer: views, then one per colour."""
    name, standing = offer.drawing, offer.drawing in STANDING
    choices = [choice for axis in offer.axes for choice in axis.choices if choice.swatch]
    layers = [layer_of(name, choice.swatch) for choice in choices] or [layer_of(name)]
    group = layers[:SIDE_BY_SIDE] if len(layers) > 1 else [layers[0], layers[0]]
    views = [
        studio.main_picture(name, layers[0], standing=standing),
        studio.line_up(name, group, standing=standing),
        studio.close_up(name, layers[-1]),
    ][: offer.views]
    for number, view in enumerate(views, 1):
        save(view, PICTURES / f"{name}-{number}.jpg")
    for choice, layer in zip(choices, layers, strict=False):
        picture = studio.main_picture(name, layer, standing=standing)
        small = picture.resize((COLOUR_SIDE, COLOUR_SIDE), Image.Resampling.LANCZOS)
        save(small, PICTURES / colour_picture(name, choice.en))
    return name, len(views) + len(choices)


def draw_samples() -> None:
    """The photos that the chat page offers, with their index."""
    SAMPLES.mkdir(parents=True, exist_ok=True)
    index = []
    for sample in scenes.SAMPLES:
        file = f"{sample.name}.jpg"
        picture = scenes.photo(sample)
        exif = Image.Exif()
        if not sample.upright:
            exif[scenes.ORIENTATION] = scenes.TURNED_CLOCKWISE
            picture = picture.transpose(Image.Transpose.ROTATE_90)
        picture.save(SAMPLES / file, "JPEG", quality=QUALITY, optimize=True, exif=exif)
        index.append({"file": file, "title_en": sample.title_en, "title_zh": sample.title_zh})
        print(f"sample {file}")
    text = json.dumps(index, ensure_ascii=False, indent=2)
    (SAMPLES / "samples.json").write_text(text + "\n", encoding="utf-8")


def save(picture: Image.Image, target: Path) -> None:
    """As a progressive JPEG."""
    picture.convert("RGB").save(target, "JPEG", quality=QUALITY, optimize=True, progressive=True)


if __name__ == "__main__":
    main()
