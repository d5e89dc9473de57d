"""Of the page: what the rows are made of, and how far the answerers agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from wethink_plugins.report import Bar, Page
from wethink_plugins.synthesis.report.answers import CHOICES, NOT_ASKED
from wethink_plugins.synthesis.report.share import per_cent, with_interval

Figures = Mapping[str, Any]


_KINDS = {"abilities": "Ability combinations", "question_types": "Question types", "domains": "Domains"}


def mix_on(page: Page, mix: Figures) -> None:
    page.section(
        "What the rows are made of",
        "Reasoning is needed by every question and isn't named. What a row needs is what the checker found, where one was "
        "asked; what it was asked for is counted over all ended items that had a target.",
    )
    for note in mix["notes"]:
        page.note(note)
    for kind, title in _KINDS.items():
        if mix[kind]["values"]:
            page.table(*_mix_table(title, mix[kind]), caption=_mix_caption(mix[kind]))
    if mix["ability_checks"]:
        rows = [(one["ability"], with_interval(one["confirmed"]), one["confirmed"]["total"]) for one in mix["ability_checks"]]  # fmt: skip
        page.table(
            ("ability asked for", "found by the checker", "checked"),
            rows,
            caption="Every checked item, rejected ones too: what is asked of a model isn't what it writes.",
        )


def _mix_table(title: str, kind: Figures) -> tuple[list[str], list[list[object]]]:
    most = max((max(one["wanted"] or 0, one["accepted"]["rate"] or 0) for one in kind["values"]), default=0) or 1
    header = [title.lower(), "wanted", "accepted", "rows", *(["asked for"] if kind["values"][0]["asked"] is not None else [])]  # fmt: skip
    rows = []
    for one in kind["values"]:
        wanted = _bar(one["wanted"], most, 0) if one["wanted"] is not None else None
        rows.append([one["name"], wanted, _bar(one["accepted"]["rate"], most, 1), one["accepted"]["count"]])
        rows[-1] += [one["asked"]] if one["asked"] is not None else []
    return header, rows


def _bar(share: float | None, most: float, colour: int) -> Bar:
    return Bar(per_cent(share), [*[0.0] * colour, (share or 0.0) / most])


def _mix_caption(kind: Figures) -> str:
    parts = []
    if kind["distance"] is not None:
        parts.append(f"{per_cent(kind['distance'])} of the rows would have to be others to meet the mix.")
    if kind["unlisted"]:
        parts.append(f"{kind['unlisted']:,} rows of rarer values are not listed.")
    return " ".join(parts)


def origins_on(page: Page, origins: list[Figures]) -> None:
    rows = [(one["source"], one["licence"], one["ended"], one["accepted"], with_interval(one["accept_rate"])) for one in origins]  # fmt: skip
    page.section("Where the images come from")
    page.table(("source", "licence", "items", "accepted", "accept rate"), rows)


def agreement_on(page: Page, answers: Figures) -> None:
    page.section(
        "How far the answerers agree",
        "Every item on which both answered and were compared, whatever became of it. One answerer sees the picture, the "
        "other reads the description. Agreement is no proof: both can be wrong alike. The domain is the one that who asked named. Intervals are Wilson's, 95%.",
    )
    if not answers["all"]["agree"]["total"]:
        page.text("No two answers were compared.")
        return
    header = ("share that agree", "agree", "disagree")
    page.table(("", *header), [_agree_row(answers["all"])], caption=_compared_by(answers["compared_by"]))
    for by, title in (("question_type", "question type"), ("ability", "ability"), ("domain", "domain")):
        page.table((title, *header), [_agree_row(line) for line in answers[by]])
    page.section(
        "What the arbiter made of it",
        "Of the disagreements that it decided. Overturned: the answer of who sees the picture did not stand, so text or "
        "neither was right. Not decided: no arbiter was asked, or its item ended before.",
    )
    if not answers["all"]["disagree"]:
        page.text("The answerers never disagreed.")
    else:
        columns = ("of", "disagree", "decided", *CHOICES, "overturned", "not decided")
        page.table(columns, _arbiter_rows([answers["all"], *answers["question_type"], *answers["ability"]]))
        page.fold("by domain", columns, _arbiter_rows(answers["domain"]))
    _confusion(page, answers)


def _agree_row(line: Figures) -> list[object]:
    share = line["agree"]
    return [line["name"], Bar(with_interval(share), [share["rate"] or 0.0]), share["count"], line["disagree"]]


def _compared_by(by: Figures) -> str:
    return ", ".join(f"{number:,} compared by {name}" for name, number in by.items()) + "."


def _arbiter_rows(lines: Sequence[Figures]) -> list[list[object]]:
    return [_arbiter_row(line) for line in lines if line["disagree"]]


def _arbiter_row(line: Figures) -> list[object]:
    return [
        line["name"], line["disagree"], line["arbitrated"], *(line[choice]["count"] for choice in CHOICES),
        with_interval(line["overturned"]), line[NOT_ASKED],
    ]  # fmt: skip


def _confusion(page: Page, answers: Figures) -> None:
    letters, gold, types = answers["letters"], answers["gold_letters"], answers["asked_and_written_type"]
    if letters["names"]:
        page.section(
            "Confusion", "Letters that the two gave to multiple choices: rows are who sees, columns who reads."
        )
        page.table(("sees \\ reads", *letters["names"]), _with_names(letters))
    if gold:
        total = sum(gold.values())
        page.table(
            ("right letter", "of accepted multiple choices", "rows"),
            [(name, Bar(per_cent(number / total), [number / total]), number) for name, number in gold.items()],
        )
    off = any(number for i, row in enumerate(types["counts"]) for j, number in enumerate(row) if i != j)
    if off:
        page.table(
            ("asked \\ written", *types["names"]),
            _with_names(types),
            caption="Question types that were asked for, and what was written.",
        )


def _with_names(matrix: Figures) -> list[list[object]]:
    return [[name, *row] for name, row in zip(matrix["names"], matrix["counts"], strict=True)]
