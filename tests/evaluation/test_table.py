"""The paper's table, from files as VLMEvalKit writes them."""

import json

import pytest

from tests.cli.conftest import wethink  # noqa: F401
from wethink_plugins.evaluation.benchmarks import read_benchmarks
from wethink_plugins.evaluation.vlmevalkit import read_results

# What VLMEvalKit e8e78f05 writes; tests/hosts/test_vlmevalkit.py makes it with its own code.
METRICS = {
    "MathVista_MINI": {"Task&Skill=Overall|acc": 70.0, "Task&Skill=Overall|tot": 1000},
    "MathVision": {"Subject=Overall|acc": 26.0, "Subject=algebra|acc": 20.0},
    "MathVerse_MINI_Vision_Only": {"split=Vision Only|Overall": 44.0, "split=Vision Only|Solid Geometry": 1.0},
    "DynaMath": {"Setting=Average|Overall": 0.5, "Setting=Worst Case|Overall": 0.25},
    "LogicVista": {"Task&Skill=Overall|acc": 51.0},
    "MMBench_DEV_EN_V11": {"split=dev|Overall": 0.84},
    "MMBench_DEV_CN_V11": {"split=dev|Overall": 0.80},
    "MMStar": {"split=none|Overall": 0.64, "split=none|math": 0.1},
    "MMMU_DEV_VAL": {"split=dev|Overall": 0.1, "split=validation|Overall": 0.61},
    "HallusionBench": {"split=Overall|aAcc": 70.0, "split=Overall|fAcc": 50.0, "split=Overall|qAcc": 45.0},
    "AI2D_TEST": {"split=none|Overall": 0.84},
    "OCRBench": {"Final Score": 890, "Final Score Norm": 89.0},
    "MMVet": {"Category=Overall|acc": 73.0, "Category=rec|acc": 1.0},
}
EXPECTED = {
    "MathVista": 70.0, "MathVision": 26.0, "MathVerse": 44.0, "DynaMath": 25.0, "WeMath": 48.0, "LogicVista": 51.0,
    "MMBench v1.1": 82.0, "MMStar": 64.0, "MMMU": 61.0, "HallusionBench": 55.0, "AI2D": 84.0, "OCRBench": 890.0, "MMVet": 73.0,
}  # fmt: skip
WEMATH = "Model,Score (Strict),Score (Loose)\nGPT4o,48.00%,60.00%\n"


def run_of(folder, model, metrics, run="T20260101-100000", **said):
    home = folder / model / run
    home.mkdir(parents=True)
    datasets = {
        name: {"status": "done", "metrics": values, "judge_model": "gpt-4o-mini", **said}
        for name, values in metrics.items()
    }
    (home / "status.json").write_text(json.dumps({"model_name": model, "datasets": datasets}))
    return home


@pytest.fixture
def outputs(tmp_path):
    for model in ("base", "trained"):
        home = run_of(tmp_path, model, {**METRICS, "WeMath": {}})
        (home / f"{model}_WeMath_gpt4o-mini_score.csv").write_text(WEMATH)
    return tmp_path


@pytest.fixture
def table(wethink):  # noqa: F811
    def read(folder, *more, code=0):
        found, printed, errors = wethink("evaluate", "--table", folder, *more, "--json")
        assert found == code, errors
        return (
            ({line["name"]: line for line in json.loads(printed)["lines"]}, json.loads(printed)["notes"])
            if printed
            else errors
        )

    return read


def test_every_number_is_found_and_averaged_as_opencompass_does(outputs, table):
    lines, _ = table(outputs, "--base", "base", "--trained", "trained")
    assert {name: lines[name]["trained"]["value"] for name in EXPECTED} == pytest.approx(EXPECTED)
    assert lines["average, reasoning"]["trained"]["value"] == pytest.approx((70 + 26 + 44 + 25 + 48 + 51) / 6)
    academic = (82 + 64 + 61 + 70 + 55 + 84 + 89 + 73) / 8
    assert lines["average, academic"]["base"]["value"] == pytest.approx(academic)
    assert lines["MMBench v1.1"]["trained"]["instead"] and lines["average, academic"]["trained"]["instead"]
    assert not lines["average, reasoning"]["trained"]["instead"]


