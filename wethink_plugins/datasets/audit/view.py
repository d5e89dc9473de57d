"""What the page gets to know: of a row, and of how far its annotator is. All of it is text, none is markup."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wethink_plugins.datasets.audit.criteria import CRITERIA
from wethink_plugins.datasets.audit.pictures import NoPicture, size_of
from wethink_plugins.datasets.audit.sample import Sample, SampledRow
from wethink_plugins.datasets.audit.sheet import Sheet
from wethink_plugins.datasets.audit.strata import paths_of
from wethink_plugins.options import LETTERS, split_options


def row_view(row: SampledRow, sample: Sample) -> dict[str, Any]:
    """The row as it stands in its file; `question` is its problem without the options that are listed apart."""
    record = row.record
    problem, answer = _text(record.get("problem")), _text(record.get("answer"))
    options = _options(record.get("options"))
    question, written = split_options(problem)
    return {
        "place": row.place,
        "id": _printable(row.id),
        "line": row.line,
        "stratum": {name: _printable(value) for name, value in zip(sample.by, row.stratum, strict=True)},
        "question": question if written and (not options or options == list(written)) else problem,
        "options": [
            {"letter": letter, "text": text, "gold": _is_gold(answer, letter, text)}
            for letter, text in _lettered(options or list(written))
        ],
        "answer": answer,
        "reasoning": _text(record.get("refined_cot")),
        "response": _text(record.get("response")),
        "facts": {name: _text(record.get(name)) for name in ("category", "abilities", "reward", "split")},
        "images": [_image(path, sample.images) for path in paths_of(record)],
    }


def progress_view(sample: Sample, sheet: Sheet, annotator: str) -> dict[str, Any]:
    """`marks` and `comments` hold this annotator's own, by place; `start` is where to go on."""
    open_places = [row.place for row in sample.rows if not sheet.is_done(row.place)]
    return {
        "annotator": annotator,
        "file": sample.file,
        "total": len(sample.rows),
        "criteria": [{"name": name, "means": means} for name, means in CRITERIA.items()],
        "marks": {str(place): marks for place, marks in sheet.marks.items()},
        "comments": {str(place): text for place, text in sheet.comments.items()},
        "start": open_places[0] if open_places else 0,
    }


def _image(path: str, folder: str) -> dict[str, Any]:
    try:
        width, height = size_of(path, folder)
    except NoPicture as reason:
        return {"name": _printable(path), "fault": _printable(str(reason))}
    return {"name": _printable(path), "width": width, "height": height}


def _options(value: object) -> list[str]:
    if isinstance(value, dict):
        value = [text for text in value.values() if text is not None]
    return [" ".join(_text(one).split()) for one in value] if isinstance(value, list) else []


def _lettered(options: Sequence[str]) -> list[tuple[str, str]]:
    """Options that have their letters already keep them."""
    bare = split_options("\n".join(options))[1]
    texts = bare if len(bare) == len(options) else options
    return [(LETTERS[i] if i < len(LETTERS) else str(i + 1), text) for i, text in enumerate(texts)]


def _is_gold(answer: str, letter: str, text: str) -> bool:
    """The letter, alone or before the text, or the text: enough to set an option off, no judgement."""
    said = " ".join(answer.split()).casefold()
    return said.strip("().: ") == letter.casefold() or said in (
        text.casefold(),
        *(f"{mark} {text}".casefold() for mark in (f"{letter}.", f"({letter})", f"{letter})", f"{letter}:")),
    )


def _text(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(_text, value))
    return "" if value is None else _printable(str(value))


def _printable(text: str) -> str:
    """Half surrogate pairs, which JSON can't carry in UTF-8, as \\udXXX."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
