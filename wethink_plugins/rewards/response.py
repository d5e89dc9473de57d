"""Reads a response: what is thinking, what is the answer, and which style it follows.

Plain string searches only: linear in the length of the response whatever a model writes.
"""

from __future__ import annotations

from dataclasses import dataclass

from wethink_plugins.rewards.braces import closing_brace
from wethink_plugins.vocabulary import STYLES

THINK_OPEN, THINK_CLOSE = "<think>", "</think>"
ANSWER_OPEN, ANSWER_CLOSE = "<answer>", "</answer>"
BOXED_OPEN = "\\boxed{"


@dataclass(frozen=True)
class Response:
    """`answer` is None when there is no closed, unambiguous answer after the thinking; `fault` then says why."""

    answer: str | None
    fault: str = ""


def read_response(text: str, style: str = "wethink") -> Response:
    """The answer of a response, by the policy: the last closed block after the last `</think>`. Never raises.

    Several blocks that differ are no answer; identical repeats are one. A missing think block costs format, not
    accuracy; a think block that is opened and never closed leaves no answer, since what follows is still thinking (in
    style `think_open` the prompt has opened it).
    """
    tail, fault = _after_thinking(text, style == "think_open")
    if fault:
        return Response(None, fault)
    blocks = _boxed_blocks(tail) if style == "boxed" else _answer_blocks(tail)
    if not blocks:
        return Response(None, "no closed answer block")
    distinct = {block.strip() for block in blocks}
    if len(distinct) > 1:
        return Response(None, "several different answers")
    answer = distinct.pop()
    return Response(answer) if answer else Response(None, "empty answer")


def format_fault(text: str, style: str = "wethink") -> str:
    """Empty when the response follows the style strictly, else the first thing that is wrong with it."""
    if style == "boxed":
        return _boxed_fault(text)
    return _tagged_fault(text if style == "wethink" else THINK_OPEN + text)


def follows(text: str) -> list[str]:
    """The styles that the response follows strictly (to notice that a run is configured for another one)."""
    return [style for style in STYLES if not format_fault(text, style)]


def _after_thinking(text: str, opened: bool) -> tuple[str, str]:
    close = text.rfind(THINK_CLOSE)
    if close >= 0:
        return text[close + len(THINK_CLOSE) :], ""
    return (text, "thinking never closed") if opened or THINK_OPEN in text else (text, "")


def _answer_blocks(text: str) -> list[str]:
    blocks: list[str] = []
    at = 0
    while True:
        close = text.find(ANSWER_CLOSE, at)
        if close < 0:
            return blocks
        start = text.rfind(ANSWER_OPEN, at, close)
        if start >= 0:
            blocks.append(text[start + len(ANSWER_OPEN) : close])
        at = close + len(ANSWER_CLOSE)


def _boxed_blocks(text: str) -> list[str]:
    blocks: list[str] = []
    at = text.find(BOXED_OPEN)
    while at >= 0:
        end = closing_brace(text, at + len(BOXED_OPEN))
        if end < 0:
            return blocks
        blocks.append(text[at + len(BOXED_OPEN) : end])
        at = text.find(BOXED_OPEN, end)
    return blocks


def _tagged_fault(text: str) -> str:
    for tag in (THINK_OPEN, THINK_CLOSE, ANSWER_OPEN, ANSWER_CLOSE):
        count = text.count(tag)
        if count != 1:
            return f"{'no' if count == 0 else count} {tag}"
    thinking, rest = text.split(THINK_CLOSE)
    before, thought = thinking.split(THINK_OPEN) if THINK_OPEN in thinking else (thinking, "")
    if before.strip() or not thought.strip():
        return "text before <think>" if before.strip() else "empty think block"
    if ANSWER_OPEN not in rest or ANSWER_CLOSE not in rest:
        return "answer inside the think block"
    between, rest = rest.split(ANSWER_OPEN)
    if ANSWER_CLOSE not in rest:
        return "answer closed before it opens"
    answer, after = rest.split(ANSWER_CLOSE)
    if between.strip() or after.strip():
        return "text outside the blocks"
    return "" if answer.strip() else "empty answer block"


def _boxed_fault(text: str) -> str:
    if text.count(THINK_OPEN) != 1 or text.count(THINK_CLOSE) != 1:
        return "needs exactly one think block"
    before, rest = text.split(THINK_OPEN)
    if before.strip() or THINK_CLOSE not in rest:
        return "text before <think>" if before.strip() else "think block closed before it opens"
    thought, tail = rest.split(THINK_CLOSE)
    if not thought.strip():
        return "empty think block"
    blocks = _boxed_blocks(tail)
    if len(blocks) != 1:
        return f"{len(blocks) or 'no'} \\boxed{{}} after the thinking"
    return "" if blocks[0].strip() else "empty \\boxed{}"
