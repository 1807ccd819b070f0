"""The comparison as bars with their spread, drawn as SVG."""

from html import escape
from pathlib import Path
from typing import Any

from benchmarks import contestants
from benchmarks.processes import ROOT
from benchmarks.results import Spread, of

Json = dict[str, Any]
PICTURE = ROOT / "docs" / "images" / "performance.svg"
_LEFT, _WIDTH, _BAR, _GAP = 260, 420, 18, 8
_OURS, _OTHERS, _INK = "#1f7a4d", "#9aa4b2", "#3b4350"
_PANELS = (
    ("near", "updates_per_second", "Updates a second, Telegram next door", 0),
    ("near", "cpu_ms", "CPU milliseconds an update (less is better)", 2),
    ("tls", "updates_per_second", "Updates a second through TLS, next door", 0),
    ("far", "updates_per_second", "Updates a second through TLS, Telegram 50 ms away", 0),
)


def draw(kept: Json, path: Path = PICTURE) -> None:
    """Write the picture of the comparisons that were made."""
    body, top = [], 10
    for part, metric, title, digits in _PANELS:
        if part not in kept:
            continue
        names = {each.name: each for each in contestants.ALL}
        bars = [(names[name], of(kept[part], name, metric)) for name in kept[part]["runs"]]
        panel, height = _panel(title, bars, top, digits)
        body += panel
        top += height
    style = "text{font:13px system-ui,sans-serif;fill:#3b4350}.t{font-weight:600;font-size:14px}"
    path.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_LEFT + _WIDTH + 130} {top}"'
        f' role="img"><style>{style}</style>'
        '<rect width="100%" height="100%" fill="#fff"/>' + "".join(body) + "</svg>\n"
    )


def _panel(
    title: str, bars: list[tuple[contestants.Contestant, Spread]], top: int, digits: int
) -> tuple[list[str], int]:
    most = max(value.most for _, value in bars)
    scale = _WIDTH / most
    parts = [f'<text class="t" x="10" y="{top + 16}">{escape(title)}</text>']
    for place, (who, value) in enumerate(bars):
        y = top + 30 + place * (_BAR + _GAP)
        middle, width = y + _BAR / 2, value.median * scale
        low, high = _LEFT + value.least * scale, _LEFT + value.most * scale
        colour = _OURS if who.ours else _OTHERS
        label, after = escape(who.label), max(high, _LEFT + width) + 8
        parts += [
            f'<text x="{_LEFT - 8}" y="{y + 14}" text-anchor="end">{label}</text>',
            f'<rect x="{_LEFT}" y="{y}" width="{width:.1f}" height="{_BAR}" fill="{colour}"/>',
            f'<path d="{_whiskers(low, high, middle)}" stroke="{_INK}" fill="none"/>',
            f'<text x="{after:.1f}" y="{y + 14}">{value.median:,.{digits}f}</text>',
        ]
    return parts, 30 + len(bars) * (_BAR + _GAP) + 16


def _whiskers(low: float, high: float, y: float) -> str:
    return f"M{low:.1f} {y}H{high:.1f}M{low:.1f} {y - 4}v8M{high:.1f} {y - 4}v8"
