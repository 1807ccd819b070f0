"""Questions at the operators' desk: the list, one of them, and the answer to it."""

from telegram import Message, Update

from bot.chat.buttons import natural
from bot.chat.context import QUIET, Context, Overlay, Reply
from bot.chat.screens import Button, QuestionView, Rows, Screen, grid, lines, paragraphs, row
from bot.chat.texts import Html, cut
from bot.domain.asking import AnswerAsked
from bot.domain.identifiers import QuestionId
from bot.domain.questions import LONGEST_ANSWER, Operator, Question, QuestionState, question_named
from bot.domain.sessions import Focus, Session, Step
from bot.services.bundle import Services
from bot.services.support import QuestionGone
from handlers.desk.door import desk_button, for_operators
from handlers.shared.files import sent_again
from handlers.support import question as asking
from handlers.support.question import words_of
from handlers.support.thread import (
    QUESTION_STATES,
    about,
    asker_named,
    operator_named,
    said_lines,
)

_PAGE = 8
_NAME = 40
_LISTED = {
    QuestionState.OPEN: "answer.waiting",
    QuestionState.ANSWERED: "answer.answered",
    QuestionState.CLOSED: "answer.closed",
}
_BUTTONS = {
    QuestionState.OPEN: "answer.waiting_button",
    QuestionState.ANSWERED: "answer.answered_button",
    QuestionState.CLOSED: "answer.closed_button",
}


async def load(session: Session, services: Services) -> QuestionView:
    """Load the question that is answered, with what was said in it."""
    asked = session.focus.asking
    question = None
    if isinstance(asked, AnswerAsked):
        question = await services.store.questions.question(asked.question_id)
    said = await services.store.questions.said_in(question.question_id) if question else []
    return await QuestionView.of(session, services, question=question, said=tuple(said))


def screen(view: QuestionView) -> Screen:
    """Show the question; the next words or photo are the answer."""
    t, question = view.t, view.question
    back = row(
        Button(t("answer.list_button"), "questions", standing=True),
        Button(t("admin.desk_button"), "admin", standing=True),
    )
    if question is None:
        return Screen(paragraphs(view.flash, t("question.gone")), back)
    owner = operator_named(question.owner)
    text = paragraphs(
        view.flash,
        lines(
            t("answer.title", number=f"{question.question_id}", name=asker_named(question)),
            about(t, question),
            t("answer.state", state=t(QUESTION_STATES[question.state])),
            t("support.owner", name=owner) if owner else t("support.no_owner"),
        ),
        *said_lines(t, view.said, for_operators=True),
        t("answer.how"),
    )
    return Screen(text, _buttons(view, question) + back)


def _buttons(view: QuestionView, question: Question) -> Rows:
    t, number = view.t, f"{question.question_id}"
    mine = question.owner is not None and question.owner.user_id == view.session.user_id
    take = Button(t("support.take_button"), "take_question", number, standing=True)
    close = Button(t("support.close_button"), "close_question", number, standing=True)
    photos = None
    if any(each.photo for each in view.said):
        photos = Button(t("answer.photos_button"), "question_photos", number, standing=True)
    order = None
    if question.order_no is not None and view.shop is not None:
        order = Button(t("answer.order_button"), "case", question.order_no, standing=True)
    return row(None if mine else take, None if question.is_closed else close) + row(photos, order)


@for_operators
async def questions(_: Update, context: Context) -> Reply:
    """List questions, those that wait for an answer first, the longest waiting first."""
    wanted, _dot, page = context.arg.partition(".")
    state = next((each for each in QuestionState if each.value == wanted), QuestionState.OPEN)
    start = (natural(page) or 0) * _PAGE
    store, t = context.services.store.questions, context.t
    counts = await store.count_questions()
    found = await store.questions_in(state, _PAGE + 1, start)
    told = [_line(context, each) for each in found[:_PAGE]]
    text = paragraphs(
        t(_LISTED[state], number=counts[state]),
        *told,
        t("waiting.none") if not found else None,
    )
    opened = [
        Button(f"#Q{each.question_id}", "answer", f"{each.question_id}", standing=True)
        for each in found[:_PAGE]
    ]
    others = [
        Button(t(_BUTTONS[each], number=counts[each]), "questions", each.value, standing=True)
        for each in QuestionState
        if each is not state and counts[each]
    ]
    after = None
    if len(found) > _PAGE:
        arg = f"{state.value}.{start // _PAGE + 1}"
        after = Button(t("balance.older_button"), "questions", arg, standing=True)
    rows = grid(opened, 2) + row(after) + grid(others, 2) + row(desk_button(context))
    return Overlay(Screen(text, rows), in_place=True)


