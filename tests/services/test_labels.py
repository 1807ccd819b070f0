"""Labels for the hand-out: one a person, a code that reads back, nobody's markup."""

import re

import zxingcpp
from PIL import Image

from bot.domain.group_buys.claims import ClaimState
from bot.domain.group_buys.joining import joined
from bot.services.grouping.labels import label_page, qr_svg
from tests.domain.group_buys.groups import BLUE, opened, wanted


def test_a_code_reads_back() -> None:
    link = "https://t.me/SnaporderBot?start=h1-kQ3vX9mT2bL7pZ4a-12"
    drawn = qr_svg(link)
    found = re.search(r'viewBox="0 0 (\d+) ', drawn)
    assert found is not None
    picture = Image.new("L", (int(found[1]), int(found[1])), 255)
    for x, y in re.findall(r"M(\d+) (\d+)h1", drawn):
        picture.putpixel((int(x), int(y)), 0)
    wide = picture.resize((picture.width * 4, picture.height * 4), Image.Resampling.NEAREST)
    assert [each.text for each in zxingcpp.read_barcodes(wide)] == [link]


def test_everybody_who_gets_something_has_one_label() -> None:
    buy = opened()
    for user, more in ((2, {"name": "<b>Anna</b>"}), (2, {"spec_id": BLUE}), (3, {})):
        buy = joined(buy, wanted(buy, user, 2, **more))[0].buy
    states = (ClaimState.ARRIVED, ClaimState.HANDED, ClaimState.SHORT)
    claims = [each.replace(state=state) for each, state in zip(buy.claims, states, strict=True)]
    page = label_page(
        buy.replace(claims=tuple(claims)), "Mugs & co", str, lambda spec: f"{spec}", "?"
    ).decode()
    assert page.count("<section>") == 1  # the other's pieces never came
    assert "&lt;b&gt;Anna" in page
    assert "Mugs &amp; co" in page
    assert page.count("<li>2 × ") == 2
