"""WeThink rows from files: loaded, repaired, validated, and exported to what each trainer reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wethink_plugins.datasets.builder import load as load

__all__ = ("load",)


def __getattr__(name: str) -> Any:
    """`load` is looked up when it is used: importing a package of exporters shall not pull in all of validation."""
    if name == "load":
        from wethink_plugins.datasets.builder import load

        return load
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
