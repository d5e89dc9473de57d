"""Our rules beside the verifiers people use, on the same cases, in one run on one core.

    python benchmarks/verifiers.py [CASES] [--only ours math-verify] [--redteam] [--limit-s 10]

CASES is JSON lines with gold, response, expected, question_type, options, tag, contested; without it, the cases of our
tests of families, what we are known to miss among them. Each verifier runs in a
process of its own, one call a case, no cache; a call past the limit is a hang and its process is killed; exceptions
and hangs pay nothing. Peers get the answer in the shape their prompts ask for (`\\boxed{}`), and the gold as their
examples pass it. Peers and versions: benchmarks/requirements-peers.txt. The speed columns leave out the
denial-of-service and code cases. Throughput is per CPU-second of the calling process and its children.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import select
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

Case = dict[str, object]
Grader = Callable[[Case], float]
# math-verify gives up after 5 s on its own; what takes longer than this on an attack never ends in practice.
_ATTACK_S = 6.0
_SYMBOLIC = ("math_latex", "math_sets", "math_equation", "functions", "log", "powers", "relations", "trig")
_OWN_CASES = Path(__file__).resolve().parents[1] / "tests/rewards/rules"


def own_cases() -> list[Case]:
    """Of a gold's answers each is a case; the reader's labels, not the rules' verdicts."""
    found: list[Case] = []
    for group in _lines(_OWN_CASES / "families.jsonl"):
        for expected, answers in enumerate((group["wrong"], group["right"])):
            found += [_case(group, answer, expected, group["family"]) for answer in answers]
    return found + [
        _case(one, one["answer"], int(one["right"]), "missed") for one in _lines(_OWN_CASES / "missed.jsonl")
    ]


def _case(row: Case, answer: str, expected: int, tag: str) -> Case:
    response = f"<think>I look at the picture.</think>\n<answer>{answer}</answer>"
    facts = {"gold": row["gold"], "question_type": row["kind"], "options": row["options"]}
    return {**facts, "response": response, "expected": expected, "tag": tag, "contested": False}


def _lines(file: Path) -> list[Case]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def _answer(case: Case) -> str | None:
    """The text of the last answer block after the thinking, which every host extracts in front of its verifier."""
    tail = str(case["response"]).rsplit("</think>", 1)[-1]
    close = tail.rfind("</answer>")
    start = tail.rfind("<answer>", 0, close)
    return tail[start + 8 : close].strip() if close >= 0 and start >= 0 else None


def _ours() -> Grader:
    from wethink_plugins.errors import Ungradable
    from wethink_plugins.rewards.rules import grade_response, grading, warm_up

    warm_up()

    def grade(case: Case) -> float:
        try:
            return float(
                grade_response(case["response"], case["gold"], case["question_type"], case["options"] or ()).decision
                == "right"
            )
        except Ungradable:
            return 0.0

    grade.reset = grading._by_rules.cache_clear
    return grade


def _math_verify() -> Grader:
    from math_verify import parse, verify

    def grade(case: Case) -> float:
        answer = _answer(case)
        if answer is None:
            return 0.0
        return float(verify(parse(f"$\\boxed{{{case['gold']}}}$"), parse(f"$\\boxed{{{answer}}}$")))

    return grade


def _mathruler() -> Grader:
    from mathruler.grader import grade_answer

    return lambda case: float(grade_answer(_answer(case) or "", case["gold"]))


def _trl() -> Grader:
    from trl.rewards import accuracy_reward

    def grade(case: Case) -> float:
        answer = _answer(case)
        if answer is None:
            return 0.0
        return float(
            accuracy_reward([[{"role": "assistant", "content": f"$\\boxed{{{answer}}}$"}]], [case["gold"]])[0] or 0.0
        )

    return grade


