"""A share with its interval, as every table of the report has it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wethink_plugins.datasets.audit.rates import wilson

Share = Mapping[str, Any]


def share(count: int, total: int) -> dict[str, Any]:
    """`low` and `high` are Wilson's 95% interval; None, as the rate, where there is nothing to divide by."""
    low, high = wilson(count, total) if total else (None, None)
    return {"count": count, "total": total, "rate": count / total if total else None, "low": low, "high": high}


def per_cent(value: float | None, digits: int = 1) -> str:
    return "–" if value is None else f"{100 * value:.{digits}f} %"


def with_interval(found: Share) -> str:
    """`93.5 % (89.2 to 96.2)`."""
    if found["rate"] is None:
        return "–"
    return f"{per_cent(found['rate'])} ({100 * found['low']:.1f} to {100 * found['high']:.1f})"
