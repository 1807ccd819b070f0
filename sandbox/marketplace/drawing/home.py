"""Drawings of household goods."""

import math

from sandbox.marketplace.drawing.shapes import (
    Outline,
    arc,
    ellipse,
    lathe,
    mirror,
    path,
    rect,
    smooth,
    turn,
)
from sandbox.marketplace.drawing.sketch import (
    INK,
    STEEL,
    WHITE,
    Colour,
    Sketch,
    dark,
    light,
    luminance,
    mix,
    round_stops,
)


def storage_box(s: Sketch, c: Colour) -> None:
    """A clear box with a coloured lid and things inside."""
    box = path(
        "M 120 300 L 680 300 L 650 672 C 648 690 640 700 620 700 L 180 700 C 160 700 152 690 150 672 Z"
    )
    mask = s.fill(box, (222, 232, 238), volume=0.5, opacity=0.8)
    for x, y, w, h, tone in (
        (170, 520, 200, 160, (224, 140, 130)),
        (380, 560, 240, 126, (120, 160, 200)),
        (200, 400, 180, 130, (240, 206, 130)),
        (400, 430, 200, 130, (150, 196, 160)),
    ):
        s.fill(rect(x, y, x + w, y + h, 24), tone, volume=0.7, clip=mask, opacity=0.75)
    s.paint(mask, (236, 242, 246), 0.35)
    for x in (230, 400, 570):
        s.line([(x, 320), (x, 680)], 12, WHITE, clip=mask, opacity=0.35)
    s.soft([(170, 320), (240, 320), (230, 680), (190, 680)], WHITE, 0.6, 14, mask)
    s.line([*box, box[0]], 5, (170, 186, 196), opacity=0.9)
    s.shade(rect(92, 238, 708, 308, 24), round_stops(c, 0.5), volume=0.7)
    s.fill(rect(130, 224, 670, 250, 12), light(c, 0.15), volume=0.5)
    for x in (84, 640):
        s.fill(rect(x, 290, x + 76, 370, 16), dark(c, 0.2), volume=0.8)
    for x in (220, 580):
        s.ball(ellipse(x, 708, 22), (70, 74, 82))


def umbrella(s: Sketch, c: Colour) -> None:
    """An open umbrella, tilted."""
    tilt = 12
    s.line(turn([(400, 180), (400, 640)], tilt), 13, STEEL, volume=0.9)
    s.line(turn(path("M 400 630 C 400 720 310 720 312 650"), tilt), 24, (70, 48, 38), volume=0.9)
    for k in range(8):
        x0, x1 = 90 + k * 77.5, 90 + (k + 1) * 77.5
        top0, top1 = 400 + (x0 - 400) * 0.02, 400 + (x1 - 400) * 0.02
        panel = path(f"M {top0} 120 C {x0 * 0.72 + 112} 180 {x0} 300 {x0} 430 Q {(x0 + x1) / 2} 392 {x1} 430 "
                     f"C {x1} 300 {x1 * 0.72 + 112} 180 {top1} 120 Z")  # fmt: skip
        tone = mix(light(c, 0.28), dark(c, 0.42), k / 7)
        s.fill(turn(panel, tilt), tone if k % 2 else dark(tone, 0.08), volume=0.35)
        s.line(
            turn(path(f"M {top0} 120 C {x0 * 0.72 + 112} 180 {x0} 300 {x0} 430"), tilt),
            3,
            dark(c, 0.5),
            opacity=0.6,
        )
    for k in range(9):
        s.ball(turn(ellipse(90 + k * 77.5, 432, 7), tilt), STEEL)
    s.line(turn([(400, 84), (400, 124)], tilt), 12, STEEL, volume=0.8)
    s.soft(turn(ellipse(270, 250, 50, 90), 30 + tilt, (270, 250)), WHITE, 0.22, 24)


def plant_pot(s: Sketch, c: Colour) -> None:
    """A pot with a succulent and a saucer."""
    for k in range(14):
        leaf = path("M 400 400 C 350 330 360 240 400 170 C 440 240 450 330 400 400 Z")
        angle = (-78, 78, -62, 62, -50, 50, -38, 38, -26, 26, -14, 14, -5, 4)[k]
        tone = mix((70, 128, 92), (150, 196, 140), k / 14)
        s.fill(turn(leaf, angle, (400, 420)), tone, volume=0.8)
    s.shade(lathe([(650, 120), (668, 196), (690, 200), (706, 170)]), round_stops(dark(c, 0.1)))
    s.turned(lathe([(440, 176), (460, 172), (600, 146), (660, 128), (676, 116)]), c)
    s.turned(rect(206, 396, 594, 452, 14), light(c, 0.06))
    s.fill(ellipse(400, 400, 186, 20), dark(c, 0.4))
    s.fill(ellipse(400, 402, 170, 14), (78, 56, 44))
    for k in range(3):
        leaf = path("M 400 410 C 372 370 372 310 400 270 C 428 310 428 370 400 410 Z")
        s.fill(turn(leaf, (-30, 30, 0)[k], (400, 420)), (164, 208, 150), volume=0.8)
    zig: Outline = [(238 + i * 27, 520 + (i % 2) * 40) for i in range(13)]
    s.line(zig, 6, light(c, 0.75) if luminance(c) < 170 else dark(c, 0.3), opacity=0.7)


