"""What is verl's own: group, step and images of a trajectory, validation, and late registration."""

import asyncio
import subprocess
import sys

import pytest

from tests.adapters.hosts import VerlManager, item_of
from tests.rewards.judges import ScriptedJudge
from wethink_plugins import HybridReward
from wethink_plugins.adapters import verl_manager
from wethink_plugins.adapters.faults import FaultCount
from wethink_plugins.errors import JudgeBudgetSpent


def test_a_trajectory_brings_its_group_step_and_image(sample_of):
    built = verl_manager.sample_of_item(item_of(sample_of(meta={"split": "train"})), "response", with_images=True)
    assert (built.group, built.meta["step"], built.meta["split"], len(built.images)) == ("group-1", 7, "train", 1)
    assert verl_manager.sample_of_item(item_of(sample_of()), "response", with_images=False).images == ()


def test_foreign_rows_fall_back_on_the_prompt(sample_of):
    item = item_of(sample_of())
    item.non_tensor_batch["extra_info"] = None
    assert verl_manager.sample_of_item(item, "response", with_images=False).question == "How many?"


def test_validation_never_raises_and_leaves_the_accuracy_out(sample_of, monkeypatch):
    host = VerlManager(HybridReward.from_config(judge=ScriptedJudge()), monkeypatch)
    good, lost = (sample_of(a, "gold", question_type="descriptive", meta={"split": "val"}) for a in ("correct", "down"))
    results = [asyncio.run(host._result(sample)) for sample in (good, lost)]
    assert [r["reward_extra_info"]["accuracy"] for r in results] == [1.0, None]
    assert [r["reward_score"] for r in results] == [1.0, 1.0]
    assert "acc" not in results[0]["reward_extra_info"]  # verl counts a missing `acc` as 0


def test_the_plain_function_has_no_number_before_the_first_score(sample_of, monkeypatch):
    host = VerlManager(HybridReward.from_config(judge=ScriptedJudge()), monkeypatch)
    with pytest.raises(JudgeBudgetSpent, match=r"row row-1.*429"):
        host._call(sample_of("down", "gold", question_type="descriptive"))


def test_a_dead_judge_gives_few_lines(caplog):
    count = FaultCount()
    for _ in range(1000):
        count.note(3, "429 for 60 s")
    assert len(caplog.records) == 10
    assert "512 rollouts could not be scored so far (step 3): 429" in caplog.text


LATE = """
import sys, types, pathlib
sys.path.insert(0, {folder!r})
from wethink_plugins.adapters.post_import import when_imported
seen = []
when_imported("late_host.registry", lambda module: seen.append(module.NAMES))
import late_host
assert not seen
import late_host.registry
assert seen == [["a"]], seen
when_imported("late_host.registry", lambda module: seen.append("again"))
assert seen[-1] == "again"
"""


def test_registration_waits_for_the_host_to_import_its_registry(tmp_path):
    package = tmp_path / "late_host"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "registry.py").write_text("NAMES = ['a']")
    subprocess.run([sys.executable, "-c", LATE.format(folder=str(tmp_path))], check=True)
