"""Follows a run's journal while it grows: each refresh reads only what is new."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

from wethink_plugins.watch.run_folder import journal_files, journal_of
from wethink_plugins.watch.steps import Line, Step, steps_of


class JournalFollower:
    """`steps` are up to date after `refresh`. A line that is only half written waits; one that is no JSON is counted.

    `folder` is the run's, or a single file; `refresh` raises WeThinkError where it has journals of several runs. Lines are kept until their step can't get any more (two steps later), then only the step's figures are.
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self._journal = folder, folder
        self._read: dict[Path, int] = {}
        self._open: dict[int, list[Line]] = defaultdict(list)
        self._closed: dict[int, Step] = {}
        self.verdicts = Verdicts()
        self.broken = self.without_step = 0

    @property
    def journal(self) -> Path:
        """The folder that is read (or the file). It stays the same once it has a journal, whatever begins beside it."""
        if self._folder.is_dir() and not journal_files(self._journal):
            self._journal = journal_of(self._folder)
        return self._journal

    @property
    def files(self) -> list[Path]:
        return journal_files(self.journal) if self._folder.is_dir() else [self._folder]

    @property
    def steps(self) -> list[Step]:
        current = {step.step: step for lines in self._open.values() for step in steps_of(lines)}
        return [step for _, step in sorted({**self._closed, **current}.items())]

    def refresh(self) -> bool:
        """Whether there was anything new."""
        new = False
        for file in self.files:
            new = self._take(file) or new
        for number in sorted(self._open)[:-2]:
            self._closed[number] = steps_of(self._open.pop(number))[0]
        return new

    def _take(self, file: Path) -> bool:
        start = self._read.get(file, 0)
        try:
            with file.open("rb") as journal:
                journal.seek(start)
                data = journal.read()
        except FileNotFoundError:  # taken away since it was listed
            return False
        whole = data[: data.rfind(b"\n") + 1]
        self._read[file] = start + len(whole)
        for line in whole.splitlines():
            self._add(line)
        return bool(whole)

    def _add(self, line: bytes) -> None:
        try:
            value: Any = json.loads(line)
        except ValueError:
            self.broken += 1
            return
        if not isinstance(value, dict) or (value.get("split") or "train") != "train":
            return
        if value.get("step") is None:
            self.without_step += 1
            return
        number = int(value["step"])
        if number not in self._closed:
            self._open[number].append(value)
        self.verdicts.add(value)


class Verdicts:
    """Whether the judge says the same of the same answer: the tier of each (question, reference, answer) that came twice."""

    _MOST = 200_000

    def __init__(self) -> None:
        self._first: dict[int, tuple[str, str]] = {}
        self.again = self.changed = 0

    def add(self, line: Line) -> None:
        call = line.get("judge") or {}
        if line.get("status") != "scored" or line.get("method") != "model" or not line.get("tier"):
            return
        if call.get("cached") or call.get("asked") == 0:
            return  # the store's reply, or none at all: says nothing about the judge
        key = hash((line.get("question"), line.get("gold"), line.get("answer")))
        first = self._first.get(key)
        if first is not None:
            self.again += 1
            self.changed += first[0] != line["tier"]
        elif len(self._first) < self._MOST:
            self._first[key] = (str(line["tier"]), str(call.get("model")))
