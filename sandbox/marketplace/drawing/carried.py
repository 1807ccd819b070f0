"""Drawings of hats, scarves and bags."""

import math

from sandbox.marketplace.drawing.shapes import both, ellipse, path, rect, smooth, turn
from sandbox.marketplace.drawing.sketch import (
    INK,
    STEEL,
    Colour,
    Sketch,
    dark,
    light,
    luminance,
    mix,
    round_stops,
)


def cap(s: Sketch, c: Colour) -> None:
    """A baseball cap from the front left."""
    crown = path(
        "M 190 470 C 180 260 300 170 430 176 C 570 184 640 290 640 480 C 500 440 330 440 190 470 Z"
    )
    mask = s.ball(crown, c, (0.4, 0.25))
    for line in (
        "M 430 178 C 380 260 370 360 372 446",
        "M 430 178 C 300 220 240 330 222 462",
        "M 430 178 C 540 240 580 350 590 462",
    ):
        s.crease(path(line), c, mask)
        s.line(path(line), 2.5, dark(c, 0.5), opacity=0.8)
    brim = path(
        "M 188 468 C 330 430 480 434 560 456 C 500 520 380 610 230 606 C 140 600 110 560 188 468 Z"
    )
    lip = s.fill(brim, dark(c, 0.08), volume=0.9, soft=20)
    for k in range(1, 5):
        dip = f"M {196 - k * 4} {474 + k * 24} C 320 {440 + k * 26} 440 {446 + k * 20} {540 - k * 16} {460 + k * 14}"
        s.line(path(dip), 2, dark(c, 0.45), clip=lip, opacity=0.6)
    s.ball(ellipse(430, 176, 17, 13), light(c, 0.1))
    mark = light(c, 0.85) if luminance(c) < 170 else (60, 70, 96)
    s.text((322, 350), "W", 120, mark)
    for x, y in ((300, 270), (500, 290)):
        s.fill(ellipse(x, y, 8, 7), dark(c, 0.7), volume=0.5)


def straw_hat(s: Sketch, c: Colour) -> None:
    """A wide-brimmed hat with a ribbon."""
    mask = s.ball(ellipse(400, 520, 320, 118), c, (0.4, 0.3))
    for k in range(9):
        s.line(ellipse(400, 520 - k * 2, 312 - k * 22, 112 - k * 9), 3, dark(c, 0.35), opacity=0.5)
    for k in range(70):
        t = math.tau * k / 70
        s.line([(400 + 160 * math.cos(t), 505 + 50 * math.sin(t)),
                (400 + 330 * math.cos(t), 520 + 122 * math.sin(t))], 1.6, dark(c, 0.3), clip=mask,
               opacity=0.45)  # fmt: skip
    s.soft(ellipse(410, 540, 190, 46), dark(c, 0.7), 0.5, 18, mask)
    crown = path(
        "M 232 500 C 236 300 300 240 400 240 C 500 240 564 300 568 500 C 520 548 280 548 232 500 Z"
    )
    dome = s.ball(crown, light(c, 0.05), (0.38, 0.25))
    for k in range(12):
        y = 268 + k * 20
        s.line(
            path(f"M 220 {y} C 300 {y + 40} 500 {y + 40} 580 {y}"),
            2.5,
            dark(c, 0.35),
            clip=dome,
            opacity=0.5,
        )
    band = path("M 230 440 C 300 490 500 490 570 440 L 570 500 C 520 548 280 548 230 500 Z")
    s.shade(band, round_stops((58, 60, 74), 0.7))
    for flip in (1, -1):
        bow = smooth(
            [(520, 492), (520 + flip * 60, 450), (520 + flip * 84, 490), (520 + flip * 60, 530)]
        )
        s.fill(bow, (70, 72, 88), volume=0.8)
    s.fill(path("M 512 500 L 490 600 L 520 590 L 534 500 Z"), (60, 62, 78), volume=0.6)
    s.ball(ellipse(520, 492, 18, 20), (84, 86, 102))


