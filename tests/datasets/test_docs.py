"""docs/data/validate.md has the list of defects as it stands; WETHINK_WRITE_DOCS=1 writes it again."""

import os
from pathlib import Path

from wethink_plugins.datasets.defects import DEFECTS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "data" / "validate.md"
START = "<!-- defects: written by WETHINK_WRITE_DOCS=1 pytest tests/datasets/test_docs.py -->"
END = "<!-- end -->"


def table():
    cells = [(f"`{one.name}`", one.action, one.title, one.harm) for one in DEFECTS.values()]
    lines = [("name", "action", "what it is", "what it does to a trainer"), ("---",) * 4, *cells]
    return "\n".join("| " + " | ".join(part.replace("<", "&lt;") for part in line) + " |" for line in lines)


def test_the_page_has_the_list_of_defects():
    head, _, rest = PAGE.read_text(encoding="utf-8").partition(START)
    if os.environ.get("WETHINK_WRITE_DOCS"):
        PAGE.write_text(f"{head}{START}\n\n{table()}\n\n{END}{rest.partition(END)[2]}", encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8").partition(START)[2].partition(END)[0].strip() == table()
