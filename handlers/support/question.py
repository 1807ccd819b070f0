"""Asking the operators, about an order or in general; what was asked, and what was answered."""

from telegram import Message, Update

from bot.chat.buttons import natural
from bot.chat.context import QUIET, Context, Overlay, Reply
from bot.chat.screens import Button, QuestionView, Screen, grid, lines, paragraphs, row
from bot.chat.texts import Html
from bot.domain.asking import QuestionAsked
from bot.domain.identifiers import QuestionId
from bot.domain.questions import (
    LONGEST_QUESTION,
    MOST_OPEN_QUESTIONS,
    Asker,
    NewWords,
    Question,
)
from bot.domain.sessions import Session, Step
from bot.domain.small_talk import turns_back
from bot.services.bundle import Services
from bot.services.support import NobodyThere, QuestionGone, SupportError, TooFast, TooManyOpen
from handlers.always import anywhere
from handlers.shared.own_order import gone, own_order
from handlers.support.thread import QUESTION_STATES, about, said_lines

_REFUSALS = {
    NobodyThere: "question.nobody",
    TooManyOpen: "question.too_many",
    TooFast: "question.too_fast",
    QuestionGone: "question.gone",
}
_SHOWN = 6


async def load(session: Session, services: Services) -> QuestionView:
    """Load the question that is added to, and the order that it is about."""
    asked = asked_of(session)
    question, order = None, None
    if asked.question_id is not None:
        question = await services.store.questions.question(asked.question_id)
    order_no = question.order_no if question else asked.order_no
    if order_no is not None:
        order = await services.store.orders.order(order_no)
    return await QuestionView.of(session, services, order=order, question=question)


def screen(view: QuestionView) -> Screen:
    """Say what can be sent, and to whom it goes."""
    t, question = view.t, view.question
    if question is not None:
        head = t("question.more", number=f"{question.question_id}")
    elif view.order is not None:
        head = t("question.of_order", number=view.order.order_no)
    else:
        head = t("question.ask")
    text = paragraphs(view.flash, head, t("question.how"))
    return Screen(text, row(Button(t("question.back_button"), "back")))


async def support(update: Update, context: Context) -> Reply:
    """`/support`: ask, or look at what was asked before."""
    if not context.services.support.is_there:
        if update.callback_query is None:
            return await anywhere.unknown_command(update, context)
        anywhere.stale(context)
        return None
    mine = await context.services.store.questions.questions_of(context.session.user_id, _SHOWN)
    if not mine:
        return _ask(context, QuestionAsked())
    t = context.t
    told = [
        t(
            "question.line",
            number=f"{each.question_id}",
            about=about(t, each),
            state=_state(context, each),
        )
        for each in mine
    ]
    buttons = [
        Button(
            t("question.open_button", number=f"{each.question_id}"),
            "asked",
            f"{each.question_id}",
            standing=True,
        )
        for each in mine
    ]
    new = row(Button(t("question.new_button"), "ask_new", standing=True))
    text = paragraphs(t("question.mine"), lines(*told))
    return Overlay(Screen(text, grid(buttons, 3) + new))


async def new(_: Update, context: Context) -> Reply:
    """Ask about something else."""
    return _ask(context, QuestionAsked())


async def ask(_: Update, context: Context) -> Reply:
    """Ask about an order."""
    order = await own_order(context, context.arg)
    if order is None:
        return gone(context)
    return _ask(context, QuestionAsked(order_no=order.order_no))


async def more(_: Update, context: Context) -> Reply:
    """Add to a question that was asked."""
    question = await _own(context)
    if question is None:
        return None
    return _ask(context, QuestionAsked(question_id=question.question_id))


async def asked(_: Update, context: Context) -> Reply:
    """What was said in one question."""
    question = await _own(context)
    if question is None:
        return None
    return Overlay(await _thread(context, question), in_place=True)


async def solved(_: Update, context: Context) -> Reply:
    """The person has what they needed."""
    number = natural(context.arg)
    try:
        question = await context.services.support.solved(
            QuestionId(number or 0), context.session.user_id
        )
    except SupportError as refusal:
        _refused(context, refusal)
        return None
    return Overlay(await _thread(context, question), in_place=True)


async def back(_: Update, context: Context) -> Reply:
    """Back to where the person was."""
    return _leave(context)


async def text(update: Update, context: Context) -> Reply:
    """The question in words; 取消 instead of a new one leaves, within one it is an answer."""
    message = update.effective_message
    if message is None:
        return QUIET
    if asked_of(context.session).question_id is None and turns_back(message.text or ""):
        return _leave(context)
    return await _take(context, message)


