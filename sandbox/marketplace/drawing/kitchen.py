"""Drawings of kitchen goods."""

from sandbox.marketplace.drawing.shapes import (
    Outline,
    arc,
    ellipse,
    lathe,
    path,
    rect,
    smooth,
    turn,
)
from sandbox.marketplace.drawing.sketch import (
    INK,
    STEEL,
    WHITE,
    WOOD,
    Colour,
    Sketch,
    dark,
    light,
    mix,
    round_stops,
)

CLAY: Colour = (142, 78, 52)
TEA: Colour = (196, 112, 34)
STEEL_STOPS = ((0.0, (120, 126, 134)), (0.35, (232, 236, 240)), (0.6, (170, 176, 184)),
               (1.0, (214, 219, 224)))  # fmt: skip


def mug(s: Sketch, c: Colour) -> None:
    """A matte mug with a handle."""
    s.line(path("M 545 330 C 720 300 720 560 530 555"), 46, dark(c, 0.12), volume=0.8)
    body = lathe([(235, 178), (260, 180), (480, 176), (620, 168), (655, 150), (672, 120)], 370)
    clip = s.turned(body, c)
    s.fill(ellipse(370, 238, 178, 44), light(c, 0.25))
    s.shade(ellipse(370, 240, 164, 36), ((0, dark(c, 0.55)), (1, dark(c, 0.12))))
    s.fill(ellipse(370, 252, 150, 26), (74, 44, 26))
    s.soft(ellipse(330, 248, 60, 8), (150, 100, 66), 0.8, 5)
    s.soft(rect(262, 300, 286, 600, 12), WHITE, 0.35, 10, clip)
    band = mix(c, WHITE, 0.8) if sum(c) < 500 else dark(c, 0.75)
    mountain = path("M 290 520 L 350 430 L 385 480 L 420 410 L 480 520 Z")
    s.line([*mountain, mountain[0]], 6, band, opacity=0.8)


def thermos(s: Sketch, c: Colour) -> None:
    """A slim vacuum flask with a steel collar."""
    s.turned(lathe([(262, 92), (300, 108), (350, 112), (640, 112), (690, 110), (704, 96)]), c)
    s.shade(rect(304, 244, 496, 284, 10), STEEL_STOPS)
    s.turned(lathe([(96, 60), (104, 84), (130, 92), (240, 94), (250, 90)]), dark(c, 0.3))
    for x in range(320, 490, 14):
        s.line([(x, 140), (x, 236)], 3, dark(c, 0.55), opacity=0.5)
    s.shade(rect(290, 684, 510, 706, 9), STEEL_STOPS)
    s.line(arc(400, 110, (64, 44), 180, 360), 14, dark(c, 0.35), volume=0.9)
    s.text((410, 480), "VITA", 54, light(c, 0.7) if sum(c) < 520 else dark(c, 0.5), turn=-90)


def clay_teapot(s: Sketch, c: Colour) -> None:
    """A round Yixing pot."""
    s.line(path("M 560 380 C 720 330 740 560 560 560"), 34, dark(c, 0.1), volume=0.9)
    spout = path("M 250 440 C 180 420 160 380 120 330 L 158 318 C 200 360 230 380 290 380 Z")
    s.fill(spout, c, volume=0.7)
    s.ball(smooth([(400, 340), (530, 355), (602, 460), (560, 590), (400, 630), (240, 590),
                   (198, 460), (270, 355)]), c, (0.4, 0.25))  # fmt: skip
    s.ball(smooth([(400, 280), (470, 300), (512, 348), (400, 366), (288, 348), (330, 300)]),
           light(c, 0.06), (0.4, 0.2))  # fmt: skip
    s.line(arc(400, 344, (112, 22), 0, 180), 5, dark(c, 0.45))
    s.ball(ellipse(400, 262, 34, 30), light(c, 0.05))
    s.soft(ellipse(330, 420, 40, 60), WHITE, 0.22, 22)
    s.fill(rect(330, 492, 374, 536, 5), (172, 44, 30), opacity=0.55)


