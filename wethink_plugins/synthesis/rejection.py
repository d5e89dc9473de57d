"""The two ways in which an item's work ends early."""

from __future__ import annotations

from typing import get_args

from wethink_plugins.synthesis.records import Draft
from wethink_plugins.synthesis.vocabulary import Reason


class Rejected(Exception):
    """The item is no good, and trying again would not change it. `reason` is one of REASONS; the stage is added outside."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        assert reason in get_args(Reason)
        self.reason, self.detail = reason, " ".join(detail.split())
        super().__init__(f"{reason}: {self.detail}")


class Unfinished(Exception):
    """A server or a limit stopped the work; nothing is said of the item. `kind` is a CallFailed's, refused, store or stopped.

    `model` is the name of who failed. `stage` and `draft`, what the item had come to, are filled in by the pipeline.
    """

    def __init__(self, kind: str, note: str, model: str = "") -> None:
        self.kind, self.note, self.model, self.stage = kind, note, model, ""
        self.draft: Draft | None = None
        super().__init__(f"{kind}: {note}")
