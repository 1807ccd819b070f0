"""Drawings of paper goods, pens and what goes with them."""

from sandbox.marketplace.drawing.shapes import Point, ellipse, path, rect, smooth, turn
from sandbox.marketplace.drawing.sketch import (
    INK,
    STEEL,
    WHITE,
    Colour,
    Sketch,
    dark,
    light,
    luminance,
    round_stops,
)

CREAM: Colour = (252, 248, 238)


def stickers(s: Sketch, c: Colour) -> None:
    """A sheet of cat and flower stickers."""
    s.fill(turn(rect(150, 90, 640, 720, 18), 5), (206, 222, 216), volume=0.3)
    s.fill(rect(150, 80, 650, 720, 18), CREAM, volume=0.3)
    s.text((400, 120), "MEOW  DAYS", 34, (196, 120, 110))
    furs = ((240, 170, 90), (120, 122, 132), (250, 238, 222), (70, 66, 72))
    for k, (x, y) in enumerate(((260, 240), (400, 236), (540, 240), (260, 560))):
        _cat(s, x, y, furs[k])
    _cat(s, 540, 560, (226, 190, 150))
    for k, (x, y) in enumerate(((230, 400), (350, 390), (470, 400), (575, 395), (400, 480), (400, 650), (500, 670),
                                (300, 670))):  # fmt: skip
        _flower(
            s,
            x,
            y,
            36 + (k % 3) * 5,
            ((236, 110, 124), (244, 190, 80), (150, 130, 214), (240, 150, 180))[k % 4],
        )


def _cat(s: Sketch, x: float, y: float, fur: Colour) -> None:
    def at(text: str) -> list[Point]:
        return [(x + px, y + py) for px, py in path(text)]

    head = at("M -52 -10 L -50 -62 L -22 -40 L 22 -40 L 50 -62 L 52 -10 C 60 50 -60 50 -52 -10 Z")
    s.line([*head, head[0]], 18, WHITE)
    s.fill(head, WHITE)
    s.fill(head, fur, volume=0.4)
    face = INK if luminance(fur) > 110 else WHITE
    for dx in (-22, 22):
        s.fill(ellipse(x + dx, y - 4, 6, 8), face)
        s.soft(ellipse(x + dx * 1.4, y + 12, 9, 6), (240, 120, 120), 0.8, 3)
    s.fill(ellipse(x, y + 8, 6, 4), (230, 110, 110))
    s.line(at("M -10 16 Q -5 22 0 14 Q 5 22 10 16"), 3, face)


def _flower(s: Sketch, x: float, y: float, r: float, tone: Colour) -> None:
    for colour, grow in ((WHITE, 7.0), (tone, 0.0)):
        for k in range(5):
            petal = ellipse(x, y - r * 0.5, r * 0.34 + grow, r * 0.46 + grow)
            s.fill(turn(petal, k * 72, (x, y)), colour, volume=0.0 if grow else 0.4, soft=6)
    s.ball(ellipse(x, y, r * 0.3), (250, 216, 110))


def gift_bag(s: Sketch, c: Colour) -> None:
    """A kraft bag with twisted handles and tissue paper."""
    s.line(path("M 300 250 C 296 90 470 90 466 250"), 12, dark(c, 0.35), volume=0.8)
    for k in range(5):
        x = 240 + k * 60
        s.fill([(x - 40, 250), (x - 10, 176 + (k % 2) * 30), (x + 30, 196), (x + 60, 250)],
               ((240, 200, 196), (250, 232, 226))[k % 2], volume=0.5)  # fmt: skip
    s.fill([(570, 240), (640, 214), (640, 660), (570, 706)], dark(c, 0.25))
    s.fill([(605, 227), (640, 214), (640, 660), (605, 450)], dark(c, 0.36))
    mask = s.shade(rect(190, 240, 570, 706), ((0, light(c, 0.12)), (1, dark(c, 0.05))))
    for i in range(150):
        x, y = 190 + (i * 89) % 380, 240 + (i * 131) % 466
        s.line([(x, y), (x + 9, y + 2)], 1.6, dark(c, 0.3), clip=mask, opacity=0.35)
    s.line(path("M 290 262 C 286 100 480 100 474 262"), 13, dark(c, 0.2), volume=0.9)
    for x in (290, 474):
        s.fill(ellipse(x, 264, 11), dark(c, 0.5), volume=0.5)
    s.fill(ellipse(380, 480, 104), CREAM, volume=0.3)
    ring = ellipse(380, 480, 92)
    s.line([*ring, ring[0]], 3, (120, 90, 64))
    s.text((380, 458), "thank", 46, (104, 78, 56))
    s.text((380, 506), "you", 46, (104, 78, 56))
    s.line([(190, 250), (570, 250)], 3, dark(c, 0.3), opacity=0.6)


