"""One run as it was asked for, and what it writes where."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from wethink_plugins.config import ENVIRONMENT_VARIABLE
from wethink_plugins.errors import WeThinkError
from wethink_plugins.recipes.choice import Choice
from wethink_plugins.recipes.compose import Places, host_text, own_reward_text, reward_text

# EasyR1's and verl's own defaults of these would be met with pictures that are larger.
_LIMITS = {"--max-prompt-length": "max_prompt_length", "--min-pixels": "min_pixels", "--max-pixels": "max_pixels"}


@dataclass(frozen=True)
class Order:
    """All paths are whole. `settings` are KEY=VALUE for the host, `reward` is a YAML of the user's own."""

    choice: Choice
    out: Path
    data: Path
    model: str
    images: Path | None = None
    val: Path | None = None
    val_rows: int = 0
    prompt: str = "wethink"
    reward: Path | None = None
    settings: tuple[str, ...] = ()
    infer_types: bool = False
    allow_rejects: bool = False

    @property
    def host(self) -> str:
        return str(self.choice.host)

    @property
    def places(self) -> Places:
        return Places(self.out, self.model, self.out / "data")

    @property
    def run_file(self) -> Path:
        return self.out / "run.yaml"

    @property
    def reward_file(self) -> Path | None:
        return self.out / "wethink.yaml" if self.choice.entry.reward else None

    @property
    def rows_file(self) -> Path:
        """What is exported: the given rows, or those that the variants choose of them."""
        return self.data if self.choice.rows.all_of_them else self.out / "rows.jsonl"

    @property
    def image_folder(self) -> Path:
        return self.images or self.data.parent

    @property
    def variables(self) -> dict[str, str]:
        """Of doctor and launch. verl takes the reward's YAML from one; run.yaml hands it to workers of a cluster that
        was started before."""
        named = {ENVIRONMENT_VARIABLE: str(self.reward_file)} if self.host == "verl" else {}
        return {**self.choice.variables, **named}

    @cached_property
    def texts(self) -> dict[Path, str]:
        """The configurations to write."""
        made = {self.run_file: self.places.filled(host_text(self.choice))}
        if self.reward_file is not None:
            text = reward_text(self.choice, self.reward)
            assert text is not None
            text = own_reward_text(text, self.reward, self.out) if self.reward else self.places.filled(text)
            made[self.reward_file] = text
        return made

    def limits(self) -> list[str]:
        """What EasyR1 will allow a prompt, as options of `wethink data export`."""
        data: dict[str, Any] = yaml.safe_load(self.texts[self.run_file])["data"]
        for setting in self.settings:
            key, _, value = setting.partition("=")
            if key.removeprefix("data.") in data and key.startswith("data."):
                data[key.removeprefix("data.")] = yaml.safe_load(value)
        return [word for option, key in _LIMITS.items() for word in (option, str(data[key]))]

    def check(self) -> None:
        """What can be told without reading a row. Raises WeThinkError."""
        self.places.check()
        if not self.data.is_file():
            raise WeThinkError("no such file", fix="give --data the rows: .jsonl, .json or .parquet", file=self.data)
        if self.val is not None and not self.val.is_file():
            raise WeThinkError("no such file", fix="give --val the validation rows", file=self.val)
        if not self.image_folder.is_dir():
            raise WeThinkError("no such folder", fix="give --images what image_path is relative to", file=self.images)
        if self.host == "llamafactory" and (self.val is not None or self.reward is not None):
            raise WeThinkError("supervised fine-tuning takes no --val and no --reward", fix="leave them out")
        self._check_model()

    def _check_model(self) -> None:
        folder = Path(self.model)
        if folder.is_dir():
            if not (folder / "config.json").is_file():
                raise WeThinkError("holds no config.json", fix="give --model the folder of a model", file=folder)
        elif folder.is_absolute() or self.model.count("/") != 1 or self.model.startswith("."):
            fix = f"give --model a folder, or a name of the hub such as {self.choice.entry.model}"
            raise WeThinkError("no such model folder", fix=fix, file=self.model)
