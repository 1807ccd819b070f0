"""A file that is no picture took a download and a decoding: it counts as a search."""

from typing import Any, cast

from goods import Shelf, context, session

from bot.pictures import NotAPicture, PicturesBusy
from bot.services.quotas import Quotas
from handlers.finding import search


class File:
    """What Telegram hands out."""

    file_size = 10

    async def get_file(self) -> "File":
        return self

    async def download_as_bytearray(self) -> bytearray:
        return bytearray(b"no picture")


class Message:
    photo = ()
    document = File()


async def _sent(error: Exception) -> Any:
    """Send the file; return the seconds until the next search."""
    at = context(session(), Shelf())
    services = at.services
    object.__setattr__(
        services, "quotas", Quotas(services.store, cast("Any", None), searches_per_hour=1)
    )

    async def refuse(_: bytes) -> None:
        raise error

    services.search._photos = cast("Any", type("Photos", (), {"prepare": staticmethod(refuse)}))
    Message.document.mime_type = "image/png"
    assert await search._uploaded(cast("Any", Message()), at) is None
    assert at.session.announced.flash is not None
    return services.quotas.search_again_in(at.session.user_id)


async def test_a_bad_file_is_counted() -> None:
    """Its sender has one search less."""
    assert await _sent(NotAPicture("no")) is not None


async def test_waiting_in_vain_is_not() -> None:
    """Nothing was downloaded for them."""
    assert await _sent(PicturesBusy("many")) is None
