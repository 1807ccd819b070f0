"""Which drawing belongs to which product, which goods stand up, and colours for the rest."""

from collections.abc import Callable

from PIL import Image

from sandbox.marketplace.drawing.carried import CARRIED
from sandbox.marketplace.drawing.digital import DIGITAL
from sandbox.marketplace.drawing.home import HOME
from sandbox.marketplace.drawing.jewels import JEWELS
from sandbox.marketplace.drawing.kitchen import KITCHEN
from sandbox.marketplace.drawing.sketch import SIZE, Colour, Sketch, rgb
from sandbox.marketplace.drawing.sport import SPORT
from sandbox.marketplace.drawing.stationery import STATIONERY
from sandbox.marketplace.drawing.textiles import TEXTILES
from sandbox.marketplace.drawing.toys import TOYS
from sandbox.marketplace.drawing.wear import WEAR

DRAWINGS: dict[str, Callable[[Sketch, Colour], None]] = {
    **KITCHEN,
    **WEAR,
    **CARRIED,
    **JEWELS,
    **DIGITAL,
    **HOME,
    **TEXTILES,
    **STATIONERY,
    **TOYS,
    **SPORT,
}
STANDING = frozenset(
    [
        "ceramic-mug",
        "thermos-bottle",
        "zisha-teapot",
        "glass-teapot",
        "lunch-box",
        "travel-backpack",
        "suitcase",
        "desk-fan",
        "led-desk-lamp",
        "storage-box",
        "folding-umbrella",
        "plant-pot",
        "scented-candle",
        "alarm-clock",
        "laundry-basket",
        "gift-bag",
        "plush-bear",
        "plush-panda",
        "rubber-duck",
        "wireless-earbuds",
        "basketball",
        "soccer-ball",
        "shuttlecocks",
        "canvas-sneakers",
    ]
)
OWN_COLOUR = {
    "zisha-teapot": "#8e4e34",
    "glass-teapot": "#c47022",
    "chopsticks": "#d8b27a",
    "chef-knife": "#603420",
    "bottle-opener": "#b97a45",
    "cutting-board": "#d9b377",
    "pearl-necklace": "#f4ebe0",
    "led-strip": "#ffffff",
    "string-lights": "#ffcf5a",
    "bed-pillow": "#f2f3f6",
    "alarm-clock": "#3f8f8a",
    "paper-lantern": "#c8281f",
    "sticker-sheet": "#f2b5a7",
    "gift-bag": "#c49a6c",
    "pencil-box": "#26486f",
    "scissors": "#2f7f86",
    "plush-panda": "#f4f2ee",
    "rubber-duck": "#f8cf2c",
    "shuttlecocks": "#2f6f56",
    "basketball": "#d9702e",
    "soccer-ball": "#f4f4f2",
    "screwdriver-set": "#e8622a",
    "tape-measure": "#f2b632",
    "claw-hammer": "#e2592d",
    "frying-pan": "#686a70",
}
PLAIN = "#8a94a4"
FRAME, GROW, FLOOR = 630, 1.35, 706


def layer_of(name: str, swatch: str | None = None) -> Image.Image:
    """The product in a colour (`#rrggbb`), or in its own."""
    sketch = Sketch()
    DRAWINGS[name](sketch, rgb(swatch or OWN_COLOUR.get(name, PLAIN)))
    return framed(sketch.image, standing=name in STANDING)


def framed(layer: Image.Image, *, standing: bool) -> Image.Image:
    """Scaled to fill the picture as a shop would frame it; standing goods share a floor line."""
    product = layer.crop(layer.getbbox())
    scale = min(FRAME / max(product.size), GROW)
    size = (round(product.width * scale), round(product.height * scale))
    out = Image.new("RGBA", (SIZE, SIZE), (0, 0, 0, 0))
    top = FLOOR - size[1] if standing else (SIZE - size[1]) // 2
    out.paste(product.resize(size, Image.Resampling.LANCZOS), ((SIZE - size[0]) // 2, top))
    return out
