"""By what items are grouped: question type, abilities, domain."""

from __future__ import annotations

from collections.abc import Iterable

from wethink_plugins.synthesis.records import ItemRecord
from wethink_plugins.synthesis.vocabulary import ABILITIES

NONE = "(none)"
# Chosen: domains are words of a model, which may be of any length and number.
_LONGEST_NAME = 60


def type_of(item: ItemRecord) -> str:
    """Of the question that was written, else of the one that was asked for."""
    known = item.draft.question or item.draft.target
    return known.question_type if known else NONE


def abilities_of(item: ItemRecord) -> tuple[str, ...]:
    """What the item ended with, else what was asked for; reasoning, which all have, is left out."""
    target = item.draft.target
    named = item.draft.abilities or (target.abilities if target else ())
    return ordered(named)


def ordered(abilities: Iterable[str]) -> tuple[str, ...]:
    """In the order of the vocabulary, each once, without reasoning."""
    found = set(abilities)
    return tuple(name for name in ABILITIES if name in found)


def combination(abilities: Iterable[str]) -> str:
    """As the YAML's mix names it: `ocr+maths`."""
    return "+".join(ordered(abilities)) or NONE


def domain_of(item: ItemRecord) -> str:
    """What the finished item was classified as, else what who asked called it."""
    return name_of(item.draft.domain) if item.draft.domain else asked_domain_of(item)


def asked_domain_of(item: ItemRecord) -> str:
    """What who asked called it: known of every question, also of those that are never classified."""
    question = item.draft.question
    return name_of(question.domain or item.draft.domain if question else item.draft.domain)


def name_of(text: str) -> str:
    """On one line and not too long."""
    plain = " ".join(text.split())
    return (plain if len(plain) <= _LONGEST_NAME else plain[: _LONGEST_NAME - 1] + "…") or NONE
