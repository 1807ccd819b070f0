"""Drawings of clothes and shoes."""

from sandbox.marketplace.drawing.shapes import both, ellipse, mirror, path, rect, smooth, turn
from sandbox.marketplace.drawing.sketch import WHITE, Colour, Sketch, dark, light, luminance, mix


def _trim(c: Colour) -> Colour:
    """A print colour that shows on the garment."""
    return light(c, 0.75) if luminance(c) < 150 else dark(c, 0.5)


def tshirt(s: Sketch, c: Colour) -> None:
    """A T-shirt laid flat."""
    body = both(path("M 400 176 C 440 176 468 160 486 138 C 540 152 590 176 630 214 "
                     "C 664 262 690 330 706 380 L 612 420 L 578 348 C 572 470 580 580 584 690 "
                     "C 520 704 460 706 400 706"))  # fmt: skip
    mask = s.fill(body, c, volume=0.55, soft=14)
    for line in (
        "M 578 348 C 560 400 566 450 580 500",
        "M 222 348 C 240 400 236 450 222 500",
        "M 330 690 C 320 620 336 560 330 500",
        "M 480 700 C 492 640 480 590 486 540",
    ):
        s.crease(path(line), c, mask)
    neck = path("M 314 138 C 340 206 460 206 486 138 C 460 160 340 160 314 138 Z")
    s.fill(neck, dark(c, 0.35))
    s.line(path("M 314 138 C 336 218 464 218 486 138"), 16, light(c, 0.06), volume=0.5)
    for x0, y0, x1, y1 in ((700, 366, 608, 406), (100, 366, 192, 406)):
        s.line([(x0, y0), (x1, y1)], 3, dark(c, 0.3), opacity=0.7)
    s.line(path("M 218 676 C 300 690 500 690 582 676"), 3, dark(c, 0.3), opacity=0.7)
    petals = [ellipse(400, 330, 24, 44), ellipse(374, 338, 20, 38), ellipse(426, 338, 20, 38)]
    for petal in petals:
        s.fill(petal, (224, 86, 96), volume=0.4, soft=8)
    s.line(path("M 400 372 C 398 410 404 440 400 470"), 7, (74, 130, 82))
    s.fill(path("M 400 456 C 360 440 356 410 360 396 C 380 406 398 430 400 456 Z"), (88, 148, 96))
    s.text((400, 500), "tulip", 34, _trim(c))


def dress(s: Sketch, c: Colour) -> None:
    """A V-neck dress with a flower print."""
    top = both(path("M 400 210 L 452 96 L 486 100 C 492 150 510 190 538 214 C 500 250 488 290 484 330 "
                    "C 520 430 590 580 626 706 C 550 736 470 742 400 742"))  # fmt: skip
    for flip in (False, True):
        sleeve = path("M 482 104 C 540 120 584 170 606 250 C 580 276 540 276 516 262 "
                      "C 510 230 500 190 482 160 Z")  # fmt: skip
        s.fill(mirror(sleeve) if flip else sleeve, dark(c, 0.06), volume=0.7)
    mask = s.fill(top, c, volume=0.5, soft=14)
    for line in (
        "M 440 340 C 460 460 500 600 510 720",
        "M 360 340 C 340 460 300 600 290 720",
        "M 400 350 C 404 480 396 600 404 730",
        "M 470 350 C 510 470 560 600 576 700",
        "M 330 350 C 290 470 240 600 224 700",
    ):
        s.crease(path(line), c, mask)
    blossom = light(c, 0.85) if luminance(c) < 170 else (214, 98, 98)
    for i in range(64):
        x, y = 150 + (i * 173) % 500, 110 + (i * 227) % 630
        for k in range(5):
            petal = turn(ellipse(x, y - 8, 5, 8), k * 72, (x, y))
            s.fill(petal, blossom, clip=mask, opacity=0.92)
        s.fill(ellipse(x, y, 4), (240, 190, 70), clip=mask)
    s.line(path("M 316 332 C 360 344 440 344 484 332"), 14, dark(c, 0.3), volume=0.6)
    s.line(path("M 348 98 L 400 212 L 452 98"), 6, dark(c, 0.35))


