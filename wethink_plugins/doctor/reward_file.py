"""`worker.reward.reward_function`, read as EasyR1 reads it.

EasyR1 takes a file, from the folder that it was started in; what it can't find it replaces by nothing, and says so in
one line before it loads models and rolls out a whole batch.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from wethink_plugins.doctor.case import Case
from wethink_plugins.doctor.finding import Finding, error, ok, warning

_KEY = "worker.reward.reward_function"
_PASTE = "paste the line that `wethink path easyr1` prints"


def reward_file(case: Case) -> Iterator[Finding]:
    value = case.recipe.text(_KEY)
    if not value:
        if case.recipe.is_set("worker.reward.score_function"):
            yield error("reward", "score_function is the spelling of EasyR1 v0.3.0", f"write {_KEY}; {_PASTE}")
        else:
            yield error("reward", f"{_KEY} isn't set: nothing would be paid", _PASTE)
        return
    if "{reward_file}" in value or "${" in value:
        return  # said already
    home, colon, function = value.rpartition(":")
    if not colon:
        yield error("reward", f"{value} names no function, so EasyR1 looks for `main`", f"write {value}:compute_score")
        return
    yield from _file(case, home, function)


def _file(case: Case, home: str, function: str) -> Iterator[Finding]:
    file = case.path(home)
    if not file.exists():
        yield _missing(case, home)
    elif file.is_dir():
        yield error("reward", f"{home} is a folder, and EasyR1 loads a file", f"name the .py file in it; {_PASTE}")
    elif file.suffix != ".py":
        yield error("reward", f"{home} is no .py file, so EasyR1 can't load it", "give the file its suffix .py")
    elif fault := _fault(file, function):
        yield error("reward", f"{home}: {fault}", f"correct the name after the colon, or {_PASTE}")
    elif not Path(home).expanduser().is_absolute():
        text = f"{home} is found from {case.folder} only: EasyR1 takes it from where it is started"
        yield warning("reward", text, f"write {file.resolve()}:{function}")
    else:
        yield ok("reward", f"{function} of {file}")


def _missing(case: Case, home: str) -> Finding:
    if "/" not in home and "." in home and not home.endswith(".py"):
        return error("reward", f"{home} is a module, and EasyR1 loads a file", _PASTE)
    beside = case.recipe.file.parent / home if case.recipe.file is not None else None
    if beside is not None and not Path(home).is_absolute() and beside.exists():
        text = f"{home} isn't found from {case.folder}, which EasyR1 is started in; it lies beside the recipe"
        return error("reward", text, f"write the whole path: {beside.resolve()}")
    return error("reward", f"no such file: {case.path(home)}", _PASTE)


def _fault(file: Path, function: str) -> str:
    try:
        tree = ast.parse(file.read_text(encoding="utf-8"))
    except SyntaxError as problem:
        return f"line {problem.lineno} is no Python: {problem.msg}"
    except (OSError, UnicodeDecodeError) as problem:
        return f"can't be read: {problem}"
    names = {node.name for node in tree.body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))}
    names |= {
        alias.asname or alias.name for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    names |= {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    return "" if function in names or "*" in names else f"has no function {function}"
