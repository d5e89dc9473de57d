"""Where a row comes from: picture, models, prompts, votes, and what it cost."""

from __future__ import annotations

import os
from typing import Any

from wethink_plugins import __version__
from wethink_plugins.synthesis.records import CallRecord, Draft, ItemRecord
from wethink_plugins.synthesis.run import RunFolder

_DECIMALS = 9
# Of a picture's place: what means something on another machine too.
_ELSEWHERE_TOO = ("kind", "hub", "commit", "file", "column", "group", "row", "offset", "size")


def provenance_of(record: ItemRecord, run: RunFolder) -> dict[str, Any]:
    """`id` is the row's. Nothing in it depends on when a call was made or how often the run was killed."""
    draft, calls = record.draft, record.draft.calls
    return {
        "id": record.item,
        "run": run.id,
        "wethink_plugins": __version__,
        "round": record.round,
        "image": {
            "id": draft.image.id, "source": draft.image.source, "licence": draft.image.licence,
            "path": draft.image.path, "place": _place(draft.image.place),
        },
        "target": draft.target and {
            "question_type": draft.target.question_type, "abilities": list(draft.target.abilities),
        },
        "domain": draft.domain,
        "models": _by(calls, lambda call: call.role, lambda call: call.model),
        "endpoints": _by(calls, lambda call: call.role, lambda call: call.endpoint),
        "prompts": _by(calls, lambda call: f"{call.stage}.{call.role}", lambda call: call.prompt),
        "turns": len(draft.dialogue),
        "stopped": draft.stopped,
        "votes": _votes(draft),
        "checks": [check.model_dump(mode="json") for check in draft.checks],
        **costs_of(calls),
    }  # fmt: skip


def costs_of(calls: list[CallRecord]) -> dict[str, Any]:
    """`reasked`: calls made because the reply before had not the form asked for. `usd` null: an endpoint has no prices."""
    prices = [call.usd for call in calls if not call.finish_reason.startswith("refused")]
    return {
        "calls": len(calls),
        "reasked": sum(call.attempt > 0 for call in calls),
        "prompt_tokens": sum(call.prompt_tokens for call in calls),
        "completion_tokens": sum(call.completion_tokens for call in calls),
        "usd": None if None in prices else round(sum(price for price in prices if price is not None), _DECIMALS),
    }


def _votes(draft: Draft) -> dict[str, Any]:
    agreement, arbitration = draft.agreement, draft.arbitration
    return {
        **{who: answer.answer for who, answer in sorted(draft.answers.items())},
        "agree": agreement and agreement.agree,
        "by": agreement and agreement.by,
        "arbiter": arbitration and arbitration.choice,
    }


def _by(calls: list[CallRecord], key: Any, value: Any) -> dict[str, list[str]]:
    """Each value once, in the order of the calls."""
    found: dict[str, dict[str, None]] = {}
    for call in calls:
        if value(call):
            found.setdefault(key(call), {})[value(call)] = None
    return {name: list(values) for name, values in found.items()}


def _place(place: dict[str, Any]) -> dict[str, Any]:
    """Without the folders of this machine; a file below a source's folder keeps its path."""
    shown = {name: place[name] for name in _ELSEWHERE_TOO if name in place}
    if "file" in shown and os.path.isabs(shown["file"]):
        shown["file"] = os.path.basename(shown["file"])
    return shown
