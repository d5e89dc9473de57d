"""Whether verl survives the padding that takes the place of dropped trajectories.

verl 0.9.1 fills a batch up with padding that is text only. With transformers 5, a micro-batch of nothing but padding
ends the run of a vision-language model (verl/models/transformers/qwen2_vl.py:393-394 takes the mean of an output
object). On a GPU, where micro-batches are of one or two samples, the first dropped trajectory can do that.
"""

from __future__ import annotations

import importlib.util
import logging
import os
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from wethink_plugins.adapters.fields import as_list

_FIX = "wethink_verl_cpu.fixes.text_only_batch"
_log = logging.getLogger(__name__)


def on_unscored(setting: str, config: Any) -> str:
    """`judge.on_unscored` as drop or mean. `config` is verl's; what can't be told counts as pictures."""
    if setting != "auto":
        return setting
    if not _dies_of_padding() or not _has_pictures(config):
        return "drop"
    _log.warning(
        "judge.on_unscored: auto means mean here: this verl can't train on the padding that replaces dropped "
        "trajectories of a vision-language model. An unscored rollout gets the mean reward so far"
    )
    return "mean"


def _dies_of_padding() -> bool:
    try:
        return int(version("transformers").split(".")[0]) >= 5 and not _mended()
    except (PackageNotFoundError, ValueError):
        return False


def _mended() -> bool:
    """By patches/verl, in a version that has this fix."""
    try:
        return os.environ.get("VERL_PLATFORM") == "cpu" and importlib.util.find_spec(_FIX) is not None
    except ModuleNotFoundError:
        return False


def _has_pictures(config: Any) -> bool:
    data: Mapping[str, Any] = (config.get("data") if config is not None else None) or {}
    given = data.get("train_files")
    files = [Path(str(name)) for name in ([given] if isinstance(given, str) else as_list(given))]
    if not files or (data.get("custom_cls") or {}).get("path"):
        return True
    return any(_column(file, str(data.get("image_key") or "images")) for file in files)


def _column(file: Path, name: str) -> bool:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return name in pq.read_schema(file).names
    except (OSError, pa.ArrowInvalid):
        return True
