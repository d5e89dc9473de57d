"""How unlike each other the questions of a set are, in figures that sets of different sizes can be compared by."""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from hashlib import blake2b
from typing import Any

from wethink_plugins.rows import Row
from wethink_plugins.synthesis.steering.rounds import asked_by, cell_name, combination
from wethink_plugins.synthesis.steering.wording import masked, triples, words

DRAW = 1000
"""Rows that `triples_per_draw` is of, fewer where a set has fewer; *chosen*."""
SAMPLE = 300
"""Rows whose nearest neighbour is looked for; *chosen*."""


@dataclass(frozen=True)
class Diversity:
    """`images`, `wordings`: distinct ones; a wording is a question without its options, all its numbers alike.

    `problems`: distinct pairs of wording and answer. `effective_cells`: so many pairs of ability combination and question
    type, all equally frequent, would be as mixed (exponential of the entropy); at least 1. `effective_wordings`: the
    same of wordings. `triples_per_draw`: distinct word triples that are to be expected in `draw` rows drawn by chance.
    `nearest`: mean share of common word triples with the most similar other question; 1: all have a twin.
    `cells`: cell -> rows.
    """

    rows: int
    images: int
    wordings: int
    problems: int
    effective_wordings: float
    effective_cells: float
    draw: int
    triples_per_draw: float
    nearest: float
    cells: dict[str, int]

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def diversity_of(rows: Iterable[Row], draw: int = DRAW) -> Diversity:
    """One pass; it remembers the triples of each wording. Sets are compared with the same `draw`."""
    images, cells = set[int](), Counter[str]()
    wordings, problems = Counter[int](), set[int]()
    sets: dict[int, array[int]] = {}
    for row in rows:
        asked = asked_by(row)
        found = masked(words(asked.question))
        wording = _digest(" ".join(found))
        wordings[wording] += 1
        if wording not in sets:
            sets[wording] = triples(found)
        problems.add(_digest(f"{wording}\0{' '.join(words(asked.answer)) or asked.answer}"))
        images.update(map(_digest, row.image_path))
        cells[cell_name(combination(row.abilities), row.question_type)] += 1
    total, draw = wordings.total(), min(draw, wordings.total())
    return Diversity(
        rows=total,
        images=len(images),
        wordings=len(wordings),
        problems=len(problems),
        effective_wordings=round(effective(wordings), 2),
        effective_cells=round(effective(cells), 3),
        draw=draw,
        triples_per_draw=round(_distinct_in(draw, total, _frequencies(wordings, sets)), 1),
        nearest=round(_nearest(wordings, sets), 4),
        cells=dict(sorted(cells.items())),
    )


def effective(counts: Mapping[Any, int]) -> float:
    """How many equally frequent ones are as mixed as these; 0 of none."""
    total = sum(counts.values())
    shares = (count / total for count in counts.values() if count)
    return math.exp(-sum(share * math.log(share) for share in shares)) if total else 0.0


def _frequencies(wordings: Counter[int], sets: Mapping[int, array[int]]) -> Counter[int]:
    """In how many rows a triple stands -> triples."""
    rows = Counter[int]()
    for wording, count in wordings.items():
        for triple in sets[wording]:
            rows[triple] += count
    return Counter(rows.values())


def _distinct_in(draw: int, total: int, frequencies: Mapping[int, int]) -> float:
    """Rarefaction: a triple of n rows is missed by C(total - n, draw) of C(total, draw) draws."""
    return sum(triples * (1 - _missed(draw, total, rows)) for rows, triples in frequencies.items())


def _missed(draw: int, total: int, rows: int) -> float:
    if total - rows < draw:
        return 0.0
    log = math.lgamma
    return math.exp(log(total - rows + 1) - log(total - rows - draw + 1) - log(total + 1) + log(total - draw + 1))


def _nearest(wordings: Counter[int], sets: Mapping[int, array[int]]) -> float:
    """Of rows drawn evenly by the digests of their wordings; each row counts, so a wording of two rows has a twin."""
    order = sorted(wordings)
    step = max(1, len(order) // SAMPLE)
    sample = order[::step]
    alone = {wording for wording in sample if wordings[wording] == 1}
    best = dict.fromkeys(alone, 0.0)
    holders: dict[int, list[int]] = {}
    for wording in alone:
        for triple in sets[wording]:
            holders.setdefault(triple, []).append(wording)
    for other, own in sets.items():
        common = Counter(wording for triple in own if triple in holders for wording in holders[triple])
        for wording, number in common.items():
            if wording != other:
                best[wording] = max(best[wording], number / (len(own) + len(sets[wording]) - number))
    weight = sum(wordings[wording] for wording in sample)
    twins = weight - len(alone)
    return (twins + sum(best.values())) / weight if weight else 0.0


def _digest(text: str) -> int:
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")
