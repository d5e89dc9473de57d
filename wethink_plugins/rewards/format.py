"""The format reward: 1.0 for a response that follows the style strictly, else 0.0."""

from __future__ import annotations

from wethink_plugins.rewards.response import format_fault


def format_reward(response: str, style: str = "wethink") -> tuple[float, str]:
    """The reward and, when it is 0.0, why.

    Strict means: exactly one non-empty `<think>…</think>`, then exactly one non-empty `<answer>…</answer>` (style
    `boxed`: one `\\boxed{}` in the text after it), nothing else but white space, no nesting.
    """
    fault = format_fault(response, style)
    return (0.0, fault) if fault else (1.0, "")
