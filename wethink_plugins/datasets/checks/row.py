"""All that is asked of one row, in order: the first fault is the one that is named."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from wethink_plugins.config import WeThinkConfig
from wethink_plugins.datasets.checks.duplicates import Seen
from wethink_plugins.datasets.checks.gold import Golds, is_checkable
from wethink_plugins.datasets.checks.images import check_images
from wethink_plugins.datasets.checks.options import check_options
from wethink_plugins.datasets.checks.texts import check_names, check_texts
from wethink_plugins.datasets.findings import Found
from wethink_plugins.datasets.image import Images
from wethink_plugins.datasets.observer import Size
from wethink_plugins.datasets.repair import found_options, repaired
from wethink_plugins.datasets.sources import Sources
from wethink_plugins.errors import WeThinkError
from wethink_plugins.rewards.question import inferred_type
from wethink_plugins.rewards.rules import policy_of
from wethink_plugins.rows import Row, UnknownValue, has_own_id, row_id

Check = Callable[[Row], None]


class RowChecks:
    """`row` raises WeThinkError for the first fault; what has no name of a defect is no fault of the row."""

    def __init__(
        self,
        config: WeThinkConfig,
        images: Images,
        sources: Sources,
        infer_types: bool,
        for_sft: bool,
        check: Check | None = None,
    ) -> None:
        self._aliases, self._policy = config.aliases, policy_of(config.rules)
        self._images, self._sources, self._check = images, sources, check
        self._infer, self._for_sft = infer_types, for_sft
        self._golds, self._seen = Golds(self._policy, for_sft), Seen()

    def skip_images(self) -> None:
        """And what looks into them: the check."""
        self._images.skip()
        self._check = None

    def row(self, line: int, record: Mapping[str, Any]) -> tuple[Row, list[Found], tuple[Size, ...]]:
        """The row with its repairs made, the repairs and notes, the sizes of its images."""
        identity = row_id(record)
        if has_own_id(record):
            self._seen.check_id(identity, line)
        better, repairs = repaired({**record, "id": identity})
        row = self._read(better)
        check_names(row)
        check_texts(row)
        check_options(row, self._policy)
        self._golds.check(row)
        self._seen.check_content(row)
        self._check_reasoning(row)
        notes, sizes = check_images(row, self._images)
        row = row.model_copy(update={"image_files": tuple(map(self._images.file, row.image_path))})
        if self._check:
            self._check(row)
        self._seen.keep(row, line)
        return row, [*repairs, *found_options(row, record), *notes, *self._notes(row)], sizes

    def _read(self, record: Mapping[str, Any]) -> Row:
        try:
            return Row.read(record, self._aliases)
        except UnknownValue as unknown:
            if unknown.kind != "question_type" or not self._infer:
                raise
        except WeThinkError as error:
            error.defect = error.defect or "wrong_field_type"
            raise
        row = Row.read(record, self._aliases, question_type="descriptive")
        return row.model_copy(update={"question_type": inferred_type(row.answer, row.options)})

    def _check_reasoning(self, row: Row) -> None:
        if self._for_sft and not (row.refined_cot or row.response):
            raise WeThinkError(
                "is empty",
                fix="a row for supervised fine-tuning needs it (or response)",
                field="refined_cot",
                defect="missing_reasoning",
            )

    def _notes(self, row: Row) -> list[Found]:
        found = []
        if row.source and not self._sources.knows(row.source):
            found.append(Found("unknown_source", "source", row.source))
        if not self._for_sft and is_checkable(row):
            found.append(Found("model_for_rule", "reward", row.answer))
        return found


def image_folder(file: str | Path, images: str | Path | None) -> Path:
    """What image paths are relative to; WeThinkError for a folder that isn't there."""
    if images is None:
        return Path(file).expanduser().parent
    if not Path(images).expanduser().is_dir():
        raise WeThinkError("no such folder", fix="give the folder that image_path is relative to", file=images)
    return Path(images)
