#!/usr/bin/env bash
# Behaviour: an Application of python-telegram-bot that has no persistence keeps a list for one all
#   the same: each person and each chat that an update came from is put into two sets of those whose
#   data is to be stored next, and as nothing is ever stored nothing is ever taken out. A public bot
#   grows with everybody who ever wrote to it, though it stores nothing of them. `drop_chat_data` and
#   `drop_user_data` add to the same kind of list instead of taking out of it.
# Versions: python-telegram-bot 22.8 (PyPI), Python 3.11.
# Seen: after 3,000 people 3,000 ids each in two sets, no persistence set; after all were dropped
#   the same, and 3,000 more in two others.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -q python-telegram-bot==22.8
venv/bin/python - <<'PY'
import asyncio
from datetime import datetime

from telegram import Chat, Message, Update, User
from telegram.ext import ApplicationBuilder, MessageHandler, filters

PEOPLE = 3_000


async def nothing(update, context):
    return None


def held(application):
    """Return how many ids each of the application's sets holds, the empty ones left out."""
    seen = [getattr(application, name) for name in type(application).__slots__ if "_ids_" in name]
    return sorted(len(kept) for kept in seen if kept)


async def main():
    application = ApplicationBuilder().token("1:made-up").build()
    application._initialized = True
    application.add_handler(MessageHandler(filters.ALL, nothing))
    for number in range(1, PEOPLE + 1):
        message = Message(
            1, datetime(2026, 11, 1), Chat(number, "private"),
            from_user=User(number, "A", is_bot=False), text="hello",
        )
        await application.process_update(Update(number, message=message))
    print("persistence:", application.persistence, "kept:", held(application))
    assert application.persistence is None
    assert held(application) == [PEOPLE, PEOPLE]
    for number in range(1, PEOPLE + 1):
        application.drop_chat_data(number)
        application.drop_user_data(number)
    print("dropped:", held(application))
    assert held(application) == [PEOPLE] * 4


asyncio.run(main())
PY
