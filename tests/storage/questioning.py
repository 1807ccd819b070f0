"""Somebody who asks the operators, as every storage is to keep it."""

from bot.domain.identifiers import ChatId, QuestionId, UserId, WordsId
from bot.domain.questions import Asker, NewWords, Operator, Topic
from bot.storage.ports import Storage
from tests.storage.samples import NOW
from tests.storage.shopping import DAVE, IN_SHOP, OPERATOR

ASKER = Asker(
    user_id=DAVE,
    chat_id=ChatId(DAVE),
    name="Dave",
    username="dave",
    language="zh",
    order_no=IN_SHOP,
)
OWNER = Operator(user_id=OPERATOR, name="Anna")
COLLEAGUE = Operator(user_id=UserId(7_001), name="Ben")
TOPIC = Topic(chat_id=ChatId(-100), thread_id=5)


def words(message_id: int, text: str = "Where is it?", chat: int = DAVE) -> NewWords:
    return NewWords(chat_id=ChatId(chat), message_id=message_id, text=text, sent_at=NOW)


async def question(storage: Storage) -> None:
    """A question in a topic, taken by an operator; of what was said the second is being told."""
    asked = await storage.questions.ask(ASKER, words(10))
    await storage.questions.put_in_topic(asked.question_id, TOPIC)
    await storage.questions.take(QuestionId(1), OWNER)
    await storage.questions.claim_words(WordsId(2))
