"""Recorded healthy runs, and ways to make them ill."""

import copy
import gzip
import json
from functools import cache
from pathlib import Path

HEALTHY = sorted(file.name.removesuffix(".jsonl.gz") for file in (Path(__file__).parent / "recorded").glob("*.gz"))
STEPS = 44


@cache
def _recorded(name):
    with gzip.open(Path(__file__).parent / "recorded" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def recorded(name="verl-seed0"):
    return copy.deepcopy(_recorded(name))


def progress(line):
    """0 at the first step, 1 at the last."""
    return (line["step"] - min(1, line["step"])) / STEPS


def pay(line, accuracy, form=1.0):
    line.update(accuracy=accuracy, format=form, overall=0.7 * accuracy + 0.3 * form)


def every(change, *, where=lambda line: True):
    def sicken(lines):
        for place, line in enumerate(lines):
            if where(line):
                change(line, place)
        return lines

    return sicken


def judged(line):
    return line["question_type"] == "descriptive"


def longer(line, place):
    line["response"] = "so " * int(20 + 100 * progress(line))
    pay(line, float(place % 2), line["format"])


def only_form(line, place):
    pay(line, float(place % 3 == 0), float(progress(line) > 0.3 or place % 2))


def first_letter(line, _):
    line["answer"] = "A"


def one_word(line, place):
    if place % 2:
        line["answer"] = "It is a nice picture."


def all_wrong(line, _):
    pay(line, 0.0)


def pleased_judge(line, place):
    pay(line, float(place % 10 < 4 + 6 * progress(line)))
    line["method"] = "model" if judged(line) else "rule"
    if not judged(line):
        pay(line, float(place % 10 < 7 - 2 * progress(line)))


def another_model(line, _):
    if line.get("judge"):
        line["judge"]["model"] = "judge-v1" if progress(line) < 0.5 else "judge-v2"


def down(line, place):
    if progress(line) > 0.7 and place % 3 == 0:
        line.update(status="unscored", overall=None, accuracy=None, method="model")


def slow(line, _):
    line["judge"] = {"asked": 1, "model": "demo-judge", "cached": False, "latency_s": 1 + 20 * progress(line)}


def refused(line, place):
    if progress(line) > 0.5 and place % 8 == 0:
        line["status"] = "ungradable"


def cut(line, place):
    if place % 5 < 2:
        line["answer"] = None
        pay(line, 0.0, 0.0)


def never(line, _):
    pay(line, 0.0)


def unsure(line, place):
    line["method"], line["rule_undecided"] = "rule", place % 3 == 0


def collapse(line, place):
    late = max(0.0, progress(line) - 0.5)
    pay(line, float(place % 10 < 8 - 12 * late))


def solved(line, _):
    pay(line, 1.0)


def stand_in(line, place):
    line["imputed"] = place % 3 == 0


def moody(lines):
    """The same answers are judged again, and half of them get another tier."""
    tiers = ("correct", "wrong", "correct", "correct")
    for place, line in enumerate(line for line in lines if judged(line)):
        line.update(method="model", status="scored", tier=tiers[place % 4], question="Describe.", gold="2 red squares")
        line["answer"] = f"{place % 6 // 2} squares"
        line["judge"] = {"asked": 1, "model": "demo-judge", "cached": False}
    return lines


SICK = [
    ("length_explosion", every(longer)),
    ("format_only", every(only_form)),
    ("one_letter", every(first_letter, where=lambda line: line["question_type"] == "multiple_choice")),
    ("constant_answer", every(one_word, where=judged)),
    ("dead_groups", every(all_wrong)),
    ("dead_groups", every(solved)),
    ("judge_hacked", every(pleased_judge)),
    ("judge_drift", every(another_model)),
    ("judge_drift", moody),
    ("judge_fails", every(down, where=judged)),
    ("judge_slow", every(slow, where=judged)),
    ("ungradable", every(refused)),
    ("imputed", every(stand_in)),
    ("no_answer", every(cut)),
    ("never_right", every(never, where=judged)),
    ("undecided", every(unsure, where=lambda line: not judged(line))),
    ("accuracy_falls", every(collapse)),
]
