"""Drawings of sports goods and hand tools."""

import math

from sandbox.marketplace.drawing.shapes import (
    Outline,
    Point,
    arc,
    ellipse,
    mirror,
    path,
    rect,
    shift,
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
    mix,
    round_stops,
)


def yoga_mat(s: Sketch, c: Colour) -> None:
    """A half-rolled mat with a strap."""
    sheet = path("M 250 330 L 560 330 L 700 690 L 130 690 Z")
    mask = s.fill(sheet, c, volume=0.4)
    for k in range(15):
        y = 360 + k * 24
        s.line([(100, y), (720, y)], 4, dark(c, 0.2), clip=mask, opacity=0.5)
    for x0, x1 in ((404, 412), (330, 270), (478, 560)):
        s.line([(x0, 380), (x1, 680)], 4, light(c, 0.6), clip=mask, opacity=0.7)
    s.shade(rect(216, 170, 600, 372, 96), ((0, light(c, 0.4)), (0.3, light(c, 0.12)), (0.7, c), (1, dark(c, 0.5))),
            way="v")  # fmt: skip
    s.ball(ellipse(232, 271, 60, 101), dark(c, 0.1))
    for k in range(5):
        loop = arc(232, 271, (52 - k * 10, 90 - k * 17), 0, 330)
        s.line(loop, 5, dark(c, 0.5), opacity=0.8)
    for x in (350, 500):
        s.line(arc(x, 271, (22, 103), -90, 90), 18, mix(INK, c, 0.2), volume=0.7)
    s.line(path("M 352 170 C 380 70 480 70 502 170"), 16, mix(INK, c, 0.2), volume=0.8)


def dumbbells(s: Sketch, c: Colour) -> None:
    """A pair of hexagonal dumbbells."""
    for dx, dy, a in ((30, -110, -24), (-20, 110, -24)):
        about = (400 + dx, 400 + dy)

        def at(
            points: list[Point], about: Point = about, dx: float = dx, dy: float = dy, a: float = a
        ) -> list[Point]:
            return turn(shift(points, dx, dy), a, about)

        s.shade(
            at(rect(270, 372, 530, 428, 10)),
            ((0, light(c, 0.3)), (0.5, c), (1, dark(c, 0.5))),
            way="v",
            volume=0.6,
        )
        for x in (170, 510):
            head: Outline = [(x, 340), (x + 24, 296), (x + 96, 296), (x + 120, 340), (x + 120, 460), (x + 96, 504),
                    (x + 24, 504), (x, 460)]  # fmt: skip
            s.fill(at(head), c, volume=1.0, soft=18)
            s.fill(
                at([(x + 8, 352), (x + 112, 352), (x + 112, 448), (x + 8, 448)]),
                light(c, 0.1),
                volume=0.5,
            )
            s.text(at([(x + 60, 400)])[0], "2KG", 38, light(c, 0.8), turn=a)
        for k in range(9):
            s.line(at([(318 + k * 20, 374), (318 + k * 20, 426)]), 4, dark(c, 0.4), opacity=0.5)


def racket(s: Sketch, c: Colour) -> None:
    """Two crossed rackets and a shuttlecock."""
    for a, tone in ((-30, light(c, 0.1)), (30, c)):
        about = (400, 470)
        head = turn(ellipse(400, 220, 124, 160), a, about)
        mask = s.mask(head)
        for k in range(17):
            for line in (
                [(284 + k * 15, 50), (284 + k * 15, 390)],
                [(260, 76 + k * 19), (540, 76 + k * 19)],
            ):
                s.line(
                    turn([(float(x), float(y)) for x, y in line], a, about),
                    2.2,
                    (236, 238, 240),
                    clip=mask,
                )
        s.line([*head, head[0]], 15, tone, volume=0.9)
        s.line(turn([(400, 378), (400, 600)], a, about), 12, (70, 74, 82), volume=0.9)
        s.fill(
            turn(path("M 372 372 L 428 372 L 406 420 L 394 420 Z"), a, about),
            dark(tone, 0.2),
            volume=0.7,
        )
        grip = turn(rect(382, 580, 418, 760, 10), a, about)
        clip = s.fill(grip, dark(c, 0.55), volume=0.8)
        for k in range(9):
            s.line(
                turn([(376, 600 + k * 18), (424, 590 + k * 18)], a, about),
                4,
                light(c, 0.3),
                clip=clip,
                opacity=0.6,
            )
    _shuttle(s, 400, 640, 0.42, 180)


