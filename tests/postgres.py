"""PostgreSQL for tests: one server a run, from the system's own binaries, a database a test.

The server lives in a temporary folder, answers on a Unix socket and on a loopback port, is started
by whichever worker needs it first, and ends with the run. It does not sync to the disk: what a
crash of the machine leaves is PostgreSQL's own business, and tests crash processes.
"""

import contextlib
import fcntl
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psycopg
import pytest

DEBIAN = Path("/usr/lib/postgresql")
NEEDED = ("initdb", "pg_ctl", "postgres")
# No sync to the disk, and nothing that works in the background without being asked.
QUICK = {
    "fsync": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "shared_buffers": "16MB",
    "max_connections": "100",
    "jit": "off",
    "wal_level": "replica",
    "max_wal_size": "256MB",
    "log_min_messages": "warning",
}
_STARTS_WITHIN = "60"
_GIVEN_BACK_WITHIN = 60.0  # seconds
# Everybody here may do everything, but whoever is called `guarded` needs a password.
_WHO_MAY = """
host all guarded all scram-sha-256
local all all trust
host all all 127.0.0.1/32 trust
local replication all trust
host replication all 127.0.0.1/32 trust
"""


def binaries() -> Path | None:
    """Return the folder of PostgreSQL's programs, None where it is not installed."""
    folders = [Path(each) for each in os.environ.get("PATH", "").split(os.pathsep) if each]
    if DEBIAN.is_dir():
        folders = [*sorted(DEBIAN.glob("*/bin"), key=_version, reverse=True), *folders]
    for folder in folders:
        if all(os.access(folder / each, os.X_OK) for each in NEEDED):
            return folder
    return None


def _version(folder: Path) -> float:
    try:
        return float(folder.parent.name)
    except ValueError:
        return 0.0


def user() -> str | None:
    """Return as whom the server runs: it refuses root. None for as who runs the tests."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            pwd.getpwnam(name)
            return name
    raise RuntimeError("PostgreSQL does not run as root, and there is no other user")


def free_port() -> int:
    """Return a loopback port that nobody listens on now."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


@dataclass(frozen=True)
class Server:
    """A server in a folder of its own. Everybody on this machine is its superuser `snaporder`."""

    folder: Path
    port: int

    @property
    def data(self) -> Path:
        """The folder that PostgreSQL calls its data directory."""
        return self.folder / "data"

    def url(self, database: str = "postgres", *, tcp: bool = False) -> str:
        """Return the address of a database, over the socket unless `tcp` is asked for."""
        if tcp:
            return f"postgresql://snaporder@127.0.0.1:{self.port}/{database}"
        return f"postgresql://snaporder@/{database}?host={self.folder}&port={self.port}"

    def initialise(self, settings: Mapping[str, str] | None = None) -> None:
        """Make the cluster. Takes about a second."""
        self.own_folder()
        self.program(
            "initdb", "-D", self.data, "-U", "snaporder", "-A", "trust", "-E", "UTF8",
            "--locale=C.UTF-8", "--no-sync", "--no-instructions",
        )  # fmt: skip
        (self.data / "pg_hba.conf").write_text(_WHO_MAY, encoding="utf-8")
        lines = {**QUICK, **(settings or {})}
        with (self.data / "postgresql.conf").open("a", encoding="utf-8") as conf:
            conf.write(f"listen_addresses = '127.0.0.1'\nport = {self.port}\n")
            conf.write(f"unix_socket_directories = '{self.folder}'\n")
            conf.writelines(f"{name} = '{value}'\n" for name, value in lines.items())

    def own_folder(self) -> None:
        """Give the folder to whom the server runs as."""
        owner = user()
        if owner is not None:
            account = pwd.getpwnam(owner)
            os.chown(self.folder, account.pw_uid, account.pw_gid)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self.program(
            "pg_ctl", "start", "-D", self.data, "-l", self.folder / "log", "-w", "-t",
            _STARTS_WITHIN,
        )  # fmt: skip

    def stop(self, how: str = "fast") -> None:
        """Stop it: `smart`, `fast` or `immediate`, which is a crash."""
        self.program("pg_ctl", "stop", "-D", self.data, "-m", how, "-w")

    def program(self, name: str, *arguments: object) -> str:
        """Run one of PostgreSQL's programs as the server's user; return what it said."""
        return run(name, *arguments)

    def sql(self, *statements: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """Run statements, each on its own; return the rows of the last."""
        import psycopg  # noqa: PLC0415 - an extra

        with psycopg.connect(self.url(database), autocommit=True) as connection:
            for statement in statements:
                cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def create(self, template: str | None = None, name: str | None = None) -> str:
        """Make a database, a copy of a template where one is given; return its name."""
        made = name or f"t{uuid.uuid4().hex[:16]}"
        self.sql(f"CREATE DATABASE {made}" + (f" TEMPLATE {template}" if template else ""))
        return made

    def drop(self, database: str) -> None:
        """Drop a database, whoever is connected to it."""
        self.sql(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")


def run(name: str, *arguments: object) -> str:
    """Run one of PostgreSQL's programs as a user that may; return what it said."""
    folder = binaries()
    assert folder is not None, "PostgreSQL is not installed"
    command = [str(folder / name), *map(str, arguments)]
    owner = user()
    if owner is not None:
        command = ["setpriv", f"--reuid={owner}", f"--regid={_group(owner)}", "--clear-groups",
                   *command]  # fmt: skip
    # Into a file: a server that is started keeps the pipe of whoever started it open.
    with tempfile.TemporaryFile("w+") as said:
        code = subprocess.run(
            command, stdout=said, stderr=subprocess.STDOUT, cwd="/", check=False, timeout=120
        ).returncode
        said.seek(0)
        text = said.read()
    if code:
        raise RuntimeError(f"{name} {' '.join(map(str, arguments))}: {text}")
    return text


def _group(owner: str) -> int:
    return pwd.getpwnam(owner).pw_gid


def folder_for_server() -> Path:
    """Return a new folder, its name short enough for a socket in it."""
    return Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))


