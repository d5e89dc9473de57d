"""Entropy, KL and gradient norm, from what the hosts write themselves.

Read are verl's console log and its file logger, EasyR1's `experiment_log.jsonl`, and the `trainer_state.json` and
`trainer_log.jsonl` of the Hugging Face trainers (TRL, LLaMA-Factory).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

# What we show -> the names it has: verl and EasyR1 (flattened with /), then TRL.
NAMES: dict[str, tuple[str, ...]] = {
    "entropy": ("actor/entropy", "actor/entropy_loss", "entropy"),
    "kl": ("actor/kl_loss", "actor/kl", "critic/kl", "kl"),
    "grad_norm": ("actor/grad_norm", "grad_norm"),
    "clipped": ("response_length/clip_ratio", "completions/clipped_ratio", "clip_ratio"),
}
_CONSOLE = re.compile(r"\bstep:(\d+) - (.+)")
_PAIR = re.compile(r"([A-Za-z_][\w/@.-]*):(-?[\d.]+(?:e[-+]?\d+)?)(?= - |\s*$)")
_LARGEST_LOG = 200_000_000
Values = dict[str, dict[int, float]]
"""Name -> step -> value."""


def host_values(folder: Path, without: Sequence[Path] = ()) -> Values:
    """Of all logs below the folder, and not below those `without`; of a step that is there twice (a run that was
    resumed), the later one. What fine-tuning logged (`trainer_state.json` without a reward or KL) is left out.
    """
    values: Values = {name: {} for name in NAMES}
    for file in sorted(folder.rglob("*")) if folder.is_dir() else []:
        if any(map(file.is_relative_to, without)) or not file.is_file() or file.stat().st_size > _LARGEST_LOG:
            continue
        for step, metrics in _records(file):
            for name, aliases in NAMES.items():
                known = next((metrics[alias] for alias in aliases if alias in metrics), None)
                if isinstance(known, int | float) and math.isfinite(known):
                    values[name][step] = float(known)
    return {name: steps for name, steps in values.items() if steps}


def _records(file: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    if file.name == "trainer_state.json":
        yield from _history(_parsed(file.read_text(encoding="utf-8", errors="replace")))
    elif file.suffix == ".jsonl" and not file.name.startswith("journal-"):
        with file.open(encoding="utf-8", errors="replace") as lines:
            yield from _lines(lines)
    elif file.suffix in (".log", ".txt", ".out"):
        with file.open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                if found := _CONSOLE.search(line):
                    yield int(found[1]), {name: float(value) for name, value in _PAIR.findall(found[2])}


def _lines(lines: Iterable[str]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for line in lines:
        if len(line) > 100_000:
            continue
        value = _parsed(line)
        step = value.get("step", value.get("current_steps")) if isinstance(value, dict) else None
        if isinstance(step, int):
            yield step, _flat(value.get("data") if isinstance(value.get("data"), dict) else value)


def _history(value: Any) -> Iterator[tuple[int, Mapping[str, Any]]]:
    records = value.get("log_history", []) if isinstance(value, dict) else []
    if any("reward" in record or "kl" in record for record in records):
        yield from ((record["step"], record) for record in records if isinstance(record.get("step"), int))


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:  # half written
        return None


def _flat(value: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, part in value.items():
        if isinstance(part, Mapping):
            flat |= _flat(part, f"{prefix}{name}/")
        else:
            flat[prefix + str(name)] = part
    return flat
