"""aiogram 3 with its state machine in memory, doing only echoes."""

import os

from aiogram import Bot, Dispatcher
from aiogram.fsm.context import FSMContext
from aiogram.fsm.storage.memory import MemoryStorage
from aiogram.types import CallbackQuery, Message

from benchmarks.peers.aiogram_session import session

dispatcher = Dispatcher(storage=MemoryStorage())


@dispatcher.message()
async def echo(message: Message, state: FSMContext) -> None:
    """Say what was said."""
    await state.set_state("echoing")
    await message.answer(message.text or "")


@dispatcher.callback_query()
async def echo_press(query: CallbackQuery, state: FSMContext, bot: Bot) -> None:
    """Say what was pressed."""
    await state.set_state("echoing")
    await bot.send_message(query.from_user.id, query.data or "")


def main() -> None:
    """Poll until stopped."""
    bot = Bot(os.environ["BOT_TOKEN"], session=session())
    dispatcher.run_polling(bot, handle_signals=True)


if __name__ == "__main__":
    main()
