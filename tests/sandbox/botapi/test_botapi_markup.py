import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.botapi.errors import BadRequestError
from sandbox.botapi.markup import parse_html, utf16_length
from sandbox.botapi.text import find_entities, formatted


def spans(entities):
    return [(entity["type"], entity["offset"], entity["length"]) for entity in entities]


@pytest.mark.parametrize(
    ("tag", "kind"),
    [
        ("b", "bold"),
        ("strong", "bold"),
        ("i", "italic"),
        ("em", "italic"),
        ("u", "underline"),
        ("ins", "underline"),
        ("s", "strikethrough"),
        ("strike", "strikethrough"),
        ("del", "strikethrough"),
        ("tg-spoiler", "spoiler"),
        ("code", "code"),
        ("pre", "pre"),
        ("blockquote", "blockquote"),
        ("B", "bold"),
    ],
)
def test_every_tag_becomes_its_entity(tag, kind):
    """Offsets count UTF-16 units: the emoji takes two."""
    text, entities = parse_html(f"🛒x<{tag}>价格</{tag}>")
    assert text == "🛒x价格"
    assert spans(entities) == [(kind, 3, 2)]


def test_tags_with_attributes():
    """Spoilers, links, code languages, expandable quotes and custom emoji take arguments."""
    source = (
        '<span class="tg-spoiler">a</span><a href="https://1688.com?x=1&amp;y=2">b</a>'
        '<pre><code class="language-py">c</code></pre><blockquote expandable>d</blockquote>'
        '<tg-emoji emoji-id="5368324170671202286">👍</tg-emoji>'
    )
    text, entities = parse_html(source)
    assert text == "abcd👍"
    assert entities == [
        {"type": "spoiler", "offset": 0, "length": 1},
        {"type": "text_link", "offset": 1, "length": 1, "url": "https://1688.com/?x=1&y=2"},
        {"type": "pre", "offset": 2, "length": 1, "language": "py"},
        {"type": "expandable_blockquote", "offset": 3, "length": 1},
        {
            "type": "custom_emoji",
            "offset": 4,
            "length": 2,
            "custom_emoji_id": "5368324170671202286",
        },
    ]


def test_character_references():
    """Four names and numbers are decoded, everything else stays as it is written."""
    assert parse_html("&lt;&gt;&amp;&quot;&#20803;&#x5143;&nbsp;&")[0] == '<>&"元元&nbsp;&'


def test_nested_tags_come_widest_first():
    """Entities are ordered by offset, the longer first."""
    _, entities = parse_html("<i>a<b>b</b></i><u>c</u>")
    assert spans(entities) == [("italic", 0, 2), ("bold", 1, 1), ("underline", 2, 1)]


def test_a_link_that_is_no_address_is_dropped():
    """Telegram keeps the words and drops the link."""
    assert parse_html('<a href="javascript:1">x</a>') == ("x", [])


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("<b>价", 'Can\'t find end tag corresponding to start tag "b"'),
        ("价<br>", 'Unsupported start tag "br" at byte offset 3'),
        ("2 < 3", 'Unsupported start tag "" at byte offset 2'),
        ("x <b", "Unclosed start tag at byte offset 2"),
        ("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ('<a ="x">y</a>', 'Empty attribute name in the tag "a" at byte offset 0'),
        (
            "<a href>y</a>",
            'Expected equal sign in declaration of an attribute of the tag "a" at byte offset 0',
        ),
        ("<a href=x/>y</a>", "Unexpected end of name token at byte offset 8"),
        ('<a href="x', "Unclosed start tag at byte offset 0"),
        ('<tg-emoji emoji-id="x">y</tg-emoji>', "Invalid custom emoji identifier specified"),
        (
            "&#xD83D;",
            (
                "Text contains invalid Unicode characters after decoding HTML entities, "
                "check for unmatched surrogate code units"
            ),
        ),
    ],
)
def test_bad_html_is_refused_in_telegrams_words(source, reason):
    """The reason and the byte offset are TDLib's."""
    with pytest.raises(BadRequestError) as caught:
        parse_html(source)
    assert caught.value.description == f"Bad Request: can't parse entities: {reason}"


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60))
def test_escaped_text_survives(text):
    """What is escaped comes out unchanged and unmarked."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert parse_html(escaped) == (text, [])


@given(st.text("<>/abi=\"' &;#x1\n价🛒", max_size=40))
def test_any_html_is_either_parsed_or_refused(source):
    """No input crashes the parser, and entities stay inside the text."""
    try:
        text, entities = parse_html(source)
    except BadRequestError:
        return
    total = utf16_length(text)
    assert all(0 <= e["offset"] < e["offset"] + e["length"] <= total for e in entities)


def test_entities_are_recognised_in_plain_text():
    """Commands, links, mentions, mail addresses and hashtags are found with UTF-16 offsets."""
    text = (
        "🛒 /start@my_bot 看https://detail.1688.com/offer/1.html,谢谢 "
        "@anna_1 a@b.com #好货 1688.com"
    )
    found = {
        (
            entity["type"],
            text.encode("utf-16-le")[entity["offset"] * 2 :][: entity["length"] * 2].decode(
                "utf-16-le"
            ),
        )
        for entity in find_entities(text)
    }
    assert found == {
        ("bot_command", "/start@my_bot"),
        ("url", "https://detail.1688.com/offer/1.html"),
        ("mention", "@anna_1"),
        ("email", "a@b.com"),
        ("hashtag", "#好货"),
        ("url", "1688.com"),
    }


@pytest.mark.parametrize("text", ["1/2", "12.50", "a.b", "x@y", "and/or", "3.com2", "http://"])
def test_ordinary_text_has_no_entities(text):
    """Prices, fractions and slashes are left alone."""
    assert find_entities(text) == []


def test_trailing_punctuation_is_not_part_of_a_link():
    """A sentence's full stop ends the link."""
    assert find_entities("see https://1688.com/a.") == [{"type": "url", "offset": 4, "length": 18}]
    link = "https://t.me/bot?start=a.b:c"
    assert find_entities(f"tap {link}!") == [{"type": "url", "offset": 4, "length": len(link)}]
    offer = "https://detail.1688.com/offer/600000000001.html?spm=a2637j.1"
    assert find_entities(f"{offer}。好") == [{"type": "url", "offset": 0, "length": len(offer)}]


def test_nothing_is_recognised_inside_code():
    """A command in a code block stays code."""
    assert spans(formatted("<code>/start</code>", "HTML", None)[1]) == [("code", 0, 6)]


def test_white_space_around_is_trimmed_and_entities_move():
    """Telegram strips the text; offsets follow."""
    text, entities = formatted(" \n <b> ab </b> ", "HTML", None)
    assert (text, spans(entities)) == ("ab", [("bold", 0, 2)])
