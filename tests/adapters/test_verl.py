"""What is verl's own: group, step and images of a trajectory, validation, and late registration."""

import asyncio
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import PackageNotFoundError
from types import SimpleNamespace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.adapters.hosts import VerlFunction, VerlManager, VerlManagerMean, item_of
from tests.rewards.judges import ScriptedJudge
from wethink_plugins import HybridReward
from wethink_plugins.adapters import verl, verl_manager, verl_padding, verl_process, verl_sample
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


# Steps of (needed the judge, lost); whether the run is stopped after them, and what is said.
STEPS = [
    ("dead for two steps", [(8, 8), (8, 8)], True, "2 batches in a row with no verdict from the judge: 429"),
    ("dead for one", [(8, 8), (8, 0)], False, ""),
    ("dead, and a step that needed no judge", [(8, 8), (0, 0), (8, 8)], True, "2 batches in a row"),
    ("some are lost", [(40, 20)] * 3, False, "20 of 40 samples that needed the judge are unscored"),
    ("few are lost", [(40, 4)] * 3, False, ""),
]


@pytest.mark.parametrize(("why", "steps", "stops", "says"), STEPS, ids=[case[0] for case in STEPS])
def test_the_workers_of_a_run_count_together_by_step(caplog, why, steps, stops, says):
    count = FaultCount()
    for step, (needed, lost) in enumerate(steps):
        told = [count.note(step, "429 for 60 s" if i < lost else "") for i in range(needed)]
        assert not any(told), "a step is weighed when it is over"
    assert bool(count.note(len(steps))) == stops
    assert says in caplog.text
    assert ("the run is stopped" in caplog.text) == stops


def test_without_steps_every_64_are_one():
    count = FaultCount()
    told = [count.note(None, "429 for 60 s") for _ in range(129)]
    assert "2 batches in a row" in told[-1] and not any(told[:-1])


@pytest.mark.parametrize("host", [VerlManager, VerlManagerMean, VerlFunction])
def test_a_dead_judge_fails_every_trajectory_which_stops_verl(sample_of, monkeypatch, host, caplog):
    host = host(HybridReward.from_config(judge=ScriptedJudge()), monkeypatch)
    host.faults.spent = host.faults.note(7, "") or "2 batches in a row with no verdict from the judge: 429"
    by_rule, validation = sample_of(), sample_of(meta={"split": "val"})
    with pytest.raises(JudgeBudgetSpent, match="429"):
        host.metrics(by_rule)
    assert host.metrics(validation)["overall"] == 1.0


def test_a_judge_that_dies_on_the_way_is_noticed_by_the_manager(sample_of, monkeypatch):
    host = VerlManager(HybridReward.from_config(judge=ScriptedJudge()), monkeypatch)
    lost, by_rule = sample_of("down", "gold", question_type="descriptive"), sample_of()

    def step(number):
        def built(sample):
            item = item_of(sample)
            item.non_tensor_batch["global_steps"] = number
            return item

        monkeypatch.setattr("tests.adapters.hosts.item_of", built)
        return host.rewards([by_rule, lost, lost, by_rule])

    assert step(1) == step(2) == [1.0, "left out", "left out", 1.0]
    assert step(3) == [1.0, "left out", "left out", "left out"], "the first lost one of step 3 closes step 2"
    assert step(4) == ["left out"] * 4


def test_a_dead_judge_in_validation_stops_nothing_and_is_not_counted(sample_of, monkeypatch):
    for kind in (VerlManager, VerlFunction):
        host = kind(HybridReward.from_config(judge=ScriptedJudge()), monkeypatch)
        lost = sample_of("down", "gold", question_type="descriptive", meta={"split": "val"})
        for _ in range(200):
            assert host.rewards([lost]) == [0.0]
        assert host.faults.spent == ""
        assert host.rewards([sample_of()]) == [1.0]


def test_validation_and_training_have_means_of_their_own(sample_of, monkeypatch):
    host = VerlFunction(HybridReward.from_config(judge=ScriptedJudge()), monkeypatch)
    lost = {"answer": "down", "gold": "gold", "question_type": "descriptive"}
    host.rewards([sample_of("4"), sample_of("5", meta={"split": "val"})])
    assert host.rewards([sample_of(**lost), sample_of(**lost, meta={"split": "val"})]) == [1.0, 0.3]


def test_mean_instead_of_dropping_is_counted(sample_of, monkeypatch):
    host = VerlManagerMean(HybridReward.from_config(judge=ScriptedJudge()), monkeypatch)
    lost = sample_of("down", "gold", question_type="descriptive")
    assert host.rewards([lost, sample_of("4"), sample_of("5"), lost]) == ["left out", 1.0, 0.3, pytest.approx(0.65)]
    assert {k: host.metrics(lost)[k] for k in ("unscored", "imputed")} == {"unscored": 1.0, "imputed": 1.0}


# transformers, platform, columns of the rows, setting -> what an unscored one gets
PADDING = [
    ("pictures and transformers 5", "5.10.4", "", ["images"], "auto", "mean"),
    ("no pictures", "5.10.4", "", [], "auto", "drop"),
    ("transformers 4", "4.57.6", "", ["images"], "auto", "drop"),
    ("no transformers", None, "", ["images"], "auto", "drop"),
    ("wanted", "5.10.4", "", ["images"], "drop", "drop"),
    ("wanted too", "4.57.6", "", [], "mean", "mean"),
    ("mended on the CPU", "5.10.4", "cpu", ["images"], "auto", "drop"),
    ("an older patch", "5.10.4", "cpu", ["images"], "auto", "mean"),
]


@pytest.mark.parametrize(
    ("why", "transformers", "platform", "columns", "setting", "gets"), PADDING, ids=[case[0] for case in PADDING]
)
def test_dropping_where_verl_survives_its_padding(
    tmp_path, monkeypatch, why, transformers, platform, columns, setting, gets
):
    def version(name):
        if transformers is None:
            raise PackageNotFoundError(name)
        return transformers

    monkeypatch.setattr(verl_padding, "version", version)
    monkeypatch.setenv("VERL_PLATFORM", platform)
    monkeypatch.setattr(verl_padding, "_FIX", "padding_fixes.mended" if why != "an older patch" else "padding_fixes.no")
    (tmp_path / "padding_fixes").mkdir()
    (tmp_path / "padding_fixes" / "mended.py").write_text("")
    (tmp_path / "padding_fixes" / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    file = tmp_path / "train.parquet"
    pq.write_table(pa.Table.from_pylist([{"prompt": "x", **dict.fromkeys(columns, "x")}]), file)
    assert verl_padding.on_unscored(setting, {"data": {"train_files": [str(file)]}}) == gets


def test_a_dataset_that_nobody_can_look_into_counts_as_pictures(monkeypatch):
    monkeypatch.setattr(verl_padding, "version", lambda name: "5.0.0")
    for data in ({}, {"train_files": "x.parquet", "custom_cls": {"path": "pkg://x"}}, {"train_files": "/no/x.parquet"}):
        assert verl_padding.on_unscored("auto", {"data": data}) == "mean"


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
