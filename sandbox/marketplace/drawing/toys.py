"""Drawings of plush animals and other toys."""

from PIL import Image, ImageChops

from sandbox.marketplace.drawing.shapes import ellipse, mirror, path, smooth, turn
from sandbox.marketplace.drawing.sketch import WHITE, Colour, Sketch, dark, light, luminance, mix


def _fur(
    s: Sketch, mask: Image.Image, c: Colour, box: tuple[int, int, int, int], count: int
) -> None:
    x0, y0, x1, y1 = box
    for i in range(count):
        x, y = x0 + (i * 97) % (x1 - x0), y0 + (i * 61) % (y1 - y0)
        tone = light(c, 0.4) if i % 2 else dark(c, 0.3)
        s.line([(x, y), (x + 4, y + 9)], 2.5, tone, clip=mask, opacity=0.4)


def bear(s: Sketch, c: Colour) -> None:
    """A sitting teddy bear with a bow."""
    pale = mix(light(c, 0.55), (250, 232, 206), 0.5)
    for flip in (False, True):
        for part, tone in ((ellipse(268, 176, 66), c), (ellipse(268, 180, 38), pale)):
            s.ball(mirror(part) if flip else part, tone)
        arm = turn(ellipse(222, 470, 58, 112), 24, (222, 470))
        s.ball(mirror(arm) if flip else arm, dark(c, 0.05))
    body = s.ball(smooth([(400, 340), (540, 400), (580, 560), (520, 690), (400, 712), (280, 690), (220, 560),
                          (260, 400)]), c)  # fmt: skip
    s.soft(ellipse(400, 570, 96, 104), pale, 0.9, 10, body)
    for flip in (False, True):
        foot = ellipse(252, 652, 92, 82)
        s.ball(mirror(foot) if flip else foot, light(c, 0.05))
        for pad in (
            ellipse(246, 668, 44, 38),
            ellipse(204, 612, 14),
            ellipse(246, 598, 15),
            ellipse(288, 612, 14),
        ):
            s.fill(mirror(pad) if flip else pad, pale, volume=0.5, soft=8)
    head = s.ball(smooth([(400, 140), (530, 180), (576, 290), (520, 400), (400, 430), (280, 400), (224, 290),
                          (270, 180)]), light(c, 0.04))  # fmt: skip
    _fur(s, head, c, (230, 150, 570, 420), 150)
    _fur(s, body, c, (230, 430, 570, 700), 110)
    s.ball(ellipse(400, 344, 88, 66), pale)
    s.ball(
        smooth([(400, 296), (434, 308), (424, 336), (400, 346), (376, 336), (366, 308)]),
        (58, 40, 36),
    )
    s.line(path("M 360 374 Q 382 392 400 368 Q 418 392 440 374"), 6, (86, 60, 50))
    for x in (326, 474):
        s.ball(ellipse(x, 272, 21, 24), (40, 30, 30))
        s.fill(ellipse(x - 7, 264, 7), WHITE)
        s.soft(ellipse(x + (40 if x > 400 else -40), 336, 26, 17), (240, 120, 120), 0.5, 9)
    for flip in (False, True):
        wing = smooth([(400, 446), (330, 408), (290, 424), (292, 474), (336, 480)])
        s.fill(mirror(wing) if flip else wing, (204, 62, 66), volume=0.9)
    s.ball(ellipse(400, 446, 26, 24), (186, 48, 54))


def panda(s: Sketch, c: Colour) -> None:
    """A sitting panda with a bamboo twig."""
    black: Colour = (44, 44, 50)
    for flip in (False, True):
        ear = ellipse(258, 166, 66)
        s.ball(mirror(ear) if flip else ear, black)
    s.ball(smooth([(400, 360), (546, 420), (590, 570), (520, 694), (400, 714), (280, 694), (210, 570),
                   (254, 420)]), c)  # fmt: skip
    for flip in (False, True):
        arm = turn(ellipse(236, 500, 62, 122), 32, (236, 500))
        s.ball(mirror(arm) if flip else arm, black)
        foot = ellipse(256, 660, 96, 76)
        s.ball(mirror(foot) if flip else foot, black)
        pad = ellipse(250, 672, 46, 34)
        s.fill(mirror(pad) if flip else pad, (240, 176, 170), volume=0.5)
    head = s.ball(smooth([(400, 130), (556, 170), (612, 300), (548, 412), (400, 440), (252, 412), (188, 300),
                          (244, 170)]), light(c, 0.2))  # fmt: skip
    _fur(s, head, c, (200, 150, 600, 430), 100)
    for flip in (False, True):
        patch = turn(ellipse(304, 290, 48, 62), 28, (304, 290))
        s.fill(mirror(patch) if flip else patch, black, volume=0.4)
        for part, tone in ((ellipse(314, 284, 19), (24, 22, 24)), (ellipse(308, 276, 7), WHITE)):
            s.fill(mirror(part) if flip else part, tone)
        s.soft(
            mirror(ellipse(264, 370, 30, 18)) if flip else ellipse(264, 370, 30, 18),
            (244, 140, 140),
            0.55,
            9,
        )
    s.ball(smooth([(400, 336), (430, 346), (420, 368), (400, 376), (380, 368), (370, 346)]), black)
    s.line(path("M 366 392 Q 384 408 400 382 Q 416 408 434 392"), 6, black)
    s.line([(470, 640), (600, 330)], 17, (112, 164, 84), volume=0.8)
    for x, y, a in ((594, 350, 60), (572, 404, -70), (556, 436, 66)):
        leaf = path(
            f"M {x} {y} C {x - 20} {y - 40} {x - 12} {y - 80} {x} {y - 100} C {x + 12} {y - 80} {x + 20} {y - 40} {x} {y} Z"
        )
        s.fill(turn(leaf, a, (x, y)), (96, 158, 84), volume=0.7)
    s.ball(turn(ellipse(540, 520, 52, 44), 20, (540, 520)), black)


