"""Drawings of glasses, hair clips, rings, watches and pearls."""

import math

from sandbox.marketplace.drawing.shapes import (
    Outline,
    arc,
    ellipse,
    mirror,
    path,
    rect,
    smooth,
    turn,
)
from sandbox.marketplace.drawing.sketch import (
    STEEL,
    WHITE,
    Colour,
    Sketch,
    dark,
    light,
    mix,
    round_stops,
)

DIAL: Colour = (244, 242, 236)


def sunglasses(s: Sketch, c: Colour) -> None:
    """Square sunglasses, open, from the front."""
    for flip in (False, True):
        arm = path("M 150 360 C 130 320 150 260 220 230 L 232 244 C 180 280 172 320 186 360 Z")
        s.fill(mirror(arm) if flip else arm, dark(c, 0.25), volume=0.7)
    s.line(path("M 366 390 C 380 360 420 360 434 390"), 22, c, volume=0.9)
    for flip in (False, True):
        rim = path(
            "M 130 350 C 180 336 330 340 372 362 C 384 440 350 524 270 530 C 180 536 134 470 130 350 Z"
        )
        lens = path(
            "M 156 372 C 200 360 310 362 350 378 C 356 440 326 504 268 508 C 200 512 160 450 156 372 Z"
        )
        rim, lens = (mirror(rim), mirror(lens)) if flip else (rim, lens)
        s.fill(rim, c, volume=1.0, soft=10)
        mask = s.shade(lens, ((0, (26, 30, 38)), (0.5, mix(dark(c, 0.45), (60, 80, 92), 0.4)),
                              (1, mix(light(c, 0.2), (190, 180, 170), 0.45))), way="v")  # fmt: skip
        x = 560 if flip else 220
        s.fill(
            [(x - 30, 340), (x + 20, 340), (x - 40, 540), (x - 90, 540)],
            WHITE,
            clip=mask,
            opacity=0.16,
        )
        s.fill(
            [(x + 40, 340), (x + 56, 340), (x - 4, 540), (x - 20, 540)],
            WHITE,
            clip=mask,
            opacity=0.12,
        )
    for x in (150, 650):
        s.ball(ellipse(x, 372, 8), STEEL)


def hair_clip(s: Sketch, c: Colour) -> None:
    """A large claw clip."""
    for k in range(8):
        x = 190 + k * 60
        tooth = path(
            f"M {x - 17} 430 C {x - 20} 520 {x - 6} 590 {x + 10} 640 C {x + 16} 590 {x + 20} 510 {x + 17} 430 Z"
        )
        s.fill(tooth, dark(c, 0.22), volume=0.9)
    back = smooth([(130, 430), (180, 330), (300, 270), (400, 258), (500, 270), (620, 330), (670, 430),
                   (620, 470), (400, 440), (180, 470)])  # fmt: skip
    s.fill(back, dark(c, 0.12), volume=0.8)
    for k in range(8):
        x = 172 + k * 64
        tooth = path(
            f"M {x - 20} 440 C {x - 26} 540 {x - 30} 610 {x - 6} 690 C {x + 10} 620 {x + 22} 540 {x + 20} 440 Z"
        )
        s.fill(tooth, c, volume=1.0, soft=9)
    front = smooth([(112, 450), (150, 372), (270, 320), (400, 306), (530, 320), (650, 372), (688, 450),
                    (640, 508), (400, 478), (160, 508)])  # fmt: skip
    s.fill(front, light(c, 0.08), volume=1.0, soft=24)
    s.soft(smooth([(200, 400), (300, 352), (420, 340), (300, 372)]), WHITE, 0.6, 9)
    for x in (330, 470):
        wing = path(
            f"M {x - 42} 320 C {x - 50} 240 {x - 30} 200 {x} 200 C {x + 30} 200 {x + 50} 240 {x + 42} 320 Z"
        )
        s.fill(wing, light(c, 0.03), volume=0.9)
    s.line([(330, 300), (470, 300)], 16, STEEL, volume=0.9)


def ring(s: Sketch, c: Colour) -> None:
    """A solitaire ring standing on a slight slant."""
    s.shade(
        ellipse(400, 500, 196, 204), round_stops(c, 1.0), ellipse(400, 506, 162, 172), volume=0.8
    )
    s.line(arc(400, 506, (166, 176), 190, 350), 7, light(c, 0.7), opacity=0.8)
    for flip in (False, True):
        prong = path("M 380 320 C 350 280 330 250 318 210 L 332 204 C 350 240 370 270 392 310 Z")
        s.fill(mirror(prong) if flip else prong, c, volume=0.9, soft=5)
    s.shade(path("M 352 306 L 448 306 L 424 336 L 376 336 Z"), round_stops(c))
    girdle, tip = [(290, 188), (510, 188)], (400, 316)
    table = [(340, 132), (460, 132)]
    stone: Outline = [girdle[0], table[0], table[1], girdle[1], tip]
    s.fill(stone, (214, 232, 246))
    xs = [290, 334, 378, 422, 466, 510]
    tones = ((250, 253, 255), (176, 206, 232), (232, 244, 252), (150, 186, 220), (240, 248, 254))
    for k in range(5):
        s.fill([(xs[k], 188), (xs[k + 1], 188), tip], tones[k])
        s.fill([(xs[k], 188), (xs[k + 1], 188), (340 + (k + 0.5) * 24, 132)], tones[(k + 2) % 5])
    s.fill([(340, 132), (460, 132), (436, 160), (364, 160)], WHITE, opacity=0.8)
    for x, y, r in ((300, 130, 34), (520, 250, 22)):
        for angle in (0, 90):
            s.fill(turn([(x - r, y), (x, y - 4), (x + r, y), (x, y + 4)], angle, (x, y)), WHITE)
    for x in (318, 482, 400):
        s.ball(ellipse(x, 194 if x != 400 else 200, 10), c)


