"""The photo studio: backdrops, shadows and the compositions made of finished products."""

from hashlib import sha256

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from sandbox.marketplace.drawing.sketch import BLACK, SIZE, WHITE, Colour, gradient, light, mix

PALE, PALE_SHARE = 200, 0.4
GLOW = 150
GLOW_STRENGTH, GLOW_BEHIND_PALE = 0.42, 0.16
BACKDROPS: tuple[Colour, ...] = (
    (238, 236, 232),
    (226, 234, 240),
    (242, 230, 222),
    (230, 238, 228),
    (236, 230, 240),
    (246, 238, 220),
    (224, 226, 230),
    (220, 234, 234),
)


def chance(key: str, choices: int) -> int:
    """A number below `choices` that depends on the key alone."""
    return int.from_bytes(sha256(key.encode()).digest()[:4], "big") % choices


def backdrop(tone: Colour, *, floor: bool, glow: float = GLOW_STRENGTH) -> Image.Image:
    """A seamless studio paper: bright in the middle, with a faint horizon for standing goods."""
    canvas = gradient(
        ((0.0, light(tone, glow * 0.8)), (0.7, tone), (1.0, mix(tone, BLACK, 0.07))),
        (0, 0, SIZE, SIZE),
        "v",
    )
    if floor:
        sweep = Image.new("L", (SIZE, SIZE), 0)
        ImageDraw.Draw(sweep).rectangle((0, 560, SIZE, SIZE), fill=70)
        sweep = sweep.filter(ImageFilter.GaussianBlur(46))
        canvas.paste(Image.new("RGB", (SIZE, SIZE), mix(tone, BLACK, 0.22)), mask=sweep)
    spot = ImageChops.invert(Image.radial_gradient("L").resize((1100, 1100)))
    spot = spot.crop((150, 200, 950, 1000)).point([round(v * glow) for v in range(256)])
    canvas.paste(Image.new("RGB", (SIZE, SIZE), WHITE), mask=spot)
    return canvas


def solid(layer: Image.Image) -> Image.Image:
    """The product's own area without the glow around lamps and flames."""
    return layer.getchannel("A").point([0 if v < GLOW else v for v in range(256)])


def moved(mask: Image.Image, dx: int, dy: int) -> Image.Image:
    """The mask shifted; nothing comes back in on the other side."""
    out = Image.new("L", mask.size, 0)
    out.paste(mask, (dx, dy))
    return out


