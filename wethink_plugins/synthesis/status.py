"""How a run is doing now: cheap enough to be asked every second, and never in the way of the process that works."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from wethink_plugins.errors import WeThinkError
from wethink_plugins.synthesis.ledger import Ledger
from wethink_plugins.synthesis.report.calls import CallLog
from wethink_plugins.synthesis.report.funnel import Funnel, stage_names
from wethink_plugins.synthesis.report.outcome import LATE, Outcome
from wethink_plugins.synthesis.report.state import nothing_of, reading, state_of
from wethink_plugins.synthesis.run import RunFolder

# The last minute is what a person wants to see; an hour's estimate needs a calmer figure (chosen).
_SHORT_S, _LONG_S = 60.0, 600.0
# Below the open round, so many items more are looked at for those that ended lately.
_BEHIND = 2048


def run_status(run: RunFolder) -> dict[str, Any]:
    """Plain data. A run whose ledger isn't there yet has nothing ended; WeThinkError where files can't be read."""
    now = time.time()
    with CallLog(run.calls, run.id) as calls:
        used, short, long = calls.used(), calls.recent(_SHORT_S, now), calls.recent(_LONG_S, now)
        faults = calls.faults()
    try:
        with reading(run) as ledger:
            funnel = _funnel(run, ledger)
            state = state_of(run, ledger, funnel["ended"])
            rate = _rate(run, ledger, state, now)
    except WeThinkError as error:
        if "no ledger yet" not in error.problem:
            raise
        funnel, state, rate = (
            Funnel(stage_names(run.config)).figures(),
            nothing_of(run),
            {"minute": 0, "ten_minutes": 0.0},
        )
    running = state["state"] == "running"
    spent = {"usd": used["usd"] if _priced(run) else None, "tokens": used["tokens"]}
    accepted = funnel["accepted"]
    return {
        "state": state,
        "funnel": funnel,
        "items_per_minute": rate if running else {"minute": 0, "ten_minutes": 0.0},
        "calls": {**short, "per_s": short["answered"] / _SHORT_S, "faults": faults},
        "spent": {
            **spent,
            "per_accepted": {name: value / accepted if accepted and value is not None else None for name, value in spent.items()},
        },
        "limits": _limits(run, used, now if running else None),
        "eta": _eta(run, state, rate, used, long, now) if running else None,
    }  # fmt: skip


def _funnel(run: RunFolder, ledger: Ledger) -> dict[str, Any]:
    """As the report has it, without reading a record."""
    last = ledger.last_round()
    closed = 0 if last is None else last.round + 1
    late, waiting = len(ledger.late()), ledger.passed_since(closed)
    tally = ledger.tally()
    passed = sum(number for status, _, _, number in tally if status == "passed")
    funnel = Funnel(stage_names(run.config))
    for status, stage, reason, number in tally:
        if status == "rejected":
            funnel.add(Outcome("rejected", stage, reason, closed=False), number)
    funnel.add(Outcome("rejected", LATE, LATE), late)
    funnel.add(Outcome("waiting", closed=False), waiting)
    accepted = max(0, passed - waiting - late)
    funnel.add(Outcome("accepted"), accepted)
    ended = min(closed * run.config.rounds.size, ledger.image_count() * run.config.questions_per_image)
    return funnel.figures(closed=ended)


def _rate(run: RunFolder, ledger: Ledger, state: Mapping[str, Any], now: float) -> dict[str, float]:
    """Items a minute; of the last ten minutes from the first item on that ended in them, as the run may be younger."""
    seconds = now - run.created
    start = max(0, state["closed"] * run.config.rounds.size - _BEHIND)
    minute, _ = ledger.ended_since(seconds - _SHORT_S, start)
    count, first = ledger.ended_since(seconds - _LONG_S, start)
    window = max(seconds - max(first, seconds - _LONG_S), 1.0)
    return {"minute": minute, "ten_minutes": count * 60 / window if count else 0.0}


def _limits(run: RunFolder, used: Mapping[str, Any], now: float | None) -> dict[str, dict[str, float | None]]:
    """`seconds` are those of the process that works now; its lock is as old as it is."""
    limits = run.config.limits
    so_far = {"usd": used["usd"], "tokens": used["tokens"], "seconds": None if now is None else _working_s(run, now)}
    return {
        name: {"limit": limit, "used": so_far[name]}
        for name, limit in (("usd", limits.usd), ("tokens", limits.tokens), ("seconds", limits.seconds))
    }


def _working_s(run: RunFolder, now: float) -> float | None:
    try:
        return max(0.0, now - (run.folder / "lock").stat().st_mtime)
    except OSError:
        return None


def _eta(
    run: RunFolder, state: Mapping[str, Any], rate: Mapping[str, float], used: Mapping[str, Any],
    long: Mapping[str, Any], now: float,
) -> dict[str, Any]:  # fmt: skip
    """Seconds until the last item has ended, and until each limit, at the pace of the last ten minutes. `first`: what
    comes first. None: no pace to tell from."""
    limits = _limits(run, used, now)
    ends: dict[str, float | None] = {"items": None}
    if rate["ten_minutes"]:
        ends["items"] = (state["items"] - state["ended"]) * 60 / rate["ten_minutes"]
    window = min(_LONG_S, limits["seconds"]["used"] or _LONG_S) or 1.0
    for name in ("usd", "tokens"):
        limit = limits[name]["limit"]
        if limit is not None and long[name]:
            ends[name] = max(0.0, limit - used[name]) * window / long[name]
    if limits["seconds"]["limit"] is not None and limits["seconds"]["used"] is not None:
        ends["seconds"] = max(0.0, limits["seconds"]["limit"] - limits["seconds"]["used"])
    known = {name: seconds for name, seconds in ends.items() if seconds is not None}
    return {**ends, "first": min(known, key=lambda name: known[name]) if "items" in known else None}


def _priced(run: RunFolder) -> bool:
    return any(one.usd_per_million is not None for model in run.config.models.values() for one in model.endpoints)
