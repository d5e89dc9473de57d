"""verl: a reward manager named `wethink` (0.9 and later) and a plain `compute_score` (any version).

    reward.reward_manager.name=wethink                                  # registered through the entry point
    reward.reward_manager.source=importlib                              # the same without entry points:
      reward.reward_manager.name=WeThinkRewardManager
      reward.reward_manager.module.path=pkg://wethink_plugins.adapters.verl
    reward.custom_reward_function.path=pkg://wethink_plugins.adapters.verl   # keeps verl's own manager
      reward.custom_reward_function.name=compute_score

The configuration is the YAML that WETHINK_CONFIG names.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import ModuleType
from typing import Any

from wethink_plugins.adapters.faults import SharedFaults
from wethink_plugins.adapters.post_import import when_imported
from wethink_plugins.adapters.running_mean import RunningMean
from wethink_plugins.errors import JudgeBudgetSpent, Unscored
from wethink_plugins.rewards.hybrid import HybridReward
from wethink_plugins.sample import Sample
from wethink_plugins.score import Score

NAME = "wethink"
_MANAGERS = "verl.experimental.reward_loop.reward_manager"
_VALIDATION_SPLITS = frozenset({"val", "valid", "validation", "test", "dev", "eval"})


def register() -> None:
    """Makes `reward.reward_manager.name=wethink` known to verl, now or as soon as its registry exists."""
    when_imported(_MANAGERS, _add_manager)


def _add_manager(managers: ModuleType) -> None:
    managers.register(NAME)(reward_manager_class())


@cache
def shared_reward() -> HybridReward:
    """One for each process: journal, first batch and judge connections belong to a process."""
    return HybridReward.from_config()


@cache
def _mean() -> RunningMean:
    return RunningMean()


@cache
def _faults() -> SharedFaults:
    return SharedFaults()


def compute_score(
    data_source: str, solution_str: str, ground_truth: object, extra_info: Mapping[str, Any] | None = None, **_: object
) -> dict[str, float]:
    """For verl's own managers: `score` and the closed list of metrics, all finite floats, the same keys each time.

    A rollout that could not be scored gets the mean reward of this process so far, counted as `unscored` and
    `imputed`, because in versions before 0.9 a raise would end the run. With no mean yet, JudgeBudgetSpent is raised.
    """
    sample = sample_of(solution_str, ground_truth, extra_info or {}, data_source)
    score = shared_reward().score(sample)
    if score.overall is not None:
        _mean().add(score.overall)
        return {"score": score.overall, **score.metrics()}
    _faults().note(sample.meta.get("step"), score.reason)
    imputed = _imputed(sample, score)
    return {"score": imputed, **score.metrics(imputed)}


def sample_of(
    response: str, ground_truth: object, extra_info: Mapping[str, Any], data_source: object, **more: Any
) -> Sample:
    """From a row of our exporter, or of anybody's: what `extra_info` lacks is inferred from the gold answer."""
    meta = {"source": str(data_source), "split": extra_info.get("split"), **more.pop("meta", {})}
    question = str(extra_info.get("question") or more.pop("question", ""))
    more.pop("question", None)
    return Sample(
        id=str(extra_info.get("id") or extra_info.get("index", "unknown")),
        question=question,
        response=response,
        answer=str(ground_truth),
        question_type=extra_info.get("question_type") or None,
        options=tuple(_as_list(extra_info.get("options"))),
        reward_method=str(extra_info.get("reward_method") or "auto"),
        meta=meta,
        **{"group": None, **more},
    )


@cache
def reward_manager_class() -> type:
    """The manager for verl 0.9 and later; built on first use, since its base class pulls in torch and ray."""
    from verl.experimental.reward_loop.reward_manager.base import RewardManagerBase

    class WeThinkRewardManager(RewardManagerBase):
        """Scores one trajectory at a time, concurrently. In training an unscored one raises, so that verl drops it;
        in validation (extra_info.split) it is reported with None in place of its accuracy, which verl leaves out."""

        def __init__(
            self,
            config: Any,
            tokenizer: Any,
            compute_score: Any,
            reward_router_address: Any = None,
            reward_model_tokenizer: Any = None,
        ) -> None:
            super().__init__(config, tokenizer, compute_score)
            self.reward = shared_reward()

        async def run_single(self, data: Any) -> dict[str, Any]:
            item = data[-1:][0]  # of several sequences in one session the last one is the answer
            text = await self.loop.run_in_executor(None, _decode, self.tokenizer, item)
            sample = _sample_of_item(item, text, bool(getattr(self.reward.judge, "sees_images", False)))
            return _result(sample, await self.reward.ascore(sample))

    return WeThinkRewardManager


def _decode(tokenizer: Any, item: Any) -> str:
    responses = item.batch["responses"]
    length = int(item.batch["attention_mask"][-responses.shape[-1] :].sum())
    return str(tokenizer.decode(responses[:length], skip_special_tokens=True))


def _sample_of_item(item: Any, response: str, with_images: bool) -> Sample:
    fields = item.non_tensor_batch
    messages = fields.get("raw_prompt")
    return sample_of(
        response,
        fields["reward_model"]["ground_truth"],
        fields.get("extra_info") or {},
        fields.get("data_source", ""),
        group=str(fields["uid"]) if fields.get("uid") is not None else None,
        question=_text_of(messages),
        images=_images_of(messages) if with_images else (),
        meta={"step": _as_int(fields.get("global_steps"))},
    )


def _result(sample: Sample, score: Score) -> dict[str, Any]:
    if score.overall is not None:
        _mean().add(score.overall)
        return {"reward_score": score.overall, "reward_extra_info": score.metrics()}
    _faults().note(sample.meta.get("step"), score.reason)
    if str(sample.meta.get("split")).lower() not in _VALIDATION_SPLITS:
        raise Unscored(f"row {sample.id}: not scored, so this trajectory is left out: {score.reason}")
    imputed = _mean().value or 0.0
    metrics: dict[str, Any] = {**score.metrics(imputed), "overall": None, "accuracy": None}
    return {"reward_score": imputed, "reward_extra_info": metrics}


def _imputed(sample: Sample, score: Score) -> float:
    mean = _mean().value
    if mean is None:
        raise JudgeBudgetSpent(f"nothing could be scored yet: {score.reason}", fix="check the judge", row=sample.id)
    return mean


def _parts(messages: Any) -> list[Any]:
    last = next((m for m in reversed(_as_list(messages)) if m.get("role") == "user"), {"content": ""})
    content = last["content"]
    return [{"type": "text", "text": content}] if isinstance(content, str) else _as_list(content)


def _text_of(messages: Any) -> str:
    return "".join(part["text"] for part in _parts(messages) if part.get("type") == "text").replace("<image>", "")


def _images_of(messages: Any) -> tuple[Any, ...]:
    return tuple(part["image"] for part in _parts(messages) if part.get("type") == "image")


def _as_list(value: Any) -> list[Any]:
    return [] if value is None else list(value)


def _as_int(value: Any) -> int | None:
    return None if value is None else int(value)


def __getattr__(name: str) -> Any:
    if name == "WeThinkRewardManager":
        return reward_manager_class()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
