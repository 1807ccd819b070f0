"""Reading an address as people paste it: any order, any separators, labels or none."""

import re
from typing import NamedTuple

from bot.addresses.contacts import POST_CODE, Numbers, is_post_code, take_numbers
from bot.addresses.divisions import Divisions
from bot.addresses.labels import BOUNDARY, PHONE_MARK, Part, clean, segments
from bot.addresses.parsed import (
    LONGEST_NAME,
    LONGEST_STREET,
    Doubt,
    DoubtKind,
    Hint,
    ParsedAddress,
)
from bot.addresses.people import Likeness, glued_name, is_casual, likeness, tidy_name
from bot.addresses.places import Located, Locator
from bot.addresses.territories import foreign_country

SHORTEST_STREET = 2
HAN = re.compile(r"[\u3400-\u9fff]")
TOKEN = re.compile(
    rf"{PHONE_MARK}"
    r"|[A-ZÀ-ÝА-ЯЁ][A-Za-zÀ-ÿА-Яа-яЁё'.\-]+(?: [A-ZÀ-ÝА-ЯЁ][A-Za-zÀ-ÿА-Яа-яЁё'.\-]+){1,3}(?![\w])"
    rf"|[^\s,;。|{PHONE_MARK}]+"
)
ADDRESS_LIKE = re.compile(r"\d|[路街巷弄号栋幢楼层室村屯组园苑城厦院场站店馆厂道]")
IDLE = re.compile(
    r"[(\[]?(?:亲?收|启|寄到|寄往|寄给|发到|发往|送到|地址|中国|你好|您好|谢谢|默认|收货|收件)[)\]]?[:!！]?"
    r"|[\W_]+"
)
EDGES = " ,;:。、|-_/\\·\"'"


class Token(NamedTuple):
    """A piece between separators."""

    text: str
    start: int
    near_number: bool  # nothing but separators between it and a telephone number
    apart: bool  # not glued to the divisions before it


class Pieces(NamedTuple):
    """The text sorted by its labels."""

    names: tuple[str, ...]
    address: str  # region first, then the rest in the order of the text
    post_code: str
    number_like: str  # what stands behind a telephone label without being a number


class Person(NamedTuple):
    """The recipient and how sure that is."""

    name: str
    sure: bool
    token: Token | None = None  # the token to keep out of the street


