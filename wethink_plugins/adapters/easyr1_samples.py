"""From what EasyR1 hands a reward function to a sample.

Each field is taken from the first place that has it: extra keys of the input (an EasyR1 that passes a row's columns as
`extra_info`, see patches/easyr1), then the envelope that our exporter writes into the ground truth, as a JSON string
or a mapping. A ground truth that is neither is the answer itself, and type and method are inferred from it.

A group is told by the row's id and the number of the call, never by adjacency: EasyR1 shuffles the batch to balance
its workers before it asks for rewards, and its own group id (`uid`) is not handed over. One call scores one batch, so
in it all responses to a row are one group. A row without an id has no group. The step is not handed over either:
`step` in the journal is the number of the call in this process, which is the step in a run without online filtering.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wethink_plugins.adapters.fields import first_given, gold_text, options_of
from wethink_plugins.envelope import unpack
from wethink_plugins.errors import SampleError
from wethink_plugins.sample import Sample

_OWN_KEYS = frozenset({"response", "response_length", "ground_truth", "extra_info"})
# Field -> the names it may have, first ours, then those of a WeThink row.
_NAMES = {
    "id": ("id",),
    "question": ("question", "problem"),
    "type": ("type", "question_type", "category"),
    "method": ("method", "reward_method", "reward"),
    "options": ("options",),
}
# In a row's own columns `type` and `method` are too common to mean ours.
_COLUMN_NAMES = {**_NAMES, "type": ("question_type",), "method": ("reward_method",)}


def sample_of(item: Mapping[str, Any], call: int, position: int) -> Sample:
    """`call` counts the calls of this process, `position` the responses in one. SampleError names the row."""
    if "response" not in item or "ground_truth" not in item:
        raise SampleError(
            f"no response and ground_truth in {sorted(item)}", fix="pass what EasyR1 passes", row=f"{call}.{position}"
        )
    columns, envelope = _columns(item), unpack(item["ground_truth"]) or {}
    found = {name: _field(name, columns, envelope) for name in _NAMES}
    row = first_given(found["id"], default="")
    group = first_given(columns.get("uid"), row, default="")
    return Sample(
        id=row or f"{call}.{position}",
        group=f"{call}/{group}" if group else None,
        question=str(found["question"] or ""),
        response=item["response"],
        answer=gold_text(envelope["answer"] if envelope else item["ground_truth"]),
        question_type=found["type"] or None,
        options=options_of(found["options"]),
        reward_method=str(found["method"] or "auto"),
        images=_images(columns),
        meta=_meta(item, columns, envelope, call),
    )


def _columns(item: Mapping[str, Any]) -> dict[str, Any]:
    extra = item.get("extra_info")
    more = dict(extra) if isinstance(extra, Mapping) else {}
    return {**more, **{key: value for key, value in item.items() if key not in _OWN_KEYS}}


def _field(name: str, columns: Mapping[str, Any], envelope: Mapping[str, Any]) -> Any:
    places = [*((columns, key) for key in _COLUMN_NAMES[name]), *((envelope, key) for key in _NAMES[name])]
    return next((place[key] for place, key in places if place.get(key) is not None), None)


def _images(columns: Mapping[str, Any]) -> tuple[Any, ...]:
    """As EasyR1 carries them (paths or bytes), where it hands them over at all."""
    data = columns.get("multi_modal_data")
    images = data.get("images") if isinstance(data, Mapping) else None
    return tuple(images) if images is not None else ()


def _meta(
    item: Mapping[str, Any], columns: Mapping[str, Any], envelope: Mapping[str, Any], call: int
) -> dict[str, Any]:
    given = envelope.get("meta")
    meta = {**given} if isinstance(given, Mapping) else {}
    if columns.get("split") is not None:
        meta["split"] = columns["split"]
    if item.get("response_length") is not None:
        meta["response_length"] = int(item["response_length"])  # a tensor in v0.3.1
    return {**meta, "step": call}
