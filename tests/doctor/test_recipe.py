"""Recipes read without their host: settings, interpolation, defaults."""

import pytest

from wethink_plugins.doctor.recipe import Recipe
from wethink_plugins.errors import ConfigError

TEXT = """
data: {train_files: a.parquet, seed: 3, rollout_seed: "${data.seed}"}
worker:
  reward: {reward_function: "${oc.env:WT_FILE}:f", reward_function_kwargs: {config: w.yaml, judge: {offline: true}}}
trainer: {path: "${oc.env:WT_OUT,out}/x", logger: [file]}
"""


@pytest.fixture
def recipe(tmp_path):
    def read(*settings, **defaults):
        (tmp_path / "run.yaml").write_text(TEXT)
        return Recipe(tmp_path / "run.yaml", settings, {"data.n": 5, **defaults})

    return read


def test_values_interpolations_and_defaults(recipe, monkeypatch):
    monkeypatch.setenv("WT_FILE", "/f.py")
    read = recipe()
    assert (read.get("data.rollout_seed"), read.get("data.n"), read.get("data.gone")) == (3, 5, None)
    assert read.text("worker.reward.reward_function") == "/f.py:f"
    assert read.text("trainer.path") == "out/x" and read.get("trainer.logger") == ["file"]
    assert read.section("worker.reward.reward_function_kwargs") == {"config": "w.yaml", "judge": {"offline": True}}
    assert list(read.unset_variables()) == []


def test_settings_win_and_mappings_are_merged(recipe):
    kwargs = "worker.reward.reward_function_kwargs"
    read = recipe("data.seed=4", f"{kwargs}={{style: boxed}}", "+data.new=null")
    assert read.get("data.rollout_seed") == 4 and read.is_set("data.new")
    assert read.section(kwargs) == {"config": "w.yaml", "judge": {"offline": True}, "style": "boxed"}
    assert recipe(f"{kwargs}=null").section(kwargs) == {}


def test_a_variable_that_is_not_set(recipe, monkeypatch):
    monkeypatch.delenv("WT_FILE", raising=False)
    assert list(recipe().unset_variables()) == [("worker.reward.reward_function", "WT_FILE")]


@pytest.mark.parametrize("text", ["- 1\n", "a: [\n"])
def test_a_file_that_is_no_recipe(tmp_path, text):
    (tmp_path / "run.yaml").write_text(text)
    with pytest.raises(ConfigError, match=r"run\.yaml"):
        Recipe(tmp_path / "run.yaml")