def pencils(s: Sketch, c: Colour) -> None:
    """A fan of sharpened pencils and their box."""
    tones = (
        (48, 92, 150),
        (206, 70, 62),
        (240, 186, 66),
        (70, 140, 110),
        (120, 96, 170),
        (48, 92, 150),
    )
    for k, tone in enumerate(tones):
        angle = -30 + k * 12
        about = (400, 760)
        s.fill(
            turn(path("M 378 190 L 400 96 L 422 190 Z"), angle, about),
            (232, 196, 146),
            volume=0.5,
            soft=5,
        )
        s.fill(turn(path("M 393 126 L 400 96 L 407 126 Z"), angle, about), INK)
        for j, shade in enumerate((light(tone, 0.3), tone, dark(tone, 0.3))):
            s.fill(turn(rect(378 + j * 14.7, 188, 378 + (j + 1) * 14.7, 700), angle, about), shade)
        s.text(turn([(400, 330)], angle, about)[0], "2B", 24, (244, 220, 150), turn=angle + 90)
    s.fill(path("M 210 470 L 590 470 L 560 730 L 240 730 Z"), (38, 74, 112), volume=0.6)
    s.fill(path("M 222 520 L 578 520 L 570 590 L 230 590 Z"), (244, 214, 120))
    s.text((400, 555), "MOHUI 2B", 52, (38, 74, 112))
    s.text((400, 660), "12 pcs", 40, CREAM)


def notebook(s: Sketch, c: Colour) -> None:
    """A hardcover notebook with an elastic band and a ribbon."""
    a = -8
    s.fill(turn(rect(238, 116, 596, 700, 12), a), dark(c, 0.45), volume=0.5)
    s.fill(turn(rect(236, 112, 590, 692, 8), a), (246, 240, 226))
    for k in range(6):
        s.line(turn([(584 - k * 2, 118), (584 - k * 2, 690)], a), 1.5, (206, 198, 180))
    cover = s.fill(turn(rect(216, 104, 574, 688, 16), a), c, volume=0.6, soft=10)
    s.fill(turn(rect(216, 104, 262, 688, 14), a), dark(c, 0.25), clip=cover, opacity=0.8)
    s.line(turn([(264, 106), (264, 686)], a), 3, dark(c, 0.5), opacity=0.7)
    s.fill(turn(rect(520, 100, 536, 692), a), dark(c, 0.55), volume=0.6, soft=5)
    gold = (222, 186, 110)
    frame = turn(rect(320, 250, 470, 350, 6), a)
    s.line([*frame, frame[0]], 3, gold)
    s.text(turn([(395, 300)], a)[0], "NOTES", 36, gold, turn=a)
    s.fill(
        turn(path("M 380 684 L 398 684 L 398 752 L 389 740 L 380 752 Z"), a),
        (196, 60, 54),
        volume=0.4,
    )


def gel_pens(s: Sketch, c: Colour) -> None:
    """Three click pens side by side at a slant."""
    for k in range(3):
        x, y = 260 + k * 140, (30, -20, 20)[k]
        a, about = 18, (x, 400)

        def at(
            x0: float, y0: float, x1: float, y1: float, r: float = 4, x: float = x, y: float = y
        ) -> list[Point]:
            return turn(rect(x + x0, y0 + y, x + x1, y1 + y, r), a, about)  # noqa: B023 -- used within the round

        s.fill(at(-9, 70, 9, 120, 6), c, volume=0.9, soft=5)
        s.shade(at(-24, 112, 24, 560, 10), round_stops((240, 243, 246), 0.6))
        s.fill(at(-9, 160, 9, 540), c, opacity=0.75)
        s.fill(at(18, 120, 30, 300, 6), c, volume=0.9, soft=5)
        s.shade(at(-26, 440, 26, 610, 16), round_stops(c, 0.9))
        for j in range(7):
            s.line(
                turn([(x - 24, 466 + y + j * 18), (x + 24, 466 + y + j * 18)], a, about),
                4,
                dark(c, 0.5),
            )
        tip = turn(
            [(x - 20, 606 + y), (x + 20, 606 + y), (x + 5, 676 + y), (x - 5, 676 + y)], a, about
        )
        s.fill(tip, STEEL, volume=0.8, soft=6)
        s.fill(at(-3, 674, 3, 694, 2), INK)
    line = smooth([(90, 690), (150, 660), (200, 700), (260, 664), (310, 706)], closed=False)
    s.line(line, 7, c)


