"""Of the page: lengths, drift, cost and calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wethink_plugins.counted import counted
from wethink_plugins.report import Cell, Histogram, Line, LineChart, Page
from wethink_plugins.synthesis.report.answers import OTHER
from wethink_plugins.synthesis.report.lengths import TEXTS
from wethink_plugins.synthesis.report.words import cost, duration

Figures = Mapping[str, Any]


def lengths_on(page: Page, lengths: Figures) -> None:
    page.section("Lengths and turns", "Characters of accepted rows; turns of every item that had its dialogue.")
    charts = (
        [Histogram("characters of the refined chain of thought", lengths["cot_bins"])] if lengths["cot_bins"] else []
    )
    if lengths["turns"]:
        charts.append(Histogram("turns of the dialogue", [(str(n), number) for n, number in lengths["turns"].items()]))
    if charts:
        page.figure(*charts)
    columns = ("mean", "p5", "median", "p95", "longest")
    rows = [
        (name, *(None if found[column] is None else f"{found[column]:,.0f}" for column in columns))
        for name, found in ((name, lengths["characters"][name]) for name in TEXTS)
    ]
    page.table(("characters", *columns), [[name, *(cell and Cell(cell) for cell in cells)] for name, *cells in rows])
    if lengths["stopped"]:
        page.table(("the dialogue ended", "items"), list(lengths["stopped"].items()))


def drift_on(page: Page, drift: list[Figures]) -> None:
    closed = [line for line in drift if line["closed"]]
    if len(closed) < 2:
        return
    page.section("Over the run", "One point a closed round, or a few rounds where there are many.")
    shares = {"accepted": "accept_rate", "answerers agree": "agreement", "off the ability mix": "off_mix"}
    charts = [LineChart("shares", [_line(name, key, closed) for name, key in shares.items()], "round", y_range=(0, 1), percent=True)]  # fmt: skip
    for title, key in (
        ("mean characters of the chain of thought", "cot"),
        ("dollars an item", "usd_per_item"),
        ("tokens an item", "tokens_per_item"),
    ):
        line = _line(title, key, closed)
        charts += [LineChart(title, [line], "round")] if line.points else []
    page.figure(*charts)


def _line(name: str, key: str, lines: list[Figures]) -> Line:
    return Line(name, [(float(line["round"]), line[key]) for line in lines if line[key] is not None])


def spending_on(page: Page, figures: Figures) -> None:
    spending, accepted = figures["spending"], figures["funnel"]["accepted"]
    page.section(
        "What it cost",
        "Calls that ended items rest on, each counted once. Failed attempts and items that are under way are not in these "
        "lines; they are in what was paid, below.",
    )
    page.table(*_spent_table("stage", spending["stages"], accepted))
    page.table(*_spent_table("model", spending["models"], accepted))
    if spending["all"]["usd"] is None:
        page.text("No endpoint has prices (usd_per_million), so there are tokens only.")
    elif spending["all"]["priced"] + spending["all"]["refused"] < spending["all"]["calls"]:
        page.note("Some endpoints have no prices: their calls count as nothing in the dollars.")


def _spent_table(name: str, lines: list[Figures], accepted: int) -> tuple[list[str], list[list[object]]]:
    header = [name, "calls", "asked again for form", "prompt tokens", "completion tokens", "USD", "USD a row", "tokens a row"]  # fmt: skip
    rows: list[list[object]] = []
    for one in lines:
        tokens = one["prompt_tokens"] + one["completion_tokens"]
        rows.append([
            one[name] or OTHER, one["calls"], one["reasked"], Cell(f"{one['prompt_tokens']:,}"), Cell(f"{one['completion_tokens']:,}"),
            None if one["usd"] is None else Cell(f"{one['usd']:,.4f}"),
            None if one["usd"] is None or not accepted else Cell(f"{one['usd'] / accepted:.5f}"),
            None if not accepted else Cell(f"{tokens / accepted:,.0f}"),
        ])  # fmt: skip
    return header, rows


def calls_on(page: Page, figures: Figures) -> None:
    calls = figures["calls"]
    page.section(
        "Calls",
        f"{calls['attempts']:,} attempts: {calls['answered']:,} answered, {calls['failed']:,} failed; {calls['calls']:,} different "
        f"calls have an answer. Answered and asked again: {calls['answered_again']:,} (should be 0). Paid in all: "
        f"{cost(calls['usd'], calls['prompt_tokens'] + calls['completion_tokens'])}.",
    )
    rows = [
        (one["model"], one["endpoint"], one["status"], one["attempts"], None if one["latency_s"] is None else f"{one['latency_s']:.2f} s")
        for one in calls["statuses"]
    ]  # fmt: skip
    if rows:
        page.table(("model", "endpoint", "ended as", "attempts", "mean time"), rows)
    if calls["faults"]:
        faults = [(one["attempts"], one["endpoint"], one["status"], one["note"]) for one in calls["faults"]]
        page.table(("attempts failed", "at", "kind", "what the server said"), faults)
    kills = calls["kills"]
    if len(calls["processes"]) > 1 or kills["kills"]:
        page.text(
            f"{counted(len(calls['processes']), 'process')} worked on the run; {kills['kills']:,} ended with calls in flight: "
            f"{kills['in_flight']:,} in all, at most {kills['most']:,} at once. {kills['repeated']:,} of them were made again and may "
            "have been paid twice; of the first time the call store has no line."
        )
        begin = min((one["first"] for one in calls["processes"]), default=0.0)
        lines = [
            (str(one["pid"]), duration(one["first"] - begin), duration(one["last"] - one["first"]), one["answered"],
             one["attempts"] - one["answered"], one["cut_off"])
            for one in calls["processes"][:500]
        ]  # fmt: skip
        page.fold(
            "processes", ("process", "began after", "for", "answered", "failed", "given up"), lines, str(len(lines))
        )


def settings_on(page: Page, settings: Figures) -> None:
    page.section("Who did it", "Settings are in synthesis.json in the run's folder.")
    page.table(("role", "model"), [(role, ", then ".join(models)) for role, models in settings["roles"].items()])
