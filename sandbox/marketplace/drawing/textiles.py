"""Drawings of home textiles."""

from sandbox.marketplace.drawing.shapes import ellipse, mirror, path, rect, smooth, turn
from sandbox.marketplace.drawing.sketch import (
    STEEL,
    WHITE,
    Colour,
    Sketch,
    dark,
    light,
    mix,
)


def curtain(s: Sketch, c: Colour) -> None:
    """A pair of curtains before a bright window."""
    s.fill(rect(150, 130, 650, 700), (222, 236, 244))
    s.soft(rect(250, 160, 550, 680), WHITE, 0.9, 40)
    for x in (300, 400, 500):
        s.line([(x, 130), (x, 700)], 7, (250, 250, 250))
    s.line([(300, 400), (500, 400)], 7, (250, 250, 250))
    s.line([(70, 110), (730, 110)], 18, (120, 90, 62), volume=0.9)
    for x in (66, 734):
        s.ball(ellipse(x, 110, 22), (140, 104, 70))
    for flip in (False, True):
        drape = path(
            "M 96 100 L 330 100 C 334 300 320 420 250 470 C 300 560 310 640 316 720 L 86 720 Z"
        )
        drape = mirror(drape) if flip else drape
        mask = s.fill(drape, c, volume=0.4)
        for k in range(7):
            x = 116 + k * 33
            end = 100 + k * 33
            fold = path(
                f"M {x} 100 C {x + 4} 260 {120 + k * 20} 400 {120 + k * 20} 470 C {110 + k * 24} 560 {end} 640 {end} 720"
            )
            fold = mirror(fold) if flip else fold
            s.line(fold, 15, dark(c, 0.4), clip=mask, opacity=0.4)
            s.line([(x0 + 12, y0) for x0, y0 in fold], 9, light(c, 0.5), clip=mask, opacity=0.32)
        tie = path("M 88 452 C 150 484 210 486 262 462 L 258 490 C 200 512 150 508 90 484 Z")
        s.fill(mirror(tie) if flip else tie, dark(c, 0.3), volume=0.7)
        for k in range(5):
            x = 120 + k * 46
            loop = ellipse(800 - x if flip else x, 112, 16)
            s.line([*loop, loop[0]], 6, STEEL, volume=0.7)


def towel(s: Sketch, c: Colour) -> None:
    """Three folded towels, the upper one with a woven border."""
    for k, (y, tone) in enumerate(((560, dark(c, 0.12)), (440, c), (300, light(c, 0.06)))):
        h = 120 if k < 2 else 146
        mask = s.fill(rect(130 + k * 8, y, 670 - k * 6, y + h, 46), tone, volume=0.9, soft=22)
        s.line(path(f"M {150 + k * 8} {y + h * 0.5} C 300 {y + h * 0.56} 500 {y + h * 0.5} {660 - k * 6} {y + h * 0.52}"),
               5, dark(c, 0.4), clip=mask, opacity=0.7)  # fmt: skip
        for i in range(90):
            x0, y0 = 140 + (i * 97) % 520, y + (i * 61) % int(h)
            s.line(
                [(x0, y0), (x0 + 5, y0 + 3)],
                3,
                light(c, 0.6) if i % 2 else dark(c, 0.3),
                clip=mask,
                opacity=0.4,
            )
    hang = path("M 250 300 L 560 300 L 566 640 L 244 640 Z")
    mask = s.fill(hang, light(c, 0.08), volume=0.6)
    for y, tone in ((540, dark(c, 0.35)), (562, WHITE), (584, dark(c, 0.35))):
        s.fill(rect(240, y, 570, y + 13), tone, clip=mask, opacity=0.75)
    for k in range(27):
        s.line([(250 + k * 12, 636), (250 + k * 12, 656)], 4, light(c, 0.1))
    for i in range(120):
        x0, y0 = 250 + (i * 89) % 310, 310 + (i * 67) % 220
        s.line(
            [(x0, y0), (x0 + 4, y0 + 4)],
            3,
            light(c, 0.6) if i % 2 else dark(c, 0.3),
            clip=mask,
            opacity=0.35,
        )


def pillow(s: Sketch, c: Colour) -> None:
    """A plump white bed pillow with piping."""
    outline = smooth([(90, 250), (250, 222), (400, 214), (550, 222), (710, 250), (724, 290), (700, 400),
                      (724, 540), (706, 572), (550, 596), (400, 604), (250, 596), (94, 572), (76, 540),
                      (100, 400), (76, 290)])  # fmt: skip
    mask = s.fill(outline, c, volume=0.9, soft=40)
    s.line([*outline, outline[0]], 8, mix(c, (120, 150, 190), 0.5), volume=0.6)
    for x in range(190, 640, 84):
        for y in range(290, 560, 84):
            s.soft(ellipse(x, y, 22, 18), dark(c, 0.5), 0.25, 9, mask)
            s.soft(ellipse(x - 26, y - 26, 26, 22), WHITE, 0.5, 12, mask)
    for line in (
        "M 100 262 C 150 300 180 310 220 320",
        "M 700 262 C 650 300 620 310 590 324",
        "M 104 560 C 150 520 170 510 210 500",
        "M 696 560 C 650 520 630 510 600 500",
    ):
        s.crease(path(line), c, mask)
    s.fill(rect(640, 520, 690, 552, 3), (90, 120, 170), volume=0.3)


def cushion(s: Sketch, c: Colour) -> None:
    """A square corduroy cushion standing on its corner-ish side."""
    outline = turn(
        smooth(
            [
                (150, 150),
                (270, 176),
                (400, 182),
                (530, 176),
                (650, 150),
                (656, 170),
                (628, 280),
                (620, 400),
                (628, 520),
                (656, 640),
                (640, 652),
                (530, 626),
                (400, 620),
                (270, 626),
                (150, 650),
                (144, 640),
                (172, 520),
                (180, 400),
                (172, 280),
                (144, 168),
            ]
        ),
        -6,
    )
    mask = s.fill(outline, c, volume=0.9, soft=40)
    for k in range(34):
        x = 140 + k * 16
        s.line(turn([(x, 130), (x, 670)], -6), 6, dark(c, 0.4), clip=mask, opacity=0.38)
    s.relief(mask, c, 0.9, 36)
    s.soft(ellipse(350, 330, 110, 90), light(c, 0.5), 0.3, 50, mask)
    s.line([*outline, outline[0]], 7, dark(c, 0.25), volume=0.7)


TEXTILES = {
    "blackout-curtain": curtain,
    "cotton-towel": towel,
    "bed-pillow": pillow,
    "throw-cushion": cushion,
}
