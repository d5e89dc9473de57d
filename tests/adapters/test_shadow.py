"""Shadow mode in every adapter: the trainer gets what the user's reward says, whatever becomes of ours."""

import asyncio
import json
import threading

import pytest

from tests.adapters.hosts import extra_info, ground_truth, item_of
from tests.adapters.test_contract import CASES
from tests.rewards.judges import ScriptedJudge
from wethink_plugins import HybridReward
from wethink_plugins.adapters import easyr1, trl, verl, verl_manager, verl_process
from wethink_plugins.adapters.easyr1_shadow import EasyR1Shadow
from wethink_plugins.config import WeThinkConfig
from wethink_plugins.errors import ConfigError
from wethink_plugins.rewards.journal import read_journal
from wethink_plugins.rewards.shadow import Shadow, number_of

PAID = {"seen": []}


def verl_active(data_source, solution_str, ground_truth, extra_info=None, **more):
    PAID["seen"].append((data_source, ground_truth, sorted(extra_info), sorted(more)))
    return {"score": len(solution_str) / 1000, "acc": 0.25, "own": "a word"}


def verl_number(data_source, solution_str, ground_truth, extra_info=None):
    return len(solution_str) / 1000


async def verl_async(data_source, solution_str, ground_truth, extra_info=None):
    return len(solution_str) / 1000


def trl_active(prompts, completions, answer, **columns):
    return [len(turns[0]["content"]) / 1000 for turns in completions]


async def trl_async(prompts, completions, answer, **columns):
    return [len(turns[0]["content"]) / 1000 for turns in completions]


def easyr1_active(reward_inputs):
    assert all(item["ground_truth"] in ("4", "B", "gold", "a long story", " ") for item in reward_inputs)
    return [{"overall": len(item["response"]) / 1000, "format": 0.0, "accuracy": 0.5} for item in reward_inputs]


def easyr1_sequential(reward_input):
    return {"overall": len(reward_input["response"]) / 1000}


def easyr1_two_lists(predicts, ground_truths):
    return [{"overall": len(text) / 1000} for text in predicts]


def easyr1_two_texts(predict, ground_truth):
    return {"overall": len(predict) / 1000}


def breaks(*_, **__):
    raise ZeroDivisionError("the user's own bug")


NOT_A_FUNCTION = 7


def in_trl(shadow, samples, monkeypatch):
    function = trl.shadowed(shadow)
    columns = {"answer": [s.answer for s in samples], "question_type": [s.question_type for s in samples]}
    columns |= {"options": [list(s.options) for s in samples], "row_id": [s.id for s in samples]}
    turns = [[{"role": "assistant", "content": s.response}] for s in samples]
    result = function(prompts=[s.question for s in samples], completions=turns, **columns)
    return asyncio.run(result) if asyncio.iscoroutine(result) else result


def in_verl(shadow, samples, monkeypatch):
    monkeypatch.setattr(verl_process, "shared_shadow", lambda router=None: shadow)
    return [verl.compute_score("source", s.response, s.answer, extra_info=extra_info(s)) for s in samples]


def in_verls_manager(shadow, samples, monkeypatch):
    async def all_of_them():
        results = [verl_manager.result_of_active(shadow, item_of(s), s.response, {}) for s in samples]
        return await asyncio.gather(*results)

    return [result["reward_score"] for result in asyncio.run(all_of_them())]


def in_easyr1(shadow, samples, monkeypatch):
    ours = EasyR1Shadow(shadow)
    monkeypatch.setattr(easyr1, "shared_shadow", lambda settings: ours)
    items = [{"response": s.response, "response_length": 9, "ground_truth": envelope(s)} for s in samples]
    return [result["overall"] for result in easyr1.compute_score(items)]


def in_easyr1_one_by_one(shadow, samples, monkeypatch):
    ours = EasyR1Shadow(shadow)
    monkeypatch.setattr(easyr1, "shared_shadow", lambda settings: ours)
    items = [{"response": s.response, "response_length": 9, "ground_truth": envelope(s)} for s in samples]
    return [easyr1.compute_score(item)["overall"] for item in items]


def in_easyr1_with_lists(shadow, samples, monkeypatch):
    ours = EasyR1Shadow(shadow)
    monkeypatch.setattr(easyr1, "shared_shadow", lambda settings: ours)
    golds = [envelope(s) for s in samples]
    return [result["overall"] for result in easyr1.compute_score([s.response for s in samples], golds)]


def in_easyr1_with_texts(shadow, samples, monkeypatch):
    ours = EasyR1Shadow(shadow)
    monkeypatch.setattr(easyr1, "shared_shadow", lambda settings: ours)
    return [easyr1.compute_score(s.response, envelope(s))["overall"] for s in samples]


