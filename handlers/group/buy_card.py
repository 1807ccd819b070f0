"""The card of a group buy in a group or channel: nothing of anybody, and the way to join."""

from bot.chat.measuring import fitting
from bot.chat.screens import Button, Rows, Screen, SellerPicture, lines, paragraphs, row
from bot.chat.texts import Html, Texts, cut
from bot.domain.group_buys.buys import ENDED, BuyState, GroupBuy
from bot.domain.group_buys.showing import Progress
from bot.domain.links import start_link
from handlers.group.buy_words import priced, progress_line, state_line
from handlers.group.terms_words import buy_title, cost_lines, offers

PAYLOAD = "g1-"
"""What the payload of a link to a group buy begins with; a later form leaves these valid."""

PART = "part"
"""What a press on a card asks for: one's own part of the buy."""

_TITLES = (120, 80, 50, 30)


def join_link(username: str, buy: GroupBuy) -> str:
    """Return the link that opens a buy in the private chat of whoever presses it."""
    return start_link(username, f"{PAYLOAD}{buy.token}")


def buy_card(t: Texts, username: str, buy: GroupBuy, progress: Progress | None) -> Screen:
    """Show a buy to everybody: goods, price steps, how far, until when, its state.

    Without `progress` it says nothing of how far: where the card is not kept true.
    """
    t, goods = priced(t, buy.terms), buy.terms.goods

    def text(longest: int) -> Html:
        return paragraphs(
            t("buy.card_title", title=cut(buy_title(t, buy.terms), longest)),
            offers(t, buy.terms, progress or Progress()),
            lines(progress_line(t, buy, progress) if progress else None, cost_lines(t, buy.terms)),
            state_line(t, buy),
        )

    rows: Rows = ()
    if buy.state not in ENDED:
        join = Button(t("buy.join_button"), url=join_link(username, buy))
        mine = Button(t("buy.my_part_button"), PART, buy.token)
        rows = row(join if buy.state is BuyState.OPEN else None, mine)
    picture = SellerPicture(goods.picture_url) if goods.picture_url else None
    return Screen(fitting(text, _TITLES), rows, picture)