def _shuttle(s: Sketch, x: float, y: float, size: float, angle: float) -> None:
    def at(points: list[Point]) -> list[Point]:
        return turn([(x + px * size, y + py * size) for px, py in points], angle, (x, y))

    for k in range(9):
        px = -150 + k * 37.5
        feather = path(f"M {px * 0.34} 60 L {px - 24} -150 Q {px} -190 {px + 24} -150 Z")
        s.fill(at(feather), (250, 250, 248) if k % 2 else (232, 234, 236), volume=0.6, soft=5)
        s.line(at([(px * 0.34, 60), (px, -160)]), max(1.5, 5 * size), (206, 206, 200))
    for py, w in ((-20, 96), (30, 70)):
        s.line(at(path(f"M {-w} {py} Q 0 {py + 26} {w} {py}")), max(2.0, 7 * size), (120, 160, 130))
    s.ball(at(path("M -62 62 C -70 150 70 150 62 62 C 30 76 -30 76 -62 62 Z")), (248, 246, 240))
    s.line(at(path("M -62 70 Q 0 92 62 70")), max(3.0, 14 * size), (190, 52, 52))


def shuttlecocks(s: Sketch, c: Colour) -> None:
    """A tube of shuttlecocks, two beside it."""
    s.turned(rect(236, 96, 464, 706, 16), (36, 110, 86))
    s.fill(rect(236, 150, 464, 300), (246, 214, 90), opacity=0.95)
    s.shade(rect(228, 84, 472, 140, 14), round_stops((232, 236, 236), 0.7))
    s.shade(rect(228, 672, 472, 716, 12), round_stops((232, 236, 236), 0.7))
    s.text((350, 200), "AERO", 66, (36, 90, 70))
    s.text((350, 262), "12 pcs", 36, (36, 90, 70))
    _shuttle(s, 350, 480, 0.5, 150)
    s.soft(rect(262, 150, 280, 660, 8), WHITE, 0.45, 8)
    _shuttle(s, 590, 560, 0.72, 200)
    _shuttle(s, 570, 330, 0.52, 130)


def basketball(s: Sketch, c: Colour) -> None:
    """An orange basketball."""
    mask = s.ball(ellipse(400, 400, 300), c)
    for i in range(620):
        t, r = i * 2.39996, 300 * math.sqrt(i / 620)
        s_dot = ellipse(400 + r * math.cos(t), 400 + r * math.sin(t), 3)
        s.fill(s_dot, dark(c, 0.35), clip=mask, opacity=0.35)
    seam = (46, 30, 26)
    for line in (
        "M 100 360 C 260 330 540 330 700 400",
        "M 420 100 C 380 260 380 540 430 700",
        "M 190 180 C 330 260 350 500 230 660",
        "M 620 190 C 470 280 470 520 600 640",
    ):
        s.line(path(line), 11, seam, clip=mask)
    s.text((512, 300), "LITAI", 32, seam, turn=4)
    s.soft(ellipse(300, 250, 70, 50), WHITE, 0.28, 34, mask)


