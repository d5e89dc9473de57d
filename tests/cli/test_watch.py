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


def test_hostile_texts_stay_texts(tmp_path):
    lines = recorded()
    for line in lines:
        line["answer"] = line["response"] = "</script><script>alert(1)</script> ${x} \ud800"
    ended(run(tmp_path / "run", lines), "--page", tmp_path / "page.html")
    assert "<script>alert" not in (tmp_path / "page.html").read_text()
