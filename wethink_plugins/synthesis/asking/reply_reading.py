"""What a model wrote, as the structure that was asked for, or what is wrong with it in words for the model."""

from __future__ import annotations

import json
import re
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

_THOUGHT = re.compile(r"^\s*(?:<think>)?.*?</think>", re.DOTALL)

Structure = TypeVar("Structure", bound=BaseModel)


class Invalid(Exception):
    """`str(error)` is said to the model."""


def read_text(text: str) -> str:
    """The reply without what a reasoning model thought before it. Invalid where nothing is left."""
    said = _THOUGHT.sub("", text, count=1).strip()
    if not said:
        raise Invalid("The reply is empty.")
    return said


def read_structure(text: str, kind: type[Structure]) -> Structure:
    """The last JSON object in the reply, whatever stands around it (thoughts, a code block, a sentence)."""
    value = _last_object(read_text(text))
    if value is None:
        raise Invalid("The reply holds no JSON object.")
    try:
        return kind.model_validate(value)
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, fault['loc'])) or 'the object'}: {fault['msg']}" for fault in error.errors()[:3]]
        raise Invalid(f"The JSON object does not fit: {'; '.join(faults)}.") from None


def _last_object(text: str) -> dict[str, Any] | None:
    decoder, found, place = json.JSONDecoder(strict=False), None, text.find("{")
    while place >= 0:
        try:
            value, end = decoder.raw_decode(text, place)
        except (ValueError, RecursionError):
            place = text.find("{", place + 1)
            continue
        found = value
        place = text.find("{", end)
    return found
