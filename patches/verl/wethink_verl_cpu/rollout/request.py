"""What is asked of the server and what it answers, free of verl and Ray."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from PIL.Image import Image


@dataclass(frozen=True)
class Sampling:
    """How an answer is drawn; requests with equal ones can share a batch."""

    max_new: int
    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0
    log_probs: bool = False

    @classmethod
    def read(cls, given: Mapping[str, Any], response_length: int) -> Sampling:
        """From verl's `sampling_params`, where -1 or 0 means no top-k and either name gives the length."""
        return cls(
            max_new=int(given.get("max_tokens") or given.get("max_new_tokens") or response_length),
            temperature=float(given.get("temperature", 1.0)),
            top_k=max(0, int(given.get("top_k", 0))),
            top_p=float(given.get("top_p", 1.0)),
            log_probs=bool(given.get("logprobs")),
        )


@dataclass(frozen=True)
class Prompt:
    """Tokens, with their image placeholders already expanded, and the images they stand for."""

    ids: tuple[int, ...]
    images: Sequence[Image] = ()
    key: bytes = field(init=False)
    """Equal for equal prompts: Ray hands each rollout its own copy of the image."""

    def __post_init__(self) -> None:
        digest = hashlib.sha256(repr(self.ids).encode())
        for image in self.images:
            digest.update(repr((image.mode, image.size)).encode() + image.tobytes())
        object.__setattr__(self, "key", digest.digest())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Prompt) and other.key == self.key

    def __hash__(self) -> int:
        return hash(self.key)


@dataclass(frozen=True)
class Answer:
    """Generated tokens, the end token included if it was reached, and their log-probabilities if asked for."""

    ids: list[int]
    log_probs: list[float] | None
