"""Python, YAML and JSON of the pages: what it is for, and whether what reads it takes it."""

from __future__ import annotations

import ast
import importlib
import importlib.util
from collections.abc import Iterator, Mapping

import yaml

from tests.docs.blocks import CHECKOUT, Block, blocks, pages

OWN = "wethink_plugins"


def of_language(*languages: str) -> list[Block]:
    return [block for page in pages() for block in blocks(page) if block.language in languages]


def imports(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """(module, name) of each import, name empty for `import module`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((one.name, "") for one in node.names)
        if isinstance(node, ast.ImportFrom):
            yield from ((node.module or "", one.name) for one in node.names)


def missing(tree: ast.AST) -> list[str]:
    """Names that a block imports from this package and that it doesn't have."""
    return [
        f"{module}.{name}"
        for module, name in imports(tree)
        if module.partition(".")[0] == OWN and name and not _has(module, name)
    ]


def _has(module: str, name: str) -> bool:
    return hasattr(importlib.import_module(module), name) or importlib.util.find_spec(f"{module}.{name}") is not None


def reader_of(value: object) -> str:
    """Which of our own models a YAML or JSON value is for, by its keys; empty where it is for none of them."""
    from wethink_plugins.config import WeThinkConfig
    from wethink_plugins.synthesis.config import SynthesisConfig

    keys = set(value) if isinstance(value, Mapping) else set()
    if {"problem", "answer"} <= keys:
        return "row"
    if keys and keys <= set(WeThinkConfig.model_fields):
        return "reward"
    if keys and keys <= set(SynthesisConfig.model_fields):
        return "synthesis"
    return ""


def synthesis_with(value: Mapping[str, object]) -> dict[str, object]:
    """A whole configuration: what the page doesn't give is that of a shipped one, models and their roles together."""
    base = yaml.safe_load((CHECKOUT / "data_tools" / "synthesis" / "one_model.yaml").read_text(encoding="utf-8"))
    made = {**base, **value}
    if "models" in value and "roles" not in value:
        made["roles"] = {role: next(iter(value["models"])) for role in base["roles"]}
    return made
