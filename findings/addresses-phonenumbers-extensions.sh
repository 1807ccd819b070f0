#!/usr/bin/env bash
# phonenumbers 9.0.43: an extension behind `#`, `,`, `x`, even Russian доб. is read; behind 转, as
# everybody in China writes it, the text "did not seem to be a phone number"; behind a dash the
# digits join the number, which is then one of 15 digits and invalid.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q phonenumbers==9.0.43
"$folder/venv/bin/python" - <<'PY'
import phonenumbers


def read(text):
    try:
        found = phonenumbers.parse(text, "CN")
    except phonenumbers.NumberParseException as error:
        return str(error)
    return found.national_number, found.extension, phonenumbers.is_valid_number(found)


EXPECTED = {
    "13812345678#1234": (13812345678, "1234", True),
    "13812345678,1234": (13812345678, "1234", True),
    "13812345678 доб. 12": (13812345678, "12", True),
    "13812345678转1234": (
        "(1) The string supplied did not seem to be a phone number."
    ),
    "13812345678-1234": (138123456781234, None, False),
}
for text, known in EXPECTED.items():
    seen = read(text)
    print(f"{text}: {seen}")
    assert seen == known, f"{text} is read otherwise now"
PY
