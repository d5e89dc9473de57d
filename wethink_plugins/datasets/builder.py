"""WeThink rows as a dataset of the `datasets` package, validated, with pictures.

from wethink_plugins.datasets import load
rows = load("wethink", "train.jsonl", images="images", config="wethink.yaml")
rows[0]["images"][0]        # a PIL picture, opened when it is asked for
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wethink_plugins import __version__
from wethink_plugins.datasets.exporters.render import split_of
from wethink_plugins.datasets.manifest import file_sha256
from wethink_plugins.datasets.validate import ConfigSource, Validation, validate
from wethink_plugins.errors import WeThinkError
from wethink_plugins.registry import lookup, registered
from wethink_plugins.rows import Row

if TYPE_CHECKING:
    import datasets

# Chosen: so many parts can the workers of a data loader share among themselves.
_PARTS = 64
_TEXTS = ("id", "problem", "answer", "question_type", "reward_method", "refined_cot", "response", "source", "split")
_log = logging.getLogger(__name__)


def load(
    name: str,
    source: str | Path,
    images: str | Path | None = None,
    split: str | None = None,
    streaming: bool = False,
    config: ConfigSource = None,
    *,
    infer_types: bool = False,
    for_sft: bool = False,
    allow_rejects: bool = False,
) -> datasets.Dataset | datasets.IterableDataset:
    """A `Dataset`, or with `streaming` an `IterableDataset`, of the rows that validation accepts.

    `name`: `wethink` for a file of any kind that a reader is registered for (`wethink.datasets`, by suffix); the name of
    a reader for a file of that kind only.
    `source`: the file, or a folder with one file for `split` (or a single one). `images` is what image paths are
    relative to. `split` keeps the rows of that split. Columns: id, problem, answer, question_type, reward_method,
    options, abilities, refined_cot, response, source, split (texts, lists of texts, or null), and `images`, a list of
    pictures that are opened when a row is read. WeThinkError for a rejected row, unless `allow_rejects`.
    """
    package = _datasets_package()
    file = _file_of(Path(source).expanduser(), split)
    if name != "wethink":
        _check_kind(name, file)
    rows = _Rows(
        str(file.absolute()),
        None if images is None else str(images),
        split,
        config,
        infer_types,
        for_sft,
        allow_rejects,
    )
    size = len(rows.places())
    if not size:
        raise WeThinkError(f"holds no row of the split {split}", fix="give another split, or none", file=file)
    if streaming:
        edges = [size * part // _PARTS for part in range(_PARTS + 1)]
        parts = [(start, end) for start, end in pairwise(edges) if end > start]
        return package.IterableDataset.from_generator(rows.some, features=_features(), gen_kwargs={"parts": parts})
    return package.Dataset.from_generator(rows.all, features=_features())


def _datasets_package() -> Any:
    try:
        import datasets
    except ImportError as error:
        raise WeThinkError(
            f"the package `datasets` is needed and can't be imported: {error}", fix="pip install datasets"
        ) from None
    return datasets


def _check_kind(name: str, file: Path) -> None:
    lookup("datasets", name)  # says what is known, or why it fails to load
    if file.suffix.lower() != f".{name}":
        raise WeThinkError(f"is no .{name} file", fix="rename it, or load it as wethink", file=file)


def _file_of(source: Path, split: str | None) -> Path:
    if not source.is_dir():
        return source
    kinds = {f".{kind}" for kind in registered("datasets")}
    files = sorted(file for file in source.iterdir() if file.suffix.lower() in kinds and file.is_file())
    named = [file for file in files if split and file.stem.lower() == split]
    chosen = named or files
    if len(chosen) != 1:
        found = ", ".join(file.name for file in chosen) or f"none with {', '.join(sorted(kinds))}"
        raise WeThinkError(f"can't tell which file is meant ({found})", fix="give the file, or split=", file=source)
    return chosen[0]


@dataclass
class _Rows:
    """Rows on disk. Pickled it is what they were read from, so another process reads them anew, and a hash is cheap."""

    file: str
    images: str | None
    split: str | None
    config: Any
    infer_types: bool
    for_sft: bool
    allow_rejects: bool
    _found: tuple[Sequence[Row], list[int]] | None = field(default=None, repr=False)

    def places(self) -> list[int]:
        return self._read()[1]

    def all(self) -> Iterator[dict[str, Any]]:
        return self.some([(0, len(self.places()))])

    def some(self, parts: list[tuple[int, int]]) -> Iterator[dict[str, Any]]:
        rows, places = self._read()
        for start, end in parts:
            for place in places[start:end]:
                yield _record(rows[place], Path(self.file).stem)

    def _read(self) -> tuple[Sequence[Row], list[int]]:
        if self._found is None:
            found = validate(self.file, self.images, self.config, self.infer_types, self.for_sft)
            _refuse_rejects(found, self.allow_rejects)
            stem = Path(self.file).stem
            wanted = (i for i, row in enumerate(found.rows) if self.split in (None, split_of(row, stem)))
            self._found = found.rows, list(wanted)
        return self._found

    def __getstate__(self) -> dict[str, Any]:
        """With what the rows depend on: the `datasets` package finds an earlier result by the hash of this."""
        state = {**self.__dict__, "_found": None}
        return {**state, "_made_by": __version__, "_sha256": file_sha256(Path(self.file))}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update({key: value for key, value in state.items() if key not in ("_made_by", "_sha256")})


def _refuse_rejects(found: Validation, allowed: bool) -> None:
    if not found.rejects:
        return
    first = found.rejects[0].text(found.file)
    if not allowed:
        raise WeThinkError(
            f"{len(found.rejects)} of {found.counts['read']} rows are rejected, the first: {first}",
            fix="see `wethink data validate`, or give allow_rejects=True",
            file=found.file,
        )
    _log.warning("%d of %d rows are left out, the first: %s", len(found.rejects), found.counts["read"], first)


def _record(row: Row, stem: str) -> dict[str, Any]:
    record = {name: getattr(row, name) for name in _TEXTS}
    lists = {"options": list(row.options), "abilities": list(row.abilities), "images": list(row.image_files)}
    return {**record, **lists, "split": split_of(row, stem)}


def _features() -> Any:
    from datasets import Features, Image, Sequence, Value

    text = Value("string")
    lists = {"options": Sequence(text), "abilities": Sequence(text), "images": Sequence(Image())}
    return Features({**{name: text for name in _TEXTS}, **lists})
