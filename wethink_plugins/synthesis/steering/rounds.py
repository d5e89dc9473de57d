"""Rounds: what is accepted of one, and what the items of the next are asked to be.

Everything is a function of the settings, the base and the records of items in their order, so a resumed run decides the
same. How much of each value is wanted is told in `mix`, which values go together in `pairing`, what is a repeat in
`near_duplicates`.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from typing import cast

from wethink_plugins.options import LETTERS, split_options
from wethink_plugins.rows import Row
from wethink_plugins.synthesis.abilities import counts_as
from wethink_plugins.synthesis.config import SynthesisConfig
from wethink_plugins.synthesis.records import Draft, ItemRecord, RoundRecord, Target
from wethink_plugins.synthesis.steering.mix import ENOUGH, Dimension, Plan
from wethink_plugins.synthesis.steering.near_duplicates import Asked, NearDuplicates
from wethink_plugins.synthesis.steering.pairing import Cell, dealt, drawn, image_of, paired
from wethink_plugins.synthesis.steering.remembered import Remembered
from wethink_plugins.synthesis.vocabulary import ABILITIES, Ability
from wethink_plugins.vocabulary import QuestionType, fold

NO_ABILITY = "none"
# Tries that say as much of a pair as what its two sides say, and tries without success after which it is left; *chosen*.
_PRIOR, _DEAD = 10, 50


class Steering:
    """`base`: rows that are there already (`--extend`); they count into the mix and can be repeated."""

    def __init__(self, config: SynthesisConfig, base: Iterable[Row] = ()) -> None:
        mix, self._seed = config.mix, config.seed
        self._several = config.questions_per_image > 1
        self._avoid = config.rounds.avoid
        self._abilities = Dimension("abilities", mix.abilities)
        self._types = Dimension("question type", mix.question_types)
        self._domains = Dimension("domain", mix.domains)
        self._domain_names = {fold(name): name for name in mix.domains}
        self._cells = Dimension("cell", {})
        self._repeated = NearDuplicates(config.rounds.near_duplicate, config.rounds.repeats)
        self._remembered = Remembered(config.rounds.avoid)
        for row in base:
            self._add_base(row)

    def first(self, upcoming: Sequence[str]) -> RoundRecord:
        """Round -1, before any item: the targets of round 0."""
        return self._closed(-1, {}, upcoming)

    def close(self, round: int, items: Sequence[ItemRecord], upcoming: Sequence[str]) -> RoundRecord:
        """`items`: all of the round, in any order; `upcoming`: ids of the next round's."""
        duplicates: dict[str, str] = {}
        for item in sorted(items, key=lambda one: one.number):
            if item.status == "passed" and (why := self._repeated.found(asked_in(item))):
                duplicates[item.item] = why
            self._add(item, accepted=item.status == "passed" and item.item not in duplicates)
        return self._closed(round, duplicates, upcoming)

    def restore(self, record: RoundRecord, items: Sequence[ItemRecord]) -> None:
        """As `close` of the same round and items, which gave this record."""
        for item in sorted(items, key=lambda one: one.number):
            self._add(item, accepted=item.status == "passed" and item.item not in record.duplicates)

    def _closed(self, round: int, duplicates: dict[str, str], upcoming: Sequence[str]) -> RoundRecord:
        targets, notes = self._targets(round + 1, upcoming)
        sides = {"abilities": self._abilities, "question_type": self._types, "domain": self._domains}
        return RoundRecord(
            round=round,
            duplicates=duplicates,
            counts={kind: dict(sorted(side.counts.items())) for kind, side in sides.items()},
            tried={kind: dict(sorted(side.tried.items())) for kind, side in sides.items()},
            targets=targets,
            notes=notes,
        )

    def _targets(self, round: int, upcoming: Sequence[str]) -> tuple[dict[str, Target], tuple[str, ...]]:
        if not upcoming:
            return {}, ()
        rng = random.Random(f"steering {self._seed} {round}")
        abilities, types = self._abilities.plan(len(upcoming)), self._types.plan(len(upcoming))
        weights = self._weights()
        table = paired(abilities.tries, types.tries, weights)
        cells = dealt(drawn(table, len(upcoming), rng), upcoming, rng)
        domains, plan = self._domains_of(upcoming, rng)
        told = {cell: self._remembered.of_cell(cell) for cell in set(cells.values())}
        targets = {
            item: Target(
                abilities=ordered(cell[0].split("+")),
                question_type=cast(QuestionType, cell[1]),  # the mix names no others
                domains=domains[item],
                avoid=self._avoided(item, told[cell]),
            )
            for item, cell in cells.items()
        }
        return targets, (
            *self._outside(round),
            *self._nothing(),
            *self._dead(weights),
            *abilities.notes,
            *types.notes,
            *plan.notes,
        )

    def _outside(self, round: int) -> tuple[str, ...]:
        """Said once."""
        rows = self._abilities.base.total()
        known = sum(self._abilities.base[name] for name in self._abilities.shares)
        if round or known == rows:
            return ()
        return (f"{rows - known} of {rows} rows of the base need abilities that mix.abilities doesn't name together; they count for nothing",)  # fmt: skip

    def _nothing(self) -> tuple[str, ...]:
        tried, accepted = self._cells.tried.total(), self._cells.counts.total()
        return () if accepted or tried < ENOUGH else (f"none of {tried} items that were asked for was accepted",)

    def _weights(self) -> dict[Cell, float]:
        return {(a, t): self._weight(a, t) for a in self._abilities.shares for t in self._types.shares}

    def _weight(self, ability: str, kind: str) -> float:
        """How often a pair is accepted over what its two sides let expect, at most 1; 0: never, though others are."""
        cell = cell_name(ability, kind)
        hits, tried = self._cells.hits[cell], self._cells.tried[cell]
        if not hits and tried >= _DEAD and self._cells.hits.total():
            return 0.0
        if not (self._abilities.hits[ability] and self._types.hits[kind]):
            return 1.0
        expected = self._abilities.rate(ability) * self._types.rate(kind) / self._types.mean_rate
        return min(1.0, (hits / expected + _PRIOR) / (tried + _PRIOR))

    def _dead(self, weights: Mapping[Cell, float]) -> tuple[str, ...]:
        names = [cell_name(*cell) for cell, weight in weights.items() if not weight]
        told = ", ".join(f"{name} (0 of {self._cells.tried[name]})" for name in names)
        return (f"never came out as asked, so only a probe of each round is: {told}",) if names else ()

    def _domains_of(self, upcoming: Sequence[str], rng: random.Random) -> tuple[dict[str, tuple[str, ...]], Plan]:
        """Each item's own first, then the others, the most missing first."""
        if not self._domains.shares:
            return dict.fromkeys(upcoming, ()), Plan({})
        plan = self._domains.plan(len(upcoming))
        order = sorted(plan.tries, key=lambda name: -plan.tries[name])
        first = drawn(plan.tries, len(upcoming), rng)
        rng.shuffle(first)
        lists = {name: (name, *(other for other in order if other != name)) for name in order}
        return {item: lists[name] for item, name in zip(upcoming, first, strict=True)}, plan

    def _avoided(self, item: str, of_cell: tuple[str, ...]) -> tuple[str, ...]:
        """What was asked about its own image comes first."""
        return tuple(dict.fromkeys((*self._remembered.of_image(image_of(item)), *of_cell)))[: self._avoid]

    def _add(self, item: ItemRecord, accepted: bool) -> None:
        draft, target = item.draft, item.draft.target
        ability, kind, domain = self._became(draft)
        wanted = (combination(target.abilities), target.question_type) if target else None
        self._abilities.add(wanted and wanted[0], ability if accepted else None)
        self._types.add(wanted and wanted[1], kind if accepted else None)
        self._domains.add(target.domains[0] if target and target.domains else None, domain if accepted else None)
        self._cells.add(wanted and cell_name(*wanted), cell_name(ability, kind) if accepted else None)
        if accepted:
            asked = asked_in(item)
            self._repeated.add(asked)
            self._remembered.add(asked.question, (ability, kind), image_of(item.item) if self._several else None)

    def _became(self, draft: Draft) -> tuple[str, str, str]:
        asked = draft.target.abilities if draft.target else None
        ability = counts_as(draft.abilities, asked, self._abilities.shares) or NO_ABILITY
        kind = draft.question.question_type if draft.question else ""
        domain = draft.domain or (draft.question.domain if draft.question else "")
        return ability, kind, self._domain(domain)

    def _domain(self, name: str) -> str:
        """In the mix's spelling."""
        return self._domain_names.get(fold(name), name.strip()) or "none"

    def _add_base(self, row: Row) -> None:
        ability = combination(row.abilities)
        self._abilities.base[ability] += 1
        self._types.base[row.question_type] += 1
        self._domains.base[self._domain(str(row.extra.get("domain") or ""))] += 1
        asked = asked_by(row)
        self._repeated.add(asked)
        self._remembered.add(asked.question, (ability, row.question_type))


