"""Words first, their picture when it is made: added once, or left out."""

import asyncio
import gc

import pytest
from msgspec.structs import replace
from telegram.error import NetworkError

from bot.chat.drawing import Drawer
from bot.chat.photos import Photo, picture_key
from bot.chat.reading import Place
from bot.chat.screens import Button, ContactSheet, Picture, Screen, SellerPicture, row
from bot.domain.identifiers import ChatId, UserId
from bot.domain.sessions import Session
from bot.telegram import DirectBot
from bot.telegram.abilities import Ability
from tests.bot.fake_telegram import TOKEN, Call, FakeTelegram
from tests.fakes.memory_storage import MemoryStorage

CHAT = ChatId(7)
SESSION = Session(session_id="ABC234", chat_id=CHAT, user_id=UserId(7), revision=3)
SHEET = ContactSheet(("https://example.com/a.jpg",))
OTHER_SHEET = ContactSheet(("https://example.com/b.jpg",))
RESULTS = Screen("<b>found</b>", row(Button("1", "pick", "1")), SHEET, shared_picture=True)
COLOURS = Screen("which colour?", row(Button("red", "value", "1")), SHEET)
SIZES = Screen("which size?", row(Button("M", "value", "2")), OTHER_SHEET)
PLACING = Screen("placing", row(Button("leave", "leave")), keeps_picture=True)
NO_TEXT = "Bad Request: there is no text in the message to edit"
OFFER = Screen("offer", row(Button("back", "results")))


class Slow:
    """A sheet that is made when the test says so."""

    def __init__(self) -> None:
        self.ready = asyncio.Event()
        self.content: bytes | None = b"jpeg"

    async def make(self, _: Picture) -> bytes | None:
        await self.ready.wait()
        return self.content


class Easel:
    """A drawer before Telegram."""

    def __init__(self, patience: float = 5.0, words_wait: float = 5.0) -> None:
        self.telegram = FakeTelegram()
        self.storage = MemoryStorage()
        self.sheet = Slow()
        self.bot = DirectBot(TOKEN, request=self.telegram, get_updates_request=self.telegram)
        self.drawer = Drawer(
            self.bot, self.sheet, self.storage, picture_patience=patience, words_wait=words_wait
        )

    async def shows_words(self, screen: Screen = RESULTS) -> Place:
        """Draw a screen; return its message, still without a picture."""
        await self.drawer.draw(SESSION, screen)
        assert self.methods == ["sendMessage"]
        answer = Place(message_id=1, has_text=True, photo=None, has_buttons=True)
        self.telegram.calls.clear()
        return answer

    async def picture_comes(self) -> None:
        self.sheet.ready.set()
        await self.drawer.close(5)

    @property
    def methods(self) -> list[str]:
        return [call.method for call in self.telegram.calls]

    @property
    def last(self) -> Call:
        return self.telegram.calls[-1]


@pytest.fixture
def easel() -> Easel:
    return Easel()


async def test_words_come_at_once_and_their_picture_is_added(easel: Easel) -> None:
    """Nobody waits for ten downloads; words and buttons stay as they are."""
    await easel.shows_words()
    await easel.picture_comes()
    assert easel.methods == ["editMessageMedia"]
    assert easel.last.params["message_id"] == "1"
    assert "<b>found</b>" in easel.last.params["media"]
    assert [each["text"] for each in easel.last.buttons] == ["1"]
    assert await easel.storage.file_id(picture_key(SHEET))


async def test_a_sheet_that_telegram_knows_comes_with_its_words(easel: Easel) -> None:
    """There is nothing to wait for."""
    await easel.storage.remember_file(picture_key(SHEET), "u-1 f-1")
    await easel.drawer.draw(SESSION, RESULTS)
    assert easel.methods == ["sendPhoto"]


async def test_a_sheet_in_anothers_place_comes_with_its_words(easel: Easel) -> None:
    """New words below an old sheet would name other goods than those above them."""
    easel.sheet.ready.set()
    pressed = Place(message_id=9, has_text=False, photo="u-old", has_buttons=True)
    await easel.drawer.draw(SESSION, RESULTS, pressed)
    assert easel.methods == ["editMessageMedia"]


