"""Numbers that are no mobile ones of the mainland, judged by libphonenumber's numbering plans.

Imported when such a number is met: the library and its plans take memory and time at a start,
and nearly every recipient has a mobile number.
"""

import phonenumbers


def national_number(text: str) -> int | None:
    """Return a landline of the mainland without its leading 0; None when it is no such number."""
    try:
        number = phonenumbers.parse(text, "CN")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number_for_region(number, "CN"):
        return None
    if phonenumbers.number_type(number) != phonenumbers.PhoneNumberType.FIXED_LINE:
        return None
    return number.national_number


def is_valid_abroad(text: str) -> bool:
    """Return whether a text with a country's code is a number somewhere."""
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(text, None))
    except phonenumbers.NumberParseException:
        return False
