#!/usr/bin/env bash
# Behaviour: python-telegram-bot has a class for messages that Telegram tells no more of than where
#   they are (date 0), and says that the message of a callback query may be one. Read from JSON that
#   one never is: it becomes an ordinary Message of 1970-01-01 without a text, which only
#   `is_accessible` tells; `isinstance(…, InaccessibleMessage)` finds none. The same message pinned
#   is read as an InaccessibleMessage. Where a callback query is made with one by hand,
#   `Update.effective_message` warns at each look and remembers nothing: twenty handlers of commands
#   before the handler of presses look twenty times.
# Versions: python-telegram-bot 22.8, Python 3.11.
# Seen: press Message 1970 False; pinned InaccessibleMessage 1970; warnings [20, 0].
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -q python-telegram-bot==22.8
venv/bin/python - <<'PY'
import warnings
from datetime import datetime

from telegram import CallbackQuery, Chat, InaccessibleMessage, Message, Update, User
from telegram.ext import ApplicationBuilder, CallbackQueryHandler, CommandHandler

PERSON = {"id": 7, "is_bot": False, "first_name": "A"}
CHAT = {"id": 7, "type": "private"}
OUT_OF_REACH = {"message_id": 5, "date": 0, "chat": CHAT}
bot = ApplicationBuilder().token("1:made-up").build().bot


async def nothing(update, context):
    return None


press = {"id": "1", "from": PERSON, "chat_instance": "1", "data": "x", "message": OUT_OF_REACH}
read = Update.de_json({"update_id": 1, "callback_query": press}, bot).callback_query.message
print("press:", type(read).__name__, read.date.year, read.is_accessible)
assert type(read) is Message and read.date.year == 1970 and not read.is_accessible

notice = {"message_id": 6, "date": 1790000000, "chat": CHAT, "pinned_message": OUT_OF_REACH}
pinned = Update.de_json({"update_id": 2, "message": notice}, bot).message.pinned_message
print("pinned:", type(pinned).__name__, pinned.date.year)
assert type(pinned) is InaccessibleMessage and pinned.date.year == 1970

handlers = [CommandHandler(f"command{number}", nothing) for number in range(20)]
handlers.append(CallbackQueryHandler(nothing))
chat, user = Chat(7, "private"), User(7, "A", is_bot=False)
counts = []
for message in (InaccessibleMessage(chat, 5), Message(5, datetime(2026, 11, 1), chat)):
    update = Update(1, callback_query=CallbackQuery("1", user, "1", data="x", message=message))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert next(h for h in handlers if h.check_update(update)) is handlers[-1]
    counts.append(len(caught))
print("warnings of one press:", counts)
assert counts == [20, 0], counts
PY
