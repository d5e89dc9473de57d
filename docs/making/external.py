"""List the links that lead to the web, with the pages they stand on: `python docs/making/external.py`.

The tests fetch nothing. Give the list to whatever checks links for you, e.g. `... | cut -f1 | xargs -n1 curl -sIfo /dev/null`.
"""

from __future__ import annotations

import sys
from pathlib import Path

from pages import outside
from pages.links import targets

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """Prints `ADDRESS <tab> FILE`, sorted."""
    files = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), *(ROOT / one for one in outside.pages(ROOT))]
    found = {
        (target, file.relative_to(ROOT).as_posix())
        for file in files
        for target in targets(file.read_text(encoding="utf-8"))
        if target.startswith(("http://", "https://"))
    }
    sys.stdout.writelines(f"{target}\t{file}\n" for target, file in sorted(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
