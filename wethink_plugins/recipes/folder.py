"""The folder of a run: one run's and no other's, whatever is started in it again."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

from wethink_plugins import __version__
from wethink_plugins.datasets.write import write_text
from wethink_plugins.errors import WeThinkError
from wethink_plugins.recipes.order import Order

RECORD, _LOCK = "recipe.json", ".recipe.lock"
_UNSETTLED = "not_launched"
"""In the record until the rows are there and looked over: digests of the configurations that were written."""


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

    A folder that holds the same run already is gone on with; one whose run wasn't `settled` takes any other. WeThinkError
    where it holds another one, files that no run wrote, or configurations that were changed since.
    """
    before = _read(order.out)
    notes = _compare(order, before)
    is_open = before is None or _UNSETTLED in before
    made = _made(before or {}, order) if is_open else {}
    if is_open:  # told first: killed between two files, the next one still knows both as its own
        _write_record(order, {_UNSETTLED: made})
    for file, text in order.texts.items():
        _refuse_changed(order, file, text, made.get(file.name, ()))
        write_text(file, text)
    if not is_open:
        _write_record(order)
    return notes


def settled(order: Order) -> None:
    """From now on the folder is this run's: it is launched, or ready to be."""
    _write_record(order)


def _write_record(order: Order, more: Mapping[str, Any] | None = None) -> None:
    record = {**_record(order), **(more or {})}
    write_text(order.out / RECORD, json.dumps(record, indent=1, ensure_ascii=False) + "\n")


def _made(before: Mapping[str, Any], order: Order) -> dict[str, list[str]]:
    """Digests of all versions that were written, or are about to be, by file name."""
    made = {name: list(digests) for name, digests in before.get(_UNSETTLED, {}).items()}
    for file, text in order.texts.items():
        made[file.name] = list(dict.fromkeys([*made.get(file.name, ()), _digest(text)]))
    return made


def _refuse_changed(order: Order, file: Path, text: str, ours: Sequence[str]) -> None:
    old = file.read_text(encoding="utf-8") if file.exists() else text
    if old == text or _digest(old) in ours:
        return
    own = "give it as --reward FILE" if file == order.reward_file else "give changes as KEY=VALUE"
    raise WeThinkError("was changed, and would be overwritten", fix=f"{own}, and move it away", file=file)


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _compare(order: Order, before: Mapping[str, Any] | None) -> list[str]:
    now = _record(order)
    if before is None:
        found = sorted(entry.name for entry in order.out.iterdir() if entry.name != _LOCK)
        if found:
            raise WeThinkError(f"holds {found[0]}, which no run wrote", fix="give a new --out", file=order.out)
        return []
    if _UNSETTLED in before:
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