def glass_teapot(s: Sketch, c: Colour) -> None:
    """A glass pot half full of tea, with a bamboo lid."""
    body = smooth([(400, 330), (520, 345), (580, 450), (570, 590), (500, 650), (400, 656),
                   (300, 650), (230, 590), (220, 450), (280, 345)])  # fmt: skip
    s.line(path("M 572 400 C 730 380 730 590 575 590"), 26, (196, 216, 224), volume=0.7)
    s.fill(path("M 236 470 C 180 450 170 390 120 360 L 150 336 C 200 350 220 390 262 400 Z"),
           (205, 222, 228), volume=0.6, opacity=0.85)  # fmt: skip
    glass = s.fill(body, (214, 230, 235), volume=0.5, opacity=0.75)
    s.shade(rect(200, 462, 600, 660), ((0, dark(c, 0.3)), (0.3, light(c, 0.3)), (1, dark(c, 0.25))),
            clip=glass)  # fmt: skip
    s.fill(ellipse(400, 464, 176, 22), light(c, 0.35), clip=glass)
    for x, y, r in ((350, 610, 26), (420, 625, 30), (470, 600, 22), (390, 590, 20)):
        s.fill(turn(ellipse(x, y, r, 9), x % 90, (x, y)), (92, 74, 30), volume=0.4, clip=glass)
    s.line(smooth([(262, 420), (240, 500), (262, 590)], closed=False), 12, WHITE, opacity=0.7)
    s.soft(ellipse(520, 520, 18, 80), WHITE, 0.4, 10, glass)
    s.turned(rect(312, 300, 488, 342, 12), WOOD)
    s.ball(ellipse(400, 280, 30, 26), WOOD)
    s.line(body + body[:1], 4, (170, 192, 200), opacity=0.8)


def chopsticks(s: Sketch, c: Colour) -> None:
    """A fan of bamboo chopsticks held by a paper band."""
    for i in range(9):
        tilt = -24 + i * 6
        stick = path("M 390 90 L 410 90 L 406 720 L 394 720 Z")
        tone = mix(c, (150, 104, 56), (i % 3) * 0.25)
        s.fill(turn(stick, tilt, (400, 640)), tone, volume=0.6, soft=5)
        s.fill(turn(rect(388, 92, 412, 180, 3), tilt, (400, 640)), (104, 62, 34), volume=0.5,
               soft=5)  # fmt: skip
    s.fill(path("M 330 500 L 470 500 L 448 600 L 352 600 Z"), (242, 232, 208), volume=0.4)
    s.fill(path("M 333 514 L 467 514 L 465 524 L 335 524 Z"), (176, 48, 40))
    s.text((400, 560), "BAMBOO", 28, (150, 44, 36))


def chef_knife(s: Sketch, c: Colour) -> None:
    """A chef's knife lying at a slant."""
    a = -38
    blade = turn(path("M 90 372 L 500 372 L 500 468 C 340 480 190 452 90 372 Z"), a)
    mask = s.shade(blade, ((0, (238, 241, 244)), (0.4, (176, 183, 191)), (0.7, (226, 230, 234)),
                           (1, (150, 157, 166))), way="v", volume=0.35)  # fmt: skip
    edge = turn(path("M 90 372 C 190 436 340 462 500 452 L 500 468 C 340 480 190 452 90 372 Z"), a)
    s.fill(edge, (246, 248, 250), clip=mask, opacity=0.9)
    s.fill(turn(rect(492, 366, 522, 430, 5), a), (120, 124, 130), volume=0.6)
    handle = turn(path("M 520 368 C 580 362 640 364 700 376 C 730 384 736 436 700 436 "
                       "C 650 424 590 428 520 430 Z"), a)  # fmt: skip
    grip = s.fill(handle, (96, 52, 30), volume=0.9)
    for k in range(5):
        s.line(turn([(525, 380 + k * 11), (705, 386 + k * 11)], a), 2, (60, 30, 16), clip=grip,
               opacity=0.5)  # fmt: skip
    for x in (560, 620, 680):
        s.ball(turn(ellipse(x, 400, 10), a), STEEL)
    s.text((330, 470), "JINFENG", 26, (110, 116, 124), turn=a)


def bottle_opener(s: Sketch, c: Colour) -> None:
    """A flat bar blade with a wooden grip."""
    a = 35
    hole = turn(path("M 365 150 C 365 110 435 110 435 150 L 435 190 C 420 205 380 205 365 190 Z"),
                a)  # fmt: skip
    s.shade(
        turn(rect(330, 80, 470, 420, 60), a),
        ((0, (150, 156, 164)), (0.4, (238, 240, 243)), (1, (160, 166, 174))),
        hole,
        volume=0.5,
    )
    s.shade(turn(rect(336, 300, 464, 730, 54), a), round_stops(c, 0.6), turn(ellipse(400, 690, 17), a),
            volume=0.7)  # fmt: skip
    for k in range(6):
        wave = smooth([(352 + k * 18, 330), (346 + k * 19, 480), (356 + k * 17, 650)], closed=False)
        s.line(turn(wave, a), 2.5, dark(c, 0.35), opacity=0.45)
    s.ball(turn(ellipse(400, 340, 11), a), STEEL)
    s.text((312, 526), "CHEERS", 44, dark(c, 0.6), turn=-55)


