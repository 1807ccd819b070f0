"""Pictures of screens: made once for all who look at the same, and tried again after a failure."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from drawn_pictures import encoded, noise

from bot.chat.illustrations import Illustrations
from bot.chat.screens import ContactSheet, QrCode, SellerPicture
from bot.pictures import PictureFetcher, PictureWorker

HOST = "pictures.example"
SHEET = ContactSheet((f"https://{HOST}/1.jpg", f"https://{HOST}/2.jpg"))
ANOTHER = ContactSheet((f"https://{HOST}/3.jpg",))


class Host(httpx.AsyncBaseTransport):
    """The marketplace's pictures; counts how often each is asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.status = 200
        self.hangs: asyncio.Event | None = None
        self.expected = 2
        self.asked_by_now = asyncio.Event()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path)
        if len(self.asked) == self.expected:
            self.asked_by_now.set()
        await (self.hangs.wait() if self.hangs is not None else asyncio.sleep(0.02))
        return httpx.Response(self.status, content=encoded(noise(300, 300), "JPEG"))


@pytest.fixture
def host() -> Host:
    return Host()


@pytest.fixture
async def pictures(host: Host) -> AsyncIterator[Illustrations]:
    fetcher = PictureFetcher(frozenset({HOST}), transport=host)
    worker = PictureWorker()
    made = Illustrations(fetcher, worker)
    yield made
    await made.close()
    await fetcher.aclose()
    await worker.close()


async def test_a_channel_that_looks_at_the_same_results_has_their_sheet_made_once(
    pictures: Illustrations, host: Host
) -> None:
    """Sixty people at once; other results are made beside it."""
    sheets = await asyncio.gather(
        *(pictures.make(SHEET) for _ in range(60)), pictures.make(ANOTHER)
    )
    assert len({id(each) for each in sheets}) == 2
    small = ["/1.460x460.jpg", "/2.460x460.jpg", "/3.460x460.jpg"]
    assert sorted(host.asked) == small


async def test_no_more_than_two_sheets_are_in_memory(pictures: Illustrations, host: Host) -> None:
    """Two are composed at a time; the others' pictures are not even asked for before."""
    sheets = [
        ContactSheet(tuple(f"https://{HOST}/{sheet}-{each}.jpg" for each in range(10)))
        for sheet in range(4)
    ]
    host.expected, host.hangs = 20, asyncio.Event()
    making = [asyncio.create_task(pictures.make(each)) for each in sheets]
    await host.asked_by_now.wait()
    assert {each[1] for each in host.asked} == {"0", "1"}
    assert len(host.asked) == 20, "ten of each in one wave"
    host.hangs.set()
    assert all(await asyncio.gather(*making))


async def test_what_queued_up_while_hosts_hung_is_left_out(host: Host) -> None:
    """Nobody looks at those pages any more, and whoever asks now would wait for them all."""
    now, host.hangs = 0.0, asyncio.Event()
    fetcher, worker = PictureFetcher(frozenset({HOST}), transport=host), PictureWorker()
    pictures = Illustrations(fetcher, worker, lambda: now)
    sheets = [ContactSheet((f"https://{HOST}/{each}.jpg",)) for each in range(4)]
    making = [asyncio.create_task(pictures.make(each)) for each in sheets[:3]]
    await host.asked_by_now.wait()
    now = 31.0
    host.hangs.set()
    made = await asyncio.gather(*making, pictures.make(sheets[3]))
    assert [each is not None for each in made] == [True, True, False, True]
    assert "/2.460x460.jpg" not in host.asked
    await fetcher.aclose()
    await worker.close()


async def test_what_failed_for_all_who_waited_is_tried_again_for_the_next(
    pictures: Illustrations, host: Host
) -> None:
    """A host that is down for a moment costs those who asked then their picture, nobody else."""
    host.status = 503
    one = SellerPicture(f"https://{HOST}/9.jpg")
    assert await asyncio.gather(pictures.make(one), pictures.make(one)) == [None, None]
    host.status = 200
    assert await pictures.make(one) is not None


async def test_somebody_who_leaves_takes_the_picture_from_nobody(pictures: Illustrations) -> None:
    """The first who asked is cut off; the second gets what was begun for the first."""
    first = asyncio.create_task(pictures.make(SHEET))
    await asyncio.sleep(0.005)
    second = asyncio.create_task(pictures.make(SHEET))
    first.cancel()
    assert await second is not None


async def test_a_payment_code_is_of_one_person(pictures: Illustrations) -> None:
    """Another link is another code."""
    one, two = await asyncio.gather(pictures.make(QrCode("https://a")), pictures.make(QrCode("b")))
    assert one != two
