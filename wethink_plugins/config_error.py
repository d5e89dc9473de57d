"""What pydantic found wrong in the YAML, as one line of ours: the key, what stands there, the nearest known name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from wethink_plugins.errors import ConfigError


def as_config_error(error: ValidationError, file: Path | None, root: type[BaseModel]) -> ConfigError:
    """Of the first fault; how many more there are is said. `root` is the model that was read."""
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"])
    more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
    if first["type"] == "extra_forbidden":
        return ConfigError(
            f"unknown key{more}", fix=_nearest_key(first["loc"], root), file=file or "config", field=field
        )
    message = first["msg"].removeprefix("Value error, ")
    found = "" if _may_hold_a_key(first) else f", found {first['input']!r}"
    return ConfigError(
        f"{message}{found}{more}",
        fix="see `wethink recipe show config`",
        file=file or "config",
        field=field,
    )


def _may_hold_a_key(fault: Mapping[str, Any]) -> bool:
    """Some write the key itself where its variable's name belongs; it must not get into a log."""
    return "api_key" in f"{fault['loc']} {fault['input']!r}"


def _nearest_key(location: tuple[int | str, ...], root: type[BaseModel]) -> str:
    import difflib

    section = _section_at(location[:-1], root)
    names = list(section.model_fields) if section else []
    close = difflib.get_close_matches(str(location[-1]), names, n=1, cutoff=0.5)
    return f"did you mean {close[0]!r}?" if close else f"known here: {', '.join(names)}"


def _section_at(location: tuple[int | str, ...], root: type[BaseModel]) -> type[BaseModel] | None:
    section: type[BaseModel] | None = root
    for part in location:
        if section is not None and part in section.model_fields:  # else a place in a list, or a name in a mapping
            section = _section_of(section.model_fields[str(part)].annotation)
    return section


def _section_of(annotation: Any) -> Any:
    inner = getattr(annotation, "__args__", (annotation,))
    return next((kind for kind in inner if isinstance(kind, type) and issubclass(kind, BaseModel)), None)
