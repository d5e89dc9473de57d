"""What each image of a run used, by stage and by model: from the ledger's items and the call store's attempts."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from wethink_plugins.endpoints.call import key_of
from wethink_plugins.synthesis.config import SynthesisConfig
from wethink_plugins.synthesis.records import CallRecord, ItemRecord
from wethink_plugins.synthesis.served import identity_of


@dataclass(slots=True)
class Use:
    """`usd` leaves out what has no price. `seconds`: that attempts were under way, failed ones included."""

    calls: float = 0
    prompt_tokens: float = 0
    completion_tokens: float = 0
    usd: float = 0.0
    seconds: float = 0.0

    @property
    def tokens(self) -> float:
        return self.prompt_tokens + self.completion_tokens

    def add(self, other: Use) -> None:
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass(slots=True)
class ImageUse:
    """Of all items of one image."""

    items: int = 0
    accepted: int = 0
    stages: dict[str, Use] = field(default_factory=dict)
    models: dict[str, Use] = field(default_factory=dict)

    @property
    def total(self) -> Use:
        all_of_it = Use()
        for use in self.stages.values():
            all_of_it.add(use)
        return all_of_it


def image_uses(items: Sequence[ItemRecord], config: SynthesisConfig, store: Path) -> list[ImageUse]:
    """One an image, in the order of the items. A call that several items share counts where it came first."""
    attempts = _attempts(store, {key for item in items for call in item.draft.calls for key in _keys(call, config)})
    images: dict[str, ImageUse] = {}
    seen: set[str] = set()
    for item in items:
        image = images.setdefault(item.draft.image.id, ImageUse())
        image.items += 1
        image.accepted += item.status == "passed"
        for call in item.draft.calls:
            keys = _keys(call, config)
            if keys and keys[0] in seen:
                continue
            seen.update(keys[:1])
            use = _use_of(call, [attempts[key] for key in keys if key in attempts])
            image.stages.setdefault(call.stage, Use()).add(use)
            image.models.setdefault(config.model_of(call.role) or call.model, Use()).add(use)
    return list(images.values())


def _use_of(call: CallRecord, attempts: Sequence[Use]) -> Use:
    """What its attempts used, wherever they were made; where the store has none of them, what the ledger says."""
    use = Use(1, call.prompt_tokens, call.completion_tokens, call.usd or 0.0) if not attempts else Use(1)
    for attempt in attempts:
        use.add(attempt)
    return use


def _keys(call: CallRecord, config: SynthesisConfig) -> list[str]:
    """Under which the store has the attempts of a call: one an endpoint that may have been asked."""
    name = config.model_of(call.role)
    return [key_of(call.key, identity_of(one)) for one in config.models[name].endpoints] if name else []


def _attempts(store: Path, keys: Iterable[str]) -> Mapping[str, Use]:
    """Attempts of each key, added up; `calls` 0. Empty where there is no store."""
    found: dict[str, Use] = {}
    if not store.exists():
        return found
    with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True, timeout=10.0)) as connection:
        connection.execute("CREATE TEMP TABLE wanted (key TEXT PRIMARY KEY) WITHOUT ROWID")
        connection.executemany("INSERT INTO wanted VALUES (?)", ((key,) for key in keys))
        query = (
            "SELECT a.key, SUM(prompt_tokens), SUM(completion_tokens), SUM(COALESCE(usd, 0)), SUM(latency_s) "
            "FROM attempts a JOIN wanted w ON a.key = w.key GROUP BY a.key"
        )
        for key, prompt, completion, usd, seconds in connection.execute(query):
            found[key] = Use(0, prompt, completion, usd, seconds)
    return found
