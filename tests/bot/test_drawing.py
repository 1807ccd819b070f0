"""Screens before people: edited in place, else sent; with a last safety for everything."""

import pytest
from structlog.testing import capture_logs
from telegram.error import BadRequest, NetworkError

from bot.chat.drawing import Drawer
from bot.chat.measuring import visible_length
from bot.chat.photos import picture_key
from bot.chat.reading import Place
from bot.chat.screens import Button, Picture, QrCode, Screen, SellerPicture, row
from bot.domain.identifiers import ChatId, UserId
from bot.domain.sessions import Session
from bot.telegram import DirectBot
from tests.bot.fake_telegram import TOKEN, FakeTelegram
from tests.fakes.memory_storage import MemoryStorage

CHAT = ChatId(7)
SESSION = Session(session_id="ABC234", chat_id=CHAT, user_id=UserId(7), revision=3)
PICTURE = SellerPicture("https://example.com/a.jpg")


class Pictures:
    """Makes pictures that Telegram takes, and counts them."""

    def __init__(self) -> None:
        self.made = 0
        self.content: bytes | None = b"jpeg"

    async def make(self, picture: Picture) -> bytes | None:
        self.made += 1
        return self.content


class Easel:
    """A drawer with all that it works with."""

    def __init__(self) -> None:
        self.telegram = FakeTelegram()
        self.pictures = Pictures()
        self.storage = MemoryStorage()
        self.bot = DirectBot(TOKEN, request=self.telegram, get_updates_request=self.telegram)
        self.drawer = Drawer(self.bot, self.pictures, self.storage)

    def message(self, *, text: str | None = None, photo: str | None = None) -> Place:
        return Place(message_id=77, has_text=text is not None, photo=photo, has_buttons=True)

    @property
    def photo(self) -> Place:
        return self.message(photo="u-old")

    @property
    def methods(self) -> list[str]:
        return [call.method for call in self.telegram.calls]


@pytest.fixture
def easel() -> Easel:
    return Easel()


async def test_a_tapped_text_is_edited_in_place(easel: Easel) -> None:
    """Paging does not fill the chat."""
    await easel.drawer.draw(SESSION, Screen("<b>new</b>"), easel.message(text="old"))
    assert easel.methods == ["editMessageText"]
    assert easel.telegram.calls[0].params["message_id"] == "77"


async def test_a_milestone_comes_as_a_message_of_its_own(easel: Easel) -> None:
    """An order that stands is not written over; the old message loses its buttons."""
    await easel.drawer.draw(SESSION, Screen("placed", milestone=True), easel.message(text="old"))
    assert easel.methods == ["sendMessage", "editMessageReplyMarkup"]


@pytest.mark.parametrize(
    "refusal",
    ["message to edit not found", "message can't be edited", "MESSAGE_ID_INVALID"],
)
async def test_a_message_that_cannot_be_edited_is_replaced(easel: Easel, refusal: str) -> None:
    """Deleted by the person, or too old: the screen comes as a new message."""
    easel.telegram.fail("editMessageText", 400, f"Bad Request: {refusal}")
    await easel.drawer.draw(SESSION, Screen("new"), easel.message(text="old"))
    assert easel.methods == ["editMessageText", "sendMessage", "editMessageReplyMarkup"]


async def test_a_message_that_looks_so_already_is_left(easel: Easel) -> None:
    """`message is not modified` means that all is well, for texts and for pictures."""
    unchanged = "Bad Request: message is not modified: specified new message content is the same"
    easel.telegram.fail("editMessageText", 400, unchanged)
    easel.telegram.fail("editMessageMedia", 400, unchanged)
    await easel.drawer.draw(SESSION, Screen("same"), easel.message(text="same"))
    await easel.drawer.draw(SESSION, Screen("same", picture=PICTURE), easel.photo)
    assert easel.methods == ["editMessageText", "editMessageMedia"]


async def test_buttons_that_cannot_be_taken_off_do_no_harm(easel: Easel) -> None:
    """Retiring an old keyboard is a courtesy: its failure repeats nothing."""
    easel.telegram.break_off("editMessageReplyMarkup", NetworkError("broken"))
    await easel.drawer.draw(SESSION, Screen("new", milestone=True), easel.message(text="old"))
    assert easel.methods == ["sendMessage", "editMessageReplyMarkup"]


async def test_a_picture_is_uploaded_once_and_sent_by_its_file_id_after(easel: Easel) -> None:
    """Telegram keeps what was sent before."""
    for _ in range(2):
        await easel.drawer.draw(SESSION, Screen("offer", picture=PICTURE))
    assert easel.pictures.made == 1
    assert easel.telegram.of("sendPhoto")[1].params["photo"] == "file"


async def test_a_file_id_that_is_unknown_is_uploaded_again(easel: Easel) -> None:
    """Another bot's or a forgotten file: the picture itself is sent, and remembered."""
    await easel.storage.remember_file(picture_key(PICTURE), "gone-unique gone")
    easel.telegram.fail("sendPhoto", 400, "Bad Request: wrong file identifier")
    await easel.drawer.draw(SESSION, Screen("offer", picture=PICTURE), easel.message(text="old"))
    assert easel.methods == ["sendPhoto", "sendPhoto", "editMessageReplyMarkup"]
    assert await easel.storage.file_id(picture_key(PICTURE)) == "unique file"


