"""Items as a run would make them, without a run: how often each pair of ability and type is accepted is given."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from wethink_plugins.synthesis.config import SynthesisConfig
from wethink_plugins.synthesis.records import Draft, ImageRef, ItemRecord, Question, RoundRecord, Target
from wethink_plugins.synthesis.steering import Steering

Rate = Callable[[Target], float]


def settings(**changed: Any) -> SynthesisConfig:
    return SynthesisConfig.model_validate(
        {
            "models": {"one": {"endpoints": [{"base_url": "http://127.0.0.1:1/v1", "model": "m"}]}},
            "roles": {},
            "stages": ["describe"],
            **changed,
        }
    )


def ids(start: int, number: int, an_image: int = 1) -> list[str]:
    return [f"im-{n // an_image:05d}#{n % an_image}" for n in range(start, start + number)]


def item(
    name: str,
    number: int,
    target: Target | None,
    round: int = 0,
    passed: bool = True,
    text: str | None = None,
    **draft: Any,
) -> ItemRecord:
    """What was asked for, word for word, unless the draft says otherwise."""
    image = ImageRef(id=name.rpartition("#")[0], source="s", path=f"s/{name.rpartition('#')[0]}.png", place={})
    made: dict[str, Any] = {"image": image, "target": target}
    if target is not None:
        text = text or f"Question {name} of a kind that nobody else asked, number {number}?"
        made["question"] = Question(question=text, question_type=target.question_type)
        made |= {"abilities": ("reasoning", *target.abilities), "domain": (target.domains or ("",))[0], "answer": name}
    return ItemRecord(
        item=name, number=number, round=round, status="passed" if passed else "rejected", draft=Draft(**{**made, **draft})
    )  # fmt: skip


def run(
    config: SynthesisConfig,
    rate: Rate,
    rounds: int,
    base: Sequence[Any] = (),
    steered: bool = True,
    make: Callable[..., ItemRecord] = item,
) -> tuple[Steering, list[RoundRecord], list[list[ItemRecord]]]:
    """Not steered: targets of each round are drawn from the mix alone, whatever became of those before."""
    size, steering = config.rounds.size, Steering(config, base)
    rng = random.Random(f"{config.seed} outcome")
    records, all_items = [steering.first(ids(0, size, config.questions_per_image))], []
    for round in range(rounds):
        targets: Mapping[str, Target] = records[-1 if steered else 0].targets
        targets = targets if steered else _again(targets, round * size, config.questions_per_image)
        made = [
            make(name, round * size + place, target, round, passed=rng.random() < rate(target))
            for place, (name, target) in enumerate(targets.items())
        ]
        all_items.append(made)
        upcoming = ids((round + 1) * size, size, config.questions_per_image)
        records.append(steering.close(round, rng.sample(made, len(made)), upcoming))
    return steering, records, all_items


def _again(targets: Mapping[str, Target], start: int, an_image: int) -> dict[str, Target]:
    return dict(zip(ids(start, len(targets), an_image), targets.values(), strict=True))


def distance(counts: Mapping[str, int], wanted: Mapping[str, float]) -> float:
    """The largest difference of a share from the wanted one."""
    total = sum(counts.values()) or 1
    whole = sum(wanted.values())
    return max(abs(counts.get(value, 0) / total - weight / whole) for value, weight in wanted.items())
