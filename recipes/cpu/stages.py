"""Stages that are done once: each leaves a stamp, and works in a folder of its own until it is finished.

A stage is skipped when its stamp holds the digest of the same inputs and everything it made is still there. What it
writes goes to `OUT/.partial/NAME/` and is moved to `OUT/` at the end, so that whatever is in `OUT/` is whole; what a
killed run left in its partial folder is thrown away when the stage starts again.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol


@dataclass(frozen=True)
class Stage:
    """`run` fills the folder that it is given; `makes` are the names there that are moved to the run's folder.

    The digest covers `settings`, the content of `sources` (files and folders) and, of the stages in `after`, theirs.
    """

    name: str
    title: str
    run: Callable[[Path], None]
    makes: Sequence[str]
    after: Sequence[str] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    sources: Sequence[Path] = ()


class Watcher(Protocol):
    """Told how the stages go; the display of `progress.py` is one."""

    def skipped(self, stage: Stage, seconds: float) -> None: ...
    def started(self, stage: Stage) -> None: ...
    def finished(self, stage: Stage, seconds: float) -> None: ...
    def failed(self, stage: Stage) -> None: ...


def run_stages(stages: Iterable[Stage], out: Path, watcher: Watcher) -> None:
    """Bring every stage up to date, in order; the first exception ends it and leaves the finished ones finished."""
    digests: dict[str, str] = {}
    for stage in stages:
        digests[stage.name] = digest_of(stage, digests)
        stamp = read_stamp(out, stage.name)
        if stamp.get("inputs") == digests[stage.name] and all((out / name).exists() for name in stage.makes):
            watcher.skipped(stage, stamp["seconds"])
            continue
        watcher.started(stage)
        try:
            seconds = run_one(stage, out, digests[stage.name])
        except BaseException:
            watcher.failed(stage)
            raise
        watcher.finished(stage, seconds)


def run_one(stage: Stage, out: Path, digest: str) -> float:
    """Run a stage, move what it made into place, stamp it; returns its seconds."""
    (out / "stages" / f"{stage.name}.json").unlink(missing_ok=True)
    partial = out / ".partial" / stage.name
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    start = time.monotonic()
    stage.run(partial)
    for name in stage.makes:
        move_into_place(partial / name, out / name)
    seconds = round(time.monotonic() - start, 1)
    write_json(
        out / "stages" / f"{stage.name}.json",
        {"inputs": digest, "seconds": seconds, "finished": time.strftime("%Y-%m-%dT%H:%M:%S%z")},
    )
    shutil.rmtree(partial, ignore_errors=True)
    return seconds


def digest_of(stage: Stage, digests: Mapping[str, str]) -> str:
    """Twelve hex digits that change with anything the stage depends on."""
    files = {str(file): hash_file(file) for source in stage.sources for file in files_under(source)}
    facts = {
        "settings": stage.settings,
        "files": sorted(files.values()),
        "after": [digests[name] for name in stage.after],
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True, default=str).encode()).hexdigest()[:12]


def files_under(source: Path) -> list[Path]:
    """A file itself, or the files of a folder without what Python leaves behind."""
    found = sorted(source.rglob("*")) if source.is_dir() else [source]
    return [file for file in found if file.is_file() and "__pycache__" not in file.parts]


def hash_file(file: Path) -> str:
    return hashlib.sha256(file.name.encode() + b"\0" + file.read_bytes()).hexdigest()


def move_into_place(made: Path, target: Path) -> None:
    """Replace a file in one step; of a folder the old one is set aside first and removed afterwards."""
    if not target.is_dir():
        os.replace(made, target)
        return
    aside = made.with_name(f"{made.name}.old")
    os.replace(target, aside)
    os.replace(made, target)
    shutil.rmtree(aside)


def read_stamp(out: Path, name: str) -> dict[str, Any]:
    """The stamp, or nothing when there is none or a kill left it broken."""
    try:
        return json.loads((out / "stages" / f"{name}.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return {}


def write_json(path: Path, content: object) -> None:
    """Write a JSON file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    os.replace(beside, path)
