"""Reading an address as people paste it: any order, any separators, labels or none."""

import re
from itertools import accumulate
from operator import itemgetter
from typing import NamedTuple

from bot.addresses.asking import (
    division_doubts,
    name_doubts,
    outside,
    phone_doubts,
    street_doubts,
)
from bot.addresses.contacts import ACCOUNT, NO_POST_CODE, POST_CODE, Numbers, take_numbers
from bot.addresses.divisions import Divisions
from bot.addresses.labels import (
    ANNOUNCED,
    BESIDE_NUMBER,
    HEADING,
    LINK,
    LIST_NUMBER,
    PHONE_MARK,
    UNKNOWN_CODE,
    UNKNOWN_LABEL,
    Part,
    as_labelled,
    clean,
    segments,
    without_sender,
)
from bot.addresses.parsed import LONGEST_NAME, Doubt, ParsedAddress
from bot.addresses.people import (
    BOXED,
    COMPANY,
    LATIN_PLACE,
    Likeness,
    glued_name,
    has_code,
    is_code,
    likeness,
    tidy_name,
)
from bot.addresses.places import Located, Locator
from bot.addresses.romanised_address import looks_latin, read_latin
from bot.addresses.streets import ADDRESS_LIKE, EDGES, Street, split_remarks, street_of, tidy_street
from bot.addresses.tokens import Person, Token, cut, recipient, take_post_code
from bot.domain.patterns import lazily

SLASHES_THAT_SEPARATE = 3  # fewer may belong to a floor or a door: 5/F
SHORTEST_NUMBER = 5  # digits of what stands for a telephone number behind its label
SURELY_A_NAME = 3  # characters; two after a house number may be a brand as well
DEPTHS = (
    lazily(r"省份?|province|state|провинция|область|облыс", re.IGNORECASE),
    lazily(r"城?市|city|город|қала", re.IGNORECASE),
    lazily(r"区县|区|县|district|county|район|аудан", re.IGNORECASE),
)
BETWEEN_NAME_AND_REST = lazily(r"[,;。|\t\n]|  ")


class Pieces(NamedTuple):
    """The text sorted by its labels."""

    names: tuple[str, ...]
    address: str  # region first, then the rest in the order of the text
    post_code: str
    number_like: str  # what stands behind a telephone label without being a number
    code: str  # a forwarder's, behind a label of its own


def parse_address(text: str, divisions: Divisions) -> ParsedAddress:
    """Read a pasted address. Never raises; what is open is named in `doubts`.

    At most 1,000 characters are considered. A telephone extension joins the name
    (`Phone.name_with_extension`). Of several numbers the first mobile counts.
    """
    plain = without_sender(
        as_labelled(LIST_NUMBER.sub("", HEADING.sub("", LINK.sub(" ", clean(text)))))
    )
    numbers = take_numbers(plain)
    marked = ACCOUNT.sub(" ", numbers.text)
    if marked.count("/") >= SLASHES_THAT_SEPARATE:
        marked = marked.replace("/", " ")
    marked = BESIDE_NUMBER.sub(" ", ANNOUNCED.sub(_kept_label, marked))
    pieces = _with_boxed_name(_sort(marked))
    located = Locator(divisions).locate(pieces.address)
    if not located.places and looks_latin(pieces.address):
        latin = read_latin(pieces.address, pieces.names, divisions)
        if latin is not None:
            located, person, street, post_code = latin
            post_code = pieces.post_code or post_code
            written = split_remarks(street)
            return _finished(pieces, numbers, located, person, written, post_code, divisions)
    for start, end in located.elsewhere:  # what is asked about there is settled by the answer
        blank = " " * (end - start)
        address = pieces.address[:start] + blank + pieces.address[end:]
        pieces = pieces._replace(address=address)
    tokens = cut(pieces.address, located)
    post_code, tokens = take_post_code(pieces.post_code, tokens, located)
    person = recipient(pieces.names, pieces.address, tokens)
    street, person = _street_and_person(pieces.address, tokens, located, person)
    written = _without_foreword(split_remarks(street), tokens, located, person)
    if person.tokens and not person.sure:
        # If the guess is not the recipient, it was a part of the street.
        written = written._replace(guessless=street_of(pieces.address, tokens, located, ()))
    return _finished(pieces, numbers, located, person, written, post_code, divisions)


def _without_foreword(
    written: Street, tokens: list[Token], located: Located, person: Person
) -> Street:
    """Tell what stands before the divisions from the street behind them, and ask about it."""
    kept = [token.text for token in tokens if token.before and token not in person.tokens]
    line = written.line
    for piece in kept:
        line = line.removeprefix(piece).lstrip(EDGES)
    whole_street = ADDRESS_LIKE.search(line) and any(map(str.isdigit, line))
    if line == written.line or not whole_street or not located.places:
        return written
    return written._replace(line=line)


