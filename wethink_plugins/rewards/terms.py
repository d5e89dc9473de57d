"""Reward terms of the user's own, added beside accuracy and format."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from wethink_plugins.config import Term
from wethink_plugins.errors import ConfigError, TermError
from wethink_plugins.kind import kind_of
from wethink_plugins.registry import resolve
from wethink_plugins.sample import Sample
from wethink_plugins.score import Score

TermFunction = Callable[[Sample, Score], float]


@dataclass(frozen=True)
class LoadedTerm:
    name: str
    weight: float
    function: TermFunction


def load_terms(terms: Sequence[Term]) -> tuple[LoadedTerm, ...]:
    """ConfigError for a function that can't be found or called: at start, not in the first batch."""
    return tuple(LoadedTerm(term.name, term.weight, _function_of(term)) for term in terms)


def _function_of(term: Term) -> TermFunction:
    function = resolve(term.function, "rewards")
    if not callable(function):
        raise ConfigError(
            f"{term.function!r} is {kind_of(function)}, not a function",
            fix="name a function of (sample, score)",
            field=f"terms.{term.name}",
        )
    named: TermFunction = function
    return named


def term_values(terms: Sequence[LoadedTerm], sample: Sample, score: Score) -> dict[str, float]:
    """Name -> unweighted value. TermError names the term and the row for one that raises or isn't finite."""
    return {term.name: _value(term, sample, score) for term in terms}


def _value(term: LoadedTerm, sample: Sample, score: Score) -> float:
    try:
        value = float(term.function(sample, score))
    except Exception as error:
        raise TermError(f"raised {type(error).__name__}: {error}", row=sample.id, field=f"term {term.name}") from error
    if not math.isfinite(term.weight * value):
        raise TermError(f"returned {value}", fix="return a finite float", row=sample.id, field=f"term {term.name}")
    return value
