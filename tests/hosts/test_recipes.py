"""Every recipe and every variant, through the hosts' own parsers; the CPU-sized ones trained, the real ones started."""

import json
import tempfile
from pathlib import Path

import pytest

from tests.hosts.conftest import CHECKOUT
from tests.servers import ModelServer
from wethink_plugins.cli.main import main
from wethink_plugins.recipes.table import table
from wethink_plugins.rewards.journal import read_journal

pytestmark = pytest.mark.host
HERE = Path(__file__).resolve().parent
RECIPES = table().recipes
# What each variant comes to in verl's whole configuration.
VERL = {
    "judge/pool": {"reward.reward_model.enable": True, "trainer.n_gpus_per_node": 4, "reward.reward_model.n_gpus_per_node": 4},
    "ablation/group_16": {"actor_rollout_ref.rollout.n": 16, "actor_rollout_ref.actor.rollout_n": 16},
    "ablation/no_kl": {"actor_rollout_ref.actor.use_kl_loss": False, "algorithm.use_kl_in_reward": False},
    "size/cpu": {"trainer.device": "cpu", "actor_rollout_ref.actor.fsdp_config.model_dtype": "fp32"},
}  # fmt: skip


def show(out, *words):
    with pytest.raises(SystemExit) as ended:
        main(["recipe", "show", *words, "--out", str(out)])
    assert not ended.value.code
    return out


def written(host, folder):
    """Name -> run.yaml, for each recipe of the host, each variant, and the smallest size of each."""
    files = {}
    for name, entry in RECIPES.items():
        if entry.host == host:
            files[name] = show(folder / name / "run.yaml", name)
            if host in table().variants["size/cpu"].hosts:
                small = f"small/{name}"
                files[small] = show(folder / small / "run.yaml", name, "--with", "size/cpu")
    for name, variant in table().variants.items():
        if host in variant.hosts:
            files[name] = show(folder / name / "run.yaml", name, "--host", host)
    return files


def found_by(done):
    line = next(line for line in done.stdout.splitlines() if line.startswith("FOUND "))
    return json.loads(line.removeprefix("FOUND "))


def at(config, key):
    for part in key.split("."):
        config = config[part]
    return config


@pytest.mark.parametrize(
    "entries", [RECIPES, pytest.param(table().variants, marks=pytest.mark.slow)], ids=["recipe", "variant"]
)
def test_verl_takes_every(entries, grpo, tmp_path):
    files = {name: file for name, file in written("verl", tmp_path).items() if name.removeprefix("small/") in entries}
    found = found_by(grpo.run("python", HERE / "verl_recipes.py", *(file.parent for file in files.values())))
    assert {name: one["error"] for name, one in _named(files, found).items() if "error" in one} == {}
    for name, one in _named(files, found).items():
        config = one["config"]
        expected = {"reward.reward_manager.name": "wethink", "actor_rollout_ref.rollout.n": 5, **VERL.get(name, {})}
        if name.startswith("ablation/group"):
            expected["actor_rollout_ref.rollout.n"] = int(name.rpartition("_")[2])
        assert {key: at(config, key) for key in expected} == expected, name
        assert config["ray_kwargs"]["ray_init"]["runtime_env"]["env_vars"]["WETHINK_CONFIG"].endswith("wethink.yaml")


def _named(files, found):
    return {name: found[str(file.parent)] for name, file in files.items()}


def test_llamafactory_takes_every_recipe_and_every_variant(sft, tmp_path):
    files = written("llamafactory", tmp_path)
    found = found_by(sft.run("python", HERE / "llamafactory_recipes.py", *files.values()))
    assert {name: found[str(file)]["error"] for name, file in files.items() if "error" in found[str(file)]} == {}
    for name, file in files.items():
        one = found[str(file)]
        small = name.startswith(("small/", "size/"))
        assert one["finetuning"][0] == ("lora" if "lora" in name else "full")
        assert (one["max_steps"] == 2, one["bf16"], one["deepspeed"] is None) == (
            small,
            not small,
            small or "lora" in name,
        )
        assert one["data"][0] == "qwen2_vl" and one["data"][2] == ["wethink"]


@pytest.fixture(scope="module")
def judge():
    with ModelServer() as server:
        yield server


def recipe_run(host, task, out, name, *more, check=True, **variables):
    with tempfile.TemporaryDirectory(prefix="wt", dir="/tmp") as ray:  # Ray's sockets want a short path
        return host.run(
            "python", "-m", "wethink_plugins.cli.main", "recipe", "run", name, "--images", task / "data", "--model", task / "model",
            "--out", out, *more, check=check, cwd=task, RAY_TMPDIR=ray, RAY_USAGE_STATS_ENABLED=0, RAY_DEDUP_LOGS=0, RAY_worker_niceness=0, **variables,
        )  # fmt: skip


