"""Calibration and stability with judges whose faults are known beforehand."""

import json
import math
from pathlib import Path

import pytest

from wethink_plugins import HybridReward
from wethink_plugins.config import WeThinkConfig
from wethink_plugins.errors import Ungradable, Unscored
from wethink_plugins.rewards.judge import Judgement, offline
from wethink_plugins.rewards.judge.calibration import calibrate, words
from wethink_plugins.rewards.judge.calibration_page import calibration_page
from wethink_plugins.rewards.judge.edits import reordered
from wethink_plugins.rewards.judge.labelled import LabelledRow, read_labelled
from wethink_plugins.rewards.judge.offline import OfflineJudge
from wethink_plugins.rewards.judge.stability import stability

CHECKOUT = Path(__file__).resolve().parents[3]
CONFIG = WeThinkConfig()
ROWS = read_labelled()
BY_TEXT = {(row.question, row.answer): row for row in ROWS}


class Judge:
    """Says what `verdict(row, answer, salt)` returns, or raises it."""

    name = "known"

    def __init__(self, verdict):
        self.verdict, self.asked = verdict, []

    async def judge(self, sample, answer):
        self.asked.append((sample.id, sample.meta.get("salt", "")))
        said = self.verdict(BY_TEXT.get((sample.question, answer)), answer, sample.meta.get("salt", ""))
        if isinstance(said, Exception):
            raise said
        return Judgement(said, "as told")


def figures(judge, **more):
    report = calibrate(judge, CONFIG, ROWS, rounds=50, **more)
    return report, {name: figure["value"] for name, figure in report["figures"].items()}


def test_a_perfect_judge():
    report, found = figures(Judge(lambda row, *_: row.tier))
    assert (found["agreement"], found["kappa_quadratic"], found["alpha_ordinal"]) == (1, 1, 1)
    assert (found["bias"], found["false_correct"], found["wrong_paid"]) == (0, 0, 0)
    assert report["suggested"]["values"] == CONFIG.judge.tiers
    assert report["merged"][0]["kappa"] == 1


def test_a_judge_that_pays_everything():
    report, found = figures(Judge(lambda *_: "correct"))
    assert (found["false_correct"], found["wrong_paid"]) == (1, 1)
    assert found["kappa"] == pytest.approx(0)
    assert found["bias"] > 0.4
    values = set(report["suggested"]["values"].values())
    assert report["suggested"]["error_suggested"] < report["suggested"]["error_now"] and max(values) < 0.6


def test_a_judge_that_likes_length():
    report, _ = figures(Judge(lambda row, *_: "correct" if words(row.answer) > 14 else "wrong"))
    quarters = report["length"]["quarters"]
    assert report["length"]["correlation"] > 0.3
    assert quarters[0]["bias"] < -0.3 and quarters[-1]["bias"] > 0.3


def test_a_judge_that_tells_only_two_tiers_is_told_which():
    two = {"correct": "correct", "mostly": "correct", "partly": "wrong", "wrong": "wrong"}
    report, _ = figures(Judge(lambda row, *_: two[row.tier]))
    assert report["merged"][0]["tiers"] == "correct+mostly | partly+wrong"
    assert report["suggested"]["values"]["correct"] == pytest.approx(0.86, abs=0.02)


def test_no_opinion_is_counted_apart_and_changes_no_figure():
    faults = {"exact": Unscored("429 for 60 s"), "injection": Ungradable("content filter")}
    report, found = figures(Judge(lambda row, *_: faults.get(row.kind, row.tier)))
    counts = [sum(row.kind == kind for row in ROWS) for kind in faults]
    assert [report["unscored"], report["ungradable"]] == counts
    assert report["with_opinion"] == len(ROWS) - sum(counts)
    assert (found["agreement"], found["bias"]) == (1, 0)
    assert "429 for 60 s" in report["causes"]


def test_a_dead_judge_gives_a_report_without_numbers():
    report, found = figures(Judge(lambda *_: Unscored("connection refused")))
    assert set(found.values()) == {None} and report["with_opinion"] == 0
    assert report["causes"] == {"connection refused": len(ROWS)}
    assert "connection refused" in calibration_page({"file": "f", **report}).html()