def _line(context: Context, question: Question) -> Html:
    t = context.t
    return lines(
        t(
            "answer.line",
            number=f"{question.question_id}",
            name=asker_named(question),
            about=about(t, question),
            time=t.moment(question.touched_at),
        ),
        t("support.owner", name=operator_named(question.owner)) if question.owner else None,
    )


@for_operators
async def answer(_: Update, context: Context) -> Reply:
    """Open a question; what is written next answers it."""
    return _open(context, QuestionId(natural(context.arg) or 0))


def _open(context: Context, question_id: QuestionId) -> Reply:
    if context.session.step is Step.PLACING:
        context.flash("placing.wait")
        return None
    context.change(focus=Focus(asking=AnswerAsked(question_id=question_id)))
    return Step.ANSWER


@for_operators
async def take(update: Update, context: Context) -> Reply:
    """Make a question one's own; the other operators are told."""
    question_id = QuestionId(natural(context.arg) or 0)
    try:
        await context.services.support.take(question_id, operator_of(update, context))
    except QuestionGone:
        context.flash("question.gone")
        return None
    context.flash("answer.taken", number=f"{question_id}")
    return _open(context, question_id)


@for_operators
async def close(update: Update, context: Context) -> Reply:
    """Close a question; who asked is told."""
    question_id = QuestionId(natural(context.arg) or 0)
    try:
        await context.services.support.close(question_id, operator_of(update, context))
    except QuestionGone:
        context.flash("question.gone")
        return None
    context.flash("answer.closed_now", number=f"{question_id}")
    return _open(context, question_id)


@for_operators
async def photos(_: Update, context: Context) -> Reply:
    """Send the photos of a question again."""
    question_id = QuestionId(natural(context.arg) or 0)
    said = await context.services.store.questions.said_in(question_id)

    async def send_all() -> None:
        for each in [each.photo for each in said if each.photo]:
            await context.bot.send_photo(context.session.chat_id, each, caption=f"#Q{question_id}")

    return await sent_again(context, send_all())


@for_operators
async def text(update: Update, context: Context) -> Reply:
    """The answer, in words or with a photo."""
    message, asked = update.effective_message, context.session.focus.asking
    if message is None or not isinstance(asked, AnswerAsked):
        return QUIET
    if not await send(update, context, message, asked.question_id):
        return None
    context.flash("answer.sent", number=f"{asked.question_id}")
    return Step.ANSWER


@for_operators
async def other(_: Update, context: Context) -> Reply:
    """A film, a file, a sticker."""
    context.flash("question.only_words")
    return None


async def replied(update: Update, context: Context) -> Reply:
    """An answer to a message of ours that names a question: an operator's, or its person's."""
    message = update.effective_message
    target = message.reply_to_message if message is not None else None
    named = question_named((target.text or target.caption or "") if target else "")
    if message is None or named is None:
        return QUIET
    services, me = context.services, context.session.user_id
    question = await services.store.questions.question(named)
    if question is None or not services.support.is_operator(me) or question.user_id == me:
        return await asking.add(context, message, named)
    if not await send(update, context, message, named):
        return None
    t = context.t
    look = Button(t("support.open_button"), "answer", f"{named}", standing=True)
    return Overlay(Screen(t("answer.sent", number=f"{named}"), row(look)))


async def send(update: Update, context: Context, message: Message, question_id: QuestionId) -> bool:
    """Answer a question with a message; False with a flash when it can't be one."""
    words = (message.text or message.caption or "").strip()
    if not words and not message.photo:
        context.flash("question.only_words")
        return False
    if len(words) > LONGEST_ANSWER:
        context.flash("question.too_long", most=LONGEST_ANSWER, length=len(words))
        return False
    try:
        await context.services.support.answer(
            question_id, operator_of(update, context), words_of(message)
        )
    except QuestionGone:
        context.flash("question.gone")
        return False
    return True


def operator_of(update: Update, context: Context) -> Operator:
    """Return who answers, as the other operators know them."""
    user = update.effective_user
    name = cut(user.full_name, _NAME) if user else ""
    return Operator(user_id=context.session.user_id, name=name)