def soccer_ball(s: Sketch, c: Colour) -> None:
    """A classic black and white football."""
    mask = s.ball(ellipse(400, 400, 300), (246, 246, 244))

    def pentagon(x: float, y: float, r: float, a: float) -> list[Point]:
        return [(x + r * math.cos(math.radians(a + k * 72 - 90)), y + r * math.sin(math.radians(a + k * 72 - 90)))
                for k in range(5)]  # fmt: skip

    centre = pentagon(400, 400, 98, 0)
    outer = [(400 + 250 * math.cos(math.radians(k * 72 - 54)), 400 + 250 * math.sin(math.radians(k * 72 - 54)))
             for k in range(5)]  # fmt: skip
    tips = [(400 + 182 * math.cos(math.radians(k * 72 - 90)), 400 + 182 * math.sin(math.radians(k * 72 - 90)))
            for k in range(5)]  # fmt: skip
    for k in range(5):
        s.line([centre[k], tips[k]], 6, (120, 124, 130), clip=mask)
        for other in (outer[k], outer[k - 1]):
            s.line([tips[k], other], 6, (120, 124, 130), clip=mask)
        rim = (
            400 + 296 * math.cos(math.radians(k * 72 - 90)),
            400 + 296 * math.sin(math.radians(k * 72 - 90)),
        )
        s.line([tips[k], rim], 6, (120, 124, 130), clip=mask) if k % 2 else None
    s.fill(centre, (38, 40, 46), volume=0.3)
    for k, (x, y) in enumerate(outer):
        patch = pentagon(x + (x - 400) * 0.12, y + (y - 400) * 0.12, 84, k * 72 + 36 + 180)
        s.fill(patch, (38, 40, 46), clip=mask)
    s.relief(mask, (200, 204, 210), 0.9, 60)
    s.soft(ellipse(300, 250, 70, 50), WHITE, 0.6, 30, mask)


def screwdrivers(s: Sketch, c: Colour) -> None:
    """Six screwdrivers in a row."""
    for k in range(6):
        x, top = 130 + k * 108, 110 + (k % 3) * 24
        s.shade(rect(x - 8, 360, x + 8, 660 - (k % 3) * 40, 3), round_stops(STEEL))
        end = 660 - (k % 3) * 40
        if k % 2:
            s.fill(
                [(x - 8, end - 4), (x + 8, end - 4), (x + 4, end + 40), (x - 4, end + 40)],
                (96, 100, 108),
                volume=0.6,
            )
        else:
            s.fill(
                [(x - 8, end - 4), (x + 8, end - 4), (x + 13, end + 30), (x - 13, end + 30)],
                (96, 100, 108),
                volume=0.6,
            )
        grip = smooth(
            [
                (x, top),
                (x + 36, top + 16),
                (x + 40, top + 100),
                (x + 30, top + 190),
                (x + 34, top + 240),
                (x, top + 260),
                (x - 34, top + 240),
                (x - 30, top + 190),
                (x - 40, top + 100),
                (x - 36, top + 16),
            ]
        )
        mask = s.shade(grip, round_stops(c, 0.9), volume=0.5)
        for dx in (-20, 0, 20):
            s.line([(x + dx, top + 40), (x + dx, top + 180)], 9, INK, clip=mask, opacity=0.85)
        s.fill(rect(x - 40, top + 196, x + 40, top + 216), INK, clip=mask)


def tape_measure(s: Sketch, c: Colour) -> None:
    """A tape measure with some tape out."""
    s.shade(
        rect(500, 560, 760, 606, 3), ((0, (252, 216, 80)), (1, (236, 184, 40))), way="v", volume=0.3
    )
    for k in range(26):
        s.line([(512 + k * 9, 562), (512 + k * 9, 590 if k % 5 == 0 else 576)], 2, INK)
    for k in range(4):
        s.text((536 + k * 46, 594), str(k + 7), 18, (190, 40, 40))
    s.fill(rect(748, 540, 764, 640, 4), STEEL, volume=0.7)
    body = smooth([(130, 330), (180, 210), (320, 160), (460, 190), (540, 300), (560, 460), (556, 600), (520, 640),
                   (200, 640), (140, 590), (122, 460)])  # fmt: skip
    s.fill(body, INK, volume=0.9, soft=22)
    s.fill(smooth([(170, 350), (220, 250), (320, 206), (430, 230), (496, 320), (508, 460), (500, 560), (460, 590),
                   (230, 590), (180, 550), (166, 460)]), c, volume=0.7)  # fmt: skip
    s.ball(ellipse(336, 410, 124), (56, 58, 66))
    s.fill(ellipse(336, 410, 104), c, volume=0.5)
    s.text((336, 390), "5m", 92, INK)
    s.text((336, 456), "LITAI", 36, INK)
    s.fill(rect(330, 132, 430, 176, 12), (196, 50, 44), volume=0.8)


