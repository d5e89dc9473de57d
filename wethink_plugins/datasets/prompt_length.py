"""How long a prompt is for EasyR1, to the token, without decoding its images.

EasyR1 either decodes and scales every image on every start to filter overlong prompts, or, without its filter, cuts an
overlong one through its image tokens, and the run dies at the model. A row that was measured here needs no filter.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from wethink_plugins.counted import counted
from wethink_plugins.datasets.exporters.render import question_text
from wethink_plugins.datasets.image_tokens import ImageTokens
from wethink_plugins.datasets.manifest import file_sha256
from wethink_plugins.errors import WeThinkError
from wethink_plugins.model_folder import chat_template, model_folder, special_tokens
from wethink_plugins.prompts import system_prompt
from wethink_plugins.prompts.chat_template import compiled, with_system_prompt
from wethink_plugins.rows import Row

_PLACEHOLDER = "<|image_pad|>"


class PromptLengths:
    """`check` rejects a row over the limit. `longest` is the longest of the rows that passed, `measured` holds the
    lengths of all that were looked at."""

    def __init__(self, folder: Path, template: str, limit: int, images: ImageTokens) -> None:
        self.limit, self.images, self.longest = limit, images, 0
        self.measured = array("L")
        self._model = folder.resolve().name
        self._template, self._tokens = compiled(template), special_tokens(folder)
        self._tokenizer, self._tokenizer_digest = _tokenizer(folder), tokenizer_digest(folder)

    @classmethod
    def of_model(
        cls, model: str | Path, prompt: str, limit: int, min_pixels: int | None, max_pixels: int | None
    ) -> PromptLengths:
        """With the system prompt `prompt` in the model's own template, as `wethink prompt easyr1` writes it."""
        folder = model_folder(model)
        template = with_system_prompt(chat_template(folder), system_prompt(prompt), special_tokens(folder))
        return cls(folder, template, limit, ImageTokens.of_model(folder, min_pixels, max_pixels))

    def check(self, row: Row) -> None:
        """Raises WeThinkError for a row of more than `limit` tokens, or an image that the model refuses."""
        length = self.tokens(row)
        self.measured.append(length)
        if length > self.limit:
            raise WeThinkError(
                f"the prompt takes {length} tokens, over the limit of {self.limit}",
                fix="raise --max-prompt-length or lower --max-pixels, and the same in EasyR1's YAML",
                field="problem",
                defect="too_long",
            )
        self.longest = max(self.longest, length)

    def tokens(self, row: Row) -> int:
        """System prompt, question and images, up to where the model's answer begins."""
        content = [*({"type": "image"} for _ in row.image_files), {"type": "text", "text": question_text(row)}]
        return self.measure([{"role": "user", "content": content}], row.image_files)

    def measure(self, messages: Sequence[Mapping[str, Any]], image_files: Sequence[str]) -> int:
        """Of a conversation that is ready for the template. WeThinkError where it doesn't show as many images."""
        text = self._template.render(messages=list(messages), add_generation_prompt=True, **self._tokens)
        if text.count(_PLACEHOLDER) != len(image_files):
            raise WeThinkError(
                f"{text.count(_PLACEHOLDER)} placeholders for {counted(len(image_files), 'image')}",
                fix="is this the chat template of a Qwen-VL model?",
                field="image_path",
            )
        written = len(self._tokenizer.encode(text, add_special_tokens=False).ids)
        return written + sum(self._image(file) - 1 for file in image_files)

    def percentiles(self) -> dict[str, int]:
        """Of all measured rows: p50, p90, p95, p99 and the longest; empty when there were none."""
        ordered = sorted(self.measured)
        if not ordered:
            return {}
        shares = {f"p{share}": ordered[(len(ordered) - 1) * share // 100] for share in (50, 90, 95, 99)}
        return {**shares, "longest": ordered[-1]}

    def settings(self) -> dict[str, Any]:
        """For the manifest: what EasyR1's YAML has to say too for the lengths to hold."""
        return {
            "model": self._model,
            "tokenizer": self._tokenizer_digest,
            "max_prompt_length": self.limit,
            "longest_prompt": self.longest,
            "min_pixels": self.images.min_pixels,
            "max_pixels": self.images.max_pixels,
            "pixels_a_token": self.images.cell**2,
            "model_min_pixels": self.images.fewest_pixels,
            "model_max_pixels": self.images.most_pixels,
        }

    def _image(self, file: str) -> int:
        from PIL import Image

        with Image.open(file) as image:  # reads the header only
            return self.images.count(*image.size)


def tokenizer_digest(folder: Path) -> str:
    """Twelve hex digits over tokenizer.json: models of one family share it. WeThinkError without one."""
    return file_sha256(_tokenizer_file(folder))[:12]


def _tokenizer_file(folder: Path) -> Path:
    file = folder / "tokenizer.json"
    if not file.is_file():
        raise WeThinkError("no such file", fix="save the model's fast tokenizer there", file=file)
    return file


def _tokenizer(folder: Path) -> Any:
    try:
        from tokenizers import Tokenizer
    except ImportError:
        raise WeThinkError(
            "prompt lengths need the package tokenizers", fix="pip install tokenizers (EasyR1's environment has it)"
        ) from None
    file = _tokenizer_file(folder)
    try:
        return Tokenizer.from_file(str(file))
    except Exception as problem:  # noqa: BLE001  the package raises no class of its own
        raise WeThinkError(f"this is no tokenizer: {problem}", fix="copy the model again", file=file) from None
