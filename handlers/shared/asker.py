"""Who asks in a group, as far as Telegram says: their allowance, and the language of the answer."""

from telegram import Message

from bot.chat.texts import Texts, language_of, texts_in
from bot.domain.identifiers import ChatId, UserId
from bot.domain.patterns import lazily
from bot.storage.ports import ConversationPort
from bot.storage.post_ports import PostPort

_CHINESE = lazily("[\u3400-\u9fff]")


def asker(message: Message) -> UserId | None:
    """Return whose allowance an answer counts for.

    Who writes as a channel or an anonymous administrator shares one name with all others, so
    that only the group's allowance bounds them.
    """
    if message.from_user is None or message.sender_chat is not None:
        return None
    return UserId(message.from_user.id)


async def texts_for(
    message: Message, posts: PostPort, conversations: ConversationPort | None
) -> Texts:
    """Return the texts in the language of whoever asks.

    An anonymous administrator has none: their words' counts, then that of whoever let the bot into
    the group, then that of its title.
    """
    if asker(message) is not None and message.from_user is not None:
        return texts_in(language_of(message.from_user.language_code))
    if _CHINESE.search(message.text or message.caption or ""):
        return texts_in("zh")
    places = await posts.post_places()
    let_in = next((each.let_by for each in places if each.chat_id == message.chat.id), None)
    if let_in is not None and conversations is not None:
        session = await conversations.load_session(ChatId(let_in), UserId(let_in))
        if session is not None:
            return texts_in(session.language)
    return texts_in("zh" if _CHINESE.search(message.chat.title or "") else language_of(None))
