"""What this demo claims, checked against finished runs: `python recipes/cpu/claims.py runs/demo runs/demo-seed1 ...`.

Prints the table of the README, a row a run, and each claim that a run doesn't meet; exit code 1 if there is one.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from families import FAMILIES, SEEING

Summary = Mapping[str, Any]
COLUMNS: dict[str, Callable[[Summary], str]] = {
    "seed": lambda s: str(s["seed"]),
    "teacher": lambda s: f"{s['teacher_accuracy']:.3f}",
    "warm start": lambda s: f"{s['sft_accuracy']:.3f}",
    "after GRPO": lambda s: f"**{s['grpo_accuracy']:.3f}**",
    "seeing families, before -> after": lambda s: " -> ".join(
        f"{seeing(s, stage):.3f}" for stage in ("before", "after")
    ),
    "thinking families, before -> after": lambda s: " -> ".join(
        f"{thinking(s, stage):.3f}" for stage in ("before", "after")
    ),
    "blank picture (blind baseline)": lambda s: f"{s['blank_accuracy']:.3f} ({s['blind_baseline']:.3f})",
    "well formed, first step -> last five": lambda s: (
        f"{s['format_rate']['first']:.3f} -> {s['format_rate']['last']:.3f}"
    ),
    "reward against checker": lambda s: f"{s['reward_checker_gap']:.3f}",
    "unscored": lambda s: str(s["unscored"]),
    "minutes": lambda s: f"{s['seconds'] / 60:.1f}",
}
CLAIMS: dict[str, Callable[[Summary], bool]] = {
    "GRPO lifts accuracy by at least 0.25": lambda s: s["grpo_accuracy"] - s["sft_accuracy"] >= 0.25,
    "the model leaves its teacher behind": lambda s: s["grpo_accuracy"] > s["teacher_accuracy"],
    "no seeing family loses more than 0.03": lambda s: all(drop(s, name) <= 0.03 for name in SEEING),
    "at most 0.8 of the rollouts are well formed at the first step": lambda s: s["format_rate"]["first"] <= 0.8,
    "at least 0.98 are over the last five": lambda s: s["format_rate"]["last"] >= 0.98,
    "a blank picture is worth no more than a guess (+ 0.08)": lambda s: (
        s["blank_accuracy"] <= s["blind_baseline"] + 0.08
    ),
    "reward and checker differ by at most 0.02": lambda s: s["reward_checker_gap"] <= 0.02,
    "at least 100 items a family": lambda s: all(row["n"] >= 100 for row in s["per_family"].values()),
    "nothing stays unscored": lambda s: s["unscored"] == 0,
    "under 20 minutes": lambda s: s["seconds"] < 20 * 60,
}


def mean_over(summary: Summary, names: list[str], stage: str) -> float:
    return sum(summary["per_family"][name][stage] for name in names) / len(names)


def seeing(summary: Summary, stage: str) -> float:
    return mean_over(summary, list(SEEING), stage)


def thinking(summary: Summary, stage: str) -> float:
    return mean_over(summary, [name for name in FAMILIES if name not in SEEING], stage)


def drop(summary: Summary, name: str) -> float:
    row = summary["per_family"][name]
    return row["before"] - row["after"]


def main(folders: list[str]) -> int:
    """Print the table and what doesn't hold."""
    summaries = [json.loads((Path(folder) / "summary.json").read_text(encoding="utf-8")) for folder in folders]
    print("| " + " | ".join(COLUMNS) + " |\n|" + "---|" * len(COLUMNS))
    for summary in summaries:
        print("| " + " | ".join(column(summary) for column in COLUMNS.values()) + " |")
    broken = [
        f"seed {s['seed']}: not so: {claim}" for s in summaries for claim, holds in CLAIMS.items() if not holds(s)
    ]
    print("\n" + ("\n".join(broken) or f"all {len(CLAIMS)} claims hold in {len(summaries)} runs"))
    return 1 if broken else 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    sys.exit(main(sys.argv[1:]))
