"""Addresses in China: the divisions with their codes, and reading what people paste."""

from bot.addresses.answers import Answer, Fit, read_name, read_number, read_street, said_plainly
from bot.addresses.divisions import Division, Divisions, Level, Location, load_divisions
from bot.addresses.finding import find_division
from bot.addresses.parsed import Doubt, DoubtKind, Hint, IncompleteAddressError, ParsedAddress
from bot.addresses.parsing import parse_address
from bot.addresses.phones import Phone, PhoneError, PhoneKind, PhoneProblem, read_phone

__all__ = [
    "Answer",
    "Division",
    "Divisions",
    "Doubt",
    "DoubtKind",
    "Fit",
    "Hint",
    "IncompleteAddressError",
    "Level",
    "Location",
    "ParsedAddress",
    "Phone",
    "PhoneError",
    "PhoneKind",
    "PhoneProblem",
    "find_division",
    "load_divisions",
    "parse_address",
    "read_name",
    "read_number",
    "read_phone",
    "read_street",
    "said_plainly",
]
