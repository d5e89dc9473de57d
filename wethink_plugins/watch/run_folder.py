"""Which journal is meant by the folder that was given: one run's, never several put together."""

from __future__ import annotations

import fnmatch
import os
from pathlib import Path

from wethink_plugins.errors import WeThinkError

FOLDER = "journal"
_PATTERN = "journal-*.jsonl"
_NAMED = 12
"""Folders that an error names (chosen)."""


def journal_files(folder: Path) -> list[Path]:
    """Of all processes of a run: each writes files of its own into the one folder."""
    return sorted(folder.glob(_PATTERN))


def journal_of(folder: Path) -> Path:
    """The folder itself, its `journal/`, or the only one below it that has a journal.

    Without any: where one will come (`folder` again, if it has no `journal/`). Raises WeThinkError when there are several
    below, which are those of several runs.
    """
    if journal_files(folder):
        return folder
    if (folder / FOLDER).is_dir():
        return journal_of(folder / FOLDER)
    below = _journals_below(folder)
    if len(below) > 1:
        raise _several(folder, below)
    return below[0] if below else folder


def run_of(folder: Path, journal: Path) -> Path:
    """Where the trainer's logs of that journal lie: the folder that was given, or the run's below it."""
    own = folder / FOLDER
    return folder if journal in (folder, own) or own in journal.parents else journal.parent


def others_below(run: Path, journal: Path) -> list[Path]:
    """Folders directly in the run's that hold journals of other runs, at any depth; what is logged there is theirs."""
    found = {run / other.relative_to(run).parts[0] for other in _journals_below(run) if other != journal}
    return sorted(folder for folder in found if folder != journal and folder not in journal.parents)


def _journals_below(folder: Path) -> list[Path]:
    """Links aren't followed: `latest` would be a run of its own."""
    found = (Path(path) for path, _, files in os.walk(folder) if fnmatch.filter(files, _PATTERN))
    return sorted(path for path in found if path != folder)


def _several(folder: Path, journals: list[Path]) -> WeThinkError:
    runs = [_to_give(journal, journals).relative_to(folder).as_posix() for journal in journals]
    named = ", ".join(runs[:_NAMED]) + (f" and {len(runs) - _NAMED} more" if len(runs) > _NAMED else "")
    return WeThinkError(
        f"{len(runs)} folders below have a journal, each that of a run: {named}", fix="give one of them", file=folder
    )


def _to_give(journal: Path, journals: list[Path]) -> Path:
    """The run's folder, so that its logs are read too."""
    return journal.parent if journal.name == FOLDER and journal.parent not in journals else journal
