"""What was read from a pasted address, and what has to be asked."""

from enum import StrEnum
from typing import Self

from bot.addresses.characters import fold
from bot.addresses.divisions import Division, Divisions
from bot.addresses.phones import Phone
from bot.addresses.streets import without, without_digits, without_divisions
from bot.domain.addresses import Address
from bot.domain.model import Value
from bot.domain.patterns import lazily

LONGEST_NAME = 50
LONGEST_STREET = 200


class IncompleteAddressError(ValueError):
    """Something blocking is still open; `kinds` says what."""

    def __init__(self, kinds: tuple["DoubtKind", ...]) -> None:
        super().__init__("the address is not complete: " + ", ".join(kinds))
        self.kinds = kinds


class DoubtKind(StrEnum):
    """What has to be asked."""

    NAME_MISSING = "name_missing"
    NAME_DOUBTFUL = "name_doubtful"  # `full_name` holds the guess
    PHONE_MISSING = "phone_missing"
    PHONE_INVALID = "phone_invalid"
    DIVISION_MISSING = "division_missing"
    DISTRICT_MISSING = "district_missing"
    DISTRICT_AMBIGUOUS = "district_ambiguous"
    DIVISION_CONFLICT = "division_conflict"
    STREET_MISSING = "street_missing"
    STREET_TOO_LONG = "street_too_long"
    STREET_DOUBTFUL = "street_doubtful"  # `street` holds the guess, `rest` everything
    TOWN_UNKNOWN = "town_unknown"  # the town stays in the street; nothing has to be asked
    OUTSIDE_MAINLAND = "outside_mainland"

    @property
    def blocking(self) -> bool:
        """Return whether the address cannot be used before this is settled."""
        return self is not DoubtKind.TOWN_UNKNOWN


DIVISION_KINDS = frozenset(
    {
        DoubtKind.DIVISION_MISSING,
        DoubtKind.DISTRICT_MISSING,
        DoubtKind.DISTRICT_AMBIGUOUS,
        DoubtKind.DIVISION_CONFLICT,
        DoubtKind.OUTSIDE_MAINLAND,
        DoubtKind.TOWN_UNKNOWN,
    }
)
NAME_KINDS = frozenset({DoubtKind.NAME_MISSING, DoubtKind.NAME_DOUBTFUL})
PHONE_KINDS = frozenset({DoubtKind.PHONE_MISSING, DoubtKind.PHONE_INVALID})
STREET_KINDS = frozenset(
    {DoubtKind.STREET_MISSING, DoubtKind.STREET_TOO_LONG, DoubtKind.STREET_DOUBTFUL}
)


class Hint(StrEnum):
    """What may help the person to answer."""

    WRITE_IN_CHINESE = "write_in_chinese"


class Doubt(Value):
    """One open question. `candidates` are division codes: buttons, named by `describe`.

    `text` is the piece of the pasted text that it is about, empty when nothing was found; `rest`
    the street line as it is when a guessed name is none.
    """

    kind: DoubtKind
    candidates: tuple[str, ...] = ()
    text: str = ""
    rest: str = ""
    hint: Hint | None = None