def duck(s: Sketch, c: Colour) -> None:
    """A yellow rubber duck."""
    s.ball(smooth([(150, 520), (120, 440), (190, 470), (300, 470), (420, 440), (560, 430), (640, 500),
                   (640, 600), (560, 690), (400, 712), (240, 690), (170, 620)]), c)  # fmt: skip
    s.ball(ellipse(520, 290, 164, 158), light(c, 0.04))
    s.fill(
        path("M 640 290 C 700 270 756 280 764 310 C 740 330 700 330 650 334 Z"),
        (240, 122, 40),
        volume=0.9,
    )
    s.fill(
        path("M 646 330 C 690 336 720 342 734 356 C 700 372 660 366 630 352 Z"),
        (222, 98, 30),
        volume=0.8,
    )
    wing = smooth(
        [(240, 540), (330, 500), (450, 520), (470, 580), (420, 650), (320, 640), (250, 610)]
    )
    s.ball(wing, dark(c, 0.04))
    for k in range(3):
        s.line(path(f"M {270 + k * 44} {600 + k * 8} Q {310 + k * 40} {640 - k * 4} {350 + k * 34} {606 - k * 6}"), 6,
               dark(c, 0.25), opacity=0.7)  # fmt: skip
    s.fill(ellipse(570, 260, 34, 40), WHITE, volume=0.4)
    s.ball(ellipse(578, 266, 22, 27), (30, 28, 34))
    s.fill(ellipse(570, 254, 8), WHITE)
    s.soft(ellipse(440, 220, 34, 22), WHITE, 0.7, 12)
    s.soft(ellipse(560, 350, 26, 16), (244, 140, 90), 0.6, 9)
    s.fill(path("M 500 136 C 480 100 500 80 530 84 C 514 100 520 120 530 134 Z"), c, volume=0.7)


def balloons(s: Sketch, c: Colour) -> None:
    """A bunch of balloons in shades of one colour."""
    spots = ((270, 240, 118), (520, 220, 122), (400, 170, 112), (210, 380, 104), (590, 370, 108), (330, 380, 116),
             (470, 380, 118))  # fmt: skip
    for x, y, r in spots:
        s.line(path(f"M {x} {y + r} C {x} {560} 400 580 400 740"), 3, (150, 150, 160))
    for k, (x, y, r) in enumerate(spots):
        tone = (c, light(c, 0.45), mix(c, (250, 236, 220), 0.7))[k % 3]
        skin = smooth(
            [
                (x, y - r),
                (x + r * 0.72, y - r * 0.66),
                (x + r * 0.94, y),
                (x + r * 0.5, y + r * 0.8),
                (x, y + r * 1.12),
                (x - r * 0.5, y + r * 0.8),
                (x - r * 0.94, y),
                (x - r * 0.72, y - r * 0.66),
            ]
        )
        s.fill([(x - 14, y + r * 1.22), (x, y + r * 1.06), (x + 14, y + r * 1.22)], dark(tone, 0.2))
        s.ball(skin, tone, (0.34, 0.26))
        s.soft(
            turn(
                ellipse(x - r * 0.4, y - r * 0.45, r * 0.14, r * 0.26),
                30,
                (x - r * 0.4, y - r * 0.45),
            ),
            WHITE,
            0.8,
            6,
        )
    for flip in (1, -1):
        bow = smooth(
            [(400, 640), (400 + flip * 60, 600), (400 + flip * 84, 640), (400 + flip * 60, 676)]
        )
        s.fill(bow, dark(c, 0.15), volume=0.9)
    s.ball(ellipse(400, 640, 17), dark(c, 0.2))


def yarn(s: Sketch, c: Colour) -> None:
    """A ball of yarn with needles and a loose end."""
    for x0, x1, tone in ((180, 640, (214, 172, 116)), (620, 190, (196, 150, 96))):
        s.line([(x0, 110), (x1, 690)], 15, tone, volume=0.9)
        s.ball(ellipse(x0, 108, 21), dark(tone, 0.2))
    mask = s.ball(ellipse(400, 410, 244), c)
    for angle, count in ((20, 15), (78, 13), (140, 12)):
        for k in range(count):
            bow = 260 - abs(k - count / 2) * 6
            x = 400 + (k - count / 2) * 17
            strand = path(f"M {x} {410 - bow} Q {x + (k - count / 2) * 13} 410 {x} {410 + bow}")
            cut = s.mask(turn(ellipse(400 + (angle - 80) * 1.2, 410, 150, 270), angle))
            clip = mask if angle == 20 else ImageChops.multiply(mask, cut)
            s.line(
                turn(strand, angle), 15, mix(c, light(c, 0.35), (k % 3) / 3), clip=clip, volume=0.8
            )
    s.relief(mask, c, 0.9, 44)
    s.line(
        smooth([(470, 650), (560, 700), (640, 660), (690, 720), (740, 690)], closed=False),
        15,
        c,
        volume=0.8,
    )
    if luminance(c) > 225:
        ring = ellipse(400, 410, 244)
        s.line([*ring, ring[0]], 3, dark(c, 0.2), opacity=0.5)


TOYS = {
    "plush-bear": bear,
    "plush-panda": panda,
    "rubber-duck": duck,
    "party-balloons": balloons,
    "yarn-ball": yarn,
}
