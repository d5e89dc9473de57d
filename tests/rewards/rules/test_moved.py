"""The comparison of two checkouts sees a rule that became stricter, and nothing where nothing changed."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[3]
TOOL = "benchmarks/rules_moved.py"
EVERY = "401"  # of 100,000 answers


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Path:
    """A checkout in which short texts are the same only letter by letter."""
    folder = tmp_path_factory.mktemp("stricter")
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(CHECKOUT / "wethink_plugins", folder / "wethink_plugins", ignore=ignored)
    for name in (TOOL, "tests/rewards/rules/families.jsonl", "tests/rewards/rules/attacks.jsonl"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(CHECKOUT / name, folder / name)
    rules = folder / "wethink_plugins/rewards/rules/text.py"
    rules.write_text(rules.read_text() + "\n\ndef same_words(answer, gold, policy):\n    return answer == gold\n")
    return folder


def run(checkout: Path, before: Path | str) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, checkout / TOOL, before, "--every", EVERY]
    return subprocess.run(words, capture_output=True, text=True, cwd=checkout)


def test_what_a_stricter_rule_takes_away_is_named(copy: Path):
    ran = run(copy, CHECKOUT)
    assert ran.returncode == 1, ran.stderr
    counts, first = ran.stdout.splitlines()[1:], next(line for line in ran.stdout.splitlines() if ": '" in line)
    assert any("labelled right  right -> undecided" in line for line in counts)
    assert first.startswith("right -> ") and "(right)" in first


def test_a_kinder_rule_is_no_fault(copy: Path):
    ran = run(CHECKOUT, copy)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "labelled right  undecided -> right" in ran.stdout


def test_another_folder_is_refused(tmp_path: Path):
    ran = run(CHECKOUT, tmp_path)
    assert ran.returncode == 2 and "wethink_plugins/" in ran.stderr
    (tmp_path / "wethink_plugins").mkdir()
    ran = run(CHECKOUT, tmp_path)
    assert ran.returncode == 1 and f"{tmp_path} could not grade" in ran.stderr