def envelope(sample):
    return json.dumps(ground_truth(sample))


HOSTS = [
    ("easyr1", in_easyr1, "easyr1_active"),
    ("easyr1 sequential", in_easyr1_one_by_one, "easyr1_sequential"),
    ("easyr1 two lists", in_easyr1_with_lists, "easyr1_two_lists"),
    ("easyr1 v0.3.0", in_easyr1_with_texts, "easyr1_two_texts"),
    ("trl", in_trl, "trl_active"),
    ("trl async", in_trl, "trl_async"),
    ("verl", in_verl, "verl_number"),
    ("verl async", in_verl, "verl_async"),
    ("verl manager", in_verls_manager, "verl_number"),
    ("verl manager, dict", in_verls_manager, "verl_active"),
    ("verl manager, async", in_verls_manager, "verl_async"),
]


@pytest.fixture(params=HOSTS, ids=lambda host: host[0])
def host(request, tmp_path, monkeypatch):
    """Scores samples with the user's reward in one host's way, and knows the journal."""
    _, call, name = request.param
    return Host(lambda shadow, samples: call(shadow, samples, monkeypatch), name, tmp_path / "journal")


class Host:
    def __init__(self, call, name, folder):
        self.call, self.name, self.folder = call, name, folder

    def shadow(self, judge=None, **more):
        settings = {"shadow": {"active": f"{__name__}:{self.name}"}, "journal": {"path": str(self.folder)}}
        return Shadow(WeThinkConfig.load(settings), judge or ScriptedJudge(), **more)

    def lines(self, shadow):
        shadow.close()
        return list(read_journal(self.folder))


def test_the_trainer_gets_the_users_number_and_the_journal_both(host, sample_of):
    samples = [sample_of(id=f"row-{i}", **fields) for i, (_, fields, _) in enumerate(CASES)]
    shadow = host.shadow()
    assert host.call(shadow, samples) == [len(sample.response) / 1000 for sample in samples]
    lines = {line["id"]: line for line in host.lines(shadow)}
    for i, (_, _, ours) in enumerate(CASES):
        line = lines[f"row-{i}"]
        assert line["overall"] == pytest.approx(ours)
        assert line["active"] == len(samples[i].response) / 1000
        assert line["shadow"]["dropped"] == 0
    assert (shadow.dropped, shadow.failed) == (0, 0)


FAILURES = [
    ("judge down", {"answer": "down", "question_type": "descriptive"}, 0),
    ("judge with a bug", {"answer": "bug", "question_type": "descriptive"}, 0),
    ("no gold", {"gold": " "}, 1),
    ("unknown type", {"question_type": "riddle"}, 1),
]


@pytest.mark.parametrize(("why", "fields", "failed"), FAILURES, ids=[case[0] for case in FAILURES])
def test_our_failure_is_counted_and_journalled_and_nothing_else(host, sample_of, why, fields, failed):
    shadow = host.shadow()
    sample = sample_of(**fields)
    assert host.call(shadow, [sample]) == [len(sample.response) / 1000]
    (line,) = host.lines(shadow)
    assert (line["status"], line["overall"], line["active"]) == ("unscored", None, len(sample.response) / 1000)
    assert line["reason"] and shadow.failed == failed


class Gate:
    """A judge that answers nobody until it is let."""

    name = "gate"

    def __init__(self):
        self.open = threading.Event()
        self.reached = threading.Event()

    async def judge(self, sample, answer):
        self.reached.set()
        while not self.open.is_set():
            await asyncio.sleep(0.01)
        return await ScriptedJudge().judge(sample, answer)


def test_our_slowness_drops_samples_and_holds_nobody_up(host, sample_of):
    gate = Gate()
    shadow = host.shadow(gate, most_waiting=4)

    def rollouts(start, end):
        return [
            sample_of("correct", "gold", question_type="descriptive", id=str(i), question="Q?")
            for i in range(start, end)
        ]

    host.call(shadow, rollouts(0, 1))
    assert gate.reached.wait(30)
    assert len(host.call(shadow, rollouts(1, 21))) == 20, "returned although no judge has answered"
    assert shadow.dropped == 16
    gate.open.set()
    lines = host.lines(shadow)
    assert [line["id"] for line in lines].count("0") == 1 and len(lines) == 5
    assert all(line["overall"] == 1.0 for line in lines)