def hoodie(s: Sketch, c: Colour) -> None:
    """A pullover with hood, pocket and cords."""
    for flip in (False, True):
        arm = path("M 560 232 C 640 280 676 420 700 600 L 612 630 C 596 520 580 430 548 380 Z")
        s.fill(mirror(arm) if flip else arm, dark(c, 0.06), volume=0.8)
        cuff = path("M 702 596 L 708 646 L 622 672 L 610 626 Z")
        s.fill(mirror(cuff) if flip else cuff, dark(c, 0.2), volume=0.6)
    body = both(path("M 400 250 C 470 240 520 214 560 230 C 584 380 580 520 584 660 "
                     "C 520 674 460 676 400 676"))  # fmt: skip
    mask = s.fill(body, c, volume=0.6)
    for line in ("M 570 380 C 552 440 560 500 574 540", "M 230 380 C 248 440 240 500 226 540"):
        s.crease(path(line), c, mask)
    s.shade(rect(222, 650, 578, 706, 14), ((0, dark(c, 0.3)), (0.4, dark(c, 0.08)), (1, dark(c, 0.3))),
            volume=0.5)  # fmt: skip
    for x in range(236, 570, 12):
        s.line([(x, 656), (x, 700)], 2, dark(c, 0.5), opacity=0.5)
    hood = both(path("M 400 100 C 500 96 556 160 548 240 C 520 300 460 330 400 350"))
    s.fill(hood, light(c, 0.04), volume=0.7)
    s.fill(both(path("M 400 150 C 466 150 496 190 490 236 C 470 290 430 310 400 326")), dark(c, 0.5),
           volume=0.5)  # fmt: skip
    s.line(path("M 310 236 C 330 290 370 310 400 326 C 430 310 470 290 490 236"), 16, c, volume=0.7)
    pocket = both(path("M 400 470 L 486 470 L 536 560 L 536 620 L 400 620"))
    s.fill(pocket, light(c, 0.03), volume=0.5, soft=8)
    for x in (366, 434):
        s.line(path(f"M {x} 316 C {x - 6} 360 {x + 8} 390 {x} 440"), 9, _trim(c), volume=0.7)


def sneakers(s: Sketch, c: Colour) -> None:
    """A low canvas shoe from the side, its pair behind it."""
    for dx, dy, tone in ((70, -96, dark(c, 0.12)), (0, 0, c)):
        _shoe(s, tone, dx, dy)


def _shoe(s: Sketch, c: Colour, dx: float, dy: float) -> None:
    def at(text: str) -> list[tuple[float, float]]:
        return [(x + dx, y + dy) for x, y in path(text)]

    inside = at("M 130 400 C 170 376 240 376 290 398 L 270 440 L 140 440 Z")
    s.fill(inside, dark(c, 0.55))
    upper = at("M 116 410 C 150 400 160 440 200 440 C 240 440 262 390 300 372 C 360 430 420 490 520 506 "
               "C 610 516 660 550 664 610 L 110 610 C 96 560 100 480 116 410 Z")  # fmt: skip
    mask = s.fill(upper, c, volume=0.7)
    s.fill(at("M 520 506 C 610 516 660 550 664 610 L 540 610 C 530 570 524 540 520 506 Z"),
           (244, 242, 236), volume=0.6)  # fmt: skip
    for k in range(3):
        s.line(at(f"M {120 + k * 8} 440 C {180 + k * 5} {470 + k * 8} 240 {470 + k * 8} 300 "
                  f"{400 + k * 20}"), 2, dark(c, 0.3), opacity=0.35, clip=mask)  # fmt: skip
    s.line(at("M 104 560 C 300 540 400 560 530 560"), 3, dark(c, 0.35), opacity=0.6, clip=mask)
    for k in range(5):
        x, y = 318 + k * 38, 400 + k * 25
        s.line(at(f"M {x - 26} {y + 34} C {x - 4} {y + 16} {x + 12} {y - 6} {x + 16} {y - 16}"), 11,
               (250, 249, 245), volume=0.7)  # fmt: skip
        s.fill(at(f"M {x - 32} {y + 36} L {x - 24} {y + 28} L {x - 18} {y + 36} L {x - 26} {y + 44} Z"),
               (150, 154, 160))  # fmt: skip
    sole = at("M 96 596 L 670 596 C 682 616 676 650 650 656 L 120 656 C 96 650 88 620 96 596 Z")
    s.fill(sole, (246, 244, 238), volume=0.7)
    s.line(at("M 98 622 L 672 622"), 5, mix(c, (200, 60, 60), 0.5) if luminance(c) > 60 else WHITE)


def slippers(s: Sketch, c: Colour) -> None:
    """A pair of bath slides from above."""
    for x, flip in ((270, False), (530, True)):
        sole = smooth([(x, 110), (x + 92, 170), (x + 104, 320), (x + 84, 480), (x + 82, 620),
                       (x + 50, 686), (x, 704), (x - 54, 686), (x - 86, 620), (x - 90, 480),
                       (x - 106, 310), (x - 84, 170)])  # fmt: skip
        sole = mirror(sole, x) if flip else sole
        mask = s.fill(sole, dark(c, 0.1), volume=0.9)
        s.soft(ellipse(x, 590, 54, 66), dark(c, 0.5), 0.45, 20, mask)
        for k in range(8):
            s.line([(x - 50, 450 + k * 26), (x + 50, 450 + k * 26)], 4, dark(c, 0.35), clip=mask,
                   opacity=0.5)  # fmt: skip
        strap = path(f"M {x - 118} 250 C {x - 70} 190 {x + 70} 190 {x + 118} 250 L {x + 114} 400 "
                     f"C {x + 60} 350 {x - 60} 350 {x - 114} 400 Z")  # fmt: skip
        s.fill(strap, light(c, 0.08), volume=0.9, soft=22)
        s.text((x, 290), "CLOUD", 38, _trim(c), opacity=0.75)


