"""Which style responses are in that don't follow the one that is set."""

from __future__ import annotations

from collections.abc import Sequence

from wethink_plugins.counted import counted
from wethink_plugins.rewards.response import follows, read_response
from wethink_plugins.score import Score
from wethink_plugins.vocabulary import STYLES

# Chosen: from this share of responses without an answer on, the settings are looked at before the model.
_MANY = 0.5


def unread(responses: Sequence[str], scores: Sequence[Score], style: str) -> list[str]:
    """What the first batch of a training says: most responses have no answer to read, or none follows the style."""
    without = [
        (response, score)
        for response, score in zip(responses, scores, strict=True)
        if score.extra.get("answer") is None
    ]
    share = f"{len(without)} of {counted(len(scores), 'response')} without an answer that could be read"
    if scores and not any(score.format for score in scores):
        fault = style_fault(responses, style)
        return [f"CHECK THIS: {share}; {fault}" if without else f"CHECK THIS: {fault}"]
    if not without or len(without) < _MANY * len(scores):
        return []
    hint = other_style([response for response, _ in without], style)
    return [f"CHECK THIS: {share}, the first for: {without[0][1].reason}" + (f"; {hint}" if hint else "")]


def style_fault(responses: Sequence[str], style: str) -> str:
    """What to say, and to set, where no response follows `style`."""
    hint = other_style(responses, style)
    return f"no response follows the style {style!r}" + (
        f", but {hint}" if hint else "; is the system prompt in place?"
    )


def other_style(responses: Sequence[str], style: str) -> str:
    """The style that some follow strictly, else the one by which most answers can be read; empty where there is none."""
    followed = sorted({other for text in responses for other in follows(text) if other != style})
    if followed:
        return f"some follow {' and '.join(followed)}: set `style: {followed[0]}`"
    answers: dict[str, int] = {
        one: sum(read_response(text, one).answer is not None for text in responses) for one in STYLES
    }
    best = max((one for one in answers if one != style), key=lambda one: answers[one])
    if answers[best] <= answers.get(style, 0):
        return ""
    said = f"{answers[best]} of {len(responses)} have an answer as in {best}, though not its whole form"
    return f"{said}: set `style: {best}`"
