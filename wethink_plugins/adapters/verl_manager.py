"""The reward manager for verl 0.9 and later: one trajectory at a time, many at once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from wethink_plugins.adapters import verl_process as process
from wethink_plugins.adapters import verl_sample
from wethink_plugins.adapters.fields import as_list
from wethink_plugins.adapters.verl_outcome import managed, refuse_when_spent
from wethink_plugins.adapters.verl_padding import on_unscored
from wethink_plugins.adapters.verl_start import refuse_unpayable
from wethink_plugins.rewards.shadow import Shadow
from wethink_plugins.sample import Sample


@cache
def reward_manager_class() -> type:
    """The manager for verl 0.9 and later; built on first use, since its base class pulls in torch and ray."""
    from verl.experimental.reward_loop.reward_manager.base import RewardManagerBase

    class WeThinkRewardManager(RewardManagerBase):  # type: ignore[misc]  # verl has no types
        """Scores one trajectory at a time, concurrently. In training an unscored one raises, so that verl drops it,
        or gets the mean reward so far (`judge.on_unscored`); in validation (extra_info.split) it is reported with None
        in place of its accuracy, which verl leaves out. Once the judge is dead, all raise: that stops verl."""

        def __init__(
            self,
            config: Any,
            tokenizer: Any,
            compute_score: Any,
            reward_router_address: Any = None,
            reward_model_tokenizer: Any = None,
        ) -> None:
            super().__init__(config, tokenizer, compute_score)
            self.router = {"reward_router_address": reward_router_address}
            self.router |= {"reward_model_tokenizer": reward_model_tokenizer}
            self.shadow = process.shared_shadow(reward_router_address)
            if self.shadow is not None:
                return
            self.reward = process.shared_reward(reward_router_address)
            refuse_unpayable(self.reward, config)
            self.on_unscored = on_unscored(self.reward.config.judge.on_unscored, config)
            self.reward.imputes = self.on_unscored == "mean"

        async def run_single(self, data: Any) -> dict[str, Any]:
            item = data[-1:][0]  # of several sequences in one session the last one is the answer
            text = await self.loop.run_in_executor(None, _decode, self.tokenizer, item)
            if self.shadow is not None:
                return await result_of_active(self.shadow, item, text, self.router)
            sample = sample_of_item(item, text, bool(getattr(self.reward.judge, "sees_images", False)))
            tolerate = self.reward.config.judge.tolerate
            refuse_when_spent(sample, tolerate)
            return managed(sample, await self.reward.ascore(sample), tolerate, self.on_unscored)

    return WeThinkRewardManager


def _decode(tokenizer: Any, item: Any) -> str:
    responses = item.batch["responses"]
    length = int(item.batch["attention_mask"][-responses.shape[-1] :].sum())
    return str(tokenizer.decode(responses[:length], skip_special_tokens=True))


def sample_of_item(item: Any, response: str, with_images: bool) -> Sample:
    fields = item.non_tensor_batch
    messages = fields.get("raw_prompt")
    return verl_sample.sample_of(
        response,
        fields["reward_model"]["ground_truth"],
        fields.get("extra_info") or {},
        fields.get("data_source", ""),
        group=str(fields["uid"]) if fields.get("uid") is not None else None,
        question=_text_of(messages),
        images=_images_of(messages) if with_images else (),
        meta={"step": _as_int(fields.get("global_steps"))},
    )


async def result_of_active(shadow: Shadow, item: Any, text: str, router: Mapping[str, Any]) -> dict[str, Any]:
    """Calls the active reward as verl's `naive` manager does and returns what that one would; ours comes after."""
    fields = item.non_tensor_batch
    extra = {**(fields.get("extra_info") or {}), **(fields.get("tool_extra_fields") or {})}
    extra |= {"num_turns": fields.get("__num_turns__"), "rollout_reward_scores": fields.get("reward_scores", {})}
    result = await shadow.acall(
        data_source=fields.get("data_source", ""),
        solution_str=text,
        ground_truth=fields["reward_model"]["ground_truth"],
        extra_info=extra,
        **(router if router.get("reward_router_address") is not None else {}),
    )
    with_images = bool(getattr(shadow.reward.judge, "sees_images", False))
    shadow.note(lambda: [sample_of_item(item, text, with_images)], [result])
    if isinstance(result, Mapping):
        return {"reward_score": result["score"], "reward_extra_info": dict(result)}
    return {"reward_score": result, "reward_extra_info": {"acc": result}}


def _parts(messages: Any) -> list[Any]:
    last = next((m for m in reversed(as_list(messages)) if m.get("role") == "user"), {"content": ""})
    content = last["content"]
    return [{"type": "text", "text": content}] if isinstance(content, str) else as_list(content)


def _text_of(messages: Any) -> str:
    return "".join(part["text"] for part in _parts(messages) if part.get("type") == "text").replace("<image>", "")


def _images_of(messages: Any) -> tuple[Any, ...]:
    return tuple(part["image"] for part in _parts(messages) if part.get("type") == "image")


def _as_int(value: Any) -> int | None:
    return None if value is None else int(value)