async def test_nobody_waits_for_a_picture_whose_host_hangs() -> None:
    """What the press led to comes below; the picture comes later, and brings no buttons back."""
    easel = Easel(patience=0.01)
    pressed = await easel.shows_words()
    await easel.drawer.draw(SESSION, OFFER, pressed)
    assert easel.methods == ["sendMessage", "editMessageReplyMarkup"]
    assert not easel.last.buttons
    await easel.picture_comes()
    assert easel.methods[2:] == ["editMessageMedia"]
    assert easel.last.params["message_id"] == "1"
    assert "<b>found</b>" in easel.last.params["media"]
    assert not easel.last.buttons
    assert await easel.storage.file_id(picture_key(SHEET))


@pytest.mark.parametrize("picture", [OTHER_SHEET, SellerPicture("https://example.com/b.jpg")])
async def test_who_chooses_step_by_step_gets_no_message_for_each_press(picture: Picture) -> None:
    """While a host hangs one message goes on, and has the last picture in the end."""
    easel = Easel(patience=0.01)
    pressed = await easel.shows_words(COLOURS)
    await easel.drawer.draw(SESSION, replace(SIZES, picture=picture), pressed)
    await easel.drawer.draw(SESSION, replace(SIZES, text="sold out", picture=picture), pressed)
    assert easel.methods == ["editMessageText", "editMessageText"]
    assert [each["text"] for each in easel.last.buttons] == ["M"]
    await easel.picture_comes()
    assert easel.methods[2:] == ["editMessageMedia"]
    assert "sold out" in easel.last.params["media"]
    assert await easel.storage.file_id(picture_key(picture))
    assert not await easel.storage.file_id(picture_key(SHEET))


async def test_words_whose_picture_hangs_take_one_that_telegram_knows_at_once() -> None:
    """Or none, where the next screen has none: still the same message."""
    easel = Easel(patience=0.01)
    await easel.storage.remember_file(picture_key(OTHER_SHEET), "u-1 f-1")
    pressed = await easel.shows_words(COLOURS)
    await easel.drawer.draw(SESSION, SIZES, pressed)
    assert easel.methods == ["editMessageMedia"]
    await easel.picture_comes()
    assert easel.methods == ["editMessageMedia"]


async def test_words_whose_picture_hangs_make_way_for_words_alone() -> None:
    """The picture of before does not come above what is no longer about it."""
    easel = Easel(patience=0.01)
    pressed = await easel.shows_words(COLOURS)
    await easel.drawer.draw(SESSION, OFFER, pressed)
    await easel.picture_comes()
    assert easel.methods == ["editMessageText"]


async def test_a_picture_that_is_given_up_is_not_left_to_the_garbage_collector() -> None:
    """A task that was cancelled knows where: not what would know the task, and the picture."""
    easel = Easel(patience=0.01)
    pressed = await easel.shows_words(COLOURS)
    gc.collect()
    gc.disable()
    try:
        await easel.drawer.draw(SESSION, OFFER, pressed)
        await easel.picture_comes()
        await asyncio.sleep(0)  # whoever waited for what is over lets go of it
        left = [each for each in gc.get_objects() if isinstance(each, Photo)]
    finally:
        gc.enable()
    assert left == []


async def test_a_page_of_results_takes_the_place_of_one_whose_sheet_hangs() -> None:
    """Who turns pages turns them in one message."""
    easel = Easel(patience=0.01)
    pressed = await easel.shows_words()
    await easel.drawer.draw(SESSION, replace(RESULTS, text="more", picture=OTHER_SHEET), pressed)
    await easel.picture_comes()
    assert easel.methods == ["editMessageText", "editMessageMedia"]
    assert "more" in easel.last.params["media"]


async def test_a_group_is_answered_in_words_where_a_picture_host_hangs() -> None:
    """Within its topic, to its message; the picture comes when it is made, the link stays."""
    easel = Easel(words_wait=0.01)
    card = Screen("offer", row(Button("order", url="https://t.me/bot?start=1")), SHEET)
    await easel.drawer.cards.post(CHAT, card, reply_to=5, topic=3)
    assert easel.methods == ["sendMessage"]
    assert easel.last.params["message_thread_id"] == "3"
    assert '"message_id":5' in easel.last.params["reply_parameters"]
    await easel.picture_comes()
    assert easel.methods == ["sendMessage", "editMessageMedia"]
    assert [each["text"] for each in easel.last.buttons] == ["order"]


