"""Train one control arm in TRL: the demo's warm start, data and budget, and a reward that lacks something.

    python recipes/cpu/control_arms.py --arm noise --model runs/demo/sft --rows train.parquet --out OUT --seed 0

The full reward is always computed and journalled as well (WETHINK_JOURNAL), whatever the arm is paid: that is how the
arms are compared step by step.
"""

from __future__ import annotations

import argparse
import os
import random
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from arm_training import CONFIG, Budget, RewardFunction, train

ARMS = {
    "hybrid": "the hybrid reward, whole",
    "noise": "a random number instead of any reward",
    "permuted": "the hybrid reward against the answers of other rows of the same family",
    "format only": "the form, and nothing for the answer",
    "rules only": "form and rules; descriptive answers are paid for their form alone",
    "judge only": "form and judge; answers that a rule would check are paid for their form alone",
}


def paid(arm: str, score: Any, random_number: float) -> float | None:
    """What an arm pays for a response that the full reward has scored."""
    if score.overall is None:
        return None
    judged = score.extra["question_type"] == "descriptive"
    without_answer = 0.3 * score.format
    return {
        "hybrid": score.overall,
        "noise": random_number,
        "format only": without_answer,
        "rules only": without_answer if judged else score.overall,
        "judge only": score.overall if judged else without_answer,
    }[arm]


def permuted_answers(rows: Sequence[Mapping[str, Any]], seed: int) -> dict[str, str]:
    """Row id -> the answer of a row of the same family, each answer given away once."""
    families: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        families[row["row_id"].rsplit("-", 1)[-1]].append(row)
    given: dict[str, str] = {}
    for name, members in sorted(families.items()):
        answers = [row["answer"] for row in members]
        random.Random(f"{name} {seed}").shuffle(answers)
        given |= dict(zip((row["row_id"] for row in members), answers, strict=True))
    return given


def reward_of(arm: str, rows: Sequence[Mapping[str, Any]], seed: int) -> RewardFunction:
    """The arm's reward function. The first HybridReward that is made here journals; a second one must not."""
    from wethink_plugins.adapters.trl import make_reward, samples_of
    from wethink_plugins.rewards.hybrid import HybridReward

    full = HybridReward.from_config(CONFIG)
    whole = make_reward(reward=full)
    os.environ.pop("WETHINK_JOURNAL", None)
    other = make_reward(reward=HybridReward.from_config(CONFIG)) if arm == "permuted" else None
    swapped, chance = permuted_answers(rows, seed), random.Random(seed)

    def permuted_reward(prompts: Sequence[Any], completions: Sequence[Any], **columns: Any) -> list[float | None]:
        whole(prompts, completions, **columns)
        return other(prompts, completions, **{**columns, "answer": [swapped[row] for row in columns["row_id"]]})

    def part_of_reward(prompts: Sequence[Any], completions: Sequence[Any], **columns: Any) -> list[float | None]:
        scores = full.score_batch(samples_of(prompts, completions, columns))
        return [paid(arm, score, chance.random()) for score in scores]

    return {"hybrid": whole, "permuted": permuted_reward}.get(arm, part_of_reward)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--arm", required=True, help=f"{', '.join(ARMS)}, or one of fault_arms.py")
    parser.add_argument("--model", type=Path, required=True, help="the warm start")
    parser.add_argument("--rows", type=Path, required=True, help="parquet from `wethink data export trl`")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps", type=int, help="default: as in grpo.yaml")
    parser.add_argument("--group", type=int, help="answers a prompt; default: as in grpo.yaml")
    parser.add_argument("--probe", type=Path, help="answer these held-out rows while it trains, into OUT/probe.jsonl")
    parser.add_argument("--probe-every", type=int, default=4, help="steps")
    chosen = parser.parse_args()
    budget = Budget.read(chosen.steps, chosen.group)
    train(maker_of(chosen), chosen.model, chosen.rows, chosen.out, chosen.seed, budget, probes_of(chosen))


def probes_of(chosen: argparse.Namespace) -> Callable[[Any], Sequence[Any]]:
    if chosen.probe is None:
        return lambda processor: ()
    from probe import Probe

    return lambda processor: [Probe(chosen.probe, processor, chosen.out / "probe.jsonl", chosen.probe_every)]


def maker_of(chosen: argparse.Namespace) -> Callable[[list[dict[str, Any]]], RewardFunction]:
    if chosen.arm in ARMS:
        return lambda rows: reward_of(chosen.arm, rows, chosen.seed)
    from fault_arms import ARMS as FAULTS
    from fault_arms import fault_reward

    if chosen.arm not in FAULTS:
        raise SystemExit(f"no arm is called {chosen.arm!r}; there are {', '.join([*ARMS, *FAULTS])}")
    return lambda rows: fault_reward(chosen.arm, chosen.seed)


if __name__ == "__main__":
    main()
