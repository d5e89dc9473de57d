"""Decides which rows of a file a trainer may see; everything else is a reject with a reason.

Exporters and dataset classes take only rows that went through here. What is asked of a row: `datasets.checks`; the
names of what can be wrong: `datasets.defects`.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wethink_plugins.config import WeThinkConfig
from wethink_plugins.datasets.ahead import looking_ahead
from wethink_plugins.datasets.checks.row import Check, RowChecks, image_folder
from wethink_plugins.datasets.findings import Example, Findings
from wethink_plugins.datasets.image import Images, pillow_silenced
from wethink_plugins.datasets.observer import Observer
from wethink_plugins.datasets.records import read_lines
from wethink_plugins.datasets.rejects import Reject, Unknown
from wethink_plugins.datasets.sources import Sources, SourceUse
from wethink_plugins.datasets.spellings import aliases_yaml
from wethink_plugins.datasets.values import Met
from wethink_plugins.errors import JudgeRequired, WeThinkError
from wethink_plugins.rows import Row, row_id

ConfigSource = str | Path | Mapping[str, Any] | WeThinkConfig | None
_ADD_A_JUDGE = (
    "name a server under judge.endpoints in the YAML of --config or WETHINK_CONFIG, "
    "or add `judge: {offline: true}` there (a stand-in that compares words)"
)


@dataclass(frozen=True)
class Validation:
    """`rows` in the order of the file, kept on disk. `counts`: read, accepted, rejected, by type, method and defect.

    `examples`: for each defect in `counts["defects"]` its first rows, at most five. `values`: the spellings met in
    category, reward and abilities. `sources`: where the accepted rows' images come from. `images`: what was found in
    each image file. `aliases`: the YAML line for all that is unknown, with the aliases that were given; empty where
    nothing is. `unmatched`: ids to remove that no row has.
    """

    file: Path
    rows: Sequence[Row]
    rejects: tuple[Reject, ...]
    unknown: tuple[Unknown, ...]
    counts: dict[str, Any]
    examples: dict[str, tuple[Example, ...]]
    values: tuple[Met, ...]
    sources: tuple[SourceUse, ...]
    images: Images
    aliases: str = ""
    unmatched: tuple[str, ...] = ()

    @property
    def one_alias(self) -> bool:
        """Whether a single spelling is unknown and no aliases were given: its own line says all."""
        return any(one.yaml == self.aliases for one in self.unknown if one.value)


def validate(
    file: str | Path,
    images: str | Path | None = None,
    config: ConfigSource = None,
    infer_types: bool = False,
    for_sft: bool = False,
    check: Check | None = None,
    observers: Sequence[Observer] = (),
    sources: str | Path | None = None,
    remove: frozenset[str] = frozenset(),
    require_judge: bool = True,
) -> Validation:
    """Reads, repairs and checks every row. `images` is what image paths are relative to (default: the file's folder).

    `for_sft`: every row needs a chain of thought (or a whole response), and no judge. Otherwise JudgeRequired is
    raised when rows need a judge and the configuration has none. `check` is asked about each row that is fine so far,
    with its image files, and rejects it by raising WeThinkError with the name of a defect. `observers` are told of every
    row. `sources` is a file of sources over the built-in ones. Rows whose id is in `remove` are left out and counted, no
    rejects. `require_judge` False only counts the rows that need one (`counts["need_judge"]`). WeThinkError for a file that can't be read at all.
    """
    settings, registry = WeThinkConfig.load(config), Sources.load(sources)
    judge_missing = require_judge and not (for_sft or settings.judge.offline or settings.judge.endpoints)
    pictures = Images(image_folder(file, images))
    missing = set(remove)
    checks, findings = RowChecks(settings, pictures, registry, infer_types, for_sft, check), Findings()
    with pillow_silenced():
        for line, record in _rows_of(file, looking_ahead(read_lines(file), pictures), findings, observers):
            if remove and (name := row_id(record)) in remove:
                findings.removed += 1
                missing.discard(name)
                continue
            _take(line, record, checks, findings, observers)
            if judge_missing and findings.judged:
                checks.skip_images()  # the end is settled: no need to wait for all of them
    if not findings.read:
        raise WeThinkError("holds no rows", fix="check that this is the file that you mean", file=file)
    if judge_missing and findings.judged:
        raise _judge_required(findings, file)
    unknown = findings.unknown()
    return Validation(
        file=Path(file),
        rows=findings.rows,
        rejects=tuple(findings.rejects),
        unknown=unknown,
        counts=findings.counts(),
        examples=findings.examples(),
        values=findings.values.met(settings.aliases, unknown),
        sources=registry.used(findings.sources),
        images=pictures,
        aliases=aliases_yaml(unknown, settings.aliases),
        unmatched=tuple(sorted(missing)),
    )


def _rows_of(
    file: object, lines: Iterator[tuple[int, Any]], findings: Findings, observers: Sequence[Observer]
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Those that are rows; a broken line is a reject. Raises the first one's error when there is no row at all."""
    first: WeThinkError | None = None
    for line, record in lines:
        findings.read += 1
        if not isinstance(record, WeThinkError):
            findings.values.add(record)
            yield line, record
            continue
        first = first or record
        reject = findings.reject(line, "", {}, record)
        for observer in observers:
            observer.rejected(reject, {})
    if first and len(findings.rejects) == findings.read and all(r.kind == first.defect for r in findings.rejects):
        raise first


def _take(
    line: int, record: Mapping[str, Any], checks: RowChecks, findings: Findings, observers: Sequence[Observer]
) -> None:
    try:
        row, found, sizes = checks.row(line, record)
    except WeThinkError as error:
        if not error.defect:
            raise
        reject = findings.reject(line, row_id(record), record, error)
        for observer in observers:
            observer.rejected(reject, record)
    else:
        try:
            findings.accept(line, row, found)
        except RecursionError:
            fault = WeThinkError(
                "is nested too deeply", fix="flatten or remove it", field="", defect="wrong_field_type"
            )
            fault.field = _deepest(row.extra)
            reject = findings.reject(line, row.id, record, fault)
            for observer in observers:
                observer.rejected(reject, record)
            return
        for observer in observers:
            observer.accepted(row, sizes)


def _deepest(extra: Mapping[str, Any]) -> str:
    """The field that can't be kept; only those that aren't ours may hold anything."""
    for name, value in extra.items():
        try:
            pickle.dumps(value)
        except RecursionError:
            return name
    return ""


def _judge_required(findings: Findings, file: object) -> JudgeRequired:
    return JudgeRequired(
        f"{findings.judged} of {len(findings.rows)} rows need a judge model and none is configured",
        fix=_ADD_A_JUDGE,
        file=file,
        row=findings.first_judged,
        field="reward",
    )
