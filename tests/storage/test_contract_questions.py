"""What every storage promises of questions to the operators."""

import asyncio
from datetime import timedelta
from pathlib import Path

from bot.domain.identifiers import QuestionId, WordsId
from bot.domain.questions import QuestionState, Side
from bot.storage.ports import Retention, Storage
from bot.storage.sqlite.storage import SqliteStorage
from tests.storage.questioning import ASKER, COLLEAGUE, OWNER, TOPIC, question, words
from tests.storage.samples import NOW, reopen
from tests.storage.shopping import DAVE

OPEN, ANSWERED, CLOSED = QuestionState
LATER = NOW + timedelta(days=1)


async def test_a_question_is_asked_answered_and_closed(storage: Storage):
    """Its state says whose turn it is; an operator's first words make it theirs."""
    asked = await storage.questions.ask(ASKER, words(1))
    assert (asked.state, asked.owner) == (OPEN, None)
    answered = await storage.questions.say(asked.question_id, words(1, "Soon", chat=7), OWNER)
    assert answered is not None
    assert (answered.state, answered.owner) == (ANSWERED, OWNER)
    again = await storage.questions.say(asked.question_id, words(2, "When?"), None)
    assert again is not None
    assert (again.state, again.owner) == (OPEN, OWNER)
    closed = await storage.questions.end(asked.question_id, OWNER)
    assert closed is not None
    assert closed.is_closed
    await reopen(storage)
    assert await storage.questions.question(asked.question_id) == closed
    sides = [each.side for each in await storage.questions.said_in(asked.question_id)]
    assert sides == [Side.ASKED, Side.ANSWERED, Side.ASKED, Side.CLOSED]
    assert await storage.questions.count_questions() == {OPEN: 0, ANSWERED: 0, CLOSED: 1}


async def test_a_message_is_taken_once(storage: Storage):
    """Handled twice, it opens one question and is said once, whoever wrote it."""
    first = await storage.questions.ask(ASKER, words(1))
    assert await storage.questions.ask(ASKER, words(1)) == first
    await storage.questions.say(first.question_id, words(1, "Soon", chat=7), OWNER)
    await storage.questions.say(first.question_id, words(1, "Soon", chat=7), OWNER)
    assert len(await storage.questions.said_in(first.question_id)) == 2
    assert (await storage.questions.count_questions())[ANSWERED] == 1


async def test_of_two_who_take_it_the_last_has_it(storage: Storage):
    """A second press of the same operator tells nobody anything."""
    asked = await storage.questions.ask(ASKER, words(1))
    for by in (OWNER, OWNER, COLLEAGUE):
        await storage.questions.take(asked.question_id, by)
    taken = await storage.questions.question(asked.question_id)
    assert taken is not None
    assert taken.owner == COLLEAGUE
    said = await storage.questions.said_in(asked.question_id)
    assert [each.by for each in said] == [None, OWNER, COLLEAGUE]


async def test_who_is_no_operator_any_more_owns_no_question(storage: Storage):
    """What is closed stays as it was."""
    asked = [await storage.questions.ask(ASKER, words(each)) for each in (1, 2, 3)]
    for each, by in zip(asked, (OWNER, OWNER, COLLEAGUE), strict=True):
        await storage.questions.take(each.question_id, by)
    await storage.questions.end(asked[0].question_id, OWNER)
    assert await storage.questions.release_questions(frozenset({COLLEAGUE.user_id})) == 1
    owners = [await storage.questions.question(each.question_id) for each in asked]
    assert [each.owner if each else None for each in owners] == [OWNER, None, COLLEAGUE]


async def test_what_is_gone_is_answered_by_nobody(storage: Storage):
    gone = QuestionId(99)
    assert await storage.questions.say(gone, words(1), OWNER) is None
    assert await storage.questions.take(gone, OWNER) is None
    assert await storage.questions.end(gone, None) is None
    await storage.questions.put_in_topic(gone, TOPIC)
    assert await storage.questions.question_in(TOPIC) is None


