"""`wethink watch` on recorded runs."""

import json

import pytest

from tests.watch.runs import every, first_letter, recorded
from wethink_plugins.cli.main import main


def run(folder, lines):
    folder.mkdir(exist_ok=True)
    (folder / "journal-1-0.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return folder


def ended(*words):
    with pytest.raises(SystemExit) as end:
        main(["watch", *map(str, words)])
    return end.value.code


def test_a_healthy_run(tmp_path, capsys):
    assert not ended(run(tmp_path / "run", recorded()), "--page", tmp_path / "page.html")
    said = capsys.readouterr().out
    assert "44 steps" in said
    assert "no sign of trouble" in said
    assert "accuracy by question type" in (tmp_path / "page.html").read_text()


def test_a_sick_run_ends_with_1_and_names_the_cause(tmp_path, capsys):
    sick = every(first_letter, where=lambda line: line["question_type"] == "multiple_choice")(recorded())
    assert ended(run(tmp_path / "run", sick), "--page", tmp_path / "page.html") == 1
    said = capsys.readouterr().out
    assert "one_letter" in said and "1 sign of trouble:" in said
    assert "answers by position" in (tmp_path / "page.html").read_text()


def test_json_holds_every_step_and_sign(tmp_path, capsys):
    ended(run(tmp_path / "run", recorded()), "--json")
    found = json.loads(capsys.readouterr().out)
    assert (len(found["steps"]), found["signs"]) == (44, [])


@pytest.mark.parametrize(
    ("lines", "words"),
    [([], "no journal here yet"), ([{"overall": 1.0}], "none with a step"), (None, "no such folder")],
)
def test_nothing_to_watch_says_what_to_do(tmp_path, capsys, lines, words):
    folder = tmp_path / "run" if lines is None else run(tmp_path / "run", lines)
    assert ended(folder) == 2
    assert words in capsys.readouterr().err


def console(folder, entropy):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "train.log").write_text("".join(f"step:{step} - actor/entropy:{entropy}\n" for step in range(1, 45)))


def looked(*words, capsys):
    assert not ended(*words, "--json")
    found = json.loads(capsys.readouterr().out)
    return sum(step["samples"] for step in found["steps"]), set(found["host"].get("entropy", {}).values())


def test_runs_of_a_study_below_are_left_out_with_their_logs(tmp_path, capsys):
    """As in runs/demo, whose studies keep their arms below it."""
    lines, demo = recorded(), tmp_path / "demo"
    console(demo / "logs", 0.5)
    console(demo / "faults" / "logs", 0.9)
    for arm in (demo, demo / "faults" / "none", demo / "faults" / "some"):
        arm.mkdir(parents=True, exist_ok=True)
        run(arm / "journal", lines)
    assert looked(demo, capsys=capsys) == (len(lines), {0.5})
    assert looked(demo / "journal", "--logs", demo / "faults", capsys=capsys) == (len(lines), {0.9})


def test_the_only_run_below_is_read_and_said(tmp_path, capsys):
    lines = recorded()
    console(tmp_path / "other", 0.9)
    console(tmp_path / "mine", 0.5)
    journal = run(tmp_path / "mine" / "journal", lines)
    assert not ended(tmp_path, "--page", tmp_path / "page.html")
    assert f"the only journal below {tmp_path}: {journal}" in capsys.readouterr().out
    assert f"{tmp_path.name}/mine" in (tmp_path / "page.html").read_text()
    assert looked(tmp_path, capsys=capsys) == (len(lines), {0.5})


def test_several_runs_below_are_refused_in_a_line(tmp_path, capsys):
    for name in ("none", "some"):
        (tmp_path / name).mkdir()
        run(tmp_path / name / "journal", recorded())
    assert ended(tmp_path) == 2
    said = capsys.readouterr()
    assert not said.out
    assert "2 folders below have a journal, each that of a run: none, some; give one of them" in said.err


def test_hostile_texts_stay_texts(tmp_path):
    lines = recorded()
    for line in lines:
        line["answer"] = line["response"] = "</script><script>alert(1)</script> ${x} \ud800"
    ended(run(tmp_path / "run", lines), "--page", tmp_path / "page.html")
    assert "<script>alert" not in (tmp_path / "page.html").read_text()


def unanswered(line, place):
    """From a dead judge: what has no answer is scored 0 all the same."""
    if place % 3 == 0:
        line.update(answer=None, method="none", status="scored", overall=0.0, accuracy=0.0, format=0.0)
    else:
        line.update(method="model", status="unscored", overall=None, accuracy=None)


def lost(lines, kind="fill_in_blank", change=unanswered):
    for place, line in enumerate(line for line in lines if line["question_type"] == kind and line["step"] > 40):
        change(line, place)
    return lines


def test_the_mean_of_a_few_is_no_accuracy(tmp_path, capsys):
    folder, page = run(tmp_path / "run", lost(recorded())), tmp_path / "page.html"
    assert ended(folder, "--page", page) == 1
    said = capsys.readouterr().out
    (told,) = [line for line in said.splitlines() if line.startswith("fill_in_blank: no accuracy at 4 of 44 steps")]
    assert "judge_fails" in said and " samples were scored at step 44; reward and accuracy are means" in said
    assert told in page.read_text()
    ended(folder, "--json")
    found = json.loads(capsys.readouterr().out)
    last = found["steps"][-1]
    assert "fill_in_blank" not in last["by_type"] and "multiple_choice" in last["by_type"] and told in found["left_out"]
    assert 0 < last["scored_by_type"]["fill_in_blank"] < last["samples_by_type"]["fill_in_blank"]
    assert last["scored"] == sum(last["scored_by_type"].values()) < last["samples"]


def mostly_unanswered(line, place):
    """More than half is scored, and none of it has an answer."""
    unanswered(line, int(place % 4 == 0))


def a_third(line, place):
    if place % 3 == 0:
        line.update(method="model", status="unscored", overall=None, accuracy=None)


@pytest.mark.parametrize(("change", "there"), [(mostly_unanswered, False), (a_third, True)])
def test_an_accuracy_is_that_of_half_the_samples_and_of_answers(tmp_path, capsys, change, there):
    ended(run(tmp_path / "run", lost(recorded(), change=change)), "--json")
    last = json.loads(capsys.readouterr().out)["steps"][-1]
    assert last["scored_by_type"]["fill_in_blank"] > last["samples_by_type"]["fill_in_blank"] / 2
    assert ("fill_in_blank" in last["by_type"]) == there


def test_a_run_that_can_score_nothing_any_more_has_no_fall(tmp_path, capsys):
    lines = recorded()
    for kind in ("descriptive", "fill_in_blank", "multiple_choice"):
        lost(lines, kind)
    ended(run(tmp_path / "run", [line for line in lines if line["step"] > 30]), "--json")
    found = json.loads(capsys.readouterr().out)
    assert (found["steps"][-1]["accuracy"], found["steps"][-1]["reward"]) == (None, None)
    assert "accuracy_falls" not in [sign["name"] for sign in found["signs"]]
