"""The figures as a page, in the order in which somebody decides whether to train on the rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from wethink_plugins.report import Bar, Cell, Histogram, Line, LineChart, Number, Page
from wethink_plugins.synthesis.report.answers import CHOICES, NOT_ASKED, OTHER
from wethink_plugins.synthesis.report.cards import Read
from wethink_plugins.synthesis.report.gallery import cards_of
from wethink_plugins.synthesis.report.lengths import TEXTS
from wethink_plugins.synthesis.report.share import per_cent, with_interval
from wethink_plugins.synthesis.report.words import approximate, dollars, duration, state_text
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
        _calls(page, figures)
        return page
    _gallery(
        page, "Accepted rows", "Drawn by the run's seed, as many of each question type.", figures, "accepted", read
    )
    _mix(page, figures["mix"])
    _origins(page, figures["origins"])
    _agreement(page, figures["answers"])
    _funnel(page, figures["funnel"])
    _gallery(page, "Rejected items", "Drawn by the run's seed, of every reason.", figures, "rejected", read)
    _lengths(page, figures["lengths"])
    _drift(page, figures["drift"])
    _spending(page, figures)
    _calls(page, figures)
    _settings(page, figures["settings"])
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
    cost, tokens = calls["per_accepted"]["usd"], calls["per_accepted"]["tokens"]
    rate = funnel["accept_rate"]
    share = "" if rate["rate"] is None else f"{with_interval(rate)} of closed rounds' items"
    return [
        Number("accepted rows", f"{funnel['accepted']:,}", share),
        Number("both answerers agree", per_cent(answers["all"]["agree"]["rate"]), _interval(answers["all"]["agree"])),
        Number("of the rows rest on the arbiter", per_cent(settled["arbiter"] / total if total else None), f"{settled['arbiter']:,} of {total:,}"),
        Number("off the ability mix", per_cent(distance), "of the rows would have to be others"),
        Number("near-duplicates", f"{duplicates:,}", "turned down at a round's end"),
        Number("a row", dollars(cost), f"{approximate(tokens)} tokens, rejected items and failures included"),
    ]  # fmt: skip


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


_KINDS = {"abilities": "Ability combinations", "question_types": "Question types", "domains": "Domains"}


def _mix(page: Page, mix: Figures) -> None:
    page.section(
        "What the rows are made of",
        "Reasoning is needed by every question and isn't named. What a row needs is what the checker found, where one was "
        "asked; what it was asked for is counted over all ended items that had a target.",
    )
    for note in mix["notes"]:
        page.note(note)
    for kind, title in _KINDS.items():
        if mix[kind]["values"]:
            page.table(*_mix_table(title, mix[kind]), caption=_mix_caption(mix[kind]))
    if mix["ability_checks"]:
        rows = [(one["ability"], with_interval(one["confirmed"]), one["confirmed"]["total"]) for one in mix["ability_checks"]]  # fmt: skip
        page.table(
            ("ability asked for", "found by the checker", "checked"),
            rows,
            caption="Every checked item, rejected ones too: what is asked of a model isn't what it writes.",
        )


def _mix_table(title: str, kind: Figures) -> tuple[list[str], list[list[object]]]:
    most = max((max(one["wanted"] or 0, one["accepted"]["rate"] or 0) for one in kind["values"]), default=0) or 1
    header = [title.lower(), "wanted", "accepted", "rows", *(["asked for"] if kind["values"][0]["asked"] is not None else [])]  # fmt: skip
    rows = []
    for one in kind["values"]:
        wanted = _bar(one["wanted"], most, 0) if one["wanted"] is not None else None
        rows.append([one["name"], wanted, _bar(one["accepted"]["rate"], most, 1), one["accepted"]["count"]])
        rows[-1] += [one["asked"]] if one["asked"] is not None else []
    return header, rows


def _bar(share: float | None, most: float, colour: int) -> Bar:
    return Bar(per_cent(share), [*[0.0] * colour, (share or 0.0) / most])


def _mix_caption(kind: Figures) -> str:
    parts = []
    if kind["distance"] is not None:
        parts.append(f"{per_cent(kind['distance'])} of the rows would have to be others to meet the mix.")
    if kind["unlisted"]:
        parts.append(f"{kind['unlisted']:,} rows of rarer values are not listed.")
    return " ".join(parts)


def _origins(page: Page, origins: list[Figures]) -> None:
    rows = [(one["source"], one["licence"], one["ended"], one["accepted"], with_interval(one["accept_rate"])) for one in origins]  # fmt: skip
    page.section("Where the images come from")
    page.table(("source", "licence", "items", "accepted", "accept rate"), rows)


def _agreement(page: Page, answers: Figures) -> None:
    page.section(
        "How far the answerers agree",
        "Every item on which both answered and were compared, whatever became of it. One answerer sees the picture, the "
        "other reads the description. Agreement is no proof: both can be wrong alike. The domain is the one that who asked named. Intervals are Wilson's, 95%.",
    )
    if not answers["all"]["agree"]["total"]:
        page.text("No two answers were compared.")
        return
    header = ("share that agree", "agree", "disagree")
    page.table(("", *header), [_agree_row(answers["all"])], caption=_compared_by(answers["compared_by"]))
    for by, title in (("question_type", "question type"), ("ability", "ability"), ("domain", "domain")):
        page.table((title, *header), [_agree_row(line) for line in answers[by]])
    page.section(
        "What the arbiter made of it",
        "Of the disagreements that it decided. Overturned: the answer of who sees the picture did not stand, so text or "
        "neither was right. Not decided: no arbiter was asked, or its item ended before.",
    )
    if not answers["all"]["disagree"]:
        page.text("The answerers never disagreed.")
    else:
        header = ("of", "disagree", "decided", *CHOICES, "overturned", "not decided")
        page.table(header, _arbiter_rows([answers["all"], *answers["question_type"], *answers["ability"]]))
        page.fold("by domain", header, _arbiter_rows(answers["domain"]))
    _confusion(page, answers)


def _agree_row(line: Figures) -> list[object]:
    share = line["agree"]
    return [line["name"], Bar(with_interval(share), [share["rate"] or 0.0]), share["count"], line["disagree"]]


def _compared_by(by: Figures) -> str:
    return ", ".join(f"{number:,} compared by {name}" for name, number in by.items()) + "."


def _arbiter_rows(lines: Sequence[Figures]) -> list[list[object]]:
    return [_arbiter_row(line) for line in lines if line["disagree"]]


def _arbiter_row(line: Figures) -> list[object]:
    return [
        line["name"], line["disagree"], line["arbitrated"], *(line[choice]["count"] for choice in CHOICES),
        with_interval(line["overturned"]), line[NOT_ASKED],
    ]  # fmt: skip


def _confusion(page: Page, answers: Figures) -> None:
    letters, gold, types = answers["letters"], answers["gold_letters"], answers["asked_and_written_type"]
    if letters["names"]:
        page.section(
            "Confusion", "Letters that the two gave to multiple choices: rows are who sees, columns who reads."
        )
        page.table(("sees \\ reads", *letters["names"]), _with_names(letters))
    if gold:
        total = sum(gold.values())
        page.table(
            ("right letter", "of accepted multiple choices", "rows"),
            [(name, Bar(per_cent(number / total), [number / total]), number) for name, number in gold.items()],
        )
    off = any(number for i, row in enumerate(types["counts"]) for j, number in enumerate(row) if i != j)
    if off:
        page.table(
            ("asked \\ written", *types["names"]),
            _with_names(types),
            caption="Question types that were asked for, and what was written.",
        )


def _with_names(matrix: Figures) -> list[list[object]]:
    return [[name, *row] for name, row in zip(matrix["names"], matrix["counts"], strict=True)]


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


def _lengths(page: Page, lengths: Figures) -> None:
    page.section("Lengths and turns", "Characters of accepted rows; turns of every item that had its dialogue.")
    charts = (
        [Histogram("characters of the refined chain of thought", lengths["cot_bins"])] if lengths["cot_bins"] else []
    )
    if lengths["turns"]:
        charts.append(Histogram("turns of the dialogue", [(str(n), number) for n, number in lengths["turns"].items()]))
    if charts:
        page.figure(*charts)
    columns = ("mean", "p5", "median", "p95", "longest")
    rows = [
        (name, *(None if found[column] is None else f"{found[column]:,.0f}" for column in columns))
        for name, found in ((name, lengths["characters"][name]) for name in TEXTS)
    ]
    page.table(("characters", *columns), [[name, *(cell and Cell(cell) for cell in cells)] for name, *cells in rows])
    if lengths["stopped"]:
        page.table(("the dialogue ended", "items"), list(lengths["stopped"].items()))


def _drift(page: Page, drift: list[Figures]) -> None:
    closed = [line for line in drift if line["closed"]]
    if len(closed) < 2:
        return
    page.section("Over the run", "One point a closed round, or a few rounds where there are many.")
    shares = {"accepted": "accept_rate", "answerers agree": "agreement", "off the ability mix": "off_mix"}
    charts = [LineChart("shares", [_line(name, key, closed) for name, key in shares.items()], "round", y_range=(0, 1), percent=True)]  # fmt: skip
    for title, key in (
        ("mean characters of the chain of thought", "cot"),
        ("dollars an item", "usd_per_item"),
        ("tokens an item", "tokens_per_item"),
    ):
        line = _line(title, key, closed)
        charts += [LineChart(title, [line], "round")] if line.points else []
    page.figure(*charts)


def _line(name: str, key: str, lines: list[Figures]) -> Line:
    return Line(name, [(float(line["round"]), line[key]) for line in lines if line[key] is not None])


def _spending(page: Page, figures: Figures) -> None:
    spending, accepted = figures["spending"], figures["funnel"]["accepted"]
    page.section(
        "What it cost",
        "Calls that ended items rest on, each counted once. Failed attempts and items that are under way are not in these "
        "lines; they are in what was paid, below.",
    )
    page.table(*_spent_table("stage", spending["stages"], accepted))
    page.table(*_spent_table("model", spending["models"], accepted))
    if spending["all"]["usd"] is None:
        page.text("No endpoint has prices (usd_per_million), so there are tokens only.")
    elif spending["all"]["priced"] + spending["all"]["refused"] < spending["all"]["calls"]:
        page.note("Some endpoints have no prices: their calls count as nothing in the dollars.")


def _spent_table(name: str, lines: list[Figures], accepted: int) -> tuple[list[str], list[list[object]]]:
    header = [name, "calls", "asked again for form", "prompt tokens", "completion tokens", "USD", "USD a row", "tokens a row"]  # fmt: skip
    rows: list[list[object]] = []
    for one in lines:
        tokens = one["prompt_tokens"] + one["completion_tokens"]
        rows.append([
            one[name] or OTHER, one["calls"], one["reasked"], Cell(f"{one['prompt_tokens']:,}"), Cell(f"{one['completion_tokens']:,}"),
            None if one["usd"] is None else Cell(f"{one['usd']:,.4f}"),
            None if one["usd"] is None or not accepted else Cell(f"{one['usd'] / accepted:.5f}"),
            None if not accepted else Cell(f"{tokens / accepted:,.0f}"),
        ])  # fmt: skip
    return header, rows


def _calls(page: Page, figures: Figures) -> None:
    calls = figures["calls"]
    page.section(
        "Calls",
        f"{calls['attempts']:,} attempts: {calls['answered']:,} answered, {calls['failed']:,} failed; {calls['calls']:,} different "
        f"calls have an answer. Answered and asked again: {calls['answered_again']:,} (should be 0). Paid in all: "
        f"{dollars(calls['usd'])}, {approximate(calls['prompt_tokens'] + calls['completion_tokens'])} tokens.",
    )
    rows = [
        (one["model"], one["endpoint"], one["status"], one["attempts"], None if one["latency_s"] is None else f"{one['latency_s']:.2f} s")
        for one in calls["statuses"]
    ]  # fmt: skip
    if rows:
        page.table(("model", "endpoint", "ended as", "attempts", "mean time"), rows)
    kills = calls["kills"]
    if len(calls["processes"]) > 1 or kills["kills"]:
        page.text(
            f"{len(calls['processes'])} processes worked on the run; {kills['kills']:,} ended with calls in flight: "
            f"{kills['in_flight']:,} in all, at most {kills['most']:,} at once. {kills['repeated']:,} of them were made again and may "
            "have been paid twice; of the first time the call store has no line."
        )
        begin = min((one["first"] for one in calls["processes"]), default=0.0)
        lines = [
            (str(one["pid"]), duration(one["first"] - begin), duration(one["last"] - one["first"]), one["answered"],
             one["attempts"] - one["answered"], one["cut_off"])
            for one in calls["processes"][:500]
        ]  # fmt: skip
        page.fold(
            "processes", ("process", "began after", "for", "answered", "failed", "given up"), lines, str(len(lines))
        )


def _settings(page: Page, settings: Figures) -> None:
    page.section("Who did it", "Settings are in synthesis.json in the run's folder.")
    page.table(("role", "model"), [(role, ", then ".join(models)) for role, models in settings["roles"].items()])
