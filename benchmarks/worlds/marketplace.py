"""A marketplace with a fixed latency that answers the whole journey. Run as a process.

It looks at no signature; the bot makes each all the same.
"""

import argparse
import asyncio
import io
import random
import time
from collections import deque
from functools import lru_cache
from itertools import count
from urllib.parse import parse_qsl

import orjson
from PIL import Image

from benchmarks.worlds import goods
from benchmarks.worlds.http import Connection, Handle, Request, serve

_FIRST_ORDER = 2257164624870311973


class Market:
    """Answers by path; `seconds` pass before each answer but those of pictures."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._loop = asyncio.get_running_loop()
        self._seconds = options.latency
        self._pictures_seconds = options.pictures_latency
        secure = "s" if options.certificate else ""
        self._pictures = f"http{secure}://127.0.0.1:{options.port}/pictures"
        self._megapixels = options.megapixels
        self._uploads = count(1)
        self._log: deque[tuple[str, float]] = deque(maxlen=1000)
        self._order_ids = count(_FIRST_ORDER)
        self._calls: dict[str, int] = {}
        self._pictures_asked = 0

    def handle(self, request: Request, connection: Connection) -> None:
        """Answer after the fixed latency."""
        path = request.path.decode()
        if path.startswith("/pictures/"):
            self._log.append(("picture", time.monotonic()))
            self._pictures_asked += 1
            picture = _picture(hash(path) % 32, self._megapixels)
            if self._pictures_seconds:
                self._loop.call_later(
                    self._pictures_seconds, connection.answer, picture, b"image/jpeg"
                )
            else:
                connection.answer(picture, b"image/jpeg")
            return
        if path == "/control":
            connection.answer(orjson.dumps(self._calls))
            return
        if path == "/control/pictures":
            connection.answer(orjson.dumps({"asked": self._pictures_asked}))
            return
        if path == "/control/log":
            connection.answer(orjson.dumps({"log": list(self._log)}))
            self._log.clear()
            return
        if path.startswith("/control/latency/"):
            self._seconds = float(path.rpartition("/")[2])
            connection.answer(b"{}")
            return
        self._calls[path] = self._calls.get(path, 0) + 1
        self._log.append((path.rpartition("/")[2], time.monotonic()))
        body = self._answer(path, request)
        if self._seconds:
            self._loop.call_later(self._seconds, connection.answer, body)
        else:
            connection.answer(body)

    def _answer(self, path: str, request: Request) -> bytes:  # noqa: PLR0911 - one an endpoint
        name = path.rpartition("/alibaba/")[2]
        query = dict(parse_qsl(request.query.decode())) if request.method == b"GET" else {}
        match name:
            case "product/keywordQuery":
                return goods.search(query["keyword"], int(query["beginPage"]), self._pictures)
            case "upload/image":
                return goods.uploaded(next(self._uploads))
            case "product/imageQuery":
                return goods.search(query["imageId"], int(query["beginPage"]), self._pictures)
            case "product/queryProductDetail":
                return goods.offer_detail(int(query["offerId"]), self._pictures)
            case "createOrder/preview":
                return goods.preview(orjson.loads(request.body)["cargoParamList"])
            case "trade/createCrossOrder":
                cargo = orjson.loads(request.body)["cargoParamList"]
                return goods.created(next(self._order_ids), cargo)
            case "trade/get/buyerView":
                return goods.order_detail(int(orjson.loads(request.body)["orderId"]))
            case "alipay/url/get":
                return goods.payment_link(query["orderIdList"])
        return goods.envelope({})


@lru_cache(maxsize=32)
def _picture(number: int, megapixels: float) -> bytes:
    """A photo-like JPEG: enlarged noise."""
    side = round((megapixels * 1e6) ** 0.5)
    grain = random.Random(number).randbytes(64 * 64 * 3)
    picture = Image.frombytes("RGB", (64, 64), grain).resize((side, side), Image.Resampling.BICUBIC)
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=85)
    return file.getvalue()


def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds")
    parser.add_argument("--pictures-latency", type=float, default=0.0, help="seconds")
    parser.add_argument("--megapixels", type=float, default=0.2)
    parser.add_argument("--certificate", help="a key and its certificate, to speak TLS with")
    options = parser.parse_args()

    def make() -> Handle:
        return Market(options).handle

    serve(make, options.port, certificate=options.certificate)


if __name__ == "__main__":
    main()
