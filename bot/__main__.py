"""`python -m bot`: run the bot, or a command beside it. Exits non-zero with one clear line.

What is loaded when follows what starts fastest (docs/decisions/0013-memory-and-start.md).
"""

from bot.process.memory import (
    collector_resting,
    look_for_garbage_by_the_thousands,
    without_what_happens_to_be_installed,
)

with collector_resting(), without_what_happens_to_be_installed():
    import asyncio
    import os
    import sys

    import structlog

    from bot.operator.arguments import parser
    from bot.process.identity import become_owner_of
    from bot.process.logs import configure_logs
    from bot.process.settings_files import BadSettings, unread_file
    from bot.settings import Settings, StartAgain, StartupError, load_settings

_log = structlog.get_logger(__name__)


def event_loop() -> asyncio.AbstractEventLoop:
    """Return the loop to run on: libuv's where there is one (docs/performance.md)."""
    try:
        import uvloop  # noqa: PLC0415 - not made for every system
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


def main() -> int:
    """Run, or do a command, and return the exit code.

    2 for something to mend in the settings or arguments, 75 when there is only to start again (say,
    another replica took the work over), 1 for a bug, a failure, or something unhealthy.
    """
    arguments = parser().parse_args()
    try:
        settings = load_settings()
        configure_logs(settings.log_format, settings.log_level, settings.secrets)
        _as_the_data_is(settings)
        if arguments.command not in {None, "run"}:
            from bot.operator.commands import run_command  # noqa: PLC0415 - not to run the bot

            return run_command(arguments, settings)
        _run(settings)
    except (BadSettings, StartupError) as error:
        if arguments.command == "doctor":
            print(*(f"FAIL  settings: {line}" for line in str(error).splitlines()), sep="\n")  # noqa: T201 - its report
            return 1
        print(error, file=sys.stderr)  # noqa: T201 - the one clear line for the person who started it
        return 2
    except StartAgain as error:
        _log.error("start_again", reason=str(error))
        return os.EX_TEMPFAIL
    except Exception:  # noqa: BLE001 - the last place that can log it
        # Python's own last words would print the error's text, which may hold anything.
        _log.exception("crashed")
        return 1
    return 0


def _as_the_data_is(settings: Settings) -> None:
    """Become whom the data belongs to, and say what that user can't read."""
    data = settings.database_path or settings.key_path
    try:
        become_owner_of(data)
    except OSError as error:
        raise StartupError(f"can't become the owner of {data}: {error}") from error
    unread = unread_file()
    if unread is not None:
        _log.warning("settings_file_not_read", file=str(unread), reason="not for this user")


def _run(settings: Settings) -> None:
    with collector_resting():
        # After the settings, for their sake: their sources look through every model that there is
        # for each of the fields, which takes longer than all their reading.
        from bot.app import serve  # noqa: PLC0415 - see above

    look_for_garbage_by_the_thousands()
    with asyncio.Runner(loop_factory=event_loop) as runner:
        runner.run(serve(settings))


if __name__ == "__main__":
    raise SystemExit(main())
