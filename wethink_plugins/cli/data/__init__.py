"""`wethink data VERB`: from the published dataset to files that a trainer reads."""

from __future__ import annotations

from wethink_plugins.cli.verbs import group_of

_VERBS = ("fetch", "validate", "export", "contamination", "audit")

app = group_of({verb: f"{__name__}.{verb}" for verb in _VERBS}, "Get rows, check them, and write them for a trainer.")
