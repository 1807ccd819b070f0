"""Reading an address in Latin letters: the divisions may stand before or behind the street."""

import re

from bot.addresses.divisions import Division, Divisions, Level
from bot.addresses.labels import PHONE_MARK
from bot.addresses.latin import COUNTRY, locate_romanised
from bot.addresses.people import LATIN_PLACE, Likeness, is_code, likeness, tidy_name
from bot.addresses.places import Located
from bot.addresses.territories import foreign_country
from bot.addresses.tokens import Person, Token
from bot.domain.patterns import lazily

LETTERS = lazily(r"[A-Za-zÀ-ÿА-Яа-яЁёӘәҒғҚқҢңӨөҰұҮүҺһІі]")
SHORTEST = 6  # letters; fewer may be a door or a brand
POST_CODE = lazily(r"(?<![\w-])\d{6}(?![\w-])")
EDGES = " \t\n,;:.|-/()[]"
PART = lazily(r"[^,;|\n" + PHONE_MARK + r"\0]+")
# A full stop parts as well, but not behind what it shortens: No. 18, Rd. 5, Mr. Chen.
FULL_STOP = lazily(r"(?<=[A-Za-z0-9]{4})\. (?=[A-Z])|(?<=\d)\. (?=[A-Z])")
# 588 Li Lei: a name behind the number of a house, with nothing but a space between.
NAME_BEHIND = lazily(r"(?<=\d) (?P<name>[A-Z][A-Za-z'\-]+(?: [A-Z][A-Za-z'\-]+){1,2})$")


def looks_latin(text: str) -> bool:
    """Return whether a text without Chinese divisions may name them in Latin letters."""
    return len(LETTERS.findall(text)) >= SHORTEST


def read_latin(
    text: str, names: tuple[str, ...], divisions: Divisions
) -> tuple[Located, Person, str, str] | None:
    """Return the divisions, the recipient, the street and the post code, or None without any.

    What is no division, recipient or number is the street, as it was written.
    """
    if _lies_abroad(text):
        return None
    found = locate_romanised(text, divisions)
    if not found.places:
        return None
    blanked = list(text)
    for start, end in found.spans:
        blanked[start:end] = "\0" * (end - start)
    rest = COUNTRY.sub(lambda match: "\0" * len(match.group()), "".join(blanked))
    rest = FULL_STOP.sub("; ", rest)
    post_code = ""
    if code := POST_CODE.search(rest):
        post_code = code.group()
        rest = rest[: code.start()] + "\0" * len(post_code) + rest[code.end() :]
    parts = [
        Token(
            text=part.group().strip(EDGES.replace("(", "").replace(")", "")),
            start=part.start(),
            end=part.end(),
            near_number=_near(rest, part),
            apart=True,
            chunk=index,
            before=False,
        )
        for index, part in enumerate(PART.finditer(rest))
        if part.group().strip(EDGES)
    ]
    person = Person(names[0], sure=True) if names else _recipient(parts)
    street = ", ".join(part.text for part in parts if part not in person.tokens).strip(EDGES[:-4])
    if not person.name and parts and (behind := NAME_BEHIND.search(parts[-1].text)):
        name = behind["name"]
        if not LATIN_PLACE.search(name):
            person = Person(name, sure=parts[-1].near_number)
            street = street.removesuffix(name).strip(EDGES[:-4])
    located = Located(
        0,
        0,
        found.places,
        town=found.town,
        rivals=found.rivals,
        mistyped=found.mistyped,
        unsure=found.bare and _may_be_a_person(text, found.spans[0], found.places[0]),
        meant=found.meant,
    )
    return located, person, street, post_code


def _lies_abroad(text: str) -> bool:
    """Return whether a part is a country's name and nothing else, and China is none of them."""
    parts = (part.group().strip(EDGES) for part in PART.finditer(text))
    return not COUNTRY.search(text) and any(
        part and foreign_country(part) == part for part in parts
    )


def _may_be_a_person(text: str, span: tuple[int, int], place: Division) -> bool:
    """Return whether the one place that was found stands where a recipient does: Liu Yang."""
    name = text[span[0] : span[1]].strip()
    beside = text[: span[0]].rstrip(" ,\n")[-1:] + text[span[1] :].lstrip(" ,\n")[:1]
    return len(name.split()) > 1 or (PHONE_MARK in beside and place.level is Level.DISTRICT)


def _near(text: str, part: re.Match[str]) -> bool:
    before = text[: part.start()].rstrip(" ,;:|\n-")
    after = text[part.end() :].lstrip(" ,;:|\n-")
    return before.endswith(PHONE_MARK) or after.startswith(PHONE_MARK)


def _recipient(parts: list[Token]) -> Person:
    """Return the part that looks most like a recipient: near a number, or first, or last."""
    ranked: list[tuple[int, Token]] = []
    for part in parts:
        like = likeness(part.text)
        if like is Likeness.NONE or LATIN_PLACE.search(part.text):
            continue
        at_an_end = part is parts[0] or part is parts[-1]
        if like is Likeness.WEAK and not part.near_number:
            continue
        ranked.append((4 * like + 3 * part.near_number + at_an_end, part))
    if not ranked:
        return Person("", sure=False)
    best = max(rank for rank, _ in ranked)
    top = [part for rank, part in ranked if rank == best]
    part = top[0]
    sure = len(top) == 1 and (part.near_number or likeness(part.text) is Likeness.STRONG)
    # A code of two letters or more is no door: beside the number it is the recipient.
    sure = sure and (not is_code(part.text) or (part.near_number and part.text[:2].isalpha()))
    return Person(tidy_name(part.text), sure, (part,))
