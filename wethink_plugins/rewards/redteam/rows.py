"""The questions that a gold-blind search is run on: a file of the user's, or a small balanced set made here."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from pathlib import Path

from wethink_plugins.errors import WeThinkError


@dataclass(frozen=True)
class Row:
    question: str
    gold: str
    question_type: str
    options: tuple[str, ...] = ()


_NOUNS = str.split(
    "dog cat car tree bus train boat chair table lamp horse bird apple banana pizza clock kite umbrella bench bear"
)
_COLOURS = str.split("red blue green yellow black white brown orange pink gray")


def sample_rows(count: int = 240, seed: int = 0) -> list[Row]:
    """Choices with evenly spread letters, counts, measurements, shares, yes/no, colours and pairs: a plain VLM mix."""
    dice = random.Random(seed)
    makers = (_choice, _choice, _choice, _count, _measure, _percent, _truth, _colour, _noun, _pair)
    return [makers[i % len(makers)](dice, i) for i in range(count)]


def _choice(dice: random.Random, index: int) -> Row:
    options = tuple(dice.sample(_NOUNS, 4) if index % 2 else map(str, dice.sample(range(2, 99), 4)))
    return Row("Which one is shown?", "ABCD"[dice.randrange(4)], "multiple_choice", options)


def _count(dice: random.Random, index: int) -> Row:
    return Row(
        "How many are there?", str(dice.choice((1, 2, 2, 3, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 20))), "fill_in_blank"
    )


def _measure(dice: random.Random, index: int) -> Row:
    return Row("How long is it?", f"{dice.randrange(2, 200)} {dice.choice(('cm', 'm', 'km'))}", "fill_in_blank")


def _percent(dice: random.Random, index: int) -> Row:
    return Row("What share is shaded?", f"{dice.choice((10, 20, 25, 30, 40, 50, 60, 75, 80, 90))}%", "fill_in_blank")


def _truth(dice: random.Random, index: int) -> Row:
    return Row("Is it there?", dice.choice(("yes", "no")), "fill_in_blank")


def _colour(dice: random.Random, index: int) -> Row:
    return Row("What colour is it?", dice.choice(_COLOURS), "fill_in_blank")


def _noun(dice: random.Random, index: int) -> Row:
    return Row("What is it?", dice.choice(_NOUNS), "fill_in_blank")


def _pair(dice: random.Random, index: int) -> Row:
    return Row("Where is the point?", f"({dice.randrange(-5, 6)}, {dice.randrange(-5, 6)})", "fill_in_blank")


def read_rows(file: Path) -> list[Row]:
    """JSON lines with `answer`, and `question`, `question_type`, `options` where there are any. Raises WeThinkError."""
    rows = []
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise WeThinkError(f"can't be read: {getattr(error, 'strerror', None) or error}", file=file) from None
    for number, line in enumerate(lines, 1):
        try:
            row = json.loads(line)
            options = tuple(row.get("options") or ())
            kind = row.get("question_type") or ("multiple_choice" if options else "fill_in_blank")
            rows.append(Row(str(row.get("question", "")), str(row["answer"]), kind, options))
        except (ValueError, KeyError, AttributeError, TypeError) as error:
            raise WeThinkError(f"not a row with an answer: {error}", file=file, row=number) from None
    if not rows:
        raise WeThinkError("no rows", file=file)
    return rows
