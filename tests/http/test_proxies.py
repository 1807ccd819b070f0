"""Every value of the usual proxy variables has one outcome, whoever asks."""

import re
from base64 import b64encode
from collections.abc import Awaitable, Callable

import pytest
from pydantic import SecretStr
from raw_peers import Line, fields, peer
from telegram.error import TelegramError

from bot.domain.identifiers import MarketplaceOrderId, OfferId
from bot.http.errors import UnusableProxy
from bot.http.proxies import Proxies, Proxy
from bot.marketplace.daji.client import DajiClient
from bot.marketplace.daji.config import ClientConfig
from bot.marketplace.errors import MarketplaceError, Unreachable
from bot.operator.doctor import examine
from bot.pictures import PictureFetcher
from bot.services.finding.short_links import ShortLinks
from bot.settings import Settings, StartupError
from bot.telegram import DirectRequest
from bot.wiring.parts import check_proxies

HTTPS = ("https", "api.telegram.org", 443)
PLAIN = ("http", "gateway.example", 8081)
REFUSED = UnusableProxy
BASIC = "Basic " + b64encode(b"user:p@ss").decode()

# The variables, who is asked, and the proxy: host, port, TLS to it, Proxy-Authorization.
TABLE: list[tuple[dict[str, str], tuple[str, str, int], object]] = [
    ({}, HTTPS, None),
    ({"https_proxy": "http://p:3128"}, HTTPS, ("p", 3128, False, None)),
    ({"HTTPS_PROXY": "http://p:3128"}, HTTPS, ("p", 3128, False, None)),
    ({"https_proxy": "http://p:1", "HTTPS_PROXY": "http://q:2"}, HTTPS, ("p", 1, False, None)),
    ({"https_proxy": "", "HTTPS_PROXY": "http://q:2"}, HTTPS, None),
    ({"https_proxy": "p:3128"}, HTTPS, ("p", 3128, False, None)),
    ({"https_proxy": "localhost:3128"}, HTTPS, ("localhost", 3128, False, None)),
    ({"https_proxy": "127.0.0.1:3999"}, HTTPS, ("127.0.0.1", 3999, False, None)),
    ({"https_proxy": "//p:3128"}, HTTPS, ("p", 3128, False, None)),
    ({"https_proxy": "p"}, HTTPS, ("p", 80, False, None)),
    ({"https_proxy": "http://p"}, HTTPS, ("p", 80, False, None)),
    ({"https_proxy": "http://p/"}, HTTPS, ("p", 80, False, None)),
    ({"https_proxy": " http://p:3128 "}, HTTPS, ("p", 3128, False, None)),
    ({"https_proxy": "HTTP://P.Example:3128"}, HTTPS, ("p.example", 3128, False, None)),
    ({"https_proxy": "https://p"}, HTTPS, ("p", 443, True, None)),
    ({"https_proxy": "https://p:8443"}, HTTPS, ("p", 8443, True, None)),
    ({"https_proxy": "http://user:p%40ss@p:1"}, HTTPS, ("p", 1, False, BASIC)),
    ({"https_proxy": "user:p%40ss@p:1"}, HTTPS, ("p", 1, False, BASIC)),
    ({"https_proxy": "http://user:p@ss@p:1"}, HTTPS, ("p", 1, False, BASIC)),
    ({"https_proxy": "http://user@p:1"}, HTTPS, ("p", 1, False, "Basic dXNlcjo=")),
    ({"https_proxy": "http://用:密@p:1"}, HTTPS, ("p", 1, False, "Basic 55SoOuWvhg==")),
    ({"https_proxy": "http://[::1]:3128"}, HTTPS, ("::1", 3128, False, None)),
    ({"https_proxy": "[::1]:3128"}, HTTPS, ("::1", 3128, False, None)),
    ({"https_proxy": "http://user:p%40ss@[fd00::2]"}, HTTPS, ("fd00::2", 80, False, BASIC)),
    ({"http_proxy": "http://p:1"}, HTTPS, None),
    ({"http_proxy": "http://p:1"}, PLAIN, ("p", 1, False, None)),
    ({"https_proxy": "http://p:1"}, PLAIN, None),
    ({"all_proxy": "http://p:1"}, HTTPS, ("p", 1, False, None)),
    ({"ALL_PROXY": "p:1"}, PLAIN, ("p", 1, False, None)),
    ({"all_proxy": "http://a:1", "https_proxy": "http://p:2"}, HTTPS, ("p", 2, False, None)),
    ({"all_proxy": "socks5://a:1", "https_proxy": "http://p:2"}, HTTPS, ("p", 2, False, None)),
    ({"all_proxy": "socks5://a:1080"}, HTTPS, REFUSED),
    ({"https_proxy": "socks5://a:1080"}, HTTPS, REFUSED),
    ({"https_proxy": "socks5h://user:secret@a:1080"}, HTTPS, REFUSED),
    ({"https_proxy": "socks4://a:1080"}, HTTPS, REFUSED),
    ({"https_proxy": "socks5://a:1080"}, PLAIN, None),
    ({"https_proxy": "ftp://a:21"}, HTTPS, REFUSED),
    ({"https_proxy": "http://"}, HTTPS, REFUSED),
    ({"https_proxy": "http://:3128"}, HTTPS, REFUSED),
    ({"https_proxy": "http://p:"}, HTTPS, REFUSED),
    ({"https_proxy": "http://p:0"}, HTTPS, REFUSED),
    ({"https_proxy": "http://p:99999"}, HTTPS, REFUSED),
    ({"https_proxy": "http://p:port"}, HTTPS, REFUSED),
    ({"https_proxy": "http://[::1"}, HTTPS, REFUSED),
    ({"https_proxy": "::1:3128"}, HTTPS, REFUSED),
    ({"https_proxy": "http:p:3128"}, HTTPS, REFUSED),
    ({"https_proxy": "http://p q:1"}, HTTPS, REFUSED),
    ({"https_proxy": "http://p:1,http://q:2"}, HTTPS, REFUSED),
    ({"https_proxy": "   "}, HTTPS, None),
]

