"""Which of a numbered list a message names."""

import pytest

from bot.domain.numerals import number_in_list

_SECOND = (
    "2|２|②|2️⃣| 2 |2.|2)|(2)|（2）|2、|#2|№2|No. 2|no.2|number 2|номер 2|2nd|第2个|第二个|第2款|"
    "第二|第二張|the second|The second one|second one"
)
_OTHERS = (
    "|X2|2件|两个|2号|二|second|second hand shoes|第二代|第二个杯子|2.5|1-2|-2|2024|½|no|第|#|1 2"
)


@pytest.mark.parametrize("text", _SECOND.split("|"))
def test_one_of_a_list_is_named_in_many_ways(text: str) -> None:
    """As people write in a chat below a numbered list."""
    assert number_in_list(text) == 2


@pytest.mark.parametrize("text", _OTHERS.split("|"))
def test_amounts_names_and_other_numbers_are_none(text: str) -> None:
    """They are words to look for."""
    assert number_in_list(text) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [("0", 0), ("第零个", 0), ("第十二个", 12), ("100", 100), ("tenth one", 10)],
)
def test_numbers_count_from_one(text: str, number: int) -> None:
    """Whether there is such a one is for the list to say."""
    assert number_in_list(text) == number
