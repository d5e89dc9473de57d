"""VLMEvalKit models that answer in think and answer tags, on any device. Imported inside VLMEvalKit only.

`WeThinkAsPublished` runs VLMEvalKit's own wrapper (`vlmeval/vlm/wethink_vl.py`) as it is: what the numbers of the paper
were most likely measured with. `WeThinkFormat` asks with the same settings, but always with the system prompt, and hands
the graders the answer alone; the README says what the difference is made of.
"""

from __future__ import annotations

from typing import Any

import torch
from transformers import AutoModelForImageTextToText, AutoProcessor
from vlmeval.vlm.wethink_vl import WeThinkVL

from wethink_plugins.evaluation.handed import handed


class _OnDevice:
    """A processor whose inputs go where the model is, whatever place they are sent to: the wrapper says `cuda`."""

    def __init__(self, processor: Any, device: str) -> None:
        self._processor, self._device = processor, device

    def __getattr__(self, name: str) -> Any:
        return getattr(self._processor, name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        inputs = self._processor(*args, **kwargs)
        send = inputs.to
        inputs.to = lambda *_, **__: send(self._device)
        return inputs


class WeThinkAsPublished(WeThinkVL):
    """The wrapper's own asking and reading. Its `__init__` alone is replaced: that wants a GPU and flash attention."""

    def __init__(
        self,
        model_path: str,
        system_prompt: str,
        min_pixels: int | None = 1280 * 28 * 28,
        max_pixels: int | None = 16384 * 28 * 28,
        max_new_tokens: int = 2048,
        temperature: float = 0.01,
        top_p: float = 0.001,
        top_k: int = 1,
        repetition_penalty: float = 1.0,
        post_process: bool = False,
        device: str = "auto",
        attention: str = "auto",
        verbose: bool = False,
    ) -> None:
        # The next class but one: what the wrapper itself calls first.
        super(WeThinkVL, self).__init__(use_custom_prompt=False)
        where = ("cuda" if torch.cuda.is_available() else "cpu") if device == "auto" else device
        kernel = ("flash_attention_2" if where.startswith("cuda") else "sdpa") if attention == "auto" else attention
        self.model_path, self.system_prompt, self.post_process, self.verbose = (
            model_path, system_prompt, post_process, verbose
        )  # fmt: skip
        self.min_pixels, self.max_pixels = min_pixels, max_pixels
        self.generate_kwargs = {
            "max_new_tokens": max_new_tokens,
            "top_p": top_p,
            "top_k": top_k,
            "temperature": temperature,
            "repetition_penalty": repetition_penalty,
        }
        self.fps, self.nframe, self.FRAME_FACTOR = 2.0, 64, 2
        self.processor = _OnDevice(AutoProcessor.from_pretrained(model_path), where)
        kind = torch.bfloat16 if where.startswith("cuda") else torch.float32
        loaded = AutoModelForImageTextToText.from_pretrained(model_path, dtype=kind, attn_implementation=kernel)
        self.model = loaded.to(where).eval()


class WeThinkFormat(WeThinkAsPublished):
    """Every benchmark is asked alike. With SPLIT_THINK=1, which `run_vlmevalkit.py` sets, the file of predictions keeps
    the rest of the response in its column `thinking`."""

    def generate_inner(self, message: list[dict[str, str]], dataset: str | None = None) -> str:
        from qwen_vl_utils import process_vision_info

        turns = [
            {"role": "system", "content": self.system_prompt},
            {"role": "user", "content": self._prepare_content(message, dataset=dataset)},
        ]
        text = self.processor.apply_chat_template([turns], tokenize=False, add_generation_prompt=True)
        images, videos = process_vision_info([turns])
        inputs = self.processor(text=text, images=images, videos=videos, padding=True, return_tensors="pt").to("any")
        tokens = self.model.generate(**inputs, **self.generate_kwargs)
        own = tokens[:, inputs["input_ids"].shape[1] :]
        return str(self.processor.tokenizer.batch_decode(own, skip_special_tokens=True)[0])

    @staticmethod
    def split_thinking(response: str) -> tuple[str, str]:
        """(what the graders get, the rest)."""
        return handed(response)