def beanie(s: Sketch, c: Colour) -> None:
    """A knitted hat with a pompom."""
    dome = path("M 180 560 C 170 330 270 230 400 230 C 530 230 630 330 620 560 Z")
    mask = s.ball(dome, c, (0.4, 0.2))
    for k in range(15):
        x = 190.0 + k * 30
        top = 400 + (x - 400) * 0.25
        s.line(
            path(f"M {top} 232 C {x} 320 {x} 440 {x} 570"), 9, dark(c, 0.4), clip=mask, opacity=0.3
        )
        for j in range(16):
            s.line([(x - 10, 250 + j * 21), (x, 260 + j * 21), (x + 10, 250 + j * 21)], 3, dark(c, 0.35),
                   clip=mask, opacity=0.35)  # fmt: skip
    cuff = rect(160, 530, 640, 680, 34)
    fold = s.shade(cuff, round_stops(light(c, 0.06), 0.7), volume=0.7)
    for k in range(26):
        s.line([(172 + k * 19, 536), (172 + k * 19, 676)], 6, dark(c, 0.45), clip=fold, opacity=0.4)
    s.fill(rect(500, 580, 580, 640, 6), (168, 120, 78), volume=0.6)
    s.text((540, 610), "warm", 24, (70, 44, 26))
    tone = light(c, 0.35)
    s.ball(ellipse(400, 190, 92), tone)
    for k in range(130):
        t, r = k * 2.4, 96 * math.sqrt(((k * 37) % 130) / 130)
        x, y = 400 + r * math.cos(t), 190 + r * math.sin(t)
        s.line([(x, y), (x + 12 * math.cos(t), y + 12 * math.sin(t))], 3.5,
               (light(tone, 0.5), dark(tone, 0.18))[k % 2], opacity=0.7)  # fmt: skip


def scarf(s: Sketch, c: Colour) -> None:
    """A folded plaid scarf with fringes."""
    for x0, y0, x1, y1 in ((170, 130, 400, 640), (410, 190, 640, 680)):
        for k in range(20):
            x = x0 + 6 + k * (x1 - x0 - 12) / 19
            s.line(
                [(x, y1 - 6), (x + (k % 3 - 1) * 4, y1 + 62)],
                6,
                dark(c, 0.15 * (k % 2)),
                volume=0.6,
            )
        _plaid(s, c, (x0, y0, x1, y1))
    roll = path(
        "M 160 150 C 200 90 600 100 650 180 C 660 250 620 290 560 280 C 430 240 290 250 190 270 C 150 240 146 190 160 150 Z"
    )
    mask = s.fill(roll, c, volume=0.8, soft=22)
    for x in range(190, 640, 84):
        s.fill(
            [(x, 90), (x + 26, 90), (x + 36, 300), (x + 10, 300)],
            dark(c, 0.45),
            clip=mask,
            opacity=0.5,
        )
        s.fill(
            [(x + 46, 90), (x + 52, 90), (x + 60, 300), (x + 54, 300)],
            light(c, 0.7),
            clip=mask,
            opacity=0.7,
        )
    s.crease(path("M 180 210 C 300 180 500 190 640 230"), c, mask)
    s.relief(mask, c, 0.5, 20)


def _plaid(s: Sketch, c: Colour, box: tuple[float, float, float, float]) -> None:
    x0, y0, x1, y1 = box
    mask = s.fill(rect(x0, y0, x1, y1, 10), c)
    for k in range(6):
        step = 42 * 2
        y, x = y0 + 40 + k * step, x0 + 26 + k * step
        s.fill(rect(x0, y, x1, y + 30), dark(c, 0.45), clip=mask, opacity=0.5)
        s.fill(rect(x0, y + 46, x1, y + 52), light(c, 0.7), clip=mask, opacity=0.7)
        s.fill(rect(x, y0, x + 30, y1), dark(c, 0.45), clip=mask, opacity=0.5)
        s.fill(rect(x + 46, y0, x + 52, y1), light(c, 0.7), clip=mask, opacity=0.7)
    s.relief(mask, c, 0.8, 14)


