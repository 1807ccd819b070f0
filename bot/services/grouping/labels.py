"""A page of labels to print: one a member, with a code that ticks off the hand-out when scanned."""

import html
from collections.abc import Callable

from bot.domain.group_buys.bills import people_of
from bot.domain.group_buys.buys import GroupBuy
from bot.domain.group_buys.claims import Claim, ClaimState
from bot.domain.identifiers import SpecId

_ON_LABELS = frozenset(
    {ClaimState.BOUGHT, ClaimState.SUBSTITUTED, ClaimState.ARRIVED, ClaimState.HANDED}
)
_PAGE = """<!doctype html>
<html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title><style>
@page {{ size: A4; margin: 8mm }}
* {{ box-sizing: border-box }}
body {{ margin: 0; color: #000;
  font: 12px/1.35 system-ui, "Noto Sans", "Noto Sans CJK SC", sans-serif }}
header {{ padding: 0 0 4mm; font-size: 11px }}
main {{ display: grid; grid-template-columns: repeat(auto-fill, minmax(88mm, 1fr)); gap: 3mm }}
section {{ display: flex; gap: 3mm; padding: 3mm; border: 1px solid #999; border-radius: 2mm;
  break-inside: avoid; min-height: 36mm }}
section svg {{ width: 30mm; height: 30mm; flex: none }}
h2 {{ margin: 0; font-size: 16px; overflow-wrap: anywhere }}
p {{ margin: 0 0 1mm; color: #444 }}
ul {{ margin: 0; padding: 0 0 0 4mm; overflow-wrap: anywhere }}
</style></head><body><header>{title}<br>{hint}</header><main>
{labels}
</main></body></html>
"""


def label_page(
    buy: GroupBuy,
    title: str,
    link: Callable[[int], str],
    variant: Callable[[SpecId | None], str],
    hint: str,
) -> bytes:
    """Return an HTML page with a label for everybody who gets something.

    `link` returns what a label's code opens, given the number of a person's first claim; `variant`
    names one. What people wrote is escaped. It blocks.
    """
    people = people_of(each for each in buy.claims if each.state in _ON_LABELS and each.served)
    labels = "\n".join(
        _label(buy, claims, link(buy.claims_of(user)[0].number), variant)
        for user, claims in people.items()
    )
    page = _PAGE.format(title=html.escape(title), hint=html.escape(hint), labels=labels)
    return page.encode()


def _label(
    buy: GroupBuy, claims: tuple[Claim, ...], link: str, variant: Callable[[SpecId | None], str]
) -> str:
    first = claims[0]
    name = first.name or first.username or f"#{first.number}"
    username = f"@{first.username} · " if first.username and first.name else ""
    lines = "".join(
        f"<li>{pieces} × {html.escape(variant(spec))}</li>"
        for each in claims
        for spec, pieces in each.gets
    )
    return (
        f"<section>{qr_svg(link)}<div><h2>{html.escape(name)}</h2>"
        f"<p>{html.escape(username)}{buy.account_of(first.user_id)}</p><ul>{lines}</ul></div>"
        "</section>"
    )


def qr_svg(link: str) -> str:
    """Return an ASCII link as a QR code at error level M in SVG, with its quiet zone."""
    import zxingcpp  # noqa: PLC0415 - a quarter of a second that only labels need

    code = zxingcpp.create_barcode(link, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    modules = code.to_image(scale=1, add_quiet_zones=True)
    side = modules.shape[1]
    # It has the buffer protocol, which Python 3.11's types cannot say.
    dark = bytes(modules)  # type: ignore[call-overload]
    path = "".join(
        f"M{at % side} {at // side}h1v1h-1z" for at, module in enumerate(dark) if not module
    )
    return (
        f'<svg viewBox="0 0 {side} {side}" shape-rendering="crispEdges" role="img">'
        f'<path d="{path}"/></svg>'
    )