def candle(s: Sketch, c: Colour) -> None:
    """A lit candle in a glass."""
    s.soft(ellipse(400, 240, 130, 150), (255, 214, 130), 0.55, 50)
    s.turned(rect(230, 330, 570, 700, 34), c)
    wax = s.shade(rect(250, 400, 550, 684, 22), round_stops(mix(c, (255, 244, 222), 0.55), 0.5))
    s.soft(ellipse(400, 410, 120, 40), (255, 236, 180), 0.9, 18, wax)
    s.fill(ellipse(400, 400, 150, 26), (255, 246, 220), volume=0.3)
    s.fill(ellipse(400, 332, 170, 30), light(c, 0.55), ellipse(400, 332, 156, 24), opacity=0.9)
    s.line([(400, 404), (400, 350)], 7, (60, 46, 40))
    s.fill(path("M 400 358 C 356 330 372 280 400 218 C 428 280 444 330 400 358 Z"), (255, 176, 60))
    s.fill(path("M 400 354 C 378 334 384 300 400 268 C 416 300 422 334 400 354 Z"), (255, 240, 170))
    s.fill(rect(300, 480, 500, 620, 6), (250, 246, 238), volume=0.3)
    s.line([*rect(312, 492, 488, 608, 3), (312, 492)], 2.5, (150, 120, 90))
    s.text((400, 536), "soy candle", 30, (90, 70, 56))
    s.text((400, 574), "25 h", 24, (150, 120, 90))
    s.soft(rect(262, 360, 284, 660, 10), WHITE, 0.55, 8)


def pet_bowl(s: Sketch, c: Colour) -> None:
    """A steel bowl in a coloured rim, full of kibble."""
    s.shade(path("M 190 400 L 610 400 L 690 620 C 660 660 140 660 110 620 Z"), round_stops(c, 0.9))
    s.fill(ellipse(400, 396, 236, 76), light(c, 0.1), volume=0.7)
    s.shade(
        ellipse(400, 394, 216, 66),
        ((0, (120, 126, 134)), (0.4, (240, 243, 246)), (1, (150, 156, 164))),
    )
    inner = s.fill(ellipse(400, 402, 190, 52), (120, 80, 50))
    for i in range(110):
        t, r = i * 2.4, math.sqrt(i / 110)
        x, y = 400 + 172 * r * math.cos(t), 394 + 46 * r * math.sin(t) - 22 * (1 - r)
        s.ball(ellipse(x, y, 15, 11), ((168, 112, 66), (146, 92, 52), (188, 132, 84))[i % 3])
    s.relief(inner, (120, 80, 50), 0.3, 8)
    pad = light(c, 0.8)
    s.fill(ellipse(400, 560, 40, 32), pad)
    for x, y in ((350, 526), (380, 504), (420, 504), (450, 526)):
        s.fill(ellipse(x, y, 15, 19), pad)
    for x in (210, 590):
        bone = rect(x - 34, 556, x + 34, 574, 8)
        s.fill(bone, pad)
        for dx in (-36, 36):
            for dy in (-9, 9):
                s.fill(ellipse(x + dx, 565 + dy, 12), pad)


