"""All figures of a run, in one pass over its items."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from wethink_plugins.errors import ConfigError
from wethink_plugins.synthesis.asking.in_flight import cut_off
from wethink_plugins.synthesis.ledger import Ledger
from wethink_plugins.synthesis.report.answers import Answers
from wethink_plugins.synthesis.report.calls import CallLog
from wethink_plugins.synthesis.report.cards import Cards
from wethink_plugins.synthesis.report.drift import Drift
from wethink_plugins.synthesis.report.funnel import Funnel, stage_names
from wethink_plugins.synthesis.report.growth import growth_of, notes_of
from wethink_plugins.synthesis.report.lengths import Lengths
from wethink_plugins.synthesis.report.mix import Mixture
from wethink_plugins.synthesis.report.origins import Origins
from wethink_plugins.synthesis.report.outcome import outcomes
from wethink_plugins.synthesis.report.signs import signs
from wethink_plugins.synthesis.report.spending import Spending
from wethink_plugins.synthesis.report.state import reading, state_of
from wethink_plugins.synthesis.run import RunFolder
from wethink_plugins.synthesis.served import identity_of


def run_figures(run: RunFolder) -> dict[str, Any]:
    """Plain data, ready for JSON. WeThinkError where the run has no ledger yet, or ledger or store can't be read."""
    with reading(run) as ledger, CallLog(run.calls, run.id) as calls:
        figures = _counted(run, ledger)
        state = state_of(run, ledger, figures["funnel"]["ended"])
        accepted = figures["funnel"]["accepted"]
        paid = {**calls.figures(), "kills": _kills(run, calls, bool(state["process"]))}
    tokens = paid["prompt_tokens"] + paid["completion_tokens"]
    paid["per_accepted"] = {
        "usd": paid["usd"] / accepted if accepted and paid["usd"] is not None else None,
        "tokens": tokens / accepted if accepted else None,
    }
    figures = {"state": state, **figures, "calls": paid, "settings": _settings(run)}
    return {**figures, "signs": signs(figures)}


def _counted(run: RunFolder, ledger: Ledger) -> dict[str, Any]:
    config = run.config
    stages = stage_names(config)
    funnel, answers, mix = Funnel(stages), Answers(), Mixture(config.mix)
    lengths, spending, drift = Lengths(), Spending(stages), Drift(config.mix)
    cards, origins = Cards(config.seed), Origins()
    for item, outcome in outcomes(ledger):
        funnel.add(outcome)
        drift.add(item, outcome, spending.add(item))
        for figure in (answers, mix, lengths, cards, origins):
            figure.add(item, outcome)
    counted = funnel.figures()
    return {
        "funnel": counted,
        "answers": answers.figures(),
        "mix": {**mix.figures(), "notes": _notes(ledger)},
        "notes": notes_of(ledger.rounds()),
        "growth": growth_of(run),
        "lengths": lengths.figures(),
        "spending": spending.figures(counted["accepted"]),
        "drift": drift.figures(),
        "origins": origins.figures(),
        "cards": cards.figures(),
    }


def _kills(run: RunFolder, calls: CallLog, works: bool) -> dict[str, Any]:
    """`in_flight`, `repeated` of all processes that were killed; `most`: in flight at one kill."""
    lines = calls.repeated(cut_off(run.folder), _identities(run), works)
    return {
        "kills": len(lines),
        "in_flight": sum(line["in_flight"] for line in lines),
        "repeated": sum(line["repeated"] for line in lines),
        "most": max((line["in_flight"] for line in lines), default=0),
        "processes": lines,
    }


def _identities(run: RunFolder) -> list[str]:
    """As the call store's keys have them; an address that is set from outside may not be known here."""
    found = []
    for endpoint in (one for model in run.config.models.values() for one in model.endpoints):
        with suppress(ConfigError):
            found.append(identity_of(endpoint))
    return found


def _notes(ledger: Ledger) -> list[str]:
    """What the plan of the last round could not give."""
    last = ledger.last_round()
    return list(last.notes) if last is not None else []


def _settings(run: RunFolder) -> dict[str, Any]:
    """Who did what: role -> models. Nothing secret is among it, keys are known by the names of their variables only."""
    config = run.config
    return {
        "roles": {
            role: [endpoint.model for endpoint in config.models[name].endpoints] for role, name in config.roles.items()
        },
        "stages": stage_names(config),
        "questions_per_image": config.questions_per_image,
        "seed": config.seed,
        "limits": config.limits.model_dump(),
    }
