"""The demo's report: one HTML file that tells what was done, what came of it, and what to be careful about."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import photographs
from checker import is_right
from curves import TYPES, StepFigures, training_steps
from summary import problems_of, reward_scores, shown
from teacher import MALFORMED_RATE, SLIP_RATE

from wethink_plugins.report import Card, Cell, Fact, Guide, Line, LineChart, Number, Page, data_uri

Row = dict[str, Any]
SUBTITLE = "A vision-language model of 1.2 million parameters, trained from nothing on a CPU: a supervised warm start in LLaMA-Factory, then GRPO in verl, paid by the hybrid reward."
STORY = (
    "The pictures are drawn; the questions come in twelve families and three types. Four families only ask to see (count, colour, shape, describe). "
    "Eight ask for one step of thought more (one more, how many places are empty, which fruit has this colour, ...).",
    f"The warm start imitates a teacher who sees perfectly and thinks badly: in the thinking families its answer carries its own typical slip in about {SLIP_RATE:.0%} of the "
    f"rows, as distilled data does, and about {MALFORMED_RATE:.0%} of all rows are malformed (no tags, or one that isn't closed). So this teacher is made up, and so is what there is to gain.",
    "GRPO then sees verified answers only, and no chain of thought. It is paid 0.7 for a right answer and 0.3 for the right form, and nothing else. "
    "What it can't do is teach the model to see: a reward this sparse doesn't, in a run this short.",
)
JUDGE_STORY = (
    "Descriptive answers are paid in tiers by a judge: a text model of 0.4 million parameters, trained in LLaMA-Factory on pairs of a reference and an answer from this very "
    "task, and served over HTTP while the run needs it. It can compare a count, a colour and a shape, and nothing else."
)
OFFLINE = {"judge": {"offline": True}}
"""For photographs: the demo's own judge knows nothing but drawn shapes."""
CHECKER_NOTE = (
    "Every accuracy in the numbers above and in the tables is graded by checker.py, which knows the drawn scene and shares no code with the reward. "
    "Curves by step show what the reward saw in training: sampled answers (temperature 1) to training questions, partial credit included."
)


def write_page(out: Path, target: Path) -> None:
    """Draw the page of the run in `out`."""
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    rows = [json.loads(line) for line in (out / "predictions.jsonl").read_text(encoding="utf-8").splitlines()]
    page = Page("What the hybrid reward taught a small model", SUBTITLE)
    headline(page, summary)
    page.section("What happens here", *STORY)
    judge_section(page, summary["judge"])
    draw_curves(page, training_steps(out / "journal"), summary)
    tables(page, summary)
    page.section(
        "Test questions, before and after",
        "Greedy answers to questions about scenes that were in no training data: of every family the first that turned right, or simply the first where none did; then up to four that are wrong after GRPO.",
    )
    page.gallery(gallery(out, rows))
    photograph_section(page, out / "photographs")
    closing(page, summary)
    page.write(target)


def headline(page: Page, summary: Mapping[str, Any]) -> None:
    gain = (summary["grpo_accuracy"] - summary["sft_accuracy"]) * 100
    rate = summary["format_rate"]
    page.numbers(
        Number("accuracy after GRPO", shown(summary["grpo_accuracy"]), f"{gain:+.0f} points"),
        Number("accuracy after the warm start", shown(summary["sft_accuracy"])),
        Number("the teacher's own accuracy", shown(summary["teacher_accuracy"])),
        Number(
            "shown a blank picture",
            shown(summary["blank_accuracy"]),
            f"best blind guess {shown(summary['blind_baseline'])}",
        ),
        Number(
            "well-formed rollouts",
            shown(rate["last"]),
            f"over the last five steps; {shown(rate['first'])} at the first",
        ),
        Number("rollouts left unscored", str(summary["unscored"]), f"of {summary['rollouts']:,}"),
    )


def judge_section(page: Page, judge: Mapping[str, Any] | None) -> None:
    if judge is None:
        page.section("The judge", JUDGE_STORY)
        return
    page.section(
        "The judge",
        JUDGE_STORY,
        f"Before it paid for anything it was measured on {judge['pairs']} pairs that it hadn't been trained on: it agreed with {judge['agreement']:.1%} of the labels, "
        f"with a quadratically weighted kappa of {judge['kappa_quadratic']:.3f} (judge/calibration/calibration.html, beside this page). The labels come from a rule that counts what differs.",
    )


def draw_curves(page: Page, steps: list[StepFigures], summary: Mapping[str, Any]) -> None:
    page.section("Training, step by step", CHECKER_NOTE)
    if not steps:
        page.text("The journal holds no training steps.")
        return
    named = [(kind.replace("_", " "), kind) for kind in TYPES]
    by_type = [Line(name, [(step.step, step.by_type[kind]) for step in steps]) for name, kind in named]
    whole = {"y_range": (0.0, 1.0)}
    page.figure(
        LineChart("Accuracy by type of question", by_type, y_label="accuracy in the reward", **whole),
        LineChart("Reward and accuracy", [line("reward", steps, "reward"), line("accuracy", steps, "accuracy")], y_label="mean over a step",
                  guides=[Guide("teacher, on test questions", summary["teacher_accuracy"])], **whole),
        LineChart("Form and variety", [line("well formed", steps, "format_rate"), line("groups with mixed reward", steps, "mixed_groups")],
                  y_label="share", percent=True, **whole),
        LineChart("Length of a response", [line("characters", steps, "length")], y_label="characters"),
        caption="A group whose rewards are all the same teaches nothing; the share of mixed groups falls as the model gets everything right.",
    )  # fmt: skip
    page.text(f"Unscored rollouts: {summary['unscored']}; ungradable ones: {sum(step.ungradable for step in steps)}.")


