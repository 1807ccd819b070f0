"""A process that has imported a program once and forks for each start of it.

Importing the bot takes a second of CPU, a fork a tenth; a suite starts dozens. What is born runs
`python -m MODULE` from its first line, in the environment of its own, and is the test's child: the
fork between them ends at once, and the test's process adopts what it leaves. A library that is to
be preloaded (libfaketime) has a nursery of its own, which has it. On other systems than Linux
`start` makes an ordinary process.
"""

import ctypes
import gc
import importlib
import json
import os
import re
import runpy
import select
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, Any, NoReturn

ROOT = Path(__file__).resolve().parent.parent.parent
_ADOPTS = 36  # PR_SET_CHILD_SUBREAPER of prctl(2)
_REQUEST = 1 << 20
_PRELOADED = {
    "bot": (
        *("bot.operator.arguments", "bot.process.identity", "bot.app", "bot.web.server", "uvloop"),
        # What most lives load in the course of them.
        *("aiohttp.web", "prometheus_client", "PIL.JpegImagePlugin", "PIL.ImageDraw"),
    ),
    "sandbox": ("sandbox.world", "sandbox.replicas", "uvloop"),
}
_LOADED_BEFORE = re.compile("LD_PRELOAD|NO_FAKE_STAT|FAKETIME.*")  # read before a program begins
_nurseries: dict[tuple[str, ...], "_Nursery"] = {}


class Born:
    """A child that a nursery forked; waited for and signalled as a `subprocess.Popen`."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return the exit code, None while it runs."""
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end. Raises `subprocess.TimeoutExpired`."""
        if self.poll() is None:
            ended = os.pidfd_open(self.pid)
            try:
                if not select.select([ended], [], [], timeout)[0]:
                    raise subprocess.TimeoutExpired(["nursery", str(self.pid)], timeout or 0)
            finally:
                os.close(ended)
        code = self.poll()
        assert code is not None
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


Started = subprocess.Popen[bytes] | Born


def start(
    module: str,
    *words: str,
    env: dict[str, str],
    stdout: IO[bytes] | int,
    stderr: IO[bytes] | int,
    forked: bool = True,
    tree: Path = ROOT,
) -> Started:
    """Start `python -m MODULE WORDS` of a tree; what it prints goes where it is told to."""
    if not forked or tree != ROOT or sys.platform != "linux":
        command = [sys.executable, "-m", module, *words]
        return subprocess.Popen(command, cwd=tree, env=env, stdout=stdout, stderr=stderr)
    before = {name: value for name, value in env.items() if _LOADED_BEFORE.fullmatch(name)}
    nursery = (module, *(f"{name}={before[name]}" for name in sorted(before)))
    if nursery not in _nurseries:
        _nurseries[nursery] = _Nursery(module, before)
    streams = [each if isinstance(each, int) else each.fileno() for each in (stdout, stderr)]
    return _nurseries[nursery].bear(words, env, streams)


class _Nursery:
    """The test's end of a nursery, which ends with the test's process."""

    def __init__(self, module: str, before: dict[str, str]) -> None:
        if ctypes.CDLL(None, use_errno=True).prctl(_ADOPTS, 1, 0, 0, 0):
            raise OSError(ctypes.get_errno(), "no process can adopt another's children here")
        self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.journeys.nursery", module, str(theirs.fileno())],
                cwd=ROOT,
                pass_fds=[theirs.fileno()],
                env={**os.environ, **before},
            )

    def bear(self, words: tuple[str, ...], env: dict[str, str], streams: list[int]) -> Born:
        request = json.dumps({"words": words, "env": env}).encode()
        assert len(request) < _REQUEST
        socket.send_fds(self._line, [request], streams)
        born = self._line.recv(32)
        assert born, "the nursery is gone"
        return Born(int(born))


def _serve(module: str, line: socket.socket) -> None:
    for name in _PRELOADED[module]:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()  # what is shared stays shared
    while True:
        request, streams, _, _ = socket.recv_fds(line, _REQUEST, 2)
        if not request:
            return
        told, telling = os.pipe()
        if os.fork() == 0:
            if child := os.fork():
                os.write(telling, str(child).encode())
                os._exit(0)
            for each in (line.detach(), told, telling):
                os.close(each)
            _live(module, json.loads(request), streams)
        os.wait()  # only then is the child its adopter's
        line.send(os.read(told, 32))
        for each in (told, telling, *streams):
            os.close(each)


def _live(module: str, request: dict[str, Any], streams: list[int]) -> NoReturn:
    """Be the program, up to its end."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    for theirs, ours in ((nothing, 0), (streams[0], 1), (streams[1], 2)):
        os.dup2(theirs, ours)
    for each in (nothing, *streams):
        os.close(each)
    os.environ.clear()
    os.environ.update(request["env"])
    time.tzset()
    sys.argv[1:] = request["words"]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
    raise SystemExit(0)


if __name__ == "__main__":
    _serve(sys.argv[1], socket.socket(fileno=int(sys.argv[2])))
