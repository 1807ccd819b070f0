"""Outlines in an 800 × 800 drawing: each function gives the points of one closed or open line."""

import math
import re
from collections.abc import Sequence
from itertools import pairwise

Point = tuple[float, float]
Outline = list[Point]
STEPS = 14


def ellipse(cx: float, cy: float, rx: float, ry: float | None = None) -> Outline:
    """A circle or an upright ellipse."""
    ry = rx if ry is None else ry
    angles = [math.tau * i / 96 for i in range(96)]
    return [(cx + rx * math.cos(t), cy + ry * math.sin(t)) for t in angles]


def arc(cx: float, cy: float, radii: Point, start: float, end: float) -> Outline:
    """Part of an ellipse, angles in degrees, clockwise on the picture."""
    span = [math.radians(start + (end - start) * i / 48) for i in range(49)]
    return [(cx + radii[0] * math.cos(t), cy + radii[1] * math.sin(t)) for t in span]


def rect(x0: float, y0: float, x1: float, y1: float, radius: float = 0) -> Outline:
    """A rectangle with rounded corners."""
    if radius <= 0:
        return [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
    corners = ((x1, y0, -90), (x1, y1, 0), (x0, y1, 90), (x0, y0, 180))
    out: Outline = []
    for x, y, angle in corners:
        cx = x - radius if x == x1 else x + radius
        cy = y - radius if y == y1 else y + radius
        out += arc(cx, cy, (radius, radius), angle, angle + 90)
    return out


def smooth(points: Sequence[Point], *, closed: bool = True) -> Outline:
    """A Catmull-Rom curve through all points."""
    n = len(points)
    out: Outline = []
    for i in range(n if closed else n - 1):
        if closed:
            quad = [points[(i + k) % n] for k in (-1, 0, 1, 2)]
        else:
            quad = [points[min(max(i + k, 0), n - 1)] for k in (-1, 0, 1, 2)]
        out += [_spline(quad, step / STEPS) for step in range(STEPS)]
    if not closed:
        out.append(points[-1])
    return out


def _spline(quad: Sequence[Point], t: float) -> Point:
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = quad

    def blend(a: float, b: float, c: float, d: float) -> float:
        return 0.5 * (
            2 * b
            + (c - a) * t
            + (2 * a - 5 * b + 4 * c - d) * t * t
            + (3 * b - a - 3 * c + d) * t**3
        )

    return blend(ax, bx, cx, dx), blend(ay, by, cy, dy)


def lathe(profile: Sequence[Point], cx: float = 400) -> Outline:
    """A turned body: (y, half width) from top to bottom, smoothed and mirrored."""
    side = smooth([(half, y) for y, half in profile], closed=False)
    return [(cx + x, y) for x, y in side] + [(cx - x, y) for x, y in reversed(side)]


def mirror(outline: Outline, cx: float = 400) -> Outline:
    """The outline's mirror image about a vertical line."""
    return [(2 * cx - x, y) for x, y in outline]


def both(half: Outline, cx: float = 400) -> Outline:
    """Closes a right half (top centre to bottom centre) with its mirror image."""
    return half + mirror(half, cx)[::-1]


def turn(outline: Outline, degrees: float, about: Point = (400, 400)) -> Outline:
    """The outline rotated clockwise on the picture."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    ox, oy = about
    return [
        (ox + (x - ox) * cos - (y - oy) * sin, oy + (x - ox) * sin + (y - oy) * cos)
        for x, y in outline
    ]


def shift(outline: Outline, dx: float, dy: float) -> Outline:
    """The outline moved."""
    return [(x + dx, y + dy) for x, y in outline]


def path(text: str) -> Outline:
    """An SVG-like path with absolute M, L, C, Q and Z."""
    out: Outline = []
    for command, body in re.findall(r"([MLCQZ])([^MLCQZ]*)", text):
        numbers = [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", body)]
        points = list(zip(numbers[::2], numbers[1::2], strict=True))
        size = {"M": 1, "L": 1, "C": 3, "Q": 2, "Z": 1}[command]
        for i in range(0, len(points), size):
            out += _segment(out[-1] if out else points[0], points[i : i + size])
    return out


def _segment(start: Point, points: list[Point]) -> Outline:
    if len(points) == 1:
        return points
    controls = [start, *points]
    return [_bezier(controls, step / 24) for step in range(1, 25)]


def _bezier(controls: list[Point], t: float) -> Point:
    while len(controls) > 1:
        controls = [
            (a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t) for a, b in pairwise(controls)
        ]
    return controls[0]


def star(cx: float, cy: float, outer: float, inner: float, points: int = 5) -> Outline:
    """A star with its first point up."""
    out: Outline = []
    for i in range(points * 2):
        r = outer if i % 2 == 0 else inner
        t = math.pi * i / points - math.pi / 2
        out.append((cx + r * math.cos(t), cy + r * math.sin(t)))
    return out
