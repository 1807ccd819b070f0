"""One line of the doctor's report, and what several say."""

from enum import StrEnum

from msgspec import Struct


class Verdict(StrEnum):
    """How a check came out."""

    OK = "OK"
    WARN = "WARN"
    FAIL = "FAIL"


class Finding(Struct, frozen=True):
    """One line of the report: what was checked, how it is, and the mend."""

    verdict: Verdict
    subject: str
    text: str

    @property
    def line(self) -> str:
        """Return it as it is printed."""
        return f"{self.verdict.value:<4}  {self.subject}: {self.text}"

    @property
    def failed(self) -> bool:
        """Tell whether the bot can't do its work with this."""
        return self.verdict is Verdict.FAIL


CLOCK_MATTERS = "signatures and consents depend on the clock: set up NTP"