DIRECT: list[tuple[str, tuple[str, str, int], bool]] = [
    ("*", HTTPS, True),
    ("telegram.org", HTTPS, True),
    (".telegram.org", HTTPS, True),
    ("*.telegram.org", HTTPS, True),
    ("api.telegram.org", HTTPS, True),
    ("API.Telegram.ORG.", HTTPS, True),
    ("api.telegram.org:443", HTTPS, True),
    ("api.telegram.org:80", HTTPS, False),
    ("egram.org", HTTPS, False),
    ("org", HTTPS, True),
    ("pi.telegram.org", HTTPS, False),
    ("api.telegram.org.example", HTTPS, False),
    ("a.example, telegram.org", HTTPS, True),
    ("a.example telegram.org", HTTPS, True),
    (",, ,", HTTPS, False),
    ("", HTTPS, False),
    (".", HTTPS, False),
    ("localhost", ("http", "localhost", 8081), True),
    ("localhost", ("http", "127.0.0.1", 8081), False),
    ("127.0.0.1", ("http", "127.0.0.1", 8081), True),
    ("127.0.0.1:8081", ("http", "127.0.0.1", 8081), True),
    ("127.0.0.1:80", ("http", "127.0.0.1", 8081), False),
    ("127.0.0.1", ("http", "1.127.0.0.1", 80), False),
    ("127.0.0.0/8", ("http", "127.3.2.1", 80), True),
    ("10.0.0.0/8", ("http", "11.0.0.1", 80), False),
    ("10.0.0.0/8", HTTPS, False),
    ("::1", ("http", "::1", 80), True),
    ("[::1]", ("http", "::1", 80), True),
    ("[::1]:8081", ("http", "::1", 8081), True),
    ("[::1]:8081", ("http", "::1", 80), False),
    ("0:0:0:0:0:0:0:1", ("http", "::1", 80), True),
    ("fd00::/8", ("http", "fd12::1", 80), True),
    ("::1", ("http", "127.0.0.1", 80), False),
    ("bücher.example", ("https", "xn--bcher-kva.example", 443), True),
]


