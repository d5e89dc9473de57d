"""The audit's report as one self-contained page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from wethink_plugins.datasets.audit.criteria import CRITERIA
from wethink_plugins.datasets.audit.pictures import NoPicture, shown
from wethink_plugins.datasets.audit.sample import SampledRow, read_sample
from wethink_plugins.datasets.audit.strata import paths_of, strata_text
from wethink_plugins.datasets.audit.verdict import ALL, NAMES
from wethink_plugins.report import Card, Cell, Fact, Number, Page, data_uri
from wethink_plugins.report.page import Tone

# Chosen: pictures of more rows would make the page heavy; the table has all of them.
_CARDS = 48
_LONGEST = 400


def audit_page(figures: Mapping[str, Any]) -> Page:
    """From what `audit_figures` returns; the rows' texts and pictures are read from the audit's folder."""
    page = Page("Audit", f"{figures['rows']} of {figures['population']} rows of {figures['file']}")
    _unfinished(page, figures)
    page.numbers(*(_number(name, figures["rates"][name]["overall"]) for name in NAMES))
    strata = strata_text(len(figures["rates"][ALL]["strata"]), figures["by"])
    page.text(
        f"Shares of yes among rows marked yes or no, with 95% intervals (Wilson), weighted by the size of {strata} in "
        "the whole file. Of several annotators the majority counts; where they are even the row is split, and counts for "
        "neither side. Unsure counts for neither side either. All three counts the rows that are decided on each."
    )
    page.section("What was asked").table(("criterion", "yes means"), list(CRITERIA.items()))
    _annotators(page, figures)
    for name in figures["by"]:
        _by(page, name, figures)
    if len(figures["by"]) > 1:
        _strata(page, figures)
    _bad(page, figures)
    return page


def percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f} %"


def share_text(rate: Mapping[str, Any]) -> str:
    """`93.5 % (89.2 to 96.2)`."""
    if rate["rate"] is None:
        return "–"
    return f"{percent(rate['rate'])} ({100 * rate['low']:.1f} to {100 * rate['high']:.1f})"


def counts_text(rate: Mapping[str, Any]) -> str:
    """`186 yes, 13 no, 1 unsure`: what there is."""
    said = ", ".join(f"{rate[name]} {name}" for name in ("yes", "no", "unsure", "split", "open") if rate[name])
    return said or "no rows"


def _unfinished(page: Page, figures: Mapping[str, Any]) -> None:
    number = len(figures["open"])
    if number:
        page.note(
            f"Unfinished: {number} of {figures['rows']} rows aren't marked on all criteria by anyone, and count nowhere."
        )
    covered = min(figures["rates"][name]["overall"]["covered"] for name in NAMES)
    if covered < 1:
        page.note(
            f"Some strata have no row that is decided; the rates speak for {percent(covered)} of the file's rows at least."
        )


def _number(name: str, rate: Mapping[str, Any]) -> Number:
    interval = "" if rate["rate"] is None else f"95%: {100 * rate['low']:.1f} to {100 * rate['high']:.1f}. "
    return Number(name, percent(rate["rate"]), interval + counts_text(rate))


def _annotators(page: Page, figures: Mapping[str, Any]) -> None:
    page.section("Annotators", "Each marked alone, without seeing what the others said.")
    rows = [
        (one["name"], one["done"], one["partly"], *(share_text(one["rates"][name]) for name in NAMES))
        for one in figures["annotators"]
    ]
    page.table(("annotator", "rows done", "partly", *NAMES), rows)
    if not figures["agreement"]:
        page.text("One annotator: nothing can be said about agreement.")
        return
    page.section(
        "Agreement",
        "Over rows that more than one marked. Unsure is a category of its own; same is the share of pairs of marks that "
        "are the same, kappa is Cohen's (with a bootstrap interval), alpha is Krippendorff's for nominal data. A dash: not "
        "defined, as where all marks are alike.",
    )
    rows = [
        (name, one["rows"], percent(one["percent"]), _kappa(one), one["alpha"])
        for name, one in figures["agreement"].items()
    ]
    page.table(("criterion", "rows", "same", "kappa", "alpha"), rows)
    pairs = [
        (" and ".join(pair["annotators"]), name, pair["rows"], percent(pair["percent"]), _kappa(pair))
        for name, one in figures["agreement"].items()
        for pair in one["pairs"]
        if len(one["pairs"]) > 1
    ]
    if pairs:
        page.table(("annotators", "criterion", "rows", "same", "kappa"), sorted(pairs))


def _kappa(one: Mapping[str, Any]) -> str:
    if one["kappa"] is None:
        return "–"
    low_high = one["kappa_interval"]
    return f"{one['kappa']:.3f}" + (f" ({low_high[0]:.3f} to {low_high[1]:.3f})" if low_high else "")


def _by(page: Page, name: str, figures: Mapping[str, Any]) -> None:
    rates = figures["rates"]
    page.section(f"By {name.replace('_', ' ')}")
    values = rates[ALL]["by"][name]
    page.table(
        (name.replace("_", " "), *NAMES),
        [(value, *(_cell(rates[key]["by"][name][value]) for key in NAMES)) for value in values],
    )


def _strata(page: Page, figures: Mapping[str, Any]) -> None:
    rates = figures["rates"]
    page.section("By stratum", "Few rows each: the intervals are wide.")
    rows = [
        (
            " / ".join(one["stratum"]),
            one["file_rows"],
            *(_cell(rates[name]["strata"][i]) for name in NAMES),
        )
        for i, one in enumerate(rates[ALL]["strata"])
    ]
    page.table(("stratum", "rows in the file", *NAMES), rows)


def _cell(rate: Mapping[str, Any]) -> Cell:
    decided = rate["yes"] + rate["no"]
    text = f"{share_text(rate)} of {decided}" if decided else "–"
    return Cell(text, "" if decided else "quiet", counts_text(rate))


def _bad(page: Page, figures: Mapping[str, Any]) -> None:
    bad, rows = figures["bad"], read_sample(Path(figures["folder"])).rows
    page.section("Rows marked bad", f"{len(bad)} rows that anyone gave a no." if bad else "No row got a no.")
    if bad:
        page.table(("id", "line", "stratum", *CRITERIA, "comments"), [_line(one) for one in bad])
        page.gallery([_card(one, rows[one["place"]], figures["images"]) for one in bad[:_CARDS]])
    if len(bad) > _CARDS:
        page.text(f"The first {_CARDS} of them are shown with their pictures.")
    if figures["commented"]:
        page.section("Comments on other rows")
        page.table(("id", "line", "stratum", *CRITERIA, "comments"), [_line(one) for one in figures["commented"]])


def _line(one: Mapping[str, Any]) -> Sequence[object]:
    tones: dict[str, Tone] = {"no": "bad", "split": "bad", "yes": "good"}
    held = (Cell(one["held"][name], tones.get(one["held"][name], "quiet")) for name in CRITERIA)
    return (one["id"], one["line"], " / ".join(one["stratum"]), *held, _comments(one))


def _comments(one: Mapping[str, Any]) -> str:
    return "; ".join(f"{name}: {text}" for name, text in one["comments"].items())


def _card(one: Mapping[str, Any], row: SampledRow, folder: str) -> Card:
    record = row.record
    said = [
        Fact(
            f"{name} says",
            ", ".join(f"{key} {value}" for key, value in marks.items()),
            "bad" if "no" in marks.values() else "",
        )
        for name, marks in one["marks"].items()
    ]
    comments = [Fact(f"{name} comments", text) for name, text in one["comments"].items()]
    texts = [Fact(label, _short(record.get(key)), code=True) for key, label in _SHOWN.items() if record.get(key)]
    image, caption = _picture(row, folder)
    return Card(f"row {row.id}, line {row.line}", [*said, *comments, *texts], image, caption)


_SHOWN = {"problem": "problem", "answer": "gold answer", "refined_cot": "reasoning"}


def _picture(row: SampledRow, folder: str) -> tuple[str, str]:
    """The first image, and what is to be said about images."""
    paths = paths_of(row.record)
    if not paths:
        return "", "no image"
    try:
        return data_uri(shown(paths[0], folder, 480).data), paths[0] + (
            f" and {len(paths) - 1} more" if paths[1:] else ""
        )
    except NoPicture as reason:
        return "", str(reason)


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST // 2]} […] {text[-_LONGEST // 2 :]}"
