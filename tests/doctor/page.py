"""docs/doctor.md: its table has what doctor says of each planted fault, as the tests found it.

`make docs-doctor` writes it again; faults that need a host keep their row where that host isn't.
"""

import os
import re
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "doctor.md"
WRITE = "WETHINK_WRITE_DOCS"
_START, _END = "<!-- faults: written by make docs-doctor -->", "<!-- end -->"
_ROW = re.compile(r"(?<!\\)\|")


def rows():
    """Fault -> (host, what doctor says, fix), as the page has them."""
    lines = PAGE.read_text(encoding="utf-8").partition(_START)[2].partition(_END)[0].strip().splitlines()[2:]
    cells = [[_plain(cell) for cell in _ROW.split(line)[1:-1]] for line in lines]
    return {fault: (host, says, fix) for host, fault, says, fix in cells}


def check(fault, host, says, fix):
    """As the page has it, or, when it is to be written, into the page."""
    if os.environ.get(WRITE):
        write({**rows(), fault: (host, says, fix)})
    assert rows().get(fault) == (host, says, fix), "docs/doctor.md is stale: run `make docs-doctor`"


def write(found, order=None):
    order = list(order or found)
    lines = ["| host | fault | doctor says | fix |", "|---|---|---|---|"]
    lines += [
        f"| {found[f][0]} | {_cell(f)} | {_cell(found[f][1])} | {_cell(found[f][2])} |" for f in order if f in found
    ]
    head, _, rest = PAGE.read_text(encoding="utf-8").partition(_START)
    text = f"{head}{_START}\n\n" + "\n".join(lines) + f"\n\n{_END}{rest.partition(_END)[2]}"
    PAGE.write_text(text, encoding="utf-8")


def _cell(text):
    return text.replace("|", "\\|").replace("<", "&lt;")


def _plain(cell):
    return cell.strip().replace("\\|", "|").replace("&lt;", "<")
