"""The figures as a page, in the order in which somebody decides whether to train on the rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wethink_plugins.counted import counted
from wethink_plugins.report import Bar, Number, Page
from wethink_plugins.synthesis.report.cards import Read
from wethink_plugins.synthesis.report.gallery import cards_of
from wethink_plugins.synthesis.report.page_growth import growth_on, notes_on
from wethink_plugins.synthesis.report.page_rows import agreement_on, mix_on, origins_on
from wethink_plugins.synthesis.report.page_run import calls_on, drift_on, lengths_on, settings_on, spending_on
from wethink_plugins.synthesis.report.share import per_cent, with_interval
from wethink_plugins.synthesis.report.words import NO_PRICES, approximate, dollars, state_text
from wethink_plugins.synthesis.vocabulary import REASONS

Figures = Mapping[str, Any]


def run_page(figures: Figures, read: Read | None = None) -> Page:
    """From what `run_figures` returns. `read` gives an image's bytes; by default the run's own source does."""
    state = figures["state"]
    page = Page("Synthesis", f"Run {state['run']}: {state['images']:,} images, {state['items']:,} items.")
    _unfinished(page, state, figures["funnel"])
    page.numbers(*_numbers(figures))
    _signs(page, figures)
    if not figures["funnel"]["ended"]:
        page.text("No item has ended so far, so there is nothing to show yet.")
        calls_on(page, figures)
        return page
    _gallery(
        page, "Accepted rows", "Drawn by the run's seed, as many of each question type.", figures, "accepted", read
    )
    mix_on(page, figures["mix"])
    origins_on(page, figures["origins"])
    agreement_on(page, figures["answers"])
    _funnel(page, figures["funnel"])
    _gallery(page, "Rejected items", "Drawn by the run's seed, of every reason.", figures, "rejected", read)
    growth_on(page, figures["growth"])
    lengths_on(page, figures["lengths"])
    drift_on(page, figures["drift"])
    notes_on(page, figures["notes"])
    spending_on(page, figures)
    calls_on(page, figures)
    settings_on(page, figures["settings"])
    return page


def _unfinished(page: Page, state: Figures, funnel: Figures) -> None:
    if state["state"] != "complete":
        waiting = f" {funnel['waiting']:,} went through all stages and wait for the end of their round." * bool(
            funnel["waiting"]
        )
        page.note(f"Unfinished: {state['ended']:,} of {state['items']:,} items have ended.{waiting} {state_text(state)}")  # fmt: skip


def _numbers(figures: Figures) -> list[Number]:
    funnel, answers, calls = figures["funnel"], figures["answers"], figures["calls"]
    settled, distance = answers["accepted_settled_by"], figures["mix"]["abilities"]["distance"]
    total, duplicates = sum(settled.values()), funnel["reasons"].get("near_duplicate", 0)
    rate = funnel["accept_rate"]
    ended = " whose round has ended" * bool(funnel["waiting"])
    share = "" if rate["rate"] is None else f"of {counted(rate['total'], 'item', ',')}{ended}: {with_interval(rate)}"
    return [
        Number("accepted rows", f"{funnel['accepted']:,}", share),
        Number("both answerers agree", per_cent(answers["all"]["agree"]["rate"]), _interval(answers["all"]["agree"])),
        Number("of the rows rest on the arbiter", per_cent(settled["arbiter"] / total if total else None), f"{settled['arbiter']:,} of {total:,}"),
        Number("off the ability mix", per_cent(distance), "of the rows would have to be others"),
        Number("near-duplicates", f"{duplicates:,}", "turned down at a round's end"),
        _price(calls["per_accepted"]["usd"], calls["per_accepted"]["tokens"]),
    ]  # fmt: skip


def _price(usd: float | None, tokens: float | None) -> Number:
    """In tokens where there are no prices."""
    if usd is None:
        return Number(
            "tokens an accepted row", approximate(tokens), f"{NO_PRICES}; rejected items and failures included"
        )
    return Number(
        "an accepted row", dollars(usd), f"{approximate(tokens)} tokens, rejected items and failures included"
    )


def _interval(share: Figures) -> str:
    if share["rate"] is None:
        return "none were compared"
    return f"95%: {100 * share['low']:.1f} to {100 * share['high']:.1f}, of {share['total']:,}"


def _signs(page: Page, figures: Figures) -> None:
    if figures["signs"]:
        page.section("Look at these first")
        page.table(("sign", "seen", "what it means"), [list(sign.values()) for sign in figures["signs"]])


def _gallery(page: Page, heading: str, text: str, figures: Figures, kind: str, read: Read | None) -> None:
    cards = figures["cards"][kind]
    page.section(heading, text if cards else "There are none.")
    if cards:
        page.gallery(cards_of(cards, read))


def _funnel(page: Page, funnel: Figures) -> None:
    open_rounds = " In open rounds what is rejected ends first, so their shares lean that way." * bool(
        funnel["waiting"]
    )
    page.section("What each stage lets through", f"Items that have ended.{open_rounds}")
    ended = funnel["ended"] or 1
    rows: list[list[object]] = []
    for stage in funnel["stages"]:
        reasons = ", ".join(f"{name} {number:,}" for name, number in stage["reasons"].items())
        bar = Bar(f"{stage['left']:,}", [stage["left"] / ended, stage["rejected"] / ended])
        rows.append([stage["stage"] or "(before)", stage["entered"], bar, stage["rejected"], with_interval(stage["pass_rate"]), reasons])  # fmt: skip
    page.table(
        ("stage", "entered", "left", "rejected", "pass rate", "reasons"), rows, legend=("go on", "rejected here")
    )
    if funnel["reasons"]:
        rows = [[name, number, REASONS.get(name, "")] for name, number in funnel["reasons"].items()]
        page.table(("reason", "items", "what it means"), rows)
