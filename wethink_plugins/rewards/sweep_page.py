"""A sweep as one self-contained page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wethink_plugins.report import Guide, Line, LineChart, Number, Page

COLUMNS = {
    "mean_reward": "mean reward",
    "sign_flips": "pushed the other way",
    "pushed_or_not": "pushed by one only",
    "shift": "mean shift",
    "kendall": "Kendall's tau",
    "zero_variance": "groups that teach nothing",
}


def sweep_page(report: Mapping[str, Any]) -> Page:
    """From what `sweep` returns, with `file` set."""
    base = report["base"]
    page = Page("Sweep of weights, tiers and policies", f"rollouts of {report['file']}")
    page.note(report["note"])
    page.numbers(
        Number("rollouts", str(report["rollouts"]), f"{report['judged']} judged, {report['unscored']} unscored"),
        Number("groups of two and more", str(report["groups_of_two_and_more"])),
        Number("groups that teach nothing", _text(base["zero_variance"]), "by the base configuration"),
    )
    page.section(
        "Against the base",
        "Shares of rollouts whose advantage changes its sign, or is 0 in one of both; mean absolute shift of the "
        "advantage; rank order within groups; share of groups whose rewards are all the same.",
    )
    rows = [(line["setting"], *(line[name] for name in COLUMNS)) for line in (base, *report["settings"])]
    page.table(("setting", *COLUMNS.values()), rows)
    _weights(page, report)
    return page


def _weights(page: Page, report: Mapping[str, Any]) -> None:
    """Where the weight of the accuracy alone was varied, what follows it."""
    varied = [
        line for line in report["settings"] if line["weights"] and not line["tiers"] and line["unscored"] == "mean"
    ]
    if len(varied) < 2:
        return
    lines = [
        Line(
            COLUMNS[name],
            sorted((line["weights"]["accuracy"], line[name]) for line in varied if line[name] is not None),
        )
        for name in ("sign_flips", "pushed_or_not", "zero_variance")
    ]
    guides = [Guide("base, teach nothing", report["base"]["zero_variance"])] if report["base"]["zero_variance"] else []
    page.figure(LineChart("By the weight of the accuracy", lines, "weight", "share", percent=True, guides=guides))


def _text(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
