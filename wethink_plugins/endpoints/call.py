"""A call to a model, its reply, and the key of the pair in the store."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# Raise it when the same call is sent to the server in another form: old replies are then no longer found.
_KEY_VERSION = 1
# Chosen, for reservations only: what a server counts itself replaces it.
_CHARACTERS_A_TOKEN = 4
_TOKENS_AN_IMAGE = 1500


@dataclass(frozen=True, slots=True)
class Call:
    """`messages` are those of OpenAI's chat API, images as data: URLs in content parts.

    `max_tokens` is the longest reply, `temperature` 0 is greedy. `schema` is a JSON schema for the reply, used where the server supports one. `extra` are further fields of the
    request body. `salt` tells repeats of one call apart that are made on purpose. `choice` is reserved.
    """

    messages: tuple[Mapping[str, Any], ...]
    max_tokens: int = 512
    temperature: float = 0.0
    schema: Mapping[str, Any] | None = None
    choice: tuple[str, ...] = ()
    seed: int | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    salt: str = ""
    _digest: str = field(default="", init=False, repr=False, compare=False)

    def digest(self) -> str:
        """Hex digits over everything that shapes the answer but the model. TypeError for what is no JSON.

        Made once: with a picture in the messages it costs as much as all else that is done for a call.
        """
        if not self._digest:
            object.__setattr__(self, "_digest", self._new_digest())
        return self._digest

    def _new_digest(self) -> str:
        parts = [
            f"{_KEY_VERSION} {self.max_tokens} {float(self.temperature)!r} {self.seed} {len(self.salt)} {self.salt}",
            *map(_message, self.messages),
            _canonical([self.schema, self.choice, self.extra]) if self.schema or self.choice or self.extra else "",
        ]
        return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()

    def tokens_at_most(self) -> int:
        """A cautious guess: four characters a token, a fixed number an image, and the whole of `max_tokens`."""
        return sum(_prompt_tokens(message.get("content")) for message in self.messages) + self.max_tokens


@dataclass(frozen=True, slots=True)
class Reply:
    """`usd` is None where the endpoint has no prices; `attempts` and `latency_s` (seconds since the first
    attempt) are 0 for a reply from the store, and `cached` is true. `finish_reason` is the server's: stop, length, ...

    `constrained`: the server was asked for, and accepted, the schema.
    """

    text: str
    model: str
    endpoint: str
    finish_reason: str
    prompt_tokens: int
    completion_tokens: int
    usd: float | None
    cached: bool
    attempts: int
    latency_s: float
    constrained: bool


def key_of(digest: str, identity: str) -> str:
    """The store's key: the call and who was asked."""
    return hashlib.sha256(f"{digest}\0{identity}".encode()).hexdigest()


def encode(body: Mapping[str, Any]) -> bytes:
    """JSON in UTF-8; lone surrogates, which models emit and servers refuse, become question marks."""
    return json.dumps(body, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")


def _message(message: Mapping[str, Any]) -> str:
    """Text messages, which nearly all are, without the detour over JSON: it would be half the cost of a stored reply."""
    content = message.get("content")
    if type(content) is str and len(message) == 2 and type(role := message.get("role")) is str:
        return f"text {len(role)} {role} {len(content)} {content}"
    return _canonical(message)


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=_plain)


def _plain(value: Any) -> dict[str, Any]:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} in a call is no JSON")


def _prompt_tokens(content: Any) -> int:
    if isinstance(content, str):
        return len(content) // _CHARACTERS_A_TOKEN + 4
    if not isinstance(content, (list, tuple)):
        return 4
    texts = sum(len(part.get("text", "")) for part in content)
    images = sum(part.get("type") not in (None, "text") for part in content)
    return texts // _CHARACTERS_A_TOKEN + images * _TOKENS_AN_IMAGE + 4