def line(name: str, steps: list[StepFigures], key: str) -> Line:
    return Line(name, [(step.step, getattr(step, key)) for step in steps])


def tables(page: Page, summary: Mapping[str, Any]) -> None:
    header = ["", "items", "teacher", "warm start", "after GRPO", "change", "blank picture", "blind guess"]
    for heading, key in (("By family of question", "per_family"), ("By type of question", "per_type")):
        page.section(heading)
        page.table(header, [table_row(name, row) for name, row in summary[key].items()])
    page.section(
        "Does the reward agree with the checker?",
        f"Share of full accuracy according to the reward: {shown(summary['reward_accuracy']['before'])} before and {shown(summary['reward_accuracy']['after'])} after GRPO, "
        f"against {shown(summary['sft_accuracy'])} and {shown(summary['grpo_accuracy'])} according to the checker; the gap is at most {summary['reward_checker_gap'] * 100:.1f} points. "
        f"They disagree about {summary['reward_checker_disagreements']['before']} and {summary['reward_checker_disagreements']['after']} answers.",
    )


def table_row(name: str, row: Mapping[str, Any]) -> list[object]:
    change = (row["after"] - row["before"]) * 100
    tone = "good" if change >= 3 else "bad" if change <= -3 else "quiet"
    figures = [row["teacher"], row["before"], row["after"], Cell(f"{change:+.0f}", tone), row["blank"], row["blind"]]
    return [name.replace("_", " "), row["n"], *figures]


def gallery(out: Path, rows: list[Row], wrong_ones: int = 4) -> list[Card]:
    """For each family the first item that turned right, else its first; then some that are wrong afterwards."""
    problems = problems_of(out / "data" / "test.jsonl")
    chosen: dict[str, Row] = {}
    for row in rows:
        if row["family"] not in chosen or (turned_right(row) and not turned_right(chosen[row["family"]])):
            chosen[row["family"]] = row
    still = [row for row in rows if not right(row, "after") and row not in chosen.values()][:wrong_ones]
    picked = [*chosen.values(), *still]
    scores = problems_of(out / "rewards.jsonl")
    return [test_card(out, row, problems[row["id"]], scores[row["id"]]) for row in picked]


def right(row: Row, stage: str) -> bool:
    return is_right(row[stage], row["family"], row["scene"])


def turned_right(row: Row) -> bool:
    return right(row, "after") and not right(row, "before")


def test_card(out: Path, row: Row, problem: Row, scores: Mapping[str, Any]) -> Card:
    facts = [
        Fact("right answer", row["gold"]),
        Fact("teacher", row["teacher"].split("<answer>")[-1].removesuffix("</answer>")),
    ]
    for stage in ("before", "after"):
        verdict = f"{stage}: {'right' if right(row, stage) else 'wrong'}, {tell(scores[stage])}"
        facts.append(Fact(verdict, row[stage], "good" if right(row, stage) else "bad", code=True))
    return Card(
        problem["problem"], facts, data_uri(out / "data" / problem["image_path"]), f"{row['family']} · {row['id']}"
    )


def tell(score: Mapping[str, Any]) -> str:
    """A score in words: the sum and its parts, or why there is none."""
    if score["overall"] is None:
        return f"unscored ({score['reason']})"
    answer = f"{score['accuracy']:g} ({score['tier']})" if score["tier"] else f"{score['accuracy']:g}"
    return f"reward {score['overall']:.2f}, answer {answer}, form {score['format']:g}"


def photograph_section(page: Page, folder: Path) -> None:
    page.section(
        "The same path on photographs",
        "Not used in training, and not shown to the model. Photographs that scikit-image ships, with questions and answers written by hand, went through the same "
        "validation and export; the reward is shown on handwritten responses, with the offline stand-in for a judge, which compares words and is no model.",
    )
    rows = photographs.read_rows()
    items = [
        {"id": row["id"], "gold": row["answer"], "question_type": row["category"], **photographs.responses_to(row)}
        for row in rows
    ]
    problems = {row["id"]: row for row in rows}
    scores = {name: reward_scores(items, problems, name, OFFLINE) for name in photographs.responses_to(rows[0])}
    page.gallery(
        [photograph_card(folder, row, {name: scores[name][i] for name in scores}) for i, row in enumerate(rows)]
    )


def photograph_card(folder: Path, row: Row, scores: Mapping[str, Any]) -> Card:
    facts = [Fact("right answer", row["answer"])]
    for name, response in photographs.responses_to(row).items():
        whole = scores[name]["accuracy"] == 1 and scores[name]["format"] == 1
        facts.append(Fact(f"{name}: {tell(scores[name])}", response, "good" if whole else "bad", code=True))
    return Card(row["problem"], facts, data_uri(folder / row["image_path"]), row["credit"])


def closing(page: Page, summary: Mapping[str, Any]) -> None:
    page.section(
        "Time and versions",
        f"Seed {summary['seed']}. {summary['seconds'] / 60:.1f} minutes in all stages together, without installing.",
    )
    page.table(["stage", "seconds"], list(summary["seconds_by_stage"].items()))
    page.table(["package", "version"], [[name, Cell(found)] for name, found in summary["versions"].items()])
    page.text(
        "predictions.jsonl beside this page holds every raw response; `python recipes/cpu/checker.py predictions.jsonl` finds the figures again."
    )