async def test_an_unknown_file_id_in_an_edit_is_sent_anew(easel: Easel) -> None:
    """The tapped picture stays where it is without its buttons; a new message has the screen."""
    await easel.storage.remember_file(picture_key(PICTURE), "gone-unique gone")
    for method in ("editMessageMedia", "sendPhoto"):
        easel.telegram.fail(method, 400, "Bad Request: wrong file identifier")
    await easel.drawer.draw(SESSION, Screen("offer", picture=PICTURE), easel.photo)
    assert easel.methods == ["editMessageMedia", "sendPhoto", "sendPhoto", "editMessageReplyMarkup"]


async def test_the_same_picture_keeps_standing_while_its_caption_changes(easel: Easel) -> None:
    """Only the words are edited."""
    await easel.storage.remember_file(picture_key(PICTURE), "u-old old")
    await easel.drawer.draw(SESSION, Screen("more", picture=PICTURE), easel.photo)
    assert easel.methods == ["editMessageCaption"]
    assert easel.pictures.made == 0


async def test_a_picture_that_telegram_refuses_leaves_the_text(easel: Easel) -> None:
    """A screen without its picture still says everything."""
    easel.telegram.fail("sendPhoto", 400, "Bad Request: IMAGE_PROCESS_FAILED")
    await easel.drawer.draw(SESSION, Screen("offer", picture=PICTURE))
    assert easel.methods == ["sendPhoto", "sendMessage"]


async def test_a_picture_that_cannot_be_had_leaves_the_text(easel: Easel) -> None:
    """The seller's server is down: the text comes alone, asked for once."""
    easel.pictures.content = None
    await easel.drawer.draw(SESSION, Screen("offer", picture=PICTURE), easel.photo)
    assert easel.methods == ["sendMessage", "editMessageReplyMarkup"]
    assert easel.pictures.made == 1


async def test_a_payment_code_is_never_remembered(easel: Easel) -> None:
    """It is personal and short-lived."""
    code = QrCode("https://pay.example/1")
    for _ in range(2):
        await easel.drawer.draw(SESSION, Screen("pay", picture=code))
    assert easel.pictures.made == 2
    assert await easel.storage.file_id(picture_key(code)) is None


async def test_a_storage_that_cannot_remember_a_picture_is_no_failure(easel: Easel) -> None:
    """The screen stands; the next one uploads again."""
    easel.telegram.on_call = lambda _: setattr(easel.storage, "unavailable", True)
    await easel.drawer.draw(SESSION, Screen("offer", picture=PICTURE))
    assert easel.methods == ["sendPhoto"]


async def test_a_caption_that_is_too_long_comes_as_a_text(easel: Easel) -> None:
    """1,024 characters stand under a picture, not one more."""
    await easel.drawer.draw(SESSION, Screen("x" * 1024, picture=PICTURE))
    await easel.drawer.draw(SESSION, Screen("x" * 1025, picture=PICTURE))
    assert easel.methods == ["sendPhoto", "sendMessage"]


async def test_a_text_that_is_too_long_is_cut_at_a_line_and_logged(easel: Easel) -> None:
    """The last safety: Telegram would refuse the whole screen."""
    text = "\n".join(f"<b>line {number}</b> 👋" for number in range(1000))
    with capture_logs() as logs:
        await easel.drawer.draw(SESSION, Screen(text, row(Button("go", "go"))))
    [call] = easel.telegram.calls
    assert visible_length(call.text) <= 4096
    assert call.text.endswith("</b> 👋…")
    assert call.buttons
    assert logs[0]["event"] == "screen_too_long"
    assert logs[0]["log_level"] == "error"


async def test_a_link_that_telegram_refuses_does_not_cost_the_screen(easel: Easel) -> None:
    """The words and the acting buttons come without it, and the operator reads of it."""
    easel.telegram.fail("sendMessage", 400, "Bad Request: BUTTON_URL_INVALID")
    rows = row(Button("pay", url="https://bad"), Button("go", "go"), Button("copy", copy="1"))
    with capture_logs() as logs:
        await easel.drawer.draw(SESSION, Screen("<b>a &lt; b</b>", rows))
    call = easel.telegram.calls[-1]
    assert call.text == "a < b"
    assert "parse_mode" not in call.params
    assert [button["text"] for button in call.buttons] == ["go"]
    assert logs[-1]["event"] == "screen_simplified"


async def test_a_chat_that_is_gone_is_told_to_the_caller(easel: Easel) -> None:
    """When nothing helps, the refusal comes out."""
    for _ in range(2):
        easel.telegram.fail("sendMessage", 400, "Bad Request: chat not found")
    with pytest.raises(BadRequest, match=r"[Cc]hat not found"):
        await easel.drawer.draw(SESSION, Screen("new"))


async def test_buttons_carry_session_and_revision(easel: Easel) -> None:
    """So that an old one can be told from a current one; labels are plain text."""
    rows = row(Button("a &amp; b", "go", "1"), Button("help", "here", standing=True))
    await easel.drawer.draw(SESSION, Screen("x", rows))
    acting, standing = easel.telegram.calls[0].buttons
    assert acting == {"text": "a & b", "callback_data": "1.ABC234.3.go.1"}
    assert standing["callback_data"] == "1.ABC234.*3.here."
