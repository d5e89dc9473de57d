"""Pages that stand beside what they are about, and not in docs/. On the site they keep their place in the repository."""

from __future__ import annotations

from pathlib import Path

PATTERNS = (
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "benchmarks/README.md",
    "data_tools/**/README.md",
    "recipes/*/README.md",
    "wethink_plugins/**/README.md",
)


def pages(root: Path) -> list[str]:
    """Their paths in the repository, sorted."""
    return sorted(file.relative_to(root).as_posix() for pattern in PATTERNS for file in root.glob(pattern))
