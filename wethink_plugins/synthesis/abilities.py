"""What the abilities mean, in words for models. After MM-Vet's definitions; the wording is ours."""

from __future__ import annotations

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