def basket(s: Sketch, c: Colour) -> None:
    """A woven rope basket with handles and laundry."""
    for x, y, r, tone in (
        (300, 260, 110, (236, 238, 242)),
        (450, 240, 120, (150, 176, 206)),
        (530, 290, 80, (226, 170, 160)),
    ):
        s.fill(smooth([(x - r, y + 60), (x - r * 0.6, y - r * 0.4), (x, y - r * 0.6), (x + r * 0.7, y - r * 0.3),
                       (x + r, y + 60)]), tone, volume=0.9, soft=24)  # fmt: skip
    mask = s.turned(lathe([(290, 236), (310, 244), (500, 232), (660, 210), (700, 190)]), c)
    for k in range(22):
        y = 300 + k * 19
        s.line(path(f"M 130 {y} C 300 {y + 26} 500 {y + 26} 670 {y}"), 13, dark(c, 0.18) if k % 2 else light(c, 0.06),
               clip=mask, opacity=0.5, volume=0.35)  # fmt: skip
        for i in range(30):
            x = 150 + i * 18 + (k % 2) * 9
            bend = 20 * (1 - ((x - 400) / 260) ** 2)
            s.line(
                [(x, y + bend - 5), (x + 7, y + bend + 5)],
                2.5,
                dark(c, 0.45),
                clip=mask,
                opacity=0.45,
            )
    band = path("M 130 560 C 300 588 500 588 670 560 L 664 640 C 500 666 300 666 136 640 Z")
    s.fill(band, mix(c, (120, 84, 60), 0.6), clip=mask, opacity=0.55)
    for flip in (False, True):
        grip = path("M 164 330 C 90 330 90 460 170 450")
        s.line(mirror(grip) if flip else grip, 22, dark(c, 0.2), volume=0.9)


def clock(s: Sketch, c: Colour) -> None:
    """A twin-bell alarm clock."""
    for flip in (False, True):
        leg: Outline = [(270, 610), (220, 706)]
        s.line(mirror(leg) if flip else leg, 30, STEEL, volume=0.9)
        bell = turn(path("M 196 250 C 196 150 350 150 350 250 Z"), -30, (273, 230))
        s.ball(mirror(bell) if flip else bell, (222, 180, 96))
        knob = ellipse(238, 158, 15)
        s.ball(mirror(knob) if flip else knob, (190, 148, 70))
    s.line(arc(400, 190, (70, 66), 180, 360), 13, STEEL, volume=0.9)
    s.line([(400, 240), (400, 176)], 10, STEEL, volume=0.8)
    s.ball(ellipse(400, 164, 22), (190, 194, 200))
    s.ball(ellipse(400, 436, 236), c)
    s.fill(ellipse(400, 436, 196), (250, 247, 238), volume=0.5)
    for k in range(60):
        tick = rect(397.5, 252, 402.5, 272 if k % 5 else 284)
        s.fill(turn(tick, k * 6, (400, 436)), INK, opacity=1 if k % 5 == 0 else 0.5)
    for k in range(12):
        t = math.radians((k + 1) * 30 - 90)
        s.text((400 + 138 * math.cos(t), 436 + 138 * math.sin(t)), str(k + 1), 38, INK)
    for length, width, angle in ((86, 10, 305), (128, 7, 60)):
        s.line(turn([(400, 446), (400, 436 - length)], angle, (400, 436)), width, INK)
    s.line(turn([(400, 460), (400, 320)], 180, (400, 436)), 4, (206, 60, 50))
    s.ball(ellipse(400, 436, 13), (206, 60, 50))
    s.line(arc(400, 436, (214, 214), 195, 265), 8, WHITE, opacity=0.45)


def lantern(s: Sketch, c: Colour) -> None:
    """A round red silk lantern with a tassel."""
    s.line([(400, 40), (400, 120)], 6, (206, 160, 70))
    mask = s.ball(ellipse(400, 350, 262, 212), c, (0.42, 0.35))
    s.soft(ellipse(400, 360, 130, 140), (255, 190, 90), 0.5, 50, mask)
    for k in range(9):
        rx = (
            abs(262 * math.cos(math.pi * (k + 0.5) / 9 - math.pi / 2 + math.pi / 2))
            if k != 4
            else 4
        )
        line = arc(400, 350, (rx, 212), 90 if k < 4 else -90, 270 if k < 4 else 90)
        s.line(line, 3.5, (244, 196, 90), opacity=0.75, clip=mask)
    for y, w in ((134, 96), (566, 96)):
        s.shade(rect(400 - w, y - 22, 400 + w, y + 22, 6), round_stops((214, 164, 66)), volume=0.5)
    for k in range(25):
        x = 334 + k * 5.5
        s.line([(400 + (x - 400) * 0.5, 590), (x, 740)], 4, c if k % 3 else dark(c, 0.25))
    s.ball(ellipse(400, 604, 26, 22), (222, 176, 80))
    s.fill(turn(rect(352, 300, 448, 396, 4), 45, (400, 348)), (244, 196, 90))
    s.fill(turn(rect(362, 310, 438, 386, 4), 45, (400, 348)), c)
    knot = ellipse(400, 348, 26)
    s.line([*knot, knot[0]], 7, (244, 196, 90))


HOME = {
    "storage-box": storage_box,
    "folding-umbrella": umbrella,
    "plant-pot": plant_pot,
    "scented-candle": candle,
    "pet-bowl": pet_bowl,
    "laundry-basket": basket,
    "alarm-clock": clock,
    "paper-lantern": lantern,
}
