"""Throws mutated text at the rules and reports what raises, what is slow, and what pays for nothing.

    python benchmarks/fuzz.py [--minutes 30] [--seed 0]

Inputs are golds and answers of the shipped attacks and of a built-in list, cut, joined, repeated up to a megabyte and
salted with random characters. A finding is printed with the arguments that repeat it. Exit code 1 when there is one.
"""

from __future__ import annotations

import argparse
import random
import sys
import time

from wethink_plugins.errors import Ungradable
from wethink_plugins.rewards.redteam import load_attacks
from wethink_plugins.rewards.rules import grade, grade_response, warm_up

LIMIT_S = 1.5
GOLDS = str.split(
    "12|-12|12 cm|60 km/h|25%|$5.50|1,200|3 \\times 10^{8}|2/3|0.5|red|red and blue|yes|false|March 5, 2021|3:30 PM|"
    "[0, 3)|(1, 2)|{1, 2, 3}|x^2+1|y=2x+1|\\frac{1}{2}|2\\sqrt{3}|12; 7|B|AC|at least 5|1:2|H2O|10-14|\\pm 2|"
    "十二|"
    "红色|90 minutes|5 ft 10 in|\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}|"
    "(-\\infty, 2) \\cup (3, \\infty)|Elena Ferrante|A(2, 3)|Alice: 5, Bob: 7|A > B > C|下午3点半|\\{x \\mid x > 2\\}|"
    "|x| ≤ 1|2021年3月5日|1920x1080|AT&T|C#|2H2 + O2 → 2H2O|half past three|€3.50",
    "|",
)
PIECES = str.split(
    "( ) { } [ ] \\frac{ \\sqrt{ \\boxed{ \\text{ \\left( ^ _ ** $ $$ \\( \\[ , ; : = < ≤ ≠ ± ∞ ∪ ∈ % ° ' \" ! | / * "
    "+ - . e1 1 12 A. (B) and or "
    "not is the answer about because so therefore which → ∠ £ ①② B2 x a.m. 一 百 "
    "分之 负 不 ， 。 ﷺ ½ ⁵ \u200b \u0338 \ud800 🙂 \\begin{pmatrix} \\\\ & cm kg USD pm "
    "January <answer> </answer> <think> </think>"
)


def text(dice: random.Random, seeds: list[str]) -> str:
    """One hostile or merely odd answer; one in forty is long."""
    parts = [dice.choice(seeds) if dice.random() < 0.4 else dice.choice(PIECES) for _ in range(dice.randrange(1, 7))]
    if dice.random() < 0.3:
        parts.append(
            "".join(
                chr(dice.choice((dice.randrange(32, 127), dice.randrange(0x110000)))) for _ in range(dice.randrange(12))
            )
        )
    made = dice.choice(("", " ")).join(parts)
    if dice.random() < 0.3 and len(made) > 2:
        at = dice.randrange(len(made))
        made = made[:at] + dice.choice(PIECES) + made[at + dice.randrange(3) :]
    if dice.random() < 0.05:
        made *= dice.choice((20, 200, 2000 // max(len(made), 1) + 1))
    if dice.random() < 0.01:
        made = (made or "x") * (dice.choice((10**5, 10**6)) // max(len(made), 1))
    return made


def finding(dice: random.Random, seeds: list[str]) -> str:
    """Empty, or what went wrong with one random call."""
    gold, answer = dice.choice(GOLDS) if dice.random() < 0.7 else text(dice, seeds)[:3000], text(dice, seeds)
    kind = dice.choice(("fill_in_blank", "math", "multiple_choice"))
    options = tuple(text(dice, seeds)[:200] for _ in range(dice.randrange(6))) if kind == "multiple_choice" else ()
    call = grade_response if dice.random() < 0.2 else grade
    start = time.process_time()
    try:
        verdict = call(answer, gold, kind, options)
        itself = grade(gold, gold, kind, options) if gold.strip() else None
    except Ungradable:
        return ""
    except Exception as error:  # noqa: BLE001 - any is a finding
        return f"raised {type(error).__name__}: {error}: {(call.__name__, answer[:300], gold[:300], kind, options)!a}"
    if (spent := time.process_time() - start) > LIMIT_S:
        return f"took {spent:.2f} s: {(call.__name__, answer[:300], len(answer), gold[:300], kind, options)!a}"
    if itself and itself.decision != "right" and kind != "multiple_choice":
        return f"gold is not right for itself: {gold!a} {itself}"
    return "" if verdict.reason else f"no reason: {(answer[:300], gold[:300], kind, options)!a}"


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--minutes", type=float, default=30.0)
    options.add_argument("--seed", type=int, default=0)
    chosen = options.parse_args()
    warm_up()
    dice = random.Random(chosen.seed)
    seeds = [attack.response[-200:] for attack in load_attacks()] + GOLDS
    end, calls, found = time.monotonic() + 60 * chosen.minutes, 0, set()
    while time.monotonic() < end:
        calls += 1
        problem = finding(dice, seeds)
        if problem and problem[:60] not in found:
            found.add(problem[:60])
            print(problem, flush=True)
    print(f"{calls:,} calls in {chosen.minutes:g} minutes, {len(found)} kinds of findings")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
