"""What of a run's YAML may change between `run` and `resume`: its limits, and where and how fast its models are served.

A model is the name that its servers know it by and what is sampled with; an address is none of it. Replies that are in
the store are kept under the address that gave them, so an endpoint that moved keeps that one as its `identity`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from wethink_plugins.config import Endpoint
from wethink_plugins.synthesis.config import ModelSettings, SynthesisConfig

_OF_RUN = {"limits", "store", "models"}
_OF_MODEL = {"endpoints", "deadline_s", "rate"}


def differing(old: SynthesisConfig, new: SynthesisConfig) -> list[str]:
    """Keys that shape a row and have another value; none where a run may go on with `new`."""
    before, after = old.model_dump(exclude=_OF_RUN), new.model_dump(exclude=_OF_RUN)
    found = [key for key in before if before[key] != after[key]]
    if set(old.models) != set(new.models):
        return [*found, "models"]
    return found + [name for model in old.models for name in _of_model(model, old.models[model], new.models[model])]


def gone_on(old: SynthesisConfig, new: SynthesisConfig) -> SynthesisConfig:
    """`old` with the limits and the servers of `new`, from which it must not differ otherwise."""
    models = {
        name: settings.model_copy(update={"endpoints": _moved(old.models[name].endpoints, settings.endpoints)})
        for name, settings in new.models.items()
    }
    return old.model_copy(update={"limits": new.limits, "models": {name: models[name] for name in old.models}})


def pinned(config: SynthesisConfig) -> SynthesisConfig:
    """With the identity of each endpoint whose address comes from the environment, which may say another one later.

    ConfigError where the environment has none.
    """
    models = {
        name: settings.model_copy(update={"endpoints": [_pinned(one) for one in settings.endpoints]})
        for name, settings in config.models.items()
    }
    return config.model_copy(update={"models": models})


def identity_of(endpoint: Endpoint) -> str:
    """Whose replies these are, to the store. ConfigError for an address that can't be right."""
    from wethink_plugins.endpoints.route import base_url_of

    return endpoint.identity or f"{base_url_of(endpoint.base_url, None, 'models')}\0{endpoint.model}"


def _pinned(endpoint: Endpoint) -> Endpoint:
    from_outside = endpoint.base_url.startswith("env:") and endpoint.identity is None
    return endpoint.model_copy(update={"identity": identity_of(endpoint)}) if from_outside else endpoint


def _of_model(name: str, old: ModelSettings, new: ModelSettings) -> list[str]:
    before, after = old.model_dump(exclude=_OF_MODEL), new.model_dump(exclude=_OF_MODEL)
    found = [f"models.{name}.{key}" for key in before if before[key] != after[key]]
    repliers = [list(dict.fromkeys(map(_replier, some))) for some in (old.endpoints, new.endpoints)]
    if repliers[0] != repliers[1]:
        return [*found, f"models.{name}.endpoints (model or extra_body)"]
    known = {one.identity for one in old.endpoints} | {identity_of(one) for one in old.endpoints}
    if any(one.identity and one.identity not in known for one in new.endpoints):
        found.append(f"models.{name}.endpoints (identity)")
    return found


def _replier(endpoint: Endpoint) -> str:
    return json.dumps([endpoint.model, endpoint.extra_body], sort_keys=True)


def _moved(old: Sequence[Endpoint], new: Sequence[Endpoint]) -> list[Endpoint]:
    """An endpoint at an address that the run hasn't met takes over from the old one of its place, or from the last."""
    found, place = [], dict.fromkeys(map(_replier, old), 0)
    for one in new:
        before = [other for other in old if _replier(other) == _replier(one)]
        here = [other for other in before if other.base_url == one.base_url]
        known = here[0] if here else before[min(place[_replier(one)], len(before) - 1)]
        place[_replier(one)] += 1
        inherited = known.identity if here else identity_of(known)
        found.append(one if one.identity else one.model_copy(update={"identity": inherited}))
    return found
