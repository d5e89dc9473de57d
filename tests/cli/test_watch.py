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
    assert "one_letter" in capsys.readouterr().out
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
