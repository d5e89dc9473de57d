"""What a reader who is about to train on the rows should not miss, each with the figure that it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from wethink_plugins.synthesis.report.share import per_cent, share
from wethink_plugins.synthesis.vocabulary import REASONS
from wethink_plugins.vocabulary import QUESTION_TYPES

# All chosen: where a figure is worth a look, not where rows are bad.
_OFF_MIX = 0.15
_MOST_OF_A_STAGE = 0.5
_DISAGREE = 0.3
_ONE_LETTER = 0.45
_FEW = 30
_ARBITER = 0.3
_FAILED = 0.1
_FALL = 0.15

Sign = dict[str, str]


def signs(figures: Mapping[str, Any]) -> list[Sign]:
    """`name`, `seen`, `meaning`; none where nothing was accepted but that sign."""
    if figures["funnel"]["ended"] and not figures["funnel"]["accepted"] and not figures["funnel"]["waiting"]:
        return [*_nothing(figures), *_of_calls(figures)]
    found = (_of_mix, _of_answers, _of_letters, _of_stages, _of_origins, _of_drift, _of_calls)
    return [sign for of in found for sign in of(figures)]


def _sign(name: str, seen: str, meaning: str) -> Sign:
    return {"name": name, "seen": seen, "meaning": meaning}


def _nothing(figures: Mapping[str, Any]) -> Iterator[Sign]:
    reasons = figures["funnel"]["reasons"]
    most = max(reasons, key=lambda reason: reasons[reason])
    seen = f"0 of {figures['funnel']['ended']:,} items; {reasons[most]:,} of them {most}: {REASONS.get(most, most)}"
    yield _sign("nothing accepted", seen, "there is nothing to train on; the rejected items below show why")


def _of_mix(figures: Mapping[str, Any]) -> Iterator[Sign]:
    if figures["funnel"]["accepted"] < _FEW:
        return
    for kind in ("abilities", "question_types", "domains"):
        mix, name = figures["mix"][kind], kind.replace("_", " ")
        if mix["distance"] is not None and mix["distance"] > _OFF_MIX:
            seen = f"{per_cent(mix['distance'])} of the rows would have to be others"
            yield _sign(
                f"off the mix of {name}", seen, "the models can't do what is asked, or the images don't give it"
            )
        lacking = [one["name"] for one in mix["values"] if one["wanted"] and not one["accepted"]["count"]]
        if lacking:
            yield _sign(f"no row of {', '.join(lacking)}", "wanted, and none was accepted", "see what was asked for")


def _of_answers(figures: Mapping[str, Any]) -> Iterator[Sign]:
    for name in QUESTION_TYPES:
        line = next((one for one in figures["answers"]["question_type"] if one["name"] == name), None)
        if line and line["agree"]["total"] >= _FEW and line["agree"]["rate"] < 1 - _DISAGREE:
            seen = f"the answerers agree on {per_cent(line['agree']['rate'])} of {line['agree']['total']:,}"
            yield _sign(f"{name}: little agreement", seen, "expect wrong answers among the rows too: audit this type")
    settled = figures["answers"]["accepted_settled_by"]
    total = sum(settled.values())
    if total >= _FEW and settled["arbiter"] > _ARBITER * total:
        seen = f"{settled['arbiter']:,} of {total:,} accepted rows rest on the arbiter alone"
        yield _sign("many arbitrated rows", seen, "one model's word decides them; audit them first")


def _of_letters(figures: Mapping[str, Any]) -> Iterator[Sign]:
    letters = figures["answers"]["gold_letters"]
    total = sum(letters.values())
    most = max(letters, key=lambda letter: letters[letter], default="")
    if total >= _FEW and letters[most] > _ONE_LETTER * total:
        seen = f"{most} is right in {letters[most]:,} of {total:,} multiple choices"
        yield _sign("one letter", seen, "a policy learns the letter; shuffle the options before training")


def _of_stages(figures: Mapping[str, Any]) -> Iterator[Sign]:
    for stage in figures["funnel"]["stages"]:
        if stage["entered"] >= _FEW and stage["rejected"] > _MOST_OF_A_STAGE * stage["entered"]:
            reason = next(iter(stage["reasons"]))
            seen = f"{stage['rejected']:,} of {stage['entered']:,} end there, most as {reason}"
            yield _sign(f"{stage['stage']} rejects most", seen, REASONS.get(reason, reason))


def _of_origins(figures: Mapping[str, Any]) -> Iterator[Sign]:
    unknown = [one for one in figures["origins"] if one["accepted"] and one["licence"] in ("", "unknown")]
    if unknown:
        rows = sum(one["accepted"] for one in unknown)
        names = ", ".join(one["source"] for one in unknown[:5])
        seen = f"{rows:,} rows, of {names}"
        yield _sign("unknown licence", seen, "write licence: at the source, or find out whether the images may be used")


def _of_drift(figures: Mapping[str, Any]) -> Iterator[Sign]:
    lines = [line for line in figures["drift"] if line["closed"]]
    third = len(lines) // 3
    if not third:
        return
    for part, whole, text in (
        ("accepted", "ended", "fewer are accepted"),
        ("agreed", "compared", "the answerers agree less"),
    ):
        first, last = (
            share(sum(line[part] for line in some), sum(line[whole] for line in some))
            for some in (lines[:third], lines[-third:])
        )
        if first["total"] and last["total"] and last["high"] < first["low"] and last["rate"] < first["rate"] - _FALL:
            seen = f"{per_cent(first['rate'])} in the first third of the rounds, {per_cent(last['rate'])} in the last"
            yield _sign(text, seen, "a server changed, or what is left to ask is harder")


def _of_calls(figures: Mapping[str, Any]) -> Iterator[Sign]:
    calls = figures["calls"]
    if calls["attempts"] >= _FEW and calls["failed"] > _FAILED * calls["attempts"]:
        seen = f"{calls['failed']:,} of {calls['attempts']:,} attempts"
        yield _sign("failing calls", seen, "a server is overloaded or down; see the calls")
    if calls["answered_again"]:
        yield _sign(
            "answers paid twice", f"{calls['answered_again']:,} calls", "a reply in the store was asked for again"
        )
