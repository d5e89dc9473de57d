"""`wethink doctor` in the environments of verl and LLaMA-Factory, and from inside the workers of a Ray cluster."""

import json

import pytest

from tests.doctor.live import LLAMAFACTORY_FAULTS, RAY_FAULT, VERL_FAULTS, check, doctor, faults_in, planted
from tests.hosts.conftest import RECIPE, export
from tests.servers import ModelServer

pytestmark = [pytest.mark.host, pytest.mark.slow]
MODULE = "pkg://wethink_plugins.adapters.verl"
WAYS = {
    "manager": ("reward.reward_manager.name=wethink",),
    "function": (f"reward.custom_reward_function.path={MODULE}", "reward.custom_reward_function.name=compute_score"),
}


@pytest.fixture(scope="module")
def judge():
    with ModelServer() as server:
        yield server


@pytest.fixture(scope="module")
def verl(grpo, task, judge):
    """Runs doctor on the demo's recipe, with a judge that is up."""
    judged = {"judge": {"endpoints": [{"base_url": judge.base_url, "model": "scripted"}], "store": None}}
    (task / "judged.yaml").write_text(json.dumps(judged))
    rows = {name: export(grpo, task, "verl", f"{name}.jsonl", f"{name}.parquet") for name in ("train", "val")}
    settings = [
        f"data.train_files={rows['train']}", f"data.val_files={rows['val']}", f"actor_rollout_ref.model.path={task / 'model'}",
        f"trainer.default_local_dir={task}",
    ]  # fmt: skip

    def run(*more, **options):
        words = ["verl", "--recipe", RECIPE / "grpo.yaml", *settings, *more]
        return doctor(
            grpo,
            task,
            *words,
            cwd=task,
            VERL_PLATFORM="cpu",
            WETHINK_CONFIG=task / "judged.yaml",
            RAY_TMPDIR=task,
            **options,
        )

    return run


@pytest.mark.parametrize("way", WAYS)
def test_healthy_verl(verl, way):
    code, found = verl(*WAYS[way])
    assert (code, faults_in(found)) == (0, [])
    said = {one["check"]: one for one in found}
    manager = {"manager": "WeThinkRewardManager", "function": "NaiveRewardManager"}[way]
    assert f"{manager}: the gold answer gets 1.000, 1.000" in said["dry run"]["text"]


@pytest.mark.parametrize("fault", VERL_FAULTS, ids=[fault.name for fault in VERL_FAULTS])
def test_a_fault_that_verl_shows(verl, task, fault, tmp_path):
    more = planted(fault, tmp_path)
    check(fault, *verl(*WAYS["manager"], *more, path=(tmp_path / "site",)), tmp_path)


@pytest.fixture(scope="module")
def llamafactory(sft, grpo, task):
    folder = export(grpo, task, "llamafactory", "warm.jsonl", "lf-doctor")
    name = next(iter(json.loads((folder / "dataset_info.json").read_text())))
    settings = [
        f"model_name_or_path={task / 'model'}",
        f"dataset_dir={folder}",
        f"dataset={name}",
        f"output_dir={task / 'out'}",
    ]

    def run(*more):
        return doctor(sft, task, "llamafactory", "--recipe", RECIPE / "sft.yaml", *settings, *more, cwd=task)

    return run


def test_healthy_llamafactory(llamafactory, task):
    code, found = llamafactory()
    assert (code, faults_in(found)) == (0, [])
    shown = next(one["detail"] for one in found if one["check"] == "dry run")
    assert (task / "prompt.txt").read_text().strip().splitlines()[0] in shown and "</answer><|im_end|>" in shown


@pytest.mark.parametrize("fault", LLAMAFACTORY_FAULTS, ids=[fault.name for fault in LLAMAFACTORY_FAULTS])
def test_a_fault_that_llamafactory_shows(llamafactory, fault, tmp_path):
    check(fault, *llamafactory(*planted(fault, tmp_path)), tmp_path)


# A cluster of two nodes that was started before, by somebody without the key; then doctor, by somebody with it.
CLUSTER = """
import json, os, subprocess, sys
from ray.cluster_utils import Cluster
cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False, "object_store_memory": 80_000_000})
try:
    cluster.add_node(num_cpus=1, object_store_memory=80_000_000)
    more = {"RAY_ADDRESS": cluster.address, "MY_JUDGE_KEY": "secret"}
    ask = [sys.executable, "-c", sys.argv[1], cluster.address]
    print("ANSWER", subprocess.run(ask, env={**os.environ, **more}, capture_output=True, text=True).stdout)
finally:
    cluster.shutdown()
"""
ASK = """
import json, sys
from dataclasses import asdict
from pathlib import Path
from wethink_plugins.doctor.case import Case
from wethink_plugins.doctor.ray_nodes import nodes
from wethink_plugins.doctor.recipe import Recipe
case = Case("easyr1", Recipe(None), Path("keyed.yaml"))
print(json.dumps([asdict(finding) for finding in nodes(case)]))
"""


def test_a_key_that_is_not_in_the_workers_of_a_running_cluster(grpo, task, tmp_path_factory):
    (task / "keyed.yaml").write_text(
        "judge: {endpoints: [{base_url: 'http://127.0.0.1:9/v1', model: m, api_key_env: MY_JUDGE_KEY}]}\n"
    )
    done = grpo.run("python", "-c", CLUSTER, ASK, cwd=task, RAY_USAGE_STATS_ENABLED=0)
    found = json.loads(done.stdout.split("ANSWER ")[1].strip().splitlines()[0])
    assert [one["level"] for one in found] == ["error", "error"], "one for each node"
    assert "secret" not in done.stdout
    check(RAY_FAULT, 1, found[:1], task)
