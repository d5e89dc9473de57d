"""Changes to an answer that change nothing of what it says, so that no verdict should follow them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

Edit = Callable[[str], str]
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[^\W\d_a-z])")
# A sentence that leans on the one before it, by its first word, can't be moved (English; others are left alone).
_LEANS = frozenset(
    "he she it they this that these those there here so then first second third finally therefore thus hence but and or "
    "however because since at behind all both apparently apart in as to after".split()
)


def white_space(answer: str) -> str:
    return "  " + re.sub(r"(\S+) (\S+)", r"\1  \2", answer) + " \n"


def thanks(answer: str) -> str:
    return answer.rstrip() + (" " if answer.rstrip()[-1:] in ".!?。" else ". ") + "Thank you."


def upper_case(answer: str) -> str:
    return answer.upper()


def lower_case(answer: str) -> str:
    return answer.lower()


def no_final_stop(answer: str) -> str:
    return answer.rstrip().rstrip(".。")


def reordered(answer: str) -> str:
    """The sentences backwards, where each stands alone; else the answer as it is."""
    sentences = _SENTENCE_END.split(answer.strip())
    if len(sentences) < 2 or not answer.isascii() or any(_first_word(text) in _LEANS for text in sentences):
        return answer
    ended = [text if text.endswith((".", "!", "?")) else text + "." for text in sentences]
    return " ".join(reversed(ended))


def _first_word(sentence: str) -> str:
    return sentence.split()[0].strip(",;:").lower()


EDITS: Mapping[str, Edit] = {
    edit.__name__: edit for edit in (white_space, thanks, upper_case, lower_case, no_final_stop, reordered)
}
