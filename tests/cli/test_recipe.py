import json
import re
from pathlib import Path

import pytest
import yaml

from wethink_plugins.cli.config_text import config_text
from wethink_plugins.config import WeThinkConfig
from wethink_plugins.shipped import recipes, shipped, summary


def test_the_printed_config_loads_back_to_the_defaults(tmp_path, wethink):
    code, printed, errors = wethink("recipe", "show", "config")
    assert (code, errors) == (0, [])
    (tmp_path / "w.yaml").write_text(printed)
    assert WeThinkConfig.load(tmp_path / "w.yaml") == WeThinkConfig()
    assert yaml.safe_load(printed) == WeThinkConfig().model_dump()


def test_every_key_is_under_a_comment():
    lines = config_text().splitlines()
    keys = [i for i, line in enumerate(lines) if re.match(r" *\w+:", line)]
    assert len(keys) > 30 and all(lines[i - 1].lstrip().startswith("#") for i in keys)


def test_show_writes_to_a_file(tmp_path, wethink):
    code, printed, _ = wethink("recipe", "show", "config", "--out", tmp_path / "w.yaml")
    assert code == 0 and printed == f"wrote {tmp_path / 'w.yaml'}\n"
    assert (tmp_path / "w.yaml").read_text() == config_text()


def test_a_recipe_in_a_file_has_the_paths_of_this_machine(tmp_path, wethink):
    wethink("recipe", "show", "easyr1/grpo_7b", "--out", tmp_path / "run.yaml")
    written = yaml.safe_load((tmp_path / "run.yaml").read_text())
    file, _, function = written["worker"]["reward"]["reward_function"].rpartition(":")
    assert Path(file).is_file() and function == "compute_score"
    assert written["data"]["train_files"] == str(tmp_path / "train.parquet")


def test_list_and_show_every_recipe(wethink):
    code, printed, _ = wethink("recipe", "list", "--json")
    found = json.loads(printed)
    names = [entry["name"] for entry in found["recipes"]]
    assert code == 0 and names == ["config", *recipes()]
    for name, file in recipes().items():
        assert wethink("recipe", "show", name)[1] == file.read_text(encoding="utf-8").rstrip("\n") + "\n"
        assert wethink("recipe", "show", f"{name}{file.suffix}".removesuffix(file.suffix) + file.suffix)[0] == 0


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("nothing", "known: config"),
        ("ablation/group8", "did you mean ablation/group_8?"),
        ("wethink", "is one of cpu/"),
    ],
)
def test_an_unknown_recipe_lists_the_known_ones(wethink, name, says):
    code, printed, errors = wethink("recipe", "show", name)
    assert (code, printed, len(errors)) == (2, "", 1) and says in errors[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# A recipe\n# that does. It is good.\nx: 1\n", "A recipe that does"),
        ("#!/bin/sh\n# Runs it.\nrun\n", "Runs it"),
        ("x: 1\n# not a head\n", "not a head"),
        ("{# The template. #}\n", "The template"),
        ("", ""),
    ],
)
def test_summary_is_the_first_sentence(tmp_path, text, expected):
    (tmp_path / "a.yaml").write_text(text)
    assert summary(tmp_path / "a.yaml") == expected


def test_recipes_and_patches_are_found():
    assert shipped("recipes").is_dir() and shipped("patches").is_dir()
