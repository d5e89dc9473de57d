"""The folder of a run: one run's and no other's, whatever is started in it again."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from wethink_plugins import __version__
from wethink_plugins.datasets.write import write_text
from wethink_plugins.errors import WeThinkError
from wethink_plugins.recipes.order import Order

RECORD, _LOCK = "recipe.json", ".recipe.lock"


@contextmanager
def claimed(folder: Path) -> Iterator[None]:
    """While the body runs no other `recipe run` works in the folder. WeThinkError where one does."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / _LOCK).open("w")
    except OSError as error:
        raise WeThinkError(f"can't be written: {error}", fix="check folder, rights and space", file=folder) from error
    with file:
        if os.name != "nt":
            import fcntl

            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                fix = "wait for it, or give another --out"
                raise WeThinkError("another run works in it", fix=fix, file=folder) from None
        yield


def prepare(order: Order) -> list[str]:
    """Writes the configurations and the record of what was asked for; returns what is worth saying.

    A folder that holds the same run already is gone on with. WeThinkError where it holds another one, files that no
    run wrote, or configurations that were changed since.
    """
    notes = _compare(order)
    for file, text in order.texts.items():
        if file.exists() and file.read_text(encoding="utf-8") != text:
            own = "give it as --reward FILE" if file == order.reward_file else "give changes as KEY=VALUE"
            raise WeThinkError("was changed, and would be overwritten", fix=f"{own}, and move it away", file=file)
        write_text(file, text)
    write_text(order.out / RECORD, json.dumps(_record(order), indent=1, ensure_ascii=False) + "\n")
    return notes


def _compare(order: Order) -> list[str]:
    before, now = _read(order.out), _record(order)
    if before is None:
        found = sorted(entry.name for entry in order.out.iterdir() if entry.name != _LOCK)
        if found:
            raise WeThinkError(f"holds {found[0]}, which no run wrote", fix="give a new --out", file=order.out)
        return []
    free = ("settings", "version")
    if differs := [key for key in now if key not in free and before.get(key) != now[key]]:
        key = differs[0]
        text = f"holds a run with {key} {before.get(key)!r}, this one has {now[key]!r}"
        raise WeThinkError(text, fix="give another --out", file=order.out)
    notes = [f"{order.out} holds this run already: it goes on"]
    if before.get("settings") != now["settings"]:
        notes.append(f"other settings than before: {' '.join(before.get('settings', [])) or 'none'}")
    return notes


def _record(order: Order) -> dict[str, Any]:
    return {
        "recipe": order.choice.name,
        "variants": list(order.choice.variants),
        "data": str(order.data),
        "images": str(order.image_folder),
        "val": str(order.val) if order.val else order.val_rows,
        "model": order.model,
        "prompt": order.prompt,
        "reward": str(order.reward) if order.reward else None,
        "settings": list(order.settings),
        "version": __version__,
    }


def _read(folder: Path) -> dict[str, Any] | None:
    try:
        found = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise WeThinkError(f"can't be read: {error}", fix="give another --out", file=folder / RECORD) from None
    return found if isinstance(found, dict) else {}
