"""docs/data/defects-in-hosts.md, one row a case; each host's tests write their own rows (WETHINK_WRITE_DOCS=1)."""

import os
import re
from pathlib import Path

from tests.hosts.defect_cases import CASES, key_of
from wethink_plugins.datasets.defects import DEFECTS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "data" / "defects-in-hosts.md"
HEAD = """# What each defect does when it is left in place

One row with the defect beside a healthy one, written as a simple converter would write it, then read by the host's own
code: LLaMA-Factory 0.9.5 (reading, and one batch through collator and model), verl 0.9.1's and EasyR1's `RLHFDataset`.
*Our reward* is `HybridReward` on the row as it is. `tests/hosts/test_defects.py` and `tests/easyr1/test_exports.py`
plant the rows, look at what happens, and write this table (`WETHINK_WRITE_DOCS=1`).

| defect | host | what happens | what was seen |
|---|---|---|---|
"""


def write(found):
    """`found`: case -> what was seen. Rows of cases that this run didn't look at stay."""
    if not os.environ.get("WETHINK_WRITE_DOCS"):
        return
    rows = _present()
    rows.update({(case.defect, case.host, case.means): _plain(seen) for case, seen in found.items()})
    lines = []
    for case in sorted(CASES, key=lambda case: (list(DEFECTS).index(case.defect), key_of(case))):
        if seen := rows.get((case.defect, case.host, case.means)):
            lines.append(f"| `{case.defect}` | {case.host} | {case.means} | {seen} |\n")
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(HEAD + "".join(lines), encoding="utf-8")


def _present():
    text = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    found = re.findall(r"^\| `(\w+)` \| (.*?) \| (.*?) \| (.*) \|$", text, re.MULTILINE)
    return {(defect, host, means): seen for defect, host, means, seen in found}


def _plain(seen):
    """Short, and without a folder of this machine."""
    text = (
        re.sub(r"(?<![<\w:/])(/[^\s'\"<>]+)+/", "…/", " ".join(seen.split())).replace("|", "\\|").replace("<", "&lt;")
    )
    return text if len(text) <= 140 else text[:139].rstrip("\\") + "…"
