"""A real vLLM server as the judge, and the one that verl itself serves.

The model has random weights: its verdicts mean nothing, and which ones they are is not looked at. What is: that each is
one, that the server constrains them, and that what the server refuses ends as it should.
"""

import json
from collections import Counter

import pytest

pytest.importorskip("aiohttp", reason="needs the judge extra")

from tests.hosts.conftest import CHECKOUT, RECIPE
from tests.hosts.main_ppo import PROMPTS, ROLLOUTS, STEPS, main_ppo
from tests.hosts.vllm_server import NAME, ON_THE_CPU, vllm_server
from wethink_plugins import HybridReward
from wethink_plugins.rewards.journal import read_journal
from wethink_plugins.rewards.judge.labelled import read_labelled
from wethink_plugins.rewards.judge.tiers import LOWEST, TIERS
from wethink_plugins.sample import Sample

pytestmark = [pytest.mark.host, pytest.mark.slow]
ANSWERS = 60


@pytest.fixture(scope="module")
def model(vllm, tmp_path_factory):
    folder = tmp_path_factory.mktemp("judge") / "model"
    vllm.run("python", CHECKOUT / "tests/hosts/tiny_judge.py", folder, PYTHONPATH=RECIPE)
    return folder


@pytest.fixture(scope="module")
def base_url(vllm, model):
    with vllm_server(vllm, model, model.parent / "server.log") as url:
        yield url


@pytest.fixture
def settings(base_url, tmp_path):
    """A wethink.yaml for that server; further fields of the endpoint by name."""

    def write(journal=None, **endpoint):
        endpoints = [{"base_url": base_url, "model": NAME, "max_concurrency": 16, **endpoint}]
        judge = {"endpoints": endpoints, "store": None, "deadline_s": 300, "max_tokens": 64}
        file = tmp_path / "wethink.yaml"
        file.write_text(json.dumps({"judge": judge, "journal": {"path": journal and str(journal)}}))
        return file

    return write


def described(answer, number=0, question="What happens?", reference="A dog runs along the beach."):
    response = f"<think>I look.</think><answer>{answer}</answer>"
    return Sample(str(number), None, question, response, reference, "descriptive", (), "model")


def test_ping(vllm, settings):
    (line,) = json.loads(vllm.run("wethink", "judge", "ping", "--json", "--config", settings()).stdout)
    assert (line["mode"], line["fault"], line["answered_by"]) == ("constrained", "", NAME)
    assert line["verdict"] in TIERS and line["attempts"] == 1


def test_every_verdict_can_be_read(settings, tmp_path):
    rows = read_labelled()[:: max(len(read_labelled()) // ANSWERS, 1)][:ANSWERS]
    reward = HybridReward.from_config(settings(tmp_path / "journal"))
    reward.score_batch([described(row.answer, i, row.question, row.reference) for i, row in enumerate(rows)])
    mode = reward.judge.client.mode()
    reward.close()
    lines = list(read_journal(tmp_path / "journal"))
    calls = [line["judge"] for line in lines]
    assert len(lines) == ANSWERS
    assert Counter(line["status"] for line in lines) == {"scored": ANSWERS}
    assert {line["tier"] for line in lines} <= set(TIERS)
    assert {json.loads(line["judge_reply"])["verdict"] for line in lines if line["judge_reply"]} <= set(TIERS)
    assert mode == "json_schema"
    assert {call["mode"] for call in calls if call["asked"]} == {"constrained"}
    assert max(call["asked"] for call in calls) == 1, "none had to be asked for twice"
    assert all(call["prompt_tokens"] > 0 and call["model"] == NAME for call in calls if call["asked"])
    print(f"verdicts of a model of random weights, which mean nothing: {Counter(line['tier'] for line in lines)}")


def test_an_answer_that_is_too_long_for_the_model_is_paid_the_lowest_tier(settings):
    reward = HybridReward.from_config(settings())
    long, short = reward.score_batch([described("é" * 7000), described("A dog.")])
    reward.close()
    assert (long.status, long.tier, long.extra["judge"]["fault"]) == ("ungradable", LOWEST, "context_length")
    assert short.status == "scored"


def test_a_model_that_it_does_not_serve_is_a_wrong_set_up(vllm, settings):
    done = vllm.run("wethink", "judge", "ping", "--json", "--config", settings(model="other"), check=False)
    assert done.returncode == 1
    assert "bad_request" in done.stdout and "`other` does not exist" in done.stdout


@pytest.fixture(scope="module")
def routed(vllm, task, model):
    """verl trains for two steps and serves the judge itself: the run's journal, and the model's path."""
    judge = {"endpoints": [{"base_url": "router", "model": str(model), "max_concurrency": 8}], "store": None}
    judge |= {"deadline_s": 300, "batch_deadline_s": 500, "max_tokens": 64}
    (task / "routed.yaml").write_text(json.dumps({"rules": {"escalate": True}, "judge": judge}))
    served = {
        "enable": "true", "enable_resource_pool": "true", "n_gpus_per_node": 1, "nnodes": 1, "model_path": model,
        "rollout.name": "vllm", "rollout.tensor_model_parallel_size": 1, "rollout.dtype": "float32",
        "rollout.enforce_eager": "true", "rollout.free_cache_engine": "false", "rollout.max_model_len": 8192,
        "rollout.max_num_seqs": 16,
    }  # fmt: skip
    done = main_ppo(
        vllm, task, "routed", "reward.reward_manager.name=wethink", "ray_kwargs.ray_init.num_gpus=2",
        *(f"reward.reward_model.{key}={value}" for key, value in served.items()),
        "reward.custom_reward_function.path=pkg://wethink_plugins.adapters.verl",
        "reward.custom_reward_function.name=compute_score",
        "+reward.reward_model.rollout.enable_sleep_mode=false", config="routed.yaml",
        VERL_USE_EXTERNAL_MODULES="answered", PYTHONPATH=CHECKOUT / "tests" / "hosts", **ON_THE_CPU,
    )  # fmt: skip
    assert f"step:{STEPS}" in done.stdout
    return list(read_journal(task / "routed-journal"))


def test_verdicts_come_through_verls_own_router(routed, model):
    assert len(routed) == STEPS * PROMPTS * ROLLOUTS
    assert Counter(line["status"] for line in routed) == {"scored": len(routed)}
    asked = [line for line in routed if line["judge_called"]]
    assert asked and {line["method"] for line in asked} == {"model"}
    for line in asked:
        judge = line["judge"]
        assert (judge["model"], judge["mode"], judge["cached"]) == (str(model), "constrained", False)
        assert judge["endpoint"].startswith("http://") and judge["prompt_tokens"] > 0 and judge["attempts"] >= 1
        assert json.loads(line["judge_reply"]) == {"verdict": line["tier"]}, "none is invented"
    assert len({line["judge"]["endpoint"] for line in asked}) == 1
