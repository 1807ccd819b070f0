"""What holds for every test: which kinds may not be skipped in CI."""

import gc
import os
from collections.abc import Generator

import pytest
import structlog
from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers

from tests.costs import Costs
from tests.postgres import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]

# A machine that is busy with other tests is no fault of the code: no deadlines.
_patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
# What passes once passes again: each property has examples of its own, the same in each run.
settings.register_profile("quick", _patient, max_examples=15, derandomize=True)
settings.register_profile("thorough", _patient, max_examples=300, derandomize=True)
# For who looks for more: others in each run, and what failed before comes first.
settings.register_profile("exploring", _patient, max_examples=300)
settings.load_profile("quick")

# Developers' tools bring rich, with which a traceback takes a second of CPU to draw; the bot that
# runs in production has none either.
structlog.configure(
    processors=[
        *structlog.get_config()["processors"][:-1],
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
    ]
)


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Costs())
    if config.getoption("--hypothesis-profile") != "exploring":
        # Hypothesis also draws what stands in the source of all that is imported by then: other
        # examples after each change and with each division of work, and seconds of each worker.
        providers._get_local_constants = lambda: providers._local_constants


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Look for no garbage while thousands of tests are made, nor among them later: they stay."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.freeze()


_MUST_RUN = [kind for kind in os.environ.get("SNAPORDER_MUST_RUN", "").split(",") if kind]
_ran: set[str] = set()
_skipped: list[str] = []


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note which of the demanded kinds ran, on the controller of parallel workers as well."""
    for kind in _MUST_RUN:
        if kind in report.keywords:
            if report.skipped:
                _skipped.append(report.nodeid)
            elif report.when == "call":
                _ran.add(kind)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail the run when a demanded kind was skipped or is not there, unless nothing was to run."""
    if hasattr(session.config, "workerinput") or session.config.option.collectonly:
        return
    missing = [kind for kind in _MUST_RUN if kind not in _ran]
    if missing or _skipped:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say why such a run failed."""
    for kind in _MUST_RUN:
        if kind not in _ran:
            terminalreporter.write_line(f"no {kind} test ran, but they must", red=True)
    for nodeid in _skipped:
        terminalreporter.write_line(f"must not be skipped: {nodeid}", red=True)
