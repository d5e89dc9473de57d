"""Numbers and states as people read them, for page and terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

NO_PRICES = "no prices given"
"""Where no endpoint has `usd_per_million`: nothing is known, which isn't $0."""


def dollars(value: float | None) -> str:
    """Four significant places below a cent, two decimals above a dollar; a dash where prices aren't known."""
    if value is None:
        return "–"
    return f"${value:,.2f}" if value >= 1 else f"${value:.4f}" if value >= 0.001 or not value else f"${value:.2g}"


def approximate(number: float | None) -> str:
    if number is None:
        return "–"
    for size, letter in ((1e9, "B"), (1e6, "M"), (1e4, "K")):
        if number >= size:
            return f"{number / (1e3 if letter == 'K' else size):,.3g}{letter}"
    return f"{number:,.0f}"


def cost(usd: float | None, tokens: float | None) -> str:
    """Both, and that no price is known where it isn't: a dash for the money would say nothing."""
    if tokens is None:
        return "–"
    return f"{approximate(tokens)} tokens, " + (NO_PRICES if usd is None else dollars(usd))


def duration(seconds: float | None) -> str:
    """`3 d 4 h`, `2 h 5 min`, `4 min`, `12 s`."""
    if seconds is None:
        return "–"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} d {hours} h"
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def fault_text(faults: Sequence[Mapping[str, Any]]) -> str:
    """The most frequent fault of failed calls; faults as `CallLog.faults` has them, at least one."""
    first, failed = faults[0], sum(one["attempts"] for one in faults)
    return (
        f"{first['attempts']:,} of {failed:,} failed attempts: {first['status']} {first['endpoint']}: {first['note']}"
    )


def state_text(state: Mapping[str, Any]) -> str:
    """A sentence: who works on it, or why nobody does."""
    if state["state"] == "complete":
        return "Complete."
    if state["state"] == "running":
        return f"Works on it: {state['process']}; round {state['round'] + 1} of {state['rounds']}."
    return f"Nobody works on it: {state['why']}. `wethink synth resume {state['folder']}` goes on."