async def test_words_are_told_once(storage: Storage):
    """Claimed before, put back when they surely did not arrive, missed when they never will."""
    asked = await storage.questions.ask(ASKER, words(1))
    await storage.questions.say(asked.question_id, words(2), None)
    first, second = await storage.questions.words_to_tell(NOW, 9)
    assert await storage.questions.claim_words(first.words_id)
    assert not await storage.questions.claim_words(first.words_id)
    await storage.questions.put_back_words(first.words_id, LATER)
    assert await storage.questions.words_to_tell(NOW, 9) == [second]
    assert await storage.questions.claim_words(second.words_id)
    await storage.questions.end_words(second.words_id, missed=True)
    said = await storage.questions.said_in(asked.question_id)
    assert [each.missed for each in said] == [False, True]
    assert await storage.questions.claim_words(first.words_id)
    assert await storage.questions.give_up_words() == 1
    assert await storage.questions.words_to_tell(LATER, 9) == []


async def test_a_persons_words_are_counted(storage: Storage):
    """Not the operators', and not what came before."""
    asked = await storage.questions.ask(ASKER, words(1))
    await storage.questions.say(asked.question_id, words(2), None)
    await storage.questions.say(asked.question_id, words(3, chat=7), OWNER)
    assert await storage.questions.count_asked(DAVE, NOW) == 2
    assert await storage.questions.count_asked(DAVE, NOW + timedelta(seconds=1)) == 0
    assert await storage.questions.count_asked(OWNER.user_id, NOW) == 0


async def test_a_person_who_is_forgotten_leaves_no_word(storage: Storage):
    """Others' questions stay."""
    await question(storage)
    other = ASKER.replace(user_id=OWNER.user_id)
    await storage.questions.ask(other, words(30))
    await storage.rights.forget(DAVE)
    assert await storage.questions.questions_of(DAVE) == []
    assert await storage.questions.said_in(QuestionId(1)) == []
    assert len(await storage.questions.questions_of(OWNER.user_id)) == 1


async def test_lists_are_in_the_order_of_waiting(storage: Storage):
    """For operators the longest waiting first; for the person the last touched."""
    asked = [(await storage.questions.ask(ASKER, words(each))).question_id for each in (1, 2, 3)]
    open_ = await storage.questions.questions_in(OPEN, 2, 1)
    assert [each.question_id for each in open_] == asked[1:]
    mine = await storage.questions.questions_of(DAVE, 2)
    assert [each.question_id for each in mine] == asked[:0:-1]


async def test_questions_are_kept_as_long_as_their_order(sqlite: SqliteStorage):
    """Those about nothing in particular go by their own age; nothing said outlives them."""
    await question(sqlite)
    general = await sqlite.questions.ask(ASKER.replace(order_no=None), words(40))
    old = Retention(**dict.fromkeys(Retention.model_fields, timedelta(hours=-1)))
    await sqlite.upkeep.purge_old(old.replace(orders=timedelta(days=1)))
    assert await sqlite.questions.question(general.question_id) is not None
    assert (await sqlite.upkeep.purge_old(old))["questions"] == 5
    assert await sqlite.questions.questions_of(DAVE) == []


async def test_nothing_of_it_is_readable_at_rest(sqlite: SqliteStorage, database: Path):
    await sqlite.questions.ask(ASKER, words(1, "My secret wish"))
    await sqlite.questions.say(QuestionId(1), words(2, "Our secret answer", chat=7), OWNER)
    await sqlite.close()
    stored = await asyncio.to_thread(database.read_bytes)
    assert not [each for each in (b"secret", b"Dave", b"Anna") if each in stored]
    await sqlite.open()
    assert len(await sqlite.questions.words_to_tell(NOW, 9)) == 2
    assert await sqlite.questions.claim_words(WordsId(2))
