"""What is wrong with a source, and not with one of its pictures."""

from __future__ import annotations

from wethink_plugins.errors import WeThinkError


class SourceGone(WeThinkError):
    """A folder, shard or parquet file that was there when the run began is gone or another one: stop, reject nothing.

    An unmounted disk must not cost a run its items.
    """
