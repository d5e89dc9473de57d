"""The claims of the demo are checked against a run's own figures, and a run that misses one is named."""

import copy
import json

import claims
import pytest
from families import FAMILIES, SEEING


def good_run() -> dict:
    family = {"n": 128, "teacher": 0.6, "before": 0.5, "after": 0.95, "blank": 0.2, "blind": 0.2}
    return {
        "seed": 3,
        "teacher_accuracy": 0.6,
        "sft_accuracy": 0.5,
        "grpo_accuracy": 0.95,
        "blank_accuracy": 0.2,
        "blind_baseline": 0.19,
        "format_rate": {"first": 0.7, "last": 0.99},
        "reward_checker_gap": 0.001,
        "unscored": 0,
        "seconds": 700.0,
        "per_family": {name: dict(family) for name in FAMILIES},
    }


def written(tmp_path, run: dict) -> str:
    (tmp_path / "summary.json").write_text(json.dumps(run))
    return str(tmp_path)


def test_a_good_run_meets_every_claim(tmp_path, capsys):
    assert claims.main([written(tmp_path, good_run())]) == 0
    assert "| 3 | 0.600 | 0.500 | **0.950** |" in capsys.readouterr().out


MISSES = [
    ("grpo_accuracy", 0.7, "at least 0.25"),
    ("teacher_accuracy", 0.96, "leaves its teacher behind"),
    ("blank_accuracy", 0.4, "blank picture"),
    ("format_rate", {"first": 0.9, "last": 0.99}, "at most 0.8"),
    ("format_rate", {"first": 0.7, "last": 0.97}, "at least 0.98"),
    ("reward_checker_gap", 0.05, "reward and checker"),
    ("unscored", 2, "unscored"),
    ("seconds", 1300.0, "20 minutes"),
]


@pytest.mark.parametrize(("key", "value", "claim"), MISSES)
def test_each_miss_is_named(tmp_path, capsys, key, value, claim):
    assert claims.main([written(tmp_path, {**good_run(), key: value})]) == 1
    assert any(claim in line for line in capsys.readouterr().out.splitlines() if line.startswith("seed 3: not so"))


def test_one_seeing_family_that_forgets_is_enough(tmp_path, capsys):
    run = copy.deepcopy(good_run())
    run["per_family"][SEEING[0]] |= {"before": 1.0, "after": 0.95}
    assert claims.main([written(tmp_path, run)]) == 1
    assert "no seeing family loses" in capsys.readouterr().out
