"""How a server is asked for output that follows a schema, found out by asking.

Every server refuses an unknown parameter in words of its own, so words are not trusted: a refused request is put again
in the next way, and what then passes is the way from there on. A request that is refused in every way was itself at
fault, and nothing is learnt from it.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, Literal

Mode = Literal["json_schema", "structured", "free", "unknown"]
# OpenAI's, which vLLM and SGLang speak too, and the same without an `enum` at the schema's root (`_open`), which not all
# who know the first may take; vLLM's own since 0.11 and before it; nothing.
_OPEN = "json_schema_open"
_WAYS = ("json_schema", _OPEN, "structured_outputs", "guided_json", "free")
_MODES: dict[str | None, Mode] = {
    None: "unknown", "json_schema": "json_schema", _OPEN: "json_schema",
    "structured_outputs": "structured", "guided_json": "structured", "free": "free",
}  # fmt: skip
_FIELDS = {"json_schema": "response_format", _OPEN: "response_format"}
_log = logging.getLogger(__name__)


class Constraint:
    """What is known of one endpoint; shared by all its calls."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._way: str | None = None

    @property
    def mode(self) -> Mode:
        return _MODES[self._way]

    def first(self, schema: Mapping[str, Any] | None) -> str:
        """The way for a call to begin with; free where it brings no schema."""
        return "free" if schema is None else self._way or _WAYS[0]

    def after(self, way: str, schema: Mapping[str, Any] | None, note: str) -> str | None:
        """The way to try when `way` was refused; None where the refusal was meant for the request."""
        if self._way == way and _FIELDS.get(way, way) in note:
            self._way = None  # another server answers at this address than the one that took it
        if schema is None or way == _WAYS[-1]:
            return None
        if self._way is None:
            return next(later for later in _WAYS[_WAYS.index(way) + 1 :] if later != _OPEN or "enum" in schema)
        # Another call has found the way since this one was sent; where it is an earlier one, the request is at fault.
        return self._way if _WAYS.index(self._way) > _WAYS.index(way) else None

    def passed(self, way: str, schema: Mapping[str, Any] | None) -> None:
        if schema is None or self._way is not None:
            return
        self._way = way
        if way == "free":
            _log.warning("%s takes no schema; its replies are free text", self._name)
        else:
            _log.info("%s constrains its replies by %s", self._name, way)


def fields_of(way: str, schema: Mapping[str, Any] | None) -> dict[str, Any]:
    """What goes into the request body."""
    if way == _OPEN:
        return fields_of("json_schema", {name: value for name, value in (schema or {}).items() if name != "enum"})
    if way == "json_schema":
        return {
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "reply", "schema": schema, "strict": True},
            }
        }
    if way == "structured_outputs":
        return {"structured_outputs": {"json": schema}}
    return {"guided_json": schema} if way == "guided_json" else {}
