"""Pressed buttons: answered at once, acted on once, powerless when they are old or crafted."""

import asyncio
import time

import pytest
from structlog.testing import capture_logs
from telegram.error import NetworkError

from bot.chat.buttons import Press
from bot.chat.taps import OverlayTaps
from bot.domain.sessions import Step
from tests.bot.toy_journey import ANN, Toy
from tests.loopback import time_flies


@pytest.fixture
async def toy() -> Toy:
    return await Toy().open()


def _answers(toy: Toy) -> int:
    return len(toy.telegram.of("answerCallbackQuery"))


@pytest.mark.parametrize("label", ["add", "slow", "other", "quiet", "standing", "beside", "down"])
async def test_a_double_tap_acts_once(toy: Toy, label: str) -> None:
    """Two presses of the same button, at once: one step, one screen, both answered."""
    first = await toy.say("5")
    toy.walked.clear()
    shown, data = len(toy.telegram.shown), first.data(label)
    await asyncio.gather(*(toy.process(toy.press(data)) for _ in range(2)))
    assert len(toy.walked) <= 1 or label == "quiet"
    assert len(toy.telegram.shown) - shown == (0 if label == "quiet" else 1)
    assert _answers(toy) == 2


async def test_many_taps_act_once(toy: Toy) -> None:
    """A button that is hammered does not flood the chat."""
    first = await toy.say("5")
    await asyncio.gather(*(toy.process(toy.press(first.data("slow"))) for _ in range(20)))
    assert (await toy.session()).focus.page == 6
    assert len(toy.telegram.shown) == 2


async def test_an_old_button_explains_itself_and_shows_where_one_is(toy: Toy) -> None:
    """One line and the current screen as a new message, once; nothing else happens."""
    first = await toy.say("5")
    await toy.tap("other", on=first)
    toy.telegram.calls.clear()
    old = await toy.tap("add", on=first)
    assert old.method == "sendMessage"
    assert old.text == "offer 5 old"
    assert len(toy.telegram.shown) == 1
    assert toy.telegram.of("answerCallbackQuery")[0].params["text"] == "old"


async def test_a_standing_button_works_at_any_revision(toy: Toy) -> None:
    """A button of an old message that is meant to stay useful does its work."""
    first = await toy.say("5")
    for _ in range(3):
        await toy.say("1")
    await toy.tap("standing", on=first)
    assert (await toy.session()).focus.page == 9


async def test_what_is_shown_beside_leaves_the_step_and_its_buttons_alive(toy: Toy) -> None:
    """Help over a step moves nothing: the buttons of the step's own screen still act."""
    first = await toy.say("5")
    beside = await toy.tap("beside", on=first)
    assert beside.text == "beside the journey"
    assert (await toy.tap("add", on=first)).text == "start 6"


async def test_a_toast_is_given_with_the_answer(toy: Toy) -> None:
    """What a callback says in passing stands in the tap's answer."""
    first = await toy.say("5")
    await toy.tap("other", on=first)
    assert toy.telegram.of("answerCallbackQuery")[-1].params["text"] == "toast"


async def test_a_slow_step_answers_its_tap_at_once_and_shows_typing(toy: Toy) -> None:
    """Within a blink the button stops spinning and the chat shows that something goes on."""
    first = await toy.say("5")
    toy.work = 1.0
    began = time.monotonic()
    await toy.tap("add", on=first)
    shown = toy.telegram.shown[-1].at
    assert shown - began >= toy.work
    assert toy.telegram.of("answerCallbackQuery")[0].at < shown
    assert toy.telegram.of("sendChatAction")[0].at < shown
    assert _answers(toy) == 1


async def test_what_comes_too_late_for_the_answer_is_said_in_the_chat(toy: Toy) -> None:
    """A slow press is answered at once, without the words that it ends with."""
    first = await toy.say("5")
    toy.work, toy.passing = 1.0, "not paid < yet"
    await toy.tap("quiet", on=first)
    assert toy.telegram.shown[-1].text == "not paid &lt; yet"
    assert _answers(toy) == 1
    await toy.tap("beside", on=first)
    assert toy.telegram.shown[-1].text == "not paid &lt; yet\n\nbeside the journey"


