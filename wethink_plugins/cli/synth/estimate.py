"""`wethink synth estimate`: what a run will cost, from a sample of its own images."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from wethink_plugins.cli.options import JsonFlag, OptionalInt, OptionalPath, QuietFlag
from wethink_plugins.cli.output import complain, say, say_json, say_table
from wethink_plugins.synthesis.estimate.sample import IMAGES


def estimate(
    config: Annotated[Path, typer.Argument(help="The YAML of the run.")],
    sample: Annotated[int, typer.Option("--sample", min=1, help="Images that are made for real, and paid.")] = IMAGES,
    images_total: Annotated[
        OptionalInt,
        typer.Option("--images-total", min=1, help="Images of the whole run; default: those that the YAML finds."),
    ] = None,
    out: Annotated[
        OptionalPath, typer.Option("--out", help="The run's folder, which `resume` goes on with; default: a new one.")
    ] = None,
    json: JsonFlag = False,
    quiet: QuietFlag = False,
) -> None:
    """Make the first images of a run for real; what the whole will cost, in money, tokens and time, with 90% intervals.

    Nothing is paid twice: `wethink synth resume FOLDER` goes on after them, and a larger --sample with the same --out
    makes only what is missing. Exit code 1: a limit of the YAML ended the sample, or no interval can be given.
    """
    from wethink_plugins.cli.synth.work import _Shown
    from wethink_plugins.synthesis.config import SynthesisConfig
    from wethink_plugins.synthesis.estimate.sample import estimate as estimated
    from wethink_plugins.synthesis.estimate.sample import take
    from wethink_plugins.synthesis.running.start import start

    run = _folder(out, SynthesisConfig.load(config))
    run.lock()
    ledger = start(run)
    with _Shown(quiet or json) as observe:
        taken = take(run, ledger, sample, observe)
    run.unlock()
    found = estimated(run, taken, images_total)
    say_json(found) if json else _show(found)
    if taken.stopped or found["total"]["tokens"]["low"] is None:
        complain(taken.stopped or found["notes"][0])
        raise typer.Exit(1)


def _folder(out: Path | None, config: Any) -> Any:
    """The run there with these settings, or a new one."""
    import tempfile

    from wethink_plugins.synthesis.run import RunFolder

    folder = out or Path(tempfile.mkdtemp(prefix="wethink-synth-"))
    if not (folder / "run.json").exists():
        return RunFolder.create(folder, config)
    run = RunFolder.open(folder)
    run.change(config)
    return run


_MEASURES = {
    "rows": "rows accepted", "accept_rate": "of the questions", "usd": "dollars", "usd_per_row": "dollars a row",
    "tokens": "tokens", "prompt_tokens": "of them prompts", "completion_tokens": "of them replies", "calls": "calls",
}  # fmt: skip


def _show(found: Mapping[str, Any]) -> None:
    from wethink_plugins.synthesis.report.words import NO_PRICES

    made = found["sample"]
    unpriced = bool(found["unpriced"]) and not made["usd"]
    title = f"{found['images']:,} images, from {made['images']:,} ({made['accepted']:,} of {made['items']:,} accepted)"
    lines = [
        (label, *(("-", NO_PRICES) if unpriced and name.startswith("usd") else _shown(name, found["total"][name])))
        for name, label in _MEASURES.items()
    ]
    say_table(title, ("", "estimate", f"{found['level']:.0%} interval"), lines)
    measures = {"calls": "calls", "tokens": "tokens", **({} if unpriced else {"usd": "dollars"})}
    stages = [
        (name, stage["images"], *(cell for measure in measures for cell in _shown(measure, stage[measure])))
        for name, stage in found["stages"].items()
    ]  # fmt: skip
    columns = [cell for label in measures.values() for cell in (label, "")]
    say_table("by stage", ("", "images", *columns), stages)
    hours = [(one["limit"], *_shown("hours", _hours(one), "")) for one in found["time"]]
    say_table("time, if this alone were the limit and always in use", ("", "hours", "interval"), hours)
    for note in found["notes"]:
        say(f"note: {note}")
    usd = NO_PRICES if unpriced else f"${made['usd']:,.2f}"
    say(f"the sample cost {made['tokens']:,.0f} tokens, {usd}; go on with: wethink synth resume {found['run']}")


def _hours(seconds: Mapping[str, Any]) -> dict[str, float | None]:
    return {name: None if seconds[name] is None else seconds[name] / 3600 for name in ("value", "low", "high")}


def _shown(measure: str, interval: Mapping[str, float | None], lacking: str = "too few to tell") -> tuple[str, str]:
    low, high = _number(measure, interval["low"]), _number(measure, interval["high"])
    return _number(measure, interval["value"]), lacking if interval["low"] is None else f"{low} to {high}"


def _number(measure: str, value: float | None) -> str:
    """Three digits of what is estimated; more would promise what the interval takes back."""
    if value is None:
        return "-"
    if measure == "accept_rate":
        return f"{value:.1%}"
    if abs(value) >= 100:
        return f"{float(f'{value:.3g}'):,.0f}"
    return f"{value:.3g}"
