"""One question to a model, read from a row of a file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wethink_plugins.counted import counted
from wethink_plugins.datasets.exporters.render import IMAGE_TAG
from wethink_plugins.datasets.image import Images
from wethink_plugins.datasets.records import read_records
from wethink_plugins.datasets.repair import without_image_tag
from wethink_plugins.errors import WeThinkError
from wethink_plugins.inference.exported import as_row
from wethink_plugins.options import LETTERS, option_lines, split_options
from wethink_plugins.rows import first_folder, has_own_id, row_id


@dataclass(frozen=True)
class Request:
    """`question` is the text that the model reads, options included; `images` are absolute paths or whole files.

    Where `question` holds one `<image>` for each image they stand there, else before it. `kept` is what the output
    repeats of the row, so that it can be graded by itself.
    """

    id: str
    question: str
    images: tuple[str | bytes, ...] = ()
    kept: Mapping[str, Any] = field(default_factory=dict)


def read_requests(file: str | Path, folder: Path | None = None, limit: int | None = None) -> list[Request]:
    """Of WeThink rows, or of what `wethink data export` wrote for EasyR1, verl or TRL; no gold answer is needed.

    Image paths are relative to `folder`, by default the file's own. `limit`: only the first so many rows. WeThinkError names the first row without a
    question, with an image that isn't there, or with an id that another row has.
    """
    images = Images(folder or Path(file).expanduser().parent)
    found: dict[str, Request] = {}
    for number, record in read_records(file):
        if limit is not None and len(found) >= limit:
            break
        request = _request(as_row(record), images, f"{file}:{number}", number)
        if request.id in found:
            raise WeThinkError(
                "two rows have this id", fix="give each its own", file=f"{file}:{number}", row=request.id, field="id"
            )
        found[request.id] = request
    if not found:
        raise WeThinkError("holds no rows", fix="give a file with questions", file=file)
    return list(found.values())


def digest(requests: Sequence[Request]) -> str:
    """Twelve hex digits over all that is asked, in order; of image files their paths, not their content."""
    whole = hashlib.sha256()
    for request in requests:
        pictures = [image if isinstance(image, str) else hashlib.sha256(image).hexdigest() for image in request.images]
        line = [request.id, request.question, pictures, dict(request.kept)]
        whole.update(json.dumps(line, sort_keys=True, default=str).encode("utf-8", "surrogatepass"))
    return whole.hexdigest()[:12]


def _request(record: Mapping[str, Any], images: Images, place: str, number: int) -> Request:
    identity = row_id(record) if has_own_id(record) else f"{number}-{row_id(record)}"

    def fault(name: str, problem: str, fix: str) -> WeThinkError:
        return WeThinkError(problem, fix=fix, file=place, row=identity, field=name)

    name = "problem" if "problem" in record or "question" not in record else "question"
    question = record.get(name)
    if not isinstance(question, str) or not question.strip():
        raise fault(name, "is empty or no text", "fill it in or remove the row")
    pictures = _pictures(record)
    for picture in pictures:
        if isinstance(picture, str) and not Path(images.file(picture)).is_file():
            raise fault("image_path", f"no such image: {images.file(picture)}", "give the right --images folder")
    text = without_image_tag(question.strip(), len(pictures))
    if text.count(IMAGE_TAG) not in (0, len(pictures)):
        problem = f"{text.count(IMAGE_TAG)} {IMAGE_TAG} for {counted(len(pictures), 'image')}"
        raise fault(name, problem, "write one for each image, or none")
    options = _options(record.get("options"), fault)
    text = text if not options or split_options(text)[1] else f"{text}\n{option_lines(options)}"
    files = tuple(images.file(picture) if isinstance(picture, str) else picture for picture in pictures)
    return Request(identity, text, files, _kept(record, text, options, pictures))


def _pictures(record: Mapping[str, Any]) -> list[str | bytes]:
    value: Any = next((record[key] for key in ("image_path", "images", "image") if record.get(key)), [])
    parts = value if isinstance(value, list | tuple) else [value]
    return [_picture(part) for part in parts if part]


def _picture(part: object) -> str | bytes:
    if isinstance(part, Mapping):
        part = part.get("bytes") or part.get("path") or part.get("image")
    if not isinstance(part, str | bytes):
        raise WeThinkError("an image is neither a path nor a file's bytes", fix="give a path", field="images")
    return part


def _options(value: object, fault: Any) -> tuple[str, ...]:
    if isinstance(value, Mapping):
        value = [value[letter] for letter in LETTERS if value.get(letter) is not None]
    if value is None:
        return ()
    if not isinstance(value, list | tuple):
        raise fault("options", "is no list of texts", "write the option texts in order, as a list")
    return tuple(str(option) for option in value)


def _kept(
    record: Mapping[str, Any], question: str, options: tuple[str, ...], pictures: Sequence[str | bytes]
) -> dict[str, Any]:
    """The journal's names: `gold` is the right answer, since `answer` is what the model's response says."""
    paths = [picture for picture in pictures if isinstance(picture, str)]
    abilities = record.get("abilities")
    gold = record.get("answer")
    return {
        "question": question,
        "images": paths,
        "gold": None if gold is None else str(gold),
        "question_type": record.get("question_type") or record.get("category"),
        "options": list(options),
        "reward_method": record.get("reward_method") or record.get("reward"),
        "source": record.get("source") or first_folder(tuple(paths)) or None,
        "abilities": abilities.split(",") if isinstance(abilities, str) else list(abilities or []),
        "split": record.get("split"),
    }
