"""What leads into results from anywhere: a photo, a file, words, a link, an offer's number."""

from telegram import Document, Message, PhotoSize, Update
from telegram.error import BadRequest, NetworkError

from bot.chat.context import QUIET, Context, Reply
from bot.chat.routing import said
from bot.chat.texts import cut
from bot.domain.asking import OfferUnread
from bot.domain.identifiers import OfferId
from bot.domain.links import bare_offer, has_link, nameless_link, offer_in_link
from bot.domain.offers import SearchPage
from bot.domain.sessions import Focus, Picking, Query, Step, Wish
from bot.domain.small_talk import Talk, command_meant, talk_of, wanted_as_goods
from bot.domain.writes import KeepOffer, KeepResults
from bot.marketplace.errors import MarketplaceError, RefusalReason, Refused
from bot.pictures import NotAPicture, PictureError, PicturesBusy, PictureTooLarge, PictureTooSmall
from bot.services.finding.albums import caption_of
from bot.services.finding.search import Search
from bot.services.waiting import waiting
from handlers.shared.address_words import is_address, take_pasted
from handlers.shared.failures import failure_key
from handlers.shared.quotas import count_search, may_search

LARGEST_DOWNLOAD = 20 * 1024 * 1024  # Telegram hands bots no larger file
LONGEST_KEYWORD = 60  # characters
_NO_PICTURES = {"video": "search.moving", "audio": "search.not_a_picture"}
ANSWERS = {
    Talk.GREETING: "search.greeting",
    Talk.THANKS: "search.thanks",
    Talk.ORDER: "search.small_talk",
    Talk.HUMAN: "search.nobody",
    Talk.OTHER: "search.small_talk",
}
_PICTURE_PROBLEMS: dict[type[PictureError], str] = {
    PictureTooLarge: "search.picture_too_large",
    PictureTooSmall: "search.picture_too_small",
    NotAPicture: "search.not_a_picture",
    PicturesBusy: "search.pictures_busy",
}


async def photo(update: Update, context: Context) -> Reply:
    """A photo or an image file: find what looks like it. An album is handled once."""
    message = update.effective_message
    if message is None or is_rest_of_album(message, context):
        return QUIET
    if context.session.step is Step.PLACING:
        return None
    if message.media_group_id is not None:
        context.change(album_id=message.media_group_id)
    offer_id = offer_in_link(said(message))
    if offer_id is not None:
        return await open_offer(context, offer_id)
    if not may_search(context, counted=False):
        return None
    if message.media_group_id is not None:
        context.flash("search.album")
    context.looks_for(Wish())
    query = await _uploaded(message, context)
    if query is None:
        return None
    hint = await _caption(message, context)
    if talk_of(hint) or command_meant(hint):
        hint = ""  # 这个多少钱 is said of the picture, and no word of its title
    return await look_for(context, query.replace(hint=cut(hint, LONGEST_KEYWORD) or None))


def is_rest_of_album(message: Message, context: Context) -> bool:
    """Tell whether the album that a message belongs to was answered already."""
    album_id = message.media_group_id
    return album_id is not None and album_id == context.session.album_id


async def _uploaded(message: Message, context: Context) -> Query | None:
    """Hand a picture to the marketplace, or put a flash and return None.

    A file that is no use took as much to find that out as one that is: it counts as a search.
    """
    try:
        return await query_for_file(context.services.search, message)
    except PicturesBusy as error:
        context.flash(picture_problem(error))
        return None
    except BadFile as error:
        context.flash(error.key)
    except PictureError as error:
        context.flash(picture_problem(error))
    except Refused:
        context.flash("search.upload_refused")
    except MarketplaceError:
        # Without an upload there is nothing to try again with.
        context.flash("search.upload_failed")
    count_search(context)
    return None


async def query_for_file(search: Search, message: Message) -> Query:
    """Return the query that finds what looks like a message's photo or image file.

    Its bytes are within the one budget of all files until they are uploaded. Raises `BadFile`,
    `PictureError`, `MarketplaceError`.
    """
    file = _file_of(message)
    async with search.room_for(file.file_size if file is not None else 0):
        return await search.query_for_photo(await downloaded(message))


def picture_problem(error: PictureError) -> str:
    """Return the text for a file that is no picture to search with."""
    kinds = (key for kind, key in _PICTURE_PROBLEMS.items() if isinstance(error, kind))
    return next(kinds, "search.picture_unreadable")


async def _caption(message: Message, context: Context) -> str:
    """Return what the person wrote under the picture, on whichever item of an album."""
    if message.caption or message.media_group_id is None:
        return message.caption or ""
    store, album_id = context.services.store, message.media_group_id
    return await caption_of(store.inbox, message.chat.id, album_id) or ""


async def words(update: Update, context: Context, *, stay: str | None = None) -> Reply:
    """Plain text: an offer's number, an address, else a keyword.

    With `stay`, words that nothing is found for leave the person where they are: that text says
    so, and the buttons there go on working.
    """
    text = (update.effective_message.text if update.effective_message else None) or ""
    offer_id = bare_offer(text)
    if offer_id is not None:
        return await open_offer(context, offer_id)
    if has_link(text):
        context.flash("search.other_link")
        return None
    if is_address(context, text):
        return take_pasted(context, text)
    goods = wanted_as_goods(text)
    if goods is None and not _is_for_goods(context, text):
        return None
    keyword = cut(goods or text, LONGEST_KEYWORD)
    if not any(each.isalnum() for each in keyword):
        context.flash("search.no_words")
        return None
    if not any("\u4e00" <= each <= "\u9fff" for each in keyword):
        context.flash("search.chinese_is_best")
    return await look_for(context, Query(keyword=keyword), stay=stay)


