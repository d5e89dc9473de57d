"""Refuses, before verl trains, rows that this configuration could never score.

verl drops a trajectory whose reward raises and trains on without it: a run that needs a judge and has none would lose
every descriptive row and end with exit code 0. So the data files are looked through when a reward worker starts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from wethink_plugins.adapters.fields import as_list
from wethink_plugins.adapters.verl_sample import sample_of
from wethink_plugins.errors import JudgeRequired, SampleError
from wethink_plugins.rewards.hybrid import HybridReward
from wethink_plugins.sample import Sample

_COLUMNS = ("reward_model", "extra_info", "data_source", "prompt")
_ROWS_AT_ONCE = 1000


def refuse_unpayable(reward: HybridReward, config: Any) -> None:
    """Raises JudgeRequired or SampleError, with file and row, for the first row that no reward could be computed for.

    Looks at verl's own parquet columns; a dataset class of its own (`data.custom_cls`) is left to itself.
    """
    data = config.get("data") if config is not None else None
    if not data or (data.get("custom_cls") or {}).get("path"):
        return
    for file in _files(data):
        try:
            reward.require(_sample_of(row) for row in _rows(file))
        except (JudgeRequired, SampleError) as error:
            raise type(error)(error.problem, fix=error.fix, file=file, row=error.row, field=error.field) from None


def _files(data: Mapping[str, Any]) -> list[Path]:
    found: list[Path] = []
    for given in (data.get("train_files"), data.get("val_files")):
        found += [Path(str(name)) for name in ([given] if isinstance(given, str) else as_list(given))]
    return [file for file in found if file.suffix == ".parquet" and file.is_file()]


def _rows(file: Path) -> Iterator[dict[str, Any]]:
    import pyarrow.parquet as pq

    parquet = pq.ParquetFile(file)
    columns = [name for name in _COLUMNS if name in parquet.schema_arrow.names]
    if "reward_model" in columns:
        for batch in parquet.iter_batches(_ROWS_AT_ONCE, columns=columns):
            yield from batch.to_pylist()


def _sample_of(row: Mapping[str, Any]) -> Sample:
    return sample_of(
        "",
        (row["reward_model"] or {}).get("ground_truth"),
        row.get("extra_info") or {},
        row.get("data_source", ""),
        question=_question(row.get("prompt")),
    )


def _question(prompt: Any) -> str:
    users = [turn for turn in prompt or [] if isinstance(turn, Mapping) and turn.get("role") == "user"]
    content = users[-1].get("content") if users else ""
    return content if isinstance(content, str) else ""
