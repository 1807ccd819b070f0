"""Addresses taken apart into whom to connect to and what to ask for."""

import pytest

from bot.http.errors import BadAddress
from bot.http.origins import Origins
from bot.http.proxies import Proxies

ADDRESSES = {
    "http://h": ("h", 80, "h", "/"),
    "http://h:8": ("h", 8, "h:8", "/"),
    "http://h:81": ("h", 81, "h:81", "/"),
    "http://h:80/p": ("h", 80, "h", "/p"),
    "http://h:800/p": ("h", 800, "h:800", "/p"),
    "https://h:443?q=1": ("h", 443, "h", "/?q=1"),
    "http://h/p?q=/http://other/#part": ("h", 80, "h", "/p?q=/http://other/"),
    "http://h?q=/x": ("h", 80, "h", "/?q=/x"),
    "HTTPS://H.Example/P": ("h.example", 443, "h.example", "/P"),
    "http://[::1]:8081/p": ("::1", 8081, "[::1]:8081", "/p"),
    "http://[::1]/p": ("::1", 80, "[::1]", "/p"),
    "http://bücher.example/": ("xn--bcher-kva.example", 80, "xn--bcher-kva.example", "/"),
}


def test_addresses_are_taken_apart_alike_whichever_came_before():
    """An origin is remembered, and never mistaken for another."""
    for order in (list(ADDRESSES), list(reversed(ADDRESSES))):
        origins = Origins(Proxies({}))
        for url in (*order, *order):
            origin, target = origins.of(url)
            host, port, header, wanted = ADDRESSES[url]
            assert (origin.host, origin.port, target) == (host, port, wanted)
            assert origin.secure == url.lower().startswith("https:")
            assert origin.fields == f"Host: {header}\r\n"


def test_a_user_in_an_address_is_asked_with():
    """As every client does; not shown in what it looks like."""
    origin, _ = Origins(Proxies({})).of("https://user:p%40ss@h/x")
    assert "Authorization: Basic dXNlcjpwQHNz\r\n" in origin.fields
    assert "dXNl" not in repr(origin)


@pytest.mark.parametrize(
    "url",
    ["http://h/a b", "http://h/a\r\nX: 1", "http://h/é", "http://h/\x00", "http://h\\@i/", "//h/x"],
)
def test_an_address_that_is_not_encoded_is_refused(url):
    """Rather than guessed at."""
    with pytest.raises(BadAddress):
        Origins(Proxies({})).of(url)
