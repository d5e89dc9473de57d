"""One endpoint as a process uses it: address, key, prices, and what was learnt about the server.

verl serves a generative reward model behind a router that speaks the same protocol. Its address is only known inside
the run: verl gives it to a reward manager as `reward_router_address` ("10.0.0.3:8081", see
`verl.experimental.reward_loop`) and to a custom reward function as a keyword of that name. Write `base_url: router` and
hand the address to `Client.from_settings(judge, router=address)`; `model` is the path in `reward.reward_model.model_path`.
An address that is set from outside can also come from the environment: `base_url: env:NAME`.
"""

from __future__ import annotations

import logging
import math
import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from wethink_plugins import config
from wethink_plugins.endpoints.breaker import Breaker
from wethink_plugins.endpoints.call import Call, encode
from wethink_plugins.endpoints.constraint import Constraint
from wethink_plugins.endpoints.outcome import Outcome
from wethink_plugins.endpoints.slots import Slots
from wethink_plugins.errors import ConfigError

ROUTER = "router"
_log = logging.getLogger(__name__)


class Route:
    """`name` is the address as it stands in logs, ledger and `Reply.endpoint`; it never holds a secret."""

    def __init__(
        self, settings: config.Endpoint, router: str | None = None, index: int = 0, deadline_s: float = math.inf
    ) -> None:
        field = f"judge.endpoints.{index}"
        self.name = base_url_of(settings.base_url, router, field)
        self.model = settings.model
        self.identity = settings.identity or f"{self.name}\0{settings.model}"
        self.url = f"{self.name}/chat/completions"
        self.models_url = f"{self.name}/models"
        self.is_router = settings.base_url == ROUTER
        self.tokenize_url = f"{self.name.removesuffix('/v1')}/tokenize"
        self.slots = Slots(settings.max_concurrency)
        self.breaker = Breaker(deadline_s)
        self.constraint = Constraint(f"{settings.model} at {self.name}")
        self.prices = settings.usd_per_million
        self.proxy = _proxy_for(self.name)
        self._extra = settings.extra_body
        self._key = _key_from(settings.api_key_env, field)
        self._warned_no_usage = False
        self._warned_models: set[str] = set()

    def __repr__(self) -> str:
        return f"Route({self.name!r}, {self.model!r})"

    def headers(self) -> dict[str, str]:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        return {**headers, "Authorization": f"Bearer {self._key}"} if self._key else headers

    def body(self, call: Call, constraint: Mapping[str, Any]) -> bytes:
        """A null in the endpoint's `extra_body` takes a field away, for servers that refuse it."""
        body: dict[str, Any] = {
            "model": self.model,
            "messages": [dict(message) for message in call.messages],
            "max_tokens": call.max_tokens,
            "temperature": call.temperature,
            **({"seed": call.seed} if call.seed is not None else {}),
            **constraint,
            **call.extra,
            **self._extra,
        }
        return encode({name: value for name, value in body.items() if value is not None})

    def answered_by(self, model: str) -> str:
        """The model that a reply names, or the one asked for where it names none. Another one is said, once each."""
        if model and another_model(self.model, model) and model not in self._warned_models:
            self._warned_models.add(model)
            _log.warning("%s was asked for %s and answers as %s", self.name, self.model, model)
        return model or self.model

    @property
    def secret(self) -> bytes:
        return (self._key or "").encode()

    def usd(self, prompt_tokens: float, completion_tokens: float) -> float | None:
        if self.prices is None:
            return None
        return (prompt_tokens * self.prices.prompt + completion_tokens * self.prices.completion) / 1e6

    def hide(self, note: str) -> str:
        """Some servers repeat the key that they refuse; where a note is cut, `secret` hides it before that."""
        return note.replace(self._key, "***") if self._key else note

    def tokens(self, call: Call, outcome: Outcome) -> tuple[int, int]:
        """As the server counted them; guessed from the lengths where a reply came without a count."""
        if outcome.kind != "ok" or outcome.prompt_tokens is not None:
            return outcome.prompt_tokens or 0, outcome.completion_tokens or 0
        if not self._warned_no_usage:
            self._warned_no_usage = True
            _log.warning("%s at %s reports no usage; tokens are guessed from lengths", self.model, self.name)
        return max(call.tokens_at_most() - call.max_tokens, 0), len(outcome.text) // 4 + 1


def another_model(asked: str, answered: str) -> bool:
    """Whether a server answered as somebody else. A dated version of a hosted model counts: it changes, and verdicts
    with it. A router that leaves the provider's name out (`openai/NAME`) is not meant."""
    return answered.casefold() != asked.casefold() and not asked.casefold().endswith(f"/{answered.casefold()}")


def base_url_of(base_url: str, router: str | None, field: str) -> str:
    """The address to use, without a slash at its end. ConfigError for one that can't be right."""
    if base_url == ROUTER:
        base_url = _router_url(router, field)
    elif base_url.startswith("env:"):
        base_url = from_environment(base_url[4:].strip(), f"{field}.base_url")
    address = urlsplit(base_url)
    if address.scheme not in ("http", "https") or not address.hostname:
        raise ConfigError(
            f"{base_url!r} is no http address",
            fix="write http://HOST:PORT/v1, env:NAME or router",
            field=f"{field}.base_url",
        )
    if "@" in address.netloc or address.query:
        raise ConfigError(
            "holds a name, a key or a query", fix="name the key's variable in api_key_env", field=f"{field}.base_url"
        )
    if address.path.rstrip("/").endswith("/completions"):
        raise ConfigError(
            f"{base_url!r} names the call, not the server", fix="end it at /v1", field=f"{field}.base_url"
        )
    return base_url.rstrip("/")


def _router_url(router: str | None, field: str) -> str:
    if not router:
        raise ConfigError(
            "router means verl's reward-model router, and no address came from verl",
            fix="set reward.reward_model.enable=True in verl, or write the server's address",
            field=f"{field}.base_url",
        )
    return router if "://" in router else f"http://{router}/v1"


def _key_from(name: str | None, field: str) -> str | None:
    if name is None:
        return None
    key = from_environment(name, f"{field}.api_key_env")
    if not (key.isascii() and key.isprintable()):
        raise ConfigError(
            f"the environment variable {name} holds a line break or a character that no HTTP header can carry",
            fix="set it to the key alone",
            field=f"{field}.api_key_env",
        )
    return key


def from_environment(name: str, field: str) -> str:
    if not config.VARIABLE_NAME.fullmatch(name):
        raise ConfigError(
            "is no name of an environment variable (letters, digits and _; what stands there isn't shown)", field=field
        )
    value = os.environ.get(name, "").strip()
    if not value:
        raise ConfigError(f"the environment variable {name} is not set", fix=f"export {name}=...", field=field)
    return value


def _proxy_for(url: str) -> str | None:
    """Of HTTP_PROXY and its kin, read once: aiohttp's own way reads the environment at each request."""
    address = urlsplit(url)
    if proxy_bypass(address.netloc):
        return None
    return getproxies().get(address.scheme)
