"""The pictures of the sampled rows: counted against the placeholders in the prompt, and decoded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

from wethink_plugins.counted import counted
from wethink_plugins.datasets.image import Images
from wethink_plugins.doctor.case import Case
from wethink_plugins.doctor.finding import Finding, error, ok, rows_at_fault
from wethink_plugins.doctor.rows import Rows, rows_of

# Chosen: a picture takes some milliseconds.
_DECODED = 256
_TAG = "<image>"
_FIXES = {
    "string": "write each as a list: [path], or {export}",
    "null": "write [] for a row without pictures, or {export}",
    "count": "show one <image> in the prompt for each picture, or {export}",
    "broken": "replace the file, or remove the row: `wethink data validate` names them all",
    "missing": "correct the path or the image folder, or remove the row",
}
_WHAT = {
    "string": "the images are one text, which EasyR1 reads letter by letter",
    "null": "the images are null, which ends the run",
}


def pictures(case: Case) -> Iterator[Finding]:
    rows = rows_of(case)
    if rows is None:
        return
    column = _column(case)
    if column not in rows.types:
        return
    faults: dict[tuple[str, str], list[int]] = {}
    decoder, seen = _Decoder(case), 0
    for number, record in _ordered(rows):
        kind, what = _form(case, record, column)
        if not kind:
            kind, what = decoder.fault(record[column])
        seen += 1
        if kind:
            faults.setdefault((kind, what), []).append(number)
    export = f"export again: `wethink data export {case.host}`"
    for (kind, what), numbers in faults.items():
        yield error("images", f"{rows_at_fault(sorted(numbers))}: {what}", _FIXES[kind].format(export=export))
    if not faults:
        yield ok("images", f"{decoder.decoded} decoded, as many placeholders as images in {seen} rows")


def _ordered(rows: Rows) -> list[tuple[int, dict[str, Any]]]:
    """Spread first, so that what is decoded before the limit isn't the file's beginning alone."""
    step = max(1, len(rows.sample) // _DECODED)
    first = rows.sample[::step]
    return first if step == 1 else first + [pair for i, pair in enumerate(rows.sample) if i % step]


def _column(case: Case) -> str:
    return case.recipe.text("data.image_key") or "images"


def _form(case: Case, record: Mapping[str, Any], column: str) -> tuple[str, str]:
    """(kind of fault, what is wrong), both empty for a row whose images are a list of the right length."""
    images = record.get(column)
    text = _text(case, record)
    if images is None:
        return ("null", _WHAT["null"]) if case.host == "easyr1" else ("", "") if _TAG not in text else _count(text, 0)
    if isinstance(images, (str, bytes)):
        return ("string", _WHAT["string"]) if case.host == "easyr1" else _count(text, 1)
    return _count(text, len(images))


def _count(text: str, images: int) -> tuple[str, str]:
    shown = text.count(_TAG)
    return ("", "") if shown == images else ("count", f"{shown} {_TAG} in the prompt for {counted(images, 'image')}")


def _text(case: Case, record: Mapping[str, Any]) -> str:
    if case.host == "easyr1":
        return str(record.get(case.recipe.text("data.prompt_key")))
    if case.host == "verl":
        return "".join(str(turn.get("content")) for turn in record.get("prompt") or [] if isinstance(turn, Mapping))
    return "".join(text for _, text in case.dataset_info.turns(record))


class _Decoder:
    """Decodes each file once, and no more than `_DECODED` of them; whether a path leads anywhere is looked at always."""

    def __init__(self, case: Case) -> None:
        folder = case.recipe.text("data.image_dir" if case.host == "easyr1" else "media_dir")
        if case.host == "llamafactory" and not folder:
            folder = case.recipe.text("dataset_dir") or "data"
        self._images = Images(case.path(folder) if folder else case.folder)
        self.decoded = 0

    def fault(self, images: Any) -> tuple[str, str]:
        for image in [images] if isinstance(images, (str, bytes, Mapping)) else images or []:
            kind, what = self._one(image)
            if kind:
                return kind, what
        return "", ""

    def _one(self, image: Any) -> tuple[str, str]:
        if isinstance(image, Mapping) and image.get("bytes") is None:
            image = image.get("path")
        if isinstance(image, str):
            return self._of_file(image)
        data = image.get("bytes") if isinstance(image, Mapping) else image
        if not isinstance(data, bytes):
            return "broken", f"an image is a {type(data).__name__}, neither a path nor bytes"
        return self._of_bytes(data)

    def _of_file(self, path: str) -> tuple[str, str]:
        file = Path(self._images.file(path.removeprefix("file://")))
        if not file.is_file():
            return "missing", f"no such image: {file}"
        if self.decoded >= _DECODED:
            return "", ""
        self.decoded += 1
        reason, _ = self._images.fault(str(file))
        return ("broken", f"{reason}{_disguise(file)}") if reason else ("", "")

    def _of_bytes(self, data: bytes) -> tuple[str, str]:
        if self.decoded >= _DECODED:
            return "", ""
        self.decoded += 1
        from wethink_plugins.datasets.image import decoding_fault

        reason = decoding_fault(BytesIO(data))
        return ("broken", f"an image in the file can't be used: {reason}") if reason else ("", "")


def _disguise(file: Path) -> str:
    """A download that failed often is a page of words under an image's name."""
    head = file.read_bytes()[:512].lstrip().lower()
    return ", it is an HTML page" if head.startswith((b"<!doctype", b"<html")) else ""
