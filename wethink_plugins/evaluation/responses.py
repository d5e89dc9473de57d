"""Reads what a model said, with what is right: the output of `wethink generate`, saved rollouts, or a journal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wethink_plugins.datasets.records import read_records
from wethink_plugins.errors import SampleError, WeThinkError
from wethink_plugins.inference.exported import as_row
from wethink_plugins.rows import row_id
from wethink_plugins.sample import Sample

_NO_SOURCE, _NO_ABILITY = "(none)", "(none)"


@dataclass(frozen=True)
class Item:
    """One response. `number` is its line in the file, from 1, and `line` what stands there.

    `sample` None: there is no response, and `fault` says why. `cut`: the response ended at the length limit.
    """

    id: str
    number: int
    line: Mapping[str, Any]
    sample: Sample | None
    source: str
    abilities: tuple[str, ...]
    cut: bool
    fault: str = ""


def read_items(file: Path, rows: Path | None = None, images: Path | None = None) -> list[Item]:
    """`rows`: the dataset, joined by id, for what the responses leave out (gold, type, source, abilities).

    `images`: the folder that image paths are relative to, for a judge that sees. SampleError names the line of a
    response without a gold answer, WeThinkError a file without any.
    """
    known = _rows(rows) if rows is not None else {}
    items = [_item(line, file, number, known, images) for number, line in _lines(file)]
    if not items:
        raise WeThinkError("holds no responses", fix="give a JSONL file of `wethink generate`", file=file)
    return items


def style_of(items: Sequence[Item]) -> str | None:
    """The style that all lines name; None where they name none, or several."""
    named = {(item.line.get("settings") or {}).get("style") for item in items}
    return named.pop() if len(named) == 1 else None


def settings_of(items: Sequence[Item]) -> dict[str, Any]:
    """What the lines say about how they were made, as long as it is the same in all of them."""
    first = dict(items[0].line.get("settings") or {})
    return {name: v for name, v in first.items() if all((i.line.get("settings") or {}).get(name) == v for i in items)}


def _lines(file: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    if file.is_dir():
        from wethink_plugins.rewards.journal import read_journal

        return enumerate(read_journal(file), start=1)
    return read_records(file)


def _rows(file: Path) -> dict[str, Mapping[str, Any]]:
    found: dict[str, Mapping[str, Any]] = {}
    for _, record in read_records(file):
        row = as_row(record)
        found[row_id(row)] = row
    return found


def _item(
    line: Mapping[str, Any], file: Path, number: int, known: Mapping[str, Mapping[str, Any]], images: Path | None
) -> Item:
    identity = str(line["id"]) if line.get("id") is not None else str(number)
    row = known.get(identity, {})

    def fault(field: str, problem: str, fix: str) -> SampleError:
        return SampleError(problem, fix=fix, file=f"{file}:{number}", row=identity, field=field)

    def of(*names: str) -> Any:
        return next((w[n] for w in (line, row) for n in names if w.get(n) not in (None, "", [])), None)

    response = line.get("response")
    if response is not None and not isinstance(response, str):
        raise fault("response", "is not text", "write the model's whole response as a string")
    if "response" not in line:
        raise fault("response", "is missing", "write the model's whole response, or null where there is none")
    gold = _gold(line, row)
    if gold is None:
        raise fault("gold", "there is no right answer", "write it as `gold`, or give the dataset with --rows")
    options = of("options") or []
    if isinstance(options, Mapping):
        options = list(options.values())
    paths = of("images", "image_path") or []
    sample = None
    if response is not None:
        sample = Sample(
            id=identity,
            group=None,
            question=str(of("question", "problem") or ""),
            response=response,
            answer=str(gold),
            question_type=of("question_type", "category"),
            options=tuple(options) if isinstance(options, list | tuple) else options,
            reward_method=of("reward_method", "reward") or "auto",
            images=_files([paths] if isinstance(paths, str) else paths, images),
        )
    return Item(
        identity,
        number,
        line,
        sample,
        str(of("source") or _NO_SOURCE),
        _abilities(of("abilities") or ()),
        line.get("finish_reason") == "length",
        str(line.get("fault") or "no response") if response is None else "",
    )


def _gold(line: Mapping[str, Any], row: Mapping[str, Any]) -> Any:
    """`gold` of the line, else the dataset's answer; the line's own `answer` only where it has no key `gold`, beside
    which it is what the model answered."""
    if line.get("gold") is not None:
        return line["gold"]
    return row.get("answer", None if "gold" in line else line.get("answer"))


def _abilities(named: str | Sequence[Any]) -> tuple[str, ...]:
    names = named.split(",") if isinstance(named, str) else named
    return tuple(name.strip() for name in map(str, names) if name.strip()) or (_NO_ABILITY,)


def _files(paths: Sequence[Any], folder: Path | None) -> tuple[Any, ...]:
    return tuple(str(folder / path) if folder and isinstance(path, str) else path for path in paths)
