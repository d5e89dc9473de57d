"""verl: a dataset class that reads a WeThink file directly, without an export.

    data.train_files=train.jsonl
    data.custom_cls.path=pkg://wethink_plugins.datasets.verl_dataset
    data.custom_cls.name=WeThinkDataset
    +data.custom_cls.images=DIR       # what image_path is relative to; default: the folder of the file
    +data.custom_cls.config=YAML      # default: the file that WETHINK_CONFIG names
    +data.custom_cls.prompt=wethink   # a registered system prompt, or a file
    +data.custom_cls.infer_types=true +data.custom_cls.allow_rejects=true

Give it as pkg://, not as a path: verl 0.9.1 drops every row when its filter copies a class loaded from a file.
"""

from __future__ import annotations

import copy
import logging
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import count, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wethink_plugins.datasets.exporters.verl import record_of, schema
from wethink_plugins.datasets.validate import Validation, validate
from wethink_plugins.errors import WeThinkError
from wethink_plugins.prompts import system_prompt

if TYPE_CHECKING:
    import pyarrow as pa

CLASS_NAME = "WeThinkDataset"
_OPTIONS = ("images", "config", "prompt", "split", "infer_types", "allow_rejects")
_ROWS_A_GROUP = 1024
_log = logging.getLogger(__name__)


def options_of(data_config: Mapping[str, Any]) -> dict[str, Any]:
    """Ours of the keys under `data.custom_cls`; WeThinkError for one that nobody knows."""
    given = {
        key: value for key, value in dict(data_config.get("custom_cls") or {}).items() if key not in ("path", "name")
    }
    unknown = sorted(set(given) - set(_OPTIONS))
    if unknown:
        raise WeThinkError("unknown key", fix=f"known: {', '.join(_OPTIONS)}", field=f"data.custom_cls.{unknown[0]}")
    return given


def records_of(file: str | Path, options: Mapping[str, Any], split: str | None = None) -> Iterator[dict[str, Any]]:
    """The rows that the verl exporter would write, with image files by path: `images` holds {path, file}.

    Raises WeThinkError when a row is rejected, unless `allow_rejects`, and JudgeRequired as validation does.
    """
    found = validate(file, options.get("images"), options.get("config"), bool(options.get("infer_types")))
    _refuse_rejects(found, bool(options.get("allow_rejects")))
    prompt, stem = system_prompt(options.get("prompt") or "wethink"), options.get("split") or split or Path(file).stem
    for place, row in enumerate(found.rows):
        pictures = zip(row.image_path, row.image_files, strict=True)
        yield {
            **record_of(row, place, prompt, stem),
            "images": [{"path": path, "file": file} for path, file in pictures],
        }


def table_of(records: Iterator[dict[str, Any]]) -> pa.Table:
    """As Arrow columns, numbered from 0 throughout; no more than a group of records is in memory as objects."""
    import pyarrow as pa

    form, groups, numbers = _schema(), [], count()
    while group := list(islice(records, _ROWS_A_GROUP)):
        for record in group:
            record["extra_info"]["index"] = next(numbers)
        groups.append(pa.Table.from_pylist(group, schema=form))
    return pa.concat_tables(groups) if groups else form.empty_table()


def with_bytes(images: list[dict[str, str]] | None) -> list[dict[str, Any]]:
    """{path, file} as the {bytes, path} that verl's own dataset takes."""
    return [{"bytes": Path(image["file"]).read_bytes(), "path": image["path"]} for image in images or []]


def _refuse_rejects(found: Validation, allowed: bool) -> None:
    if not found.rejects:
        return
    first = found.rejects[0].text(found.file)
    if not allowed:
        more = f"{len(found.rejects)} of {found.counts['read']} rows are rejected, the first: {first}"
        raise WeThinkError(
            more, fix="see `wethink data validate`, or set +data.custom_cls.allow_rejects=true", file=found.file
        )
    _log.warning("%d of %d rows are left out, the first: %s", len(found.rejects), found.counts["read"], first)


@cache
def dataset_class() -> type:
    """Built on first use, since its base class pulls in torch, transformers and verl."""
    import datasets
    import numpy as np
    from verl.utils.dataset.rl_dataset import RLHFDataset

    class WeThinkDataset(RLHFDataset):  # type: ignore[misc]  # verl has no types
        """RLHFDataset over WeThink rows; the items are those that the exported parquet would give."""

        def _read_files_and_tokenize(self) -> None:
            options = options_of(self.config)
            files = zip(self.data_files, self.original_data_files, strict=True)
            records = (r for file, given in files for r in records_of(file, options, self._split_of(given)))
            rows = datasets.Dataset(table_of(records))
            names = {"prompt": self.prompt_key, "images": self.image_key}
            rows = rows.rename_columns({own: key for own, key in names.items() if own != key})
            self.dataframe = self.maybe_filter_out_long_prompts(self._some_of(rows))

        def _some_of(self, rows: Any) -> Any:
            limit = getattr(self, "max_samples", -1)
            if not 0 < limit < len(rows):
                return rows
            chosen = range(limit)
            if getattr(self, "shuffle", False):
                chosen = np.random.default_rng(self.seed).choice(len(rows), size=limit, replace=False).tolist()
            return rows.select(chosen)

        def _split_of(self, file: str) -> str | None:
            """A validation file is one whatever its name: on it the reward must never raise."""
            names = self.config.get("val_files"), self.config.get("train_files")
            return "val" if [_named(file, files) for files in names] == [True, False] else None

        def _build_messages(self, example: dict[str, Any], *args: Any, **kwargs: Any) -> list[dict[str, Any]]:
            images = with_bytes(example.get(self.image_key))
            built: list[dict[str, Any]] = super()._build_messages({**example, self.image_key: images}, *args, **kwargs)
            return built

        def split(self, num_splits: int) -> list[Any]:
            """Equal parts; a rest is dropped, as the base class does, which would read the files again as parquet."""
            size = len(self.dataframe) // num_splits
            return [_part(self, range(i * size, (i + 1) * size)) for i in range(num_splits)]

    # By reference, so that worker processes find it: a class made in a function has no name to be pickled by.
    WeThinkDataset.__qualname__ = CLASS_NAME
    globals()[CLASS_NAME] = WeThinkDataset
    return WeThinkDataset


def _part(dataset: Any, rows: range) -> Any:
    part = copy.copy(dataset)
    part.dataframe = dataset.dataframe.select(rows)
    return part


def _named(file: str, files: Any) -> bool:
    names = [files] if isinstance(files, str) else list(files or [])
    return str(file) in [str(name) for name in names]


def _schema() -> Any:
    """The exporter's columns, with images by path: bytes are read when a row is."""
    import pyarrow as pa

    exported = schema()
    paths = pa.field("images", pa.list_(pa.struct({"path": pa.string(), "file": pa.string()})))
    return exported.set(exported.get_field_index("images"), paths)


def __getattr__(name: str) -> Any:
    if name == CLASS_NAME:
        return dataset_class()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
