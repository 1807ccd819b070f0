"""A group buy in words to copy: to share where the bot is not, and who gets what.

Each is one message that one tap copies; what is too long for one becomes several.
"""

from collections.abc import Iterable, Iterator

from telegram import Update

from bot.chat.context import Context, Reply
from bot.chat.measuring import visible_length
from bot.chat.screens import lines, paragraphs
from bot.chat.texts import Html, Texts, without_moments
from bot.chat.units import counted
from bot.domain.group_buys.bills import got_by_variant, people_of
from bot.domain.group_buys.buys import BuyState, GroupBuy
from bot.domain.group_buys.claims import Claim
from bot.domain.group_buys.showing import Progress
from handlers.group.buy_acting import seen
from handlers.group.buy_card import join_link
from handlers.group.buy_words import priced, progress_line, variant_name
from handlers.group.terms_words import buy_title, cost_lines, offers
from handlers.shared.files import send_texts

_LONGEST = 3500  # of the 4,096 that Telegram takes
_IN_LINE = 20  # of what somebody gets: what is more is a line of its own


async def words(_: Update, context: Context) -> Reply:
    """Send what the button names, as text to copy: what is shared, or who gets what."""
    buy, _books = await seen(context.session, context.services)
    if buy is None or buy.organiser != context.session.user_id:
        context.flash("buy.gone")
        return None
    t = priced(context.t, buy.terms)
    if context.arg == "share":
        if buy.state is not BuyState.OPEN:  # a button from before: nobody can join by that text
            context.flash("buy.refused_state")
            return None
        face = context.services.face()
        progress = await context.services.store.group_buys.progress(buy.buy_id)
        said = [to_share(t, face.username if face else "", buy, progress)]
    else:
        said = who_gets_what(t, buy)
    return await send_texts(context, [Html(f"<pre>{each}</pre>") for each in said])


def to_share(t: Texts, username: str, buy: GroupBuy, progress: Progress) -> Html:
    """Say what a card says, and where to join: for a chat that the bot is not in."""
    text = paragraphs(
        t("buy.share_title", title=buy_title(t, buy.terms)),
        offers(t, buy.terms, progress),
        lines(progress_line(t, buy, progress), cost_lines(t, buy.terms)),
        lines(
            t("buy.closes", moment=t.moment(buy.terms.deadline)),
            t("buy.share_link", link=join_link(username, buy)),
        ),
    )
    return Html(without_moments(text))


def who_gets_what(t: Texts, buy: GroupBuy) -> list[Html]:
    """List people with what each gets, then what that adds up to; cut to what a message takes."""
    taken, got = buy.taken, got_by_variant(buy.taken)
    people = [
        line for number, claims in _numbered(taken) for line in _person(t, buy, number, claims)
    ]
    sums = [
        t(
            "buy.order_line",
            variant=variant_name(t, buy, each),
            pieces=counted(t, pieces, buy.terms.goods_with(each.spec_id).unit),
        )
        for each in buy.terms.variants
        if (pieces := got.get(each.spec_id))
    ]
    head = t("buy.share_title", title=buy_title(t, buy.terms))
    return _cut([head, Html(""), *people, Html(""), t("buy.words_sums"), *sums])


def _numbered(taken: Iterable[Claim]) -> enumerate[tuple[Claim, ...]]:
    return enumerate(people_of(each for each in taken if each.served).values(), 1)


def _person(t: Texts, buy: GroupBuy, number: int, claims: tuple[Claim, ...]) -> Iterator[Html]:
    first = claims[0]
    parts = [
        f"{variant_name(t, buy, buy.terms.variant(spec))} × {pieces}"
        for each in claims
        for spec, pieces in each.gets
    ]
    name = first.name or first.username or buy.account_of(first.user_id)
    for at in range(0, len(parts), _IN_LINE):
        goods = "; ".join(parts[at : at + _IN_LINE])
        yield t("buy.words_person", number=number, name=name, goods=goods)


def _cut(listed: list[Html]) -> list[Html]:
    texts: list[Html] = []
    page: list[Html] = []
    for each in listed:
        if page and visible_length("\n".join((*page, each))) > _LONGEST:
            texts.append(Html("\n".join(page)))
            page = []
        page.append(each)
    return [*texts, Html("\n".join(page))]