async def photo(update: Update, context: Context) -> Reply:
    """A photo, with words below it or without."""
    message = update.effective_message
    return QUIET if message is None else await _take(context, message)


async def other(_: Update, context: Context) -> Reply:
    """A film, a file, a sticker."""
    context.flash("question.only_words")
    return None


def asked_of(session: Session) -> QuestionAsked:
    """Return what the next words are of."""
    asking = session.focus.asking
    return asking if isinstance(asking, QuestionAsked) else QuestionAsked()


def words_of(message: Message) -> NewWords:
    """Return a message as words of a question: its text or caption, and its photo."""
    photo = max(message.photo, key=lambda each: each.width * each.height) if message.photo else None
    return NewWords(
        chat_id=message.chat.id,
        message_id=message.message_id,
        text=(message.text or message.caption or "").strip(),
        photo=photo.file_id if photo else "",
        sent_at=message.date,
    )


async def add(context: Context, message: Message, question_id: QuestionId) -> Reply:
    """Take what answers one of our messages into the person's own question."""
    if _is_refused(context, message):
        return None
    try:
        question = await context.services.support.add(
            question_id, context.session.user_id, words_of(message)
        )
    except SupportError as refusal:
        _refused(context, refusal)
        return None
    return Overlay(_sent(context, question))


async def _take(context: Context, message: Message) -> Reply:
    if _is_refused(context, message):
        return None
    support, asked_ = context.services.support, asked_of(context.session)
    user = message.from_user
    words = words_of(message)
    try:
        if asked_.question_id is not None:
            question = await support.add(asked_.question_id, context.session.user_id, words)
        else:
            asker = Asker(
                user_id=context.session.user_id,
                chat_id=context.session.chat_id,
                name=user.full_name if user else "",
                username=(user.username if user else None) or "",
                language=context.session.language,
                order_no=asked_.order_no,
            )
            question = await support.ask(asker, words)
    except SupportError as refusal:
        _refused(context, refusal)
        return _leave(context)
    context.flash("question.sent", number=f"{question.question_id}")
    if message.media_group_id is None:
        return _leave(context)
    # The other pictures of an album belong to it as well: they are awaited here.
    context.focus(asking=asked_.replace(question_id=question.question_id))
    return Step.QUESTION


def _is_refused(context: Context, message: Message) -> bool:
    """Say why a message can't be words of a question; False when it can."""
    words = (message.text or message.caption or "").strip()
    if not message.photo and not words:
        context.flash("question.only_words")
        return True
    if len(words) > LONGEST_QUESTION:
        context.flash("question.too_long", most=LONGEST_QUESTION, length=len(words))
        return True
    return False


def _ask(context: Context, wanted: QuestionAsked) -> Reply:
    session = context.session
    if session.step is Step.PLACING:
        context.flash("placing.wait")
        return None
    if not context.services.support.is_there:
        context.flash("question.nobody")
        return None
    before = asked_of(session).came_from if session.step is Step.QUESTION else session.step.value
    context.focus(asking=wanted.replace(came_from=before))
    return Step.QUESTION


def _leave(context: Context) -> Step:
    came_from = asked_of(context.session).came_from
    context.focus(asking=None)
    return next((each for each in Step if each.value == came_from), Step.START)


def _refused(context: Context, refusal: SupportError) -> None:
    context.flash(_REFUSALS[type(refusal)], most=MOST_OPEN_QUESTIONS)


async def _own(context: Context) -> Question | None:
    number = natural(context.arg)
    try:
        return await context.services.support.own(QuestionId(number or 0), context.session.user_id)
    except QuestionGone:
        context.flash("question.gone")
        return None


async def _thread(context: Context, question: Question) -> Screen:
    t = context.t
    said = await context.services.store.questions.said_in(question.question_id)
    text = paragraphs(
        t(
            "question.line",
            number=f"{question.question_id}",
            about=about(t, question),
            state=_state(context, question),
        ),
        *said_lines(t, said, for_operators=False),
    )
    number = f"{question.question_id}"
    buttons = row(
        Button(t("question.more_button"), "ask_more", number, standing=True),
        None
        if question.is_closed
        else Button(t("question.solved_button"), "solved", number, standing=True),
    )
    return Screen(text, buttons + row(Button(t("question.all_button"), "support", standing=True)))


def _sent(context: Context, question: Question) -> Screen:
    told = context.t("question.sent", number=f"{question.question_id}")
    return Screen(told, row(_opens(context, question)))


def _opens(context: Context, question: Question) -> Button:
    number = f"{question.question_id}"
    return Button(context.t("question.open_button", number=number), "asked", number, standing=True)


def _state(context: Context, question: Question) -> Html:
    return context.t(QUESTION_STATES[question.state])
