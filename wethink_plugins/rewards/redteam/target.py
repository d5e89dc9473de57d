"""Calls any reward function by its parameters' names: verl's, TRL's, EasyR1's shape, or plainly (response, gold)."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from wethink_plugins.errors import WeThinkError
from wethink_plugins.registry import resolve
from wethink_plugins.rewards.redteam.rows import Row

Reward = Callable[[str, Row], "float | None"]


def ours(response: str, row: Row) -> float | None:
    """The rules at their default policy, 1.0 for right."""
    from wethink_plugins.errors import Ungradable
    from wethink_plugins.rewards.rules import grade_response

    try:
        return float(grade_response(response, row.gold, row.question_type, row.options).decision == "right")
    except Ungradable:
        return 0.0


def reward_of(reference: str | None) -> Reward:
    """From `module:function`, `file.py:function` or a registered name; None is ours. Raises WeThinkError."""
    if reference is None:
        return ours
    return adapted(resolve(reference, "rewards"))


def adapted(function: Callable[..., Any]) -> Reward:
    """Told apart by parameter names: these are the ones that the hosts' own examples use."""
    names = list(inspect.signature(function).parameters)
    if "solution_str" in names:
        return lambda response, row: _number(function(**_verl(names, response, row)))
    if "completions" in names:
        return lambda response, row: _number(_trl(function, names, response, row))
    if "reward_inputs" in names:
        return lambda response, row: _number(function([_easyr1(response, row)]))
    if "reward_input" in names:
        return lambda response, row: _number(function(_easyr1(response, row)))
    if len(names) < 2:
        raise WeThinkError(
            f"takes {', '.join(names) or 'nothing'}", fix="a reward takes (response, gold), or a host's own parameters"
        )
    return lambda response, row: _number(function(response, row.gold))


def _verl(names: Sequence[str], response: str, row: Row) -> dict[str, Any]:
    extra = {"question": row.question, "question_type": row.question_type, "options": list(row.options)}
    values = {"data_source": "redteam", "solution_str": response, "ground_truth": row.gold, "extra_info": extra}
    return {name: value for name, value in values.items() if name in names}


def _easyr1(response: str, row: Row) -> dict[str, Any]:
    return {"response": response, "response_length": len(response), "ground_truth": row.gold}


def _trl(function: Callable[..., Any], names: Sequence[str], response: str, row: Row) -> Any:
    completions = [[{"role": "assistant", "content": response}]]
    columns = {
        "solution": [row.gold],
        "answer": [row.gold],
        "ground_truth": [row.gold],
        "prompts": [[{"role": "user", "content": row.question}]],
    }
    open_ended = any(p.kind is p.VAR_KEYWORD for p in inspect.signature(function).parameters.values())
    return function(completions=completions, **{k: v for k, v in columns.items() if open_ended or k in names})


def _number(result: Any) -> float | None:
    """A float, the first of a list, or the overall score of a dict."""
    if isinstance(result, Sequence) and not isinstance(result, str):
        return _number(result[0]) if result else None
    if isinstance(result, Mapping):
        return _number(next((result[key] for key in ("accuracy", "score", "overall", "reward") if key in result), None))
    return None if result is None else float(result)
