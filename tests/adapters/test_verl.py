"""What is verl's own: group, step and images of a trajectory, validation, and late registration."""

import asyncio
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.adapters.hosts import VerlFunction, VerlManager, item_of
from tests.rewards.judges import ScriptedJudge
from wethink_plugins import HybridReward
from wethink_plugins.adapters import verl, verl_manager, verl_process, verl_sample
from wethink_plugins.adapters.faults import FaultCount
from wethink_plugins.adapters.verl_start import refuse_unpayable
from wethink_plugins.errors import JudgeBudgetSpent, JudgeRequired, SampleError


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


def test_the_plain_function_never_ends_a_run_in_validation(sample_of, monkeypatch):
    host = VerlFunction(HybridReward.from_config(judge=ScriptedJudge()), monkeypatch)
    result = host._call(sample_of("down", "gold", question_type="descriptive", meta={"split": "val"}))
    assert (result["score"], result["unscored"], result["imputed"]) == (0.0, 1.0, 1.0)


def test_the_first_calls_from_many_threads_share_one_reward():
    verl_process._reward.cache_clear()
    start = threading.Barrier(16)

    def first_call(_):
        start.wait()
        return verl_process.shared_reward()

    with ThreadPoolExecutor(16) as pool:
        assert len(set(pool.map(first_call, range(16)))) == 1
    verl_process._reward.cache_clear()


KWARGS = [
    ("0.7 and 0.8 with a sandbox", {"sandbox_fusion_url": None, "concurrent_semaphore": None, "memory_limit_mb": 1024}),
    ("0.9 with a reward model", {"reward_router_address": "127.0.0.1:1", "reward_model_tokenizer": None}),
]


@pytest.mark.parametrize(("why", "more"), KWARGS, ids=[case[0] for case in KWARGS])
def test_the_plain_function_takes_what_each_version_passes(sample_of, monkeypatch, why, more):
    VerlFunction(HybridReward.from_config(), monkeypatch)
    response = sample_of().response
    score = verl.compute_score(data_source="s", solution_str=response, ground_truth="4", extra_info=None, **more)
    assert score["score"] == 1.0


def test_a_row_is_named_by_its_id_even_by_zero():
    for extra, name in (({"id": 0, "index": 9}, "0"), ({"index": 0}, "0"), ({"index": None}, "unknown")):
        assert verl_sample.sample_of("r", "4", extra, "s").id == name


UNPAYABLE = [
    ("no judge", "a dog that runs along the long beach", JudgeRequired, "judge.offline"),
    ("no gold", None, SampleError, "no gold answer"),
]


@pytest.mark.parametrize(("why", "gold", "error", "says"), UNPAYABLE, ids=[case[0] for case in UNPAYABLE])
def test_rows_that_verl_would_drop_one_by_one_are_refused_at_start(tmp_path, why, gold, error, says):
    rows = [
        {"reward_model": {"style": "rule", "ground_truth": g}, "extra_info": {"index": i}}
        for i, g in enumerate(["4", gold])
    ]
    file = tmp_path / "train.parquet"
    pq.write_table(pa.Table.from_pylist(rows), file)
    config = {"data": {"train_files": [str(file)], "val_files": None}}
    with pytest.raises(error, match="row 1") as caught:
        refuse_unpayable(HybridReward.from_config(), config)
    assert str(file) in str(caught.value)
    assert says in str(caught.value)
    own_dataset = {"data": {**config["data"], "custom_cls": {"path": "pkg://own", "name": "Own"}}}
    refuse_unpayable(HybridReward.from_config(), own_dataset)


def test_a_verl_that_is_unknown_costs_the_name_and_not_the_run(caplog, monkeypatch):
    def refuse(name):
        raise TypeError("another signature")

    monkeypatch.setattr(verl_manager, "reward_manager_class", lambda: object)
    verl._add_manager(SimpleNamespace(register=refuse))
    assert "reward.reward_manager.name=wethink is not available" in caplog.text


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
import importlib.util
assert importlib.util.find_spec("late_host.registry")
assert not seen
import late_host.registry
assert seen == [["a"]], seen
assert type(late_host.registry.__spec__.loader).__name__ == "SourceFileLoader"
assert "Finder" not in {{type(finder).__name__.strip("_") for finder in sys.meta_path}}
when_imported("late_host.registry", lambda module: seen.append("again"))
assert seen[-1] == "again"
"""


def test_registration_waits_for_the_host_to_import_its_registry(tmp_path):
    package = tmp_path / "late_host"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "registry.py").write_text("NAMES = ['a']")
    subprocess.run([sys.executable, "-c", LATE.format(folder=str(tmp_path))], check=True)
