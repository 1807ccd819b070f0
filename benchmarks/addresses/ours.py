"""Our reader over the corpus, its questions answered as the truth answers them."""

import time

from benchmarks.addresses.corpus import Sample, Truth
from benchmarks.addresses.judging import Reading
from bot.addresses import ParsedAddress, load_divisions, parse_address, read_phone
from bot.addresses.parsed import DIVISION_KINDS, NAME_KINDS, PHONE_KINDS, STREET_KINDS

_PARTS = {
    "name": NAME_KINDS,
    "phone": PHONE_KINDS,
    "division": DIVISION_KINDS,
    "street": STREET_KINDS,
}


def read_all(samples: list[Sample]) -> tuple[list[Reading], float]:
    """Return what was read of each sample, and the CPU seconds that reading took."""
    divisions = load_divisions()
    parse_address(samples[0].text, divisions)  # the data is loaded with the first address
    begun = time.process_time()
    parsed = [parse_address(sample.text, divisions) for sample in samples]
    seconds = time.process_time() - begun
    pairs = zip(parsed, samples, strict=True)
    return [_answered(one, sample.truth) for one, sample in pairs], seconds


def _answered(parsed: ParsedAddress, truth: Truth) -> Reading:
    kinds = {doubt.kind for doubt in parsed.blocking}
    asked = frozenset(part for part, its in _PARTS.items() if kinds & its)
    if "name" in asked:
        parsed = parsed.with_name(truth.name)
    if "phone" in asked:
        parsed = parsed.with_phone(read_phone(truth.mobile))
    if "division" in asked:
        parsed = parsed.with_division(truth.place.code, load_divisions())
    if "street" in asked:
        parsed = parsed.with_street(truth.street)
    return Reading(
        parsed.full_name or "",
        parsed.mobile or "",
        parsed.district_code or "",
        parsed.street or "",
        asked,
    )
