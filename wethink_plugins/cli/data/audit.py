"""`wethink data audit FILE`, which stands for `audit start FILE`, and `wethink data audit report DIR`."""

from __future__ import annotations

from wethink_plugins.cli.verbs import group_of

_VERBS = ("start", "report")

app = group_of(
    {verb: f"wethink_plugins.cli.data.audit_{verb}" for verb in _VERBS},
    "People mark a sample of rows; `wethink data audit FILE` is short for `wethink data audit start FILE`.",
    default="start",
)
