"""A question in words: what it is about, what was said in it and by whom."""

from collections.abc import Sequence

from bot.chat.measuring import visible_length
from bot.chat.screens import TEXT_LIMIT, lines
from bot.chat.texts import Html, Texts, cut, escape
from bot.domain.collecting import payment_code
from bot.domain.questions import Asker, Operator, QuestionState, Side, Words

QUESTION_STATES = {
    QuestionState.OPEN: "support.open",
    QuestionState.ANSWERED: "support.answered",
    QuestionState.CLOSED: "support.closed",
}
_ENDS = {
    Side.TAKEN: "support.taken_line",
    Side.CLOSED: "support.closed_line",
    Side.SOLVED: "support.solved_line",
}
_NAME = 40
_LATEST = 600  # characters of one message in a list of many
_ROOM = TEXT_LIMIT - 700  # what stands around them


def about(t: Texts, question: Asker) -> Html:
    """What a question is about, in a few words."""
    if question.order_no is None:
        return t("support.general")
    return t("support.about_order", number=question.order_no, code=payment_code(question.order_no))


def asker_named(question: Asker) -> str:
    """Return how operators know who asked."""
    named = cut(question.name or str(question.user_id), _NAME)
    return f"{named} @{question.username}" if question.username else named


def operator_named(by: Operator | None) -> str:
    """Return how operators know one another."""
    return cut(by.name or str(by.user_id), _NAME) if by else ""


def quoted(t: Texts, words: Words, most: int = 0) -> Html:
    """Words as they were written, set apart from ours; `most` characters of them, or all."""
    text = cut(words.text, most) if most else words.text
    written = "\n".join(escape(each) for each in text.splitlines())
    photo = t("support.photo") if words.photo else None
    inner = lines(photo, written)
    return Html(f"<blockquote>{inner}</blockquote>") if inner else Html("")


def said_lines(t: Texts, said: Sequence[Words], *, for_operators: bool) -> list[Html]:
    """What was said, oldest first; of much the latest. Who answered only operators see."""
    told: list[Html] = []
    room = _ROOM
    for words in reversed(said):
        line = _said(t, words, for_operators=for_operators)
        room -= visible_length(line) + 2
        if room < 0 and told:
            break
        if line:
            told.append(line)
    return told[::-1]


def _said(t: Texts, words: Words, *, for_operators: bool) -> Html:
    at, name = t.moment(words.said_at), operator_named(words.by)
    if words.side in _ENDS:
        if not for_operators and words.side is Side.TAKEN:
            return Html("")
        key = _ENDS[words.side] if for_operators else "support.closed_at"
        return t(key, name=name, time=at) if for_operators else t(key, time=at)
    if words.side is Side.ASKED:
        head = t("support.asked_line" if for_operators else "support.you_line", time=at)
    elif for_operators:
        head = t("support.answered_line", name=name, time=at)
    else:
        head = t("support.answer_line", time=at)
    missed = t("support.missed_line") if words.missed and for_operators else None
    return lines(head, quoted(t, words, _LATEST), missed)
