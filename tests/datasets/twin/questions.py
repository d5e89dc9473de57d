"""Ordinary good rows: questions, answers and reasoning of the three types, each question with a number of its own."""

from __future__ import annotations

import random
from typing import Any

from tests.datasets.twin.sources import Source, any_source

Record = dict[str, Any]
CHOICE, BLANK, DESCRIPTION = "multiple_choice", "fill_in_blank", "descriptive"
TYPES = (CHOICE, BLANK, DESCRIPTION)
SPELLINGS = {
    CHOICE: ("Multiple Choice", "multiple-choice", "Multiple choice", "MCQ"),
    BLANK: ("Fill in the Blank", "fill-in-the-blank", "Fill-in-blank", "fill_in_blank"),
    DESCRIPTION: ("Descriptive", "descriptive", "Open-ended", "description"),
}
RULE, MODEL = ("rule-based", "Rule", "rule_based", "Rule-based"), ("model-based", "Model", "model_based", "Model-based")
_THINGS = "cups chairs birds lamps windows boats bicycles signs trees plates boxes wheels".split()
_COLOURS = "red blue green yellow black white orange purple".split()
_PLACES = "on the left;on the right;behind the table;near the door;at the top;in the middle".split(";")
_STEPS = (
    "First I look at the whole picture and note what stands where.",
    "The {thing} {place} are easy to see, the others are partly hidden.",
    "I compare the {colour} ones with the rest, one after the other.",
    "Nothing in the picture speaks against this reading.",
    "The label beside them says {number}, which agrees with what I counted.",
    "So the question asks for what I have just worked out.",
)


def good_row(dice: random.Random, serial: int, kind: str = "", source: Source | None = None) -> Record:
    """In the published schema: no id, options in the problem's text. `kind` is one of TYPES."""
    source = source or any_source(dice)
    kind = kind or dice.choices(TYPES, source.types)[0]
    words = {
        "thing": dice.choice(_THINGS),
        "colour": dice.choice(_COLOURS),
        "place": dice.choice(_PLACES),
        "number": serial,
    }
    problem, answer = {CHOICE: _choice, BLANK: _blank, DESCRIPTION: _description}[kind](dice, words)
    return {
        "problem": problem,
        "answer": answer,
        "category": dice.choice(SPELLINGS[kind]),
        "abilities": _abilities(dice, source),
        "refined_cot": " ".join(step.format(**words) for step in dice.choices(_STEPS, k=dice.randint(3, 14))),
        "image_path": source.image_path(serial),
        "reward": dice.choice(MODEL if kind == DESCRIPTION else RULE),
    }


def option_texts(dice: random.Random, count: int = 4) -> list[str]:
    return dice.sample(_COLOURS, count)


def _choice(dice: random.Random, words: Record) -> tuple[str, str]:
    options = option_texts(dice, dice.choice((2, 3, 4, 4, 4, 5)))
    form = dice.choice(("{}. {}", "({}) {}", "{}) {}", "{}: {}"))
    lines = "\n".join(form.format(letter, text) for letter, text in zip("ABCDE", options, strict=False))
    right = dice.randrange(len(options))
    answer = dice.choice(("ABCDE"[right], f"{'ABCDE'[right]}. {options[right]}", options[right]))
    return f"Which colour have the {words['thing']} {words['place']} in picture {words['number']}?\n{lines}", answer


def _blank(dice: random.Random, words: Record) -> tuple[str, str]:
    thing, place, number = words["thing"], words["place"], words["number"]
    if dice.random() < 0.6:
        return f"How many {thing} stand {place} in picture {number}?", str(dice.randrange(1, 40))
    value = f"{dice.randrange(100, 9999) / 100}"
    return (
        f"In figure {number}, what is the value of x for the {thing}?",
        dice.choice((value, f"{value} cm", f"${value}$")),
    )


def _description(dice: random.Random, words: Record) -> tuple[str, str]:
    colour, thing, place, number = words["colour"], words["thing"], words["place"], words["number"]
    answer = f"The {colour} {thing} {place} were most likely put there for the guests, since {dice.choice(_THINGS)} stand ready beside them."
    return f"Why are the {thing} {place} in picture {number} arranged like this? Explain.", answer


def _abilities(dice: random.Random, source: Source) -> str:
    others = [name for name in source.abilities if dice.random() < 0.7] or [source.abilities[0]]
    if dice.random() < 0.15:
        others.append(dice.choice(("Knowledge", "OCR", "Recognition")))
    return ", ".join(dict.fromkeys(["Reasoning", *others]))
