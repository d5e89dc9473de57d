"""Edits of a gold that change its meaning: digit, sign, unit, letter, negation, order where it counts."""

from __future__ import annotations

import re
from collections.abc import Iterator

_UNITS = {"cm": "kg", "m": "s", "km/h": "m/s", "hours": "minutes", "%": " cm", "$": "€", "kg": "m", "°": " cm"}


def mutants(gold: str, kind: str) -> Iterator[str]:
    """Up to a dozen wrong answers made from one gold."""
    for match in list(re.finditer(r"\d", gold))[:4]:
        digit = str((int(match[0]) + 3) % 10)
        yield gold[: match.start()] + digit + gold[match.end() :]
    if match := re.search(r"\d", gold):
        yield gold[: match.start()] + "7" + gold[match.start() :]
        yield (
            f"-{gold}" if not gold.startswith("-") and kind != "multiple_choice" and gold.lstrip("0.%") else f"{gold} 1"
        )
        yield f"more than {gold}"
    for unit, other in _UNITS.items():
        if re.search(rf"\d ?{re.escape(unit)}$", gold):
            yield gold[: -len(unit)] + other
    yield f"not {gold}"
    yield f"{gold} or 77"
    if "boxed" not in gold:
        yield f"77, {gold}"
    if kind == "multiple_choice" and len(gold) == 1 and gold.isalpha():
        yield from (letter for letter in "ABCD" if letter != gold.upper())
    words = gold.split()
    if words and words[0].isalpha() and kind != "multiple_choice":
        yield gold[:-1] + ("x" if gold[-1] != "x" else "y")
        yield f"un{gold}"
    match = re.fullmatch(r"\(([^,()]+), ?([^,()]+)\)", gold.strip())
    if match and match[1].strip() != match[2].strip():
        yield f"({match[2]}, {match[1]})"
