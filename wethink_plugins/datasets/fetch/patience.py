"""When a server that fails is asked again, and when it counts as gone."""

from __future__ import annotations

import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from re import search

from wethink_plugins.endpoints.backoff import backoff_s

PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
# Chosen. The hub counts requests in windows of five minutes; whoever asks for more than that is taken to mean it.
_LONGEST_S = 300.0


class Passing(Exception):
    """A fault that may be gone the next time; `wait_s` is what the server asked for."""

    def __init__(self, text: str, wait_s: float | None = None) -> None:
        super().__init__(text)
        self.wait_s = wait_s


def pause_s(attempts: int, fault: Passing) -> float:
    return min(backoff_s(attempts, fault.wait_s), _LONGEST_S)


def asked_wait_s(headers: Mapping[str, str]) -> float | None:
    """From Retry-After (seconds or a date), or the hub's own `ratelimit: "resolvers";r=0;t=55`."""
    text = (headers.get("Retry-After") or "").strip()
    if text.isdigit():
        return float(text)
    if text:
        try:
            return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
        except (ValueError, TypeError):
            return None
    limit = search(r";\s*r=0\s*;\s*t=(\d+)", headers.get("ratelimit") or "")
    return float(limit[1]) if limit else None
