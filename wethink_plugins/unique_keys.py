"""YAML in which no key stands twice in one place: PyYAML takes the last one and says nothing."""

from __future__ import annotations

from typing import Any


class RepeatedKey(Exception):
    """`str(error)` says in which lines, counted from 1."""

    def __init__(self, key: str, first: int, again: int) -> None:
        super().__init__(f"stands in line {first} and again in line {again}")
        self.key = key


def load_yaml(text: str) -> Any:
    """As `yaml.safe_load`, merge keys included. Raises RepeatedKey, and YAMLError for what is no YAML."""
    import yaml

    class Loader(yaml.SafeLoader):
        # The stubs call the anchor a dict of nodes; it is the text after & or None.
        def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
            node = super().compose_mapping_node(anchor)
            _refuse_repeated(node)
            return node

    return yaml.load(text, Loader=Loader)


def _refuse_repeated(node: Any) -> None:
    lines: dict[tuple[str, str], int] = {}
    for key, _ in node.value:
        if not isinstance(key.value, str):
            continue
        name, line = (key.tag, key.value), key.start_mark.line + 1
        if name in lines:
            raise RepeatedKey(key.value, lines[name], line)
        lines[name] = line
