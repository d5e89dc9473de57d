"""`wethink synth VERB`: questions, answers and reasoning made from images."""

from __future__ import annotations

from wethink_plugins.cli.verbs import group_of

_VERBS = ("estimate", "run", "resume", "status", "report")

app = group_of({verb: f"{__name__}.{verb}" for verb in _VERBS}, "Make questions, answers and reasoning from images.")
