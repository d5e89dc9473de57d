"""Pages of the demo: demo.png, demo-report.png, watch.png, evaluation.png; and watch-trouble.png of the try-out folder."""

from __future__ import annotations

import json
from pathlib import Path

import yaml

from pictures.judge import judged
from pictures.picture import Desk
from pictures.screen import Screen
from pictures.tryout import tryout
from pictures.wethink import wethink


def demo(desk: Desk, target: Path) -> None:
    """What the report begins with, and its first charts."""
    screen = _show_report(desk)
    screen.shoot(target, screen.box("header", ".numbers"), screen.box(".figures figure", margin=12))


def demo_report(desk: Desk, target: Path) -> None:
    screen = _show_report(desk)
    screen.shoot(target, screen.first(960))


def demo_answers(desk: Desk, target: Path) -> None:
    screen = _show_report(desk)
    screen.shoot(target, screen.box("article", margin=12))


def _show_report(desk: Desk) -> Screen:
    """The run is asked for first: it takes longer to get than a browser."""
    page = desk.run(needs="report.html") / "report.html"
    desk.screen.show(page)
    return desk.screen


def watch(desk: Desk, target: Path) -> None:
    """The studies keep their arms, with journals of their own, in folders below the run's: these are left out."""
    _show_watched(desk, desk.run(needs="journal"), 0)
    desk.screen.shoot(target, desk.screen.box("header", ".figures"))


def watch_trouble(desk: Desk, target: Path) -> None:
    """Of an imaginary run whose judge is lost on the way: the sign, what is paid, and the share that isn't scored."""
    _show_watched(desk, tryout(desk) / "run", 1)
    screen, judged = desk.screen, "h2:nth-of-type(4)"
    screen.shoot(target, screen.box("header", ".figures"), screen.box(judged, f"{judged} + .figures"))


def _show_watched(desk: Desk, run: Path, code: int) -> None:
    page = desk.folder / "watch.html"
    wethink("watch", run, "--page", page, folder=desk.folder, codes=(code,))
    desk.screen.show(page)


def evaluation(desk: Desk, target: Path) -> None:
    """The answers before and after GRPO; descriptive ones judged by the rule that labels the demo's judge's data."""
    run, page = desk.run(needs="predictions.jsonl"), desk.folder / "evaluation.html"
    files = [_responses(run, key, desk.folder / f"{name}.jsonl") for key, name in (("before", "warm-start"), ("after", "after-grpo"))]  # fmt: skip
    with judged() as settings:
        config = desk.folder / "wethink.yaml"
        config.write_text(yaml.safe_dump(settings), encoding="utf-8")
        rows = run / "data" / "test.jsonl"
        wethink("evaluate", *files, "--rows", rows, "--config", config, "--page", page, folder=desk.folder)
    desk.screen.show(page)
    desk.screen.shoot(target, desk.screen.first(1000))


def _responses(run: Path, key: str, file: Path) -> Path:
    lines = (run / "predictions.jsonl").read_text(encoding="utf-8").splitlines()
    answers = ((one["id"], one[key]) for one in map(json.loads, lines))
    text = "".join(json.dumps({"id": name, "response": response}) + "\n" for name, response in answers)
    file.write_text(text, encoding="utf-8")
    return file