def test_two_threads_that_both_bring_the_first_sample_lose_none(sample_of, tmp_path, monkeypatch):
    settings = {"shadow": {"active": f"{__name__}:verl_active"}, "journal": {"path": str(tmp_path / "journal")}}
    shadow = Shadow(WeThinkConfig.load(settings), ScriptedJudge())
    others = []

    class Slow(threading.Thread):
        """While it is made, another thread brings a sample."""

        def __init__(self, *arguments, **named):
            super().__init__(*arguments, **named)
            if named.get("name") == "wethink-shadow":
                others.append(thread_class(target=shadow.note, args=(lambda: [sample_of(id="second")], [0.5])))
                others[0].start()
                others[0].join(1.0)

    thread_class = threading.Thread
    monkeypatch.setattr(threading, "Thread", Slow)
    shadow.note(lambda: [sample_of(id="first")], [0.5])
    others[0].join()
    shadow.close()
    assert sorted(line["id"] for line in read_journal(tmp_path / "journal")) == ["first", "second"]
    assert (shadow.dropped, shadow.failed, len(others)) == (0, 0, 1)


def test_what_the_users_reward_raises_is_raised(host, sample_of):
    host.name = "breaks"
    shadow = host.shadow()
    with pytest.raises(ZeroDivisionError, match="own bug"):
        host.call(shadow, [sample_of()])
    assert host.lines(shadow) == []


def test_verl_gets_the_whole_dict_and_the_user_all_arguments(sample_of, tmp_path, monkeypatch):
    host = Host(lambda shadow, samples: in_verl(shadow, samples, monkeypatch), "verl_active", tmp_path)
    PAID["seen"].clear()
    shadow, sample = host.shadow(), sample_of(meta={"split": "train"})
    monkeypatch.setattr(verl_process, "shared_shadow", lambda router=None: shadow)
    result = verl.compute_score("src", sample.response, "4", extra_info=extra_info(sample), sandbox_fusion_url=None)
    assert result == {"score": len(sample.response) / 1000, "acc": 0.25, "own": "a word"}
    assert PAID["seen"][0][0:2] == ("src", "4") and PAID["seen"][0][3] == ["sandbox_fusion_url"]
    of_manager = verl_manager.result_of_active(shadow, item_of(sample), sample.response, {"reward_router_address": "x"})
    result = asyncio.run(of_manager)
    assert result["reward_extra_info"]["own"] == "a word"
    assert {"num_turns", "rollout_reward_scores", "question"} <= set(PAID["seen"][1][2])
    assert PAID["seen"][1][3] == ["reward_router_address"]
    line = host.lines(shadow)[-1]
    assert (line["group"], line["step"]) == ("group-1", 7)


def test_a_config_alone_makes_trl_train_on_the_users_reward(tmp_path, sample_of):
    config = {"shadow": {"active": f"{__name__}:trl_active"}, "journal": {"path": str(tmp_path)}}
    function = trl.make_reward(config)
    assert function.__name__ == "trl_active"
    turn = [{"role": "assistant", "content": "12345"}]
    assert function(prompts=["q"], completions=[turn], answer=["4"]) == [0.005]


REFUSED = [
    ("no journal", {"shadow": {"active": f"{__name__}:verl_number"}}, "journal.path"),
    ("unknown function", {"shadow": {"active": "nowhere:at_all"}, "journal": {"path": "x"}}, "nowhere"),
    ("no function", {"shadow": {"active": f"{__name__}:NOT_A_FUNCTION"}, "journal": {"path": "x"}}, "shadow.active"),
]


@pytest.mark.parametrize(("why", "config", "says"), REFUSED, ids=[case[0] for case in REFUSED])
def test_a_set_up_that_cannot_work_is_refused_at_start(why, config, says):
    with pytest.raises(ConfigError, match=says):
        Shadow.from_config(config)


def test_without_the_key_there_is_no_shadow_and_with_it_nobody_is_paid_ours_unawares(tmp_path):
    assert Shadow.from_config({}) is None
    with pytest.raises(ConfigError, match=r"shadow\.active"):
        HybridReward.from_config({"shadow": {"active": f"{__name__}:verl_number"}})


class OneItem:
    def item(self):
        return 0.5


NUMBERS = [
    (0.5, 0.5),
    (1, 1.0),
    (True, 1.0),
    (None, None),
    (float("nan"), None),
    ("0.5", None),
    (OneItem(), 0.5),
    ({"score": 0.5, "acc": 1}, 0.5),
    ({"overall": 0.5, "accuracy": 1}, 0.5),
    ({"acc": 1}, None),
]


@pytest.mark.parametrize(("result", "number"), NUMBERS, ids=str)
def test_the_number_in_what_a_host_is_given(result, number):
    assert number_of(result) == number
