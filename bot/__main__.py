"""`python -m bot`: run the bot, or a command beside it. Exits non-zero with one clear line."""

from bot.process.memory import collector_resting

with collector_resting():
    from bot.process.starting import main

__all__ = ["main"]

if __name__ == "__main__":
    raise SystemExit(main())
