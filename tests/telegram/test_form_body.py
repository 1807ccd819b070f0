"""What a form says is what was asked, whatever is in it."""

from urllib.parse import parse_qsl

from hypothesis import given
from hypothesis import strategies as st
from telegram.request import RequestData
from telegram.request._requestparameter import RequestParameter

from bot.telegram.request import body_of


def _read(parameters: dict[str, str]) -> dict[str, str]:
    data = RequestData([RequestParameter.from_input(*each) for each in parameters.items()])
    headers, body = body_of(data)
    assert isinstance(body, bytes)
    assert headers == {"Content-Type": "application/x-www-form-urlencoded"}
    return dict(parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True))


@given(st.dictionaries(st.sampled_from(["text", "caption", "a b", "é"]), st.text(), min_size=1))
def test_every_text_arrives_as_it_is(parameters: dict[str, str]) -> None:
    """Signs that a form gives a meaning included."""
    assert _read(parameters) == parameters


def test_signs_with_a_meaning_arrive_as_they_are() -> None:
    """Those that quoting is about."""
    text = "100% +1 a&b=c;d #e /?:@ 折扣 ¥12.50 👗\r\n\t\"'<b>\x00"
    assert _read({"text": text}) == {"text": text}
