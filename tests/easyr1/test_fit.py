"""The real RayPPOTrainer.fit(): our rows, template, recipe and reward in it; only the GPU workers are replaced."""

import json
import math
from collections import defaultdict
from statistics import fmean, stdev

import pytest

from tests.datasets.builders import row, write_rows
from tests.easyr1.conftest import HERE
from wethink_plugins.rewards.journal import read_journal

pytestmark = pytest.mark.easyr1
PROMPTS, ROLLOUTS = 4, 5
ALONE = {"correct": 1.0, "mostly": 0.79, "partly": 0.51, "wrong": 0.3}
# Four groups of five, one call in five lost: none, one or two of a group.
FAILING = """
    correct mostly wrong partly down
    correct down mostly down wrong
    mostly partly wrong wrong correct
    correct correct down wrong partly
""".split()
IMAGES = ["images/a.png", None, ["images/a.png", "images/b.png"]]
JUDGED = [
    row(i, category="descriptive", reward="model", answer="three circles", image_path=IMAGES[i % 3]) for i in range(8)
]
# Three of eight are too easy: all responses say 3. A batch of four keeps one at least, without which EasyR1 gives up.
RULED = [row(i, answer="4" if i % 3 else "3", image_path=IMAGES[i % 3]) for i in range(8)]


@pytest.fixture(scope="module")
def exported(host, model, tmp_path_factory):
    """What a user's own commands make: the model with the system prompt, exports, the recipe with this machine's paths."""
    folder = tmp_path_factory.mktemp("task")
    (folder / "wethink.yaml").write_text("judge: {offline: true}\n")
    host.run("wethink", "prompt", "easyr1", "--model", model, "--copy", folder / "model")
    for name, rows in (("judged", JUDGED), ("ruled", RULED), ("val", JUDGED[:4])):
        split = "val" if name == "val" else "train"
        host.run(
            "wethink", "data", "export", "easyr1", write_rows(folder, rows, f"{name}.jsonl"), "--out", folder / f"{name}.parquet",
            "--config", folder / "wethink.yaml", "--model", folder / "model", "--split", split,
        )  # fmt: skip
    host.run("wethink", "recipe", "show", "easyr1/grpo_7b", "--out", folder / "run.yaml")
    return folder


JUDGED_REWARD = f"worker.reward.reward_function={HERE / 'judged_reward.py'}:compute_score"
ALIVE = [tier for tier in FAILING if tier != "down"] + ["correct", "wrong", "mostly", "partly"]
# Name -> rows, answers in training, answers in validation, further settings.
RUNS = {
    "failing": ("judged", FAILING, ["down"], [JUDGED_REWARD]),
    "filtered": (
        "ruled",
        ["3"],
        ["three circles"],
        ["algorithm.online_filtering=true", "data.mini_rollout_batch_size=4", "trainer.max_steps=1"],
    ),
    "dying": ("judged", ALIVE + ["down"] * 1000, ["correct"], [JUDGED_REWARD, "trainer.max_steps=9"]),
}


# Where the reward comes before anything else is added to a batch, v0.3.1 fails with the tensordict of today, which
# locks what was pickled.
NOT_IN = {"v0.3.1": ("filtered",)}


@pytest.fixture(scope="module")
def fits(easyr1, exported, tmp_path_factory):
    """Name -> how the run ended, what it learnt from, its journal: all trained by the recipe in small."""
    folder = tmp_path_factory.mktemp("fits")
    recipe = (exported / "run.yaml").read_text()
    (folder / "run.yaml").write_text(easyr1.can_read(recipe))
    specs = {}
    runs = {name: run for name, run in RUNS.items() if name not in NOT_IN.get(easyr1.version, ())}
    for name, (rows, answers, val_answers, settings) in runs.items():
        (folder / f"{name}.yaml").write_text(f"judge: {{offline: true}}\njournal: {{path: {folder / name}-journal}}\n")
        arguments = [
            f"config={folder / 'run.yaml'}", f"data.train_files={exported / rows}.parquet", f"data.val_files={exported / 'val.parquet'}",
            f"data.rollout_batch_size={PROMPTS}", f"worker.actor.global_batch_size={PROMPTS}", f"worker.rollout.n={ROLLOUTS}",
            "data.val_batch_size=4", "data.max_prompt_length=1024", "data.max_response_length=80", "data.min_pixels=3136",
            "trainer.n_gpus_per_node=2", "trainer.val_freq=1",
            f"worker.reward.reward_function_kwargs.config={folder / name}.yaml",
            f"trainer.save_checkpoint_path={folder / name}-checkpoints", *settings,
        ]  # fmt: skip
        specs[name] = {"arguments": arguments, "answers": answers, "val_answers": val_answers}
    (folder / "specs.json").write_text(json.dumps(specs))
    easyr1.run("fit.py", folder / "specs.json")
    outcomes = {name: json.loads((folder / f"{name}.json").read_text()) for name in runs}
    return {
        name: {**found, "journal": list(read_journal(f"{folder / name}-journal"))} for name, found in outcomes.items()
    }


