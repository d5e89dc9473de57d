"""What is asked of each row, and what can be said."""

from __future__ import annotations

from typing import Literal

Mark = Literal["yes", "no", "unsure"]
MARKS: tuple[Mark, ...] = ("yes", "no", "unsure")
# Chosen: the paper names no criteria; its reviewers asked for an audit of these three.
CRITERIA: dict[str, str] = {
    "factuality": "The gold answer is right, and what question and reasoning state as fact is true.",
    "grounding": "What question and reasoning say about the image can be seen in it.",
    "reasoning": "Each step follows from what comes before, and the last one leads to the gold answer.",
}
