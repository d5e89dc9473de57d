"""row-to-gradient.svg: from a row of the dataset to a gradient, with a group of eight that was really scored."""

from __future__ import annotations

from pathlib import Path

from pictures.drawing import (
    AMBER,
    AMBER_GROUND,
    BLUE,
    BLUE_GROUND,
    EDGE,
    GREEN,
    INK,
    RED,
    SOFT,
    Drawing,
)
from pictures.picture import Desk
from pictures.worked import ANSWER, CELLS, PROBLEM, Example, Rollout, example

_WIDTH, _HEIGHT, _LEFT, _RIGHT = 1080, 868, 24, 1056
_TABLE, _STEP = 392, 38
_FORM, _WHO, _OVERALL, _PUSH = 452, 524, 756, 946
_UNIT = 38
"""Of a bar, to an advantage of 1."""
_TITLE = (
    "From row to gradient: a row becomes a prompt, the prompt a group of eight rollouts; each is checked for its form and "
    "graded by rules or a judge; the weighted sum becomes an advantage within the group, and that a gradient."
)


def draw(desk: Desk, target: Path) -> None:
    target.write_text(svg(example()), encoding="utf-8")


def svg(found: Example) -> str:
    drawing = Drawing(_WIDTH, _HEIGHT, _TITLE)
    _prompt(drawing)
    _graders(drawing)
    _table(drawing, found)
    _end(drawing)
    return drawing.svg()


def _head(drawing: Drawing, x: float, y: float, number: str, name: str) -> None:
    drawing.text(x, y, number, 15, BLUE, "b")
    drawing.text(x + 18, y, name, 15, INK, "b")


def _prompt(drawing: Drawing) -> None:
    for x in (24, 381, 738):
        drawing.box(x, 24, 318, 122)
    _head(drawing, 40, 50, "1", "Row")
    _scene(drawing, 40, 66)
    for y, name, said in ((79, "problem", PROBLEM), (115, "answer", ANSWER)):
        drawing.text(146, y, name, 12, SOFT)
        drawing.text(146, y + 16, said, 12.5)
    _head(drawing, 397, 50, "2", "Prompt")
    drawing.lines(
        397, 76, ["system prompt: think inside <think>, then", "answer inside <answer>", "+ picture + problem, in the host's own form"],
    )  # fmt: skip
    _head(drawing, 754, 50, "3", "Group of rollouts")
    drawing.lines(754, 76, ["the model answers the same prompt", "8 times; GRPO compares these 8 with each", "other and with nothing else"])
    for x in (342, 699):
        drawing.arrow((x, 85), (x + 37, 85))
    drawing.arrow((897, 146), (897, 172))


def _scene(drawing: Drawing, x: float, y: float) -> None:
    """The row's picture: three columns, two lines."""
    drawing.box(x, y, 92, 66, "#ffffff", EDGE, 3)
    for cell in CELLS:
        column, line = cell % 3, cell // 3
        drawing.bar(x + 7 + column * 29, y + 7 + line * 29, 20, 20, "#ebcd1e")


def _graders(drawing: Drawing) -> None:
    drawing.box(24, 174, 1032, 144, BLUE_GROUND, "#b9cfee")
    _head(drawing, 40, 199, "4", "Hybrid reward: each rollout by itself")
    for x, width in ((40, 290), (346, 336), (698, 342)):
        drawing.box(x, 212, width, 92)
    drawing.text(54, 234, "Format: 1 or 0", 14, INK, "b")
    drawing.lines(54, 255, ["one <think>…</think>, then one", "<answer>…</answer>; nothing else"])
    drawing.text(360, 234, "Rules: what can be checked", 14, INK, "b")
    drawing.lines(
        360, 255, ["multiple choice, blanks: right 1 · wrong 0", "undecided: counts as wrong and is counted,", "or goes to the judge (rules.escalate)"],
    )  # fmt: skip
    drawing.text(712, 234, "Judge: descriptive answers", 14, INK, "b")
    drawing.lines(712, 255, ["a model compares answer and reference:", "correct 1 · mostly 0.7 · partly 0.3 · wrong 0"])
    drawing.text(712, 293, "this example's row is descriptive", 13, BLUE)
    drawing.arrow((540, 318), (540, 344))


