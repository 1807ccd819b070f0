"""What can go wrong on the way out and back.

HttpError
├── BadAddress         not an address that can be asked
├── HeldBack           this process may not act now
├── NotConnected       refused, unknown host, no TLS, or the proxy refused
│   └── UnusableProxy  the proxy's address can't be read, or is of a kind that is not spoken
├── TimedOut
│   ├── PoolTimedOut     no free connection in time
│   ├── ConnectTimedOut  no connection in time
│   ├── WriteTimedOut    the peer did not take the request in time
│   └── ReadTimedOut     the peer said nothing for too long
├── Disconnected       closed or reset before the answer was whole
└── BadAnswer          not HTTP, or packed in a way that can't be undone
    └── TooLarge       more bytes than the caller takes

Texts are our own words and the system's: never an address, since it may hold a token, a signature
or a password, and never bytes of the peer.
"""

import os
import socket
import ssl


class HttpError(Exception):
    """Base of all. `nothing_sent`: surely no byte of the request has left."""

    nothing_sent = False


class BadAddress(HttpError):
    """What was to be asked is not an http:// or https:// address."""

    nothing_sent = True


class HeldBack(HttpError):
    """The process can't be sure that its work is still its own (`bot.process.replica`)."""

    nothing_sent = True


class NotConnected(HttpError):
    """There was no connection to send anything over."""

    nothing_sent = True


class UnusableProxy(NotConnected):
    """The proxy to go through can't be used; going past it instead would not be right."""


class TimedOut(HttpError):
    """Something took too long."""


class PoolTimedOut(TimedOut):
    """As many requests as there may be connections were still running."""

    nothing_sent = True


class ConnectTimedOut(TimedOut):
    """No connection came about, or no TLS or proxy on it."""

    nothing_sent = True


class WriteTimedOut(TimedOut):
    """The peer stopped taking what was being sent."""


class ReadTimedOut(TimedOut):
    """The peer fell silent."""


class Disconnected(HttpError):
    """The connection ended before the answer did.

    `nothing_sent` when it was gone before the request was begun.
    """

    def __init__(self, text: str, *, nothing_sent: bool = False) -> None:
        super().__init__(text)
        self.nothing_sent = nothing_sent


class BadAnswer(HttpError):
    """What came is no answer that can be trusted."""


class TooLarge(BadAnswer):
    """The answer has more bytes than the caller takes."""

    def __init__(self, most: int) -> None:
        super().__init__(f"more than {most} bytes in the answer")


def words_for(error: BaseException) -> str:
    """Say in the system's words what an error of a socket or of TLS means, without its details."""
    if isinstance(error, ssl.SSLCertVerificationError):
        # Such as "certificate has expired"; what follows a comma names the host.
        return f"TLS: {error.verify_message.partition(',')[0].lower()}"
    if isinstance(error, ssl.SSLError):
        return f"TLS: {(error.reason or 'failed').replace('_', ' ').lower()}"
    if isinstance(error, socket.gaierror):
        return "unknown host"
    number = error.errno if isinstance(error, OSError) else None
    return os.strerror(number) if number else type(error).__name__
