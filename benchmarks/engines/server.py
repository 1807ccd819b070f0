"""A PostgreSQL of its own in a folder that is thrown away, by Debian's or anybody's binaries."""

import contextlib
import os
import pwd
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.processes import free_port

_TICKS = os.sysconf("SC_CLK_TCK")
_USER = "postgres"


class Server:
    """A running server. What it syncs is really synced, as in production."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        self.url = f"postgresql://{_USER}@127.0.0.1:{port}/postgres"

    @property
    def cpu_seconds(self) -> float:
        """What the server and all its processes used, those that have ended as well."""
        pid = int((self.folder / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        ended = sum(_ticks(pid)[2:])
        return (sum(_ticks(pid)[:2]) + ended + sum(sum(_ticks(int(c))[:2]) for c in children)) / (
            _TICKS
        )


def _ticks(pid: int) -> tuple[int, int, int, int]:
    """User and system time of a process, then of its children that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]), int(fields[12]), int(fields[13]), int(fields[14])


def binaries() -> Path:
    """Return the folder of `initdb` and `pg_ctl`, of the newest release. Raises `SystemExit`."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        raise SystemExit("PostgreSQL's own binaries are missing: apt-get install postgresql")
    return found[-1].parent


@contextlib.contextmanager
def running(folder: Path) -> Iterator[Server]:
    """Run a server in `folder`. As root, PostgreSQL's own user runs it."""
    place, port, bin_ = folder / "data", free_port(), binaries()
    place.mkdir()
    if os.geteuid() == 0:
        user = pwd.getpwnam(_USER)
        os.chown(place, user.pw_uid, user.pw_gid)
        for each in (folder, *folder.parents):
            if each.stat().st_uid == 0 and str(each).startswith("/tmp/"):  # noqa: S108 - made by us
                each.chmod(0o755)
    _run([bin_ / "initdb", "-D", place, "-U", _USER, "-A", "trust", "-E", "UTF8", "--no-locale"])
    options = (
        f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= "
        "-c max_connections=100 -c shared_buffers=128MB"
    )
    log = place / "server.log"
    _run([bin_ / "pg_ctl", "-D", place, "-l", log, "-o", options, "-w", "start"])
    try:
        yield Server(place, port)
    finally:
        _run([bin_ / "pg_ctl", "-D", place, "-m", "immediate", "-w", "stop"])


def _run(command: Sequence[str | Path]) -> None:
    as_user = {"user": _USER, "group": _USER} if os.geteuid() == 0 else {}
    subprocess.run(
        [str(each) for each in command],
        check=True,
        stdout=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
        cwd="/",
        **as_user,  # type: ignore[call-overload]
    )
