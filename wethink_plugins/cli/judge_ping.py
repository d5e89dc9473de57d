"""`wethink judge ping`: one question to each endpoint."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import typer

from wethink_plugins.cli.options import ConfigOption, JsonFlag
from wethink_plugins.cli.output import complain, say_json, say_table

if TYPE_CHECKING:
    from wethink_plugins.config import Endpoint, Judge

_QUESTION = "What does the dog in the picture do?"
_REFERENCE = "It runs along the beach with a ball in its mouth."
_ANSWER = "The dog is running on the beach, carrying a ball in its mouth."


def ping(config: ConfigOption = None, json: JsonFlag = False) -> None:
    """Ask each endpoint to judge a right answer: model, mode, seconds, verdict. Exit code 1 when one gives none."""
    from wethink_plugins.config import WeThinkConfig
    from wethink_plugins.endpoints.route import another_model
    from wethink_plugins.errors import ConfigError

    settings = WeThinkConfig.load(config).judge
    if not settings.endpoints:
        what = "is the offline stand-in, which can't be down" if settings.offline else "isn't configured"
        raise ConfigError(f"the judge {what}", fix="name a server under judge.endpoints", field="judge.endpoints")
    found = [asyncio.run(_asked(settings, endpoint)) for endpoint in settings.endpoints]
    say_json(found) if json else _show(found)
    for line in found:
        if line["fault"]:
            complain(f"{line['model']} at {line['endpoint']}: {line['fault']}")
        elif another_model(line["model"], line["answered_by"]):
            what = f"asked for {line['model']}, and {line['answered_by']} answered, whose verdicts these are"
            complain(f"warning: {line['endpoint']}: {what}; name that one as model if it is meant")
    if any(line["fault"] for line in found):
        raise typer.Exit(1)


async def _asked(settings: Judge, endpoint: Endpoint) -> dict[str, Any]:
    """Alone, so that the next endpoint doesn't answer for it, and without the store, which would."""
    from wethink_plugins.errors import Ungradable, Unscored, WeThinkError
    from wethink_plugins.rewards.judge.online import OnlineJudge
    from wethink_plugins.sample import Sample

    line: dict[str, Any] = {"model": endpoint.model, "endpoint": endpoint.base_url, "mode": None, "latency_s": None}
    line |= {"verdict": None, "attempts": None, "answered_by": None, "fault": ""}
    sample = Sample("ping", None, _QUESTION, _ANSWER, _REFERENCE, "descriptive")
    try:
        judge = OnlineJudge(settings.model_copy(update={"endpoints": [endpoint], "store": None}))
    except WeThinkError as error:
        return {**line, "fault": str(error)}
    try:
        judgement = await judge.judge(sample, _ANSWER)
        known = {name: judgement.call.get(name) for name in ("endpoint", "mode", "latency_s", "attempts")}
        return {**line, **known, "answered_by": judgement.call["model"], "verdict": judgement.tier}
    except (Unscored, Ungradable) as error:
        return {**line, "fault": str(error)}
    finally:
        await judge.aclose()


def _show(found: list[dict[str, Any]]) -> None:
    rows = [
        (
            f"{line['model']} at {line['endpoint']}",
            line["mode"] or "-",
            "-" if line["latency_s"] is None else f"{line['latency_s']:.2f}",
            line["verdict"] or "none",
        )
        for line in found
    ]
    say_table("a right answer, so `correct` is to be expected", ("judge", "mode", "seconds", "verdict"), rows)
