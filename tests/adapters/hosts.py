"""Each adapter, called as its host calls it. A new adapter means one class here.

verl's DataProto item is stood in for by a record with the same two fields; tests/hosts runs the real one.
"""

import asyncio
from dataclasses import replace
from types import SimpleNamespace

from wethink_plugins.adapters import easyr1, function, numbers, trl, verl, verl_manager, verl_process
from wethink_plugins.adapters.easyr1_reward import EasyR1Reward
from wethink_plugins.adapters.faults import SharedFaults
from wethink_plugins.adapters.fields import gold_text, options_of
from wethink_plugins.adapters.running_mean import RunningMean
from wethink_plugins.adapters.verl_outcome import managed, refuse_when_spent
from wethink_plugins.errors import JudgeBudgetSpent, Unscored


class Trl:
    def __init__(self, reward, monkeypatch):
        self.reward = reward
        self._function = trl.make_reward(reward=reward)
        self.logged = {}

    def rewards(self, samples):
        values = self._call(samples)
        return ["left out" if value is None else value for value in values]

    def metrics(self, sample):
        self._call([sample])
        return {key.removeprefix("wethink/"): value for key, value in self.logged.items()}

    def _call(self, samples):
        columns = {
            "answer": [s.answer for s in samples],
            "question_type": [s.question_type for s in samples],
            "options": [list(s.options) for s in samples],
            "row_id": [s.id for s in samples],
            "trainer_state": SimpleNamespace(global_step=1),
            "log_metric": self.logged.__setitem__,
        }
        prompts = [
            [{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": s.question}]}] for s in samples
        ]
        return self._function(
            prompts=prompts, completions=[[{"role": "assistant", "content": s.response}] for s in samples], **columns
        )


class VerlFunction:
    def __init__(self, reward, monkeypatch):
        self.reward = reward
        self.faults = SharedFaults(reward.config.judge.tolerate)
        means = {False: RunningMean(), True: RunningMean()}
        monkeypatch.setattr(verl_process, "shared_reward", lambda router=None: reward)
        monkeypatch.setattr(verl_process, "mean_so_far", means.get)
        monkeypatch.setattr(verl_process, "shared_faults", lambda tolerate: self.faults)

    def rewards(self, samples):
        return [self._call(sample)["score"] for sample in samples]

    def metrics(self, sample):
        return {key: value for key, value in self._call(sample).items() if key != "score"}

    def _call(self, sample):
        return verl.compute_score("source", sample.response, sample.answer, extra_info=extra_info(sample))


class VerlManager(VerlFunction):
    """The manager's path below the tensors: what `run_single` does once the response is decoded."""

    on_unscored = "drop"

    def rewards(self, samples):
        return asyncio.run(self._in_turn(samples))

    async def rewards_async(self, samples):
        return await asyncio.gather(*(self._one(sample) for sample in samples))

    async def _in_turn(self, samples):
        return [await self._one(sample) for sample in samples]

    async def _one(self, sample):
        try:
            return (await self._result(sample))["reward_score"]
        except (Unscored, JudgeBudgetSpent):
            return "left out"

    def metrics(self, sample):
        return asyncio.run(self._result(sample))["reward_extra_info"]

    async def _result(self, sample):
        built = verl_manager.sample_of_item(item_of(sample), sample.response, with_images=False)
        tolerate = self.reward.config.judge.tolerate
        refuse_when_spent(built, tolerate)
        return managed(built, await self.reward.ascore(built), tolerate, self.on_unscored)


def extra_info(sample):
    return {
        "id": sample.id,
        "question": sample.question,
        "question_type": sample.question_type,
        "options": list(sample.options),
        **sample.meta,
    }


def item_of(sample):
    fields = {
        "reward_model": {"style": "rule", "ground_truth": sample.answer},
        "extra_info": extra_info(sample),
        "data_source": "source",
        "uid": "group-1",
        "global_steps": 7,
        "raw_prompt": [
            {
                "role": "user",
                "content": [{"type": "image", "image": object()}, {"type": "text", "text": sample.question}],
            }
        ],
    }
    return SimpleNamespace(non_tensor_batch=fields)


class VerlManagerMean(VerlManager):
    on_unscored = "mean"


class EasyR1:
    """A batch of dicts, with the row in an envelope; a mapping, since some golds of the table fit into no JSON."""

    def __init__(self, reward, monkeypatch):
        self.reward = reward
        ours = EasyR1Reward(reward)
        monkeypatch.setattr(easyr1, "shared_reward", lambda settings: ours)

    def rewards(self, samples):
        return [result["overall"] for result in self._call(samples)]

    def metrics(self, sample):
        return self._call([sample])[0]

    def _call(self, samples):
        return easyr1.compute_score(
            [{"response": s.response, "response_length": 9, "ground_truth": ground_truth(s)} for s in samples]
        )


class EasyR1Sequential(EasyR1):
    """`reward_type: sequential` of v0.3.1 and v0.3.2."""

    def _call(self, samples):
        return [
            easyr1.compute_score({"response": s.response, "response_length": 9, "ground_truth": ground_truth(s)})
            for s in samples
        ]


def ground_truth(sample):
    fields = {"id": sample.id, "question": sample.question, "type": sample.question_type, "options": sample.options}
    return {"answer": sample.answer, "v": 1, "method": sample.reward_method, **fields, "meta": dict(sample.meta)}


class PlainFunction:
    """`wethink_reward` over lists; it gives numbers only, so the metrics are those of the reward behind it."""

    def __init__(self, reward, monkeypatch):
        self.reward = reward
        monkeypatch.setattr(function, "shared", lambda config=None: reward)

    def rewards(self, samples):
        columns = {name: [getattr(s, name) for s in samples] for name in ("id", "question", "question_type")}
        values = function.wethink_reward(
            [s.response for s in samples],
            [s.answer for s in samples],
            options=[list(s.options) for s in samples],
            **columns,
        )
        return ["left out" if value is None else value for value in values]

    def metrics(self, sample):
        return self.reward.score(sample).metrics()


class Numbers(PlainFunction):
    """For hosts that want a number for each response, whatever happened."""

    def __init__(self, reward, monkeypatch):
        self.reward = reward
        self._numbers = numbers.make_reward(reward=reward)

    def rewards(self, samples):
        names = ("id", "question", "question_type", "options")
        columns = {name: [getattr(s, name) for s in samples] for name in names}
        return self._numbers([s.response for s in samples], [s.answer for s in samples], **columns)


class Service:
    """Over real HTTP, through the client that ships."""

    def __init__(self, reward, monkeypatch):
        from tests.service.running import served
        from wethink_plugins.service.client import RemoteReward

        self._running = served(reward)
        self.reward = RemoteReward(self._running.__enter__(), deadline_s=20)
        self.reward.judge = reward.judge  # for tests that look at it

    def close(self):
        self.reward.close()
        self._running.__exit__(None, None, None)

    def rewards(self, samples):
        scores = self.reward.score_batch([as_read(sample) for sample in samples])
        return ["left out" if score.overall is None else score.overall for score in scores]

    def metrics(self, sample):
        return self.reward.score(sample).metrics()

    async def rewards_async(self, samples):
        return [score.overall for score in await self.reward.ascore_batch(samples)]


def as_read(sample):
    return replace(sample, answer=gold_text(sample.answer), options=options_of(sample.options))


class TrlRemote(Service):
    """Another adapter around the client."""

    def __init__(self, reward, monkeypatch):
        super().__init__(reward, monkeypatch)
        self._trl = Trl(self.reward, monkeypatch)
        self.rewards, self.metrics = self._trl.rewards, self._trl.metrics

    rewards_async = None


HOSTS = [
    Trl,
    VerlFunction,
    VerlManager,
    VerlManagerMean,
    EasyR1,
    EasyR1Sequential,
    PlainFunction,
    Numbers,
    Service,
    TrlRemote,
]
