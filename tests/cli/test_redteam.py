"""`wethink redteam` on rewards that are at fault, and with rows that can't be used."""

import json

import pytest

REWARDS = """
def nan(response, gold): return float("nan")
def inf(response, gold): return float("-inf")
def one(response, gold): return 1.0
def nothing(response, gold): return 0.0
"""


@pytest.fixture
def rewards(tmp_path):
    file = tmp_path / "rw.py"
    file.write_text(REWARDS)
    return file


@pytest.mark.parametrize("name", ["nan", "inf"])
def test_what_is_no_finite_number_is_a_fault(wethink, rewards, name):
    code, printed, _ = wethink("redteam", f"{rewards}:{name}", "--json")
    found = json.loads(printed)
    assert (code, found["accepted"], found["unscored"]) == (1, 0, found["attacks"])
    assert "no finite number" in found["which"]
    code, printed, _ = wethink("redteam", f"{rewards}:{name}", "--search")
    assert code == 1 and "no finite number" in printed


@pytest.mark.parametrize(("name", "code", "says"), [("one", 1, "by being right"), ("nothing", 0, "try a right one")])
def test_a_reward_that_pays_all_the_same_is_told(wethink, rewards, name, code, says):
    ended, printed, _ = wethink("redteam", f"{rewards}:{name}", "--search")
    assert ended == code and "pays every answer the same" in printed and says in printed


def test_ours_differ_and_get_no_such_note(wethink):
    code, printed, _ = wethink("redteam", "--search")
    assert code == 0 and "the same" not in printed


ROWS = [
    ("without the search", b'{"answer": "B"}\n', (), "add --search"),
    ("missing", None, ("--search",), "can't be read"),
    ("binary", b"\x89PNG\xff\xfe", ("--search",), "can't be read"),
    ("empty", b"", ("--search",), "no rows"),
    ("options", b'{"answer": "B", "options": 5}', ("--search",), "row 1"),
]


@pytest.mark.parametrize(("why", "content", "words", "says"), ROWS, ids=[case[0] for case in ROWS])
def test_rows_that_would_not_be_used_are_refused(wethink, tmp_path, why, content, words, says):
    file = tmp_path / "rows.jsonl"
    if content is not None:
        file.write_bytes(content)
    code, printed, errors = wethink("redteam", "--rows", file, *words)
    assert (code, printed, len(errors)) == (2, "", 1) and says in errors[0]
