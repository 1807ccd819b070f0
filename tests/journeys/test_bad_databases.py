"""Starts of the real bot over a PostgreSQL that does not do: code 2, one line, nothing changed."""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from chat import Person
from crashing import KEY, own_world, until
from processes import ROOT, free_port

from tests.http.raw_peers import certificate
from tests.loopback import http_client
from tests.postgres import Server, connections_taken, own_server, standby_of

pytestmark = [pytest.mark.postgres, pytest.mark.crash, pytest.mark.slow]
PASSWORD = "r1ght:/@?#% one"
WRITTEN = "r1ght%3A%2F%40%3F%23%25%20one"
TO_MEND, START_AGAIN = 2, 75
_KEPT = ("PATH", "LANG", "PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX")


@dataclass(frozen=True)
class Place:
    """A server that asks for passwords and TLS of some, and a database that a bot has begun."""

    server: Server
    name: str
    root: Path

    def at(self, who: str = "keeper", host: str = "127.0.0.1", more: str = "") -> str:
        return f"postgresql://{who}:{WRITTEN}@{host}:{self.server.port}/{self.name}{more}"

    def everything(self) -> list[str]:
        """Every line of a dump, without those that are of the dump itself."""
        dump = self.server.program(
            "pg_dump", "-h", self.server.folder, "-p", self.server.port, "-U", "snaporder",
            self.name,
        )  # fmt: skip
        return [each for each in dump.splitlines() if "restrict " not in each]


def run(url: str, *words: str, **settings: str) -> tuple[int, list[str]]:
    """A bot or a command to its end; return its code and lines."""
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    environment |= {
        "PYTHONPATH": str(ROOT),
        "BOT_TOKEN": "123456789:sandbox-token",
        "MARKETPLACE_APP_KEY": "key",
        "MARKETPLACE_APP_SECRET": "secret",
        "TELEGRAM_API_URL": "http://127.0.0.1:9",
        "LISTEN": f"127.0.0.1:{free_port()}",
        "DATA_KEY": KEY,
        "DATABASE_URL": url,
        **settings,
    }
    done = subprocess.run(
        [sys.executable, "-m", "bot", *words],
        cwd="/",
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "r1ght" not in done.stdout + done.stderr
    return done.returncode, (done.stderr + done.stdout).strip().splitlines()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("tls")
    with own_server({"listen_addresses": "127.0.0.1,::1", "max_connections": "40"}) as server:
        root = _certify(server, folder)
        rules = (
            "hostnossl all shielded all reject\nhost all shielded,keeper all scram-sha-256\n"
            "host all guest all reject\n"
        )
        hba = server.data / "pg_hba.conf"
        hba.write_text(rules + hba.read_text())
        name = server.create()
        server.sql(
            "ALTER SYSTEM SET ssl = on",
            "SELECT pg_reload_conf()",
            *(f"CREATE ROLE {each} LOGIN PASSWORD '{PASSWORD}'" for each in ("keeper", "shielded")),
            "GRANT keeper TO shielded",
            f"ALTER DATABASE {name} OWNER TO keeper",
        )
        place = Place(server, name, root)
        assert run(place.at(), "orders") == (0, ["No order is uncertain."])
        yield place


def _certify(server: Server, folder: Path) -> Path:
    """Give the server a certificate for `localhost` that only its own root vouches for."""
    made = certificate(folder, "localhost")
    owner = server.data.stat()
    for name in ("server.key", "server.crt"):
        path = server.data / name
        path.write_bytes(made.read_bytes())
        os.chown(path, owner.st_uid, owner.st_gid)
        path.chmod(0o600)
    return made


@pytest.mark.parametrize(
    ("address", "says"),
    [
        (lambda at: at.at().replace(WRITTEN, "wr0ng"), "refuses this name and password"),
        (lambda at: at.at().replace(f":{WRITTEN}", ""), "asks for a password"),
        (lambda at: at.at("guest"), "lets nobody in from here"),
        (lambda at: at.at("shielded", more="?sslmode=disable"), "lets nobody in from here"),
        (lambda at: at.at(host="no.such.host.invalid"), "no such host"),
        (lambda at: at.at().replace(str(at.server.port), str(free_port())), "nobody listens there"),
        (lambda at: f"postgresql:///{at.name}?host=/nowhere", "nobody listens there"),
        (lambda at: at.at(more="?sslmode=verify-full"), "a certificate that nothing here vouches"),
        (lambda at: at.at(more=f"?sslmode=verify-full&sslrootcert={at.root}"), "for another name"),
    ],
)
def test_where_nobody_gets_in(place: Place, address: Callable[[Place], str], says: str) -> None:
    """The line names the database, and what to mend; never the password."""
    code, (line,) = run(address(place))
    assert code == TO_MEND
    assert line.startswith("DATABASE_URL: PostgreSQL ")
    assert says in line
    assert "wr0ng" not in line


@pytest.mark.parametrize(
    "address",
    [
        lambda at: at.at(host="[::1]"),
        lambda at: at.at("shielded", "localhost", f"?sslmode=verify-full&sslrootcert={at.root}"),
        lambda at: (
            f"postgresql://snaporder@/{at.name}?host={at.server.folder}&port={at.server.port}"
        ),
    ],
)
def test_ways_in(place: Place, address: Callable[[Place], str]) -> None:
    """IPv6, a certificate that is vouched for, a Unix socket; all with an escaped password."""
    assert run(address(place), "orders")[0] == 0


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"DATA_KEY": "11" * 32}, "sealed with another key: set DATA_KEY"),
        ({"BOT_TOKEN": "987654321:x"}, "belongs to the bot 123456789; BOT_TOKEN is of 987654321"),
    ],
)
def test_what_is_anothers(place: Place, settings: dict[str, str], says: str) -> None:
    """Another key's, another bot's: not a byte of it is changed."""
    before = place.everything()
    code, (line,) = run(place.at(), **settings)
    assert code == TO_MEND
    assert says in line
    assert place.everything() == before


