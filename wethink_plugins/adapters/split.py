"""Tells training from validation by the split that a row names."""

from __future__ import annotations

from wethink_plugins.sample import Sample

_VALIDATION_SPLITS = frozenset({"val", "valid", "validation", "test", "dev", "eval"})


def is_validation(sample: Sample) -> bool:
    """On such a sample nothing may end a run."""
    return str(sample.meta.get("split")).lower() in _VALIDATION_SPLITS
