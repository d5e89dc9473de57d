"""A tiny model that EasyR1's own actor trains on our reward: the whole way from a row to a changed weight, on a CPU."""

import json
from collections import Counter
from statistics import fmean

import pytest

from tests.datasets.builders import row, write_rows
from wethink_plugins.rewards.journal import read_journal

pytestmark = pytest.mark.easyr1
PROMPTS, ROLLOUTS, STEPS = 4, 5, 3
IMAGES = ["images/a.png", None, ["images/a.png", "images/b.png"]]
ROWS = [row(i, answer="4" if i % 2 else "3", image_path=IMAGES[i % 3]) for i in range(12)]
SETTINGS = (
    f"data.rollout_batch_size={PROMPTS}", f"worker.actor.global_batch_size={PROMPTS}", f"worker.rollout.n={ROLLOUTS}",
    "data.val_batch_size=4", "data.max_prompt_length=1024", "data.max_response_length=40", "data.min_pixels=3136",
    "worker.actor.padding_free=false", "worker.actor.dynamic_batching=false", "worker.actor.use_torch_compile=false",
    "worker.actor.micro_batch_size_per_device_for_update=5", "worker.actor.micro_batch_size_per_device_for_experience=10",
    "worker.actor.optim.lr=1e-3", "worker.actor.model.enable_gradient_checkpointing=false",
    "trainer.n_gpus_per_node=1", "trainer.val_freq=-1", "trainer.val_before_train=false", f"trainer.max_steps={STEPS}",
    "trainer.logger=[file]",
)  # fmt: skip


@pytest.fixture(scope="module")
def trained(easyr1, model, tmp_path_factory):
    """Its updates, EasyR1's own log of them, and our journal."""
    if easyr1.version != "HEAD":
        pytest.skip("EasyR1 writes its log into a file after v0.3.2")
    folder, wethink = tmp_path_factory.mktemp("actor"), ("wethink", "data", "export", "easyr1")
    (folder / "wethink.yaml").write_text(f"judge: {{offline: true}}\njournal: {{path: {folder / 'journal'}}}\n")
    easyr1.host.run("wethink", "prompt", "easyr1", "--model", model, "--copy", folder / "model")
    for name, rows in (("train", ROWS), ("val", ROWS[:4])):
        easyr1.host.run(
            *wethink, write_rows(folder, rows, f"{name}.jsonl"), "--out", folder / f"{name}.parquet",
            "--config", folder / "wethink.yaml", "--model", folder / "model", "--split", name,
        )  # fmt: skip
    easyr1.host.run("wethink", "recipe", "show", "easyr1/grpo_7b", "--out", folder / "run.yaml")
    (folder / "specs.json").write_text(json.dumps({"run": {"arguments": [f"config={folder / 'run.yaml'}", *SETTINGS]}}))
    easyr1.run("actor_fit.py", folder / "specs.json")
    outcome = json.loads((folder / "run.json").read_text())
    assert outcome["error"] is None
    log = map(json.loads, (folder / "checkpoints" / "experiment_log.jsonl").read_text().splitlines())
    return {
        "updates": outcome["records"],
        "log": [line for line in log if "actor" in line],
        "journal": list(read_journal(folder / "journal")),
    }


def test_the_weights_move_the_way_the_rewards_point(trained):
    assert len(trained["updates"]) == STEPS
    for update, logged in zip(trained["updates"], trained["log"], strict=True):
        assert logged["actor"]["grad_norm"] > 0
        assert min(update["moved"].values()) > 0, "both what reads and what sees"
        assert update["images"] > 0
        assert min(update["advantages"]) < 0 < max(update["advantages"])
        assert update["gained"] > 0, "what was better than its group got likelier, what was worse got less likely"


def test_the_first_step_is_the_reference_and_later_ones_are_not(trained):
    first, *later = (logged["actor"]["kl_loss"] for logged in trained["log"])
    assert first == pytest.approx(0, abs=1e-6) and all(loss > 1e-6 for loss in later)


def test_easyr1_logs_the_means_of_what_the_journal_holds(trained):
    lines = [line for line in trained["journal"] if line["split"] == "train"]
    size = PROMPTS * ROLLOUTS
    assert len(lines) == STEPS * size and {line["status"] for line in lines} == {"scored"}
    for i, (update, logged) in enumerate(zip(trained["updates"], trained["log"], strict=True)):
        batch = lines[i * size : (i + 1) * size]
        assert Counter(line["response"] for line in batch) == Counter(update["responses"])
        assert logged["reward"]["accuracy"] == pytest.approx(fmean(line["accuracy"] for line in batch))
        assert logged["reward"]["overall"] == pytest.approx(fmean(line["overall"] for line in batch))
        assert logged["critic"]["score"]["mean"] == pytest.approx(fmean(line["overall"] for line in batch))
        assert 0.3 < logged["reward"]["overall"] < 1, "right and wrong answers, all in the form that is paid"
    assert sum(line["split"] == "val" for line in trained["journal"]) == 4