async def test_a_group_gets_one_message_where_a_picture_is_soon_made(easel: Easel) -> None:
    """Telegram counts what a group is sent, and edits count as well."""
    asyncio.get_running_loop().call_later(0.001, easel.sheet.ready.set)
    await easel.drawer.cards.post(CHAT, Screen("offer", picture=SHEET), reply_to=5)
    assert easel.methods == ["sendPhoto"]


async def test_a_group_that_takes_no_words_is_left_alone_with_its_picture() -> None:
    """Nothing is made for it any more."""
    easel = Easel(words_wait=0.01)
    easel.telegram.fail("sendMessage", 403, "Forbidden: bot was kicked")
    await easel.drawer.cards.post(CHAT, Screen("offer", picture=SHEET), reply_to=5)
    await easel.picture_comes()
    assert easel.methods == ["sendMessage"]


@pytest.mark.parametrize("picture", [SHEET, SellerPicture("https://example.com/a.jpg")])
async def test_words_that_should_come_with_a_picture_wait_a_little_for_it(
    picture: Picture,
) -> None:
    """Then they come below what was pressed, and their picture when it is made."""
    easel = Easel(words_wait=0.01)
    pressed = Place(message_id=9, has_text=False, photo="u-old", has_buttons=True)
    await easel.drawer.draw(SESSION, replace(RESULTS, picture=picture), pressed)
    assert easel.methods == ["sendMessage", "editMessageReplyMarkup"]
    assert easel.last.params["message_id"] == "9"
    await easel.picture_comes()
    assert easel.methods[2:] == ["editMessageMedia"]
    assert easel.last.params["message_id"] == "1"
    assert [each["text"] for each in easel.last.buttons] == ["1"]


async def test_an_offers_picture_that_is_soon_made_comes_with_its_words(easel: Easel) -> None:
    """One message, as ever."""
    asyncio.get_running_loop().call_later(0.001, easel.sheet.ready.set)
    await easel.drawer.draw(SESSION, replace(RESULTS, picture=SellerPicture("https://x/a.jpg")))
    assert easel.methods == ["sendPhoto"]


async def test_words_wait_no_longer_once_there_is_no_picture(easel: Easel) -> None:
    """They come alone, as ever."""
    easel.sheet.content = None
    easel.sheet.ready.set()
    await easel.drawer.draw(SESSION, replace(RESULTS, picture=SellerPicture("https://x/a.jpg")))
    assert easel.methods == ["sendMessage"]


async def test_a_record_takes_the_place_of_the_words_and_their_picture_comes_above_it() -> None:
    """The message that was agreed to says "placing", and not again what could be agreed to."""
    easel = Easel(patience=0.01)
    pressed = await easel.shows_words()
    await easel.drawer.draw(SESSION, PLACING, pressed)
    assert easel.methods == ["editMessageText"]
    await easel.picture_comes()
    assert easel.methods == ["editMessageText", "editMessageMedia"]
    assert "placing" in easel.last.params["media"]
    assert "found" not in easel.last.params["media"]
    assert [each["text"] for each in easel.last.buttons] == ["leave"]


async def test_a_record_waits_for_a_picture_that_goes_out_with_the_words_before() -> None:
    """Else those would come after it."""
    easel = Easel(patience=0.01)
    pressed = await easel.shows_words()
    easel.telegram.slow["editMessageMedia"] = 0.05
    goes_out = asyncio.Event()
    easel.telegram.on_call = lambda _: goes_out.set()
    easel.sheet.ready.set()
    await goes_out.wait()
    easel.telegram.fail("editMessageText", 400, NO_TEXT)
    await easel.drawer.draw(SESSION, PLACING, pressed)
    assert [easel.methods[0], easel.methods[-1]] == ["editMessageMedia", "editMessageCaption"]
    assert "placing" in easel.last.params["caption"]


async def test_a_record_is_rewritten_below_a_picture_that_came_after_the_press(
    easel: Easel,
) -> None:
    """What was noted of the message at the press is not so any more."""
    easel.telegram.fail("editMessageText", 400, NO_TEXT)
    await easel.drawer.rewrite(SESSION, 1, PLACING, below_picture=False)
    assert easel.methods == ["editMessageText", "editMessageCaption"]
    assert easel.last.params["caption"] == "placing"


async def test_a_record_that_is_rewritten_first_keeps_its_words(easel: Easel) -> None:
    """A picture that comes later does not bring back what stood there before."""
    await easel.shows_words()
    await easel.drawer.rewrite(SESSION, 1, PLACING)
    await easel.picture_comes()
    assert easel.methods == ["editMessageText", "editMessageMedia"]
    assert "placing" in easel.last.params["media"]


