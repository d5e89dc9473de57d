"""Which stratum a record falls into, and how many rows each stratum gives to the sample."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from wethink_plugins.config import Aliases
from wethink_plugins.errors import WeThinkError
from wethink_plugins.rows import first_folder
from wethink_plugins.vocabulary import read_question_type, read_reward_method

Stratum = tuple[str, ...]
NONE = "(none)"
"""What stands for a value that a record doesn't have."""


def stratum_of(record: Mapping[str, Any], by: Sequence[str], aliases: Aliases) -> Stratum:
    """One text a name of `by`: `source`, `question_type` and `reward_method` as the rest of the package means them,
    any other name as the record's field of that name. Never raises: what an audit looks at may be broken."""
    return tuple(_value(record, name, aliases) for name in by)


def _value(record: Mapping[str, Any], name: str, aliases: Aliases) -> str:
    if name == "source":
        return _shown(record.get("source")) or first_folder(paths_of(record)) or NONE
    if name == "question_type":
        written = record.get("category")
        return (read_question_type(written, aliases.question_type) if written is not None else None) or (
            _shown(written) or NONE
        )
    if name == "reward_method":
        written = record.get("reward")
        return (read_reward_method(written, aliases.reward_method) if written is not None else None) or (
            _shown(written) or NONE
        )
    return _shown(record.get(name)) or NONE


def paths_of(record: Mapping[str, Any]) -> tuple[str, ...]:
    """Whatever of `image_path` is a path; nothing is said about the rest."""
    value = record.get("image_path")
    parts = [value] if isinstance(value, str) else value if isinstance(value, list | tuple) else []
    return tuple(text for part in parts if isinstance(part, str) and (text := part.strip()))


def _shown(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(sorted(filter(None, map(_shown, value))))
    return "" if value is None else " ".join(str(value).split())


def strata_text(number: int, by: Sequence[str]) -> str:
    """`12 strata by source and question_type`."""
    return f"{number} {'stratum' if number == 1 else 'strata'} by {' and '.join(by)}"


def allocate(sizes: Mapping[Stratum, int], wanted: int) -> dict[Stratum, int]:
    """Rows to draw from each stratum: in proportion, but one at least and never more than it has.

    Adds up to `wanted`, or to all rows where there are fewer. WeThinkError where there are more strata than that.
    """
    if wanted < len(sizes):
        raise WeThinkError(
            f"{wanted} rows can't hold one of each of {len(sizes)} strata",
            fix=f"give --sample {len(sizes)} or more, or fewer names to --by",
        )
    total = sum(sizes.values())
    wanted = min(wanted, total)
    given = dict.fromkeys(sorted(sizes), 1)
    for _ in range(wanted - len(given)):
        open_ones = (stratum for stratum in given if given[stratum] < sizes[stratum])
        neediest = max(open_ones, key=lambda stratum: sizes[stratum] * wanted / total - given[stratum])
        given[neediest] += 1
    return given