def parse_address(text: str, divisions: Divisions) -> ParsedAddress:
    """Read a pasted address. Never raises; what is open is named in `doubts`.

    At most 1,000 characters are considered. A telephone extension joins the name
    (`Phone.name_with_extension`). Of several numbers the first mobile counts.
    """
    numbers = take_numbers(clean(text))
    pieces = _sort(numbers.text)
    located = Locator(divisions).locate(pieces.address)
    tokens = _tokens(pieces.address, located)
    post_code, tokens = _take_post_code(pieces.post_code, tokens, located)
    person = _person(pieces.names, tokens, located)
    street = _street(pieces.address, tokens, located, person)
    if not person.name and (name := glued_name(street)):
        near = bool(tokens) and tokens[-1].near_number
        person = Person(name, sure=near or len(name) > len("张三"))
        street = street.removesuffix(name).rstrip(EDGES)
    doubts = _outside(pieces.address, located) or [
        *_name_doubts(person),
        *_phone_doubts(numbers, pieces),
        *_division_doubts(pieces.address, located, divisions),
        *_street_doubts(street, located),
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
        full_name=(phone.name_with_extension(name) if phone and name else name) or None,
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
    number, _, more = text.partition(" ")
    return (number, more) if re.search(r"\d", number) else ("", text)


def _tokens(text: str, located: Located) -> list[Token]:
    """Return the pieces before and after the divisions."""
    found = list(TOKEN.finditer(text[: located.start]))
    found += TOKEN.finditer(text, located.end)
    tokens = []
    for index, match in enumerate(found):
        if match.group() == PHONE_MARK:
            continue
        beside = found[max(index - 1, 0) : index] + found[index + 1 : index + 2]
        near = any(
            other.group() == PHONE_MARK and not _divided(match, other, located) for other in beside
        )
        apart = match.start() != located.end or text[located.end - 1 : located.end] in BOUNDARY
        tokens.append(Token(match.group(), match.start(), near, apart or located.end == 0))
    return tokens


def _divided(one: re.Match[str], other: re.Match[str], located: Located) -> bool:
    """Return whether the divisions lie between two pieces."""
    first, last = sorted((one, other), key=re.Match.start)
    return first.end() <= located.start < last.start() and located.end > located.start


def _take_post_code(
    labelled: str, tokens: list[Token], located: Located
) -> tuple[str, list[Token]]:
    """Take six digits standing alone that the province's post codes begin with."""
    if labelled or not located.places:
        return labelled, tokens
    code = located.places[0].code
    for token in tokens:
        if token.apart and is_post_code(token.text, code):
            return token.text.strip("()[]"), [other for other in tokens if other is not token]
    return "", tokens


def _person(names: tuple[str, ...], tokens: list[Token], located: Located) -> Person:
    if names:
        return Person(names[0], sure=True)
    ranked: list[tuple[int, Token]] = []
    for token in tokens:
        rank = _rank(token, located)
        if rank:
            ranked.append((rank, token))
    if not ranked:
        return Person("", sure=False)
    best = max(rank for rank, _ in ranked)
    top = [token for rank, token in ranked if rank == best]
    token = top[0] if top[0].start < located.start or top[0].near_number else top[-1]
    return Person(tidy_name(token.text), len(top) == 1 and _is_sure(token, tokens, located), token)


def _is_sure(token: Token, tokens: list[Token], located: Located) -> bool:
    """Return whether nobody has to be asked: a place in mid-address may look like a name too."""
    if likeness(token.text) is Likeness.STRONG:
        at_an_end = token.start < located.start or token is tokens[-1]
        return token.near_number or at_an_end
    return token.near_number and is_casual(token.text)


def _rank(token: Token, located: Located) -> int:
    """Return how likely a token is the name; 0 for one that is none."""
    like = likeness(token.text)
    if like is Likeness.NONE or not token.apart or IDLE.fullmatch(token.text):
        return 0
    before = token.start < located.start
    if like is Likeness.WEAK and not token.near_number and not before:
        return 0
    return 4 * like + 3 * token.near_number + before


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


def _name_doubts(person: Person) -> list[Doubt]:
    if not person.name or len(person.name) > LONGEST_NAME:
        return [Doubt(kind=DoubtKind.NAME_MISSING, text=person.name)]
    if not person.sure:
        return [Doubt(kind=DoubtKind.NAME_DOUBTFUL, text=person.name)]
    return []


def _phone_doubts(numbers: Numbers, pieces: Pieces) -> list[Doubt]:
    if numbers.phone:
        return []
    if refused := numbers.refused or pieces.number_like:
        return [Doubt(kind=DoubtKind.PHONE_INVALID, text=refused)]
    return [Doubt(kind=DoubtKind.PHONE_MISSING)]


def _division_doubts(text: str, located: Located, divisions: Divisions) -> list[Doubt]:
    named = " ".join(text[located.start : located.end].split())
    if not located.places:
        hint = None if HAN.search(text) or not text.strip() else Hint.WRITE_IN_CHINESE
        found = located.town_codes
        return [Doubt(kind=DoubtKind.DIVISION_MISSING, candidates=found, text=named, hint=hint)]
    codes = tuple(place.code for place in located.places)
    if located.rivals:
        both = (*codes, *(place.code for place in located.rivals))
        return [Doubt(kind=DoubtKind.DIVISION_CONFLICT, candidates=both, text=named)]
    if len(codes) > 1 or located.unsure:
        return [Doubt(kind=DoubtKind.DISTRICT_AMBIGUOUS, candidates=codes, text=named)]
    if not divisions.deliverable(codes[0]):
        below = located.area or tuple(child.code for child in divisions.children(codes[0]))
        return [Doubt(kind=DoubtKind.DISTRICT_MISSING, candidates=below, text=named)]
    if located.unknown_town:
        return [Doubt(kind=DoubtKind.TOWN_UNKNOWN, text=located.unknown_town)]
    return []


def _outside(text: str, located: Located) -> list[Doubt]:
    """Return the one doubt that makes all others idle, if the address is not in the mainland."""
    if located.places and located.places[0].outside_mainland:
        named = " ".join(text[located.start : located.end].split())
        return [Doubt(kind=DoubtKind.OUTSIDE_MAINLAND, text=named)]
    if not located.places and (country := foreign_country(text)):
        return [Doubt(kind=DoubtKind.OUTSIDE_MAINLAND, text=country)]
    return []


def _street_doubts(street: str, located: Located) -> list[Doubt]:
    if len(street) > LONGEST_STREET:
        return [Doubt(kind=DoubtKind.STREET_TOO_LONG, text=street)]
    if len(street) < SHORTEST_STREET or street == located.unknown_town:
        return [Doubt(kind=DoubtKind.STREET_MISSING)]
    return []
