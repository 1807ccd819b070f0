"""A delivery address in China as the marketplace wants it (contract 5.1, `addressParam`)."""

from pydantic import Field

from bot.domain.identifiers import AddressId
from bot.domain.model import Value

MOST_PER_PERSON = 20


class Address(Value):
    """Where to deliver. All division names are Chinese; `district_code` has six digits.

    The code wins over the names at the marketplace (contract 5.1), so both are always taken
    from the same row of the division data. `town` and `post_code` may be empty here; the wire
    mapping fills what the marketplace requires.
    """

    full_name: str = Field(min_length=1, max_length=50)
    mobile: str = Field(min_length=5, max_length=20)  # digits, with a leading + only from abroad
    province: str
    city: str
    district: str = ""  # empty for cities without districts (东莞, 中山, 儋州, 嘉峪关)
    town: str = ""
    street: str = Field(min_length=1, max_length=200)
    post_code: str = "000000"
    district_code: str = Field(pattern=r"^[0-9]{6}$")
    forwarder: bool = False  # a forwarder's warehouse, where the recipient carries a code

    @property
    def division(self) -> str:
        """Return the divisions joined, without a municipality's name twice."""
        city = "" if self.city == self.province else self.city
        return " ".join(part for part in (self.province, city, self.district, self.town) if part)


class SavedAddress(Value):
    """An address that a person keeps, one of at most `MOST_PER_PERSON`."""

    address_id: AddressId
    address: Address
    is_default: bool = False
