"""Entry points: what was registered with the host and with this package, and whether it loads."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import EntryPoint, entry_points

from wethink_plugins.doctor.case import Case
from wethink_plugins.doctor.finding import Finding, error, ok, one_line
from wethink_plugins.registry import GROUPS

_OURS = "wethink"


def registered(case: Case) -> Iterator[Finding]:
    """verl's own are loaded in the probe, inside verl; here only whether ours is registered at all."""
    by_name = case.host == "verl" and case.recipe.text("reward.reward_manager.name") == _OURS
    if by_name and not any(point.name == _OURS for point in entry_points(group="verl.plugins")):
        text = "verl.plugins has no wethink, so verl has no reward manager of that name"
        fix = "install the package again: pip install wethink-plugins (from a checkout: pip install .)"
        yield error("entry points", text, fix)
    points = [point for group in GROUPS for point in entry_points(group=f"wethink.{group}")]
    faults = [(point, fault) for point in points if (fault := _fault(point))]
    for point, fault in faults:
        distribution = point.dist.name if point.dist is not None else "its package"
        text = f"{point.group}: {point.name} ({point.value}) fails to load: {fault}"
        yield error("entry points", text, f"repair or remove {distribution}")
    if not faults:
        yield ok("entry points", f"{len(points)} of ours and others' load")


def _fault(point: EntryPoint) -> str:
    try:
        point.load()
    except Exception as problem:  # noqa: BLE001  a package of somebody else's
        return one_line(f"{type(problem).__name__}: {problem}")
    return ""
