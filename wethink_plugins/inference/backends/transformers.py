"""Weights in this process, by transformers' own `generate`."""

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


class TransformersBackend:
    """`unit` rows are padded on the left and generated together. bfloat16 on a GPU, float32 without one (`dtype` auto).

    WeThinkError for a folder that holds no model that can be loaded, ConfigError where the libraries are missing.
    """

    def __init__(
        self, model: str, settings: Settings, batch_size: int = 8, dtype: str = "auto", device: str = "auto"
    ) -> None:
        folder = require_model(model)
        torch, loader = _libraries()
        self._torch, self._settings = torch, settings
        self.unit, self.model = batch_size, model
        where = ("cuda" if torch.cuda.is_available() else "cpu") if device == "auto" else device
        kind = ("bfloat16" if where.startswith("cuda") else "float32") if dtype == "auto" else dtype
        self._processor = load_processor(folder, settings)
        self._processor.tokenizer.padding_side = "left"
        self.style = style_of(settings, self._processor)
        try:
            self._model = loader.from_pretrained(folder, dtype=getattr(torch, kind)).to(where).eval()
        except Exception as error:  # safetensors has an error class of its own, model classes raise what they like
            raise unreadable(folder, error) from error
        self.identity = {
            "backend": "transformers", "weights": fingerprint(folder), "batch_size": batch_size, "dtype": kind,
        }  # fmt: skip

    def outputs(self, units: Iterable[Sequence[Request]]) -> Iterator[tuple[int, Sequence[Output]]]:
        for number, unit in enumerate(units):
            yield number, self._answered(unit)

    def close(self) -> None:
        """Nothing is open."""

    def _answered(self, unit: Sequence[Request]) -> list[Output]:
        """A row whose picture can't be read has its own fault, and leaves the batch to the others."""
        pictures: dict[int, list[Any]] = {}
        outputs: dict[int, Output] = {}
        for place, request in enumerate(unit):
            try:
                pictures[place] = [opened(image) for image in request.images]
            except BadPicture as error:
                outputs[place] = Output(None, "error", str(error))
        rows = [unit[place] for place in pictures]
        if rows:
            texts = self._generated(rows, list(pictures.values()))
            outputs |= dict(zip(pictures, texts, strict=True))
        return [outputs[place] for place in range(len(unit))]

    def _generated(self, rows: Sequence[Request], pictures: Sequence[Sequence[Any]]) -> list[Output]:
        shown = [image for images in pictures for image in images]
        inputs = self._processor(
            text=[prompt_text(row, self._settings, self._processor) for row in rows],
            images=shown or None,
            padding=True,
            return_tensors="pt",
        ).to(self._model.device)
        with self._torch.inference_mode():
            self._torch.manual_seed(_seed(self._settings.seed, rows[0]))
            tokens = self._model.generate(**inputs, **self._sampling())
        return [self._output(row) for row in tokens[:, inputs["input_ids"].shape[1] :]]

    def _sampling(self) -> dict[str, Any]:
        """Greedy without the sampling defaults that a model's generation_config brings, which would only warn."""
        settings = self._settings
        if not settings.temperature:
            greedy = {"do_sample": False, "temperature": None, "top_p": None, "top_k": None}
            return {**greedy, "max_new_tokens": settings.max_new_tokens}
        sampled = {"temperature": settings.temperature, "top_p": settings.top_p or 1.0, "top_k": settings.top_k or 0}
        return {"do_sample": True, **sampled, "max_new_tokens": settings.max_new_tokens}

    def _output(self, tokens: Any) -> Output:
        ends = self._model.generation_config.eos_token_id
        ends = set(ends if isinstance(ends, list) else [ends])
        ended = any(int(token) in ends for token in tokens)
        text = self._processor.tokenizer.decode(tokens, skip_special_tokens=True)
        return Output(text, "stop" if ended else "length")


def _seed(seed: int, first: Request) -> int:
    """Another one for each batch, and the same whenever the batch is done."""
    import zlib

    return (seed + zlib.crc32(first.id.encode("utf-8", "surrogatepass"))) % (1 << 63)


def _libraries() -> tuple[Any, Any]:
    try:
        import torch
        from transformers import AutoModelForImageTextToText
    except ImportError as error:
        raise ConfigError(
            f"the back end transformers needs torch and transformers ({error})",
            fix="pip install torch torchvision transformers, or use --server",
        ) from None
    return torch, AutoModelForImageTextToText
