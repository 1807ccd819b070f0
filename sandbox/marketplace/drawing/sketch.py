"""A layer on which a product is drawn: crisp masks from supersampling, soft light by blurring.

Outlines are rasterised at four times the size and averaged down, so edges are smooth;
gradients, shadows and highlights are worked out at the final size.
"""

from collections.abc import Sequence

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

from sandbox.marketplace.drawing.shapes import Outline

SIZE = 800
SUPER = 4
Colour = tuple[int, int, int]
Stops = Sequence[tuple[float, Colour]]
WHITE: Colour = (255, 255, 255)
BLACK: Colour = (0, 0, 0)
STEEL: Colour = (186, 191, 197)
WOOD: Colour = (201, 155, 98)
INK: Colour = (43, 44, 50)


def rgb(text: str) -> Colour:
    """`#rrggbb` as a colour."""
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def mix(a: Colour, b: Colour, t: float) -> Colour:
    """`a` at 0, `b` at 1."""
    return (
        round(a[0] + (b[0] - a[0]) * t),
        round(a[1] + (b[1] - a[1]) * t),
        round(a[2] + (b[2] - a[2]) * t),
    )


def dark(c: Colour, t: float = 0.25) -> Colour:
    """Towards a cool black."""
    return mix(c, (14, 14, 26), t)


def light(c: Colour, t: float = 0.25) -> Colour:
    """Towards white."""
    return mix(c, WHITE, t)


def luminance(c: Colour) -> float:
    """0 (black) to 255 (white)."""
    return 0.3 * c[0] + 0.59 * c[1] + 0.11 * c[2]


def round_stops(c: Colour, strength: float = 1.0) -> Stops:
    """Light on an upright cylinder: bright left of the middle, a reflection at the right edge."""
    return (
        (0.0, dark(c, 0.42 * strength)),
        (0.1, dark(c, 0.16 * strength)),
        (0.27, light(c, 0.42 * strength)),
        (0.42, light(c, 0.08 * strength)),
        (0.62, c),
        (0.9, dark(c, 0.42 * strength)),
        (1.0, dark(c, 0.26 * strength)),
    )


def ramp(stops: Stops, length: int) -> Image.Image:
    """A one-pixel-high strip running through the stops."""
    strip = Image.new("RGB", (max(length, 1), 1))
    pixels: list[Colour] = []
    for x in range(max(length, 1)):
        at = x / max(length - 1, 1)
        place = 0
        while place < len(stops) - 2 and at > stops[place + 1][0]:
            place += 1
        (p0, c0), (p1, c1) = stops[place], stops[place + 1]
        pixels.append(mix(c0, c1, min(1.0, max(0.0, (at - p0) / max(p1 - p0, 1e-6)))))
    strip.putdata(pixels)
    return strip