def test_what_a_newer_release_wrote(place: Place) -> None:
    """It is left as it is."""
    newer = place.server.create(template=place.name)
    place.server.sql(
        "UPDATE meta SET value = '9999' WHERE name IN ('schema_version', 'schema_floor')",
        database=newer,
    )
    there = replace(place, name=newer)
    before = there.everything()
    code, (line,) = run(there.server.url(newer))
    assert code == TO_MEND
    assert "has schema 9999, this release knows up to" in line
    assert there.everything() == before


class Older:
    """A proxy before a server that has it be an older one, which lacks a setting of newer ones."""

    def __init__(self, port: int, version: bytes) -> None:
        self._port, self._version = port, version
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                server = socket.create_connection(("127.0.0.1", self._port))
                for pair in ((client, server, self._asked), (server, client, self._told)):
                    threading.Thread(target=self._pass, args=pair, daemon=True).start()

    @staticmethod
    def _pass(one: socket.socket, other: socket.socket, said: Callable[[bytes], bytes]) -> None:
        with suppress(OSError), one, other:
            while data := one.recv(65536):
                other.sendall(said(data))
            other.shutdown(socket.SHUT_RDWR)

    @staticmethod
    def _asked(data: bytes) -> bytes:
        # PostgreSQL 12 brought it.
        return data.replace(b"tcp_user_timeout", b"tcp_user_timeoux")

    def _told(self, data: bytes) -> bytes:
        sign = b"server_version\0"
        at = data.find(sign) + len(sign)
        if at < len(sign):
            return data
        return data[:at] + self._version + data[at + len(self._version) :]

    def close(self) -> None:
        self._listening.close()


@pytest.mark.parametrize("version", ["13", "11"])
def test_a_server_older_than_supported(place: Place, version: str) -> None:
    """Said as such, though it may lack what is asked of it before anything else."""
    older = Older(place.server.port, version.encode())
    url = place.at(more="?sslmode=disable").replace(str(place.server.port), str(older.port))
    code, (line,) = run(url)
    older.close()
    assert code == TO_MEND
    assert f"the server is PostgreSQL {version}; 14 or newer is needed" in line


def test_a_standby(tmp_path: Path) -> None:
    """The one that only reads is refused; both named, the one that writes is found."""
    with own_server() as primary, standby_of(primary) as standby:
        code, (line,) = run(standby.url(tcp=True))
        assert code == TO_MEND
        assert "a read-only standby: name the one that takes writes" in line
        hosts = f"127.0.0.1:{standby.port},127.0.0.1:{primary.port}"
        both = f"postgresql://snaporder@{hosts}/postgres?target_session_attrs=read-write"
        assert run(both, "orders")[0] == 0


def test_too_few_connections_at_the_start() -> None:
    """By the server's setting, or since others have them."""
    with own_server({"max_connections": "7", "superuser_reserved_connections": "3"}) as server:
        server.sql("CREATE ROLE keeper LOGIN", "CREATE DATABASE shop OWNER keeper")
        url = f"postgresql://keeper@127.0.0.1:{server.port}/shop"
        code, (line,) = run(url)
        assert code == TO_MEND
        assert "max_connections leaves 4 connections; each bot needs 5" in line
        with connections_taken(url, 4):
            code, (line,) = run(url)
            assert code == TO_MEND
            assert "no connection left: raise max_connections, each bot needs five" in line


async def answers(person: Person) -> int:
    """How often somebody was helped; nothing of theirs was put aside."""
    texts = [each.text for each in await person.history()]
    assert not any("went wrong" in each or "failed" in each for each in texts), texts
    return sum("What you can" in each for each in texts)


async def test_connections_that_others_took_later() -> None:
    """`/readyz` says 503 and why; once there are some again the bot goes on by itself.

    Whoever writes is answered, then or at once: with what is left, which others may be missing.
    """
    with own_server({"max_connections": "15", "superuser_reserved_connections": "3"}) as server:
        server.sql("CREATE ROLE keeper LOGIN", "CREATE DATABASE shop OWNER keeper")
        url = f"postgresql://keeper@127.0.0.1:{server.port}/shop"
        with own_world(DATABASE_URL=url, DATA_KEY=KEY) as own:
            own.bot.start()
            await own.bot.ready()
            assert own.bot.process is not None
            pid = own.bot.process.pid
            async with own.clients() as clients, http_client() as http:
                person = await clients.arrive()
                await person.say("/start", "Snaporder")

                async def is_said(status: int, words: str) -> bool:
                    answer = await http.get(f"http://127.0.0.1:{own.bot.port}/readyz")
                    return answer.status_code == status and words in answer.text

                for left in (0, 3):
                    answered = await answers(person)
                    server.sql(
                        f"ALTER ROLE keeper CONNECTION LIMIT {left}",
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                        " WHERE usename = 'keeper'",
                    )
                    await person.send("/help")

                    async def says_or_answers(before: int = answered) -> bool:
                        is_there = await answers(person) > before
                        return is_there or await is_said(503, "no connection left")

                    await until(says_or_answers)
                    server.sql("ALTER ROLE keeper CONNECTION LIMIT -1")

                    async def is_answered(before: int = answered) -> bool:
                        return await answers(person) == before + 1

                    await until(is_answered)
                    await until(lambda: is_said(200, "ready"))
                    assert own.bot.process.pid == pid
                code, (line,) = run(url + "?options=-c%20work_mem%3D1MB", "orders")
                assert (code, line) == (0, "No order is uncertain.")
            assert "Traceback" not in own.bot.log.read_text()
