"""Sample photos: products lying about at home, as a phone would take them."""

import math
from dataclasses import dataclass
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter

from sandbox.marketplace.drawing.registry import layer_of
from sandbox.marketplace.drawing.shapes import arc, ellipse, path, rect, smooth
from sandbox.marketplace.drawing.sketch import (
    INK,
    SIZE,
    Colour,
    Sketch,
    dark,
    light,
    mix,
    ramp,
    round_stops,
)

WIDTH, HEIGHT = 1280, 960
ORIENTATION = 0x0112
TURNED_CLOCKWISE = 6


@dataclass(frozen=True)
class Sample:
    """One photo: what lies where, and how badly it was taken. `drawing` None: not for sale."""

    name: str
    title_en: str
    title_zh: str
    drawing: str | None
    swatch: str | None
    table: str
    angle: float
    scale: float
    at: tuple[int, int]
    brightness: float
    upright: bool = True


SAMPLES = (
    Sample("white-sneakers", "White canvas shoes on the floor", "地板上的小白鞋", "canvas-sneakers",
           "#f4f2ec", "boards", 9, 1.25, (620, 420), 0.94),
    Sample("red-mug", "My red mug", "我的红色马克杯", "ceramic-mug", "#c9302c", "cloth", -6, 0.98, (660, 500), 0.9),
    Sample("teddy-bear", "A teddy bear on the sofa", "沙发上的泰迪熊", "plush-bear", "#7a4e2f", "linen", 8, 1.1,
           (640, 480), 1.1),
    Sample("blue-headphones", "Blue headphones", "蓝色头戴式耳机", "headphones", "#2f6fc4", "marble", -12, 1.05,
           (680, 480), 1.06),
    Sample("alarm-clock", "An alarm clock by the bed", "床头的闹钟", "alarm-clock", None, "boards", 5, 1.05,
           (600, 470), 0.82),
    Sample("plaid-scarf", "A red plaid scarf", "红色格子围巾", "plaid-scarf", "#c9302c", "linen", -14, 1.15,
           (640, 480), 0.96),
    Sample("travel-backpack", "A navy backpack, held sideways", "横着拍的藏青色双肩包", "travel-backpack", "#24355c",
           "concrete", 4, 1.05, (640, 480), 1.0, upright=False),
    Sample("succulent-pot", "A succulent in its pot", "一盆多肉", "plant-pot", "#c06a45", "marble", -5, 1.1,
           (640, 500), 1.14),
    Sample("mechanical-keyboard", "A keyboard on the desk", "桌上的键盘", "mechanical-keyboard", "#f2a7b8", "concrete",
           11, 1.2, (650, 480), 0.88),
    Sample("guitar", "A guitar (not in the shop)", "吉他（店里没有）", None, None, "cloth", 24, 1.2, (640, 480), 0.95),
)  # fmt: skip


