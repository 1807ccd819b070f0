"""Results as Markdown: printed, and put into docs/performance.md between two markers."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import contestants
from benchmarks.missed import why
from benchmarks.processes import ROOT
from benchmarks.results import Goal, Spread, goals, of, ratio

Json = dict[str, Any]
DOCUMENT = ROOT / "docs" / "performance.md"
_BEGIN, _END = "<!-- bench: generated, begin -->", "<!-- bench: generated, end -->"


def report(kept: Json) -> str:
    """Everything that was measured."""
    parts = [_machine(kept["machine"])]
    for name, title, table in _SECTIONS:
        if name in kept:
            parts += [f"### {title}", table(kept[name])]
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


_STAGES = (
    ("sign", "first sign: a draft, or “typing”"),
    ("get_file_asked", "the update is read, its file asked for"),
    ("download_asked", "the file is downloaded"),
    ("upload_asked", "read, made smaller, on its way to the marketplace"),
    ("search_asked", "the search, with the upload's answer"),
    ("text", "**text of the results**"),
    ("picture_asked", "the first picture of the sheet is asked for"),
    ("picture", "**the sheet**"),
    ("after", "the sheet after the text"),
)


def _photos(part: Json) -> str:
    def cell(stages: Json, name: str) -> str:
        if name not in stages:
            return ""
        middle, least, most = stages[name]
        return f"{middle:.0f} ({least:.0f}–{most:.0f})"

    rows = [
        [said, cell(part["photo"], name), cell(part["file"], name)]
        for name, said in _STAGES
        if name in part["photo"]
    ]
    note = (
        f"Milliseconds from the update's leaving Telegram to each stage, as the other side sees"
        f" it. Telegram is {part['round_trip_s'] * 1000:.0f} ms away, the marketplace takes"
        f" {part['marketplace_s'] * 1000:.0f} ms for each of its two calls and"
        f" {part['pictures_s'] * 1000:.0f} ms for a picture, all through TLS; the text can't be"
        f" there before {part['own_ms']:.0f} ms."
    )
    head = ["stage", "a photo of 1,280 px", "a file of 12 megapixels"]
    return _table(head, rows) + "\n\n" + note


def _calls(part: list[Json]) -> str:
    rows = [
        [
            each["way"],
            f"{each['ours_us']:.0f}",
            f"{each['aiohttp_us']:.0f}",
            Spread(each["ratio"], each["least"], each["most"]).shown(),
        ]
        for each in part
    ]
    return _table(["way", "`bot.http`, µs of CPU", "aiohttp, µs", "ratio"], rows)


def _sessions(part: Json) -> str:
    rows = [
        [said, f"{run['updates_per_second']:.0f}", f"{run['peak_mb']:.0f}"]
        for said, run in (
            ("64, without a pause", part["few"]),
            (f"{part['people']:,}, each a move every {part['think_s']:.0f} s", part["many"]),
        )
    ]
    return _table(["people at once", "updates/s", "peak MB"], rows)


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
        " first of the three starts begins to sort them in, beside its work; an ordinary start is"
        " the median of the other two."
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
    parts = [_table(["Goal", "wanted", "measured", "met"], rows)]
    missed = [goal for goal in goals(kept) if not goal.met]
    if missed:
        parts += ["### Goals that are missed: by how much, why, and what it would take"]
        parts += ["\n".join(_missed(goal) for goal in missed)]
    return "\n\n".join(parts)


def _missed(goal: Goal) -> str:
    by = f", {goal.missed_by:.0%} off" if goal.missed_by else ""
    said = why(goal.text)
    return f"- **{goal.text}**: {goal.wanted} wanted, {goal.measured} measured{by}. {said}".rstrip()


_SECTIONS: tuple[tuple[str, str, Callable[[Any], str]], ...] = (
    ("near", "Telegram next door", lambda part: _comparison(part, contestants.ALL)),
    ("tls", "Through TLS, next door", lambda part: _comparison(part, contestants.FAR)),
    ("far", "Through TLS, Telegram 50 ms away", lambda part: _comparison(part, contestants.FAR)),
    ("photos", "A picture sent", _photos),
    ("calls", "One outgoing call", _calls),
    ("sessions", "People in the middle of an order", _sessions),
    ("growth", "Growth", _growth),
    ("latency", "A slow marketplace", _latency),
    ("backlog", "Backlog", _backlog),
    ("pictures", "Pictures", _pictures),
    ("profile", "Where the time goes", _profile),
)