def test_repeats_are_asked_with_their_own_salt_and_compared():
    judge = Judge(lambda row, answer, salt: "wrong" if salt and row.kind == "exact" else row.tier)
    report, _ = figures(judge, repeats=3)
    assert len(judge.asked) == len(set(judge.asked)) == 3 * len(ROWS)
    exact = sum(row.kind == "exact" for row in ROWS)
    assert report["repeats"]["changed"] == pytest.approx(exact / len(ROWS))
    assert 0.9 < report["repeats"]["alpha_ordinal"] < 1
    steady, _ = figures(Judge(lambda row, *_: row.tier), repeats=2)
    assert (steady["repeats"]["changed"], steady["repeats"]["spread"]) == (0, 0)


def test_the_order_of_answer_and_reference():
    report, _ = figures(Judge(lambda row, *_: "wrong" if row is None else row.tier), exchange=True)
    correct = [row for row in ROWS if row.tier == "correct"]
    # This judge knows only answers; of the references those that occur as an answer too.
    same = sum((row.question, row.reference) in BY_TEXT for row in correct)
    assert report["exchanged"] == {"rows": len(correct), "changed": pytest.approx(1 - same / len(correct))}


def test_the_report_is_json_and_the_page_is_whole():
    report, _ = figures(OfflineJudge(), repeats=2, exchange=True)
    assert all(math.isfinite(f["value"]) for f in json.loads(json.dumps(report, allow_nan=False))["figures"].values())
    html = calibration_page({"file": "<b>rows</b>", **report}).html()
    assert "&lt;b&gt;rows" in html and html.count("<svg") >= 3 and "swapped_entities" in html


def test_the_stand_in_says_of_itself_what_it_measures():
    report, found = figures(OfflineJudge())
    text = " ".join(offline.__doc__.split())
    assert f"the {report['rows']} labelled answers" in text
    for says, name in [
        ("same tier", "agreement"),
        ("Cohen's kappa", "kappa"),
        ("quadratically weighted kappa", "kappa_quadratic"),
        ("paid as correct though it isn't", "false_correct"),
        ("wrong and still paid", "wrong_paid"),
    ]:
        assert f"{says} {found[name]:.3f}" in text, name
    assert "stand-in" in text
    page, readme = ((CHECKOUT / name).read_text() for name in ("docs/judge-tools.md", "README.md"))
    kappa, same, falsely = (found[name] for name in ("kappa_quadratic", "agreement", "false_correct"))
    assert f"weighted kappa {kappa:.3f}, same tier {same:.3f}" in page
    assert f"it isn't {falsely:.3f}" in " ".join(page.split())
    assert f"kappa of {kappa:.3f} and takes {falsely:.1%}" in readme
    assert f"{report['rows']} answers" in page and f"{report['rows']} labelled answers" in readme


def test_stability_finds_the_edit_that_a_judge_follows():
    judge = Judge(lambda row, answer, salt: "correct" if "Thank you" in answer else "partly")
    lines = {line["edit"]: line for line in stability(judge, CONFIG, ROWS, repeats=2)["edits"]}
    assert lines["thanks"]["changed"] == 1 and lines["thanks"]["paid_more"] == pytest.approx(0.7)
    assert {line["changed"] for name, line in lines.items() if name != "thanks"} == {0}
    assert lines["asked again"]["asked"] == len(ROWS) and 0 < lines["reordered"]["asked"] < len(ROWS) / 4


REORDERED = [
    ("The cat sleeps. A dog barks.", "A dog barks. The cat sleeps."),
    ("The cat sleeps. It snores.", "The cat sleeps. It snores."),
    ("Blue: paper. Green: glass", "Green: glass. Blue: paper."),
    ("One sentence.", "One sentence."),
    ("It cost 3.50 euros.", "It cost 3.50 euros."),
]


@pytest.mark.parametrize(("answer", "after"), REORDERED)
def test_sentences_are_moved_only_where_each_stands_alone(answer, after):
    assert reordered(answer) == after


def test_words_of_scripts_without_spaces():
    assert words("two red cars") == 3
    assert words("两辆红色的车") == 3


def test_a_judge_that_calibrates_is_the_one_that_pays(sample_of):
    """Same path as in training: what calibration calls a tier is what the reward pays."""
    row = LabelledRow("1", "What is seen?", "two red cars", "two blue cars", "wrong")
    report = calibrate(OfflineJudge(), CONFIG, [row], rounds=0)
    said = next(tier for tier, count in report["confusion"]["wrong"].items() if count)
    score = HybridReward.from_config({"judge": {"offline": True}}).score(
        sample_of(row.answer, row.reference, question=row.question, question_type="descriptive")
    )
    assert score.tier == said
