"""The attacks that ship with the package: responses that a reward must not pay, whatever it thinks of them."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True)
class Attack:
    """`gold` is only what the row's answer is; nothing in the response earns it."""

    id: str
    family: str
    question_type: str
    options: tuple[str, ...]
    gold: str
    response: str


@dataclass(frozen=True)
class Outcome:
    """`reward` is None when the reward failed to give a finite number, which is as bad as paying."""

    attack: Attack
    reward: float | None
    error: str = ""


def load_attacks() -> list[Attack]:
    """All attacks; size bombs are unfolded here and kept short in the file."""
    return list(_attacks(files(__package__).joinpath("attacks.jsonl").read_text(encoding="ascii")))


def _attacks(text: str) -> Iterator[Attack]:
    for line in text.splitlines():
        row = json.loads(line)
        response = row["response"]
        if "repeat" in row:
            piece, count = row["repeat"]
            response = response.replace("{X}", piece * count)
        yield Attack(row["id"], row["family"], row["question_type"], tuple(row["options"]), row["gold"], response)


def try_attacks(reward: Callable[[Attack], float | None], attacks: Sequence[Attack] = ()) -> list[Outcome]:
    """What a reward gives each attack. An exception is kept as the outcome's error, since it would end a training."""
    outcomes = []
    for attack in attacks or load_attacks():
        try:
            outcomes.append(Outcome(attack, finite(reward(attack))))
        except Exception as error:  # noqa: BLE001 - a foreign reward may raise anything
            outcomes.append(Outcome(attack, None, f"{type(error).__name__}: {error}"[:200]))
    return outcomes


def finite(paid: float | None) -> float | None:
    """ValueError for NaN and infinity: NaN is below every threshold, and would pass for a refusal."""
    if paid is not None and not math.isfinite(paid):
        raise ValueError(f"{paid} is no finite number")
    return paid
