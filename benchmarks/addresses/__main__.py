"""`python -m benchmarks.addresses`: how well pasted addresses are read. See docs/addresses.md.

    python -m benchmarks.addresses               our reader, ten seconds
    python -m benchmarks.addresses --libraries   the field's libraries too, installed for it

With `--keep` the figures are written into the document.
"""

import argparse
import sys
from collections import Counter
from pathlib import Path

from benchmarks.addresses.corpus import LAYOUTS, SEED, SIZE, Sample, samples
from benchmarks.addresses.judging import Reading, Verdict, judge
from benchmarks.addresses.libraries import Contest, run_all
from benchmarks.addresses.ours import read_all

DOCUMENT = Path(__file__).parents[2] / "docs" / "addresses.md"
BEGIN, END = "<!-- addresses: generated, begin -->", "<!-- addresses: generated, end -->"
_LEAST = 0.98
_SLOWEST = 0.001  # seconds of CPU an address


def main() -> int:
    """Measure, print, keep if asked; 1 when a figure is not reached."""
    parser = argparse.ArgumentParser(prog="addresses", description=__doc__)
    parser.add_argument("--libraries", action="store_true", help="the field's libraries too")
    parser.add_argument("--keep", action="store_true", help="write the figures into the document")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--show", action="store_true", help="print what was wrong")
    options = parser.parse_args()
    corpus = samples(SIZE, options.seed)
    readings, seconds = read_all(corpus)
    verdicts = Counter(judge(*pair) for pair in zip(corpus, readings, strict=True))
    lines = _ours(verdicts, seconds, options.seed)
    if options.libraries:
        contests = [Contest("Snaporder", readings, seconds, 0), *run_all(corpus)]
        lines += _against(corpus, contests)
    print("\n".join(lines))
    if options.show:
        _show(corpus, readings)
    if options.keep:
        _keep(lines)
    good = verdicts[Verdict.RIGHT] + verdicts[Verdict.RIGHTLY_ASKED]
    reached = good / SIZE >= _LEAST and not verdicts[Verdict.WRONG] and seconds / SIZE <= _SLOWEST
    return 0 if reached else 1


def _ours(verdicts: Counter[Verdict], seconds: float, seed: int) -> list[str]:
    lines = [
        f"{SIZE} addresses in {len(LAYOUTS)} layouts, seed {seed}.",
        "",
        "| What came of it | addresses | share |",
        "|---|---|---|",
    ]
    lines += [f"| {each} | {verdicts[each]} | {verdicts[each] / SIZE:.1%} |" for each in Verdict]
    return [*lines, "", f"{seconds / SIZE * 1000:.2f} ms of CPU an address."]


def _against(corpus: list[Sample], contests: list[Contest]) -> list[str]:
    lines = [
        "",
        "| Reader | division right | division and street | all four fields | ms an address |",
        "|---|---|---|---|---|",
    ]
    for contest in contests:
        division, street, everything = _shares(corpus, contest.readings)
        whole = (
            f"{everything:.1%}" if any(each.name for each in contest.readings) else "reads no name"
        )
        speed = contest.seconds / len(corpus) * 1000
        lines.append(f"| {contest.name} | {division:.1%} | {street:.1%} | {whole} | {speed:.2f} |")
    return lines


def _shares(corpus: list[Sample], readings: list[Reading]) -> tuple[float, float, float]:
    """Return how many have the division, the street as well, and everything right, unasked.

    Most libraries know no towns: one that stays before the street counts as right.
    """
    division = street = everything = 0
    for sample, reading in zip(corpus, readings, strict=True):
        if "division" in reading.asked or reading.district_code != sample.truth.place.code:
            continue
        division += 1
        truth = sample.truth
        written = reading.street.removeprefix(truth.place.town).strip()
        if "street" in reading.asked or written.split() != truth.street.split():
            continue
        street += 1
        everything += judge(sample, reading._replace(street=written)) is Verdict.RIGHT
    return division / len(corpus), street / len(corpus), everything / len(corpus)


def _show(corpus: list[Sample], readings: list[Reading]) -> None:
    for sample, reading in zip(corpus, readings, strict=True):
        verdict = judge(sample, reading)
        if verdict in {Verdict.WRONG, Verdict.NEEDLESSLY_ASKED}:
            print(f"\n{verdict}: {sample.layout}, {sample.slip}\n{sample.text}\n{reading}")


def _keep(lines: list[str]) -> None:
    before, _, rest = DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    text = "\n".join([before + BEGIN, "", *lines, "", END + after])
    DOCUMENT.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