def combination(abilities: Iterable[str]) -> str:
    """As the mix spells it: known ones beside reasoning, in the order of ABILITIES, joined by +."""
    return "+".join(ordered(abilities)) or NO_ABILITY


def ordered(abilities: Iterable[str]) -> tuple[Ability, ...]:
    """Those that are known, whatever their spelling, each once."""
    found = {fold(name) for name in abilities}
    return tuple(name for name in ABILITIES if fold(name) in found)


def cell_name(ability: str, kind: str) -> str:
    return f"{ability} / {kind}"


def asked_in(item: ItemRecord) -> Asked:
    draft, question = item.draft, item.draft.question
    text, options = (question.question, question.options) if question else ("", ())
    answer = option_of(draft.answer, options)
    return Asked(item.item, (draft.image.path,), text, answer, bool(options))


def asked_by(row: Row) -> Asked:
    text = split_options(row.problem)[0]
    return Asked(row.id, row.image_path, text, option_of(row.answer, row.options), bool(row.options))


def option_of(answer: str, options: Sequence[str]) -> str:
    """The text of an option's letter."""
    place = LETTERS.find(answer.strip().strip("().").upper()) if len(answer.strip()) <= 3 and answer.strip() else -1
    return options[place] if 0 <= place < len(options) else answer
