"""Reads the fields of foreign rows, which come as parquet, numpy or pandas left them."""

from __future__ import annotations

from numbers import Number
from typing import Any


def gold_text(value: object) -> Any:
    """A number as text; anything else as it is, so that the reward takes text and refuses the rest by its row.

    Never `str` of everything: a missing gold would become the answer "None", which every response gets wrong.
    """
    if not isinstance(value, Number) or value != value:  # NaN is how pandas writes a missing value
        return value
    return str(value)


def options_of(value: Any) -> Any:
    """A tuple of texts, of a list or a numpy array; None is empty. What isn't a list is left for the reward to refuse."""
    if value is None:
        return ()
    if isinstance(value, (list, tuple)) or hasattr(value, "tolist"):
        return tuple(gold_text(option) for option in as_list(value))
    return value


def as_list(value: Any) -> list[Any]:
    """Also of numpy arrays, which is what parquet's lists come as; None is empty."""
    return [] if value is None else list(value)


def first_given(*values: Any, default: str) -> str:
    """The first that is there; 0 is, an empty text isn't."""
    return next((str(value) for value in values if value is not None and value != ""), default)
