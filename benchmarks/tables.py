"""Results as Markdown: printed, and put into docs/performance.md between two markers."""

from pathlib import Path
from typing import Any

from benchmarks import contestants
from benchmarks.processes import ROOT
from benchmarks.results import goals, of, ratio

Json = dict[str, Any]
DOCUMENT = ROOT / "docs" / "performance.md"
_BEGIN, _END = "<!-- bench: generated, begin -->", "<!-- bench: generated, end -->"


def report(kept: Json) -> str:
    """Everything that was measured."""
    parts = [_machine(kept["machine"])]
    if "near" in kept:
        parts += ["### Telegram next door", _comparison(kept["near"], contestants.ALL)]
    if "far" in kept:
        parts += ["### Telegram 50 ms away", _comparison(kept["far"], contestants.FAR)]
    if "growth" in kept:
        parts += ["### Growth", _growth(kept["growth"])]
    if "latency" in kept:
        parts += ["### A slow marketplace", _latency(kept["latency"])]
    if "backlog" in kept:
        parts += ["### Backlog", _backlog(kept["backlog"])]
    if "pictures" in kept:
        parts += ["### Pictures", _pictures(kept["pictures"])]
    if "profile" in kept:
        parts += ["### Where the time goes", _profile(kept["profile"])]
    parts += ["### Goals", _goals(kept)]
    return "\n\n".join(parts)


def write_document(kept: Json, path: Path = DOCUMENT) -> None:
    """Replace what stands between the markers."""
    text = path.read_text()
    before, _, rest = text.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    path.write_text(f"{before}{_BEGIN}\n\n{report(kept)}\n\n{_END}{after}")


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines)


def _machine(machine: Json) -> str:
    packages = ", ".join(f"{name} {version}" for name, version in machine["packages"].items())
    return (
        f"Measured {machine['date']}: {machine['processor']}, {machine['cores']} cores,"
        f" {machine['system']}, Python {machine['python']}, SQLite {machine['sqlite']}; {packages}."
        " Medians over the rounds, in brackets the least and the most. Ratios are of the same"
        " round."
    )


def _comparison(part: Json, who: tuple[contestants.Contestant, ...]) -> str:
    there = part["runs"]
    floor = "ptb_echo" if "ptb_echo" in there else "ptb_conversation"
    peer = "aiogram_memory"
    rate = "updates_per_second"
    rows = []
    for each in who:
        name = each.name
        rows.append(
            [
                each.label,
                of(part, name, rate).shown(0),
                ratio(part, name, floor, rate).shown(1),
                ratio(part, name, peer, rate).shown(2),
                of(part, name, "cpu_ms").shown(2),
                ratio(part, name, floor, "cpu_ms").shown(2),
                " / ".join(f"{of(part, name, f'p{p}_ms').median:.0f}" for p in (50, 95, 99)),
                of(part, name, "peak_mb").shown(0),
                of(part, name, "cold_start_s").shown(1),
                f"{of(part, name, 'calls_per_update').median:.1f}",
            ]
        )
    labels = {each.name: each.label for each in who}
    head = [
        "",
        "updates/s",
        f"× {labels[floor]}",
        f"× {labels[peer]}",
        "CPU ms/update",
        "CPU ×",
        "p50 / p95 / p99 ms",
        "peak MB",
        "cold start s",
        "calls/update",
    ]
    note = (
        f"{part['people']} people at once, each making the next move as soon as the last is"
        " answered; so the latencies are those of a bot that is as busy as it can be."
    )
    return _table(head, rows) + "\n\n" + note


def _growth(part: list[Json]) -> str:
    rows = [
        [
            f"{each['size']:,}",
            f"{each['database_mb']:,.0f}",
            " / ".join(f"{start:.2f}" for start in each["starts_s"]),
            f"{each['run']['updates_per_second']:.0f}",
            " / ".join(f"{each['run'][f'p{p}_ms']:.0f}" for p in (50, 95, 99)),
            f"{each['run']['peak_mb']:.0f}",
            f"{each['orders_of_person_us']:.0f}",
        ]
        for each in part
    ]
    head = [
        "sessions and orders",
        "database MB",
        "starts s",
        "updates/s",
        "p50 / p95 / p99 ms",
        "peak MB",
        "a person's orders µs",
    ]
    note = (
        "The orders are generated as a release without stages would have left them, so that the"
        " first of the three starts sorts them, once, as after an upgrade; the goal is judged by"
        " the median."
    )
    return _table(head, rows) + "\n\n" + note


def _latency(part: Json) -> str:
    rows = [
        [
            f"{name}, {number}",
            f"{each['others_p50_ms']:.1f} / {each['others_p95_ms']:.1f}",
            f"{each['shoppers_p95_ms']:.0f}",
            f"{each['sign_p50_ms']:.1f} / {each['sign_p95_ms']:.1f} / {each['sign_max_ms']:.1f}",
        ]
        for name in ("quick", "slow")
        for number, each in enumerate(part[name], 1)
    ]
    head = [
        "marketplace (5 ms, 800 ms)",
        "other chats p50 / p95 ms",
        "shoppers' answer p95 ms",
        "shoppers' first sign p50 / p95 / most ms",
    ]
    return _table(head, rows)


def _backlog(part: Json) -> str:
    return (
        f"{part['updates']:,} updates waited at the start: {part['answers']:,} answered,"
        f" {part['chats_out_of_order']} chats out of order, {part['per_second']:.0f}/s against"
        f" {part['steady_per_second']:.0f}/s steadily, {part['peak_mb']:.0f} MB at most."
    )


def _pictures(part: Json) -> str:
    return (
        f"A sheet of ten 1-megapixel photos: {part['sheet_ms']:.0f} ms (at most"
        f" {part['sheet_worst_ms']:.0f}), {part['more_mb']:.0f} MB more at the peak; the loop was"
        f" held {part['stall_p99_ms']:.1f} ms at the 99th percentile, {part['stall_max_ms']:.1f} ms"
        " at most."
    )


def _profile(part: Json) -> str:
    def row(name: str, us: float) -> list[str]:
        return [name, f"{us:.0f}", f"{us / part['cpu_us']:.1%}"]

    rows = [row("**The event loop's thread**", part["loop_us"])]
    rows += [row(name, us) for name, us in sorted(part["layers"], key=lambda each: -each[1])]
    rows += [row(f"**{name}**", us) for name, us in part["threads"]]
    rows += [row("**All**", part["cpu_us"])]
    note = (
        f"CPU of the bot's process over {part['updates']:,} updates of {part['people']} people"
        f" ({part['updates_per_second']:.0f}/s under the profiler), the kernel's part in it"
        f" included. {part['samples']:,} samples of the event loop's thread, one each"
        f" {part['sample_ms']:.1f} ms of its CPU time; each belongs to the innermost layer on its"
        " stack. The other threads are as the kernel accounts for them."
    )
    return _table(["", "µs an update", "share"], rows) + "\n\n" + note


def _goals(kept: Json) -> str:
    rows = [
        [goal.text, goal.wanted, goal.measured, "yes" if goal.met else "**no**"]
        for goal in goals(kept)
    ]
    return _table(["Goal", "wanted", "measured", "met"], rows)
