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
# Three of eight are too easy: all five responses say 3.
RULED = [row(i, answer="4" if i > 4 else "3", image_path=IMAGES[i % 3]) for i in range(8)]


@pytest.fixture(scope="module")
def exported(host, model, tmp_path_factory):
    """What a user's own commands make: two exports, the chat template, the recipe with this machine's paths."""
    folder = tmp_path_factory.mktemp("task")
    (folder / "wethink.yaml").write_text("judge: {offline: true}\n")
    for name, rows in (("judged", JUDGED), ("ruled", RULED), ("val", JUDGED[:4])):
        split = "val" if name == "val" else "train"
        host.run(
            "wethink", "data", "export", "easyr1", write_rows(folder, rows, f"{name}.jsonl"), "--out", folder / f"{name}.parquet",
            "--config", folder / "wethink.yaml", "--model", model, "--split", split,
        )  # fmt: skip
    host.run("wethink", "prompt", "easyr1", "--model", model, "--out", folder / "chat_template.jinja")
    host.run("wethink", "recipe", "show", "easyr1/grpo_7b", "--out", folder / "run.yaml")
    return folder


@pytest.fixture
def fit(easyr1, exported, model, tmp_path):
    """Trains by the recipe in small; more settings may be given. (output, records, lines of the journal)"""

    def run(rows, answers, val_answers, *settings, check=True):
        recipe = (exported / "run.yaml").read_text()
        if easyr1.version == "v0.3.1":
            recipe = recipe.replace("dynamic_batching:", "# dynamic_batching:")
        (tmp_path / "run.yaml").write_text(recipe)
        arguments = [
            f"config={tmp_path / 'run.yaml'}", f"data.train_files={exported / rows}.parquet", f"data.val_files={exported / 'val.parquet'}",
            f"data.rollout_batch_size={PROMPTS}", f"worker.actor.global_batch_size={PROMPTS}", f"worker.rollout.n={ROLLOUTS}",
            "data.val_batch_size=4", "data.max_prompt_length=1024", "data.max_response_length=80", "data.min_pixels=3136",
            f"worker.actor.model.model_path={model}", "trainer.n_gpus_per_node=2", "trainer.logger=[file]", "trainer.val_freq=1",
            f"trainer.save_checkpoint_path={tmp_path / 'checkpoints'}", *settings,
        ]  # fmt: skip
        spec = {
            "arguments": arguments,
            "records": str(tmp_path / "records"),
            "answers": answers,
            "val_answers": val_answers,
        }
        (tmp_path / "spec.json").write_text(json.dumps(spec))
        variables = {"WETHINK_JOURNAL": tmp_path / "journal"}
        done = easyr1.run("fit.py", tmp_path / "spec.json", check=check, **variables)
        records = [json.loads(line) for line in (tmp_path / "records").read_text().splitlines()]
        return done, records, list(read_journal(tmp_path / "journal"))

    return run


JUDGED_REWARD = f"worker.reward.reward_function={HERE / 'judged_reward.py'}:compute_score"
NO_SETTINGS = "worker.reward.reward_function_kwargs={}"


def test_a_judge_that_fails_in_one_call_of_five_moves_nothing_but_a_factor(fit):
    """And one that is dead in validation moves nothing at all."""
    done, records, journal = fit("judged", FAILING, ["down"], JUDGED_REWARD)
    assert "FIT IS DONE" in done.stdout
    steps = {record["step"] for record in records}
    assert (steps, len(records)) == ({1, 2}, 2 * PROMPTS * ROLLOUTS)
    groups = defaultdict(list)
    for record in records:
        groups[record["uid"]].append(record)
    for members in groups.values():
        assert len(members) == ROLLOUTS and len({json.loads(one["gold"])["id"] for one in members}) == 1
    assert {_lost_of_group(members) for members in groups.values()} == {0, 1, 2}
    assert len([line for line in journal if line["split"] == "val" and line["status"] == "unscored"]) == 3 * 4


def _lost_of_group(members):
    """How many; the scored have the advantages of their group alone, times a factor, and the lost none."""
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


def test_online_filtering_with_the_installed_reward(fit):
    """What `wethink path easyr1` names, as the recipe has it; groups that are all right are generated again."""
    done, records, journal = fit(
        "ruled", ["3"], ["three circles"], "algorithm.online_filtering=true", "data.mini_rollout_batch_size=2", "trainer.max_steps=1",
    )  # fmt: skip
    assert "FIT IS DONE" in done.stdout and "Continue generating" in done.stdout
    assert {json.loads(record["gold"])["answer"] for record in records} == {"4"}, "all right is filtered out"
    assert {round(record["reward"], 4) for record in records} == {0.3}
    assert {line["split"] for line in journal} == {"train", "val"}
    assert all(line["question"] == "How many shapes are there?" for line in journal)
    kinds = {(line["question_type"], line["method"]) for line in journal}
    assert kinds == {("fill_in_blank", "rule"), ("descriptive", "model")}


def test_a_dead_judge_stops_training_within_two_steps_with_the_cause(fit):
    alive = [tier for tier in FAILING if tier != "down"] + ["correct", "wrong", "mostly", "partly"]
    done, records, _ = fit(
        "judged", alive + ["down"] * 1000, ["correct"], JUDGED_REWARD, "trainer.max_steps=9", check=False
    )
    assert done.returncode and "FIT IS DONE" not in done.stdout
    assert max(record["step"] for record in records) == 2, "one step with the judge, one without"
    assert all(record["advantage"] == pytest.approx(0, abs=1e-6) for record in records if record["step"] == 2)
    cause = [line for line in done.stdout.splitlines() if "JudgeBudgetSpent" in line]
    assert any("503 from the judge" in line for line in cause), done.stdout[-3000:]


def test_the_real_dataset_reads_every_row_to_the_token(easyr1, exported, model, tmp_path):
    """Lengths in the manifest are those that EasyR1's own dataset makes; nothing is cut, no image lost."""
    recipe = (exported / "run.yaml").read_text()
    (tmp_path / "run.yaml").write_text(recipe.replace("dynamic_batching:", "# dynamic_batching:"))
    rows = easyr1.answer(
        "lengths.py", f"config={tmp_path / 'run.yaml'}", f"data.train_files={exported / 'judged.parquet'}", f"data.val_files={exported / 'val.parquet'}",
        f"worker.actor.model.model_path={model}", "data.rollout_batch_size=8",
    )  # fmt: skip
    batch = rows.pop("batch")
    manifest = json.loads((exported / "judged.manifest.json").read_text())
    assert max(length for length, _, _ in rows.values()) == manifest["settings"]["longest_prompt"]
    prompt = manifest["settings"]["prompt_text"]
    assert all(f"system\n{prompt}<|im_end|>" in text for _, _, text in rows.values())
    assert [rows[f"r{i}"][2].count("<|image_pad|>") for i in range(3)] == [1, 0, 2]
    assert len(batch["ground_truth"]) == 1 and batch["ground_truth"] == [8], "one column of strings, no matrix"