def scissors(s: Sketch, c: Colour) -> None:
    """Open scissors."""
    for sign in (1, -1):
        a = 16 * sign
        blade = path("M 376 420 L 390 70 C 410 110 424 300 424 430 Z")
        blade = [(800 - x, y) for x, y in blade] if sign < 0 else blade
        s.shade(turn(blade, a, (400, 420)), ((0, (238, 241, 244)), (0.5, (176, 183, 191)), (1, (222, 226, 230))),
                volume=0.5)  # fmt: skip
        arm = path("M 424 430 C 420 480 380 500 350 540 L 320 520 C 350 480 376 460 378 424 Z")
        loop = smooth(
            [(330, 500), (380, 560), (370, 660), (300, 716), (226, 680), (216, 590), (260, 520)]
        )
        hole = smooth(
            [(322, 550), (342, 590), (334, 640), (296, 674), (258, 650), (252, 596), (280, 556)]
        )
        if sign < 0:
            arm, loop, hole = ([(800 - x, y) for x, y in part] for part in (arm, loop, hole))
        s.fill(turn(arm, a / 4, (400, 420)), dark(c, 0.05), volume=0.8)
        s.fill(turn(loop, a / 4, (400, 420)), c, turn(hole, a / 4, (400, 420)), volume=1.0, soft=10)
    s.ball(ellipse(400, 424, 24), STEEL)
    s.line([(388, 436), (412, 412)], 5, (90, 94, 102))


def ribbon(s: Sketch, c: Colour) -> None:
    """A spool of satin ribbon with a loose end and a bow."""
    s.shade(
        ellipse(330, 300, 210, 210),
        ((0, light(c, 0.5)), (0.4, c), (0.7, light(c, 0.3)), (1, dark(c, 0.35))),
    )
    for r in range(110, 210, 12):
        loop = ellipse(330, 300, r)
        s.line([*loop, loop[0]], 2.5, dark(c, 0.4), opacity=0.45)
    s.fill(ellipse(330, 300, 100), (238, 230, 216), ellipse(330, 300, 40), volume=0.7)
    s.text((330, 232), "2.5 cm", 24, (120, 100, 80))
    tail = path("M 522 226 C 640 300 560 420 650 470 L 640 560 C 520 500 560 400 460 420 Z")
    s.shade(tail, ((0, c), (0.4, light(c, 0.5)), (0.6, c), (1, dark(c, 0.35))), volume=0.4)
    for flip in (1, -1):
        loop = smooth([(400, 610), (400 + flip * 90, 510), (400 + flip * 210, 520), (400 + flip * 220, 640),
                       (400 + flip * 110, 690)])  # fmt: skip
        s.shade(
            loop,
            ((0, dark(c, 0.3)), (0.35, light(c, 0.4)), (0.6, c), (1, dark(c, 0.25))),
            volume=0.7,
        )
        s.fill(smooth([(400 + flip * 60, 606), (400 + flip * 150, 560), (400 + flip * 186, 600),
                       (400 + flip * 120, 644)]), dark(c, 0.5), opacity=0.7)  # fmt: skip
        end = path(
            f"M 400 620 L {400 + flip * 130} 740 L {400 + flip * 84} 736 L {400 + flip * 62} 770 Z"
        )
        s.fill(end, dark(c, 0.08), volume=0.7)
    s.fill(
        smooth([(366, 580), (434, 580), (444, 650), (400, 664), (356, 650)]),
        light(c, 0.1),
        volume=0.9,
    )


STATIONERY = {
    "sticker-sheet": stickers,
    "gift-bag": gift_bag,
    "pencil-box": pencils,
    "hardcover-notebook": notebook,
    "gel-pens": gel_pens,
    "scissors": scissors,
    "satin-ribbon": ribbon,
}
