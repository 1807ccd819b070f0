"""The operator's commands: `python -m bot COMMAND`. See docs/operation.md."""


class CommandRefused(Exception):
    """A command that can't or should not be done; the text says in one line what to do."""