def backpack(s: Sketch, c: Colour) -> None:
    """A business backpack from the front."""
    s.line(path("M 350 130 C 350 70 450 70 450 130"), 22, dark(c, 0.3), volume=0.8)
    for x in (206, 594):
        s.fill(rect(x - 34, 400, x + 34, 640, 26), dark(c, 0.25), volume=0.8)
    body = both(
        path("M 400 108 C 500 106 576 150 590 250 L 604 640 C 604 690 570 706 520 706 L 400 706")
    )
    mask = s.fill(body, c, volume=0.8, soft=26)
    for line in ("M 232 260 C 300 170 500 170 568 260", "M 226 300 L 216 640"):
        s.line(path(line), 4, dark(c, 0.6), opacity=0.8, clip=mask)
    s.line(path("M 240 250 C 300 158 500 158 560 250"), 9, dark(c, 0.45), volume=0.6)
    s.fill(rect(250, 270, 550, 430, 26), light(c, 0.05), volume=0.6)
    s.line([(276, 300), (524, 300)], 9, dark(c, 0.5), volume=0.6)
    s.fill(rect(500, 292, 512, 336, 4), STEEL, volume=0.6)
    s.fill(rect(240, 450, 560, 670, 34), light(c, 0.03), volume=0.7)
    s.line(path("M 262 494 C 300 470 500 470 538 494"), 10, dark(c, 0.5), volume=0.6)
    s.fill(rect(280, 488, 292, 532, 4), STEEL, volume=0.6)
    s.fill(rect(340, 560, 460, 610, 8), dark(c, 0.35), volume=0.5)
    s.text((400, 585), "LVTU", 30, light(c, 0.75))
    s.fill(rect(584, 330, 606, 374, 6), INK, volume=0.6)


def tote(s: Sketch, c: Colour) -> None:
    """A canvas tote bag with a line drawing."""
    for dx, tone in ((14, dark(c, 0.2)), (0, c)):
        s.line(
            path(f"M {290 + dx} 330 C {280 + dx} 60 {520 + dx} 60 {510 + dx} 330"),
            26,
            tone,
            volume=0.6,
        )
    bag = path("M 176 290 C 320 300 480 300 624 290 L 650 706 C 500 722 300 722 150 706 Z")
    mask = s.fill(bag, c, volume=0.6, soft=18)
    for line in (
        "M 220 320 C 230 450 210 580 224 690",
        "M 590 320 C 570 430 590 580 580 690",
        "M 350 640 C 370 680 360 700 372 712",
    ):
        s.crease(path(line), c, mask)
    s.line(path("M 178 322 C 320 332 480 332 622 322"), 3, dark(c, 0.35), opacity=0.8)
    for x in (290, 510):
        s.fill(rect(x - 20, 306, x + 20, 356, 4), dark(c, 0.06), volume=0.4)
    tone = light(c, 0.85) if luminance(c) < 130 else (58, 62, 74)
    for k, (x, y) in enumerate(((400, 440), (356, 480), (446, 476), (378, 530), (428, 528))):
        s.line(path(f"M 400 640 Q {x} 600 {x} {y}"), 4, tone)
        for j in range(6):
            s.line(turn(ellipse(x, y - 18, 9, 18), j * 60 + k * 13, (x, y)), 3, tone)
    s.text((400, 672), "slow days", 32, tone)


def suitcase(s: Sketch, c: Colour) -> None:
    """A ribbed spinner case with its handle out."""
    for x in (340, 460):
        s.line([(x, 60), (x, 190)], 13, STEEL, volume=0.8)
    s.fill(rect(322, 44, 478, 76, 15), INK, volume=0.8)
    for x in (246, 330, 470, 554):
        s.fill(rect(x - 20, 690, x + 20, 716, 6), (90, 94, 100))
        s.ball(ellipse(x, 722, 20), (52, 54, 60))
    mask = s.shade(rect(200, 160, 600, 700, 46), round_stops(c, 0.6), volume=0.5)
    for k in range(8):
        x = 240 + k * 46
        s.line([(x, 196), (x, 664)], 10, dark(c, 0.45), clip=mask, opacity=0.55)
        s.line([(x + 9, 196), (x + 9, 664)], 7, light(c, 0.7), clip=mask, opacity=0.5)
    frame = rect(206, 166, 594, 694, 42)
    s.line([*frame, frame[0]], 12, mix(c, STEEL, 0.7), volume=0.7)
    for x, y in ((220, 180), (580, 180), (220, 680), (580, 680)):
        s.ball(ellipse(x, y, 30), mix(c, STEEL, 0.5))
    s.fill(rect(330, 172, 470, 204, 12), dark(c, 0.5), volume=0.8)
    s.fill(rect(574, 390, 612, 500, 8), STEEL, volume=0.7)
    for k in range(3):
        s.fill(rect(582, 408 + k * 28, 606, 428 + k * 28, 3), INK)
    s.fill(rect(354, 420, 446, 450, 5), light(STEEL, 0.4), volume=0.5)
    s.text((400, 435), "LVTU", 22, INK)


CARRIED = {
    "baseball-cap": cap,
    "straw-hat": straw_hat,
    "knit-beanie": beanie,
    "plaid-scarf": scarf,
    "travel-backpack": backpack,
    "canvas-tote": tote,
    "suitcase": suitcase,
}