def set_all(monkeypatch, variables: dict[str, str]) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize(("variables", "asked", "outcome"), TABLE)
def test_each_value_has_one_outcome(monkeypatch, variables, asked, outcome):
    """A proxy, none, or a refusal in words that name the variable and not its value."""
    set_all(monkeypatch, variables)
    proxies = Proxies.from_environment()
    if outcome is REFUSED:
        with pytest.raises(UnusableProxy) as caught:
            proxies.proxy_for(*asked)
        assert re.match(r"(HTTPS|ALL)_PROXY: write the proxy as", str(caught.value))
        assert "secret" not in str(caught.value)
        return
    proxy = proxies.proxy_for(*asked)
    found = proxy and (proxy.host, proxy.port, proxy.secure, proxy.authorization)
    assert found == outcome


@pytest.mark.parametrize(("value", "asked", "direct"), DIRECT)
@pytest.mark.parametrize("name", ["no_proxy", "NO_PROXY"])
def test_who_is_asked_directly(monkeypatch, name, value, asked, direct):
    """Hosts and what is below them, addresses, networks; each with a port if need be."""
    set_all(monkeypatch, {"all_proxy": "http://p:1", name: value})
    assert (Proxies.from_environment().proxy_for(*asked) is None) == direct


def test_a_proxy_given_in_the_settings_goes_before_all_variables(monkeypatch):
    """NO_PROXY included: who names a proxy for Telegram means it."""
    set_all(monkeypatch, {"https_proxy": "http://q:2", "no_proxy": "*"})
    found = Proxies.from_environment(always="p:1").proxy_for(*HTTPS)
    assert found == Proxy("p", 1)


def test_credentials_do_not_show():
    """Neither in what a proxy looks like nor in an error."""
    assert "secret" not in repr(Proxy.parse("http://someone:secret@p:1"))
    assert "someone" not in repr(Proxy.parse("http://someone:secret@p:1"))


# Who asks; each takes the target's scheme and says how it failed.
Caller = Callable[[str], Awaitable[str]]
HOST = "target.invalid"


async def telegram(scheme: str) -> str:
    async with DirectRequest() as request:
        try:
            await request.post(f"{scheme}://{HOST}/bot1:x/getMe")
        except TelegramError as error:
            return error.message
    return ""


async def marketplace(scheme: str) -> str:
    config = ClientConfig("k", "s", base_url=f"{scheme}://{HOST}", read_attempts=1)
    async with DajiClient(config) as client:
        try:
            await client.offer(OfferId(1))
        except MarketplaceError as error:
            return str(error)
    return ""


async def pictures(scheme: str) -> str:
    async with PictureFetcher(frozenset({HOST})) as fetcher:
        return "" if await fetcher.get(f"{scheme}://{HOST}/a.jpg") else "no picture"


async def short_links(scheme: str) -> str:
    links = ShortLinks()
    try:
        return "" if await links.offer(f"{scheme}://qr.1688.com/s/1") else "no offer"
    finally:
        await links.aclose()


def settings(scheme: str = "https", **values) -> Settings:
    return Settings(
        _env_file=None,
        bot_token=SecretStr("1:x"),
        marketplace_app_key="k",
        marketplace_app_secret=SecretStr("s"),
        telegram_api_url=f"{scheme}://{HOST}",
        marketplace_url=f"{scheme}://{HOST}",
        **values,
    )


async def doctor(scheme: str) -> str:
    async for finding in examine(settings(scheme)):
        if finding.subject in {"Telegram", "BOT_TOKEN"}:
            return finding.text
    return ""


CALLERS: list[Caller] = [telegram, marketplace, pictures, short_links, doctor]
every_caller = pytest.mark.parametrize("caller", CALLERS, ids=lambda caller: caller.__name__)


