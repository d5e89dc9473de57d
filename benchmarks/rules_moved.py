"""What a change of the rules moved: the same answers graded by this checkout and by another one.

    git worktree add ../before main
    python benchmarks/rules_moved.py ../before [--every 1] [--show 40]

The answers are those of tests/rewards/rules (families, attacks, what is missed) and each gold itself, bare and as
models write them: boxed, bold, in a sentence, behind a bullet. Tests say that known answers keep their verdicts; most
harm of a stricter rule is in answers that nobody wrote down, and shows here. Moves away from right, and to right of an
answer labelled wrong, are listed first. Exit code 1 when an answer labelled right is no longer right.
Half a minute for the whole; both checkouts run in the environment of this command.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]
CASES = HERE / "tests/rewards/rules"
WRAPPERS = (
    "{}", "**{}**", "{}.", "$\\boxed{{{}}}$", "\\boxed{{{}}}", "The answer is {}.", "The answer is **{}**.", "- {}",
    "* {}", "It is {}", "Answer: {}", "{}!", "So the answer is {}.", "Therefore, {}", "{}, because it is so in the image.",
    '"{}"', "I think it is {}.", "Final answer: {}",
)  # fmt: skip
RANK = {"wrong": 0, "undecided": 1, "right": 2}
Case = dict[str, object]


def cases(every: int) -> Iterator[Case]:
    """Each answer in each wrapper, `every`-th only; `label` is the reader's, for the answer as it stands."""
    written = (
        {"gold": row["gold"], "kind": row["kind"], "options": row["options"], "label": label, "answer": answer}
        for row in _rows()
        for label, answers in (("right", [row["gold"], *row["right"]]), ("wrong", row["wrong"]))
        for answer in dict.fromkeys(answers)
    )
    wrapped = (
        case | {"answer": wrapper.format(case["answer"]), "plain": wrapper == "{}"}
        for case in written
        for wrapper in WRAPPERS
    )
    for at, case in enumerate(wrapped):
        if at % every == 0:
            yield case


def _rows() -> Iterator[Case]:
    for name in ("families", "attacks"):
        yield from map(json.loads, (CASES / f"{name}.jsonl").read_text(encoding="utf-8").splitlines())


def verdicts(every: int) -> list[str]:
    """In the order of `cases`, by the package of the working directory; what can't be graded says so."""
    import wethink_plugins
    from wethink_plugins.errors import Ungradable
    from wethink_plugins.rewards.rules import Policy, grade

    if not Path(str(wethink_plugins.__file__)).resolve().is_relative_to(Path.cwd()):
        raise SystemExit(f"rules_moved: no wethink_plugins in {Path.cwd()}: {wethink_plugins.__file__} was imported")
    policy, found = Policy(symbolic="own"), []
    for case in cases(every):
        try:
            found.append(grade(case["answer"], case["gold"], case["kind"], tuple(case["options"]), policy).decision)
        except Ungradable:
            found.append("ungradable")
    return found


def graded_by(checkout: Path, every: int) -> list[str]:
    """In a process of its own: one process imports one package of a name. The cases are this checkout's."""
    ran = subprocess.run(
        [sys.executable, __file__, "--grade", "--every", str(every)],
        env=os.environ | {"PYTHONPATH": str(checkout)},
        cwd=checkout,
        stdout=subprocess.PIPE,
        text=True,
    )
    if ran.returncode:
        raise SystemExit(f"rules_moved: {checkout} could not grade (exit {ran.returncode}); see above")
    return json.loads(ran.stdout)


def moved(every: int, before: list[str], after: list[str]) -> list[tuple[str, str, Case]]:
    """(before, after, case) where the two differ, the worst first."""
    differ = [(old, new, case) for case, old, new in zip(cases(every), before, after, strict=True) if old != new]
    return sorted(differ, key=lambda move: _harm(*move), reverse=True)


def _harm(before: str, after: str, case: Case) -> int:
    fall = RANK.get(before, 1) - RANK.get(after, 1)
    return 10 * (fall if case["label"] == "right" else -fall) + bool(case["plain"])


def _print(moves: list[tuple[str, str, Case]], graded: int, show: int) -> None:
    print(f"{graded:,} answers graded twice, {len(moves):,} moved")
    for (label, before, after), count in sorted(Counter((c["label"], o, n) for o, n, c in moves).items()):
        print(f"  labelled {label:6} {before} -> {after}: {count:,}")
    for before, after, case in moves[:show]:
        print(f"{before} -> {after} ({case['label']}): {case['answer']!r} for {case['gold']!r} {case['options'] or ''}")


def main() -> int:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("before", nargs="?", type=Path, help="the other checkout, which is compared with this one")
    ask.add_argument("--every", type=int, default=1, help="grade only every so manieth answer")
    ask.add_argument("--show", type=int, default=40, help="how many of the moved answers to print")
    ask.add_argument("--grade", action="store_true", help=argparse.SUPPRESS)
    asked = ask.parse_args()
    if asked.grade:
        print(json.dumps(verdicts(asked.every)))
        return 0
    if asked.before is None or not (asked.before / "wethink_plugins").is_dir():
        ask.error("name the other checkout: a folder with wethink_plugins/ in it")
    old, new = graded_by(asked.before.resolve(), asked.every), graded_by(HERE, asked.every)
    moves = moved(asked.every, old, new)
    _print(moves, len(new), asked.show)
    return int(any(before == "right" and case["label"] == "right" for before, _, case in moves))


if __name__ == "__main__":
    sys.exit(main())
