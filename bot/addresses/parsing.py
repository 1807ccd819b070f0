"""Reading an address as people paste it: any order, any separators, labels or none."""

import re
from typing import NamedTuple

from bot.addresses.asking import (
    HAN,
    division_doubts,
    name_doubts,
    outside,
    phone_doubts,
    street_doubts,
)
from bot.addresses.contacts import POST_CODE, Numbers, take_numbers
from bot.addresses.divisions import Divisions
from bot.addresses.labels import PHONE_MARK, Part, clean, segments
from bot.addresses.parsed import (
    LONGEST_NAME,
    Doubt,
    ParsedAddress,
)
from bot.addresses.people import glued_name, tidy_name
from bot.addresses.places import Located, Locator
from bot.addresses.tokens import IDLE, Person, Token, cut, recipient, take_post_code

SLASHES_THAT_SEPARATE = 3  # fewer may belong to a floor or a door: 5/F
SURELY_A_NAME = 3  # characters; two after a house number may be a brand as well
ADDRESS_LIKE = re.compile(r"\d|[路街巷弄号栋幢楼层室村屯组园苑城厦院场站店馆厂道]")
EDGES = " ,;:。、|-_/\\·\"'"


class Pieces(NamedTuple):
    """The text sorted by its labels."""

    names: tuple[str, ...]
    address: str  # region first, then the rest in the order of the text
    post_code: str
    number_like: str  # what stands behind a telephone label without being a number


def parse_address(text: str, divisions: Divisions) -> ParsedAddress:
    """Read a pasted address. Never raises; what is open is named in `doubts`.

    At most 1,000 characters are considered. A telephone extension joins the name
    (`Phone.name_with_extension`). Of several numbers the first mobile counts.
    """
    plain = clean(text)
    if plain.count("/") >= SLASHES_THAT_SEPARATE:
        plain = plain.replace("/", " ")
    numbers = take_numbers(plain)
    pieces = _sort(numbers.text)
    located = Locator(divisions).locate(pieces.address)
    tokens = cut(pieces.address, located)
    post_code, tokens = take_post_code(pieces.post_code, tokens, located)
    person = recipient(pieces.names, tokens, located)
    street = _street(pieces.address, tokens, located, person)
    if not person.name and (name := glued_name(street)):
        near = bool(tokens) and tokens[-1].near_number
        person = Person(name, sure=near or len(name) >= SURELY_A_NAME)
        street = street.removesuffix(name).rstrip(EDGES)
    if numbers.phone and person.name:
        person = person._replace(name=numbers.phone.name_with_extension(person.name))
    doubts = outside(pieces.address, located) or [
        *name_doubts(person.name, sure=person.sure),
        *phone_doubts(numbers, pieces.number_like),
        *division_doubts(pieces.address, located, divisions),
        *street_doubts(street, located),
    ]
    return _assembled(person, numbers, located, street, post_code, tuple(doubts), divisions)


def _assembled(
    person: Person,
    numbers: Numbers,
    located: Located,
    street: str,
    post_code: str,
    doubts: tuple[Doubt, ...],
    divisions: Divisions,
) -> ParsedAddress:
    name = person.name if len(person.name) <= LONGEST_NAME else ""
    phone = numbers.phone
    settled = len(located.places) == 1 and not located.rivals and not located.unsure
    location = divisions.location(located.places[0].code) if settled else None
    deliverable = location is not None and location.district_code
    return ParsedAddress(
        full_name=name or None,
        mobile=phone.digits if phone else None,
        province=location.province if location else None,
        city=(location.city or None) if location else None,
        district=location.district if location and deliverable else None,
        town=located.town.name if located.town and settled else None,
        street=street or None,
        district_code=(location.district_code or None) if location else None,
        post_code=post_code or None,
        doubts=doubts,
    )


def _sort(text: str) -> Pieces:
    names: list[str] = []
    region: list[str] = []
    rest: list[str] = []
    post_code = number_like = ""
    for part, piece in segments(text):
        if part is Part.NAME and not names:
            name, more = _split_name(piece)
            names.append(name)
            rest.append(more)
        elif part is Part.PHONE:
            number, more = _split_number(piece)
            number_like = number_like or number
            rest.append(more)
        elif part is Part.POST_CODE and (code := POST_CODE.search(piece)):
            post_code = post_code or code.group()
            rest.append(POST_CODE.sub(" ", piece, count=1))
        elif part in {Part.REGION, Part.TOWN}:
            region.append(piece)
        else:
            rest.append(piece)
    address = "\n".join(filter(str.strip, [" ".join(region), *rest]))
    return Pieces(tuple(filter(None, names)), address, post_code, number_like)


def _split_name(piece: str) -> tuple[str, str]:
    """Cut what follows the name behind its label without a label of its own."""
    name, mark, more = piece.strip().partition(PHONE_MARK)
    for separator in (",", ";", "。", "|", "\t", "  "):
        name, cut, tail = name.partition(separator)
        more = f"{tail}{cut and ' '}{more}"
    words = name.split(" ")
    if len(words) > 1 and HAN.search(words[0]):
        name, more = words[0], " ".join((*words[1:], more))
    return tidy_name(name), f"{mark}{more}"


def _split_number(piece: str) -> tuple[str, str]:
    """Return what stands for a number behind a telephone label, and the rest."""
    text = piece.strip()
    if text.startswith(PHONE_MARK):
        return "", text
    number, *more = re.split(r"[\s,;。]+", text, maxsplit=1)
    return (number, "".join(more)) if re.search(r"\d", number) else ("", text)


def _street(text: str, tokens: list[Token], located: Located, person: Person) -> str:
    kept = [
        token
        for token in tokens
        if token is not person.token
        and not IDLE.fullmatch(token.text)
        and (token.start >= located.end or ADDRESS_LIKE.search(token.text))
        and (HAN.search(text) or located.places)
    ]
    return " ".join(" ".join(token.text for token in kept).split()).strip(EDGES)