class HttpProxy:
    """A proxy that says no to everything, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str | None]] = []

    async def __call__(self, line: Line) -> None:
        while head := await line.heard():
            first = head.split(b"\r\n")[0].decode()
            first = re.sub(r"(?<=invalid)/\S*", "/", first.replace("qr.1688.com", HOST))
            self.asked.append((first, fields(head).get("proxy-authorization")))
            await line.say(b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n")


CONNECT = f"CONNECT {HOST}:443 HTTP/1.1"
THROUGH: list[tuple[dict[str, str], str, str | None]] = [
    ({"https_proxy": "http://{}"}, CONNECT, None),
    ({"HTTPS_PROXY": "{}"}, CONNECT, None),
    ({"all_proxy": "{}"}, CONNECT, None),
    ({"ALL_PROXY": "http://user:p%40ss@{}", "no_proxy": "other.invalid"}, CONNECT, BASIC),
    ({"https_proxy": "user:p%40ss@{}/"}, CONNECT, BASIC),
    ({"http_proxy": "{}", "https_proxy": "socks5://{}"}, f"GET http://{HOST}/ HTTP/1.1", None),
    ({"HTTP_PROXY": "http://user:p%40ss@{}"}, f"GET http://{HOST}/ HTTP/1.1", BASIC),
]


@every_caller
@pytest.mark.parametrize("family", ["127.0.0.1", "::1"])
@pytest.mark.parametrize(("variables", "line", "credentials"), THROUGH)
async def test_everybody_goes_through_the_same_proxy(
    monkeypatch, caller: Caller, family, variables, line, credentials
):
    """With CONNECT for https, with the whole address for http; short links are https alone."""
    scheme = "https" if line is CONNECT else "http"
    if caller is short_links and scheme == "http":
        line, variables = CONNECT, {"https_proxy": variables.get("HTTP_PROXY", "{}")}
    proxy = HttpProxy()
    async with peer(proxy, host=family) as held:
        address = held.url.removeprefix("http://")
        set_all(monkeypatch, {name: text.format(address) for name, text in variables.items()})
        failed = await caller(scheme)
    asked = [(first.replace("POST", "GET"), given) for first, given in proxy.asked]
    assert set(asked) == {(line, credentials)}
    assert failed


@every_caller
@pytest.mark.parametrize("value", ["socks5://{}", "ftp://{}", "http://{}0000", "socks5://u:pw@{}"])
async def test_a_proxy_that_can_not_be_used_is_never_gone_past_nor_spoken_to(
    monkeypatch, caller: Caller, value
):
    """Nothing is sent to anybody; where there are words, they name the variable alone."""
    proxy = HttpProxy()
    async with peer(proxy) as held:
        monkeypatch.setenv("all_proxy", value.format(held.url.removeprefix("http://")))
        failed = await caller("https")
    assert held.made == 0
    assert failed
    assert "pw@" not in failed
    if caller in {telegram, doctor}:
        assert "ALL_PROXY: write the proxy as an http:// or https:// address" in failed


async def test_a_write_that_could_not_leave_is_not_unclear(monkeypatch):
    """Neither for a proxy that can't be used nor for one that says no."""
    config = ClientConfig("k", "s", base_url=f"https://{HOST}")
    async with peer(HttpProxy()) as held:
        for value in ("socks5://p:1", held.url):
            monkeypatch.setenv("https_proxy", value)
            async with DajiClient(config) as client:
                with pytest.raises(Unreachable):
                    await client.cancel(MarketplaceOrderId("1"))
    assert len(held.heads) == 1


def test_the_bot_does_not_start_with_a_proxy_it_can_not_use(monkeypatch):
    """It is told at once, in one line; variables for others are no matter."""
    check_proxies(settings())
    monkeypatch.setenv("http_proxy", "socks5://p:1")
    check_proxies(settings())
    monkeypatch.setenv("all_proxy", "socks5://user:secret@p:1")
    with pytest.raises(StartupError, match=r"^ALL_PROXY: write the proxy as an http") as caught:
        check_proxies(settings())
    assert "secret" not in str(caught.value)
    monkeypatch.setenv("no_proxy", HOST)
    check_proxies(settings())
