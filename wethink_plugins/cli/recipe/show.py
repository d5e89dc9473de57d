"""`wethink recipe show NAME`: a configuration as it ships, or as a variant makes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wethink_plugins.cli.options import JsonFlag, OptionalPath, OptionalText
from wethink_plugins.cli.output import say, say_json
from wethink_plugins.cli.recipe.options import HostOption, NameArgument, WithOption

if TYPE_CHECKING:
    from wethink_plugins.recipes.choice import Choice

CONFIG = "config"


def show(
    name: NameArgument,
    host: HostOption = None,
    more: WithOption = None,
    out: Annotated[
        OptionalPath, typer.Option("--out", help="Write to this file instead of printing, with paths of this machine.")
    ] = None,
    model: Annotated[
        OptionalText, typer.Option("--model", help="With --out: the model to train; default: the recipe's, by name.")
    ] = None,
    json: JsonFlag = False,
) -> None:
    """Print a recipe; with --out, start your own from it. Of a variant: the whole configuration, then the reward's YAML,
    which --out puts beside the first as wethink.yaml."""
    choice = _choice(name, host, more or [])
    texts = _texts(choice) if choice else [_file_text(name)]
    written = _write(texts, out, model or _model_of(choice, name)) if out else []
    if json:
        reward = texts[1] if len(texts) > 1 else None
        say_json({"name": name, "text": written[0][1] if written else texts[0], "reward": reward, "file": _named(out)})
    elif written:
        say("\n".join(f"wrote {file}" for file, _ in written))
    else:
        say("\n---\n".join(text.rstrip("\n") for text in texts))


def _choice(name: str, host: str | None, more: list[str]) -> Choice | None:
    """None for a file that is to be shown as it is."""
    from wethink_plugins.recipes.choice import chosen
    from wethink_plugins.recipes.table import table
    from wethink_plugins.shipped import recipes

    if name == CONFIG and not more:
        return None
    stem = name.removesuffix(".yaml")
    if more or stem in table().variants or not _is_one_of(stem, recipes()):
        _refuse_unknown(stem, recipes())
        return chosen(name, host, more)
    return None


def _is_one_of(name: str, known: Iterable[str]) -> bool:
    """With or without folder and suffix, on either side."""
    bare = Path(name).with_suffix("").as_posix()
    return any(bare in (key, key.rpartition("/")[2]) for key in (Path(one).with_suffix("").as_posix() for one in known))


def _refuse_unknown(name: str, files: Mapping[str, Path]) -> None:
    import difflib

    from wethink_plugins.errors import WeThinkError
    from wethink_plugins.recipes.table import table

    names = [CONFIG, *files, *table().variants]
    if not _is_one_of(name, names):
        near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]}? " if near else ""
        raise WeThinkError(f"no recipe {name!r}", fix=f"{hint}known: {', '.join(names)}")


def _file_text(name: str) -> str:
    from wethink_plugins.cli.config_text import config_text
    from wethink_plugins.shipped import recipe

    return config_text() if name == CONFIG else recipe(name).read_text(encoding="utf-8")


def _texts(choice: Choice) -> list[str]:
    from wethink_plugins.recipes.compose import host_text, reward_text

    return [text for text in (host_text(choice), reward_text(choice)) if text is not None]


def _model_of(choice: Choice | None, name: str) -> str:
    """The one that a recipe is about; for a file that trains none, the placeholder."""
    from wethink_plugins.recipes.table import table
    from wethink_plugins.shipped import recipe, recipes

    if choice is not None:
        return choice.entry.model
    known = {file: key for key, file in recipes().items()}
    entry = table().recipes.get(known.get(recipe(name), "")) if name != CONFIG else None
    return entry.model if entry is not None else "{model}"


def _write(texts: list[str], out: Path, model: str) -> list[tuple[Path, str]]:
    from wethink_plugins.datasets.write import write_text
    from wethink_plugins.recipes.compose import Places

    places = Places(out.parent, model)
    places.check()
    made = [
        (file, places.filled(text)) for file, text in zip((out, out.with_name("wethink.yaml")), texts, strict=False)
    ]
    for file, text in made:
        write_text(file, text)
    return made


def _named(file: Path | None) -> str | None:
    return str(file) if file else None