def cutting_board(s: Sketch, c: Colour) -> None:
    """A striped bamboo board with tomatoes' juice groove and a hang hole."""
    board: Outline = rect(130, 180, 670, 640, 46)
    mask = s.fill(board, c, turn(rect(590, 360, 630, 460, 20), 0), volume=0.6, soft=10)
    for i in range(12):
        y = 190 + i * 38
        tone = (dark(c, 0.1), light(c, 0.18), dark(c, 0.03))[i % 3]
        s.fill(rect(130, y, 670, y + 36), tone, clip=mask, opacity=0.6)
        s.line([(130, y + 37), (670, y + 37)], 2, dark(c, 0.4), clip=mask, opacity=0.5)
        for k in range(3):
            x = 170 + (i * 131 + k * 190) % 440
            s.line([(x, y + 4), (x, y + 33)], 2, dark(c, 0.4), clip=mask, opacity=0.5)
    groove = rect(164, 214, 560, 606, 26)
    s.line(groove + groove[:1], 9, dark(c, 0.35), opacity=0.55)
    s.relief(mask, c, 0.8, 9)
    s.line(turn(rect(590, 360, 630, 460, 20), 0), 5, dark(c, 0.4), opacity=0.6)


def frying_pan(s: Sketch, c: Colour) -> None:
    """A speckled pan from above, an egg in it."""
    s.fill(turn(rect(590, 368, 770, 420, 24), 25), (150, 98, 62), volume=0.9)
    s.fill(turn(rect(560, 376, 620, 414, 8), 25), STEEL, volume=0.7)
    s.ball(ellipse(350, 380, 262), (78, 82, 90), (0.4, 0.35))
    inner = s.ball(ellipse(350, 380, 228), (104, 106, 112), (0.6, 0.7))
    for i in range(260):
        x, y = 130 + (i * 197) % 440, 160 + (i * 331) % 440
        tone = light(c, 0.3) if i % 3 else INK
        s_mask = ellipse(x, y, 1.5 + i % 3)
        if i % 4 == 0:
            s.fill(s_mask, tone, clip=inner, opacity=0.6)
    white = smooth([(240, 330), (340, 280), (440, 330), (470, 410), (400, 480), (300, 470),
                    (232, 420)])  # fmt: skip
    s.fill(white, (250, 248, 240), volume=0.5)
    s.ball(ellipse(350, 380, 58), (246, 178, 38))
    s.soft(ellipse(330, 358, 14, 9), WHITE, 0.9, 4)
    s.line(arc(350, 380, (250, 250), 190, 280), 7, WHITE, opacity=0.35)


def lunch_box(s: Sketch, c: Colour) -> None:
    """Two tiers, a strap, fork and spoon on top."""
    s.shade(rect(190, 500, 610, 670, 40), round_stops(light(c, 0.15), 0.6), volume=0.3)
    s.shade(rect(182, 486, 618, 516, 14), round_stops(dark(c, 0.1), 0.5))
    s.shade(rect(190, 320, 610, 490, 30), round_stops(c, 0.6), volume=0.3)
    s.shade(rect(170, 250, 630, 336, 34), round_stops((236, 226, 206), 0.45), volume=0.5)
    s.shade(rect(360, 236, 440, 676, 10), round_stops(dark(c, 0.45), 0.6))
    s.fill(rect(346, 420, 454, 470, 12), dark(c, 0.55), volume=0.7)
    s.fill(rect(205, 284, 600, 292, 4), dark((236, 226, 206), 0.2))
    s.text((270, 410), "bento", 40, light(c, 0.75) if sum(c) < 560 else dark(c, 0.5))
    for x, sign in ((235, 1), (565, -1)):
        s.fill(rect(x - 18, 356, x + 18, 372, 7), dark(c, 0.2), opacity=0.4 + sign * 0.1)
    s.soft(rect(210, 340, 235, 470, 12), WHITE, 0.35, 9)


KITCHEN = {
    "ceramic-mug": mug,
    "thermos-bottle": thermos,
    "zisha-teapot": clay_teapot,
    "glass-teapot": glass_teapot,
    "chopsticks": chopsticks,
    "chef-knife": chef_knife,
    "bottle-opener": bottle_opener,
    "cutting-board": cutting_board,
    "frying-pan": frying_pan,
    "lunch-box": lunch_box,
}