async def test_what_a_slow_step_has_done_stands_above_its_screen(toy: Toy) -> None:
    """The sign of life answered the press, so that its toast would never be shown."""
    first = await toy.say("5")
    toy.work = 1.0
    assert (await toy.tap("other", on=first)).text == "toast\n\noffer 5"
    assert _answers(toy) == 1


async def test_what_a_press_that_is_too_old_has_done_stands_above_its_screen(toy: Toy) -> None:
    """After a downtime Telegram takes no answer any more, and no toast is shown."""
    first = await toy.say("5")
    toy.telegram.fail("answerCallbackQuery", 400, "Bad Request: query is too old")
    assert (await toy.tap("other", on=first)).text == "toast\n\noffer 5"


async def test_what_the_screen_says_itself_is_not_said_above_it(toy: Toy) -> None:
    """Once is enough, whether the toast was shown or not."""
    first = await toy.say("5")
    toy.passing = "beside the journey"
    toy.telegram.fail("answerCallbackQuery", 400, "Bad Request: query is too old")
    assert (await toy.tap("beside", on=first)).text == "beside the journey"


async def test_what_is_done_by_words_needs_no_press_to_be_said(toy: Toy) -> None:
    """There is no press whose answer could say it."""
    assert (await toy.say("other")).text == "toast\n\noffer 0"


async def test_a_toast_whose_fate_is_unknown_is_not_said_twice(toy: Toy) -> None:
    """It may have been shown."""
    first = await toy.say("5")
    toy.telegram.break_off("answerCallbackQuery", NetworkError("broken"))
    assert (await toy.tap("other", on=first)).text == "offer 5"


async def test_a_quick_step_shows_no_typing(toy: Toy) -> None:
    """A sign of life costs a call, so a step that is done at once goes without."""
    await toy.say("5")
    time_flies(60)
    await asyncio.sleep(0.01)
    assert toy.telegram.of("sendChatAction") == []


async def test_an_answer_under_way_is_not_broken_off(toy: Toy) -> None:
    """A step that ends while its tap is being answered waits for that answer."""
    first = await toy.say("5")
    toy.work, toy.telegram.slow["answerCallbackQuery"] = 0.5, 1.0
    await toy.tap("add", on=first)
    assert _answers(toy) == 1


async def test_a_step_does_not_wait_for_its_signs_of_life(toy: Toy) -> None:
    """Typing that Telegram is slow to take, or refuses, holds nothing up."""
    first = await toy.say("5")
    toy.work, toy.telegram.slow["sendChatAction"] = 0.5, 20.0
    toy.telegram.break_off("answerCallbackQuery", NetworkError("broken"))
    began = time.monotonic()
    await toy.tap("add", on=first)
    assert time.monotonic() - began < 20.0


async def test_a_tap_too_old_to_answer_is_walked_all_the_same(toy: Toy) -> None:
    """`query is too old` is no failure: the screen tells all."""
    first = await toy.say("5")
    toy.telegram.fail("answerCallbackQuery", 400, "Bad Request: query is too old")
    assert (await toy.tap("add", on=first)).text == "start 6"


async def test_a_button_of_a_message_that_is_gone_still_acts(toy: Toy) -> None:
    """An inaccessible message can't be edited, so the screen comes as a new one."""
    first = await toy.say("5")
    raw = toy.press(first.data("add"))
    message = raw["callback_query"]["message"]
    raw["callback_query"]["message"] = {**message, "date": 0, "text": None, "reply_markup": None}
    await toy.process(raw)
    assert toy.telegram.shown[-1].method == "sendMessage"
    assert toy.telegram.shown[-1].text == "start 6"