async def test_what_replaces_the_words_takes_their_picture_along() -> None:
    """Telegram says that the message is gone, and that is all right."""
    easel = Easel(patience=0.01)
    pressed = await easel.shows_words()
    await easel.drawer.draw(SESSION, replace(OFFER, replaces=True), pressed)
    easel.telegram.fail("editMessageMedia", 400, "Bad Request: message to edit not found")
    await easel.picture_comes()
    assert easel.methods == ["sendMessage", "deleteMessage", "editMessageMedia"]


async def test_an_older_server_gets_no_second_message_once_a_button_was_pressed() -> None:
    """It would come below what the press led to."""
    easel = Easel(patience=0.01)
    pressed = await easel.shows_words()
    await easel.drawer.draw(SESSION, OFFER, pressed)
    refusal = "Bad Request: there is no media in the message to edit"
    easel.telegram.fail("editMessageMedia", 400, refusal)
    await easel.picture_comes()
    assert easel.methods == ["sendMessage", "editMessageReplyMarkup", "editMessageMedia"]
    assert not easel.bot.abilities.has(Ability.ADDED_PICTURES)


async def test_words_whose_number_nobody_knows_stay_without_their_picture(easel: Easel) -> None:
    """They were sent; sent again for a sheet they would be there twice."""
    easel.telegram.answer("sendMessage", True)  # noqa: FBT003 - what came as the result
    await easel.drawer.draw(SESSION, RESULTS)
    await easel.picture_comes()
    assert easel.methods == ["sendMessage"]


async def test_a_press_waits_a_little_for_a_picture_that_is_being_made(easel: Easel) -> None:
    """Else Telegram would never hear of it, and the next one to search had it made again."""
    pressed = await easel.shows_words()
    asyncio.get_running_loop().call_later(0.001, easel.sheet.ready.set)
    await easel.drawer.draw(SESSION, OFFER, pressed)
    assert easel.methods == ["editMessageMedia", "sendMessage", "editMessageReplyMarkup"]
    assert await easel.storage.file_id(picture_key(SHEET))


async def test_a_press_while_the_picture_goes_out_finds_a_message_with_one(easel: Easel) -> None:
    """The press tells of words alone, but by now they stand below a picture."""
    pressed = await easel.shows_words()
    easel.telegram.slow["editMessageMedia"] = 0.05
    goes_out = asyncio.Event()
    easel.telegram.on_call = lambda _: goes_out.set()
    easel.sheet.ready.set()
    await goes_out.wait()
    await easel.drawer.draw(SESSION, OFFER, pressed)
    assert easel.methods == ["editMessageMedia", "sendMessage", "editMessageReplyMarkup"]


async def test_a_sheet_that_cannot_be_had_is_left_out(easel: Easel) -> None:
    """The words say everything."""
    await easel.shows_words()
    easel.sheet.content = None
    await easel.picture_comes()
    assert easel.methods == []


async def test_a_picture_whose_fate_is_unclear_is_never_sent_twice(easel: Easel) -> None:
    """It may stand there."""
    await easel.shows_words()
    easel.telegram.break_off("editMessageMedia", NetworkError("cut"))
    await easel.picture_comes()
    assert easel.methods == ["editMessageMedia"]


async def test_a_server_that_adds_no_pictures_gets_the_message_anew(easel: Easel) -> None:
    """Before Bot API 7.11; from then on the words wait for their sheet there."""
    await easel.shows_words()
    refusal = "Bad Request: there is no media in the message to edit"
    easel.telegram.fail("editMessageMedia", 400, refusal)
    await easel.picture_comes()
    assert easel.methods == ["editMessageMedia", "sendPhoto", "deleteMessage"]
    assert not easel.bot.abilities.has(Ability.ADDED_PICTURES)
    easel.telegram.calls.clear()
    other = ContactSheet(("https://example.com/b.jpg",))
    await easel.drawer.draw(SESSION, Screen("more", picture=other))
    assert easel.methods == ["sendPhoto"]


async def test_the_end_waits_a_little_for_what_is_on_its_way(easel: Easel) -> None:
    """And no longer than that: what is left out is no loss."""
    await easel.shows_words()
    await easel.drawer.close(0.01)
    easel.sheet.ready.set()
    await asyncio.sleep(0)
    assert easel.methods == []
