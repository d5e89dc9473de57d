"""The list of commands that are not run: `not_run.yaml`."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

import yaml

from tests.docs.shell import Command


@dataclass(frozen=True)
class Entry:
    command: str
    reason: str
    checked: str
    page: str = "*"
    needs: str = ""

    def fits(self, command: Command) -> bool:
        return fnmatchcase(command.shown, self.command) and fnmatchcase(command.page, self.page)

    @property
    def holds(self) -> bool:
        return not self.needs or importlib.util.find_spec(self.needs) is None


@cache
def entries() -> tuple[Entry, ...]:
    text = Path(__file__).with_name("not_run.yaml").read_text(encoding="utf-8")
    return tuple(Entry(**one) for one in yaml.safe_load(text))


def entry_of(command: Command) -> Entry | None:
    """None: the command is run."""
    found = next((one for one in entries() if one.fits(command)), None)
    return found if found and found.holds else None


def way_of(command: Command) -> str:
    """run; parsed, by its own parser; listed, with where else it is tested."""
    entry = entry_of(command)
    return "run" if entry is None else "parsed" if entry.checked == "parser" else "listed"
