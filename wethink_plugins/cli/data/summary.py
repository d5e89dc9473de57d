"""What `wethink data validate` says at the end: as tables for a person, as one value for a program."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wethink_plugins.cli.data.rejected import FOR_ALL
from wethink_plugins.cli.output import say, say_table
from wethink_plugins.counted import counted

if TYPE_CHECKING:
    from wethink_plugins.datasets.prompt_length import PromptLengths
    from wethink_plugins.datasets.sources import SourceUse
    from wethink_plugins.datasets.validate import Validation
    from wethink_plugins.datasets.values import Met

_VALUES_SHOWN, _SOURCES_SHOWN = 12, 30


def summary_of(
    found: Validation,
    lengths: PromptLengths | None,
    rejects: Path | None,
    fix: Path | None,
    fixed: Mapping[str, int] | None,
) -> dict[str, Any]:
    """`fixed`: what was changed in the rows written to `fix`. Lengths are in tokens, of the whole prompt."""
    return {
        "file": str(found.file),
        **found.counts,
        "unknown": [asdict(unknown) for unknown in found.unknown],
        "aliases": found.aliases,
        "values": [asdict(value) for value in found.values],
        "sources": [_source(use) for use in found.sources],
        "prompt_tokens": {**lengths.percentiles(), "limit": lengths.limit} if lengths else None,
        "rejects_file": str(rejects) if rejects else None,
        "fixed": {"file": str(fix), "changed": dict(fixed)} if fixed is not None else None,
        "rejects": [asdict(reject) for reject in found.rejects],
    }


def show(found: Validation, summary: Mapping[str, Any]) -> None:
    """To stdout."""
    _show_values(found)
    _show_sources(summary["sources"])
    _show_defects(found)
    if summary["prompt_tokens"]:
        say("prompt tokens: " + ", ".join(f"{name} {value}" for name, value in summary["prompt_tokens"].items()))
    counts = found.counts
    for title in ("question_type", "reward_method"):
        say(f"{title}: " + ", ".join(f"{value} {rows}" for value, rows in counts[title].items()))
    say(
        f"{found.file}: {counted(counts['read'], 'row')} read, {counts['accepted']} accepted, {counts['rejected']} rejected"
        + (f", {counts['removed']} left out by the list" if "removed" in counts else "")
    )
    if summary["rejects_file"]:
        say(f"rejects: {summary['rejects_file']}")
    if summary.get("report_file"):
        say(f"wrote {summary['report_file']}")
    if summary["fixed"]:
        _show_fixed(summary["fixed"], counts["accepted"])


def _show_values(found: Validation) -> None:
    rows: list[tuple[object, ...]] = []
    for field in dict.fromkeys(met.field for met in found.values):
        met = [value for value in found.values if value.field == field]
        # Unknown ones are what the table is for: they come first.
        shown = sorted(met, key=lambda value: bool(value.meaning) or field == "abilities")[:_VALUES_SHOWN]
        rows += [(field, v.value or "(none)", v.rows, _read_as(v, found.one_alias)) for v in shown]
        if len(met) > len(shown):
            rows.append(
                (field, f"({len(met) - len(shown)} more values)", sum(v.rows for v in met if v not in shown), "")
            )
    say_table("values as they are met", ("field", "value", "rows", "read as, or the line for the YAML"), rows)
    if found.aliases and not found.one_alias:
        say(f"{FOR_ALL}: {found.aliases}")


def _read_as(met: Met, one_alias: bool) -> str:
    if met.yaml:
        return met.yaml if one_alias else f"unknown: looks like {met.likely}"
    return met.meaning or ("" if met.field == "abilities" else "unknown")


def _source(use: SourceUse) -> dict[str, Any]:
    known = use.source
    return {
        "name": use.name,
        "rows": use.rows,
        "known": known is not None,
        "title": known.title if known else "",
        "licence": known.licence if known else "unknown",
        "benchmarks": list(known.benchmarks) if known else [],
        "quota": known.quota if known else None,
        "over": use.over,
    }


def _show_sources(sources: list[dict[str, Any]]) -> None:
    if not sources:
        return
    rows = [
        (
            one["name"],
            one["rows"],
            one["licence"] if one["known"] else "(not in the registry)",
            ", ".join(one["benchmarks"]) or "-",
            _quota(one),
        )
        for one in sources[:_SOURCES_SHOWN]
    ]
    if len(sources) > _SOURCES_SHOWN:
        rest = sources[_SOURCES_SHOWN:]
        rows.append((f"({len(rest)} more)", sum(one["rows"] for one in rest), "", "", ""))
    say_table("sources of accepted rows", ("source", "rows", "licence", "near benchmarks", "quota"), rows)


def _quota(one: Mapping[str, Any]) -> str:
    if one["quota"] is None:
        return "-"
    over = one["over"]
    return f"{one['quota']} ({'met' if not over else f'{over} over' if over > 0 else f'{-over} under'})"


def _show_defects(found: Validation) -> None:
    from wethink_plugins.datasets.defects import DEFECTS

    rows = [
        (name, DEFECTS[name].action, number, DEFECTS[name].title) for name, number in found.counts["defects"].items()
    ]
    if rows:
        say_table("what was found", ("name", "action", "rows", "what it is"), rows)


def _show_fixed(fixed: Mapping[str, Any], accepted: int) -> None:
    if fixed["changed"]:
        say_table("what was changed", ("change", "rows"), list(fixed["changed"].items()))
    say(f"wrote {fixed['file']}: {counted(accepted, 'row')}")
