"""The closed lists of the dataset: question types, reward methods, response styles, and how their spellings are read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeVar, get_args

QuestionType = Literal["multiple_choice", "fill_in_blank", "descriptive"]
RewardMethod = Literal["rule", "model", "auto"]
Style = Literal["wethink", "boxed", "think_open"]
_Name = TypeVar("_Name", bound=str)

QUESTION_TYPES: tuple[QuestionType, ...] = get_args(QuestionType)
REWARD_METHODS: tuple[RewardMethod, ...] = get_args(RewardMethod)
STYLES: tuple[Style, ...] = get_args(Style)

# The spellings in the published dataset are unknown; these are the ones people write.
_TYPE_ALIASES = {
    "multiplechoice": "multiple_choice",
    "multichoice": "multiple_choice",
    "mcq": "multiple_choice",
    "choice": "multiple_choice",
    "fillinblank": "fill_in_blank",
    "fillintheblank": "fill_in_blank",
    "fillblank": "fill_in_blank",
    "blank": "fill_in_blank",
    "descriptive": "descriptive",
    "description": "descriptive",
    "openended": "descriptive",
    "open": "descriptive",
}
_METHOD_ALIASES = {
    "rule": "rule",
    "rulebased": "rule",
    "rulebasedverification": "rule",
    "model": "model",
    "modelbased": "model",
    "modelbasedassessment": "model",
    "judge": "model",
    "auto": "auto",
}


def fold(value: object) -> str:
    """Without case, spaces, hyphens and underscores, so that `Fill-in-the-blank` and `fill_in_the_blank` are one."""
    return "".join(c for c in str(value).casefold() if c not in " -_\t\n")


def read_question_type(value: object, aliases: Mapping[str, str] | None = None) -> QuestionType | None:
    """The canonical question type, or None when the spelling is unknown."""
    return _read(value, _TYPE_ALIASES, aliases, QUESTION_TYPES)


def read_reward_method(value: object, aliases: Mapping[str, str] | None = None) -> RewardMethod | None:
    """The canonical reward method, or None when the spelling is unknown."""
    return _read(value, _METHOD_ALIASES, aliases, REWARD_METHODS)


def _read(
    value: object, known: Mapping[str, str], aliases: Mapping[str, str] | None, names: tuple[_Name, ...]
) -> _Name | None:
    key = fold(value)
    own = {fold(k): v for k, v in (aliases or {}).items()}
    found = own.get(key) or known.get(key)
    return next((name for name in names if name == found), None)