@pytest.fixture(scope="module")
def judged(task, judge):
    settings = {"judge": {"endpoints": [{"base_url": judge.base_url, "model": "scripted"}], "store": None}}
    (task / "served.yaml").write_text(json.dumps(settings))
    lines = (task / "data" / "train.jsonl").read_text().splitlines()
    (task / "some.jsonl").write_text("\n".join(lines[:16]) + "\n")
    return ["--data", task / "some.jsonl", "--val", task / "data" / "val.jsonl", "--reward", task / "served.yaml"]


@pytest.mark.slow
def test_verl_trains_by_the_recipe_in_small(grpo, task, judge, judged, tmp_path):
    """Export, doctor and two steps of the real trainer, by one command; and the same command once more."""
    out = tmp_path / "run"
    done = recipe_run(grpo, task, out, "verl/grpo_7b", "--with", "size/cpu", *judged)
    assert "nothing found" in done.stdout and "step:2" in done.stdout and "trained; look at it" in done.stdout
    lines = list(read_journal(out / "journal"))
    assert len(lines) == 2 * 4 * 5 and {line["status"] for line in lines} == {"scored"}
    assert (out / "checkpoints" / "global_step_2" / "actor" / "huggingface" / "config.json").exists()
    assert "step:2" in (out / "train.log").read_text()
    again = recipe_run(grpo, task, out, "verl/grpo_7b", "--with", "size/cpu", *judged, "--dry-run")
    assert "goes on" in again.stdout


@pytest.mark.slow
def test_doctor_stops_a_run_whose_judge_is_down(grpo, task, judged, tmp_path):
    down = {"judge": {"endpoints": [{"base_url": "http://127.0.0.1:9/v1", "model": "m"}], "store": None}}
    (task / "down.yaml").write_text(json.dumps(down))
    more = [*judged[:-1], task / "down.yaml", "--dry-run"]
    done = recipe_run(grpo, task, tmp_path / "run", "verl/grpo_7b", "--with", "size/cpu", *more, check=False)
    assert done.returncode == 1 and "not launched: doctor found something" in done.stdout
    assert "main_ppo" not in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("name", ["sft_7b_full", "sft_7b_lora"])
def test_llamafactory_trains_by_the_recipe_in_small(sft, task, tmp_path, name):
    out = tmp_path / "run"
    (task / "few.jsonl").write_text("\n".join((task / "data" / "warm.jsonl").read_text().splitlines()[:16]) + "\n")
    rows = ["--data", task / "few.jsonl"]
    done = recipe_run(sft, task, out, f"llamafactory/{name}", "--with", "size/cpu", *rows)
    assert "train_loss" in done.stdout and done.stdout.splitlines()[-1].startswith("trained")
    assert (task / "prompt.txt").read_text().splitlines()[0] in done.stdout, "its first example shows the system prompt"
    made = out / ("adapter/adapter_model.safetensors" if name.endswith("lora") else "model/model.safetensors")
    assert made.exists()


@pytest.mark.slow
def test_the_real_recipe_starts_as_far_as_the_first_gpu(grpo, task, judged, tmp_path):
    """Configuration, tokenizer, rows, filter and plan are all verl's; then it counts GPUs."""
    out = tmp_path / "run"
    # As many processes as this machine bears; and Ray counts two cores.
    few = [
        "transfer_queue.backend.SimpleStorage.num_data_storage_units=1",
        "data.dataloader_num_workers=0",
        "data.train_batch_size=8",
    ]
    few += [
        "+ray_kwargs.ray_init.num_cpus=64",
        "+ray_kwargs.ray_init.include_dashboard=false",
        "data.filter_overlong_prompts_workers=1",
    ]
    done = recipe_run(grpo, task, out, "verl/grpo_7b", *few, *judged, "--anyway", check=False)
    assert done.returncode == 1 and "is less than total desired GPUs 8" in done.stdout, done.stdout[-3000:]
    assert "All configuration checks passed" in done.stdout and "filter dataset len: 16" in done.stdout


def test_the_measurement_says_what_it_needs(grpo):
    done = grpo.run("python", CHECKOUT / "recipes" / "verl" / "measure.py", check=False, PATH="/usr/bin:/bin")
    if "none found" not in done.stdout:
        pytest.skip("there are GPUs here")
    assert done.returncode == 1 and len(done.stdout.strip().splitlines()) == 1
