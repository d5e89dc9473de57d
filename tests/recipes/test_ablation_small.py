"""Two arms of the ablation in small, in the real TRL: from a small run of the demo, two steps each."""

import json
from pathlib import Path

import pytest

from tests.hosts.conftest import environment

RECIPES = Path(__file__).resolve().parents[2] / "recipes" / "cpu"

pytestmark = [pytest.mark.host, pytest.mark.slow]
ARMS = ("groups of 2", "descriptive alone")


def test_two_arms_train_and_are_not_trained_twice(tmp_path):
    grpo, sft, run = environment("grpo"), environment("sft"), tmp_path / "run"
    where = ("--environments", sft.folder.parent)
    grpo.run("python", RECIPES / "demo.py", "--small", "--out", run, *where)
    command = (
        "python", RECIPES / "ablation.py", "--runs", run, "--arms", *ARMS, "--steps", 2, "--out", tmp_path, *where,
    )  # fmt: skip
    assert "groups of 2" in grpo.run(*command).stdout
    told = json.loads((tmp_path / "ablation.json").read_text())
    assert set(told) == set(ARMS)
    pairs, described = (told[name]["0"] for name in ARMS)
    assert [look["step"] for look in pairs["looks"]] == [0, 2]
    assert set(described["looks"][1]["right_of"]) == {"multiple_choice", "fill_in_blank", "descriptive"}
    assert (pairs["prompts"], described["prompts"]) == (2 * 128, 2 * 32)
    assert grpo.run(*command).stdout.count("finished before") == 4
    for name in ("groups-of-2", "descriptive-alone"):
        assert (run / "ablation" / name / "model" / "model.safetensors").exists()
