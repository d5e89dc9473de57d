"""Which module imports which: never in a circle, and only downwards."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = "wethink_plugins"
# Scripts that import each other by plain names.
SCRIPTS = ("recipes/cpu", "recipes/evaluation", "benchmarks", "docs/making")

# From the top; a room imports from rooms below its own line. Rooms of one line don't know each other.
LAYERS = (
    ("cli",),
    ("evaluation",),
    ("recipes", "synthesis", "inference", "doctor", "service"),
    ("datasets", "watch"),
    ("adapters", "prompts"),
    ("rewards",),
    ("endpoints", "envelope"),
    ("rows",),
    ("config",),
    ("config_error", "model_folder", "registry", "score", "shipped"),
    (
        "agreement",
        "counted",
        "errors",
        "fence",
        "kind",
        "options",
        "report",
        "sample",
        "synonyms",
        "unique_keys",
        "vocabulary",
    ),
)
# Files read and written: beside the rows for their readers, and known to everybody.
FILES = {f"{PACKAGE}.datasets.{name}" for name in ("records", "parquet", "write", "literals")}
# What must be at hand when a reward is called; it may not even reach these by way of others.
HOT = ("adapters.", "rewards.hybrid", "endpoints.")
COLD = ("cli", "datasets", "doctor", "evaluation", "inference", "prompts", "recipes", "service", "synthesis", "watch")

# An annotation costs nothing at run time. A stage and the desk that it asks at name each other's type.
NAMED_BOTH_WAYS = [{f"{PACKAGE}.synthesis.asking.desk", f"{PACKAGE}.synthesis.stage"}]

Graph = dict[str, set[str]]


def modules_of(folder: Path, prefix: str) -> dict[str, Path]:
    files = {
        (*prefix.split("."), *file.relative_to(folder).with_suffix("").parts): file for file in folder.rglob("*.py")
    }
    return {".".join(part for part in parts if part and part != "__init__"): file for parts, file in files.items()}


def imports(tree: ast.AST, kind: str = "module") -> Iterator[tuple[str, str]]:
    """(kind, name) of each import: of a "module" when it loads, of a "function" when it runs, for "types" alone."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from ((kind, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports are not read here"
            yield from ((kind, f"{node.module}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from imports(node, "function")
        elif isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            yield from imports(node, "types")
        else:
            yield from imports(node, kind)


def graph(modules: dict[str, Path], kinds: tuple[str, ...]) -> Graph:
    found: Graph = {name: set() for name in modules}
    for name, file in modules.items():
        for kind, imported in imports(ast.parse(file.read_text(encoding="utf-8"))):
            target = imported
            while target and target not in modules:
                target = target.rpartition(".")[0]
            if kind in kinds and target and target != name:
                found[name].add(target)
    return found


def reached(found: Graph, start: str) -> set[str]:
    """All that `start` imports, and what that imports; `start` itself only by way of a circle."""
    seen: set[str] = set()
    left = [start]
    while left:
        new = found[left.pop()] - seen
        seen |= new
        left += new
    return seen


def circles(found: Graph) -> list[set[str]]:
    behind = {name: reached(found, name) for name in found}
    together: list[set[str]] = []
    for name in sorted(found):
        if name in behind[name] and not any(name in one for one in together):
            together.append({other for other in behind[name] if name in behind[other]})
    return together


OURS = modules_of(ROOT / PACKAGE, PACKAGE)


def room(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def test_what_a_run_imports_has_no_circle():
    assert circles(graph(OURS, ("module", "function"))) == []


def test_types_name_each_other_in_known_places_only():
    assert circles(graph(OURS, ("module", "function", "types"))) == NAMED_BOTH_WAYS


@pytest.mark.parametrize("folder", SCRIPTS)
def test_scripts_have_no_circle(folder):
    assert circles(graph(modules_of(ROOT / folder, ""), ("module", "function"))) == []


def test_imports_go_downwards():
    height = {name: len(LAYERS) - i for i, line in enumerate(LAYERS) for name in line}
    rooms = {room(module) for module in OURS} - {""}
    assert rooms == set(height), "a new room belongs into LAYERS"
    upwards = [
        f"{module} -> {target}"
        for module, targets in graph(OURS, ("module", "function")).items()
        for target in targets - FILES
        if room(module) and room(target) and room(module) != room(target)
        if height[room(module)] <= height[room(target)]
    ]
    assert upwards == []


def test_files_are_read_and_written_without_the_rest():
    found = graph(OURS, ("module", "function"))
    below = {"errors", "kind", "registry"}
    assert [f"{one} -> {target}" for one in sorted(FILES) for target in reached(found, one) - FILES if room(target) not in below] == []  # fmt: skip


def test_a_reward_call_reaches_nothing_that_it_does_not_need():
    loaded = graph(OURS, ("module",))
    hot = [name for name in OURS if name.removeprefix(f"{PACKAGE}.").startswith(HOT)]
    assert len(hot) > 30
    assert (
        sorted({f"{name} -> {target}" for name in hot for target in reached(loaded, name) if room(target) in COLD})
        == []
    )


def test_a_circle_is_seen():
    found = {"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}, "e": {"f"}, "f": {"e"}}
    assert circles(found) == [{"a", "b", "c"}, {"e", "f"}]
    tree = ast.parse(
        "import one\nif TYPE_CHECKING:\n    import two\ndef f():\n    if x:\n        from three import four\n"
    )
    assert list(imports(tree)) == [("module", "one"), ("types", "two"), ("function", "three.four")]