@contextlib.contextmanager
def own_server(
    settings: Mapping[str, str] | None = None, *, room: int | None = None
) -> Iterator[Server]:
    """A server for one test or file alone, to be stopped and started at will.

    `room` puts its data on a file system in memory of so many megabytes, which takes root.
    """
    server = Server(folder_for_server(), free_port())
    keeper = _keep(server, os.getpid())
    try:
        if room is not None:
            _mount(server.data, room)
        server.initialise(settings)
        server.start()
        yield server
    finally:
        with contextlib.suppress(RuntimeError):
            server.stop("immediate")
        if room is not None:
            subprocess.run(["umount", "--lazy", server.data], check=True)
        shutil.rmtree(server.folder, ignore_errors=True)
        keeper.kill()
        keeper.wait()


def _mount(folder: Path, megabytes: int) -> None:
    owner = pwd.getpwnam(user() or "root")
    folder.mkdir()
    options = f"size={megabytes}m,mode=700,uid={owner.pw_uid},gid={owner.pw_gid}"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], check=True)


_KEEPER = """
import os, shutil, signal, subprocess, sys, time
watched, folder = int(sys.argv[1]), sys.argv[2]
while True:
    try:
        os.kill(watched, 0)
    except ProcessLookupError:
        break
    except PermissionError:
        pass
    time.sleep(0.5)
try:
    with open(folder + '/data/postmaster.pid') as file:
        os.kill(int(file.readline()), signal.SIGQUIT)
except (OSError, ValueError):
    pass
time.sleep(0.5)
if os.path.ismount(folder + '/data'):
    subprocess.run(['umount', '--lazy', folder + '/data'])
shutil.rmtree(folder, ignore_errors=True)
"""


def _keep(server: Server, watched: int) -> subprocess.Popen[bytes]:
    """End the server with the process that needs it, however that ends."""
    return subprocess.Popen(
        [sys.executable, "-S", "-c", _KEEPER, str(watched), str(server.folder)],
        start_new_session=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def shared_server(folder: Path, watched: int) -> Server:
    """Return the server of this run, started by whoever comes first; it ends with `watched`."""
    noted = folder / "postgres"
    with _alone(folder / "postgres.lock"):
        if noted.exists():
            where, port = noted.read_text(encoding="utf-8").split()
            return Server(Path(where), int(port))
        server = Server(folder_for_server(), free_port())
        _keep(server, watched)
        server.initialise()
        server.start()
        noted.write_text(f"{server.folder} {server.port}", encoding="utf-8")
        return server


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[IO[bytes]]:
    with path.open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file


def missing() -> str | None:
    """Return why tests over PostgreSQL can't run here, None when they can."""
    if binaries() is None:
        return "PostgreSQL is not installed (apt-get install postgresql)"
    try:
        import psycopg  # noqa: F401, PLC0415 - an extra
    except ImportError:
        return "psycopg is not installed (the extra `postgres`)"
    return None


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Server:
    """The run's server. Skips, and says why, where there can be none."""
    reason = missing()
    if reason is not None:
        pytest.skip(reason)
    base = tmp_path_factory.getbasetemp()
    if worker_id == "master":
        return shared_server(base, os.getpid())
    return shared_server(base.parent, os.getppid())


@pytest.fixture
def postgres_url(postgres_server: Server) -> Iterator[str]:
    """The address of an empty database, for one test."""
    name = postgres_server.create()
    yield postgres_server.url(name)
    postgres_server.drop(name)


def copy_to_standby(primary: Server, standby: Server) -> None:
    """Make an empty folder a standby of a running server; it is not started yet."""
    run(
        "pg_basebackup", "-D", standby.data, "-h", primary.folder, "-p", primary.port,
        "-U", "snaporder", "-R", "-X", "stream", "-c", "fast", "--no-sync",
    )  # fmt: skip
    with (standby.data / "postgresql.conf").open("a", encoding="utf-8") as conf:
        conf.write(f"port = {standby.port}\n")
        conf.write(f"unix_socket_directories = '{standby.folder}'\n")


def is_up(server: Server) -> bool:
    """Tell whether a server answers; one that found no room for its log is started again."""
    try:
        server.sql("SELECT 1")
    except Exception:  # noqa: BLE001 - psycopg's, an extra: it is not up
        with contextlib.suppress(RuntimeError):
            server.start()
        return False
    return True


@contextlib.contextmanager
def standby_of(primary: Server) -> Iterator[Server]:
    """A streaming standby of a server, for as long as a test needs it."""
    standby = Server(folder_for_server(), free_port())
    keeper = _keep(standby, os.getpid())
    try:
        standby.own_folder()
        copy_to_standby(primary, standby)
        standby.start()
        yield standby
    finally:
        with contextlib.suppress(RuntimeError):
            standby.stop("immediate")
        keeper.kill()
        keeper.wait()
        shutil.rmtree(standby.folder, ignore_errors=True)


@contextlib.contextmanager
def connections_taken(url: str, connections: int) -> Iterator[None]:
    """Hold so many; those of who ended a moment ago are being given back."""
    held: list[psycopg.Connection] = []
    deadline = time.monotonic() + _GIVEN_BACK_WITHIN
    while len(held) < connections:
        try:
            held.append(psycopg.connect(url))
        except psycopg.OperationalError:
            assert time.monotonic() < deadline
            time.sleep(0.05)
    try:
        yield
    finally:
        for each in held:
            each.close()