def _is_for_goods(context: Context, text: str) -> bool:
    """Tell whether words may name goods; a command or small talk gets its answer instead."""
    if command := command_meant(text):
        context.flash("search.command_meant", command=command, words=text.strip())
    elif talk := talk_of(text):
        at_start = talk is Talk.GREETING and context.session.step is Step.START  # which greets
        key = "search.of_that_name" if at_start else ANSWERS[talk]
        context.flash(key, words=cut(text.strip(), LONGEST_KEYWORD))
    else:
        return True
    return False


async def link(update: Update, context: Context) -> Reply:
    """A 1688 link anywhere in a text opens its offer; the app's short links are followed."""
    text = said(update.effective_message) if update.effective_message else ""
    offer_id, address = offer_in_link(text), nameless_link(text)
    if offer_id is None and address is not None and context.session.step is not Step.PLACING:
        async with waiting():
            offer_id = await context.services.short_links.offer(address)
    if offer_id is None:
        context.flash("search.short_link")
        return None
    return await open_offer(context, offer_id)


async def look_for(context: Context, query: Query, *, stay: str | None = None) -> Reply:
    """Run a query and show its page; a failure keeps the query for another try.

    With `stay`, a page without hits is told by that text where the person is.
    """
    if not may_search(context):
        return None
    query, here = query.replace(unread=False), context.session
    context.looks_for(Wish(query=query))
    context.change(query=query.replace(pending=True), focus=Focus())
    try:
        answered, page = await context.services.search.find(query)
    except MarketplaceError as error:
        _search_failed(context, query, error)
        return Step.RESULTS
    if answered != query:
        context.flash("search.in_chinese", words=query.words, chinese=answered.words)
        query = answered
    if stay is not None and not page.hits:
        context.session = here
        context.flash(stay, words=query.words)
        return None
    context.write(KeepResults(page))
    context.change(query=query.replace(pending=False))
    return Step.RESULTS


async def turn_to(context: Context, query: Query) -> bool:
    """Show a variation of the search under way; False when the person stays where they were."""
    page = await found(context, query)
    if page is None:
        return False
    context.write(KeepResults(page))
    context.change(query=query.replace(pending=False))
    return True


async def found(context: Context, query: Query) -> SearchPage | None:
    """Return a page of the search under way, or put a flash and return None."""
    if not may_search(context):
        return None
    context.looks_for(Wish(query=query))
    try:
        return await context.services.search.run(query)
    except MarketplaceError as error:
        _search_failed(context, query, error)
        return None


def _search_failed(context: Context, query: Query, error: MarketplaceError) -> None:
    """Say why there are no results."""
    if isinstance(error, Refused) and query.image_id is not None:
        # An uploaded picture is kept for an unstated while (contract 4.1).
        context.flash("search.photo_forgotten")
    elif isinstance(error, Refused):
        context.flash("marketplace.refused_because", reason=error.message or error.code or "?")
    else:
        context.flash(failure_key(error))


async def given_up(_: Update, context: Context) -> Reply:
    """Look once more for what was given up for something else."""
    wish = context.before.announced.given_up
    if wish is None:
        return None
    if wish.offer_id is not None:
        return await open_offer(context, wish.offer_id)
    return await look_for(context, wish.query) if wish.query is not None else None


async def open_offer(context: Context, offer_id: OfferId) -> Reply:
    """Read an offer and show it. Raises `MarketplaceError` for a press, which can be repeated."""
    if context.session.step is Step.PLACING:
        return None
    unread = None
    context.looks_for(Wish(offer_id=offer_id))
    try:
        context.write(KeepOffer(await context.services.search.open_offer(offer_id)))
    except Refused as error:
        known = {RefusalReason.NOT_FOUND, RefusalReason.VALIDATION, RefusalReason.UNKNOWN}
        if error.reason not in known:
            raise
        context.flash("offer.not_found", offer=str(offer_id))
        return None
    except MarketplaceError as error:
        if context.press is not None:
            raise
        # A text would have to be sent again, so its offer is kept for another try.
        context.flash(failure_key(error))
        unread = OfferUnread()
    context.change(picking=Picking(offer_id=offer_id), focus=Focus(asking=unread))
    return Step.OFFER


class BadFile(Exception):
    """A file that can't be had from Telegram, or is no picture; `key` is the text for it."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


async def downloaded(message: Message) -> bytes:
    """Return a message's photo or image file. Raises `BadFile`."""
    file = _file_of(message)
    kind = (message.document.mime_type or "").partition("/")[0] if message.document else ""
    if file is None or kind in _NO_PICTURES:
        raise BadFile(_NO_PICTURES.get(kind, "search.not_a_picture"))
    if file.file_size is not None and file.file_size > LARGEST_DOWNLOAD:
        raise BadFile("search.file_too_large")
    try:
        async with waiting():
            handle = await file.get_file()
            return bytes(await handle.download_as_bytearray())
    except BadRequest as error:
        too_big = "too big" in error.message.lower()
        raise BadFile("search.file_too_large" if too_big else "search.download_failed") from error
    except NetworkError as error:
        raise BadFile("search.download_failed") from error


def _file_of(message: Message) -> PhotoSize | Document | None:
    if message.photo:
        return max(message.photo, key=lambda size: size.width * size.height)
    return message.document
