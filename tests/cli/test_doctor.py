"""`wethink doctor` as a command: exit codes, --json, what goes where."""

import json

import pytest

from tests.doctor.setups import SetUp


@pytest.fixture
def healthy(tmp_path, monkeypatch):
    setup = SetUp(tmp_path, "easyr1")
    monkeypatch.chdir(tmp_path)
    return setup


def test_nothing_found_is_exit_code_0_and_shows_the_prompt(healthy, wethink):
    code, printed, errors = wethink("doctor", "easyr1", "--files-only", "--recipe", healthy.write())
    assert (code, errors) == (0, [])
    assert "ok: framework: EasyR1 0.3.3" in printed and "    <|im_start|>user\n" in printed
    assert "ok: plan: 3 steps an epoch, 2 prompts x 5 answers, no judge calls a step" in printed
    assert printed.endswith("nothing found\n")


def test_faults_are_exit_code_1_one_line_each(healthy, wethink):
    words = ("doctor", "easyr1", "--files-only", "--recipe", healthy.write(), "data.override_chat_template=gone.jinja")
    code, printed, errors = wethink(*words)
    assert code == 1 and len(errors) == 1 and printed.endswith("1 found\n")
    assert errors[0].startswith("error: prompt: data.override_chat_template: no such file")
    code, printed, errors = wethink(*words, "--json")
    faults = [one for one in json.loads(printed) if one["level"] != "ok"]
    assert (code, errors, len(faults)) == (1, [], 1) and faults[0]["fix"].startswith("wethink prompt easyr1")


def test_options_win_over_the_recipe(healthy, wethink, tmp_path):
    other = tmp_path / "other.parquet"
    healthy.rows.rename(other)
    healthy.recipe["data"]["val_files"] = str(other)
    assert wethink("doctor", "easyr1", "--files-only", "--recipe", healthy.write())[0] == 1
    code, printed, _ = wethink("doctor", "easyr1", "--files-only", "--recipe", healthy.write(), "--rows", other)
    assert code == 0 and f"6 in {other}" in printed


USAGES = [
    ("trl",),
    ("easyr1", "--recipe", "gone.yaml"),
    ("easyr1", "--config", "gone.yaml"),
    ("easyr1", "--rows", "gone.parquet"),
    ("easyr1", "no setting"),
    ("easyr1", "--recipe", "broken.yaml"),
]


@pytest.mark.parametrize("words", USAGES)
def test_wrong_usage_is_exit_code_2(healthy, wethink, words):
    (healthy.folder / "broken.yaml").write_text("a: [1\n")
    assert wethink("doctor", *words)[0] == 2
