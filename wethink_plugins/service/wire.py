"""What goes over the wire, both ways."""

from __future__ import annotations

import json
import math
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, field_validator

from wethink_plugins.kind import kind_of
from wethink_plugins.sample import Sample
from wethink_plugins.score import Method, Score, Status

# Of Score.extra: what the journal, the metrics and a budget need. `judge_reply` is left out, it may be long.
_KEPT = (
    "question_type",
    "answer",
    "format_fault",
    "latency_s",
    "judge_called",
    "rule_undecided",
    "judge",
    "terms",
)


def _text(value: Any) -> str:
    """A number as it prints; nothing else is made into text: a missing gold would become the answer "None"."""
    if isinstance(value, str):
        return value
    number = isinstance(value, int) or (isinstance(value, float) and math.isfinite(value))
    if isinstance(value, bool) or not number:
        raise ValueError(f"{kind_of(value)}, neither text nor a number")
    return str(value)


Text = Annotated[str, BeforeValidator(_text), WithJsonSchema({"type": ["string", "number"]})]


class SampleIn(BaseModel):
    """One rollout. Only `response` and `answer` (the gold) are needed; the rest is inferred as far as it can be."""

    model_config = ConfigDict(extra="forbid")

    response: str = Field(description="The whole response, with its think and answer blocks.")
    answer: Text = Field(description="The gold answer.")
    id: Text = Field("", description="The row's id: it is named in errors and in the journal.")
    group: str | None = Field(None, description="One text for all rollouts of a prompt in a step.")
    question: str = ""
    question_type: str | None = Field(None, description="multiple_choice, fill_in_blank, descriptive; None: inferred.")
    options: list[Text] = Field([], description="The option texts in order, without letters.")
    reward_method: str = Field("auto", description="rule, model or auto.")
    images: list[str] = Field([], description="For a judge that sees: data: URLs.")
    meta: dict[str, Any] = Field({}, description="Free; goes to the journal. `step` and `split` are understood.")
    active: Annotated[float, Field(allow_inf_nan=False)] | None = Field(
        None, description="Shadow mode: the reward that this rollout is really paid, for `wethink shadow report`."
    )

    @field_validator("images")
    @classmethod
    def _no_paths(cls, images: list[str]) -> list[str]:
        """A path would be opened on the server."""
        if any(not image.startswith("data:image/") for image in images):
            raise ValueError("send images as data:image/...;base64,... URLs")
        return images

    @field_validator("meta")
    @classmethod
    def _is_json(cls, meta: dict[str, Any]) -> dict[str, Any]:
        """NaN would break the journal for all who read it. What marks shadow mode has a field of its own."""
        json.dumps(meta, allow_nan=False)
        if taken := sorted({"active", "shadow"} & set(meta)):
            raise ValueError(f"{taken[0]} is no free name; send the paid reward as `active`, beside meta")
        return meta

    def sample(self, place: int = 0) -> Sample:
        """`place` names a sample without an id."""
        fields = self.model_dump(exclude={"id", "options", "active"})
        if self.active is not None:
            shadow = {"process": os.getpid(), "dropped": 0, "unread": 0}
            fields["meta"] = {**self.meta, "active": self.active, "shadow": shadow}
        return Sample(id=self.id or f"#{place}", options=tuple(self.options), **fields)


class BatchIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    samples: list[SampleIn]


class ScoreOut(BaseModel):
    """`overall` and `accuracy` are null exactly when `status` is "unscored": leave that rollout out, don't pay it 0."""

    id: str
    group: str | None
    status: Status
    overall: float | None
    accuracy: float | None
    format: float
    method: Method
    reason: str
    grader: str
    tier: str | None
    extra: dict[str, Any] = {}

    @classmethod
    def of(cls, sample: Sample, score: Score) -> ScoreOut:
        extra = {key: _sendable(score.extra[key]) for key in _KEPT if key in score.extra}
        return cls(
            id=_sendable(sample.id),
            group=_sendable(sample.group),
            status=score.status,
            overall=score.overall,
            accuracy=score.accuracy,
            format=score.format,
            method=score.method,
            reason=_sendable(score.reason),
            grader=score.grader,
            tier=score.tier,
            extra=extra,
        )

    def score(self) -> Score:
        """As the service had it, but for the judge's own words."""
        return Score(**self.model_dump(exclude={"id", "group"}))


def _sendable(value: Any) -> Any:
    """Half surrogate pairs, which JSON can write and UTF-8 can't, as question marks."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, Mapping):
        return {_sendable(key): _sendable(one) for key, one in value.items()}
    return value


class BatchOut(BaseModel):
    """`scores` in the order of the samples; `counts`: how many of each status."""

    scores: list[ScoreOut]
    counts: dict[Status, int]

    @classmethod
    def of(cls, samples: Sequence[Sample], scores: Sequence[Score]) -> BatchOut:
        counts: dict[Any, int] = {"scored": 0, "ungradable": 0, "unscored": 0}
        counts |= Counter(score.status for score in scores)
        return cls(scores=[ScoreOut.of(*pair) for pair in zip(samples, scores, strict=True)], counts=counts)


def body_of(sample: Sample) -> dict[str, Any]:
    """The JSON that asks for this sample; images must be data: URLs (`rewards.judge.images.data_urls` makes them)."""
    names = [name for name in SampleIn.model_fields if name != "active"]
    meta = dict(sample.meta) if isinstance(sample.meta, Mapping) else {}
    shadow = {"active": meta.pop("active", None)}
    meta.pop("shadow", None)
    lists = {"options": list(sample.options), "images": list(sample.images), "meta": meta}
    return {**{name: getattr(sample, name) for name in names}, **lists, **shadow}
