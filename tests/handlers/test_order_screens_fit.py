"""Orders' cards, lists and questions stay within Telegram's limits, whatever they hold."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from fitting import TITLES, well_formed
from goods import Shelf, context, session
from orders_drawn import NOW, line, part

from bot.chat.context import Context, Overlay
from bot.chat.keyboards import keyboard_json
from bot.chat.measuring import visible_length
from bot.chat.rich import rich_message
from bot.chat.screens import CAPTION_LIMIT, TEXT_LIMIT, ContactSheet, Screen, SellerPicture
from bot.domain.addresses import Address
from bot.domain.identifiers import (
    ChatId,
    MerchantOrderNo,
    UserId,
)
from bot.domain.money import Fen
from bot.domain.orders import (
    FailedLine,
    Order,
    OrderStatus,
    Placing,
    Refusal,
)
from bot.domain.pricing import TierScope
from bot.domain.quotes import Quote, QuoteLine
from bot.domain.reordering import recheck
from bot.domain.sessions import Step
from bot.domain.writes import ClaimOrder
from bot.storage.ports import StepCommit
from handlers.orders import again, cancelling, card, listing, receipt, together
from handlers.orders.card_text import LINES_PER_PAGE

MOST_BUTTONS = 100  # that Telegram takes below one message
LONGEST_COPY = 256
WORST = ("markup", "right to left")
MOST_BLOCKS, MOST_RICH = 500, 32_768
AMOUNT = re.compile(r"¥[\d,.]*\d")
LONGEST_LABEL = 64  # characters that are worth reading on a phone


def order(title: str, count: int = 50, split: int = 8, **changes: Any) -> Order:
    """An order with lines of such titles, in so many parts, each in another state."""
    lines = tuple(line(number, title) for number in range(count))
    states = list(OrderStatus)
    share = -(-count // split)
    whole = Order(
        order_no=MerchantOrderNo("S261123-7K3MZQ4T"),
        user_id=UserId(7),
        chat_id=ChatId(7),
        placing=Placing.PLACED,
        lines=lines,
        quote=Quote(
            lines=tuple(
                QuoteLine(
                    offer_id=each.offer_id,
                    spec_id=each.spec_id,
                    amount=Fen(99_999_999_999),
                    unit_price=Fen(99_999_999),
                )
                for each in lines
            ),
            goods=Fen(99_999_999_999),
            freight=Fen(1),
            total=Fen(100_000_000_000),
        ),
        address=Address(
            full_name="欧阳" * 25,
            mobile="13812345678",
            province="新疆维吾尔自治区",
            city="伊犁哈萨克自治州",
            district="察布查尔锡伯自治县",
            street="长" * 200,
            district_code="654022",
        ),
        note="请" * 200,
        created_at=NOW,
        parts=tuple(
            part(n, lines[n * share : (n + 1) * share], states[n % len(states)])
            for n in range(split)
        ),
    )
    return whole.replace(**changes)


def here(language: str, arg: str = "") -> Context:
    made = context(session(step=Step.START, language=language), Shelf(), arg=arg)
    made.now = NOW
    return made


def assert_fits(screen: Screen, language: str) -> None:
    limit = CAPTION_LIMIT if screen.picture is not None else TEXT_LIMIT
    assert visible_length(screen.text) <= limit
    assert well_formed(screen.text.replace("<code>", "").replace("</code>", ""))
    buttons = [button for row in screen.rows for button in row]
    assert len(buttons) <= MOST_BUTTONS
    assert max(len(button.text) for button in buttons) <= LONGEST_LABEL
    assert all(len(button.copy) <= LONGEST_COPY for button in buttons if button.copy is not None)
    keyboard_json(session(language=language, revision=36**5), screen)  # raises over 64 bytes
    if screen.rich is not None:
        assert_rich_fits(screen)
    if isinstance(screen.picture, ContactSheet):
        assert 1 < len(screen.picture.urls) <= LINES_PER_PAGE


def assert_rich_fits(screen: Screen) -> None:
    """Within Telegram's limits, and no amount that the words have is missing."""
    assert screen.rich is not None
    message = rich_message(screen.rich.parts, None)
    assert len(message.blocks) <= MOST_BLOCKS
    written = message.as_json()
    assert len(written) <= MOST_RICH  # with its markup, so shorter without
    assert set(AMOUNT.findall(screen.text)) <= set(AMOUNT.findall(written))


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("title", list(TITLES))
async def test_a_card_of_fifty_endless_lines_in_eight_parts_fits(title: str, language: str) -> None:
    """The first pages of its lines and the last, with news above; all numbers still stand."""
    of = order(TITLES[title])
    for page in (0, 4, 50 // LINES_PER_PAGE):
        screen = await card.screen(here(language), of, "好" * 300, page=page)
        assert_fits(screen, language)
        assert of.order_no in screen.text
        assert all(str(each.order_id) in screen.text for each in of.parts[:4])


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("title", WORST)
async def test_a_small_orders_card_keeps_its_picture(title: str, language: str) -> None:
    """Endless names are cut before the picture is given up; each line's number is on the sheet."""
    for count in (1, 3):
        of = order(TITLES[title], count, 1)
        plain = of.parts[0].replace(
            status=OrderStatus.AWAITING_RECEIPT, parcels=of.parts[0].parcels[1:2], close_reason=""
        )
        of = of.replace(
            parts=(plain,), note="", address=of.address.replace(full_name="张三", street="长" * 60)
        )
        screen = await card.screen(here(language), of)
        assert_fits(screen, language)
        kind = SellerPicture if count == 1 else ContactSheet
        assert isinstance(screen.picture, kind)


def not_placed(title: str) -> Iterator[Order]:
    words = TITLES[title]
    none: dict[str, Any] = {"parts": ()}
    for placing in Placing:
        yield order(words, placing=placing, **none)
    refusal = Refusal(code="out_of_stock", message=words)
    yield order(words, placing=Placing.REFUSED, refusal=refusal, **none)
    yield order(words, placing=Placing.CHANGED, newer_quote=order("x").quote, **none)
    failed = tuple(
        FailedLine(offer_id=each.offer_id, spec_id=each.spec_id, message=words)
        for each in order(words).lines
    )
    yield order(words, failed_lines=failed)
    yield order(words, parts=tuple(order(words, 50, 40).parts))


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("title", WORST)
async def test_cards_of_every_state_fit(title: str, language: str) -> None:
    """Being placed, refused with endless words, changed, in part, in forty parts."""
    for of in not_placed(title):
        assert_fits(await card.screen(here(language), of), language)


async def stored(ctx: Context, *of: Order) -> None:
    store: Any = ctx.services.store
    for number, each in enumerate(of):
        claimed = each.replace(placing=Placing.CLAIMED, parts=())
        claimant = session(session_id=f"S{number}", revision=1, chat_id=ChatId(7))
        commit = StepCommit(session=claimant, expected_revision=None, writes=(ClaimOrder(claimed),))
        store._sessions.clear()
        await store.commit_step(commit)
        await store.save_order(each, Placing.CLAIMED)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("title", WORST)
async def test_lists_of_endless_titles_fit(title: str, language: str) -> None:
    """A page of orders of all states, and twenty unpaid ones to choose from."""
    ctx = here(language)
    unpaid = [
        order(
            TITLES[title],
            2,
            1,
            order_no=MerchantOrderNo(f"S261123-{number:08}"),
            parts=(part(number, (), OrderStatus.AWAITING_PAYMENT),),
        )
        for number in range(20)
    ]
    of = order(TITLES[title])
    await stored(ctx, *unpaid, of)
    assert_fits((await listing.listed(ctx)).screen, language)
    chosen = await together.together(None, ctx)  # type: ignore[arg-type] - reads no update
    assert isinstance(chosen, Overlay)
    assert_fits(chosen.screen, language)
    assert f"S261123-{19:08}" in chosen.screen.text


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("title", WORST)
async def test_questions_about_a_large_order_fit(title: str, language: str) -> None:
    """Cancelling and confirming name what they are about."""
    open_parts = order(TITLES[title]).parts
    unpaid = order(
        TITLES[title],
        parts=tuple(each.replace(status=OrderStatus.AWAITING_PAYMENT) for each in open_parts),
    )
    assert_fits((await cancelling._asked(here(language), unpaid, "好" * 300)).screen, language)
    shipped = unpaid.replace(
        parts=tuple(each.replace(status=OrderStatus.AWAITING_RECEIPT) for each in open_parts)
    )
    assert_fits((await receipt._asked(here(language), shipped, 8, "好" * 300)).screen, language)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("title", WORST)
def test_a_report_of_fifty_differences_fits(title: str, language: str) -> None:
    """Every line that is gone has its own."""
    of = order(TITLES[title])
    report = again._report(here(language), of, recheck(of.lines, {}, TierScope.OFFER))
    assert_fits(report.screen, language)
