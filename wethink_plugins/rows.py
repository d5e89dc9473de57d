"""One row of a WeThink dataset, as people write it, read into one shape."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from pydantic import BaseModel, ConfigDict

from wethink_plugins.config import Aliases
from wethink_plugins.errors import WeThinkError
from wethink_plugins.kind import kind_of
from wethink_plugins.options import LETTERS, split_options
from wethink_plugins.synonyms import other_name
from wethink_plugins.vocabulary import (
    QUESTION_TYPES,
    REWARD_METHODS,
    QuestionType,
    RewardMethod,
    read_question_type,
    read_reward_method,
)

_OWN_KEYS = frozenset(
    "id problem answer category abilities refined_cot image_path reward options source response split".split()
)


class UnknownValue(WeThinkError):
    """A category or reward method in a spelling that neither we nor the YAML's aliases know."""

    def __init__(self, kind: str, value: str, field: str, choices: tuple[str, ...]) -> None:
        self.kind, self.value = kind, value
        super().__init__(
            f"unknown {kind.replace('_', ' ')} {value!r}" if value else f"no {kind.replace('_', ' ')}",
            fix=f"use {', '.join(choices)} or add it under aliases.{kind}",
            field=field,
            defect="unknown_value",
        )


class Row(BaseModel):
    """`category` and `reward` are as written, `question_type` and `reward_method` what they mean.

    `options` are the option texts in order, without letters. `response` is a whole assistant text that stands in for
    the one rendered from chain of thought and answer. `image_path` is as written, `image_files` are the same images
    as absolute paths, filled in by validation. `extra` holds every key that isn't ours.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    problem: str
    answer: str
    category: str
    question_type: QuestionType
    reward: str = "auto"
    reward_method: RewardMethod = "auto"
    abilities: tuple[str, ...] = ()
    refined_cot: str | None = None
    image_path: tuple[str, ...] = ()
    image_files: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    source: str = ""
    response: str | None = None
    split: str | None = None
    extra: dict[str, Any] = {}

    @classmethod
    def read(
        cls, record: Mapping[str, Any], aliases: Aliases | None = None, question_type: QuestionType | None = None
    ) -> Row:
        """From one record of a file; `question_type` overrides what its category says.

        Raises WeThinkError, naming the field, for the first thing that can't be read, UnknownValue for a spelling.
        """
        aliases = aliases or Aliases()
        problem, images = _text(record, "problem"), _images(record)
        return cls(
            id=row_id(record),
            problem=problem,
            answer=_text(record, "answer"),
            category=str(record.get("category") or ""),
            question_type=question_type or _question_type(record.get("category"), aliases),
            reward=str(record.get("reward") or "auto"),
            reward_method=_reward_method(record.get("reward"), aliases),
            abilities=_abilities(record.get("abilities")),
            refined_cot=_optional_text(record, "refined_cot"),
            image_path=images,
            options=_options(record.get("options")) or split_options(problem)[1],
            source=_optional_text(record, "source") or first_folder(images),
            response=str(record["response"])
            if _optional_text(record, "response")
            else None,  # verbatim, blanks included
            split=_optional_text(record, "split"),
            extra={key: value for key, value in record.items() if key not in _OWN_KEYS},
        )

    @property
    def needs_judge(self) -> bool:
        """Whether its reward comes from a model: asked for by name, or descriptive with `auto`."""
        return self.reward_method == "model" or (self.reward_method == "auto" and self.question_type == "descriptive")


def has_own_id(record: Mapping[str, Any]) -> bool:
    """Whether the file gives the row an id; `row_id` makes one for a row without."""
    return record.get("id") is not None and bool(str(record["id"]).strip())


def row_id(record: Mapping[str, Any]) -> str:
    """The record's own id, else the first 12 hex digits of the SHA-256 of its content (independent of key order)."""
    if has_own_id(record):
        return str(record["id"]).strip()
    return hashlib.sha256(json.dumps(record, sort_keys=True, default=str).encode()).hexdigest()[:12]


def _text(record: Mapping[str, Any], field: str) -> str:
    text = _optional_text(record, field)
    if text is None:
        found = "is empty" if field in record else "is missing"
        raise _missing(record, field, found, "fill it in or remove the row")
    return text