class ParsedAddress(Value):
    """An address as far as it was understood; None stands for what was not found."""

    full_name: str | None = None
    mobile: str | None = None  # digits only, a landline included
    extension: str = ""  # as it stands behind the name: [1234]
    province: str | None = None
    city: str | None = None
    district: str | None = None  # empty for a city that has no districts
    town: str | None = None
    street: str | None = None
    district_code: str | None = None
    post_code: str | None = None
    forwarder: bool = False  # marked as a forwarder's warehouse; nothing in a text says so
    doubts: tuple[Doubt, ...] = ()

    @property
    def blocking(self) -> tuple[Doubt, ...]:
        """Return the doubts that must be settled, in the order to ask them."""
        return tuple(doubt for doubt in self.doubts if doubt.kind.blocking)

    def complete(self) -> Address:
        """Return the address for the marketplace.

        Raises `IncompleteAddressError` while anything blocking is open.
        """
        kinds = tuple(doubt.kind for doubt in self.blocking)
        if kinds:
            raise IncompleteAddressError(kinds)
        return Address(
            full_name=self.full_name or "",
            mobile=self.mobile or "",
            province=self.province or "",
            city=self.city or "",
            district=self.district or "",
            town=self.town or "",
            street=self.street or "",
            post_code=self.post_code or "000000",
            district_code=self.district_code or "",
            forwarder=self.forwarder,
        )

    def with_name(self, full_name: str) -> Self:
        """Return a copy with the recipient's name settled. Raises `ValueError` for a bad length.

        The number's extension stays behind it. A guess that was wrong goes back into the street,
        and the name leaves it.
        """
        name = " ".join(full_name.split())
        if not 0 < len(name) <= LONGEST_NAME:
            raise ValueError(f"a name has 1 to {LONGEST_NAME} characters")
        guess = next((each for each in self.doubts if each.kind is DoubtKind.NAME_DOUBTFUL), None)
        street = self.street or ""
        if guess is not None and guess.rest and name != self.full_name:
            street = guess.rest
        for piece in dict.fromkeys((name, *name.split())):
            street = without(street, piece)
        suffix = self.extension or _extension_of(self.full_name)
        if suffix and not EXTENSION.search(name):
            name += suffix
        if len(name) > LONGEST_NAME:
            raise ValueError(f"a name has 1 to {LONGEST_NAME} characters")
        return self._settled(NAME_KINDS, full_name=name, street=street or None)

    def with_phone(self, phone: Phone) -> Self:
        """Return a copy with the number settled; its extension replaces the last one."""
        name = self.full_name
        if name is not None:
            known = self.extension or _extension_of(name)
            bare = name.removesuffix(known) if phone.digits != self.mobile or phone.suffix else name
            name = phone.name_with_extension(bare or name)
        street = without_digits(self.street, phone.digits) if self.street else None
        return self._settled(
            PHONE_KINDS,
            mobile=phone.digits,
            extension=phone.suffix,
            full_name=name,
            street=street or None,
        )

    def with_street(self, street: str) -> Self:
        """Return a copy with the street settled. Raises `ValueError` for a bad length."""
        line = " ".join(street.split())
        if not 0 < len(line) <= LONGEST_STREET:
            raise ValueError(f"a street has 1 to {LONGEST_STREET} characters")
        return self._settled(STREET_KINDS, street=line)

    def with_division(self, code: str, divisions: Divisions) -> Self:
        """Return a copy delivered to the division of `code`, a town's or a district's.

        Raises `KeyError` for an unknown code and `ValueError` for one that is not deliverable.
        A town that was read before stays when it lies in the chosen district; names that are known
        now leave the street.
        """
        location = divisions.location(code)
        if not location.district_code:
            raise ValueError(f"{code} is not a place that orders can be delivered to")
        towns = divisions.towns(location.district_code)
        town = location.town or self._town_among({each.name for each in towns})
        street = self.street or ""
        if street:
            names = (location.province, location.city, location.district)
            street = without_divisions(street, tuple(filter(None, names)))
            town = town or _town_at(street, towns)
            street = without_divisions(street, (town,)) if town else street
        return self._settled(
            DIVISION_KINDS,
            province=location.province,
            city=location.city,
            district=location.district,
            town=town,
            district_code=location.district_code,
            street=street or None,
        )

    def _town_among(self, known: set[str]) -> str | None:
        return self.town if self.town in known else None

    def _settled(self, kinds: frozenset[DoubtKind], **changes: object) -> Self:
        remaining = tuple(doubt for doubt in self.doubts if doubt.kind not in kinds)
        return self.replace(doubts=remaining, **changes)


EXTENSION = lazily(r"\[转?\d{1,6}\]$")


def _extension_of(name: str | None) -> str:
    """Return the extension that a saved recipient carries: 张三[1234] has [1234]."""
    found = EXTENSION.search(name or "")
    return found.group() if found else ""


def _town_at(street: str, towns: tuple[Division, ...]) -> str | None:
    """Return the town that a street begins with, the longest name of several."""
    folded = fold(street)
    named = [each.name for each in towns if folded.startswith(fold(each.name))]
    return max(named, key=len, default=None)