def test_the_papers_averages_follow_from_its_numbers():
    listed = read_benchmarks()
    for group, averages in listed.averages.items():
        for role, average in averages.items():
            values = [one.paper[role] * one.in_average for one in listed.benchmarks if group in one.groups]
            assert sum(values) / len(values) == pytest.approx(average, abs=0.06), (group, role)
    assert len(listed.benchmarks) == 13 and "14th" in listed.unknown


def test_the_test_split_wins_over_the_one_that_stands_in(outputs, table):
    run_of(
        outputs,
        "trained",
        {"MMBench_TEST_EN_V11": {"split=test|Overall": 0.9}, "MMBench_TEST_CN_V11": {"split=test|Overall": 0.7}},
        "T20260102-100000",
    )
    lines, _ = table(outputs, "--trained", "trained")
    assert (
        lines["MMBench v1.1"]["trained"]["value"] == pytest.approx(80)
        and not lines["MMBench v1.1"]["trained"]["instead"]
    )
    assert lines["MMBench v1.1"]["base"]["value"] is None


def test_what_is_missing_says_why_and_no_average_is_made_of_the_rest(outputs, table):
    home = next((outputs / "trained").iterdir())
    status = json.loads((home / "status.json").read_text())
    status["datasets"]["MMVet"] = {"status": "done", "error_message": "MMVet evaluation requires a working OPENAI API"}
    del status["datasets"]["AI2D_TEST"]
    (home / "status.json").write_text(json.dumps(status))
    lines, notes = table(outputs, "--trained", "trained")
    assert lines["average, academic"]["trained"] == {
        "value": None,
        "note": "2 of 8 missing",
        "judge": "",
        "instead": False,
    }
    assert any("MMVet, trained" in note and "working OPENAI API" in note for note in notes)
    assert any("AI2D_TEST was not run" in note for note in notes)


def test_the_newest_run_with_a_score_counts(outputs):
    run_of(outputs, "trained", {"MMStar": {"split=none|Overall": 0.5}}, "T20260103-100000")
    run_of(outputs, "trained", {"MMStar": {}}, "T20260104-100000", error_message="cut off")
    assert read_results(outputs, "trained")["MMStar"].metrics["split=none|Overall"] == 0.5


def test_score_files_alone_will_do(tmp_path):
    home = tmp_path / "m_x" / "T1"
    home.mkdir(parents=True)
    (home / "m_x_MMStar_acc.csv").write_text('"split","Overall","math"\n"none","0.64","0.1"\n')
    (home / "m_x_OCRBench_score.json").write_text('{"Final Score": 890}')
    found = read_results(tmp_path, "m_x")
    assert found["MMStar"].metrics["split=none|Overall"] == 0.64 and found["OCRBench"].metrics["Final Score"] == 890


def test_different_judges_are_told(outputs, table):
    home = next((outputs / "base").iterdir())
    status = json.loads((home / "status.json").read_text())
    status["datasets"]["MMVet"]["judge_model"] = "gpt-4-turbo"
    (home / "status.json").write_text(json.dumps(status))
    _, notes = table(outputs, "--base", "base", "--trained", "trained")
    assert any("MMVet: base and trained had different judges" in note for note in notes)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--base", "other"], "it holds base, trained"),
        ([], "no model is named"),
        (["--base", "base", "--benchmarks", "none.yaml"], "can't be read"),
    ],
)
def test_bad_usage(outputs, table, options, says):
    assert says in table(outputs, *options, code=2)[0]


def test_a_broken_status_file_is_named(outputs, table):
    (next((outputs / "base").iterdir()) / "status.json").write_text('{"datasets": ')
    (error,) = table(outputs, "--base", "base", code=2)
    assert "status.json" in error and "--mode eval" in error


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("benchmarks: []", "benchmarks"),
        (
            "benchmarks: [{name: x, groups: [a], keys: [X], read: ['*'], metric: m, judge: j, source: nobody}]",
            "no source 'nobody'",
        ),
        ("benchmark: []", "benchmark"),
        ("- x", "holds no keys"),
    ],
)
def test_a_bad_list_is_named(tmp_path, outputs, table, text, says):
    file = tmp_path / "list.yaml"
    file.write_text(text)
    (error,) = table(outputs, "--base", "base", "--benchmarks", file, code=2)
    assert "list.yaml" in error and says in error
