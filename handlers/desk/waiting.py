"""What waits for a person at a shop's desk: proofs, orders to pay at 1688, money owed back."""

from telegram import Update

from bot.chat.buttons import natural
from bot.chat.context import Context, Overlay, Reply
from bot.chat.screens import Button, Rows, Screen, grid, lines, paragraphs, row
from bot.chat.texts import Html, cut
from bot.domain.collecting import FOR_OPERATORS, Standing, payment_code
from bot.services.collecting.shop import Shop
from bot.storage.shop_ports import ShopCase
from handlers.desk.door import desk_button, for_operators
from handlers.shared.money_words import rate_of

_PAGE = 8
_NAME = 24
TITLES = {
    Standing.PROOF: "waiting.proofs",
    Standing.TO_PAY_THERE: "waiting.to_pay_there",
    Standing.OWED: "waiting.owed",
    Standing.TO_PAY: "waiting.to_pay",
}
_BUTTONS = {
    Standing.PROOF: "waiting.proofs_button",
    Standing.TO_PAY_THERE: "waiting.to_pay_there_button",
    Standing.OWED: "waiting.owed_button",
    Standing.TO_PAY: "waiting.to_pay_button",
}


async def counted(context: Context, shop: Shop) -> Html:
    """Say at the top of the desk what waits, first things first."""
    t, counts = context.t, await shop.count_cases()
    return lines(*(t(key, number=counts[each]) for each, key in TITLES.items()))


async def buttons(context: Context, shop: Shop) -> Rows:
    """The ways to what waits, and to what customers still have to pay."""
    t, counts = context.t, await shop.count_cases()
    there = [
        Button(t(_BUTTONS[each], number=counts[each]), "waiting", each.value, standing=True)
        for each in TITLES
        if counts[each]
    ]
    terms = Button(t("terms.button"), "terms", standing=True)
    books = Button(t("ledger.button"), "ledger", standing=True)
    return grid([*there, terms, books], 2)


@for_operators
async def waiting(_: Update, context: Context) -> Reply:
    """List the orders that stand so, the longest waiting first."""
    shop = context.services.shop
    if shop is None:
        return None
    wanted, _dot, page = context.arg.partition(".")
    standing = next((each for each in TITLES if each.value == wanted), FOR_OPERATORS[0])
    start = (natural(page) or 0) * _PAGE
    found = await shop.cases(standing, _PAGE + 1, start)
    told = [await _row(context, case) for case in found[:_PAGE]]
    text = paragraphs(
        context.t(TITLES[standing], number=(await shop.count_cases())[standing]),
        *(line for line, _ in told),
        context.t("waiting.none") if not found else None,
    )
    rows = grid([button for _, button in told], 2)
    before = _turn(context, "balance.newer_button", standing, start // _PAGE - 1) if start else None
    after = None
    if len(found) > _PAGE:
        after = _turn(context, "balance.older_button", standing, start // _PAGE + 1)
    return Overlay(
        Screen(text, rows + row(before, after) + row(desk_button(context))), in_place=True
    )


def _turn(context: Context, key: str, standing: Standing, page: int) -> Button:
    return Button(context.t(key), "waiting", f"{standing.value}.{page}", standing=True)


async def _row(context: Context, case: ShopCase) -> tuple[Html, Button]:
    t, code = context.t, payment_code(case.order_no)
    order = await context.services.store.orders.order(case.order_no)
    charge = order.quote.charge if order else None
    if order is None or charge is None:
        return t("orders.gone"), Button(code, "case", case.order_no, standing=True)
    line = t(
        "waiting.line",
        code=code,
        amount=t.priced(rate_of(order)).amount(charge.due),
        name=cut(order.buyer_name or str(order.user_id), _NAME),
        title=cut(order.lines[0].title.in_language(context.session.language), _NAME),
        time=t.moment(case.since),
    )
    return line, Button(code, "case", case.order_no, standing=True)