def _kept_label(found: re.Match[str]) -> str:
    """Drop an unknown word before a number, and keep a label that is known."""
    word = found.group()
    known = segments(word + "0")
    return word if known and known[0].part in {Part.NAME, Part.PHONE} else " "


def _street_and_person(
    text: str, tokens: list[Token], located: Located, person: Person
) -> tuple[str, Person]:
    street = street_of(text, tokens, located, person.tokens)
    if person.name and person.sure:
        return street, person
    glued = glued_name(street)
    if glued is None or (person.name and not _beats(person, tokens)):
        return street, person
    near = bool(tokens) and tokens[-1].near_number
    sure = glued.sure and (near or len(glued.name) >= SURELY_A_NAME)
    whole = street_of(text, tokens, located, ())
    street = whole[: whole.rfind(glued.name)].rstrip(EDGES + "([")
    return street, Person(glued.name, sure=sure)


def _beats(person: Person, tokens: list[Token]) -> bool:
    """Return whether a glued name is likelier than a doubtful piece far from any number."""
    return not any(token.near_number for token in person.tokens) and tokens[-1].near_number


def _finished(
    pieces: Pieces,
    numbers: Numbers,
    located: Located,
    person: Person,
    written: Street,
    post_code: str,
    divisions: Divisions,
) -> ParsedAddress:
    street = written.line
    if pieces.code and person.name and pieces.code not in person.name:
        person = Person(f"{person.name} {pieces.code}", sure=False, tokens=person.tokens)
    elif pieces.code and not person.name:
        person = Person(pieces.code, sure=False)
    suffix = numbers.phone.suffix if numbers.phone else ""
    if suffix and person.name:
        named = numbers.phone.name_with_extension(person.name) if numbers.phone else person.name
        person = person._replace(name=named, sure=person.sure and not numbers.doubtful)
    street = tidy_street(street, suffix or _box_of(person.name))
    whole = "" if written.whole == written.line else written.whole
    doubts = outside(pieces.address, located) or [
        *name_doubts(person.name, sure=person.sure, rest=written.guessless),
        *phone_doubts(numbers, pieces.number_like),
        *division_doubts(pieces.address, located, divisions),
        *street_doubts(street, located, whole),
    ]
    return _assembled(person, numbers, located, street, post_code, tuple(doubts), divisions)


def _box_of(name: str) -> str:
    found = re.search(r"\[\d{3,6}\]$", name)
    return found.group() if found else ""


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
    certain = not located.unsure or bool(located.mistyped)
    settled = len(located.places) == 1 and not located.rivals and certain
    location = divisions.location(located.places[0].code) if settled else None
    deliverable = location is not None and location.district_code
    return ParsedAddress(
        full_name=name or None,
        mobile=phone.digits if phone else None,
        extension=phone.suffix if phone else "",
        province=location.province if location else None,
        city=(location.city or None) if location else None,
        district=location.district if location and deliverable else None,
        town=located.town.name if located.town and settled else None,
        street=street or None,
        district_code=(location.district_code or None) if location else None,
        post_code=None if post_code in {"", NO_POST_CODE} else post_code,
        doubts=doubts,
    )


def _sort(text: str) -> Pieces:
    names: list[str] = []
    region: list[tuple[int, str]] = []
    rest: list[str] = []
    post_code = number_like = code = ""
    for part, piece, word in segments(text):
        if part is Part.NAME and not names:
            name, more = _split_name(piece)
            names += [name] if name else []
            rest.append(more)
        elif part is Part.PHONE:
            number, more = _split_number(piece)
            number_like = number_like or number
            rest.append(more)
        elif part is Part.POST_CODE:
            found = POST_CODE.search(piece)
            post_code = post_code or (found.group() if found else "")
            rest.append(POST_CODE.sub(" ", piece, count=1))
        elif part is Part.CODE:
            code, more = _split_code(piece, word, code)
            rest.append(more)
        elif part is Part.ASIDE:
            told = TOLD_CODE.search(piece) if not code and REMARK_WORD.match(word) else None
            code = told.group() if told else code
            rest.append(PHONE_MARK if PHONE_MARK in piece else "")
        elif part is Part.TOWN and not region and any(map(str.strip, rest)):
            rest.append(piece)  # its city stands before it, without a label
        elif part in {Part.REGION, Part.TOWN}:
            region.append((_depth(part, word), piece))
        else:
            rest.append(piece)
    divisions = " ".join(piece for _, piece in sorted(region, key=itemgetter(0)))
    address = "\n".join(filter(str.strip, [divisions, *rest]))
    if ":" in address:
        code, address = _without_unknown_labels(code, address)
    return Pieces(tuple(filter(None, names)), address, post_code, number_like, code)


