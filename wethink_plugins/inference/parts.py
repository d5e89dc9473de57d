"""A response taken apart into what was thought and what was answered."""

from __future__ import annotations

from dataclasses import dataclass

from wethink_plugins.rewards.response import THINK_CLOSE, THINK_OPEN, format_fault, read_response


@dataclass(frozen=True)
class Parts:
    """`think` None: no closed think block. `answer` None: none that a grader would read, `fault` says why.

    `format_fault` is empty where the response follows the style strictly.
    """

    think: str | None
    answer: str | None
    fault: str
    format_fault: str


def parts(response: str, style: str = "wethink") -> Parts:
    """By the same reading as the reward's, so that what is shown is what is graded."""
    read = read_response(response, style)
    return Parts(_thought(response, style == "think_open"), read.answer, read.fault, format_fault(response, style))


def _thought(response: str, opened: bool) -> str | None:
    """From the first opening to the last closing tag: the answer is looked for behind that one."""
    close = response.rfind(THINK_CLOSE)
    start = 0 if opened else response.find(THINK_OPEN)
    if close < 0 or start < 0 or start > close:
        return None
    return response[start:close].removeprefix(THINK_OPEN).strip()
