"""The loud first batch: five scored samples with their reasons, and a shout when something looks wrong.

A run that is misconfigured shows it in its first batch; nobody should learn it from a flat curve days later.
"""

from __future__ import annotations

import logging
import threading
from collections import defaultdict
from collections.abc import Sequence

from wethink_plugins.config import Rules
from wethink_plugins.rewards.other_style import style_fault
from wethink_plugins.rewards.row_faults import row_faults
from wethink_plugins.sample import Sample
from wethink_plugins.score import Score

_SHOWN = 5
# Hosts that score one rollout at a time have no batch: this many count as the first one.
FIRST = 32
_log = logging.getLogger("wethink_plugins.first_batch")


class FirstBatch:
    """Collects until it has seen a batch, reports once, and is silent from then on. Safe to call from threads."""

    def __init__(self, style: str, rules: Rules, tolerated: float = 0.0) -> None:
        """`tolerated`: the share of what needed the judge that may get no verdict without a shout."""
        self._style, self._rules, self._tolerated = style, rules, tolerated
        self._seen: list[tuple[Sample, Score]] = []
        self._done = False
        self._lock = threading.Lock()

    def add(self, samples: Sequence[Sample], scores: Sequence[Score], whole_batch: bool) -> None:
        if self._done:
            return
        with self._lock:
            self._seen += zip(samples, scores, strict=True)
            if self._done or not self._seen or (len(self._seen) < FIRST and not whole_batch):
                return
            self._done = True
        _log.warning("%s", _printable(self.text()))
        for fault in self.faults():
            _log.error("CHECK THIS: %s", _printable(fault))
        self._seen = []  # their images may be large

    def text(self) -> str:
        """Five samples, of different question types where there are several."""
        by_type: dict[str, list[tuple[Sample, Score]]] = defaultdict(list)
        for sample, score in self._seen:
            by_type[str(score.extra.get("question_type"))].append((sample, score))
        turns = max(map(len, by_type.values()))
        mixed = [pairs[turn] for turn in range(turns) for pairs in by_type.values() if turn < len(pairs)]
        return "\n".join(
            [
                f"first {len(self._seen)} samples scored; {min(_SHOWN, len(mixed))} of them:",
                *(_line(*pair) for pair in mixed[:_SHOWN]),
            ]
        )

    def faults(self) -> list[str]:
        return [
            *self._style_fault(),
            *row_faults(self._seen, self._rules),
            *self._no_verdict(),
            *self._all_zero_types(),
            *self._never_answered(),
        ]

    def _style_fault(self) -> list[str]:
        if any(score.format for _, score in self._seen):
            return []
        return [style_fault([sample.response for sample, _ in self._seen], self._style)]

    def _no_verdict(self) -> list[str]:
        needed = [score for _, score in self._seen if score.method == "model"]
        faults = []
        for status, said in (("unscored", "could not be scored"), ("ungradable", "were ungradable")):
            lost = [score for score in needed if score.status == status]
            if len(lost) > self._tolerated * len(needed):
                reason = lost[0].reason.removeprefix("ungradable: ")
                faults.append(f"{len(lost)} of {len(needed)} samples that needed the judge {said}: {reason}")
        return faults

    def _all_zero_types(self) -> list[str]:
        """Where the judge was needed, responses without an answer say nothing of it, and what it didn't settle neither."""
        kinds: dict[str, list[Score]] = defaultdict(list)
        for _, score in self._seen:
            kinds[str(score.extra.get("question_type"))].append(score)
        accuracies = {kind: [score.accuracy for score in _telling(scores)] for kind, scores in kinds.items()}
        return [
            f"all {len(v)} {kind} samples have accuracy 0"
            for kind, v in accuracies.items()
            if len(v) > 1 and not any(v)
        ]

    def _never_answered(self) -> list[str]:
        if any(score.extra.get("answer") is not None for _, score in self._seen):
            return []
        return [f"no answer could be read from any of the first {len(self._seen)} responses"]


def _telling(scores: Sequence[Score]) -> list[Score]:
    """Those whose accuracy tells whether gold, rules and judge fit the responses."""
    if not any(score.method == "model" for score in scores):
        return [score for score in scores if score.accuracy is not None]
    return [score for score in scores if score.method == "rule" or (score.method, score.status) == ("model", "scored")]


def _line(sample: Sample, score: Score) -> str:
    overall = "unscored" if score.overall is None else f"{score.overall:.2f}"
    return (
        f"  {overall}  {score.extra.get('question_type')} row {sample.id}: answer {_short(score.extra.get('answer'))}, "
        f"gold {_short(sample.answer)}: {score.reason} ({score.grader}, format {score.format:.0f})"
    )


def _printable(text: str) -> str:
    """Lone surrogates escaped: a log can't encode them, and would drop the whole report."""
    return text.encode("utf-8", "backslashreplace").decode()


def _short(text: object) -> str:
    value = str(text)
    return repr(value if len(value) <= 60 else value[:57] + "...")