def _without_unknown_labels(code: str, address: str) -> tuple[str, str]:
    """Return the code, one behind an unknown label if none is known, and what is left."""
    if not code and (coded := UNKNOWN_CODE.search(address)):
        code = coded["code"]
        address = f"{address[: coded.start()]} {address[coded.end() :]}"
    return code, UNKNOWN_LABEL.sub(r"\1", address)


def _depth(part: Part, word: str) -> int:
    """Return how deep a labelled division lies, so that the highest comes first."""
    if part is Part.TOWN:
        return len(DEPTHS)
    return next((depth for depth, words in enumerate(DEPTHS) if words.fullmatch(word)), 0)


def _with_boxed_name(pieces: Pieces) -> Pieces:
    """Take a recipient in brackets out of the address: 建设路8号(王芳收)."""
    if pieces.names:
        return pieces
    for found in BOXED.finditer(pieces.address):
        name = tidy_name(found["name"] or found["other"] or "")
        if likeness(name) is not Likeness.NONE:
            blank = " " * (found.end() - found.start())
            address = pieces.address[: found.start()] + blank + pieces.address[found.end() :]
            return pieces._replace(names=(name,), address=address)
    return pieces


def _split_name(piece: str) -> tuple[str, str]:
    """Cut what follows the name behind its label without a label of its own.

    A code behind the name belongs to it: 咔佳 KA-112.
    """
    name, mark, more = piece.strip().partition(PHONE_MARK)
    if cut_at := BETWEEN_NAME_AND_REST.search(name):
        name, more = name[: cut_at.start()], f"{name[cut_at.end() :]} {mark}{more}"
        mark = ""
    words = re.sub(r" ?/ ?", "/", name).split(" ")
    longest = 1
    most = sum(length <= LONGEST_NAME for length in accumulate(len(word) + 1 for word in words))
    for count in range(2, most + 1):
        first, last = " ".join(words[: count - 1]), words[count - 1]
        coded = longest == count - 1 and is_code(last)
        employed = COMPANY.fullmatch(first) and likeness(last) is Likeness.STRONG
        if coded or employed or likeness(" ".join(words[:count])) is not Likeness.NONE:
            longest = count
    foreign = not any(map(_is_han, words))
    behind = " ".join(words[longest:])
    placed = LATIN_PLACE.search(behind) is not None and any(map(str.isdigit, behind))
    if foreign and not placed and (longest == 1 or len(behind) <= SHORT_BEHIND):
        longest = len(words)  # a foreign name of any form ends with its line
    elif not placed and CODED_BEHIND.fullmatch(behind):
        longest = len(words)
    name, more = " ".join(words[:longest]), " ".join((*words[longest:], mark + more))
    return tidy_name(name), more


def _is_han(word: str) -> bool:
    return any("\u3400" <= character <= "\u9fff" for character in word)


def _split_code(piece: str, word: str, known: str) -> tuple[str, str]:
    """Return a labelled code as it belongs behind a name, and what follows it."""
    found = CODE_VALUE.match(piece.strip())
    value = found.group() if found else ""
    more = piece.strip()[len(value) :]
    if known or not has_code_like(value):
        return known, piece
    return (f"{word}:{value}" if value.isdigit() and word.isascii() else value), more


SHORT_BEHIND = 12  # characters: KZ7718 AIR, and no address
# What makes a recipient theirs behind the name: 阿拉木图 7718, 7718号客户.
CODED_BEHIND = lazily(
    r"(?=.*\d)(?:\d+号(?:客户|会员|仓)|[^号省市区县镇乡村路街巷弄栋幢楼室层座]){2,16}"
)
REMARK_WORD = lazily(
    r"备注|留言|订单备注|买家留言|comment|remark|note|примечание|комментарий", re.IGNORECASE
)
TOLD_CODE = lazily(
    r"(?<![A-Za-zА-Яа-я\d-])(?:[A-ZА-Я]{2,8}[-_]?\d{2,10}|[A-Z]{1,4}-[A-Z]{1,6}-?\d{2,10})"
    r"(?![A-Za-zА-Яа-я\d-])"
)
CODE_VALUE = lazily(rf"[^\s,;。|()\[\]{PHONE_MARK}]+")


def has_code_like(value: str) -> bool:
    """Return whether a labelled value can be a code at all."""
    return bool(value) and (value.isascii() or has_code(value)) and PHONE_MARK not in value


def _split_number(piece: str) -> tuple[str, str]:
    """Return what stands for a number behind a telephone label, and the rest."""
    text = piece.strip()
    if text.startswith(PHONE_MARK):
        return "", text
    number, *more = re.split(r"[\s,;。]+", text, maxsplit=1)
    looks = len(re.findall(r"[\d*]", number)) >= SHORTEST_NUMBER and not is_code(number)
    return (number, "".join(more)) if looks else ("", text)
