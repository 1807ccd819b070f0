"""What in a group is said to us: `/find`, mentions, answers to us, links; and what is not."""

from typing import Any

import pytest
from group_messages import LINK, OURS, US, message, user

from bot.domain.identifiers import OfferId
from bot.domain.links import GroupLinks
from handlers.group.asked import Asked, asked_in

OFFER = Asked(offer_id=OfferId(718092053690))


def of(text: str | None = None, links: GroupLinks = GroupLinks.MENTION, **more: Any) -> Any:
    return asked_in(message(text, **more), US, OURS, links)


PHOTO = [{"file_id": "a", "file_unique_id": "b", "width": 9, "height": 9}]
BY_US = {"message_id": 3, "date": 1, "chat": {"id": -100, "type": "supergroup", "title": "G"}}
BY_US |= {"from": user(US, is_bot=True), "text": "card"}
BY_OTHER = BY_US | {"from": user(6), "text": "红杯子"}


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("/find 背包", Asked(words="背包")),
        ("/find\n背包", Asked(words="背包")),
        (f"/FIND@{OURS} red mug", Asked(words="red mug")),
        ("/find", Asked()),
        (f"@{OURS} red mug", Asked(words="red mug")),
        (f"red mug @{OURS}", Asked(words="red mug")),
        (f"@{OURS} 718092053690", OFFER),
        (f"look @{OURS} {LINK}", OFFER),
        (f"/find {LINK}", OFFER),
        (f"@{OURS} https://qr.1688.com/s/AbC", Asked(address="https://qr.1688.com/s/AbC")),
        ("red mug", None),
        (LINK, None),
        ("/find@other_bot mug", None),
        (f"/start@{OURS}", None),
        ("/findings", None),
        ("@snap_bot_2 mug", None),
    ],
)
def test_words_to_us(text: str, asked: Asked | None) -> None:
    """The mention itself is no part of what is looked for."""
    if "snap_bot_2" in text:
        entity = [{"type": "mention", "offset": 0, "length": 11}]
        assert of(text, entities=entity) == asked
        return
    assert of(text) == asked


@pytest.mark.parametrize(
    ("links", "alone", "mentioned"),
    [
        (GroupLinks.OFF, None, Asked(words=LINK)),
        (GroupLinks.MENTION, None, OFFER),
        (GroupLinks.ALWAYS, OFFER, OFFER),
    ],
)
def test_when_links_are_answered(links: GroupLinks, alone: Asked | None, mentioned: Asked) -> None:
    """As the setting says."""
    assert of(LINK, links) == alone
    assert of(f"@{OURS} {LINK}", links) == mentioned


def test_answers_to_us_and_to_others() -> None:
    """An answer to a card is said to us; a mention under somebody's words asks for those."""
    assert of("mug", reply_to_message=BY_US) == Asked(words="mug")
    assert of("mug", reply_to_message=BY_OTHER) is None
    assert of(f"@{OURS}", reply_to_message=BY_OTHER) == Asked(words="红杯子")
    under_photo = of(f"@{OURS}", reply_to_message=BY_OTHER | {"photo": PHOTO})
    assert under_photo.photo.message_id == BY_OTHER["message_id"]
    linked = BY_OTHER | {"text": LINK}
    assert of(f"@{OURS}", reply_to_message=linked) == OFFER


def test_pictures() -> None:
    """A photo, or a file that is one, when we are spoken to with it."""
    mention = [{"type": "mention", "offset": 0, "length": len(OURS) + 1}]
    said = {"caption": f"@{OURS}", "caption_entities": mention}
    assert of(photo=PHOTO, **said).photo is not None
    file = {"file_id": "a", "file_unique_id": "b", "mime_type": "image/png"}
    assert of(document=file, **said).photo is not None
    assert of(document=file | {"mime_type": "video/mp4"}, **said) == Asked()
    assert of(photo=PHOTO) is None


def test_who_is_no_person() -> None:
    """Other bots and what was posted through one are left alone; hidden administrators are not."""
    text = "/find mug"
    assert of(text, **{"from": user(8, is_bot=True)}) is None
    assert of(text, via_bot=user(8, is_bot=True)) is None
    hidden = {"from": user(1087968824, is_bot=True), "sender_chat": BY_US["chat"]}
    assert of(text, **hidden) == Asked(words="mug")
    private = {"chat": {"id": 5, "type": "private", "first_name": "A"}}
    assert of(text, **private) is None
