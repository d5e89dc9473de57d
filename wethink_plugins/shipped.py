"""Finds `recipes/`, `patches/` and `data_tools/`: beside the package in a source checkout, inside it when installed from a wheel."""

from __future__ import annotations

from pathlib import Path

from wethink_plugins.errors import WeThinkError

_PACKAGE = Path(__file__).resolve().parent
# Files that people run or read as they are; scripts beside them belong to one of these.
_RECIPE_SUFFIXES = (".yaml", ".yml", ".sh", ".jinja")
# The list of what can be run, no recipe itself.
_TABLE = "variants.yaml"


def shipped(name: str) -> Path:
    """The folder `recipes`, `patches` or `data_tools`; WeThinkError when the installation lacks it."""
    for parent in (_PACKAGE / "_shipped", _PACKAGE.parent):
        folder = parent / name
        if folder.is_dir() and (parent.name == "_shipped" or (parent / "pyproject.toml").is_file()):
            return folder
    raise WeThinkError(f"this installation has no {name}", fix="install wethink-plugins again", file=_PACKAGE)


def recipes() -> dict[str, Path]:
    """Name (`host/file`, without suffix unless two files share it) -> file, sorted."""
    folder = shipped("recipes")
    files = sorted(f for f in folder.rglob("*") if f.suffix in _RECIPE_SUFFIXES and f.name != _TABLE)
    paths = [file.relative_to(folder) for file in files]
    stems = [path.with_suffix("").as_posix() for path in paths]
    names = [stem if stems.count(stem) == 1 else path.as_posix() for stem, path in zip(stems, paths, strict=True)]
    return dict(zip(names, files, strict=True))


def recipe(name: str) -> Path:
    """By its name, with or without suffix or folder as long as that is clear; WeThinkError lists what there is."""
    known = recipes()
    wanted = name.removesuffix(Path(name).suffix) if Path(name).suffix in _RECIPE_SUFFIXES else name
    found = [key for key in known if wanted in (key, key.rpartition("/")[2])]
    if name in known or wanted in known or len(found) == 1:
        return known[name if name in known else wanted if wanted in known else found[0]]
    problem = f"the recipe {name!r} is one of {', '.join(found)}" if found else f"no recipe {name!r}"
    raise WeThinkError(problem, fix=f"known: config, {', '.join(known)}")


def adapter_file() -> str:
    """The file that EasyR1 loads as its reward."""
    return str(_PACKAGE / "adapters" / "easyr1.py")


def summary(file: Path) -> str:
    """The first sentence of the comment that heads a recipe."""
    words: list[str] = []
    for line in file.read_text(encoding="utf-8").splitlines():
        text = line.strip("#{}- \t")
        if line.startswith(("#!", "#  ")) or not line.startswith(("#", "{#")) or not text:
            if words:
                break
            continue
        words += text.split()
    return " ".join(words).partition(". ")[0].rstrip(".")
