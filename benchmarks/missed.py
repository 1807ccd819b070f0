"""Why a goal is missed where it is, and what it would take: told only of those that are."""

_JOURNEY = (
    "An update of the journey takes two calls to Telegram, one to the marketplace, reading,"
    " sealing and a durable commit of what was said, and a screen of real texts with up to ten"
    " buttons"
)
_WHY = {
    "Updates a second against stock": (
        f"{_JOURNEY}; the peer's takes two calls and nothing else. What is left has no peak"
        ' ("Where the time goes"): more wants the steps and texts themselves cheaper, python-'
        "telegram-bot's objects gone from them, or a second process."
    ),
    "Updates a second against aiogram with": (
        "The same on our side; aiogram keeps a dictionary, asks no marketplace and sends a fixed"
        " text. More wants the same as against `ConversationHandler`."
    ),
    "Updates a second against aiogram's bare echo": (
        "The same on our side; an echo is a single call and nothing else. More wants the same as"
        " against `ConversationHandler`; several processes share the work over PostgreSQL"
        " (docs/scaling.md)."
    ),
    "CPU an update against `ConversationHandler`": (
        "As for its updates a second; the SQLite thread and the pictures' threads count as well."
    ),
    "Peak memory under load": (
        "Libraries and our own modules are two thirds of it, some 90 MB once all are loaded, of"
        " which 35 are libraries' files; a sheet being drawn is 8, the names of places 6, pictures"
        " in hand 2, and sessions, pages, offers and connections in use make the rest. Less wants"
        " fewer libraries: aiohttp's server is 7 (decision 13), python-telegram-bot's classes 8,"
        " cryptography's own OpenSSL 7 beside Python's."
    ),
    "Peak memory with": (
        "A session is loaded for its update and forgotten; what grows with people is what is"
        " remembered of them for a while: 0.5 kB each by the quotas, 0.4 kB of the latest 4,000 by"
        " the flood guard, the latest 320 sessions (9 kB each) and 128 pages of results, names of"
        " pictures, what waits in lanes."
    ),
    "Cold start": (
        "Most of it is importing: python-telegram-bot, which the echo imports as well, pydantic's"
        " models, cryptography, and our own modules. Less wants models built as code instead of at"
        " their import, or fewer of them."
    ),
    "Through TLS": (
        "With TLS the kernel and OpenSSL take the same of everybody, and the more calls an update"
        " has, the more of it. More wants fewer calls: a tap's answer and its edit are two by"
        " Telegram's rules."
    ),
    "CPU of a call": (
        "Writing and awaiting one future on the bare event loop, with no HTTP at all, takes 0.23 of"
        " aiohttp's CPU one at once (0.27 through TLS) and 0.13 sixteen at once (0.17): one at once"
        " that leaves 9 µs, or 5, for all that is promised of a call, and ours takes 26 to 30. Less"
        " wants a parser that collects an answer's fields without calling Python for each, or no"
        " look before a kept connection is used, which is how it is known that nothing was sent."
    ),
    "A photo of 1,280 px": (
        "Between the download and the upload the picture is read, checked, turned upright and"
        " written anew, in a thread: what leaves has no place and no camera in it."
    ),
    "A file of 12 megapixels": (
        "Twelve megapixels are decoded at a quarter of their size and encoded; decoding them takes"
        " one core's time whatever is done with it, and bringing some megabytes here does as well."
        " Less wants decoding while the file comes in."
    ),
    "First poll after an upgrade": "The schema's own steps come before the first poll.",
}
_PICTURE = (
    "The sheet's ten pictures are fetched, decoded, drawn and uploaded; the host's own time for"
    " one is in it. Less wants smaller copies of the host's than there are, or a sheet of fewer."
)


def why(goal: str) -> str:
    """Return what is to be said of a goal that is missed, nothing where nothing is known."""
    if goal.endswith("the picture after it"):
        return _PICTURE
    return next((said for begin, said in _WHY.items() if goal.startswith(begin)), "")