@pytest.mark.parametrize(
    ("craft", "reason"),
    [
        (lambda s: f"1.ZZZZZZ.{s.revision}.add.", "another session"),
        (lambda s: f"1.{s.session_id}.zzz.add.", "never drawn"),
        (lambda s: f"1.{s.session_id}.{s.revision}.nonsense.", "not of this step"),
        (lambda s: f"1.{s.session_id}.*.add.", "not of this step"),
        (lambda s: f"2.{s.session_id}.{s.revision}.add.", "not ours"),
        (lambda s: f"1.{s.session_id}.-1.add.", "not ours"),
        (lambda _: "garbage", "not ours"),
        (lambda _: "." * 64, "not ours"),
        (lambda _: "货" * 21, "not ours"),
        (lambda s: f"1.{s.session_id}.{s.revision}.add.{'é' * 40}", "not ours"),
    ],
)
async def test_crafted_data_has_no_effect_and_is_logged(toy: Toy, craft, reason: str) -> None:
    """Anybody can send any data: it changes nothing but the screen, which is drawn again."""
    await toy.say("5")
    toy.walked.clear()
    with capture_logs() as logs:
        await toy.process(toy.press(craft(await toy.session())))
    assert toy.walked == []
    assert (await toy.session()).focus.page == 5
    assert (await toy.session()).step is Step.START
    assert toy.telegram.shown[-1].text == "start 5 old"
    assert [each["reason"] for each in logs if each["event"] == "button_refused"] == [reason]


async def test_a_press_without_data_is_answered(toy: Toy) -> None:
    """A game's button carries none: it is answered like an old one."""
    await toy.say("5")
    raw = toy.press("x")
    raw["callback_query"].pop("data")
    await toy.process(raw)
    assert _answers(toy) == 1


async def test_the_same_button_acts_again_after_a_while(toy: Toy) -> None:
    """Only presses within seconds of each other are one double tap."""
    first = await toy.say("5")
    await toy.tap("standing", on=first)
    session = await toy.session()
    earlier = session.taps[0].replace(at=session.taps[0].at.replace(year=2020))
    aged = session.replace(taps=(earlier,))
    toy.storage._sessions[(aged.chat_id, aged.user_id)] = aged
    await toy.tap("standing", on=first)
    assert (await toy.session()).focus.page == 7


async def test_taps_on_what_stands_beside_are_forgotten(toy: Toy) -> None:
    """The memory of overlays holds a few seconds only, whoever tapped."""
    taps = OverlayTaps()
    await toy.say("5")
    session = await toy.session()
    for number in range(100):
        query = toy.read(toy.press(f"x{number}")).callback_query
        assert query is not None
        taps.remember(session, query)
        taps._last = {key: (data, at - 10) for key, (data, at) in taps._last.items()}
    assert len(taps._last) == 1


async def test_going_back_and_forth_beside_the_journey_repeats_nothing(toy: Toy) -> None:
    """Next, back and next again within seconds are three presses; twice the same is one."""
    taps = OverlayTaps()
    await toy.say("5")
    session = await toy.session()
    there, back = (toy.read(toy.press(each)).callback_query for each in ("there", "back"))
    assert there is not None
    assert back is not None
    taps.remember(session, there)
    assert taps.repeats(session, there)
    assert not taps.repeats(session, back)
    taps.remember(session, back)
    assert not taps.repeats(session, there)


def test_every_press_this_bot_makes_is_read_back() -> None:
    """Encoding and decoding are inverse, standing or not."""
    for press in (Press("ABC234", 36**5, "pick", "7.8"), Press("ABC234", None, "here")):
        assert Press.decode(press.encode()) == press


async def test_nobody_presses_for_somebody_else(toy: Toy) -> None:
    """A press of Ann's button data by Bob meets Bob's session."""
    first = await toy.say("5")
    await toy.process(toy.press(first.data("add"), user=ANN + 1))
    assert (await toy.session()).focus.page == 5


async def test_a_standing_button_of_before_a_restore_asks_again(toy: Toy) -> None:
    """What it decides may have been done since, and be known to no database any more."""
    first = await toy.say("5")
    toy.storage.restored = True
    await toy.storage.begin_run(toy.storage.now)
    drawn_anew = await toy.tap("standing", on=first)
    assert (await toy.session()).focus.page == 5
    assert drawn_anew.text.endswith("old")
    await toy.tap("standing", on=drawn_anew)
    assert (await toy.session()).focus.page > 5
