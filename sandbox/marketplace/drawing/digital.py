"""Drawings of phone goods, computer goods, fans and lights."""

import math

from sandbox.marketplace.drawing.shapes import (
    Point,
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


def phone_case(s: Sketch, c: Colour) -> None:
    """A silicone case from the back, camera island upper left."""
    s.fill(rect(232, 70, 572, 736, 62), dark(c, 0.3), volume=0.7)
    mask = s.fill(rect(226, 64, 566, 730, 62), c, volume=0.7, soft=12)
    s.soft([(250, 90), (420, 90), (300, 720), (250, 720)], WHITE, 0.14, 30, mask)
    s.fill(rect(254, 92, 412, 262, 44), dark(c, 0.14), volume=0.8)
    for x, y in ((300, 138), (300, 216), (368, 177)):
        s.ball(ellipse(x, y, 34), (70, 74, 84))
        s.ball(ellipse(x, y, 24), (22, 24, 32))
        s.ball(ellipse(x, y, 13), (40, 52, 96))
        s.soft(ellipse(x - 9, y - 10, 5), WHITE, 0.9, 2)
    s.ball(ellipse(370, 122, 10), (250, 244, 220))
    ring = ellipse(396, 440, 112)
    s.line([*ring, ring[0]], 7, dark(c, 0.18), opacity=0.6)
    s.line([(396, 572), (396, 636)], 8, dark(c, 0.18), opacity=0.6)
    for y0, y1 in ((220, 290), (310, 380)):
        s.fill(rect(560, y0, 574, y1, 6), dark(c, 0.1), volume=0.6)


def usb_cable(s: Sketch, c: Colour) -> None:
    """A coiled braided cable with two plugs."""
    for k in range(5):
        r = 220 - k * 24
        coil = ellipse(400 + (k % 2) * 8, 380 + k * 5, r, r * 0.9)
        _braid(s, [*coil, coil[0]], c)
    _braid(s, smooth([(560, 520), (610, 600), (580, 690), (500, 700)], closed=False), c)
    _braid(s, smooth([(250, 530), (190, 600), (210, 690), (290, 704)], closed=False), c)
    s.fill(rect(366, 540, 434, 570, 10), dark(c, 0.4), volume=0.7)
    for x, sign in ((500, -1), (290, 1)):
        y = 700 if sign < 0 else 704
        s.fill(rect(min(x, x + sign * 84), y - 22, max(x, x + sign * 84), y + 22, 10), mix(c, INK, 0.55),
               volume=0.9)  # fmt: skip
        tip = (x + sign * 84, x + sign * 128)
        s.shade(
            rect(min(tip), y - 15, max(tip), y + 15, 8), round_stops(STEEL), way="v", volume=0.4
        )


def _braid(s: Sketch, line: list[Point], c: Colour) -> None:
    mask = s.line(line, 20, c, volume=0.9)
    walked, last = 0.0, line[0]
    for point in line:
        walked += math.dist(point, last)
        if walked > 13:
            dx, dy = point[0] - last[0], point[1] - last[1]
            norm = max(math.hypot(dx, dy), 1e-6)
            nx, ny = -dy / norm * 10, dx / norm * 10
            s.line([(point[0] + nx, point[1] + ny), (point[0] - nx + dx, point[1] - ny + dy)], 3,
                   light(c, 0.4) if luminance(c) < 120 else dark(c, 0.4), clip=mask, opacity=0.5)  # fmt: skip
            walked = 0.0
        last = point


def earbuds(s: Sketch, c: Colour) -> None:
    """Two earbuds before their open case."""
    s.shade(rect(220, 130, 580, 420, 110), round_stops(light(c, 0.1), 0.5), volume=0.6)
    s.fill(rect(252, 160, 548, 400, 90), dark(c, 0.2), volume=0.5)
    s.shade(rect(206, 390, 594, 690, 120), round_stops(c, 0.6), volume=0.7)
    s.fill(ellipse(400, 424, 176, 36), dark(c, 0.4), volume=0.4)
    s.ball(ellipse(400, 560, 9), (110, 220, 140))
    s.text((400, 620), "sonic", 34, dark(c, 0.4) if luminance(c) > 120 else light(c, 0.5))
    for flip in (False, True):
        at = mirror if flip else list  # the left bud is the right one mirrored

        s.fill(at(rect(276, 280, 316, 440, 20)), light(c, 0.02), volume=1.0)
        s.ball(at(smooth([(240, 230), (290, 180), (350, 210), (352, 280), (300, 316), (246, 290)])),
               light(c, 0.05))  # fmt: skip
        s.ball(
            at(smooth([(216, 236), (240, 206), (262, 226), (256, 280), (226, 282)])),
            mix(c, INK, 0.5),
        )
        s.fill(at(ellipse(322, 240, 8, 20)), (60, 62, 70))
        s.fill(at(rect(284, 424, 308, 440, 6)), STEEL)


def headphones(s: Sketch, c: Colour) -> None:
    """Over-ear headphones from the front."""
    s.line(arc(400, 420, (236, 280), 184, 356), 54, c, volume=0.9)
    s.line(arc(400, 430, (206, 246), 204, 336), 22, dark(c, 0.5), volume=0.7)
    for flip in (False, True):
        at = mirror if flip else list  # the left cup is the right one mirrored

        s.line(at([(166, 380), (168, 470)]), 22, STEEL, volume=0.9)
        s.fill(at(rect(226, 420, 296, 680, 36)), dark(c, 0.55), volume=1.0)
        s.fill(at(rect(130, 410, 246, 690, 58)), c, volume=1.0, soft=24)
        s.fill(at(ellipse(176, 550, 30, 92)), mix(c, STEEL, 0.35), volume=0.8)
        s.line(at([(176, 500), (176, 600)]), 5, light(c, 0.6), opacity=0.6)
    s.text((400, 150), "AURA", 30, light(c, 0.6) if luminance(c) < 140 else dark(c, 0.5))


def keyboard(s: Sketch, c: Colour) -> None:
    """An 87-key board with accent keys."""
    s.fill(
        rect(40, 250, 760, 560, 26),
        dark(c, 0.25) if luminance(c) > 90 else (34, 36, 42),
        volume=0.7,
    )
    for k in range(14):
        s.soft(rect(50 + k * 50, 300, 100 + k * 50, 540), ((250, 90, 120), (90, 160, 250),
               (120, 230, 170))[k % 3], 0.16, 18)  # fmt: skip
    accent = mix(c, (242, 120, 90), 0.75)
    rows = ((0, 13), (0, 13), (0.5, 12), (0.75, 11), (1.2, 10))
    for j, (lead, count) in enumerate(rows):
        y, x = 268 + j * 47, 58.0
        widths = [lead * 44 + 40] + [40.0] * count
        widths.append(max(40.0, 742 - x - sum(w + 4 for w in widths) - 4))
        for i, w in enumerate(widths):
            edge = i in (0, len(widths) - 1)
            _key(
                s, x, y, w, accent if edge and j % 2 else dark(c, 0.12) if edge else light(c, 0.08)
            )
            x += w + 4
    x = 58.0
    for w in (52, 46, 52, 300, 52, 46, 52, 56):
        _key(s, x, 505, w, accent if w == 300 else dark(c, 0.12))
        x += w + 4


def _key(s: Sketch, x: float, y: float, w: float, tone: Colour) -> None:
    s.fill(rect(x, y, x + w, y + 43, 6), dark(tone, 0.3))
    s.fill(rect(x + 4, y + 2, x + w - 4, y + 34, 6), tone, volume=0.5, soft=4)


def mouse(s: Sketch, c: Colour) -> None:
    """A wireless mouse from above."""
    body = smooth([(400, 110), (510, 140), (566, 270), (576, 440), (540, 620), (400, 700), (260, 620),
                   (224, 440), (234, 270), (290, 140)])  # fmt: skip
    s.fill(body, dark(c, 0.35), volume=0.8)
    mask = s.ball(smooth([(400, 116), (496, 146), (548, 280), (556, 440), (520, 610), (400, 684), (280, 610),
                          (244, 440), (252, 280), (304, 146)]), c, (0.38, 0.3))  # fmt: skip
    s.line([(400, 112), (400, 350)], 5, dark(c, 0.6), clip=mask)
    s.line(path("M 240 390 C 320 350 480 350 560 390"), 5, dark(c, 0.6), clip=mask)
    s.fill(rect(376, 190, 424, 300, 22), dark(c, 0.6), volume=0.5)
    s.shade(rect(384, 200, 416, 290, 15), round_stops((90, 94, 104)))
    for k in range(7):
        s.line([(384, 208 + k * 13), (416, 208 + k * 13)], 3, INK)
    s.fill(rect(386, 322, 414, 342, 8), mix(c, (90, 200, 160), 0.7), volume=0.5)
    s.soft(ellipse(320, 480, 30, 110), WHITE, 0.28, 24, mask)
    s.text((400, 590), "M2", 40, dark(c, 0.3) if luminance(c) > 120 else light(c, 0.35))


def fan(s: Sketch, c: Colour) -> None:
    """A desk fan on a round foot."""
    s.shade(lathe([(660, 60), (668, 130), (690, 146), (708, 140)]), round_stops(c, 0.8), volume=0.5)
    s.turned(rect(372, 540, 428, 672, 18), dark(c, 0.06))
    s.ball(ellipse(400, 690, 13), (90, 200, 160))
    s.ball(ellipse(400, 330, 258), dark(c, 0.06))
    s.fill(ellipse(400, 330, 232), (62, 72, 80) if luminance(c) > 140 else (36, 38, 44), volume=0.4)
    for k in range(5):
        blade = path(
            "M 400 330 C 380 270 400 180 470 130 C 540 150 560 210 550 240 C 500 250 440 280 400 330 Z"
        )
        s.fill(turn(blade, k * 72, (400, 330)), light(c, 0.2), volume=0.7)
    for k in range(48):
        t = math.tau * k / 48
        s.line([(400 + 56 * math.cos(t), 330 + 56 * math.sin(t)),
                (400 + 236 * math.cos(t + 0.25), 330 + 236 * math.sin(t + 0.25))], 4, c)  # fmt: skip
    for r in (110, 172, 236):
        loop = ellipse(400, 330, r)
        s.line([*loop, loop[0]], 6, light(c, 0.12), volume=0.5)
    s.ball(ellipse(400, 330, 58), c)
    s.text((400, 330), "breeze", 26, dark(c, 0.45))


def desk_lamp(s: Sketch, c: Colour) -> None:
    """A folding LED desk lamp, switched on."""
    glow = path("M 200 214 L 550 214 L 610 640 L 130 640 Z")
    s.soft(glow, (255, 236, 170), 0.3, 40)
    s.shade(
        lathe([(664, 40), (670, 150), (690, 168), (708, 160)], 470), round_stops(c, 0.8), volume=0.4
    )
    s.line(path("M 500 670 L 610 420"), 30, dark(c, 0.06), volume=0.9)
    s.line(path("M 610 420 L 470 190"), 26, c, volume=0.9)
    for x, y in ((610, 420), (470, 190)):
        s.ball(ellipse(x, y, 28), mix(c, STEEL, 0.5))
    s.fill(turn(rect(170, 160, 590, 206, 22), 4, (400, 190)), c, volume=0.9)
    s.fill(turn(rect(190, 204, 570, 218, 7), 4, (400, 190)), (255, 248, 214))
    s.soft(turn(rect(190, 210, 570, 236, 7), 4, (400, 190)), (255, 244, 190), 0.8, 12)
    s.ball(ellipse(420, 684, 13), (255, 214, 120))


def led_strip(s: Sketch, c: Colour) -> None:
    """A reel of glowing LED strip."""
    for k, r in enumerate((270, 240, 210, 180, 150)):
        loop = ellipse(380, 390, r)
        s.line([*loop, loop[0]], 26, (240, 236, 226) if k % 2 else (226, 222, 212), volume=0.6)
    tail = smooth([(640, 420), (690, 520), (650, 620), (720, 700)], closed=False)
    s.line(tail, 26, (238, 234, 224), volume=0.6)
    tones = ((255, 196, 96), (255, 110, 110), (110, 190, 255), (140, 240, 160), (230, 140, 255))
    spots = [(380 + r * math.cos(k * 0.3 + r), 390 + r * math.sin(k * 0.3 + r), k // 4)
             for r in (270, 240, 210, 180, 150) for k in range(21)]  # fmt: skip
    spots += [(*tail[k], k // 8) for k in range(4, len(tail), 6)]
    for x, y, k in spots:
        tone = tones[k % 5]
        s.soft(ellipse(x, y, 17), tone, 0.75, 8)
        s.fill(rect(x - 7, y - 7, x + 7, y + 7, 3), light(tone, 0.7))
    s.ball(ellipse(380, 390, 122), (250, 250, 248))
    s.fill(ellipse(380, 390, 42), (120, 126, 134), volume=0.7)
    s.text((380, 300), "5V LED", 34, INK)


def string_lights(s: Sketch, c: Colour) -> None:
    """Star-shaped fairy lights in three swags."""
    for j in range(3):
        y = 170 + j * 190
        swag = smooth(
            [(60, y), (230, y + 76), (400, y + 16), (570, y + 84), (740, y)], closed=False
        )
        s.line(swag, 6, (70, 92, 74), volume=0.4)
        for k in range(3, len(swag), 8):
            x, top = swag[k]
            s.line([(x, top), (x, top + 18)], 7, (70, 92, 74))
            five = turn(_star(x, top + 50, 38), (k * 37) % 30 - 15, (x, top + 50))
            s.soft(ellipse(x, top + 50, 50), c, 0.6, 20)
            s.fill(five, light(c, 0.45), volume=0.9, soft=8)
            s.soft(ellipse(x, top + 48, 13), WHITE, 0.95, 6)


def _star(x: float, y: float, r: float) -> list[Point]:
    points = []
    for i in range(10):
        t, out = math.pi * i / 5 - math.pi / 2, r if i % 2 == 0 else r * 0.52
        points.append((x + out * math.cos(t), y + out * math.sin(t)))
    return smooth(points)


DIGITAL = {
    "phone-case": phone_case,
    "usb-cable": usb_cable,
    "wireless-earbuds": earbuds,
    "headphones": headphones,
    "mechanical-keyboard": keyboard,
    "wireless-mouse": mouse,
    "desk-fan": fan,
    "led-desk-lamp": desk_lamp,
    "led-strip": led_strip,
    "string-lights": string_lights,
}