def socks(s: Sketch, c: Colour) -> None:
    """A pair of striped crew socks."""
    for dx, angle in ((130, 9), (-30, -3)):
        sock = path(
            "M 300 100 L 430 100 C 432 260 430 380 438 430 C 470 500 560 560 590 610 "
            "C 604 670 560 710 500 700 C 420 660 340 580 306 500 C 296 400 300 240 300 100 Z"
        )
        sock = turn([(x - 40 + dx, y) for x, y in sock], angle)
        mask = s.fill(sock, c, volume=0.7)
        top = turn(rect(255 + dx, 96, 395 + dx, 180, 10), angle)
        s.fill(top, light(c, 0.05), clip=mask)
        for k in range(11):
            x = 264 + dx + k * 12
            s.line(turn([(x, 98), (x, 178)], angle), 3, dark(c, 0.3), clip=mask, opacity=0.5)
        for y, tone in ((200, _trim(c)), (232, (206, 74, 66)), (264, _trim(c))):
            s.fill(turn(rect(240 + dx, y, 420 + dx, y + 17), angle), tone, clip=mask)
        for cx, cy, r in ((290, 492, 74), (540, 680, 74)):
            s.fill(turn(ellipse(cx - 40 + dx, cy, r), angle), _trim(c), clip=mask, opacity=0.85)
        s.relief(mask, c, 0.6, 16)


def gloves(s: Sketch, c: Colour) -> None:
    """A pair of knitted gloves."""
    for flip in (False, True):
        hand = path(
            "M 130 560 C 116 470 120 420 132 380 C 136 300 130 240 140 186 C 150 166 176 166 182 190 "
            "L 188 320 C 190 240 186 190 196 150 C 206 130 236 132 240 154 L 244 318 "
            "C 250 240 250 200 258 168 C 268 150 294 152 298 176 L 296 330 C 304 280 308 250 316 224 "
            "C 328 206 350 212 352 234 C 350 300 342 380 338 420 C 330 480 326 520 322 560 Z"
        )
        thumb = path(
            "M 330 400 C 350 370 370 350 386 344 C 408 346 408 372 398 388 C 380 430 350 470 324 500 Z"
        )
        shape, small = (mirror(hand), mirror(thumb)) if flip else (hand, thumb)
        for part in (small, shape):
            mask = s.fill(part, c, volume=0.9)
            for k in range(44):
                s.line([(100, 140 + k * 12), (700, 140 + k * 12)], 2.5, dark(c, 0.35), clip=mask,
                       opacity=0.3)  # fmt: skip
        cuff = rect(124, 552, 330, 690, 18)
        cuff = mirror(cuff) if flip else cuff
        mask = s.fill(cuff, dark(c, 0.12), volume=0.8)
        for k in range(40):
            s.line(
                [(110 + k * 15, 556), (110 + k * 15, 688)], 4, dark(c, 0.5), clip=mask, opacity=0.5
            )
        for i, tip in enumerate(((161, 184), (218, 150), (278, 168))):
            x = 800 - tip[0] if flip else tip[0]
            if i < 2:
                s.soft(ellipse(x, tip[1] + 16, 20, 22), _trim(c), 0.7, 5)


def baby_bib(s: Sketch, c: Colour) -> None:
    """A round bib with a little bear on it."""
    bib = smooth(
        [
            (400, 690),
            (610, 600),
            (660, 410),
            (600, 230),
            (510, 120),
            (470, 150),
            (520, 270),
            (400, 340),
            (280, 270),
            (330, 150),
            (290, 120),
            (200, 230),
            (140, 410),
            (190, 600),
        ]
    )
    mask = s.fill(bib, c, volume=0.55, soft=14)
    edge = dark(c, 0.22)
    s.line([*bib, bib[0]], 14, edge, volume=0.6)
    for i in range(60):
        x, y = 140 + (i * 149) % 520, 130 + (i * 211) % 560
        s.fill(ellipse(x, y, 6), dark(c, 0.14), clip=mask)
    for x in (345, 455):
        s.fill(ellipse(x, 420, 36), (176, 128, 88), volume=0.6)
        s.fill(ellipse(x, 424, 18), (226, 178, 150))
    s.ball(ellipse(400, 500, 104, 92), (190, 142, 100))
    s.fill(ellipse(400, 530, 46, 36), (240, 220, 196))
    s.fill(ellipse(400, 514, 15, 11), (60, 40, 34))
    for x in (360, 440):
        s.fill(ellipse(x, 484, 9, 11), (50, 36, 32))
        s.soft(ellipse(x + (18 if x > 400 else -18), 522, 16, 10), (240, 130, 130), 0.6, 6)
    for x, y in ((484, 136), (316, 136)):
        s.ball(ellipse(x, y + 12, 15), light(c, 0.5))


WEAR = {
    "cotton-tshirt": tshirt,
    "floral-dress": dress,
    "hoodie": hoodie,
    "canvas-sneakers": sneakers,
    "slippers": slippers,
    "crew-socks": socks,
    "knit-gloves": gloves,
    "baby-bib": baby_bib,
}
