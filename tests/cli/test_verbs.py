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


WHOLE = [
    ("<answer>11</answer><answer>12</answer>", "wethink", "wrong", "several different answers"),
    ("<answer>12", "wethink", "wrong", "no closed answer block"),
    ("<think>12</think>", "wethink", "wrong", "no closed answer block"),
    ("<think>12</think> 12", "wethink", "wrong", "no closed answer block"),
    ("12</answer>", "wethink", "wrong", "no closed answer block"),
    ("12</answ", "wethink", "wrong", "no closed answer block"),
    ("<Answer>12</Answer>", "wethink", "wrong", "no closed answer block"),
    ("<think>so <answer>12</answer>", "wethink", "wrong", "thinking never closed"),
    ("<think>a</think><answer> </answer>", "wethink", "wrong", "empty answer"),
    ("<answer>12</answer>", "wethink", "right", "as written"),
    ("<answer>12.0</answer>", "wethink", "right", "same number"),
    ("<think>a</think> \\boxed{12}", "boxed", "right", "as written"),
    ("\\boxed{11} \\boxed{12}", "boxed", "wrong", "several different answers"),
    ("<think>a</think> \\boxed{12}", "wethink", "wrong", "no closed answer block"),
    ("a</think><answer>12</answer>", "think_open", "right", "as written"),
]


@pytest.mark.parametrize(("text", "style", "verdict", "reason"), WHOLE, ids=range(len(WHOLE)))
def test_grade_reads_a_whole_response_as_score_does(tmp_path, wethink, rollouts, text, style, verdict, reason):
    config = tmp_path / "w.yaml"
    config.write_text(f"style: {style}\n")
    told = json.loads(wethink("grade", text, "--gold", "12", "--config", config, "--json")[1])
    assert (told["verdict"], told["reason"], told["read_as"]) == (verdict, reason, "response")
    out = tmp_path / "out.jsonl"
    wethink("score", rollouts(rollout(response=text, answer="12")), "--config", config, "--out", out)
    scored = json.loads(out.read_text())
    assert (scored["reason"], scored["accuracy"]) == (reason, float(verdict == "right"))
    printed = wethink("grade", text, "--gold", "12", "--config", config)[1]
    assert f"read as a whole response, style {style}: " in printed and f"format {scored['format']:.0f}" in printed


@pytest.mark.parametrize("text", ["12", "\\boxed{12}", "x = 12", "**12**"])
def test_grade_takes_a_bare_answer_as_it_is(wethink, text):
    assert json.loads(wethink("grade", text, "--gold", "12", "--json")[1])["read_as"] == "answer"
    assert len(wethink("grade", text, "--gold", "12")[1].splitlines()) == 1


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


def scored(wethink, file, *more):
    code, printed, errors = wethink("score", file, "--json", *more)
    assert code == 0
    return json.loads(printed), errors


UNREAD = [
    ("boxed", "It is \\boxed{3}.", ["8 of 8 responses without an answer", "8 of 8 have an answer", "`style: boxed`"]),
    ("strict", "<think>a</think> \\boxed{3}", ["8 of 8 responses without", "some follow boxed: set `style: boxed`"]),
    (
        "bare",
        "3",
        ["8 of 8 responses without an answer", "no response follows the style 'wethink'; is the system prompt"],
    ),
    ("no thinking", "<answer>3</answer>", ["CHECK THIS: no response follows the style 'wethink'; is the system"]),
]


@pytest.mark.parametrize(("why", "text", "parts"), UNREAD, ids=[case[0] for case in UNREAD])
def test_score_says_why_all_is_zero(wethink, rollouts, why, text, parts):
    _, errors = scored(wethink, rollouts(*(rollout(i, response=text) for i in range(8))))
    assert len(errors) == 1 and all(part in errors[0] for part in ["CHECK THIS: ", *parts])


def test_score_says_which_style_half_of_it_is_in(wethink, rollouts):
    some = [rollout(i, response="\\boxed{3}" if i % 2 else rollout()["response"]) for i in range(8)]
    _, errors = scored(wethink, rollouts(*some))
    assert len(errors) == 1 and "4 of 8 responses without" in errors[0] and "set `style: boxed`" in errors[0]
    assert "the first for: no closed answer block" in errors[0]
    assert scored(wethink, rollouts(*some, rollout(9)))[1] == []


GROUPS = [
    ("by group", [("a", "x"), ("a", "y"), ("b", "x"), ("b", "y")], "1011", (2, 1)),
    ("by id", [(None, "x"), (None, "x"), (None, "y"), (None, "y"), (None, "z")], "11000", (2, 2)),
    ("by step", [("a", "x", 1), ("a", "x", 1), ("a", "x", 2), ("a", "x", 2)], "1100", (2, 2)),
    ("alone", [(None, "x"), (None, "y")], "11", (0, 0)),
]


@pytest.mark.parametrize(("why", "names", "right", "expected"), GROUPS, ids=[case[0] for case in GROUPS])
def test_score_counts_the_groups_that_teach_nothing(wethink, rollouts, why, names, right, expected):
    wrong = rollout()["response"].replace("3", "4")
    lines = [
        rollout(group=name[0], id=name[1], **({"step": name[2]} if len(name) > 2 else {}))
        | ({} if right[i] == "1" else {"response": wrong})
        for i, name in enumerate(names)
    ]
    file = rollouts(*lines)
    table, _ = scored(wethink, file)
    assert (table[-1]["groups"], table[-1]["equal_groups"]) == expected
    line = f"{expected[0]} groups; in {expected[1]} all rewards are equal"
    assert (line in wethink("score", file)[1]) == bool(expected[0])


def test_what_score_writes_can_be_watched_and_scored_again(tmp_path, wethink, rollouts):
    choice = {"question_type": "multiple_choice", "options": ["3", "4"], "answer": "A"}
    lines = [
        rollout(i, step=1 + i // 4, split="train", group=f"g{i // 2}", **(choice if i % 2 else {})) for i in range(8)
    ]
    out = tmp_path / "scored.jsonl"
    table, _ = scored(wethink, rollouts(*lines), "--out", out)
    kept = [json.loads(line) for line in out.read_text().splitlines()]
    fields = ("id", "group", "step", "split", "options", "reward_method")
    assert [[line[f] for f in fields] for line in kept] == [[line[f] for f in fields] for line in lines]
    watched = json.loads(wethink("watch", out, "--json")[1])
    assert [(step["step"], step["samples"], step["dead"]) for step in watched["steps"]] == [(1, 4, 1.0), (2, 4, 1.0)]
    assert scored(wethink, out)[0] == table


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
