"""The envelope: everything a reward needs of a row in one string, for a host that hands it nothing but a ground truth.

EasyR1's reward functions get `response`, `response_length` and `ground_truth`; a judge also needs the question. So the
ground truth of an exported row is one JSON object: answer (first, since validation logs show it), v, id, question,
type, method, options, meta. A string, not a struct or list: EasyR1 collates columns with numpy, which makes a matrix
of lists that happen to have one length, and then can't join two batches.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from wethink_plugins.errors import SampleError
from wethink_plugins.rows import Row

VERSION = 1


def pack(row: Row, question: str, split: str) -> str:
    """Of a validated row; `question` is its text as the model reads it, options included, without placeholders."""
    meta = {
        "split": split,
        "source": row.source,
        "category": row.category,
        "abilities": list(row.abilities),
    }
    content = {
        "answer": row.answer,
        "v": VERSION,
        "id": row.id,
        "question": question,
        "type": row.question_type,
        "method": row.reward_method,
        "options": list(row.options),
        "meta": {key: value for key, value in meta.items() if value},
    }
    return json.dumps(content, ensure_ascii=False)


def unpack(ground_truth: object) -> Mapping[str, Any] | None:
    """The fields of an envelope, as a string or a mapping; None for anything else, which is an answer by itself.

    A JSON object without an `answer` is an answer too. SampleError for an envelope of a later version.
    """
    fields = ground_truth if isinstance(ground_truth, Mapping) else _parsed(ground_truth)
    if fields is None or "answer" not in fields:
        return None
    version = fields.get("v", VERSION)
    if version != VERSION:
        raise SampleError(
            f"an envelope of version {version!r}, this package reads {VERSION}",
            fix="export the rows again with the installed wethink-plugins",
            row=fields.get("id"),
            field="ground_truth",
        )
    return fields


def _parsed(ground_truth: object) -> Mapping[str, Any] | None:
    if not isinstance(ground_truth, str) or not ground_truth.lstrip().startswith("{"):
        return None
    try:
        value = json.loads(ground_truth)
    except (ValueError, RecursionError):  # LaTeX such as {1,2} is an answer
        return None
    return value if isinstance(value, Mapping) else None
