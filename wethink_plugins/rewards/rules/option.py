"""Multiple choice: an answer is right when it commits to exactly the gold option, by letter or by text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from wethink_plugins.rewards.rules.normal import folded, plain
from wethink_plugins.rewards.rules.verdict import Verdict

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LETTER = re.compile(
    r"(?:the )?(?:correct )?(?:answer|option|choice)?(?: is)?:? ?\(?([A-Za-z])\)?[.):,]?(?: (.{1,500}))?",
    re.IGNORECASE | re.DOTALL,
)


def grade_option(answer: str, gold: str, options: Sequence[str]) -> Verdict:
    """Right, wrong, or undecided when the answer names no option at all."""
    want = _gold_letter(gold, options)
    if want is None:
        return Verdict("undecided", f"gold {gold[:40]!r} is no option", "option")
    got, reason = _chosen(answer, options)
    if got is None:
        return Verdict("wrong" if reason else "undecided", reason or f"no option in {plain(answer)[:40]!r}", "option")
    return (
        Verdict("right", f"option {got}", "option")
        if got == want
        else Verdict("wrong", f"option {got}, not {want}", "option")
    )


def _gold_letter(gold: str, options: Sequence[str]) -> str | None:
    letter = _lone_letter(gold)
    if letter and (not options or LETTERS.index(letter) < len(options)):
        return letter
    return _letter_of_text(gold, options) or _chosen(gold, options)[0]


def _chosen(answer: str, options: Sequence[str]) -> tuple[str | None, str]:
    """The letter that the answer commits to, or None and why it is a conflict (empty: it names none)."""
    letter = _lone_letter(answer)
    if letter:
        return (
            (letter, "")
            if not options or LETTERS.index(letter) < len(options)
            else (None, f"there is no option {letter}")
        )
    by_text = _letter_of_text(answer, options)
    if by_text:
        return by_text, ""
    match = _LETTER.fullmatch(plain(answer).rstrip(" .!"))
    return _letter_with_text(match[1].upper(), match[2], options) if match else (None, "")


def _letter_with_text(letter: str, text: str | None, options: Sequence[str]) -> tuple[str | None, str]:
    index = LETTERS.index(letter)
    if not options or index >= len(options) or not text:
        return (letter, "") if not text and not options else (None, "")
    if folded(options[index]) == folded(text):
        return letter, ""
    return None, f"letter {letter} with another text" if _letter_of_text(text, options) else ""


def _lone_letter(text: str) -> str | None:
    match = _LETTER.fullmatch(plain(text).rstrip(" .!"))
    return match[1].upper() if match and not match[2] and match[1].upper() in LETTERS else None


def _letter_of_text(text: str, options: Sequence[str]) -> str | None:
    wanted = folded(text)
    found = [LETTERS[i] for i, option in enumerate(options[: len(LETTERS)]) if folded(option) == wanted]
    return found[0] if len(found) == 1 else None
