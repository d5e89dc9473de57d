"""A model's folder beside the model's own: the same weights, and the system prompt in its chat template.

A trainer that is given such a folder asks every prompt with the system prompt, and saves checkpoints that have it too.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from wethink_plugins.errors import WeThinkError
from wethink_plugins.model_folder import TEMPLATE_FILES
from wethink_plugins.prompts.apply import apply_to, template_for


def copy_with(folder: Path, out: Path, prompt: str) -> list[Path]:
    """Makes `out` and returns the files that hold the prompt; done twice, nothing changes any more.

    What may hold a template is copied, everything else (the weights) linked, so `folder` has to stay where it is.
    WeThinkError, with nothing written, when `out` holds anything else, or the model takes no system prompt.
    """
    folder = folder.resolve()
    out = Path(os.path.abspath(out.expanduser()))
    if folder in (out.resolve(), *out.resolve().parents):
        raise WeThinkError("lies in the model's own folder", fix="give another one", file=out)
    template_for(folder, prompt)
    entries = [entry for entry in folder.iterdir() if not entry.name.startswith(".")]
    if foreign := sorted(_names(out) - {entry.name for entry in entries if _is_ours(out / entry.name, entry)}):
        raise WeThinkError(f"holds {foreign[0]}, which is not of {folder}", fix="give a new folder", file=out)
    try:
        out.mkdir(parents=True, exist_ok=True)
        for entry in entries:
            _place(entry, out / entry.name)
    except OSError as error:
        raise WeThinkError(f"can't be written: {error}", fix="check folder, rights and space", file=out) from error
    return apply_to(out, prompt)


def _names(out: Path) -> set[str]:
    if out.exists() and not out.is_dir():
        raise WeThinkError("is a file", fix="give a new folder", file=out)
    return {entry.name for entry in out.iterdir()} if out.is_dir() else set()


def _is_ours(placed: Path, entry: Path) -> bool:
    if entry.name in TEMPLATE_FILES:
        return not placed.is_symlink()
    return placed.is_symlink() and placed.resolve() == entry.resolve()


def _place(entry: Path, to: Path) -> None:
    if entry.name in TEMPLATE_FILES:
        shutil.copyfile(entry, to)
    elif not to.is_symlink():
        to.symlink_to(entry.resolve())
