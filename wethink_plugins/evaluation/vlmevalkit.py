"""Reads what VLMEvalKit left of its evaluations: `WORK_DIR/MODEL/RUN/status.json`, and the score files beside it.

Score files are needed too: versions of 2025 write no metrics into status.json, and later ones leave out what isn't a bare
number, which WeMath's scores ("48.00%") aren't.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wethink_plugins.errors import WeThinkError

_STATUS = "status.json"


@dataclass(frozen=True)
class Result:
    """What one run says of one dataset; `metrics` are named as VLMEvalKit does (`split=test|Overall`). `fault`: why
    there is no score."""

    run: str
    metrics: Mapping[str, float] = field(default_factory=dict)
    judge: str = ""
    fault: str = ""


def read_results(folder: Path, model: str) -> dict[str, Result]:
    """Dataset -> its newest result that has a score, else its newest. WeThinkError when the model isn't there."""
    home = folder / model
    if not home.is_dir():
        there = ", ".join(sorted(entry.name for entry in folder.iterdir() if entry.is_dir())) if folder.is_dir() else ""
        raise WeThinkError(
            f"no results of {model!r}",
            fix=f"it holds {there or 'no models'}: give VLMEvalKit's --work-dir",
            file=folder,
        )
    found: dict[str, Result] = {}
    for run in _runs(home):
        for name, result in _results(run, model).items():
            if result.metrics or name not in found:
                found[name] = result
    return found


def _runs(home: Path) -> list[Path]:
    """Oldest first: their names begin with T and the date. Then the folder itself, as very old versions wrote."""
    runs = sorted(entry for entry in home.iterdir() if entry.is_dir() and not entry.is_symlink())
    return [home, *runs]


def _results(run: Path, model: str) -> dict[str, Result]:
    status = _status(run / _STATUS)
    found = {}
    for name, said in status.items():
        metrics = {key: float(v) for key, v in (said.get("metrics") or {}).items() if isinstance(v, int | float)}
        fault = said.get("error_message") or said.get("skip_reason") or ""
        found[name] = Result(run.name, metrics, str(said.get("judge_model") or ""), str(fault))
    for name, metrics in _score_files(run, model, found):
        before = found.get(name, Result(run.name))
        found[name] = Result(run.name, {**metrics, **before.metrics}, before.judge, before.fault)
    return found


def _status(file: Path) -> Mapping[str, Mapping[str, Any]]:
    if not file.is_file() or file.is_symlink():
        return {}
    try:
        value = json.loads(file.read_text(encoding="utf-8"))
        return {name: said for name, said in value["datasets"].items() if isinstance(said, Mapping)}
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise WeThinkError(f"can't be read: {error}", fix="evaluate again with --mode eval", file=file) from None


def _score_files(run: Path, model: str, known: Mapping[str, Result]) -> Iterator[tuple[str, dict[str, float]]]:
    """`MODEL_DATASET[_JUDGE]_score.csv`, `_acc.csv` and `_score.json`. Of two datasets of which one's name begins like
    the other's, the longer name is meant."""
    for file in sorted(run.glob(f"{_escaped(model)}_*")):
        stem = file.stem.removeprefix(f"{model}_")
        ending = next((end for end in ("_score", "_acc") if stem.endswith(end)), None)
        if ending is None or file.suffix not in (".csv", ".json") or file.is_symlink():
            continue
        stem = stem.removesuffix(ending)
        names = sorted((name for name in known if stem == name or stem.startswith(f"{name}_")), key=len)
        yield (names[-1] if names else stem), _metrics(file)


def _escaped(name: str) -> str:
    return "".join(f"[{c}]" if c in "*?[" else c for c in name)


def _metrics(file: Path) -> dict[str, float]:
    try:
        if file.suffix == ".json":
            value = json.loads(file.read_text(encoding="utf-8"))
            return {key: float(v) for key, v in value.items() if isinstance(v, int | float)}
        with file.open(newline="", encoding="utf-8") as lines:
            return _flat(list(csv.DictReader(lines)))
    except (OSError, ValueError, AttributeError) as error:
        raise WeThinkError(f"can't be read: {error}", fix="evaluate again with --mode eval", file=file) from None


def _flat(rows: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """As VLMEvalKit flattens a table: what isn't a number names the row. `48.00%` is one here."""
    columns = list(rows[0]) if rows else []
    numeric = [name for name in columns if any(_number(row[name]) is not None for row in rows)]
    found: dict[str, float] = {}
    for row in rows:
        named = [f"{name}={row[name]}" for name in columns if name not in numeric and row[name]]
        for name in numeric:
            if (value := _number(row[name])) is not None:
                found["|".join([*named, name])] = value
    return found


def _number(text: object) -> float | None:
    try:
        value = float(str(text).strip().removesuffix("%"))
    except ValueError:
        return None
    return value if value == value else None
