"""What one outgoing call costs: `bot.http` beside bare aiohttp, in turns in one run.

`python -m benchmarks.calls` prints microseconds of this process's CPU a call, medians over the
rounds; the peer is another process on loopback. Both run on uvloop, as the bot does.
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import ssl
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Final

import aiohttp
import uvloop

from benchmarks.certificates import for_loopback
from bot.http.connections import Connections
from bot.http.messages import Patience, Request
from bot.http.opening import tls_context

_FORM: Final = b"chat_id=1&text=" + b"%E4%BD%A0%E5%A5%BD" * 60
_JSON: Final = b'{"ok":true,"result":{"message_id":9,"text":"' + b"x" * 700 + b'"}}'
_ANSWER: Final = (
    b"HTTP/1.1 200 OK\r\nServer: nginx/1.18.0\r\nDate: Mon, 30 Nov 2026 06:00:00 GMT\r\n"
    b"Content-Type: application/json\r\nContent-Length: %d\r\nConnection: keep-alive\r\n"
    b"Strict-Transport-Security: max-age=31536000; includeSubDomains; preload\r\n"
    b"Access-Control-Allow-Origin: *\r\nAccess-Control-Allow-Methods: GET, POST, OPTIONS\r\n\r\n"
    % len(_JSON)
) + _JSON
_HEADERS: Final = {
    "Content-Type": "application/x-www-form-urlencoded",
    "User-Agent": "python-telegram-bot v22.8 (https://python-telegram-bot.org)",
}
_PATIENCE: Final = Patience(pool=20, connect=5, write=5, read=20)
_TIMEOUT: Final = aiohttp.ClientTimeout(total=None, connect=5, sock_read=20)
Call = Callable[[], Awaitable[None]]


class _Peer(asyncio.Protocol):
    """Answers every request, knowing how long one is."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._held = bytearray()

    def data_received(self, data: bytes) -> None:
        self._held += data
        end = self._held.find(b"\r\n\r\n")
        if end >= 0 and len(self._held) >= end + 4 + len(_FORM):
            self._held.clear()
            self._transport.write(_ANSWER)  # type: ignore[attr-defined]


def _serve(pipe: Pipe, certificate: str | None) -> None:
    async def run() -> None:
        context = None
        if certificate is not None:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(certificate)
        loop = asyncio.get_running_loop()
        server = await loop.create_server(_Peer, "127.0.0.1", 0, ssl=context)
        pipe.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    uvloop.run(run())


async def _cost(call: Call, calls: int, at_once: int) -> float:
    """Microseconds of CPU a call."""

    async def some() -> None:
        for _ in range(calls // at_once):
            await call()

    await asyncio.gather(*(call() for _ in range(at_once)))  # connections are there
    began = time.process_time()
    await asyncio.gather(*(some() for _ in range(at_once)))
    return (time.process_time() - began) / (calls // at_once * at_once) * 1e6


async def _compare(url: str, rounds: int, calls: int, at_once: int) -> tuple[list[float], ...]:
    connections = Connections(256, keepalive=100)
    request = Request("POST", url, _HEADERS, _FORM)

    async def ours() -> None:
        answer = await connections.send(request, _PATIENCE)
        assert answer.content == _JSON

    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=256, ssl=tls_context()),
        cookie_jar=aiohttp.DummyCookieJar(),
    ) as session:

        async def bare() -> None:
            async with session.post(url, data=_FORM, headers=_HEADERS, timeout=_TIMEOUT) as answer:
                assert await answer.read() == _JSON

        costs: tuple[list[float], list[float]] = ([], [])
        for _ in range(rounds):
            for cost, call in zip(costs, (ours, bare), strict=True):
                cost.append(await _cost(call, calls, at_once))
    await connections.aclose()
    return costs


def calls(rounds: int, number: int) -> list[tuple[str, float, float, float, float, float]]:
    """Return for each way its name, microseconds of ours and of aiohttp, and their ratio.

    The ratio is the median of the rounds' own, and after it stand the least and the most.
    """
    found = []
    with tempfile.TemporaryDirectory(prefix="calls-") as folder:
        certificate = for_loopback(Path(folder))
        # Read when the first connection asks for trust roots.
        os.environ["SSL_CERT_FILE"] = str(certificate)
        for secure in (False, True):
            here, there = multiprocessing.Pipe()
            peer = multiprocessing.Process(
                target=_serve, args=(there, str(certificate) if secure else None), daemon=True
            )
            peer.start()
            url = f"http{'s' * secure}://127.0.0.1:{here.recv()}/bot1:x/sendMessage"
            try:
                for at_once in (1, 16):
                    ours, bare = uvloop.run(_compare(url, rounds, number, at_once))
                    name = f"{'TLS' if secure else 'plain'}, {at_once} at once"
                    ratios = sorted(a / b for a, b in zip(ours, bare, strict=True))
                    found.append(
                        (
                            name,
                            statistics.median(ours),
                            statistics.median(bare),
                            statistics.median(ratios),
                            ratios[0],
                            ratios[-1],
                        )
                    )
            finally:
                peer.terminate()
                peer.join()
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="calls", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--calls", type=int, default=2000, help="of each in a round")
    parser.add_argument("--json", action="store_true", help="for another program")
    options = parser.parse_args()
    if options.json:
        names = ("way", "ours_us", "aiohttp_us", "ratio", "least", "most")
        found = calls(options.rounds, options.calls)
        print(json.dumps([dict(zip(names, each, strict=True)) for each in found]))
        return
    print("| Way | bot.http, µs | aiohttp, µs | ratio |\n|---|---|---|---|")
    for name, ours, bare, ratio, *_ in calls(options.rounds, options.calls):
        print(f"| {name} | {ours:.0f} | {bare:.0f} | {ratio:.2f} |")


if __name__ == "__main__":
    main()
