"""Processes of a run: started, read from /proc, stopped. Only what was started here is touched."""

import contextlib
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

ROOT = Path(__file__).resolve().parent.parent
_TICKS = os.sysconf("SC_CLK_TCK")
_STOPS_WITHIN = 30.0


class Process:
    """One process with its log in `folder`."""

    def __init__(
        self,
        name: str,
        arguments: Sequence[str],
        folder: Path,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        self.started = time.monotonic()
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *arguments],
                cwd=ROOT,
                env={**os.environ, "PYTHONDONTWRITEBYTECODE": "", **(environment or {})},
                stdout=log,
                stderr=log,
            )

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    @property
    def cpu_seconds(self) -> float:
        """User and system time of all its threads."""
        stat = Path(f"/proc/{self._process.pid}/stat").read_text()
        fields = stat.rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    @property
    def cpu_exactly(self) -> float:
        """The same by the kernel's clock for it, which counts less than whole hundredths."""
        return time.clock_gettime((~self._process.pid << 3) | 2)

    def megabytes(self, which: str = "VmHWM") -> float:
        """Memory as /proc tells it: `VmHWM` is the peak, `VmRSS` now."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        line = next(each for each in status.splitlines() if each.startswith(which + ":"))
        return int(line.split()[1]) / 1024

    def check(self) -> None:
        """Raise `RuntimeError` with the end of its log when it has ended."""
        if self._process.poll() is not None:
            raise RuntimeError(f"{self.name} ended:\n{self.log.read_text()[-3000:]}")

    def send(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self._process.send_signal(number)

    def stop(self, *, kill: bool = False) -> None:
        """End it, and wait until it has."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL if kill else signal.SIGTERM)
            try:
                self._process.wait(_STOPS_WITHIN)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()


class Server(Process):
    """One of the world's processes, spoken to over its control path."""

    def __init__(
        self,
        name: str,
        module: str,
        folder: Path,
        *arguments: str,
        certificate: Path | None = None,
    ) -> None:
        self.port = free_port()
        self.certificate = certificate
        self._trust = ssl.create_default_context(cafile=certificate) if certificate else None
        secure = ["--certificate", str(certificate)] if certificate else []
        super().__init__(name, [module, "--port", str(self.port), *arguments, *secure], folder)
        self.url = f"http{'s' * bool(certificate)}://127.0.0.1:{self.port}"
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            self.check()
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port)):
                return
            time.sleep(0.02)
        raise RuntimeError(f"{name} never listened")

    def ask(self, path: str) -> dict[str, Any]:
        """Call a control path."""
        with urllib.request.urlopen(  # noqa: S310 - our own address
            f"{self.url}/control{path}", timeout=30, context=self._trust
        ) as answer:
            return dict(orjson.loads(answer.read()))


@contextlib.contextmanager
def stopping(*processes: Process) -> Iterator[None]:
    """Stop the processes at the end, the last one first; the world needs no farewell."""
    try:
        yield
    finally:
        for each in reversed(processes):
            each.stop(kill=isinstance(each, Server))


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
