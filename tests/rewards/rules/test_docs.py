"""The examples of docs/answer-policy.md hold: each row with a gold is graded as the page says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from wethink_plugins.rewards.rules import grade_batch

pytestmark = pytest.mark.table

PAGE = Path(__file__).parents[3] / "docs" / "answer-policy.md"
_CODE = re.compile(r"`([^`]+)`")


def examples() -> list[tuple[str, str, bool]]:
    found, gold = [], ""
    for line in PAGE.read_text(encoding="utf-8").split("## Options")[0].splitlines():
        cells = [cell.strip() for cell in line.split(" |")]
        if (
            len(cells) != 5
            or not line.startswith("|")
            or cells[1] == "Gold"
            or "for the gold" in line
            or set(line) <= set("|- ")
        ):
            continue
        golds = _CODE.findall(cells[1])
        gold = golds[0] if golds else gold
        found += [(gold, answer, True) for answer in _CODE.findall(cells[2])]
        found += [(gold, answer, False) for answer in _CODE.findall(cells[3])]
    return found


def test_the_page_has_examples():
    assert len(examples()) > 100


@pytest.mark.parametrize(("gold", "answer", "right"), examples())
def test_example(gold: str, answer: str, right: bool):
    # A batch, for which a formula that a loaded machine kills at its limit is undecided; no right one needs that.
    (verdict,) = grade_batch([(answer, gold, "fill_in_blank", ())])
    assert (verdict.decision == "right") == right
