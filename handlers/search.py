"""What leads into results from anywhere: a photo, a file, words, a link, an offer's number."""

from telegram import Document, Message, PhotoSize, Update
from telegram.error import BadRequest, NetworkError

from bot.context import QUIET, Context, Outcome
from bot.domain.identifiers import OfferId
from bot.domain.links import bare_offer, has_short_link, offer_in_link
from bot.domain.sessions import Query, Step
from bot.marketplace.errors import MarketplaceError, RefusalReason, Refused
from bot.pictures import NotAPicture, PictureError, PicturesBusy, PictureTooLarge, PictureTooSmall
from bot.texts import cut
from handlers.failures import failure_key

LARGEST_DOWNLOAD = 20_000_000  # Telegram hands bots no larger file
_LONGEST_KEYWORD = 60
_PICTURE_PROBLEMS: dict[type[PictureError], str] = {
    PictureTooLarge: "search.picture_too_large",
    PictureTooSmall: "search.picture_too_small",
    NotAPicture: "search.not_a_picture",
    PicturesBusy: "search.pictures_busy",
}


async def photo(update: Update, context: Context) -> Outcome:
    """A photo or an image file: find what looks like it. An album is handled once."""
    message = update.effective_message
    if message is None or _is_rest_of_album(message, context):
        return QUIET
    if context.session.step is Step.PLACING:
        return None
    data = await _download(message, context)
    if data is None:
        return None
    hint = cut(message.caption, _LONGEST_KEYWORD) if message.caption else None
    try:
        query = await context.services.search.query_for_photo(data, hint)
    except PictureError as error:
        context.notice(_picture_key(error))
        return None
    return await look_for(context, query)


def _is_rest_of_album(message: Message, context: Context) -> bool:
    """Tell whether the album's first picture was handled already, and remember a new album."""
    if message.media_group_id is None:
        return False
    if message.media_group_id == context.session.album_id:
        return True
    context.change(album_id=message.media_group_id)
    context.notice("search.album")
    return False


def _picture_key(error: PictureError) -> str:
    kinds = (key for kind, key in _PICTURE_PROBLEMS.items() if isinstance(error, kind))
    return next(kinds, "search.picture_unreadable")


async def words(update: Update, context: Context) -> Outcome:
    """Plain text: an offer's number, else a keyword."""
    text = (update.effective_message.text if update.effective_message else None) or ""
    offer_id = bare_offer(text)
    if offer_id is not None:
        return await open_offer(context, offer_id)
    if has_short_link(text):
        context.notice("search.short_link")
        return None
    keyword = cut(text, _LONGEST_KEYWORD)
    if not any(each.isalnum() for each in keyword):
        context.notice("search.no_words")
        return None
    if not any("\u4e00" <= each <= "\u9fff" for each in keyword):
        context.notice("search.chinese_is_best")
    return await look_for(context, Query(keyword=keyword))


async def link(update: Update, context: Context) -> Outcome:
    """A 1688 offer link anywhere in a text opens that offer."""
    text = (update.effective_message.text if update.effective_message else None) or ""
    offer_id = offer_in_link(text)
    return await open_offer(context, offer_id) if offer_id is not None else None


async def look_for(context: Context, query: Query) -> Outcome:
    """Run a query and show its page; a failure keeps the query for another try."""
    context.change(query=query, asking=None, return_to=None, page=0)
    try:
        page = await context.services.search.run(query)
    except MarketplaceError as error:
        context.change(asking="retry")
        context.notice(failure_key(error))
        return Step.RESULTS
    context.writes.results = page
    return Step.RESULTS


async def open_offer(context: Context, offer_id: OfferId) -> Outcome:
    """Read an offer and show it."""
    if context.session.step is Step.PLACING:
        return None
    try:
        offer = await context.services.search.open_offer(offer_id)
    except Refused as error:
        known = {RefusalReason.NOT_FOUND, RefusalReason.VALIDATION, RefusalReason.UNKNOWN}
        if error.reason not in known:
            raise
        context.notice("offer.not_found", offer=str(offer_id))
        return None
    context.writes.offer = offer
    context.change(
        offer_id=offer.offer_id, chosen={}, sku_id=None, page=0, asking=None, return_to=None
    )
    return Step.OFFER


async def _download(message: Message, context: Context) -> bytes | None:
    """Fetch the file from Telegram, or put a notice and return None."""
    file = _file_of(message)
    if file is None:
        context.notice("search.not_a_picture")
        return None
    if file.file_size is not None and file.file_size > LARGEST_DOWNLOAD:
        context.notice("search.file_too_large")
        return None
    try:
        handle = await file.get_file()
        return bytes(await handle.download_as_bytearray())
    except BadRequest as error:
        too_big = "too big" in error.message.lower()
        context.notice("search.file_too_large" if too_big else "search.download_failed")
    except NetworkError:
        context.notice("search.download_failed")
    return None


def _file_of(message: Message) -> PhotoSize | Document | None:
    if message.photo:
        return max(message.photo, key=lambda size: size.width * size.height)
    return message.document