def hammer(s: Sketch, c: Colour) -> None:
    """A claw hammer at a slant."""
    a = 28
    s.fill(turn(path("M 372 250 L 428 250 L 424 420 L 376 420 Z"), a), (60, 64, 72), volume=0.8)
    mask = s.fill(turn(path("M 370 400 L 430 400 C 440 520 450 640 440 740 C 420 760 380 760 360 740 C 350 640 360 520 370 400 Z"), a),
                  c, volume=1.0, soft=20)  # fmt: skip
    for k in range(8):
        s.line(turn([(340, 540 + k * 24), (460, 540 + k * 24)], a), 9, INK, clip=mask, opacity=0.8)
    head = path(
        "M 250 150 L 270 140 L 270 260 L 250 250 Z M 270 160 L 330 176 L 470 166 L 470 250 L 330 236 L 270 244 Z"
    )
    s.shade(turn(head[:4], a), round_stops(STEEL), volume=0.9)
    steel = ((0, (226, 230, 234)), (0.4, (150, 156, 164)), (1, (96, 102, 110)))
    s.shade(turn(path("M 266 166 L 330 180 L 460 160 C 540 160 600 190 640 270 C 590 236 540 226 470 252 L 330 238 L 266 246 Z"), a),
            steel, way="v", volume=0.9)  # fmt: skip
    s.shade(turn(rect(222, 142, 274, 268, 10), a), steel, way="v", volume=0.9)
    s.line(turn(path("M 640 266 C 600 214 550 190 500 196"), a), 5, INK, opacity=0.6)
    s.ball(turn(ellipse(400, 206, 13), a), STEEL)


def skipping_rope(s: Sketch, c: Colour) -> None:
    """A coiled rope with two counter handles."""
    for k in range(4):
        loop = smooth([(400, 120 + k * 16), (620 - k * 14, 220), (650 - k * 24, 420), (520, 580 - k * 14),
                       (280, 580 - k * 14), (150 + k * 24, 420), (180 + k * 14, 220)])  # fmt: skip
        s.line([*loop, loop[0]], 11, mix(c, INK, 0.25 * (k % 2)), volume=0.9)
    s.fill(rect(372, 90, 428, 196, 14), INK, volume=0.7)
    for flip in (False, True):
        a = 24
        grip = turn(rect(250, 360, 320, 700, 34), a, (285, 530))
        part = mirror(grip) if flip else grip
        mask = s.fill(part, c, volume=1.0, soft=16)
        for k in range(6):
            stripe = turn([(240, 540 + k * 24), (330, 540 + k * 24)], a, (285, 530))
            s.line(mirror(stripe) if flip else stripe, 9, dark(c, 0.6), clip=mask)
        window = turn(rect(262, 410, 308, 470, 8), a, (285, 530))
        s.fill(mirror(window) if flip else window, (206, 224, 206), volume=0.5)
        spot = turn([(285, 440)], a, (285, 530))[0]
        s.text((800 - spot[0] if flip else spot[0], spot[1]), "88", 30, INK, turn=-a if flip else a)


SPORT = {
    "yoga-mat": yoga_mat,
    "dumbbells": dumbbells,
    "badminton-racket": racket,
    "shuttlecocks": shuttlecocks,
    "basketball": basketball,
    "soccer-ball": soccer_ball,
    "skipping-rope": skipping_rope,
    "screwdriver-set": screwdrivers,
    "tape-measure": tape_measure,
    "claw-hammer": hammer,
}
