"""What a value is, in the words of a data file instead of Python's."""

from __future__ import annotations

from collections.abc import Mapping


def kind_of(value: object) -> str:
    """With its article: `null`, `a number`, `a list` ..., and Python's name for what no data file holds."""
    if value is None:
        return "null"
    kinds = (
        (bool, "true or false"),
        (int | float, "a number"),
        (str, "text"),
        (list | tuple, "a list"),
        (Mapping, "an object"),
        (bytes, "bytes"),
    )
    return next((name for kind, name in kinds if isinstance(value, kind)), f"of type {type(value).__name__}")