def _verl() -> Grader:
    from verl.utils.reward_score.math_verify import compute_score

    def grade(case: Case) -> float:
        answer = _answer(case)
        return 0.0 if answer is None else float(compute_score(f"$\\boxed{{{answer}}}$", case["gold"]))

    grade({"response": "<answer>1</answer>", "gold": "1"})
    return grade


def _geo3k() -> Grader:
    """The only reward in verl for pictures; the answer is boxed after the thinking, as its format asks for."""
    from verl.utils.reward_score.geo3k import compute_score

    def grade(case: Case) -> float:
        answer = _answer(case)
        return 0.0 if answer is None else float(compute_score(f"\\boxed{{{answer}}}", case["gold"], format_score=0.0))

    return grade


GRADERS: dict[str, Callable[[], Grader]] = {
    "ours": _ours,
    "math-verify": _math_verify,
    "mathruler": _mathruler,
    "trl": _trl,
    "verl": _verl,
    "verl-geo3k": _geo3k,
}

# verl comes with hydra, which needs another antlr than math-verify's default: it may need its own environment.
PYTHONS: dict[str, str] = {}


def serve(name: str) -> None:
    """One JSON case a line in, one result a line out. Peers print to standard output, so ours goes to a copy of it."""
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    grade = GRADERS[name]()
    print("ready", file=out, flush=True)
    for line in sys.stdin:
        case = json.loads(line)
        getattr(grade, "reset", bool)()
        before, start = _cpu(), time.perf_counter()
        try:
            result = {"reward": grade(case)}
        except BaseException as error:  # noqa: BLE001 - math-verify raises its timeout as one
            result = {"reward": 0.0, "error": f"{type(error).__name__}: {error}"[:120]}
        result |= {"wall": time.perf_counter() - start, "cpu": _cpu() - before}
        print(json.dumps(result), file=out, flush=True)