class Sketch:
    """One product on a transparent layer. Every `fill` returns its mask, to clip what follows."""

    def __init__(self) -> None:
        self.image = Image.new("RGBA", (SIZE, SIZE), (0, 0, 0, 0))

    def mask(self, outline: Outline, *holes: Outline) -> Image.Image:
        """The area inside an outline, less the holes."""
        big = Image.new("L", (SIZE * SUPER, SIZE * SUPER), 0)
        pen = ImageDraw.Draw(big)
        pen.polygon([(x * SUPER, y * SUPER) for x, y in outline], fill=255)
        for hole in holes:
            pen.polygon([(x * SUPER, y * SUPER) for x, y in hole], fill=0)
        return big.reduce(SUPER)

    def stroke_mask(self, outline: Outline, width: float) -> Image.Image:
        """A line of that width with round ends."""
        big = Image.new("L", (SIZE * SUPER, SIZE * SUPER), 0)
        pen = ImageDraw.Draw(big)
        points = [(x * SUPER, y * SUPER) for x, y in outline]
        pen.line(points, fill=255, width=max(1, round(width * SUPER)), joint="curve")
        r = width * SUPER / 2
        for x, y in (points[0], points[-1]):
            pen.ellipse((x - r, y - r, x + r, y + r), fill=255)
        return big.reduce(SUPER)

    def paint(
        self, mask: Image.Image, paint: Image.Image | Colour, opacity: float = 1.0
    ) -> Image.Image:
        """Lays a colour or a picture over the layer where the mask is."""
        if opacity < 1.0:
            mask = mask.point([round(v * opacity) for v in range(256)])
        layer = paint if isinstance(paint, Image.Image) else Image.new("RGB", (SIZE, SIZE), paint)
        layer = layer.convert("RGBA")
        layer.putalpha(mask)
        self.image.alpha_composite(layer)
        return mask

    def fill(
        self,
        outline: Outline,
        colour: Colour,
        *holes: Outline,
        volume: float = 0.0,
        soft: float = 16,
        clip: Image.Image | None = None,
        opacity: float = 1.0,
    ) -> Image.Image:
        """A flat area, rounded off towards its edges by `volume` (0 to 1)."""
        mask = self._clipped(self.mask(outline, *holes), clip)
        self.paint(mask, colour, opacity)
        if volume:
            self.relief(mask, colour, volume, soft)
        return mask

    def shade(
        self,
        outline: Outline,
        stops: Stops,
        *holes: Outline,
        way: str = "h",
        volume: float = 0.0,
        clip: Image.Image | None = None,
    ) -> Image.Image:
        """An area under a linear gradient: `way` "h" left to right, "v" top to bottom."""
        mask = self._clipped(self.mask(outline, *holes), clip)
        box = self.mask(outline).getbbox() or (0, 0, SIZE, SIZE)
        self.paint(mask, gradient(stops, box, way))
        if volume:
            self.relief(mask, stops[len(stops) // 2][1], volume, 16)
        return mask

    def turned(self, outline: Outline, c: Colour, strength: float = 1.0) -> Image.Image:
        """An upright round body."""
        return self.shade(outline, round_stops(c, strength))

    def ball(
        self, outline: Outline, c: Colour, at: tuple[float, float] = (0.36, 0.3)
    ) -> Image.Image:
        """A sphere-like body lit from the upper left."""
        mask = self.mask(outline)
        x0, y0, x1, y1 = mask.getbbox() or (0, 0, SIZE, SIZE)
        reach = round(max(x1 - x0, y1 - y0) * 1.75)
        glow = Image.radial_gradient("L").resize((reach, reach), Image.Resampling.BICUBIC)
        table = ramp(
            [(0, light(c, 0.5)), (0.3, light(c, 0.12)), (0.58, c), (0.85, dark(c, 0.45)),
             (1, dark(c, 0.6))],
            256,
        )  # fmt: skip
        channels = table.split()
        lit = Image.merge("RGB", [glow.point(list(channel.getdata())) for channel in channels])
        canvas = Image.new("RGB", (SIZE, SIZE), dark(c, 0.6))
        cx, cy = x0 + (x1 - x0) * at[0], y0 + (y1 - y0) * at[1]
        canvas.paste(lit, (round(cx - reach / 2), round(cy - reach / 2)))
        return self.paint(mask, canvas)

    def line(
        self,
        outline: Outline,
        width: float,
        colour: Colour,
        *,
        volume: float = 0.0,
        clip: Image.Image | None = None,
        opacity: float = 1.0,
    ) -> Image.Image:
        """A stroke along the points; with `volume` it looks like a rod or a cord."""
        mask = self._clipped(self.stroke_mask(outline, width), clip)
        self.paint(mask, colour, opacity)
        if volume:
            self.relief(mask, colour, volume, width / 3)
        return mask

    def soft(
        self,
        outline: Outline,
        colour: Colour,
        opacity: float,
        blur: float,
        clip: Image.Image | None = None,
    ) -> None:
        """A blurred patch: a shadow, a blush, a highlight."""
        mask = self.mask(outline).filter(ImageFilter.GaussianBlur(blur))
        self.paint(self._clipped(mask, clip), colour, opacity)

    def crease(self, outline: Outline, colour: Colour, clip: Image.Image) -> None:
        """A soft fold in cloth: shade on one side of the line, light on the other."""
        for dx, tone, opacity in ((0, dark(colour, 0.55), 0.5), (9, light(colour, 0.5), 0.35)):
            moved = [(x + dx, y) for x, y in outline]
            mask = self.stroke_mask(moved, 9).filter(ImageFilter.GaussianBlur(6))
            self.paint(ImageChops.multiply(mask, clip), tone, opacity)

    def relief(self, mask: Image.Image, colour: Colour, strength: float, blur: float) -> None:
        """Light on the upper left edges of an area and shade on its lower right ones."""
        height = mask.filter(ImageFilter.GaussianBlur(blur))
        d = max(2, round(blur * 0.6))
        slope = ImageChops.subtract(
            ImageChops.offset(height, -d, -d), ImageChops.offset(height, d, d), 1.0, 128
        )
        lit = slope.point([min(255, max(0, round((v - 128) * 2 * strength))) for v in range(256)])
        dim = slope.point([min(255, max(0, round((128 - v) * 2.2 * strength))) for v in range(256)])
        self.paint(ImageChops.multiply(lit, mask), light(colour, 0.75), 0.85)
        self.paint(ImageChops.multiply(dim, mask), dark(colour, 0.8), 0.85)

    def text(
        self, xy: tuple[float, float], words: str, size: float, colour: Colour, *,
        turn: float = 0, clip: Image.Image | None = None, opacity: float = 1.0,
    ) -> None:  # fmt: skip
        """Words centred on a point, in Pillow's own font."""
        font = ImageFont.load_default(size)
        mask = Image.new("L", (SIZE, SIZE), 0)
        ImageDraw.Draw(mask).text((SIZE / 2, SIZE / 2), words, font=font, fill=255, anchor="mm")
        mask = mask.rotate(-turn, Image.Resampling.BICUBIC)
        mask = ImageChops.offset(mask, round(xy[0] - SIZE / 2), round(xy[1] - SIZE / 2))
        self.paint(self._clipped(mask, clip), colour, opacity)

    @staticmethod
    def _clipped(mask: Image.Image, clip: Image.Image | None) -> Image.Image:
        return mask if clip is None else ImageChops.multiply(mask, clip)


def gradient(stops: Stops, box: tuple[int, int, int, int], way: str) -> Image.Image:
    """A full-size picture whose gradient spans the box."""
    x0, y0, x1, y1 = box
    canvas = Image.new("RGB", (SIZE, SIZE), stops[0][1])
    if way == "h":
        canvas.paste(ramp(stops, x1 - x0).resize((x1 - x0, SIZE)), (x0, 0))
    else:
        strip = ramp(stops, y1 - y0).transpose(Image.Transpose.ROTATE_270)
        canvas.paste(strip.resize((SIZE, y1 - y0)), (0, y0))
    return canvas
