"""Decides which rows of a file a trainer may see; everything else is a reject with a reason.

Exporters and dataset classes take only rows that went through here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wethink_plugins.config import WeThinkConfig
from wethink_plugins.datasets.ahead import looking_ahead
from wethink_plugins.datasets.findings import Findings
from wethink_plugins.datasets.image import Images, pillow_silenced
from wethink_plugins.datasets.literals import format_tag_in, literal_fault, surrogate_fault
from wethink_plugins.datasets.records import read_records
from wethink_plugins.datasets.rejects import Reject, Unknown
from wethink_plugins.datasets.repair import repaired
from wethink_plugins.errors import JudgeRequired, WeThinkError
from wethink_plugins.options import split_options
from wethink_plugins.rows import Row, UnknownValue, row_id

Check = Callable[[Row], None]
ConfigSource = str | Path | Mapping[str, Any] | WeThinkConfig | None
_ADD_A_JUDGE = (
    "name a server under judge.endpoints in the YAML of --config or WETHINK_CONFIG, "
    "or add `judge: {offline: true}` there (a stand-in that compares words)"
)
_REMOVE = "change the text or remove the row"


@dataclass(frozen=True)
class Validation:
    """`rows` in the order of the file, kept on disk. `counts`: read, accepted, rejected, by type, method, and repair."""

    file: Path
    rows: Sequence[Row]
    rejects: tuple[Reject, ...]
    unknown: tuple[Unknown, ...]
    counts: dict[str, Any]


def validate(
    file: str | Path,
    images: str | Path | None = None,
    config: ConfigSource = None,
    infer_types: bool = False,
    for_sft: bool = False,
    check: Check | None = None,
) -> Validation:
    """Reads, repairs and checks every row. `images` is what image paths are relative to (default: the file's folder).

    `for_sft`: every row needs a chain of thought (or a whole response), and no judge. Otherwise JudgeRequired is
    raised when rows need a judge and the configuration has none. `check` is asked about each row that is fine so far,
    with its image files, and rejects it by raising WeThinkError. WeThinkError for a file that can't be read at all.
    """
    settings = WeThinkConfig.load(config)
    judge_missing = not (for_sft or settings.judge.offline or settings.judge.endpoints)
    pictures = Images(_folder(file, images))
    checks, findings = _Checks(settings, pictures, infer_types, for_sft, check), Findings()
    with pillow_silenced():
        for line, record in looking_ahead(read_records(file), pictures):
            _take(line, record, checks, findings)
            if judge_missing and findings.judged:
                checks.skip_images()  # the end is settled: no need to wait for all of them
    if not findings.read:
        raise WeThinkError("holds no rows", fix="check that this is the file that you mean", file=file)
    if judge_missing and findings.judged:
        raise _judge_required(findings, file)
    return Validation(Path(file), findings.rows, tuple(findings.rejects), findings.unknown(), findings.counts())


def _take(line: int, record: Mapping[str, Any], checks: _Checks, findings: Findings) -> None:
    findings.read += 1
    try:
        row, repairs = checks.row(line, record)
    except WeThinkError as error:
        findings.reject(line, row_id(record), record, error)
    else:
        findings.accept(row, repairs)


def _judge_required(findings: Findings, file: object) -> JudgeRequired:
    return JudgeRequired(
        f"{findings.judged} of {len(findings.rows)} rows need a judge model and none is configured",
        fix=_ADD_A_JUDGE,
        file=file,
        row=findings.first_judged,
        field="reward",
    )


class _Checks:
    """Everything that is asked of one row; `row` raises WeThinkError for the first fault."""

    def __init__(
        self, config: WeThinkConfig, images: Images, infer_types: bool, for_sft: bool, check: Check | None = None
    ) -> None:
        self._check = check
        self._aliases, self._infer, self._for_sft = config.aliases, infer_types, for_sft
        self._images, self._rules = images, config.rules
        self._first_line: dict[str, int] = {}

    def skip_images(self) -> None:
        """And what looks into them: the check."""
        self._images.skip()
        self._check = None

    def row(self, line: int, record: Mapping[str, Any]) -> tuple[Row, list[str]]:
        identity = row_id(record)
        if (first := self._first_line.setdefault(identity, line)) != line:
            raise WeThinkError(f"the same id as on line {first}", fix="give each row its own id", field="id")
        better, repairs = repaired({**record, "id": identity})
        row = self._read(better)
        self._check_names(row)
        self._check_texts(row)
        self._check_options(row)
        self._check_images(row)
        if self._for_sft and not (row.refined_cot or row.response):
            raise WeThinkError(
                "is empty", fix="a row for supervised fine-tuning needs it (or response)", field="refined_cot"
            )
        row = row.model_copy(update={"image_files": tuple(map(self._images.file, row.image_path))})
        if self._check:
            self._check(row)
        return row, repairs

    def _read(self, record: Mapping[str, Any]) -> Row:
        try:
            return Row.read(record, self._aliases)
        except UnknownValue as unknown:
            if unknown.kind != "question_type" or not self._infer:
                raise
        from wethink_plugins.rewards.question import inferred_type

        row = Row.read(record, self._aliases, question_type="descriptive")
        return row.model_copy(update={"question_type": inferred_type(row.answer, row.options)})

    def _check_texts(self, row: Row) -> None:
        options = " ".join(row.options)
        texts = {
            "problem": row.problem,
            "answer": row.answer,
            "options": options,
            "refined_cot": row.refined_cot,
            "response": row.response,
        }
        for field, text in texts.items():
            fault = literal_fault(text or "")
            if not fault and field in ("answer", "refined_cot") and (tag := format_tag_in(text or "")):
                fault = f"holds a literal {tag}"
            if fault:
                raise WeThinkError(fault, fix=_REMOVE, field=field)

    def _check_names(self, row: Row) -> None:
        names = {"id": row.id, "image_path": " ".join(row.image_path), "source": row.source, "split": row.split or ""}
        names |= {"abilities": " ".join(row.abilities), "family": str(row.extra.get("family", ""))}
        for field, name in names.items():
            if fault := surrogate_fault(name):
                raise WeThinkError(fault, fix=_REMOVE, field=field)

    def _check_options(self, row: Row) -> None:
        from wethink_plugins.rewards.rules import policy_of
        from wethink_plugins.rewards.rules.option import is_option

        if row.question_type != "multiple_choice":
            return
        written = split_options(row.problem)[1]
        if written != row.options and sorted(written) == sorted(row.options):
            raise WeThinkError(
                "are in another order than in the problem", fix="make the letters mean the same", field="options"
            )
        if not is_option(row.answer, row.options, policy_of(self._rules)):
            shown = ", ".join(row.options) or "none found in problem or options"
            raise WeThinkError(
                f"{row.answer[:60]!r} is none of the options ({shown[:120]})",
                fix="correct the answer or the options",
                field="answer",
            )

    def _check_images(self, row: Row) -> None:
        for path in row.image_path:
            reason, fix = self._images.fault(path)
            if reason:
                raise WeThinkError(reason, fix=fix, field="image_path")


def _folder(file: str | Path, images: str | Path | None) -> Path:
    if images is not None and not Path(images).expanduser().is_dir():
        raise WeThinkError("no such folder", fix="give the folder that image_path is relative to", file=images)
    return Path(images) if images is not None else Path(file).expanduser().parent
