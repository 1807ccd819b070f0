"""What the tests cost: seconds of CPU of each one, the processes it started included.

Unlike seconds on the clock these hardly depend on what else the machine does, so a run says at its
end what it cost and which tests cost most; see CONTRIBUTING, "Tests that take long".
"""

import contextlib
import os
import sys
from collections.abc import Generator, Iterator

import pytest

DEAR = 1.0
"""Seconds; a test that needs more belongs to the slow ones."""

_SHOWN = 10
_TICKS = os.sysconf("SC_CLK_TCK")


def _living() -> float:
    """Return the seconds of all processes that descend from this one."""
    ticks, young = 0, _children(str(os.getpid()))
    while young:
        pid = young.pop()
        fields = _read(f"/proc/{pid}/stat").rpartition(b")")[2].split()
        ticks += sum(map(int, fields[11:15]))
        young += _children(pid)
    return ticks / _TICKS


def _children(pid: str) -> list[str]:
    """Return the processes that any thread of a process has started."""
    found = []
    with contextlib.suppress(OSError):  # it ended meanwhile
        for thread in os.listdir(f"/proc/{pid}/task"):  # noqa: PTH208 - a dozen for each journey
            found += _read(f"/proc/{pid}/task/{thread}/children").decode().split()
    return found


def _read(path: str) -> bytes:
    """Return what a file says, nothing where its process or thread ended meanwhile."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - as above
            return file.read()
    except OSError:
        return b""


def spent() -> float:
    """Return the seconds of CPU that this process and all it started have used."""
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except (AttributeError, ChildProcessError):
        living = 0.0  # there is no child: nothing to look for, as in most tests
    else:
        living = _living() if sys.platform == "linux" else 0.0
    return sum(os.times()[:4]) + living


class Costs:
    """A plugin: a worker notes in a test's last report what it cost; the run's process adds up."""

    def __init__(self) -> None:
        self._before: float | None = None
        self._cost: dict[str, float] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logstart(self) -> None:
        if self._before is None:
            self._before = spent()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        if call.when == "teardown" and self._before is not None:
            now = spent()
            report.user_properties.append(("cpu", now - self._before))
            self._before = now
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "teardown":
            for name, value in report.user_properties:
                if name == "cpu" and isinstance(value, float):
                    self._cost[report.nodeid] = value

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if len(self._cost) > _SHOWN:
            for line in self._lines():
                terminalreporter.write_line(line)

    def _lines(self) -> Iterator[str]:
        dear = sorted(self._cost.items(), key=lambda each: -each[1])
        many = sum(seconds > DEAR for _, seconds in dear)
        in_tests, in_all = sum(self._cost.values()), sum(os.times()[:4])
        yield f"{in_tests:.0f} s of CPU in the tests, {in_all:.0f} s in all with what finds them"
        yield f"{many} tests cost more than {DEAR:.0f} s; the dearest:"
        for nodeid, seconds in dear[:_SHOWN]:
            yield f"{seconds:6.2f} {nodeid}"
