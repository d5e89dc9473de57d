"""What the abilities mean, in words for models. After MM-Vet's definitions; the wording is ours."""

from __future__ import annotations

from collections.abc import Container, Iterable

from wethink_plugins.synthesis.vocabulary import ABILITIES, REASONING

MEANING = {
    REASONING: "putting several facts together in steps; one look is not enough",
    "recognition": "telling what things, people's actions, scenes or styles are, and their attributes and number",
    "knowledge": "knowing something about the world that the image doesn't show",
    "ocr": "reading text, numbers or symbols in the image",
    "spatial_awareness": "understanding where things are, their order, direction, distance or layout",
    "maths": "calculating, or solving an equation or a geometric problem",
}
ALL = (REASONING, *ABILITIES)


def read_abilities(named: list[str]) -> tuple[str, ...]:
    """Those of the list, in its order; models write "spatial awareness" and "OCR" as they like, and invent others."""
    folded = {"".join(c for c in name.casefold() if c.isalpha()) for name in named}
    folded |= {"maths"} if folded & {"math", "mathematics"} else set()
    folded |= {"spatialawareness"} if "spatial" in folded else set()
    return tuple(name for name in ALL if name.replace("_", "") in folded)


def combination(abilities: Iterable[str]) -> str:
    """As the mix spells it: known ones beside reasoning, each once, joined by +; empty where there is none."""
    found = set(abilities)
    return "+".join(name for name in ABILITIES if name in found)


def counts_as(found: Iterable[str], asked: Iterable[str] | None, mix: Container[str]) -> str:
    """The combination of the mix that an item counts for.

    One that needs more than it was asked to, in a combination that the mix doesn't have, counts as what was asked: else
    it would count for nothing, and the round after it would ask for the same again.
    """
    found = {*found}
    became = combination(found)
    if asked is not None and became not in mix and {*asked} <= found:
        return combination(asked)
    return became