def _table(drawing: Drawing, found: Example) -> None:
    bottom = _TABLE + 8 * _STEP
    drawing.box(_LEFT, 346, _RIGHT - _LEFT, bottom - 346 + 6)
    for x, name in ((40, "rollout"), (_FORM, "format"), (_WHO, "accuracy")):
        drawing.text(x, 374, name, 13, SOFT, "b")
    drawing.text(_OVERALL, 366, "overall =", 12, SOFT, "b", "middle")
    drawing.text(_OVERALL, 382, "0.7 accuracy + 0.3 format", 12, SOFT, "b", "middle")
    drawing.text(_PUSH, 366, "advantage =", 12, SOFT, "b", "middle")
    drawing.text(_PUSH, 382, "(overall − mean) / std", 12, SOFT, "b", "middle")
    for number, rollout in enumerate(found.rollouts):
        _rollout(drawing, _TABLE + number * _STEP, rollout)
    drawing.line(_PUSH, _TABLE + 2, _PUSH, bottom - 2, SOFT, "2 3")


def _rollout(drawing: Drawing, top: float, rollout: Rollout) -> None:
    lost = rollout.score.overall is None
    if lost:
        drawing.box(_LEFT + 1, top + 1, _RIGHT - _LEFT - 2, _STEP + 3, AMBER_GROUND, AMBER_GROUND, 7)
    drawing.line(_LEFT, top, _RIGHT, top)
    base = top + 24
    drawing.code(40, base, shown(rollout.response), 12)
    drawing.text(_FORM, base, f"{rollout.score.format:g}", 13.5, INK if rollout.score.format else RED, "num")
    _accuracy(drawing, base, rollout)
    if lost:
        drawing.text(_OVERALL, base - 7, "not scored, never 0:", 12, AMBER, "b", "middle")
        drawing.text(_OVERALL, base + 9, f"gets the mean {rollout.paid:.3f}", 12, AMBER, "", "middle")
    else:
        drawing.text(_OVERALL, base, f"{rollout.score.overall:.2f}", 14, INK, "b num", "middle")
    _push(drawing, top, rollout.advantage)


def _accuracy(drawing: Drawing, base: float, rollout: Rollout) -> None:
    score = rollout.score
    if score.accuracy is None:
        drawing.text(_WHO, base, "–", 13.5, AMBER, "b")
        drawing.text(_WHO + 36, base, "the judge fails", 12.5, AMBER)
        return
    said = f"judge: {score.tier}" if score.method == "model" else "judge not asked"
    drawing.text(_WHO, base, f"{score.accuracy:.1f}", 13.5, INK if score.accuracy else RED, "num")
    drawing.text(_WHO + 36, base, said, 12.5, SOFT)


def _push(drawing: Drawing, top: float, advantage: float) -> None:
    width, colour = abs(advantage) * _UNIT, GREEN if advantage > 0 else RED
    drawing.bar(_PUSH if advantage > 0 else _PUSH - width, top + 10, width, 18, colour)
    x = _PUSH + width + 6 if advantage >= 0 else _PUSH + 6
    drawing.text(x, top + 24, signed(advantage) if advantage else "0", 13, colour if advantage else AMBER, "b num")


def signed(number: float) -> str:
    return f"{number:+.2f}".replace("-", "\N{MINUS SIGN}")


def shown(response: str) -> str:
    """Short enough for its column: what is thought is left out."""
    before, _, after = response.partition("</think>")
    return f"<think>…</think>{after}" if after else before


def _end(drawing: Drawing) -> None:
    top = _TABLE + 8 * _STEP + 6
    drawing.arrow((_PUSH, top), (_PUSH, top + 26))
    drawing.arrow((220, top), (220, top + 26), dash="4 3")
    drawing.box(24, top + 28, 640, 118)
    drawing.text(40, top + 53, "Journal", 15, INK, "b")
    drawing.lines(
        40, top + 77,
        ["a line a rollout: response, answer, verdict, reason, the judge's reply;", "watch, score, sweep and evaluate read it, and so does whoever asks why"], 13,
    )  # fmt: skip
    drawing.text(40, top + 127, "A rollout without a score leaves its group (verl, TRL) or is paid the group's mean (EasyR1).", 13, AMBER)
    drawing.box(690, top + 28, 366, 118)
    _head(drawing, 706, top + 53, "5", "Gradient")
    drawing.text(706, top + 79, "above 0: this response becomes likelier", 13, GREEN)
    drawing.text(706, top + 99, "below 0: less likely", 13, RED)
    drawing.text(706, top + 127, "at 0, or in a group of equals: nothing is learnt", 13, SOFT)
