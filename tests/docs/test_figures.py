"""Figures in the pages that the software can say: a page that has got old fails here.

The judges' figures (kappa, what is paid falsely) are compared in tests/rewards/calibration, the tables of defects, stages
and settings where they are written from.
"""

from __future__ import annotations

import json
import re

import pytest

pytest.importorskip("markdown_it", reason="needs markdown-it-py, which newer versions of rich bring")

from tests.docs.blocks import CHECKOUT, pages
from wethink_plugins.config import WeThinkConfig

_WORDS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def attacks():
    from wethink_plugins.rewards.redteam.attacks import load_attacks

    return len(load_attacks())


def judge_attacks():
    from wethink_plugins.rewards.redteam.judged import load_judge_attacks

    return sum(one.meta["family"] != "honest" for one in load_judge_attacks())


def honest_answers():
    from wethink_plugins.rewards.redteam.judged import load_judge_attacks

    return sum(one.meta["family"] == "honest" for one in load_judge_attacks())


def labelled():
    from wethink_plugins.rewards.judge.labelled import read_labelled

    return len(read_labelled())


def defects():
    from wethink_plugins.datasets.defects import DEFECTS

    return len(DEFECTS)


def weights():
    return tuple(WeThinkConfig().weights.model_dump().values())


def oldest_python():
    text = (CHECKOUT / "pyproject.toml").read_text(encoding="utf-8")
    return re.search(r'requires-python = ">=([\d.]+)"', text)[1]


def tiers():
    return len(WeThinkConfig().judge.tiers)


# What a page says, and who knows; the words in the pattern are any page's, and at least one page says it.
FIGURES = [
    (r"attacks accepted, of (\d+)", attacks),
    (r"attacks show what it is worth: of (\d+)", judge_attacks),
    (r"and of (\d+) honest answers", honest_answers),
    (r"(\d+) (?:labelled )?answers that ship", labelled),
    (r"(\d+) labelled answers", labelled),
    (r"(\d+) kinds of defects", defects),
    (r"(?:reward|overall) = ([\d.]+) \* accuracy \+ ([\d.]+) \* format", weights),
    (r"Python (3\.\d+) and (?:up|later)", oldest_python),
    (r"names one of (\w+) tiers", tiers),
]


def said_in(pattern):
    """(page, what it says) for each place."""
    for page in pages():
        text = " ".join((CHECKOUT / page).read_text(encoding="utf-8").split())
        for found in re.finditer(pattern, text):
            yield page, tuple(map(_number, found.groups()))


def _number(text):
    return str(_WORDS.index(text)) if text in _WORDS else text


@pytest.mark.parametrize(("pattern", "known"), FIGURES, ids=[pattern for pattern, _ in FIGURES])
def test_a_figure_is_the_softwares(pattern, known):
    value = known()
    told = tuple(map(str, value if isinstance(value, tuple) else (value,)))
    said = list(said_in(pattern))
    assert said and [(page, one) for page, one in said if one != told] == []


def test_the_rules_accept_no_shipped_attack_as_the_table_says(capsys):
    from wethink_plugins.cli.main import main

    with pytest.raises(SystemExit) as ended:
        main(["redteam", "--json"])
    found = json.loads(capsys.readouterr().out)
    row = re.search(r"^\| ours \|.*\| (\d+) \|$", (CHECKOUT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert (ended.value.code or 0, found["accepted"]) == (0, int(row[1])), found
