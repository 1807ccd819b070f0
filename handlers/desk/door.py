"""The door of the operator's desk: to anybody else there is none."""

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any

import structlog
from telegram import Update

from bot.chat.context import Context, Reply
from bot.chat.screens import Button
from handlers.always import anywhere

Callback = Callable[[Update, Context], Coroutine[Any, Any, Reply]]
_log = structlog.get_logger(__name__)


def for_operators(callback: Callback) -> Callback:
    """Let operators in; to anybody else the button was never drawn, the command does not exist."""

    @wraps(callback)
    async def guarded(update: Update, context: Context) -> Reply:
        if context.services.access.is_operator(context.session.user_id):
            return await callback(update, context)
        if update.callback_query is None:
            return await anywhere.unknown_command(update, context)
        _log.warning("button_refused", reason="not an operator")
        anywhere.stale(context)
        return None

    return guarded


def desk_button(context: Context) -> Button:
    """The way back to the desk."""
    return Button(context.t("admin.desk_button"), "admin", standing=True)