def _missing(record: Mapping[str, Any], field: str, found: str, otherwise: str) -> WeThinkError:
    name = other_name(record, field)
    more, fix = (f", and the row has `{name}`", f"is that it? rename it to {field}") if name else ("", otherwise)
    return WeThinkError(found + more, fix=fix, field=field, defect="missing_field")


def _images(record: Mapping[str, Any]) -> tuple[str, ...]:
    """Without a path the row is a text-only one; but not where its picture lies under another name."""
    paths = _paths(record.get("image_path"))
    if not paths and other_name(record, "image_path"):
        raise _missing(record, "image_path", "is empty" if "image_path" in record else "is missing", "")
    return paths


def _optional_text(record: Mapping[str, Any], field: str) -> str | None:
    """Stripped, None when there is nothing; numbers are taken as they print."""
    value = record.get(field)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise WeThinkError(f"is {kind_of(value)}, not text", fix="write it as a string", field=field)
    return str(value).strip() or None


def _question_type(value: object, aliases: Aliases) -> QuestionType:
    found = read_question_type(value, aliases.question_type) if value is not None else None
    if found is None:
        raise UnknownValue("question_type", str(value or ""), "category", QUESTION_TYPES)
    return found


def _reward_method(value: object, aliases: Aliases) -> RewardMethod:
    if value is None or not str(value).strip():
        return "auto"
    found = read_reward_method(value, aliases.reward_method)
    if found is None:
        raise UnknownValue("reward_method", str(value), "reward", REWARD_METHODS)
    return found


def _abilities(value: object) -> tuple[str, ...]:
    parts = re.split(r"[,;]", value) if isinstance(value, str) else _texts(value, "abilities")
    return tuple(text for part in parts if (text := part.strip()))


def _paths(value: object) -> tuple[str, ...]:
    parts: list[Any] = list(value) if isinstance(value, list | tuple) else [] if value is None else [value]
    if other := [part for part in parts if not isinstance(part, str)]:
        raise WeThinkError(
            f"holds {kind_of(other[0])}, not a path",
            fix="keep pictures as files, and give a path or a list of paths",
            field="image_path",
        )
    return tuple(text for part in parts if (text := part.strip()))


def _options(value: object) -> tuple[str, ...]:
    """A list of texts, with or without their letters, or a dict from letter to text.

    In parquet a dict has every letter that any row has; those without text are left out.
    """
    if isinstance(value, Mapping):
        value = {key: text for key, text in value.items() if text is not None}
        keys = [str(key).strip().upper() for key in value]
        if "".join(keys) != LETTERS[: len(keys)]:
            raise WeThinkError(f"has the letters {', '.join(keys)}", fix="letters run A, B, C …", field="options")
        value = list(value.values())
    texts = [" ".join(part.split()) for part in _texts(value, "options")]
    if not all(texts):
        raise WeThinkError("holds an empty option", fix="fill it in or remove the row", field="options")
    if len(texts) > len(LETTERS):
        raise WeThinkError(f"holds {len(texts)} options", fix=f"at most {len(LETTERS)}, one a letter", field="options")
    unlettered = split_options("\n".join(texts))[1]
    return unlettered if len(unlettered) == len(texts) else tuple(texts)


def _texts(value: object, field: str) -> list[str]:
    """A list of texts; numbers are taken as they print."""
    parts = _list(value, field)
    for part in parts:
        if isinstance(part, bool) or not isinstance(part, str | int | float):
            raise WeThinkError(f"holds {kind_of(part)}, not text", fix="write each as a string", field=field)
    return [str(part) for part in parts]


def _list(value: object, field: str) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list | tuple):
        raise WeThinkError(f"is {kind_of(value)}, not a list", fix="write it as a list", field=field)
    return list(value)


def first_folder(images: tuple[str, ...]) -> str:
    """In the published dataset the first folder of an image path names the set that it comes from."""
    parts = PurePosixPath(images[0]).parts if images else ()
    return parts[0] if len(parts) > 1 and parts[0] not in ("/", "..") else ""
