"""Unmodified verl trains with our reward manager, found by its name; a failing judge drops trajectories, not the run."""

import json
import re
from collections import Counter
from functools import partial
from statistics import fmean

import pytest

from tests.hosts.conftest import CHECKOUT, RECIPE
from tests.hosts.main_ppo import PROMPTS, ROLLOUTS, STEPS, main_ppo
from wethink_plugins.rewards.journal import read_journal
from wethink_plugins.rewards.shadow_report import shadow_report

pytestmark = pytest.mark.host


@pytest.fixture(scope="module")
def train(grpo, task):
    """Runs main_ppo for two steps with more overrides and variables; its output."""
    return partial(main_ppo, grpo, task)


def test_a_failing_judge_drops_trajectories_and_says_so(train, task):
    """By the name `wethink`, validation included. A healthy run is the demo in small (tests/recipes)."""
    done = train(
        "failing", "reward.reward_manager.name=wethink", "trainer.test_freq=2",
        VERL_USE_EXTERNAL_MODULES="failing_judge", PYTHONPATH=CHECKOUT / "tests" / "hosts",
    )  # fmt: skip
    assert f"step:{STEPS}" in done.stdout
    assert "critic/score/mean" in done.stdout and "val-core/" in done.stdout
    assert "rollouts could not be scored so far" in done.stdout
    assert "429 from the judge" in done.stdout
    lines = list(read_journal(task / "failing-journal"))
    trained = [line for line in lines if line["split"] == "train"]
    assert len(trained) == STEPS * PROMPTS * ROLLOUTS and len({line["step"] for line in trained}) == STEPS
    assert set(Counter(line["group"] for line in trained).values()) == {ROLLOUTS}, "groups are told by verl's uid"
    assert len([line for line in lines if line["split"] == "val"]) == 8
    assert all(line["question_type"] and line["question"] and line["gold"] for line in lines)
    status = Counter(line["status"] for line in trained)
    assert status["unscored"] > 0 and status["scored"] > 0
    assert (task / "failing" / f"global_step_{STEPS}" / "actor" / "huggingface" / "config.json").exists()


@pytest.mark.slow
def test_shadow_mode_trains_on_the_users_reward(train, task):
    """verl's own log shows the mean of the user's numbers, and the journal has ours beside each."""
    (task / "mine.py").write_text("def paid(solution_str, **_):\n    return len(solution_str) / 1000\n")
    (task / "shadow.yaml").write_text(f"judge: {{offline: true}}\nshadow: {{active: '{task / 'mine.py'}:paid'}}\n")
    done = train("shadow", "reward.reward_manager.name=wethink", config="shadow.yaml")
    lines = [line for line in read_journal(task / "shadow-journal") if line["split"] == "train"]
    assert len(lines) == STEPS * PROMPTS * ROLLOUTS
    assert all(line["active"] == len(line["response"]) / 1000 and line["overall"] is not None for line in lines)
    logged = [float(value) for value in re.findall(r"critic/score/mean:(?:np\.float64\()?([0-9.e+-]+)", done.stdout)]
    means = [
        fmean(line["active"] for line in lines if line["step"] == step) for step in sorted({n["step"] for n in lines})
    ]
    assert logged == pytest.approx(means, rel=1e-4)
    assert shadow_report(task / "shadow-journal")["grouped_by"] == "group"


@pytest.mark.slow
def test_a_dead_judge_stops_a_run_that_rules_would_keep_alive(train):
    done = train(
        "dead", "reward.reward_manager.name=wethink", "trainer.total_training_steps=9", check=False,
        VERL_USE_EXTERNAL_MODULES="dead_judge", PYTHONPATH=CHECKOUT / "tests" / "hosts",
    )  # fmt: skip
    assert done.returncode != 0
    assert "step:2" in done.stdout and "step:5" not in done.stdout
    assert "2 batches in a row with no verdict from the judge: connect: nobody answers" in done.stdout


MANAGERS = """
import json, sys
from hydra import compose, initialize_config_dir
from verl.trainer.ppo.reward import load_reward_manager
COMMON = ["data.train_files=x", "data.val_files=x", "actor_rollout_ref.model.path=x", "trainer.default_local_dir=x"]
for why, overrides in json.loads(sys.argv[2]).items():
    with initialize_config_dir(config_dir=sys.argv[1], version_base=None):
        config = compose("grpo", overrides=[*COMMON, *overrides])
    manager = load_reward_manager(config, tokenizer=None)
    score = None
    if type(manager).__name__ == "NaiveRewardManager":
        answer = "<think>I look.</think><answer>4</answer>"
        score = manager.compute_score(data_source="x", solution_str=answer, ground_truth="4", extra_info={"index": 3})
    print("MANAGER", json.dumps([why, type(manager).__name__, score and score["score"]]))
"""
MODULE = "pkg://wethink_plugins.adapters.verl"
WAYS = [
    ("by name", ["reward.reward_manager.name=wethink"], "WeThinkRewardManager", None),
    (
        "by module",
        [
            "reward.reward_manager.source=importlib",
            "reward.reward_manager.name=WeThinkRewardManager",
            f"reward.reward_manager.module.path={MODULE}",
        ],
        "WeThinkRewardManager",
        None,
    ),
    (
        "verl's own manager",
        [f"reward.custom_reward_function.path={MODULE}", "reward.custom_reward_function.name=compute_score"],
        "NaiveRewardManager",
        1.0,
    ),
]


def test_each_documented_way_to_plug_in(grpo):
    ways = {why: overrides for why, overrides, _, _ in WAYS}
    done = grpo.run("python", "-c", MANAGERS, RECIPE, json.dumps(ways), VERL_PLATFORM="cpu")
    found = [json.loads(line.split("MANAGER ")[1]) for line in done.stdout.splitlines() if "MANAGER " in line]
    assert found == [[why, manager, score] for why, _, manager, score in WAYS]
