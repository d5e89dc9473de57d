import importlib.util
import json
import subprocess
import sys

import pytest

from wethink_plugins import __version__
from wethink_plugins.cli.path import PATHS


@pytest.mark.parametrize("host", PATHS)
def test_path_prints_one_line_a_purpose(wethink, host):
    code, printed, errors = wethink("path", host)
    assert (code, errors) == (0, []) and len(printed.splitlines()) == len(PATHS[host])
    assert json.loads(wethink("path", host, "--json")[1])[0]["settings"] == list(PATHS[host][0][1])


def test_every_module_in_a_path_is_there():
    settings = " ".join(s for entries in PATHS.values() for _, all_of_it in entries for s in all_of_it)
    modules = {part.split("pkg://")[-1].split(":")[0] for part in settings.split() if "wethink_plugins." in part}
    assert len(modules) >= 4
    for module in modules:
        assert importlib.util.find_spec(module) is not None


def test_path_of_an_unknown_host_is_wrong_usage(wethink):
    code, _, errors = wethink("path", "nemo")
    assert code == 2 and any("verl" in line for line in errors)


@pytest.mark.parametrize(
    ("arguments", "verdict"),
    [
        (["3", "--gold", "3.0"], "right"),
        (["-3", "--gold", "-3"], "right"),
        (["4", "--gold", "3"], "wrong"),
        (["B", "--gold", "blue", "--options", "red|blue"], "right"),
        (["A", "--gold", "blue", "--options", "red|blue", "--type", "Multiple-Choice"], "wrong"),
        (["<think>x</think><answer>3</answer>", "--gold", "3"], "right"),
    ],
)
def test_grade(wethink, arguments, verdict):
    code, printed, errors = wethink("grade", *arguments, "--json")
    value = json.loads(printed)
    assert (code, errors, value["verdict"]) == (0, [], verdict) and value["reason"] and value["grader"]
    assert wethink("grade", *arguments)[1].startswith(f"{verdict}: ")


BAD_GOLDS = [
    (["B", "--gold", "F", "--options", "a|b"], "is no option"),
    (["B", "--gold", "F", "--options", "a|b", "--type", "multiple_choice"], "is no option"),
    (["12", "--gold", ""], "the gold is empty"),
    (["12", "--gold", " "], "the gold is empty"),
]


@pytest.mark.parametrize(("arguments", "says"), BAD_GOLDS)
def test_grade_refuses_a_gold_that_nothing_can_meet(wethink, arguments, says):
    code, printed, errors = wethink("grade", *arguments)
    assert (code, printed) == (2, "") and says in " ".join(" ".join(errors).replace("│", " ").split())


@pytest.mark.parametrize("kind", ["descriptive", "essay"])
def test_grade_refuses_what_no_rule_checks(wethink, kind):
    assert wethink("grade", "x", "--gold", "x", "--type", kind)[0] == 2


def rollout(number=0, **fields):
    return {
        "id": f"r{number}",
        "group": "g",
        "question": "How many?",
        "response": "<think>I look.</think>\n<answer>3</answer>",
        "answer": "3",
        "question_type": "fill_in_blank",
        "options": [],
        "reward_method": "rule",
        **fields,
    }


@pytest.fixture
def rollouts(tmp_path):
    def write(*lines, name="rollouts.jsonl"):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text("".join(json.dumps(line) + "\n" for line in lines))
        return file

    return write


def test_score_prints_a_table_by_type_and_writes_lines(tmp_path, wethink, rollouts):
    file = rollouts(
        rollout(0),
        rollout(1, response="<answer>3</answer>"),
        rollout(2, answer="B", question_type="multiple_choice", options=["x", "y"]),
    )
    code, printed, _ = wethink("score", file, "--json", "--out", tmp_path / "scores.jsonl")
    table = {line["question_type"]: line for line in json.loads(printed)}
    assert code == 0 and (
        table["fill_in_blank"]["count"],
        table["fill_in_blank"]["accuracy"],
        table["fill_in_blank"]["format"],
    ) == (2, 1.0, 0.5)
    assert (table["multiple_choice"]["accuracy"], table["all"]["count"], table["all"]["unscored"]) == (0.0, 3, 0)
    lines = [json.loads(line) for line in (tmp_path / "scores.jsonl").read_text().splitlines()]
    assert [line["id"] for line in lines] == ["r0", "r1", "r2"] and lines[0]["overall"] == 1.0
    told = [(line["index"], line["answer"], line["gold"], line["response"]) for line in lines]
    assert told[1:] == [(2, "3", "3", "<answer>3</answer>"), (3, "3", "B", rollout()["response"])]
    assert "fill_in_blank" in wethink("score", file)[1]


def test_score_reads_a_journal_whose_gold_is_called_gold(wethink, rollouts):
    file = rollouts(rollout(0, answer="4", gold="3", time=2.0), name="journal/journal-1-0.jsonl")
    for source in (file, file.parent):
        assert json.loads(wethink("score", source, "--json")[1])[-1]["accuracy"] == 1.0


@pytest.mark.parametrize(
    ("fields", "parts"),
    [
        ({"answer": None}, ["rollouts.jsonl:1", "row r0", "answer"]),
        ({"response": 3}, ["rollouts.jsonl:1", "row r0", "response"]),
        ({"options": 5}, ["rollouts.jsonl:1", "row r0", "options"]),
        ({"options": "AB"}, ["rollouts.jsonl:1", "row r0", "options"]),
        ({"options": ["red", None]}, ["rollouts.jsonl:1", "row r0", "options"]),
        ({"question_type": "essay"}, ["row r0", "question_type", "aliases"]),
        ({"question_type": "descriptive", "reward_method": "auto"}, ["row r0", "judge"]),
    ],
)
def test_score_names_the_line_that_it_cannot_score(tmp_path, wethink, rollouts, fields, parts):
    code, printed, errors = wethink("score", rollouts(rollout(0, **fields)), "--out", tmp_path / "s.jsonl")
    assert (code, printed, len(errors)) == (2, "", 1) and all(part in errors[0] for part in parts)
    assert not (tmp_path / "s.jsonl").exists()


def test_score_never_overwrites_its_rollouts(wethink, rollouts):
    file = rollouts(rollout(0))
    text = file.read_text()
    assert wethink("score", file, "--out", file)[0] == 2 and file.read_text() == text


def test_score_of_nothing_is_a_fault(tmp_path, wethink, rollouts):
    for nothing in (rollouts(), tmp_path):
        code, printed, errors = wethink("score", nothing)
        assert (code, printed, len(errors)) == (2, "", 1) and "no rollouts" in errors[0]


def test_version_and_help(wethink):
    assert wethink("--version")[1] == f"{__version__}\n"
    for verb in ("path", "grade", "score", "data", "recipe"):
        assert verb in wethink("--help")[1] and wethink(verb, "--help")[0] == 0


def test_help_loads_nothing_heavy():
    code = (
        "import sys\nfrom wethink_plugins.cli.main import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "print(sorted({'pydantic', 'pyarrow', 'yaml', 'PIL', 'torch', 'ray'} & set(sys.modules)), file=sys.stderr)"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert ended.stderr.strip() == "[]"