def shadow_of(layer: Image.Image, *, standing: bool) -> Image.Image:
    """The product's shadow as a mask: on the floor behind it, or on the paper below it."""
    alpha = solid(layer)
    if not standing:
        cast = moved(alpha, 12, 24)
        near = moved(alpha, 4, 8).filter(ImageFilter.GaussianBlur(7))
        far = cast.filter(ImageFilter.GaussianBlur(24))
        return ImageChops.add(near.point(lambda v: v * 0.22), far.point(lambda v: v * 0.3))
    box = alpha.getbbox() or (0, 0, SIZE, SIZE)
    x0, y0, x1, y1 = box
    width, depth = x1 - x0, max(24, round((y1 - y0) * 0.16))
    flat = alpha.crop((x0, y1 - (y1 - y0) // 2, x1, y1)).resize((width, depth))
    cast = Image.new("L", (SIZE, SIZE), 0)
    cast.paste(flat, (x0 + round(width * 0.05), y1 - round(depth * 0.72)))
    contact = Image.new("L", (SIZE, SIZE), 0)
    foot = alpha.crop((x0, max(y0, y1 - 40), x1, y1)).getbbox() or (0, 0, width, 1)
    ImageDraw.Draw(contact).ellipse((x0 + foot[0], y1 - 16, x0 + foot[2], y1 + 12), fill=255)
    return ImageChops.add(
        cast.filter(ImageFilter.GaussianBlur(22)).point(lambda v: v * 0.45),
        contact.filter(ImageFilter.GaussianBlur(8)).point(lambda v: v * 0.4),
    )


def place(canvas: Image.Image, layer: Image.Image, *, standing: bool) -> None:
    """Shadow, then product."""
    canvas.paste(
        Image.new("RGB", (SIZE, SIZE), (38, 34, 46)), mask=shadow_of(layer, standing=standing)
    )
    canvas.paste(layer, mask=layer.getchannel("A"))


def arranged(layer: Image.Image, scale: float, at: tuple[int, int], angle: float) -> Image.Image:
    """The product smaller, turned, and centred on another point of an empty layer."""
    side = round(SIZE * scale)
    small = layer.resize((side, side), Image.Resampling.LANCZOS)
    small = small.rotate(angle, Image.Resampling.BICUBIC, expand=True)
    out = Image.new("RGBA", (SIZE, SIZE), (0, 0, 0, 0))
    out.alpha_composite(small, (0, 0)) if small.width > SIZE else _drop(out, small, at)
    return out


def _drop(out: Image.Image, small: Image.Image, at: tuple[int, int]) -> None:
    corner = Image.new("RGBA", out.size, (0, 0, 0, 0))
    corner.paste(small, (at[0] - small.width // 2, at[1] - small.height // 2))
    out.alpha_composite(corner)


def backdrop_for(name: str, layer: Image.Image, *, floor: bool) -> Image.Image:
    """A backdrop of its own for each product, never as pale or dark as the product itself."""
    tone = BACKDROPS[chance(name, len(BACKDROPS))]
    shades = layer.convert("L").histogram(solid(layer))
    pale = sum(shades[PALE:]) > PALE_SHARE * sum(shades)
    if pale:
        return backdrop(mix(tone, (116, 128, 146), 0.56), floor=floor, glow=GLOW_BEHIND_PALE)
    return backdrop(tone, floor=floor)


def main_picture(name: str, layer: Image.Image, *, standing: bool) -> Image.Image:
    """The product alone."""
    canvas = backdrop_for(name, layer, floor=standing)
    place(canvas, layer, standing=standing)
    return canvas


def line_up(name: str, layers: list[Image.Image], *, standing: bool) -> Image.Image:
    """Several colours, or the same thing several times, in one picture."""
    canvas = backdrop_for(name + " together", layers[0], floor=standing)
    spots = {
        2: ((280, 400), (540, 430)),
        3: ((230, 330), (570, 330), (400, 540)),
        4: ((235, 250), (565, 250), (235, 560), (565, 560)),
    }
    if standing:
        spots = {
            2: ((270, 410), (530, 470)),
            3: ((225, 400), (575, 400), (400, 500)),
            4: ((190, 370), (610, 370), (400, 350), (400, 540)),
        }
    for i, (layer, at) in enumerate(zip(layers, spots[len(layers)], strict=True)):
        angle = 0.0 if standing else (-14.0, 12.0, -5.0, 8.0)[i]
        scale = {2: 0.6, 3: 0.52 if standing else 0.6, 4: 0.42 if standing else 0.46}[len(layers)]
        place(canvas, arranged(layer, scale, at, angle), standing=standing)
    return canvas


def close_up(name: str, layer: Image.Image) -> Image.Image:
    """Part of the product, larger and a little turned."""
    canvas = backdrop_for(name + " near", layer, floor=False)
    x0, y0, x1, y1 = layer.getbbox() or (0, 0, SIZE, SIZE)
    cx, cy = (x0 + x1) // 2, (y0 + y1) // 2
    window = layer.rotate(-7, Image.Resampling.BICUBIC, center=(cx, cy))
    reach = 270
    top = max(0, min(SIZE - 2 * reach, cy - reach - 60))
    left = max(0, min(SIZE - 2 * reach, cx - reach + 20))
    crop = window.crop((left, top, left + 2 * reach, top + 2 * reach))
    place(canvas, crop.resize((SIZE, SIZE), Image.Resampling.LANCZOS), standing=False)
    return canvas
