"""Weights in this process, by vLLM's offline engine. The prompt is rendered here, as for transformers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from wethink_plugins.errors import ConfigError
from wethink_plugins.inference.backend import Output
from wethink_plugins.inference.backends.rendering import load_processor, prompt_text, style_of, unreadable
from wethink_plugins.inference.pictures import BadPicture, opened
from wethink_plugins.inference.request import Request
from wethink_plugins.inference.settings import Settings
from wethink_plugins.inference.weights import fingerprint, require_model


class VllmBackend:
    """`options` go to `vllm.LLM` as they are (tensor_parallel_size, max_model_len, ...).

    Its kernels may round differently with what else is in flight: greedy texts can differ from transformers' where two
    tokens are as good as equal.
    """

    def __init__(self, model: str, settings: Settings, batch_size: int = 256, **options: Any) -> None:
        folder = require_model(model)
        vllm = _library()
        self._vllm, self._settings = vllm, settings
        self.unit, self.model = batch_size, model
        self._processor = load_processor(folder, settings)
        self.style = style_of(settings, self._processor)
        limits = {"min_pixels": settings.min_pixels, "max_pixels": settings.max_pixels}
        limits = {name: value for name, value in limits.items() if value}
        try:
            self._engine = vllm.LLM(
                model=str(folder), mm_processor_kwargs=limits or None, seed=settings.seed, generation_config="vllm",
                **options,
            )  # fmt: skip
        except Exception as error:  # an engine raises what it likes
            raise unreadable(folder, error) from error
        self.identity = {"backend": "vllm", "weights": fingerprint(folder), "batch_size": batch_size}

    def outputs(self, units: Iterable[Sequence[Request]]) -> Iterator[tuple[int, Sequence[Output]]]:
        for number, unit in enumerate(units):
            yield number, self._answered(unit)

    def close(self) -> None:
        """The engine ends with the process."""

    def _answered(self, unit: Sequence[Request]) -> list[Output]:
        asked: dict[int, dict[str, Any]] = {}
        outputs: dict[int, Output] = {}
        for place, request in enumerate(unit):
            try:
                images = [opened(image) for image in request.images]
            except BadPicture as error:
                outputs[place] = Output(None, "error", str(error))
                continue
            asked[place] = {"prompt": prompt_text(request, self._settings, self._processor)}
            asked[place] |= {"multi_modal_data": {"image": images}} if images else {}
        if asked:
            outputs |= self._generated(asked)
        return [outputs[place] for place in range(len(unit))]

    def _generated(self, asked: dict[int, dict[str, Any]]) -> dict[int, Output]:
        found = self._engine.generate(list(asked.values()), self._sampling(), use_tqdm=False)
        texts = [Output(one.outputs[0].text, str(one.outputs[0].finish_reason)) for one in found]
        return dict(zip(asked, texts, strict=True))

    def _sampling(self) -> Any:
        settings = self._settings
        return self._vllm.SamplingParams(
            max_tokens=settings.max_new_tokens,
            temperature=settings.temperature,
            top_p=settings.top_p or 1.0,
            top_k=settings.top_k or 0,
            seed=settings.seed,
        )


def _library() -> Any:
    try:
        import vllm
    except ImportError as error:
        raise ConfigError(
            f"the back end vllm needs vLLM ({error})", fix="pip install vllm, or start a server and use --server"
        ) from None
    return vllm
