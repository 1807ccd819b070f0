"""aiogram 3 with as many steps as our journey, its states in memory or in SQLite."""

import os
import sys
from html import escape

from aiogram import Bot, Dispatcher, F
from aiogram.client.default import DefaultBotProperties
from aiogram.enums import ParseMode
from aiogram.filters import Command, StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.fsm.storage.memory import MemoryStorage
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

from benchmarks.peers.aiogram_session import session
from benchmarks.peers.screens import BUTTONS, STEPS, text_of
from benchmarks.peers.sqlite_storage import SqliteStorage


class Journey(StatesGroup):
    """As many states as our journey has moves."""

    one, two, three, four, five, six = (State() for _ in range(6))
    seven, eight, nine, ten, eleven, twelve = (State() for _ in range(6))


_STATES = Journey.__states__


def _keyboard() -> InlineKeyboardMarkup:
    buttons = [InlineKeyboardButton(text=each, callback_data=f"pick.{each}") for each in BUTTONS]
    return InlineKeyboardMarkup(inline_keyboard=[buttons[:4], buttons[4:]])


async def _go_on(state: FSMContext, words: str) -> int:
    data = await state.get_data()
    step = int(data.get("step", 0)) + 1
    if step == STEPS:
        await state.set_state(None)
        await state.set_data({})
    else:
        await state.set_state(_STATES[step - 1])
        await state.set_data({"step": step, "said": words})
    return step


async def said(message: Message, state: FSMContext) -> None:
    """Words: the next step as a new message."""
    words = message.text or ""
    step = await _go_on(state, words)
    await message.answer(text_of(step, escape(words)), reply_markup=_keyboard())


async def pressed(query: CallbackQuery, state: FSMContext) -> None:
    """A button: the next step in its place."""
    step = await _go_on(state, query.data or "")
    await query.answer()
    if isinstance(query.message, Message):
        await query.message.edit_text(text_of(step, query.data or ""), reply_markup=_keyboard())


def main() -> None:
    """Poll until stopped; an argument names the SQLite file."""
    storage = SqliteStorage(sys.argv[1]) if len(sys.argv) > 1 else MemoryStorage()
    dispatcher = Dispatcher(storage=storage)
    dispatcher.message.register(said, Command("start"))
    for state in _STATES:
        dispatcher.message.register(said, StateFilter(state), F.text)
        dispatcher.callback_query.register(pressed, StateFilter(state))
    bot = Bot(
        os.environ["BOT_TOKEN"],
        session=session(),
        default=DefaultBotProperties(parse_mode=ParseMode.HTML),
    )
    dispatcher.run_polling(bot)


if __name__ == "__main__":
    main()
