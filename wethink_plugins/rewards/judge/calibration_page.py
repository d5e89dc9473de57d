"""The calibration of a judge as one self-contained page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from wethink_plugins.report import Cell, Guide, Line, LineChart, Number, Page
from wethink_plugins.report.page import Tone
from wethink_plugins.rewards.judge.tiers import TIERS

NAMES = {
    "agreement": "same tier",
    "kappa": "Cohen's kappa",
    "kappa_linear": "kappa, linear weights",
    "kappa_quadratic": "kappa, quadratic weights",
    "alpha_ordinal": "Krippendorff's alpha, ordinal",
    "bias": "paid minus deserved",
    "false_correct": "paid as correct though it isn't",
    "wrong_paid": "wrong and still paid",
}


def calibration_page(report: Mapping[str, Any]) -> Page:
    """From what `calibrate` returns, with `file` set."""
    page = Page(f"Judge {report['judge']}", f"measured on {report['file']}")
    page.numbers(
        _number("kappa_quadratic", report["figures"]["kappa_quadratic"]),
        _number("agreement", report["figures"]["agreement"]),
        _number("false_correct", report["figures"]["false_correct"]),
        _number("bias", report["figures"]["bias"]),
        Number("no opinion", str(report["unscored"] + report["ungradable"]), "unscored or ungradable, left out"),
    )
    if report["causes"]:
        page.note("No opinion: " + "; ".join(f"{cause} ({count})" for cause, count in report["causes"].items()))
    _figures(page, report)
    _confusion(page, report)
    _length(page, report)
    for part, lines in report["by"].items():
        _part(page, part, lines)
    _again(page, report)
    _suggestions(page, report)
    return page


def _number(name: str, figure: Mapping[str, Any]) -> Number:
    return Number(NAMES[name], _text(figure["value"]), range_text(figure))


def range_text(figure: Mapping[str, Any]) -> str:
    return "" if figure["low"] is None else f"95%: {figure['low']:.3f} to {figure['high']:.3f}"


def _text(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _figures(page: Page, report: Mapping[str, Any]) -> None:
    page.section("Agreement", "Intervals: bootstrap over questions, 95%.")
    rows = [(NAMES[name], f["value"], f["low"], f["high"]) for name, f in report["figures"].items()]
    page.table(("", "value", "low", "high"), rows)


def _confusion(page: Page, report: Mapping[str, Any]) -> None:
    page.section("Labelled against said", "Row: the label. Column: what the judge said.")
    rows = [[f"label {name}", *(_count(name, said, n) for said, n in row.items())] for name, row in _rows(report)]
    page.table(("", *TIERS), rows)
    tiers = report["tiers"]
    paid = [(tiers[name], _mean(row, tiers)) for name, row in _rows(report) if sum(row.values())]
    ideal = [(tiers[name], tiers[name]) for name in TIERS]
    lines = [Line("paid on average", sorted(paid)), Line("as labelled", sorted(ideal), dashed=True)]
    page.figure(LineChart("Paid by what was deserved", lines, "deserved", "paid", (0.0, 1.0)))


def _rows(report: Mapping[str, Any]) -> list[tuple[str, Mapping[str, int]]]:
    return list(report["confusion"].items())


def _mean(row: Mapping[str, int], tiers: Mapping[str, float]) -> float:
    return sum(tiers[name] * count for name, count in row.items()) / sum(row.values())


def _count(label: str, said: str, count: int) -> Cell:
    tone: Tone = "good" if label == said else "bad" if count and TIERS.index(said) < TIERS.index(label) else ""
    return Cell(str(count), tone if count else "quiet")


def _length(page: Page, report: Mapping[str, Any]) -> None:
    length = report["length"]
    if not length:
        return
    page.section("Length", f"Spearman's correlation of length with overpayment: {_text(length['correlation'])}.")
    lines = [Line(name, [(part["words"], part[name]) for part in length["quarters"]]) for name in ("paid", "deserved")]
    page.figure(LineChart("Short and long answers", lines, "words of the answer", "accuracy", (0.0, 1.0)))


def _part(page: Page, part: str, lines: Sequence[Mapping[str, Any]]) -> None:
    if len(lines) < 2:
        return
    page.section(f"By {part.replace('_', ' ')}")
    names = ("rows", "agreement", "kappa_quadratic", "bias", "false_correct")
    header = (part.replace("_", " "), *(NAMES.get(name, name) for name in names))
    page.table(header, [[line[part], *(line[name] for name in names)] for line in lines])


def _again(page: Page, report: Mapping[str, Any]) -> None:
    repeats, exchanged = report["repeats"], report["exchanged"]
    if repeats:
        text = (
            f"{repeats['rows']} rows asked {repeats['times']} times: {_text(repeats['changed'])} of them change tier."
        )
        page.section("Asked again", text, f"Krippendorff's alpha of the repeats: {_text(repeats['alpha_ordinal'])}.")
    if exchanged:
        text = f"{exchanged['rows']} rows labelled correct, answer and reference exchanged: {_text(exchanged['changed'])} change tier."
        page.section("Order", text)


def _suggestions(page: Page, report: Mapping[str, Any]) -> None:
    found = report["suggested"]
    page.section("What the tiers might be worth")
    page.note("Fitted to these labels and no others; other questions may ask for other values.")
    page.table(("tier", "configured", "suggested"), [(n, report["tiers"][n], found["values"][n]) for n in TIERS])
    page.text(f"Root mean square error {_text(found['error_now'])} now, {_text(found['error_suggested'])} suggested.")
    rows = [(one["tiers"], one["count"], one["agreement"], one["kappa"]) for one in report["merged"]]
    page.table(("tiers thrown together", "tiers left", "same", "kappa"), rows)
    points = sorted((i, one["kappa"]) for i, one in enumerate(report["merged"]) if one["kappa"] is not None)
    if points and report["figures"]["kappa"]["value"] is not None:
        guide = Guide("all four", report["figures"]["kappa"]["value"])
        page.figure(LineChart("Kappa by merging", [Line("kappa", points)], "row of the table", "kappa", guides=[guide]))
