"""The study of arms: which rows and stages an arm has, what is read of a finished one, and what is drawn."""

import json
import sqlite3

import pytest

arms = pytest.importorskip("arms")

from ablation_arms import ARMS, HYBRID, STUDIES, Ablation  # noqa: E402
from arm_training import Budget  # noqa: E402
from arms_figures import Look, Outcome, curve, read_outcomes, requests_sent  # noqa: E402
from arms_report import accuracy_table, as_markdown, chart, judge_table, page_of, steps_table  # noqa: E402
from control_arms import ARMS as REWARDS  # noqa: E402

from wethink_plugins.endpoints.limits import Limits  # noqa: E402
from wethink_plugins.endpoints.records import AttemptRecord  # noqa: E402
from wethink_plugins.endpoints.store import CallStore  # noqa: E402

ROWS = [{"id": f"r{i}", "category": kind} for i, kind in enumerate(["descriptive", "fill_in_blank", "descriptive"])]
SCENE = {"cells": [0, 1], "shape": "square", "colour": "red"}


@pytest.fixture
def run(tmp_path):
    """As much of a finished run of demo.py as arms look at before they train."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "train.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    (tmp_path / "data" / "more.jsonl").write_text(json.dumps(ROWS[0]) + "\n")
    per_type = {kind: {"before": 0.4} for kind in ("multiple_choice", "fill_in_blank", "descriptive")}
    summary = {"seed": 3, "sft_accuracy": 0.4, "per_type": per_type, "format_rate": {"first": 0.7}}
    (tmp_path / "summary.json").write_text(json.dumps(summary))
    return tmp_path


@pytest.mark.parametrize(
    ("types", "kept"), [((), 3), (("descriptive",), 2), (("descriptive", "fill_in_blank"), 3), (("fill_in_blank",), 1)]
)
def test_an_arm_is_trained_on_the_types_it_names(run, types, kept):
    arms.Rows(types=types).select(run / "data" / "train.jsonl", run / "out.jsonl")
    lines = [json.loads(line) for line in (run / "out.jsonl").read_text().splitlines()]
    assert len(lines) == kept and {line["category"] for line in lines} <= set(types or ["descriptive", "fill_in_blank"])


def test_types_that_are_not_there_are_an_error_with_the_file(run):
    with pytest.raises(ValueError, match=r"train\.jsonl: no row of type multiple_choice"):
        arms.Rows(types=("multiple_choice",)).select(run / "data" / "train.jsonl", run / "out.jsonl")


def test_arms_share_rows_and_only_different_rows_are_exported_apart(run):
    names = [stage.name for stage in Ablation(run, None, list(ARMS)).stages()]
    assert names[:4] == ["rows", "rows-multiple_choice", "rows-fill_in_blank", "rows-descriptive"]
    assert len(names) == 4 + len(ARMS) == len(set(names))


def test_an_arm_may_bring_rows_of_its_own(run):
    class Own(arms.Arms):
        folder = "own"
        arms = {  # noqa: RUF012
            "base": arms.Arm("the run's rows"),
            "more": arms.Arm("others", rows=arms.Rows("more", "data/more.jsonl", "pictures")),
        }

    stages = {stage.name: stage for stage in Own(run, 2, ["base", "more"]).stages()}
    assert stages["rows-more"].makes == ["more.parquet"] and run / "data" / "more.jsonl" in stages["rows-more"].sources
    assert stages["more"].after == ["rows-more"] and stages["base"].after == ["rows"]


def digests(run, arm):
    from stages import digest_of

    class One(arms.Arms):
        folder = "one"
        arms = {"it": arm}  # noqa: RUF012

    rows, trained = One(run, None, ["it"]).stages()
    first = digest_of(rows, {})
    return digest_of(trained, {rows.name: first})


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (arms.Arm("another title"), True),
        (arms.Arm("it", group=4), False),
        (arms.Arm("it", reward="rules only"), False),
        (arms.Arm("it", rows=arms.Rows("more", "data/more.jsonl")), False),
        (arms.Arm("it", rows=arms.Rows("d", types=("descriptive",))), False),
    ],
)
def test_an_arm_is_trained_again_when_what_it_depends_on_changes(run, other, same):
    assert (digests(run, arms.Arm("it")) == digests(run, other)) is same


def test_rows_that_change_make_an_arm_stale(run):
    before = digests(run, arms.Arm("it"))
    (run / "data" / "train.jsonl").write_text(json.dumps(ROWS[0]) + "\n")
    assert digests(run, arms.Arm("it")) != before


@pytest.mark.parametrize(("group", "prompts"), [(None, 32), (2, 128), (4, 64), (8, 32), (16, 16)])
def test_another_group_size_keeps_the_answers_a_step(group, prompts):
    budget = Budget.read(None, group)
    assert (budget.prompts, budget.prompts * budget.group) == (prompts, 256)


def test_a_group_size_that_does_not_fit_is_an_error():
    with pytest.raises(ValueError, match="--group 7: 256 answers"):
        Budget.read(None, 7)


def test_every_study_has_arms_that_exist_and_every_reward_is_known():
    assert {name for study in STUDIES for name in study.arms} == set(ARMS)
    assert all(HYBRID in study.arms for study in STUDIES)
    assert all(arm.reward in REWARDS for arm in ARMS.values())


def look(step, multiple_choice, descriptive):
    return Look(step, {"multiple_choice": (multiple_choice, 10), "descriptive": (descriptive, 10)})


LOOKS = [look(0, 2, 4), look(4, 9, 6), look(8, 9, 7), look(12, 10, 9)]
TYPES = dict.fromkeys(("multiple_choice", "fill_in_blank", "descriptive"), 0.9)
STARTS = dict.fromkeys(TYPES, 0.4)


def outcome(looks=LOOKS, accuracy=0.9, judged=None, sent=25):
    judged = {step: 10 for step in range(12)} if judged is None else judged
    return Outcome(0.4, STARTS, accuracy, TYPES, looks, judged, 400, sent, 0.75, 48)


@pytest.mark.parametrize(
    ("level", "kind", "steps"),
    [(0.8, None, 8), (0.76, None, 4.8), (0.55, "multiple_choice", 2), (0.2, "multiple_choice", 0),
     (0.9, "descriptive", 12), (0.99, None, None), (0.5, "fill_in_blank", None)],
)  # fmt: skip
def test_steps_to_a_level_lie_on_the_line_between_two_looks(level, kind, steps):
    assert outcome().steps_to(level, kind) == (steps if steps is None else pytest.approx(steps))


def test_an_arm_without_looks_reached_nothing():
    assert outcome([]).steps_to(0.1) is None


def test_judged_answers_are_counted_up_to_there():
    assert outcome().judged_until(0.8) == 80 and outcome().judged_until(0.99) is None
    assert outcome().judged_until(0.76) == 50


@pytest.mark.parametrize(
    ("accuracy", "judged", "calls"), [(0.9, None, 120 / 50), (0.4, None, None), (0.3, None, None), (0.9, {}, None)]
)
def test_calls_for_a_point_need_a_gain_and_calls(accuracy, judged, calls):
    one = outcome(accuracy=accuracy, judged=judged)
    assert one.per_point(one.all_judged) == (calls if calls is None else pytest.approx(calls))


def test_a_curve_is_the_mean_of_the_seeds_that_have_the_look():
    assert curve({0: outcome(), 1: outcome(LOOKS[:1])}, "multiple_choice") == [(0, 0.2), (4, 0.9), (8, 0.9), (12, 1.0)]


def journalled(step, kind, answer, asked, overall=1.0):
    """A line of a journal, as far as it is read here."""
    known = {"group": f"{step}/{kind}", "step": step, "split": "train", "question_type": kind, "response": "..."}
    scores = {"overall": overall, "accuracy": overall, "format": 1.0, "status": "scored", "reason": ""}
    return {**known, **scores, "answer": answer, "judge_called": asked, "id": kind, "method": "rule"}


LINES = [
    journalled(0, "descriptive", "two red squares", True),
    journalled(0, "descriptive", None, False, 0.0),
    journalled(0, "multiple_choice", "A", False),
    journalled(1, "descriptive", "two red squares", True),
    journalled(1, "descriptive", "two", True),
]


def finish(run, name):
    """Leave what a finished arm leaves."""
    folder = run / Ablation.folder / arms.folder_of(name)
    (folder / "journal").mkdir(parents=True)
    (folder / "journal" / "journal-1-0.jsonl").write_text("".join(json.dumps(line) + "\n" for line in LINES))
    answer = {
        "id": "t",
        "family": "describe",
        "question_type": "descriptive",
        "gold": "two red squares",
        "scene": SCENE,
    }
    texts = ["<answer>two red squares</answer>", "<answer>two red circles</answer>"]
    (folder / "answers.jsonl").write_text("".join(json.dumps({**answer, "response": text}) + "\n" for text in texts))
    (folder / "probe.jsonl").write_text('{"step": 0, "right_of": {"descriptive": [1, 4]}}\n')
    with sqlite3.connect(folder / "calls.sqlite") as calls:
        calls.execute("CREATE TABLE attempts (id INTEGER PRIMARY KEY)")
        calls.executemany("INSERT INTO attempts VALUES (?)", [(1,), (2,)])


def test_a_finished_arm_is_read(run):
    finish(run, HYBRID)
    one = read_outcomes(Ablation, [run])[HYBRID][3]
    assert (one.start, one.accuracy, one.per_type["descriptive"], one.per_type["multiple_choice"]) == (
        0.4,
        0.5,
        0.5,
        None,
    )
    assert (dict(one.judged), one.answered, one.sent, one.prompts) == ({0: 1, 1: 2}, 4, 2, 3)
    assert one.looks == [Look(0, {"descriptive": [1, 4]})] and one.looks[0].accuracy() == 0.25


def test_what_the_judge_says_for_the_journal_alone_is_no_call(run):
    finish(run, "rules only")
    one = read_outcomes(Ablation, [run])["rules only"][3]
    assert (one.all_judged, one.sent, one.per_point(one.all_judged)) == (0, 0, None)


def test_the_store_of_a_real_client_is_counted(tmp_path):
    store = CallStore(tmp_path / "calls.sqlite")
    attempt = AttemptRecord(0.0, "key", "endpoint", "model", "ok", 200, 3, 2, None, 0.1)
    store.record("run", 1, [attempt] * 2, [], Limits())
    store.close()
    assert requests_sent(tmp_path / "calls.sqlite") == 2 and requests_sent(tmp_path / "none.sqlite") == 0


def test_tables_have_a_row_for_the_start_and_each_arm():
    outcomes = {HYBRID: {0: outcome(), 1: outcome(LOOKS[:2])}, "rules only": {0: outcome(judged={}, sent=0)}}
    starts, hybrid, rules = accuracy_table(outcomes)[1:]
    assert starts == ["warm start", "2", "0.400", "0.400, 0.400", "0.400", "0.400", "0.400"]
    assert hybrid[:4] == [HYBRID, "2", "0.900", "0.900, 0.900"] and rules[1] == "1"
    hybrid, rules = steps_table(outcomes)[1:]
    assert hybrid[1:] == ["8.0, never", "10.7, never", "3.4, 3.4", "never, never", "10.0, never", "0.750"]
    hybrid, rules = judge_table(outcomes)[1:]
    assert hybrid[1:] == ["400", "120", "-", "2.4", "25", "0.5"] and rules[1:] == ["400", "0", "0", "-", "0", "-"]
    tables = as_markdown(outcomes).split("\n\n")
    assert [len({line.count("|") for line in table.splitlines()}) for table in tables] == [1, 1, 1]


def test_the_page_draws_the_studies_whose_arms_are_there():
    html = page_of("title", "lead", STUDIES, {HYBRID: {0: outcome()}, "groups of 2": {0: outcome()}}).html()
    assert html.count('role="img"') == 4 + 4 + 1 and "groups of 16" not in html and "groups of 2" in html
    assert 'role="img"' not in page_of("title", "lead", STUDIES, {}).html()


def test_lines_of_a_chart_are_means_of_the_seeds_that_all_its_arms_have():
    better = [look(0, 10, 10)]
    outcomes = {HYBRID: {0: outcome(LOOKS[:1]), 1: outcome(better)}, "rules only": {0: outcome(LOOKS[:1])}}
    assert [line.points for line in chart("it", [HYBRID, "rules only", "groups of 2"], outcomes).lines] == [
        [(0, 0.3)]
    ] * 2
    assert chart("it", [HYBRID], outcomes).lines[0].points == [(0, pytest.approx(0.65))]
