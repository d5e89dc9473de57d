"""The whole demo in small, in the real hosts: three steps in LLaMA-Factory, two in verl."""

import json
from collections import Counter
from pathlib import Path

import pytest

from tests.hosts.conftest import environment

RECIPES = Path(__file__).resolve().parents[2] / "recipes" / "cpu"

pytestmark = pytest.mark.host


def demo(out: Path) -> str:
    grpo, sft = environment("grpo"), environment("sft")
    return grpo.run("python", RECIPES / "demo.py", "--small", "--out", out, "--environments", sft.folder.parent).stdout


def test_demo_runs_through_and_a_second_run_skips_all(tmp_path):
    out = tmp_path / "run"
    demo(out)
    summary = json.loads((out / "summary.json").read_text())
    assert summary["steps"] == 2 and summary["rollouts"] == 2 * 4 * 5 and summary["unscored"] == 0
    assert summary["versions"]["verl"] == "0.9.1" and summary["versions"]["llamafactory"] == "0.9.5"
    assert len((out / "predictions.jsonl").read_text().splitlines()) == sum(
        row["n"] for row in summary["per_family"].values()
    )
    assert "<svg" in (out / "report.html").read_text()
    assert summary["judge"]["pairs"] > 20 and summary["judge"]["unscored"] == 0
    lines = [json.loads(line) for file in (out / "journal").iterdir() for line in file.read_text().splitlines()]
    assert set(Counter(line["group"] for line in lines).values()) == {5}, "groups are told by verl's uid"
    assert demo(out).count("finished before") == len(list((out / "stages").glob("*.json")))
