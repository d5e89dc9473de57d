"""The shadow report as one self-contained page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wethink_plugins.report import Card, Fact, Line, LineChart, Number, Page

TYPE_COLUMNS = ("rollouts", "active", "ours", "correlation", "sign_flips", "pushed_or_not")
_LONGEST = 600


def shadow_page(report: Mapping[str, Any]) -> Page:
    """From what `shadow_report` returns."""
    found, cost = report["advantages"], report["cost"]
    page = Page("Shadow report", f"journal {report['file']}: the active reward trains, ours is only journalled")
    page.note(report["note"])
    page.numbers(
        Number("compared", str(report["compared"]), f"of {report['rollouts']} rollouts"),
        Number("correlation of rewards", text_of(report["correlation"])),
        Number("pushed the other way", text_of(found["sign_flips"]), f"of {found['rollouts']} rollouts in groups"),
        Number("pushed by one only", text_of(found["pushed_or_not"])),
        Number(
            "judge calls",
            str(cost["judge_calls"]),
            f"{cost['tokens']} tokens, mean wait {text_of(cost['mean_wait_s'])} s",
        ),
        Number("dropped", str(report["dropped"]), f"{report['ours_unscored']} unscored, {report['unread']} unread"),
    )
    page.text(f"Rollouts are grouped by {report['grouped_by']}.")
    page.section(
        "By question type", "Two rewards on different scales may still push the same way; advantages compare them."
    )
    rows = [(line["question_type"], *(line[name] for name in TYPE_COLUMNS)) for line in report["by_type"]]
    page.table(("type", *(name.replace("_", " ") for name in TYPE_COLUMNS)), rows)
    _steps(page, report)
    page.section("Where they differ most", "By the difference of the advantages.")
    page.gallery([_card(card) for card in report["cards"]])
    return page


def text_of(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _steps(page: Page, report: Mapping[str, Any]) -> None:
    steps = report["by_step"]
    if len(steps) < 2:
        return
    paid = [Line(name, [(line["step"], line[name]) for line in steps]) for name in ("active", "ours")]
    apart = [Line(name.replace("_", " "), [(line["step"], line[name]) for line in steps]) for name in TYPE_COLUMNS[4:]]
    page.section("Over the steps")
    page.figure(LineChart("Mean reward", paid), LineChart("Pushed otherwise", apart, percent=True))


def _card(card: Mapping[str, Any]) -> Card:
    flipped = card["active_advantage"] * card["our_advantage"] < 0
    facts = [
        Fact("active", f"{card['active']:.3f}, advantage {card['active_advantage']:+.2f}", "bad" if flipped else ""),
        Fact("ours", f"{card['ours']:.3f}, advantage {card['our_advantage']:+.2f}", "bad" if flipped else ""),
        Fact("because", f"{card['reason']} ({card['grader']})"),
        Fact("gold", str(card["gold"])),
        Fact("answer", str(card["answer"])),
        Fact("response", _short(str(card["response"])), code=True),
    ]
    return Card(f"row {card['id']}, step {card['step']}", facts, caption=_short(str(card["question"])))


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST // 2]} […] {text[-_LONGEST // 2 :]}"
