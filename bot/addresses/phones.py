"""Telephone numbers of recipients in mainland China.

The marketplace wants digits only (contract 5.1, `mobile` and `phone`), so an extension cannot
travel in the number: see `Phone.name_with_extension`.
"""

import re
import unicodedata
from enum import StrEnum

from pydantic import Field

from bot.domain.model import Value
from bot.domain.patterns import lazily

# PhoneError (ValueError)  the text holds no number that a courier in the mainland can call


class PhoneProblem(StrEnum):
    """Why a text is not a usable number."""

    EMPTY = "empty"
    MASKED = "masked"  # 138****5678
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    FOREIGN = "foreign"  # valid elsewhere: Hong Kong, Macau, Taiwan or abroad
    UNKNOWN = "unknown"  # the right length, but no such mobile prefix or area code


class PhoneError(ValueError):
    """The text is not a mobile or landline number of mainland China."""

    def __init__(self, problem: PhoneProblem, text: str) -> None:
        super().__init__(f"{problem}: not a telephone number of mainland China")
        self.problem = problem
        self.text = text


class PhoneKind(StrEnum):
    """What kind of line rings."""

    MOBILE = "mobile"
    LANDLINE = "landline"


class Phone(Value):
    """A number in the form the marketplace wants: `13812345678`, `02012345678`."""

    digits: str = Field(pattern=r"^\d{10,12}$")
    kind: PhoneKind
    extension: str = ""

    @property
    def suffix(self) -> str:
        """Return what the extension adds to a name, as Taobao's labels print it.

        A virtual number's is `[1234]`, a landline's `[转801]`. Couriers know both.
        """
        if not self.extension:
            return ""
        mark = "" if self.kind is PhoneKind.MOBILE else "转"
        return f"[{mark}{self.extension}]"

    def name_with_extension(self, full_name: str) -> str:
        """Return the recipient's name carrying the extension: `张三[1234]`."""
        return full_name if full_name.endswith(self.suffix) else full_name + self.suffix


MOBILE = lazily(r"1[3-9]\d{9}")
MOBILE_LENGTH = 11
SHORTEST = 10
_LONGEST = 100  # characters, however a number is dressed; searching more would take its time
SERVICE_PREFIXES = ("400", "800")  # hotlines: no courier reaches a recipient there
EXTENSION = lazily(
    r"(?:\s*(?:转分机|转接|分机号?|转|ext\.?|x|#|-|,)\s*)(\d{1,6})\s*$", re.IGNORECASE
)
MASK = lazily(r"\d[\s-]*[*•●xX×]{2,}")
COUNTRY = lazily(r"^\(?(?:\+\s*|00)?86\)?[\s-]*(?=\(?0?\d)")


def read_phone(text: str) -> Phone:
    """Read one mobile or landline number of mainland China.

    Accepts `+86`, `0086`, spaces, dashes, brackets, full-width digits and an extension. Raises
    `PhoneError` with the problem.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if not any(character.isdigit() for character in plain):
        raise PhoneError(PhoneProblem.EMPTY, text)
    if len(plain) > _LONGEST:
        raise PhoneError(_problem(plain), text)
    if MASK.search(plain):
        raise PhoneError(PhoneProblem.MASKED, text)
    if re.match(r"\+(?!\s*86)|00(?!86)", plain):
        raise PhoneError(_foreign_problem(plain), text)
    plain = _without_country(plain)
    for candidate, extension in _readings(plain):
        if (phone := _domestic(candidate, extension)) is not None:
            return phone
    raise PhoneError(_problem(plain), text)


def _without_country(text: str) -> str:
    """Remove a leading 86 unless the digits are a number already (86 begins none)."""
    return COUNTRY.sub("", text, count=1)


def _readings(text: str) -> list[tuple[str, str]]:
    """Return the text as a whole, then cut before an extension."""
    whole = re.sub(r"\D", "", text)
    readings = [(whole, "")]
    if cut := EXTENSION.search(text):
        readings.append((re.sub(r"\D", "", text[: cut.start()]), cut.group(1)))
    return readings


def _domestic(digits: str, extension: str) -> Phone | None:
    if MOBILE.fullmatch(digits):
        return Phone(digits=digits, kind=PhoneKind.MOBILE, extension=extension)
    if len(digits) < SHORTEST:
        return None
    national = digits if digits.startswith("0") else f"0{digits}"
    from bot.addresses.landlines import national_number  # noqa: PLC0415 - see there

    number = national_number(national)
    if number is None:
        return None
    return Phone(digits=f"0{number}", kind=PhoneKind.LANDLINE, extension=extension)


def _foreign_problem(text: str) -> PhoneProblem:
    from bot.addresses.landlines import is_valid_abroad  # noqa: PLC0415 - see there

    known = is_valid_abroad(re.sub(r"^00", "+", text))
    return PhoneProblem.FOREIGN if known else PhoneProblem.UNKNOWN


def _problem(text: str) -> PhoneProblem:
    digits = re.sub(r"\D", "", text)
    if digits.startswith(SERVICE_PREFIXES):
        return PhoneProblem.UNKNOWN
    length = len(digits)
    if length < MOBILE_LENGTH:
        return PhoneProblem.TOO_SHORT
    return PhoneProblem.TOO_LONG if length > MOBILE_LENGTH else PhoneProblem.UNKNOWN
