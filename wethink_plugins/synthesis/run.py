"""A run's folder: what it was started with, its ledger and call store, and who works on it.

`synthesis.json` settings as they were read, `run.json` id and age, `ledger.sqlite`, `calls.sqlite`, `stopped.json` why the
last process stopped; at the end `rows.jsonl`, `provenance.jsonl`, `rejects.jsonl`.
"""

from __future__ import annotations

import json
import os
import time
import uuid
from pathlib import Path
from typing import IO, Any

from wethink_plugins.datasets.write import write_text
from wethink_plugins.errors import WeThinkError
from wethink_plugins.synthesis.config import SynthesisConfig
from wethink_plugins.synthesis.ledger import Ledger
from wethink_plugins.synthesis.served import differing, gone_on, pinned


class RunFolder:
    """`config` is that of the run; `id` names it to the call store; `created`: when, in seconds since 1970; `extends`: how
    many rows were there before (see `extend`).
    """

    def __init__(self, folder: Path, config: SynthesisConfig, identity: str, created: float, extends: int = 0) -> None:
        self.folder, self.config, self.id, self.created = folder, config, identity, created
        self.extends = extends
        self._lock: IO[str] | None = None

    @classmethod
    def create(cls, folder: Path, config: SynthesisConfig, extends: int = 0) -> RunFolder:
        """A new run in `folder`, which is made. WeThinkError where a run is there already; ConfigError where the environment lacks an address."""
        cls.check_new(folder)
        run = cls(folder, pinned(config), uuid.uuid4().hex[:12], time.time(), extends)
        write_text(folder / "synthesis.json", run.config.model_dump_json(indent=1) + "\n")
        write_text(folder / "run.json", json.dumps({"id": run.id, "created": run.created, "extends": extends}) + "\n")
        return run

    @staticmethod
    def check_new(folder: Path) -> None:
        """WeThinkError where a run is there already."""
        if (folder / "run.json").exists():
            raise WeThinkError("holds a run already", fix="`wethink synth resume` goes on with it", file=folder)

    @classmethod
    def open(cls, folder: Path) -> RunFolder:
        """The run of `folder`, of whatever state. WeThinkError where none is there that can be read."""
        try:
            facts: dict[str, Any] = json.loads((folder / "run.json").read_text(encoding="utf-8"))
            config = SynthesisConfig.model_validate_json((folder / "synthesis.json").read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            first = str(error).splitlines()[0]
            raise WeThinkError(f"holds no run that can be read: {first}", fix="start one with `wethink synth run`", file=folder) from None  # fmt: skip
        return cls(folder, config, facts["id"], facts["created"], facts.get("extends", 0))

    def withdraw(self) -> None:
        """Of a run that couldn't start: the folder can be used for another."""
        (self.folder / "run.json").unlink(missing_ok=True)

    def change(self, config: SynthesisConfig) -> None:
        """Takes new limits and servers; WeThinkError where anything differs that shapes a row: old ones would not fit."""
        if others := differing(self.config, config):
            raise WeThinkError(
                f"was started with other settings: {', '.join(others)}",
                fix="resume with the old ones, or start a new run (calls of the same form are in the store: name it under store)",
                file=self.folder,
            )
        self.config = gone_on(self.config, config)
        write_text(self.folder / "synthesis.json", self.config.model_dump_json(indent=1) + "\n")

    def ended(self, why: str) -> None:
        """What `status` says of a run that nobody works on; empty for one that is complete."""
        write_text(self.folder / "stopped.json", json.dumps({"why": why or "all items have ended"}) + "\n")

    @property
    def calls(self) -> Path:
        """The file of the call store: the YAML's `store`, else the run's own."""
        return Path(self.config.store).expanduser() if self.config.store else self.folder / "calls.sqlite"

    def ledger(self, reads_only: bool = False) -> Ledger:
        """Opened, for writing made if need be. WeThinkError where one that is only read isn't there yet."""
        file = self.folder / "ledger.sqlite"
        if reads_only and not file.exists():
            raise WeThinkError("has no ledger yet", fix="wait for its first items", file=self.folder)
        return Ledger(file, reads_only)

    def lock(self) -> None:
        """For as long as this process lives. WeThinkError where another one works on the run."""
        self._lock = open(self.folder / "lock", "a+", encoding="utf-8")  # noqa: SIM115  held until the process ends
        try:
            _lock_file(self._lock)
        except OSError:
            self._lock.seek(0)
            holder = self._lock.read().strip() or "unknown"
            self._lock.close()
            raise WeThinkError(f"another process works on it ({holder})", fix="wait for it or stop it", file=self.folder) from None  # fmt: skip
        self._lock.truncate(0)
        self._lock.write(f"process {os.getpid()}")
        self._lock.flush()
        (self.folder / "stopped.json").unlink(missing_ok=True)  # a kill leaves no word, and an older one would lie

    def unlock(self) -> None:
        """Lets others work on it; nothing where this process doesn't."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None


def _lock_file(file: IO[str]) -> None:
    """The kernel lets go of it when the process ends, however it ends."""
    if os.name == "nt":
        import msvcrt

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
