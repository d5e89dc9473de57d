"""The public names say what a caller can't see: what they raise, what their numbers are.

Public is what a package exports (`__all__`) and what has a place in docs/making/pages/api.py.
"""

from __future__ import annotations

import ast
import builtins
import dataclasses
import functools
import inspect
import re
import sys
import textwrap
import types
import typing
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

import wethink_plugins
from wethink_plugins.config import WeThinkConfig
from wethink_plugins.endpoints import CallFailed, CallRefused
from wethink_plugins.errors import Ungradable, Unscored, WeThinkError
from wethink_plugins.synthesis.config import SynthesisConfig
from wethink_plugins.synthesis.rejection import Rejected, Unfinished

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "docs" / "making"))
from pages import api

FAMILY = (WeThinkError, Unscored, Ungradable, CallFailed, CallRefused, Rejected, Unfinished)
EXPORTERS = "wethink_plugins wethink_plugins.endpoints wethink_plugins.datasets wethink_plugins.datasets.exporters wethink_plugins.rewards.judge wethink_plugins.rewards.rules"
# A name that says what the number is: seconds, megabytes, pixels, tokens, dollars, characters; a count of what it names.
HAS_UNIT = re.compile(r"(^|_)(s|mb|pixels|tokens|usd|chars|count|seed|total|tokens_per_minute|requests_per_minute)$")


def exported() -> dict[str, Any]:
    found = api.documented()
    for name in EXPORTERS.split():
        package = import_module(name)
        found |= {f"{name}.{one}": getattr(package, one) for one in package.__all__ if callable(getattr(package, one))}
    return found


PUBLIC = exported()


def callables() -> Iterator[tuple[str, Any, type | None]]:
    """Functions, and the methods and properties that a public class defines itself, with their class."""
    for name, found in PUBLIC.items():
        if not isinstance(found, type):
            yield name, found, None
            continue
        for own, value in vars(found).items():
            value = getattr(value, "__func__", getattr(value, "fget", value))
            if (own == "__init__" and "__init__" in vars(found) and not dataclasses.is_dataclass(found)) or (
                not own.startswith("_") and inspect.isfunction(value) and value.__qualname__.startswith(found.__name__)
            ):
                yield f"{name}.{own}", value, found


CALLABLES = [
    pytest.param(value, home, id=name)
    for name, value, home in callables()
    if not hasattr(value, "__pydantic_decorator__") and value.__module__.startswith("wethink_plugins")
]


def said(value: Any, home: type | None) -> str:
    """A method may leave to its class what holds for all of them."""
    return " ".join(f"{value.__doc__ or ''} {home.__doc__ or '' if home else ''}".split())


def test_the_package_exports_what_it_says():
    assert all(getattr(wethink_plugins, name) is not None for name in wethink_plugins.__all__)
    assert len(PUBLIC) > 60


@pytest.mark.parametrize("name", PUBLIC)
def test_each_public_name_has_a_docstring_of_its_own(name):
    text = inspect.cleandoc(
        vars(PUBLIC[name]).get("__doc__") or "" if isinstance(PUBLIC[name], type) else PUBLIC[name].__doc__ or ""
    )
    made_by_machine = text.startswith(getattr(PUBLIC[name], "__name__", name) + "(")
    assert len(text) > 15 and not made_by_machine, f"{name} needs a docstring"
    assert text.split("\n\n")[0].rstrip().endswith((".", ":", ")", "`")), f"{name}: its first sentence has no end"


@pytest.mark.parametrize(("value", "home"), CALLABLES)
def test_each_public_method_has_a_docstring(value, home):
    assert value.__name__ == "__init__" or value.__doc__, "needs a docstring"


def raised(function: Any) -> set[type]:
    """Ours that it raises itself, or through private functions of its module and private methods of its class."""
    module, seen, found, todo = inspect.getmodule(function), set(), set(), [function]
    home = getattr(module, function.__qualname__.partition(".")[0], None)
    while todo:
        one = todo.pop()
        one = inspect.unwrap(one) if inspect.isfunction(inspect.unwrap(one)) else one
        if one in seen or not inspect.isfunction(one):
            continue
        seen.add(one)
        for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(one)))):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and isinstance(node.exc.func, ast.Name):
                kind = getattr(module, node.exc.func.id, getattr(builtins, node.exc.func.id, None))
                found |= {kind} if isinstance(kind, type) and issubclass(kind, FAMILY) else set()
            if isinstance(node, ast.Call):
                todo.append(callee(node.func, module, home))
    return found


def callee(called: ast.expr, module: Any, home: Any) -> Any:
    if isinstance(called, ast.Name) and called.id.startswith("_"):
        return getattr(module, called.id, None)
    if isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name) and called.value.id in ("self", "cls"):
        return getattr(home, called.attr, None) if called.attr.startswith("_") else None
    return None


@pytest.mark.parametrize(("value", "home"), CALLABLES)
def test_what_is_raised_is_said(value, home):
    text = said(value, home)
    for kind in raised(value):
        names = [base.__name__ for base in kind.__mro__ if issubclass(base, FAMILY)]
        assert any(name in text for name in names), f"raises {kind.__name__}, and its docstring doesn't say so"


def test_a_raise_is_found_behind_private_functions():
    from wethink_plugins.prompts import system_prompt
    from wethink_plugins.rows import Row, UnknownValue

    assert {kind.__name__ for kind in raised(system_prompt)} == {"ConfigError"}
    assert {WeThinkError, UnknownValue} <= raised(Row.read.__func__)


def is_number(annotation: Any) -> bool:
    inner = typing.get_args(annotation) if typing.get_origin(annotation) in (typing.Union, types.UnionType) else ()
    return annotation in (int, float) or any(one in (int, float) for one in inner)


def numbers(value: Any, scope: dict[str, Any]) -> Iterator[str]:
    for name, annotation in getattr(value, "__annotations__", {}).items():
        with_names = annotation
        if isinstance(annotation, str):
            try:
                with_names = eval(annotation, {**vars(typing), **scope})
            except (NameError, TypeError):  # a name for the type checker alone
                continue
        if name != "return" and not name.startswith("_") and is_number(with_names) and not HAS_UNIT.search(name):
            yield name


@pytest.mark.parametrize(("value", "home"), CALLABLES)
def test_numbers_that_go_in_are_explained(value, home):
    value = functools.reduce(lambda one, _: getattr(one, "__wrapped__", one), range(3), value)
    for name in numbers(value, vars(inspect.getmodule(value))):
        assert re.search(rf"\b{name}\b", said(value, home)), f"what is {name}, and in what unit?"


@pytest.mark.parametrize("name", [name for name, one in PUBLIC.items() if dataclasses.is_dataclass(one)])
def test_numbers_of_a_record_are_explained(name):
    kind = PUBLIC[name]
    for field in numbers(kind, vars(sys.modules[kind.__module__])):
        assert re.search(rf"\b{field}\b", kind.__doc__), f"what is {field}, and in what unit?"


def sections(kind: Any) -> Iterator[type[BaseModel]]:
    """A section of a YAML and all that is in it."""
    if typing.get_origin(kind) is None and isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind
        for field in kind.model_fields.values():
            yield from sections(field.annotation)
    for part in typing.get_args(kind):
        yield from sections(part)


@pytest.mark.parametrize("section", sorted({*sections(WeThinkConfig), *sections(SynthesisConfig)}, key=str))
def test_each_key_of_the_yamls_says_what_it_does(section):
    bare = [key for key, field in section.model_fields.items() if not field.description]
    assert not bare, f"{section.__name__}: no description of {', '.join(bare)}"
