"""Words of a question on their way: to the operators, in their group or alone; to who asked."""

from bot.chat.screens import Button, QuestionView, Screen, lines, row
from bot.chat.texts import Html, cut
from bot.domain.collecting import payment_code
from bot.domain.questions import Question, Side, Words
from handlers.orders.card_text import goods_named
from handlers.support.thread import about, asker_named, operator_named, quoted

_SPEAKS = {"en": "case.speaks_en", "zh": "case.speaks_zh"}
_HEADS = {
    Side.ASKED: "support.told_asked",
    Side.ANSWERED: "support.told_answered",
    Side.TAKEN: "support.told_taken",
    Side.CLOSED: "support.told_closed",
    Side.SOLVED: "support.told_solved",
}
_TOPIC_NAME = 60


def for_person(view: QuestionView) -> Screen:
    """An answer, or that the question was closed. The first line names the question."""
    t, question, words = view.t, view.question, view.said[-1]
    if question is None:
        return Screen(t("question.gone"))
    number = f"{question.question_id}"
    closed = words.side is Side.CLOSED
    head = t(
        "support.was_closed" if closed else "support.answer_to",
        number=f"{question.question_id}",
        about=about(t, question),
    )
    more = Button(t("question.more_button"), "ask_more", number, standing=True)
    solved = Button(t("question.solved_button"), "solved", number, standing=True)
    order = None
    if view.order is not None:
        details = t("payment.details_button")
        order = Button(details, "card", view.order.order_no, standing=True)
    text = lines(head, quoted(t, words) or None)
    return Screen(text, row(more, None if closed else solved) + row(order))


def for_operators(view: QuestionView, trouble: str) -> Screen:
    """What was asked, answered, taken or closed. The first line names the question.

    `trouble` is why the operators' group can't be used.
    """
    t, question, words = view.t, view.question, view.said[-1]
    if question is None:
        return Screen(t("question.gone"))
    number = f"{question.question_id}"
    owner = operator_named(question.owner)
    asks = words.side is Side.ASKED
    text = lines(
        _head(view, question, words),
        about(t, question) if asks else None,
        goods_named(view, view.order) if asks and view.order else None,
        t("support.owner", name=owner) if asks and owner else None,
        quoted(t, words) or None,
        t("support.group_trouble", reason=trouble) if trouble else None,
    )
    if question.is_closed:
        return Screen(text, row(Button(t("support.open_button"), "answer", number, standing=True)))
    answer = Button(t("support.answer_button"), "answer", number, standing=True)
    take = Button(t("support.take_button"), "take_question", number, standing=True)
    close = Button(t("support.close_button"), "close_question", number, standing=True)
    return Screen(text, row(answer, None if owner else take) + row(close))


def _head(view: QuestionView, question: Question, words: Words) -> Html:
    t, name = view.t, operator_named(words.by)
    who = asker_named(question)
    if words.missed:
        return t("support.told_missed", number=f"{question.question_id}", name=who)
    if words.side is Side.ASKED:
        speaks = t(_SPEAKS.get(question.language, _SPEAKS["en"]))
        return t(_HEADS[words.side], number=f"{question.question_id}", name=who, language=speaks)
    return t(_HEADS[words.side], number=f"{question.question_id}", name=who, by=name)


def topic_name(question: Question) -> str:
    """Return what a question's topic is called; the number first, which names it in answers."""
    code = f" · {payment_code(question.order_no)}" if question.order_no else ""
    name = cut(question.name or str(question.user_id), _TOPIC_NAME)
    return f"#Q{question.question_id}{code} · {name}"
