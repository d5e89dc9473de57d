"""What one annotator has said so far: the outcome of a list of events, of which the last on a field counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from wethink_plugins.datasets.audit.criteria import CRITERIA, MARKS
from wethink_plugins.errors import WeThinkError

COMMENT = "comment"


@dataclass(frozen=True)
class Event:
    """`value`: yes, no or unsure for a criterion, any text for the comment, empty for nothing (any more).

    `undo`: takes back the last event that isn't taken back yet, whose field it sets to what was there before.
    """

    place: int
    id: str
    field: str
    value: str
    undo: bool = False

    @classmethod
    def read(cls, record: Mapping[str, Any], ids: Sequence[str]) -> Event:
        """WeThinkError, without a place, for what no audit of the rows with these ids writes."""
        place, name, value = record.get("place"), record.get("field"), record.get("value")
        if type(place) is not int or not 0 <= place < len(ids) or record.get("id") != ids[place]:
            raise WeThinkError(
                f"is about row {record.get('id')!r}, which isn't in the sample at this place",
                fix="these labels belong to another sample: put them back beside it",
            )
        if not isinstance(value, str) or (name != COMMENT and (name not in CRITERIA or value not in ("", *MARKS))):
            raise WeThinkError(f"{value!r} is no mark", fix=f"use {', '.join(MARKS)} or nothing", field=str(name))
        return cls(place, ids[place], str(name), value, record.get("undo") is True)


@dataclass
class Sheet:
    """Marks and comments by place in the sample; what isn't there hasn't been said."""

    marks: dict[int, dict[str, str]] = field(default_factory=dict)
    comments: dict[int, str] = field(default_factory=dict)
    _before: list[Event] = field(default_factory=list)

    def apply(self, event: Event) -> None:
        if event.undo:
            del self._before[-1:]
        else:
            self._before.append(Event(event.place, event.id, event.field, self.value(event.place, event.field)))
        if event.field == COMMENT:
            _set(self.comments, event.place, event.value)
        else:
            _set(self.marks.setdefault(event.place, {}), event.field, event.value)

    def undoing(self) -> Event | None:
        """The event that would take back the last one."""
        last = self._before[-1] if self._before else None
        return Event(last.place, last.id, last.field, last.value, undo=True) if last else None

    def value(self, place: int, name: str) -> str:
        return self.comments.get(place, "") if name == COMMENT else self.marks.get(place, {}).get(name, "")

    def is_done(self, place: int) -> bool:
        return len(self.marks.get(place, {})) == len(CRITERIA)


def _set(values: dict[Any, str], key: Any, value: str) -> None:
    if value:
        values[key] = value
    else:
        values.pop(key, None)