def _cpu() -> float:
    """Of this process: a peer that hands its work to running children is charged nothing, so compare wall as well."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


class Worker:
    """A verifier in its process; started again after a hang or a death."""

    def __init__(self, name: str, limit_s: float) -> None:
        self._name, self._limit_s = name, limit_s
        self._process: subprocess.Popen[str] | None = None

    def grade(self, case: Case, limit_s: float | None = None) -> dict[str, object]:
        if self._process is None:
            self._start()
        self._process.stdin.write(json.dumps(case) + "\n")
        self._process.stdin.flush()
        return self._next(limit_s or self._limit_s) or self._lost()

    def close(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _start(self) -> None:
        command = [PYTHONS.get(self._name, sys.executable), __file__, "--serve", self._name]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, bufsize=1
        )
        if self._process.stdout.readline().strip() != "ready":
            raise SystemExit(f"{self._name} did not start: is it installed? (benchmarks/requirements-peers.txt)")

    def _next(self, limit_s: float) -> dict[str, object] | None:
        if not select.select([self._process.stdout], [], [], limit_s)[0]:
            return None
        line = self._process.stdout.readline()
        return json.loads(line) if line else None

    def _lost(self) -> dict[str, object]:
        hung = self._process.poll() is None
        self.close()
        return {
            "reward": 0.0,
            "wall": self._limit_s,
            "cpu": self._limit_s,
            "hang" if hung else "error": "past the limit" if hung else "process died",
        }


@dataclass
class Tally:
    """Everything one verifier did."""

    rows: list[tuple[Case, dict[str, object]]] = field(default_factory=list)
    accepted: list[str] = field(default_factory=list)
    unscored: int = 0

    def line(self, name: str, redteam: bool) -> str:
        quality = [(c, r) for c, r in self.rows if not str(c["tag"]).startswith("dos")]
        fair = [(c, r) for c, r in quality if not c["contested"]]
        paid = [(c, r["reward"] >= 0.5) for c, r in fair]
        positives, negatives = [p for c, p in paid if c["expected"]], [p for c, p in paid if not c["expected"]]
        timed = [(c, r) for c, r in quality if c["tag"] != "hack_code"]
        plain = [(c, r) for c, r in timed if c["tag"] not in _SYMBOLIC]
        walls = sorted(r["wall"] for _, r in timed)
        cells = [
            name,
            f"{sum(bool(c['expected']) == p for c, p in paid) / len(paid):.1%}",
            f"{sum(negatives)} of {len(negatives)} ({sum(negatives) / len(negatives):.1%})",
            f"{len(positives) - sum(positives)} of {len(positives)} ({1 - sum(positives) / len(positives):.1%})",
            str(sum("hang" in r for _, r in self.rows)),
            str(sum(r["wall"] > 1.5 for _, r in self.rows)),
            str(sum("error" in r for _, r in self.rows)),
            f"{1000 * walls[len(walls) // 2]:.2f}",
            f"{1000 * walls[int(0.99 * len(walls))]:.1f}",
            f"{len(timed) / sum(r['wall'] for _, r in timed):,.0f}",
            f"{len(timed) / sum(r['cpu'] for _, r in timed):,.0f}",
            f"{len(plain) / sum(r['cpu'] for _, r in plain):,.0f}",
        ]
        return "| " + " | ".join(cells + ([f"{len(self.accepted)}", str(self.unscored)] if redteam else [])) + " |"


def _redteam(name: str, worker: Worker, tally: Tally) -> None:
    from wethink_plugins.rewards.redteam import load_attacks

    for attack in load_attacks():
        case = {
            "response": attack.response,
            "gold": attack.gold,
            "question_type": attack.question_type,
            "options": list(attack.options),
        }
        result = worker.grade(case, _ATTACK_S)
        tally.unscored += "hang" in result or "error" in result
        if result["reward"] >= 0.5:
            tally.accepted.append(attack.id)


def measure(name: str, cases: Sequence[Case], limit_s: float, redteam: bool) -> Tally:
    worker, tally = Worker(name, limit_s), Tally()
    plain = {"response": "<think>x</think><answer>12</answer>", "gold": "12", "question_type": "math", "options": []}
    if (first := worker.grade(plain))["reward"] < 0.5:  # verl pays nothing, and says nothing, where math_verify isn't
        raise SystemExit(f"{name} does not pay 12 for 12: {first.get('error') or 'is all it needs installed?'}")
    for case in cases:
        tally.rows.append((case, worker.grade(case)))
    if redteam:
        _redteam(name, worker, tally)
    worker.close()
    return tally


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("cases", type=Path, nargs="?", help="a file of your own (default: the cases of our tests)")
    options.add_argument("--only", nargs="+", choices=GRADERS, default=list(GRADERS))
    options.add_argument("--redteam", action="store_true", help="also try the shipped attacks on each")
    options.add_argument("--limit-s", type=float, default=10.0)
    options.add_argument("--serve", help=argparse.SUPPRESS)
    options.add_argument(
        "--python", nargs="+", default=[], metavar="NAME=PATH", help="the interpreter that has this verifier"
    )
    chosen = options.parse_args()
    PYTHONS.update(item.split("=", 1) for item in chosen.python)
    if chosen.serve:
        serve(chosen.serve)
        return
    cases = _lines(chosen.cases) if chosen.cases else own_cases()
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    names = (
        "verifier,agreement,paid wrong,unpaid right,hangs,calls > 1.5 s,errors,p50 ms,p99 ms,samples/s wall,per "
        "CPU-s,per CPU-s non-symbolic"
    )
    head = names.split(",") + (["attacks accepted", "attacks unscored"] if chosen.redteam else [])
    print("| " + " | ".join(head) + " |\n|" + "---|" * len(head))
    tallies = {}
    for name in chosen.only:
        tallies[name] = measure(name, cases, chosen.limit_s, chosen.redteam)
        print(tallies[name].line(name, chosen.redteam), flush=True)
    for name, tally in tallies.items():
        if tally.accepted:
            print(f"\nAccepted by {name}: {', '.join(tally.accepted)}")


if __name__ == "__main__":
    main()