def test_a_judge_that_fails_in_one_call_of_five_moves_nothing_but_a_factor(fits):
    """And one that is dead in validation moves nothing at all."""
    run = fits["failing"]
    assert run["error"] is None
    assert {record["step"] for record in run["records"]} == {1, 2} and len(run["records"]) == 2 * PROMPTS * ROLLOUTS
    groups = defaultdict(list)
    for record in run["records"]:
        groups[record["uid"]].append(record)
    for members in groups.values():
        assert len(members) == ROLLOUTS and len({json.loads(one["gold"])["id"] for one in members}) == 1
    assert {_lost_of_group(members) for members in groups.values()} == {0, 1, 2}
    in_validation = [line for line in run["journal"] if line["split"] == "val"]
    assert len(in_validation) == 3 * 4 and {line["status"] for line in in_validation} == {"unscored"}


def _lost_of_group(members):
    """How many; the scored have the advantages of their group alone, times a factor, and the lost none.

    None within what single precision leaves of a difference of equals, which EasyR1 divides by the deviation.
    """
    told = [one["response"].split("<answer>")[1].split("</answer>")[0] for one in members]
    alone = [ALONE[tier] for tier in told if tier in ALONE]
    factor = math.sqrt((len(members) - 1) / (len(alone) - 1))
    for tier, one in zip(told, members, strict=True):
        expected = 0.0 if tier == "down" else (ALONE[tier] - fmean(alone)) / stdev(alone) * factor
        print(
            f"{tier:8} reward {one['reward']:.4f} advantage {one['advantage']:+.7f} expected {expected:+.7f} (k={len(alone)})"
        )
        assert one["advantage"] == pytest.approx(expected, abs=1e-6 if tier == "down" else 1e-4)
    return told.count("down")


def test_online_filtering_with_the_installed_reward(fits):
    """What `wethink path easyr1` names, as the recipe has it; groups that are all right are generated again."""
    if "filtered" not in fits:
        pytest.skip("online filtering in v0.3.1 needs an older tensordict")
    run = fits["filtered"]
    assert run["error"] is None and len(run["records"]) == PROMPTS * ROLLOUTS
    assert {json.loads(record["gold"])["answer"] for record in run["records"]} == {"4"}, "all right is filtered out"
    assert {round(record["reward"], 4) for record in run["records"]} == {0.3}
    trained = [line for line in run["journal"] if line["split"] == "train"]
    assert len(trained) > len(run["records"]), "some were generated again"
    assert all(line["question"].startswith("How many shapes are there?") for line in run["journal"])
    kinds = {(line["question_type"], line["method"]) for line in run["journal"]}
    assert kinds == {("fill_in_blank", "rule"), ("descriptive", "model")}


def test_a_dead_judge_stops_training_within_two_steps_with_the_cause(fits):
    run = fits["dying"]
    assert max(record["step"] for record in run["records"]) == 2, "one step with the judge, one without"
    assert all(record["advantage"] == pytest.approx(0, abs=1e-6) for record in run["records"] if record["step"] == 2)
    causes = [line for line in run["error"].splitlines() if "JudgeBudgetSpent" in line]
    assert causes and all("503 from the judge" in line for line in causes[-1:])


@pytest.mark.parametrize("template", ["in the model", "in a file"])
def test_the_real_dataset_reads_every_row_to_the_token(easyr1, exported, model, tmp_path, template):
    """Lengths in the manifest are those that EasyR1's own dataset makes; nothing is cut, no image lost."""
    settings = []
    if template == "in a file":
        if easyr1.version != "HEAD":
            pytest.skip("up to v0.3.2 EasyR1 takes no template from a file")
        easyr1.host.run("wethink", "prompt", "easyr1", "--model", model, "--out", tmp_path / "chat.jinja")
        settings = [f"worker.actor.model.model_path={model}", f"data.override_chat_template={tmp_path / 'chat.jinja'}"]
    (tmp_path / "run.yaml").write_text(easyr1.can_read((exported / "run.yaml").read_text()))
    rows = easyr1.answer(
        "lengths.py", f"config={tmp_path / 'run.yaml'}", f"data.train_files={exported / 'judged.parquet'}", f"data.val_files={exported / 'val.parquet'}",
        "data.rollout_batch_size=8", *settings,
    )  # fmt: skip
    batch = rows.pop("batch")
    manifest = json.loads((exported / "judged.manifest.json").read_text())
    assert max(length for length, _, _ in rows.values()) == manifest["settings"]["longest_prompt"]
    prompt = manifest["settings"]["prompt_text"]
    assert all(f"system\n{prompt}<|im_end|>" in text for _, _, text in rows.values())
    assert [rows[f"r{i}"][2].count("<|image_pad|>") for i in range(3)] == [1, 0, 2]
    assert len(batch["ground_truth"]) == 1 and batch["ground_truth"] == [8], "one column of strings, no matrix"
