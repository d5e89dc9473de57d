"""Whether the rules that will pay a row can read its gold answer."""

from __future__ import annotations

import re
from dataclasses import replace

from wethink_plugins.errors import Ungradable, WeThinkError
from wethink_plugins.rewards.question import inferred_type
from wethink_plugins.rewards.rules import Policy, grade
from wethink_plugins.rows import Row

# What people and models write around the same answer. The very same text is always right and shows nothing.
_WAYS = ("\\boxed{{{}}}", "{}.", "The answer is {}", "**{}**")
# Golds that are plain words and numbers are read; they are most, and needn't be tried.
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9]{0,40}(?: [A-Za-z0-9]{1,40}){0,8}|-?\d{1,12}(?:\.\d{1,12})?%?")
_BRACES = re.compile(r"(?<!\\)(?:\\\\)*([{}])")
_COMMAND = re.compile(r"\\[A-Za-z]")
_PAIRED = re.compile(r"\\(begin|end|left|right)(?![A-Za-z])")
_REMEMBERED = 1 << 14


class Golds:
    """Remembers golds, which repeat, up to a limit."""

    def __init__(self, policy: Policy, for_sft: bool = False) -> None:
        # math-verify would start a process, and never makes a gold readable that we can't compare with itself.
        self._policy = replace(policy, symbolic="own")
        self._for_sft = for_sft
        self._readable: dict[str, str] = {}

    def check(self, row: Row) -> None:
        """Of a row that is paid by rules. An answer of multiple choice has been looked for among its options."""
        if row.needs_judge or row.question_type == "multiple_choice":
            return
        if row.question_type == "descriptive" and self._for_sft:
            return  # nobody pays it
        if row.question_type == "descriptive" and inferred_type(row.answer, ()) == "descriptive":
            raise WeThinkError(
                "a descriptive answer is to be paid by rules",
                fix="set reward to model, or the category to fill_in_blank with a short answer",
                field="reward",
                defect="method_against_type",
            )
        if fault := self._fault(row.answer):
            raise WeThinkError(
                fault, fix="write it as an answer that can be checked", field="answer", defect="unreadable_gold"
            )

    def _fault(self, gold: str) -> str:
        if _PLAIN.fullmatch(gold):
            return ""
        known = self._readable.get(gold)
        if known is None:
            if len(self._readable) >= _REMEMBERED:
                self._readable.clear()
            known = self._readable[gold] = _latex_fault(gold) or self._unread(gold)
        return known

    def _unread(self, gold: str) -> str:
        try:
            for way in _WAYS:
                if grade(way.format(gold), gold, "fill_in_blank", (), self._policy).decision == "right":
                    return ""
        except Ungradable as error:
            return f"{gold[:60]!r} can't be graded: {error}"
        return f"{gold[:60]!r} can't be read by the rules: only the very same text would be paid"


def is_checkable(row: Row) -> bool:
    """Whether rules could pay what a judge is asked to: a choice, or a blank with a short answer."""
    return (
        row.reward_method == "model"
        and row.question_type != "descriptive"
        and (row.question_type == "multiple_choice" or inferred_type(row.answer, ()) == "fill_in_blank")
    )


def _latex_fault(gold: str) -> str:
    """A formula that was cut off: text for the rules, where what a model writes is a formula."""
    if not _COMMAND.search(gold):
        return ""
    depth = 0
    for mark in _BRACES.findall(gold):
        depth += 1 if mark == "{" else -1
        if depth < 0:
            break
    pairs = _PAIRED.findall(gold)
    open_pairs = pairs.count("begin") - pairs.count("end"), pairs.count("left") - pairs.count("right")
    return f"{gold[:60]!r} is LaTeX that isn't closed" if depth or any(open_pairs) else ""
