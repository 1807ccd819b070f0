"""An operator publishes an offer: in a channel or group, below words of their own if they like."""

from telegram import Update

from bot.chat.buttons import natural
from bot.chat.context import Context, Reply
from bot.chat.measuring import utf16_length
from bot.chat.screens import Button, Rows, Screen, SellerPicture, View, lines, paragraphs, row
from bot.chat.texts import Html, cut
from bot.domain.asking import PublishAsked
from bot.domain.identifiers import ChatId
from bot.domain.offers import Offer
from bot.domain.posts import LONGEST_TEXT, NewPost, Post, PostPlace, PostState
from bot.domain.sessions import Session, Step
from bot.domain.small_talk import turns_back
from bot.domain.writes import EndPost, QueuePost
from bot.services.bundle import Services
from handlers.desk.door import for_operators
from handlers.shared.offer_card import offer_card, own_words

_TITLE = 28
_MOST_PLACES, _MOST_POSTS = 12, 6


class PublishView(View, frozen=True):
    """The offer, where it may be published, and where it is."""

    offer: Offer | None = None
    places: tuple[PostPlace, ...] = ()
    posts: tuple[Post, ...] = ()


async def load(session: Session, services: Services) -> PublishView:
    """Load the offer with its posts, and the places that operators let the bot post in."""
    offer_id = session.picking.offer_id
    store = services.store
    return await PublishView.of(
        session,
        services,
        offer=await store.offers.offer(offer_id) if offer_id is not None else None,
        places=tuple(await places_for(services)),
        posts=tuple(await store.posts.posts_of(offer_id)) if offer_id is not None else (),
    )


async def places_for(services: Services) -> list[PostPlace]:
    """Return where operators let the bot post: other people's groups are none of their business."""
    places = await services.store.posts.post_places()
    return [each for each in places if services.access.is_operator(each.let_by)]


def screen(view: PublishView) -> Screen:
    """Show what would be posted, where it may be, and what stands already."""
    t, offer = view.t, view.offer
    back = row(Button(t("publish.back_button"), "back"))
    if offer is None:
        return Screen(paragraphs(view.flash, t("offer.not_opened")), back)
    asked = publish_asked(view.session)
    text = paragraphs(
        view.flash,
        t("publish.title"),
        own_words(asked.text) if asked.text else None,
        offer_card(t, "", offer, room=LONGEST_TEXT).text,
        _posted(view),
        t("publish.change_text") if asked.text else t("publish.ask_text"),
        None if view.places else t("publish.no_places"),
    )
    picture = SellerPicture(offer.picture_url) if offer.picture_url else None
    return Screen(text, _buttons(view, asked) + back, picture)


def _posted(view: PublishView) -> Html | None:
    """Name the posts that are there or on their way, the latest ones."""
    t, titles = view.t, _titles(view)
    told = [
        t(
            "publish.there" if each.state is PostState.POSTED else "publish.under_way",
            place=titles.get(each.chat_id, each.title),
            time=t.moment(each.made_at),
        )
        for each in view.posts[-_MOST_POSTS:]
    ]
    return lines(*told) or None


def _buttons(view: PublishView, asked: PublishAsked) -> Rows:
    t, titles = view.t, _titles(view)
    rows: Rows = ()
    for place in view.places[:_MOST_PLACES]:
        label = t("publish.place_button", place=cut(place.title, _TITLE))
        rows += row(Button(label, "post", str(place.chat_id)))
    for post in view.posts[-_MOST_POSTS:]:
        if post.state is PostState.POSTED:
            title = cut(titles.get(post.chat_id, post.title), _TITLE)
            rows += row(Button(t("publish.down_button", place=title), "down", str(post.post_id)))
    if asked.text:
        rows += row(Button(t("publish.plain_button"), "plain"))
    return rows


def _titles(view: PublishView) -> dict[ChatId, str]:
    return {each.chat_id: each.title for each in view.places}


def publish_asked(session: Session) -> PublishAsked:
    """Return what the operator wrote to be published so far."""
    asked = session.focus.asking
    return asked if isinstance(asked, PublishAsked) else PublishAsked()


@for_operators
async def publish(_: Update, context: Context) -> Reply:
    """Turn from the offer to publishing it."""
    context.focus(asking=PublishAsked())
    return Step.PUBLISH


@for_operators
async def post(_: Update, context: Context) -> Reply:
    """Have it posted there, with the words that stand on the screen."""
    offer = await context.offer()
    places = await places_for(context.services)
    place = next((each for each in places if str(each.chat_id) == context.arg), None)
    if offer is None or place is None:
        context.flash("publish.place_gone")
        return None
    context.write(
        QueuePost(
            NewPost(
                offer_id=offer.offer_id,
                chat_id=place.chat_id,
                made_by=context.session.user_id,
                language=context.session.language,
                text=publish_asked(context.session).text,
                title=place.title,
            )
        )
    )
    context.flash("publish.on_its_way", place=place.title)
    return None


@for_operators
async def down(_: Update, context: Context) -> Reply:
    """Have a post of this offer taken down."""
    offer, number = await context.offer(), natural(context.arg)
    posts = await context.services.store.posts.posts_of(offer.offer_id) if offer else []
    if number not in {each.post_id for each in posts if each.state is PostState.POSTED}:
        context.flash("publish.not_there")
        return None
    context.write(EndPost(number or 0))
    context.flash("publish.being_taken_down")
    return None


@for_operators
async def text(update: Update, context: Context) -> Reply:
    """Take the operator's words; their lines stay, their formatting does not.

    What turns back, 取消 above all, is not meant for the channel.
    """
    message = update.effective_message
    words = ((message.text if message else None) or "").strip()
    if turns_back(words):
        return await back(update, context)
    length = utf16_length(words)
    if length > LONGEST_TEXT:
        context.flash("publish.too_long", most=LONGEST_TEXT, length=length)
        return None
    context.focus(asking=PublishAsked(text=words))
    return None


@for_operators
async def other(_: Update, context: Context) -> Reply:
    """A photo, a file: the offer has its own picture."""
    context.flash("publish.only_words")
    return None


@for_operators
async def plain(_: Update, context: Context) -> Reply:
    """Leave the words out again."""
    context.focus(asking=PublishAsked())
    return None


async def back(_: Update, context: Context) -> Reply:
    """Return to the offer."""
    context.focus(asking=None)
    return Step.OFFER
