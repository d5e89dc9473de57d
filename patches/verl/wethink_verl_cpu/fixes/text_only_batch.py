"""Training a vision-language model dies on a micro-batch without any picture.

Upstream: verl/models/transformers/qwen2_vl.py:393-394, `image_embeds.mean()` on what transformers 5 returns from the
vision tower: an output object, which the two branches above it unpack and this one doesn't.
Reason: a trajectory whose reward could not be had is dropped, and the batch is filled up with padding samples that are
text only (trainer/ppo/v1/trainer_base.py:1621); a micro-batch of nothing but those ends the run. A bug of verl on any
device; it is met where a judge fails and micro-batches are small.
Can go: when that line unpacks the output.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from types import ModuleType
from typing import Any

from wethink_verl_cpu.after_import import after_import

Embed = Callable[..., tuple[Any, Any]]


def apply() -> None:
    """Wrap the function once its module is there; verl calls it by its global name."""
    after_import("verl.models.transformers.qwen2_vl", _wrap)


def _wrap(module: ModuleType) -> None:
    original: Embed = module._get_input_embeds

    @wraps(original)
    def _get_input_embeds(
        model: Any,
        input_ids: Any,
        attention_mask: Any = None,
        pixel_values: Any = None,
        videos: Any = None,
        *grids: Any,
    ) -> tuple[Any, Any]:
        if pixel_values is not None or videos is not None:
            return original(model, input_ids, attention_mask, pixel_values, videos, *grids)
        return _without_pictures(module, model, input_ids, attention_mask)

    module._get_input_embeds = _get_input_embeds


def _without_pictures(module: ModuleType, model: Any, input_ids: Any, attention_mask: Any) -> tuple[Any, Any]:
    """The text's embeddings, plus zero times the features of an empty picture: every weight keeps a gradient."""
    embeddings = model.get_input_embeddings()(input_ids)
    config = model.config.vision_config
    width = config.in_channels * config.temporal_patch_size * config.patch_size**2
    grid = input_ids.new_tensor([[1, 4, 4]])
    features, _ = module.unpack_visual_output(model.visual(embeddings.new_zeros((16, width)), grid_thw=grid))
    mask = None if attention_mask is None else attention_mask.to(embeddings.device)
    return embeddings + 0.0 * features.mean(), mask
