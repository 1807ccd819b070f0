"""The parts that settings shape, put together for `bot.app`."""
