"""The commands that a run consists of, in order."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from wethink_plugins.recipes.order import Order

_OURS = "wethink"
_LAUNCH = {
    "verl": ("-m", "verl.trainer.main_ppo", "--config-path", "{here}", "--config-name", "run"),
    "easyr1": ("-m", "verl.trainer.main", "config={here}/run.yaml"),
    "llamafactory": ("-m", "llamafactory.cli", "train", "{here}/run.yaml"),
}


@dataclass(frozen=True)
class Step:
    """`words` are executed as they are, with `variables` added to the environment; where they begin with `wethink`, by
    this very installation."""

    title: str
    words: tuple[str, ...]
    variables: Mapping[str, str] = field(default_factory=dict)

    @property
    def line(self) -> str:
        """To paste into a shell."""
        named = [f"{name}={shlex.quote(text)}" for name, text in self.variables.items()]
        return " ".join([*named, shlex.join(self.words)])


def preparing(order: Order) -> list[Step]:
    """Up to what doctor will look at."""
    steps = []
    if order.host == "easyr1":
        words = ("prompt", "easyr1", "--model", order.model, "--prompt", order.prompt)
        steps.append(_ours("system prompt", *words, "--copy", str(order.out / "model")))
    return steps + _exports(order)


def looking_over(order: Order) -> Step:
    words = ["doctor", order.host, *order.settings, "--recipe", str(order.run_file)]
    if order.reward_file is not None:
        words += ["--config", str(order.reward_file)]
    return _ours("doctor", *words, variables=order.variables)


def launch(order: Order) -> Step:
    words = tuple(word.replace("{here}", str(order.out)) for word in _LAUNCH[order.host])
    return Step("train", (sys.executable, *words, *order.settings), order.variables)


def _exports(order: Order) -> list[Step]:
    folder = order.out / "data"
    if order.host == "llamafactory":
        return [_export(order, order.rows_file, folder, "--name", "wethink")]
    if order.val is None:
        return [_export(order, order.rows_file, folder, "--val-rows", str(order.val_rows))]
    return [
        _export(order, file, folder / f"{split}.parquet", "--split", split)
        for split, file in (("train", order.rows_file), ("val", order.val))
    ]


def _export(order: Order, file: Path, out: Path, *more: str) -> Step:
    words = ["data", "export", order.host, str(file), "--images", str(order.image_folder), "--out", str(out), *more]
    words += ["--prompt", order.prompt] if order.prompt != "wethink" else []
    if order.reward_file is not None:
        words += ["--config", str(order.reward_file)]
    if order.host == "easyr1":
        words += ["--model", str(order.out / "model"), *order.limits()]
    words += ["--infer-types"] if order.infer_types else []
    words += ["--allow-rejects"] if order.allow_rejects else []
    return _ours("export", *words)


def _ours(title: str, *words: str, variables: Mapping[str, str] | None = None) -> Step:
    return Step(title, (_OURS, *words), variables or {})