def watch(s: Sketch, c: Colour) -> None:
    """A skeleton watch on a leather strap."""
    for y0, y1 in ((60, 280), (520, 740)):
        band = path(f"M 316 {y0} L 484 {y0} L 506 {y1} L 294 {y1} Z")
        band = (
            band
            if y0 < 300
            else [(x, 800 - y) for x, y in path("M 316 60 L 484 60 L 506 280 L 294 280 Z")]
        )
        mask = s.shade(band, round_stops(c, 0.8), volume=0.5)
        for x in (326, 474):
            for k in range(12):
                s.line(
                    [(x, y0 + 10 + k * 18), (x, y0 + 20 + k * 18)], 3.5, light(c, 0.6), clip=mask
                )
    for k in range(4):
        s.fill(ellipse(400, 620 + k * 30, 7, 8), dark(c, 0.7))
    s.fill(rect(590, 376, 626, 424, 8), STEEL, volume=0.9)
    s.ball(ellipse(400, 400, 200), (196, 200, 206))
    s.shade(ellipse(400, 400, 184), ((0, (250, 250, 250)), (1, (128, 134, 142))), way="v")
    s.fill(ellipse(400, 400, 166), DIAL, volume=0.5)
    for k in range(12):
        mark = rect(395, 246, 405, 280 if k % 3 else 292, 2)
        s.fill(turn(mark, k * 30), (52, 56, 66))
    _gear(s, 360, 446, 58, (190, 152, 84))
    _gear(s, 446, 452, 40, (160, 164, 170))
    _gear(s, 430, 372, 30, (200, 120, 100))
    for length, width, angle in ((92, 13, 304), (136, 9, 62)):
        hand: Outline = [(400 - width, 400), (400, 400 - length), (400 + width, 400), (400, 424)]
        s.fill(turn(hand, angle), (44, 62, 108), volume=0.5, soft=4)
    s.line(turn([(400, 440), (400, 262)], 190), 3.5, (196, 52, 48))
    s.ball(ellipse(400, 400, 11), (210, 176, 100))
    s.text((400, 322), "AUTOMATIC", 20, (70, 74, 84))
    s.line(arc(400, 400, (150, 150), 200, 262), 12, WHITE, opacity=0.5)


def _gear(s: Sketch, x: float, y: float, r: float, tone: Colour) -> None:
    teeth = []
    for k in range(64):
        t, out = math.tau * k / 64, r * (1.0 if k // 2 % 2 else 0.88)
        teeth.append((x + out * math.cos(t), y + out * math.sin(t)))
    holes = [ellipse(x + r * 0.5 * math.cos(t), y + r * 0.5 * math.sin(t), r * 0.2)
             for t in (0.4, 1.97, 3.54, 5.11)]  # fmt: skip
    s.fill(teeth, tone, *holes, volume=0.8, soft=4)
    s.ball(ellipse(x, y, r * 0.16), (200, 60, 80))


def necklace(s: Sketch, c: Colour) -> None:
    """A string of pearls with a pendant, lying in a loop."""
    line = smooth([(330, 110), (210, 200), (160, 340), (200, 500), (310, 600), (400, 630), (490, 600),
                   (600, 500), (640, 340), (590, 200), (470, 110)], closed=False)  # fmt: skip
    s.line(line, 3, STEEL)
    walked, last = 0.0, line[0]
    pearls = []
    for point in line:
        walked += math.dist(point, last)
        last = point
        if walked > 33:
            pearls.append(point)
            walked = 0.0
    for k, (x, y) in enumerate(pearls):
        s.ball(ellipse(x, y, 18 + (2 if k % 2 else 0)), mix(c, (240, 214, 206), (k % 3) * 0.25))
    s.shade(rect(396, 640, 404, 668), round_stops((214, 176, 98)))
    s.ball(path("M 400 660 C 440 700 446 740 400 748 C 354 740 360 700 400 660 Z"), light(c, 0.2))
    for x in (330, 470):
        s.ball(ellipse(x, 108, 10), (214, 176, 98))
    s.line(path("M 330 108 C 360 80 440 80 470 108"), 5, (214, 176, 98), volume=0.7)
    s.fill(ellipse(400, 86, 14, 14), (214, 176, 98), ellipse(400, 86, 8, 8), volume=0.8)


JEWELS = {
    "sunglasses": sunglasses,
    "hair-clip": hair_clip,
    "silver-ring": ring,
    "wrist-watch": watch,
    "pearl-necklace": necklace,
}