def photo(sample: Sample) -> Image.Image:
    """The photo, upright."""
    chance = Random(sample.name)
    scene = TABLES[sample.table](chance)
    layer = layer_of(sample.drawing, sample.swatch) if sample.drawing else guitar()
    side = round(SIZE * sample.scale)
    product = layer.resize((side, side), Image.Resampling.LANCZOS)
    product = product.rotate(sample.angle, Image.Resampling.BICUBIC, expand=True)
    corner = (sample.at[0] - product.width // 2, sample.at[1] - product.height // 2)
    over = Image.new("RGBA", scene.size, (0, 0, 0, 0))
    over.paste(product, corner)
    alpha = over.getchannel("A")
    for shift, blur, strength in ((10, 9, 0.35), (30, 34, 0.4)):
        cast = ImageChops.offset(alpha, shift, shift).filter(ImageFilter.GaussianBlur(blur))
        scene.paste((20, 16, 20), mask=cast.point([round(v * strength) for v in range(256)]))
    scene.paste(over, mask=alpha)
    return taken(scene, sample.brightness, chance)


def taken(scene: Image.Image, brightness: float, chance: Random) -> Image.Image:
    """What a phone adds: exposure, a warm cast, falling-off corners, softness and noise."""
    out = ImageEnhance.Brightness(scene).enhance(brightness)
    out = Image.blend(out, Image.new("RGB", out.size, (255, 214, 160)), 0.05)
    fall = Image.radial_gradient("L").resize((WIDTH + 300, HEIGHT + 300))
    fall = fall.crop((150, 150, 150 + WIDTH, 150 + HEIGHT)).point([v // 4 for v in range(256)])
    out.paste((10, 8, 12), mask=fall)
    return noisy(out.filter(ImageFilter.GaussianBlur(0.8)), chance, 0.055)


def noisy(picture: Image.Image, chance: Random, strength: float) -> Image.Image:
    """Grain that depends on the seed alone (Pillow's own noise does not)."""
    grain = Image.frombytes("L", picture.size, chance.randbytes(picture.width * picture.height))
    return Image.blend(picture, Image.merge("RGB", [grain] * 3), strength)


def _grain(chance: Random, size: tuple[int, int]) -> Image.Image:
    small = Image.frombytes("L", size, chance.randbytes(size[0] * size[1]))
    return small.resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)


def boards(chance: Random) -> Image.Image:
    """A wooden floor."""
    scene = Image.new("RGB", (WIDTH, HEIGHT))
    pen = ImageDraw.Draw(scene)
    for k in range(8):
        tone = mix((150, 104, 66), (182, 134, 88), chance.random())
        pen.rectangle((0, k * 120, WIDTH, k * 120 + 116), fill=tone)
        for _ in range(2):
            x = chance.randrange(WIDTH)
            pen.line((x, k * 120, x, k * 120 + 116), fill=dark(tone, 0.5), width=3)
    streaks = _grain(chance, (40, 480)).filter(ImageFilter.GaussianBlur(1))
    return Image.blend(scene, Image.merge("RGB", [streaks] * 3), 0.1)


def cloth(chance: Random) -> Image.Image:
    """A checked table-cloth."""
    scene = Image.new("RGB", (WIDTH, HEIGHT), (232, 230, 222))
    for box in [(x, 0, x + 50, HEIGHT) for x in range(0, WIDTH, 100)] + [
        (0, y, WIDTH, y + 50) for y in range(0, HEIGHT, 100)
    ]:
        stripe = Image.new("L", (WIDTH, HEIGHT), 0)
        ImageDraw.Draw(stripe).rectangle(box, fill=70)
        scene.paste((96, 128, 150), mask=stripe)
    turned = scene.rotate(13, Image.Resampling.BICUBIC).crop((260, 195, 1020, 765))
    weave = _grain(chance, (320, 240))
    return Image.blend(turned.resize((WIDTH, HEIGHT)), Image.merge("RGB", [weave] * 3), 0.05)


def linen(chance: Random) -> Image.Image:
    """A rumpled grey blanket."""
    folds = _grain(chance, (9, 6)).filter(ImageFilter.GaussianBlur(20))
    weave = _grain(chance, (426, 320))
    tone = ramp([(0, (96, 104, 110)), (1, (186, 190, 188))], 256).split()
    scene = Image.merge("RGB", [folds.point(list(band.getdata())) for band in tone])
    return Image.blend(scene, Image.merge("RGB", [weave] * 3), 0.08)


def marble(chance: Random) -> Image.Image:
    """A pale marble worktop with veins."""
    scene = Image.new("RGB", (WIDTH, HEIGHT), (226, 224, 222))
    veins = Image.new("L", (WIDTH, HEIGHT), 0)
    pen = ImageDraw.Draw(veins)
    for _ in range(9):
        x, y = chance.randrange(WIDTH), 0
        points = []
        while y < HEIGHT:
            points.append((x, y))
            x, y = x + chance.randrange(-90, 60), y + chance.randrange(30, 90)
        pen.line(points, fill=120, width=chance.randrange(3, 12), joint="curve")
    scene.paste((150, 150, 156), mask=veins.filter(ImageFilter.GaussianBlur(5)))
    return Image.blend(scene, Image.merge("RGB", [_grain(chance, (20, 15))] * 3), 0.08)


def concrete(chance: Random) -> Image.Image:
    """A desk of dark concrete."""
    scene = Image.new("RGB", (WIDTH, HEIGHT), (112, 114, 112))
    for size, strength in (((16, 12), 0.12), ((160, 120), 0.08)):
        scene = Image.blend(scene, Image.merge("RGB", [_grain(chance, size)] * 3), strength)
    return scene


TABLES = {"boards": boards, "cloth": cloth, "linen": linen, "marble": marble, "concrete": concrete}


def guitar() -> Image.Image:
    """An acoustic guitar, which nobody here sells."""
    s = Sketch()
    wood: Colour = (206, 140, 70)
    s.fill(rect(374, 60, 426, 440, 6), (88, 58, 40), volume=0.7)
    s.fill(path("M 364 20 L 436 20 L 428 100 L 372 100 Z"), (74, 48, 34), volume=0.7)
    body = smooth([(400, 330), (500, 350), (520, 430), (490, 490), (560, 570), (560, 690), (400, 760),
                   (240, 690), (240, 570), (310, 490), (280, 430), (300, 350)])  # fmt: skip
    s.shade(body, round_stops(wood, 0.7), volume=0.7)
    s.line([*body, body[0]], 8, dark(wood, 0.6))
    s.fill(ellipse(400, 500, 58), INK)
    s.line(arc(400, 500, (66, 66), 0, 360), 6, light(wood, 0.5))
    s.fill(rect(320, 640, 480, 664, 8), (70, 46, 34), volume=0.6)
    for k in range(6):
        x = 380 + k * 8
        s.line([(x, 60), (368 + k * 13, 650)], 2, (232, 226, 210))
        s.fill(ellipse(352 if k % 2 else 448, 34 + k // 2 * 26, 9), (220, 220, 220))
    for k in range(9):
        y = 110 + 30 * k * (1 - math.log1p(k) / 12)
        s.line([(376, y), (424, y)], 3, (200, 190, 160))
    return s.image
