"""The paper's benchmarks: what VLMEvalKit calls them, which of its numbers counts, and what the sources say."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from wethink_plugins.config_error import as_config_error
from wethink_plugins.errors import ConfigError
from wethink_plugins.shipped import shipped
from wethink_plugins.unique_keys import RepeatedKey, load_yaml

Role = Literal["base", "trained"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Reported(_Part):
    """A number that somebody else reports; `of` says of which model."""

    of: Role
    value: float
    source: str


class Instead(_Part):
    """Another split, for who can't have the paper's."""

    keys: list[str]
    why: str


class Benchmark(_Part):
    """`read` are patterns of metric names in VLMEvalKit's results; the value is the mean over them and over `keys`,
    `times` a factor that makes it what the sources print. `in_average`: the factor with which it counts in averages."""

    name: str
    groups: Annotated[list[str], Field(min_length=1)]
    keys: Annotated[list[str], Field(min_length=1)]
    read: Annotated[list[str], Field(min_length=1)]
    times: float = 1.0
    in_average: float = 1.0
    metric: str
    judge: str
    paper: dict[Role, float] = {}
    source: str = ""
    conflicts: list[Reported] = []
    instead: Instead | None = None
    note: str = ""


class Listed(_Part):
    """`unknown` says what of the paper's list isn't known; `averages`: the paper's, by group."""

    unknown: str = ""
    sources: dict[str, str] = {}
    averages: dict[str, dict[Role, float]] = {}
    benchmarks: Annotated[list[Benchmark], Field(min_length=1)]


def read_benchmarks(file: Path | None = None) -> Listed:
    """Of `file`, by default of recipes/evaluation/benchmarks.yaml. ConfigError names file and key."""
    file = file if file is not None else shipped("recipes") / "evaluation" / "benchmarks.yaml"
    try:
        listed = Listed.model_validate(_mapping(file))
    except ValidationError as error:
        raise as_config_error(error, file, Listed) from None
    for benchmark in listed.benchmarks:
        named = {benchmark.source, *(one.source for one in benchmark.conflicts)} - {""}
        if unknown := sorted(named - listed.sources.keys()):
            raise ConfigError(f"no source {unknown[0]!r}", fix="add it under sources", file=file, field=benchmark.name)
    return listed


def _mapping(file: Path) -> Mapping[str, Any]:
    import yaml

    try:
        value = load_yaml(file.read_text(encoding="utf-8"))
    except RepeatedKey as error:
        raise ConfigError(str(error), fix="merge the two or remove one", file=file, field=error.key) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"can't be read: {error}", fix="check the path", file=file) from None
    except yaml.YAMLError as error:
        raise ConfigError(f"not valid YAML: {' '.join(str(error).split())}", file=file) from None
    if not isinstance(value, Mapping):
        raise ConfigError("holds no keys", fix="start from recipes/evaluation/benchmarks.yaml", file=file)
    return value
