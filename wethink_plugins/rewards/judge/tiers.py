"""The words a judge may say about a descriptive answer, from best to worst."""

from __future__ import annotations

TIERS: tuple[str, ...] = ("correct", "mostly", "partly", "wrong")
LOWEST = TIERS[-1]
