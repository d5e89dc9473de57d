"""`wethink judge VERB`: is this judge there, and fit to pay answers?"""

from __future__ import annotations

from wethink_plugins.cli.verbs import group_of

_VERBS = ("ping", "calibrate", "stability")

app = group_of(
    {verb: f"wethink_plugins.cli.judge_{verb}" for verb in _VERBS},
    "Reach and measure the judge before and while it pays.",
)
