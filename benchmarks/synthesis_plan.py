"""A plan for millions of images, from a small run: `python benchmarks/synthesis_plan.py [--images 600] [--whole 10000000]`.

Measured here, by a run of the real engine against a model server whose replies have heavy-tailed lengths: calls of each
stage an image, characters of each call, CPU of this process a call, bytes of call store, ledger, rows and provenance, and
how long a resume reads. Taken as given, by options: how fast models are, what they cost, how long they think, how many
tokens a picture is. A simulation then puts the measured items through rounds, slots and the one core of the engine, for
the throughput of one process; the rest is arithmetic, all of which is printed. `--measured FILE` keeps the measurement.
"""

from __future__ import annotations

import argparse
import asyncio
import heapq
import json
import math
import random
import sys
import tempfile
import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.servers.server import ModelServer
from tests.synthesis.costly_run import pictures, settings
from wethink_plugins.synthesis.config import SynthesisConfig
from wethink_plugins.synthesis.output import write_outputs
from wethink_plugins.synthesis.run import RunFolder
from wethink_plugins.synthesis.running.engine import Engine
from wethink_plugins.synthesis.running.start import start

CHARACTERS_A_TOKEN = 4.0
BEFORE_TARGET = ("describe", "dialogue", "merge")
DAY = 86_400.0


@dataclass
class Measured:
    """`items`: of each, its calls in order: [stage, role's model, prompt tokens, reply tokens, has a picture]."""

    images: int
    calls: int
    accepted: int
    cpu_s: float
    resume_cpu_s: float
    calls_bytes: int
    reply_characters: int
    ledger_bytes: int
    rows_bytes: int
    provenance_bytes: int
    items: list[list[list[Any]]] = field(default_factory=list)

    @property
    def cpu_a_call(self) -> float:
        return self.cpu_s / self.calls


def measure(images: int) -> Measured:
    with (
        tempfile.TemporaryDirectory(prefix="wethink-plan-") as name,
        ModelServer(reply="tests.synthesis.costly:reply", log=False, latency_s=0.1) as server,
    ):
        folder = Path(name)
        config = SynthesisConfig.model_validate(
            settings(server, pictures(folder / "images", images), rounds={"size": 128, "near_duplicate": 1})
        )
        run = RunFolder.create(folder / "run", config)
        ledger = start(run)
        began = time.process_time()
        progress = asyncio.run(Engine(run, ledger).work())
        cpu_s = time.process_time() - began
        assert not progress.stopped, progress.stopped
        began = time.process_time()
        asyncio.run(Engine(run, ledger).work())
        resume_cpu_s = time.process_time() - began
        counts = write_outputs(run, ledger)
        items = [_calls(record.draft.calls, config) for record in ledger.items()]
        return Measured(
            images, sum(map(len, items)), counts["rows"], cpu_s, resume_cpu_s, _size(run.calls), _characters(run.calls),
            _size(run.folder / "ledger.sqlite"), _size(run.folder / "rows.jsonl"), _size(run.folder / "provenance.jsonl"),
            items,
        )  # fmt: skip


def _calls(calls: Sequence[Any], config: SynthesisConfig) -> list[list[Any]]:
    sees = {"describer", "vision_answerer", "arbiter", "refiner"}
    return [[c.stage, config.model_of(c.role), c.prompt_tokens, c.completion_tokens, c.role in sees] for c in calls]


def _size(file: Path) -> int:
    """With what is still in a database's journal."""
    if file.suffix == ".sqlite":
        import sqlite3

        connection = sqlite3.connect(file)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
    return file.stat().st_size


def _characters(store: Path) -> int:
    import sqlite3

    connection = sqlite3.connect(store)
    (found,) = connection.execute("SELECT SUM(LENGTH(text)) FROM replies").fetchone()
    connection.close()
    return int(found)


@dataclass(frozen=True)
class Given:
    """What this benchmark can't measure; all chosen, all by options."""

    whole: int
    days: float
    thinking: int
    picture_tokens: int
    token_s: float
    first_token_s: float
    decode: float
    prefill: float
    usd_prompt: float
    usd_completion: float
    picture_bytes: int


def tokens(call: Sequence[Any], given: Given) -> tuple[float, float]:
    """(prompt, reply): the server counts words, of which models make 4/3; a picture and thinking come on top."""
    _, model, prompt, reply, sees = call
    return (
        prompt * 4 / 3 + sees * given.picture_tokens,
        reply * 4 / 3 + (given.thinking if model == "reasoner" else 0),
    )


class Simulation:
    """One process: items in rounds, a place at a model for each call, one core for what the engine does itself."""

    def __init__(self, measured: Measured, given: Given, places: dict[str, int], size: int, ahead: int = 1) -> None:
        self._measured, self._given, self._draw = measured, given, random.Random(0)
        self._places, self._free = places, dict(places)
        self._queues: dict[str, list[tuple[int, int]]] = {name: [] for name in self._free}
        self._events: list[tuple[float, int, str, int, str]] = []
        self._size, self._ahead, self._room = size, ahead, int(sum(places.values()) * 1.5)
        self._core = self._busy_core = 0.0
        self._busy = Counter[str]()
        self._ticket = 0

    def run(self, items: int) -> dict[str, float]:
        self._left = Counter(number // self._size for number in range(items))
        self._open, self._items, self._begun, self._working = 0, items, 0, 0
        self._place = [0] * items
        self._calls = [self._draw.choice(self._measured.items) for _ in range(items)]
        self._parked: dict[int, deque[int]] = {}
        self._now, made = 0.0, 0
        self._fill()
        while self._events:
            self._now, _, kind, number, model = heapq.heappop(self._events)
            if kind == "replied":
                self._free[model] += 1
                self._serve(model)
                self._core = max(self._core, self._now) + self._measured.cpu_a_call
                self._busy_core += self._measured.cpu_a_call
                self._push(self._core, "read", number, model)
            else:
                made += 1
                self._place[number] += 1
                self._step(number)
        return {
            "hours": self._now / 3600, "images_s": items / self._now, "calls_s": made / self._now,
            "core": self._busy_core / self._now,
            **{name: self._busy[name] / self._now / places for name, places in self._places.items()},
        }  # fmt: skip

    def _fill(self) -> None:
        while (
            self._begun < self._items
            and self._working < self._room
            and self._begun // self._size <= self._open + self._ahead
        ):
            self._working += 1
            self._begun += 1
            self._step(self._begun - 1)

    def _step(self, number: int) -> None:
        """To its next call, to its round's plan, or to its end."""
        calls, place = self._calls[number], self._place[number]
        if place >= len(calls):
            return self._end(number)
        stage, model = calls[place][:2]
        if stage not in BEFORE_TARGET and number // self._size > self._open:
            self._working -= 1
            self._parked.setdefault(number // self._size, deque()).append(number)
            return self._fill()
        heapq.heappush(self._queues[model], (number, place))
        self._serve(model)
        return None

    def _end(self, number: int) -> None:
        self._working -= 1
        self._left[number // self._size] -= 1
        while self._left.get(self._open, 1) == 0:
            self._open += 1
            for parked in self._parked.pop(self._open, ()):
                self._working += 1
                self._step(parked)
        self._fill()

    def _serve(self, model: str) -> None:
        while self._free[model] and self._queues[model]:
            number, place = heapq.heappop(self._queues[model])
            self._free[model] -= 1
            took = self._latency(self._calls[number][place])
            self._busy[model] += took
            self._push(self._now + took, "replied", number, model)

    def _latency(self, call: Sequence[Any]) -> float:
        _, reply = tokens(call, self._given)
        return (self._given.first_token_s + reply * self._given.token_s) * self._draw.lognormvariate(0, 0.25)

    def _push(self, at: float, kind: str, number: int, model: str) -> None:
        self._ticket += 1
        heapq.heappush(self._events, (at, self._ticket, kind, number, model))


def per_image(measured: Measured, given: Given) -> dict[str, float]:
    all_calls = [call for item in measured.items for call in item]
    counted = [tokens(call, given) for call in all_calls]
    return {
        "calls": len(all_calls) / measured.images,
        "prompt_tokens": sum(prompt for prompt, _ in counted) / measured.images,
        "reply_tokens": sum(reply for _, reply in counted) / measured.images,
        "accepted": measured.accepted / measured.images,
    }


def storage(measured: Measured, given: Given) -> dict[str, float]:
    """Bytes an image. What grows with the length of replies is scaled to the tokens that real models write."""
    image = per_image(measured, given)
    fixed = (measured.calls_bytes - measured.reply_characters) / measured.images
    return {
        "call store": fixed + image["reply_tokens"] * CHARACTERS_A_TOKEN,
        "ledger": measured.ledger_bytes / measured.images,
        "rows": measured.rows_bytes / measured.images,
        "provenance": measured.provenance_bytes / measured.images,
        "pictures of rows": given.picture_bytes * image["accepted"],
    }


def show(measured: Measured, given: Given, simulated: int) -> None:
    image = per_image(measured, given)
    print(f"measured on {measured.images} images: {measured.calls:,} calls, {measured.accepted} accepted; "
          f"{measured.cpu_a_call * 1e3:.2f} CPU-ms a call, {measured.resume_cpu_s / measured.images * 1e3:.2f} CPU-ms an "
          "item that a resume reads")  # fmt: skip
    print("given: " + ", ".join(f"{name} {value:g}" for name, value in asdict(given).items()))
    print("\n| stage | calls an image | prompt tokens | reply tokens |\n|---|---|---|---|")
    for stage, calls, prompt, reply in stages(measured, given):
        print(f"| {stage} | {calls:.2f} | {prompt:,.0f} | {reply:,.0f} |")
    print(f"| all | {image['calls']:.2f} | {image['prompt_tokens']:,.0f} | {image['reply_tokens']:,.0f} |")
    best = _throughput(measured, given, simulated)
    _show_servers(image, given)
    _show_storage(measured, given)
    _show_partitions(measured, given, best)


def stages(measured: Measured, given: Given) -> Iterator[tuple[str, float, float, float]]:
    names = dict.fromkeys(call[0] for item in measured.items for call in item)
    order = ("describe", "dialogue", "merge", "ask", "check", "answer", "agree", "arbitrate", "refine", "classify")
    for name in sorted(names, key=order.index):
        calls = [call for item in measured.items for call in item if call[0] == name]
        counted = [tokens(call, given) for call in calls]
        yield (
            name, len(calls) / measured.images, sum(prompt for prompt, _ in counted) / measured.images,
            sum(reply for _, reply in counted) / measured.images,
        )  # fmt: skip


def _throughput(measured: Measured, given: Given, simulated: int) -> float:
    """Images a second of the best process; prints what each number of places gives."""
    load = _load(measured, given)
    print(f"\none process, {simulated:,} images simulated, one round ahead; share of the time that each is busy")
    print(
        "| calls at once: reasoner, vision, arbiter | images a round | images/s | calls/s | core | reasoner | vision | arbiter |"
    )
    print("|---|---|---|---|---|---|---|---|")
    best = 0.0
    for at_once, size in ((64, 512), (256, 512), (256, 2048), (1024, 2048), (1024, 8192), (2048, 16384)):
        places = {name: max(1, math.ceil(at_once * load[name] / load["reasoner"])) for name in load}
        found = Simulation(measured, given, places, size).run(max(simulated, 4 * size))
        best = max(best, found["images_s"])
        shares = " | ".join(f"{found[name]:.0%}" for name in ("core", *places))
        counts = ", ".join(map(str, places.values()))
        print(f"| {counts} | {size:,} | {found['images_s']:.2f} | {found['calls_s']:.1f} | {shares} |", flush=True)
    return best


def _load(measured: Measured, given: Given) -> dict[str, float]:
    """Seconds that an image keeps each model busy: places in these proportions are all busy at once."""
    found = dict.fromkeys(("reasoner", "vision", "arbiter"), 0.0)
    for call in (call for item in measured.items for call in item):
        found[call[1]] += (given.first_token_s + tokens(call, given)[1] * given.token_s) / measured.images
    return found


def _show_servers(image: dict[str, float], given: Given) -> None:
    seconds = given.days * DAY
    prompt, reply = image["prompt_tokens"] * given.whole, image["reply_tokens"] * given.whole
    gpus = prompt / seconds / given.prefill + reply / seconds / given.decode
    usd = (prompt * given.usd_prompt + reply * given.usd_completion) / 1e6
    rows = image["accepted"] * given.whole
    print(f"\n{given.whole:,} images in {given.days:g} days: {given.whole / seconds:.2f} images/s, "
          f"{image['calls'] * given.whole / seconds:.1f} calls/s, {prompt / 1e9:,.1f} G prompt and {reply / 1e9:,.1f} G "
          f"reply tokens, {rows:,.0f} rows")  # fmt: skip
    print(f"GPUs = prompt tokens/s / {given.prefill:g} + reply tokens/s / {given.decode:g} = "
          f"{prompt / seconds / given.prefill:.0f} + {reply / seconds / given.decode:.0f} = {math.ceil(gpus)}; "
          f"{gpus * given.days * 24:,.0f} GPU hours")  # fmt: skip
    print(
        f"hosted at ${given.usd_prompt:g} and ${given.usd_completion:g} a million: ${usd:,.0f}, ${usd / rows:.4f} a row"
    )


def _show_storage(measured: Measured, given: Given) -> None:
    print(f"\n| kept | bytes an image | {given.whole:,} images |\n|---|---|---|")
    found = storage(measured, given)
    for name, size in (*found.items(), ("all", sum(found.values()))):
        print(f"| {name} | {size:,.0f} | {size * given.whole / 1e9:,.1f} GB |")


def _show_partitions(measured: Measured, given: Given, images_s: float) -> None:
    kept = storage(measured, given)
    print("\n| images of a partition | partitions | call store | ledger | a resume reads | "
          "hours of one process | at once, for the days given |\n|---|---|---|---|---|---|---|")  # fmt: skip
    for size in (50_000, 100_000, 250_000, 1_000_000):
        count = math.ceil(given.whole / size)
        resume = size * measured.resume_cpu_s / measured.images
        hours = size / images_s / 3600
        print(
            f"| {size:,} | {count} | {size * kept['call store'] / 1e9:.1f} GB | {size * kept['ledger'] / 1e9:.2f} GB | "
            f"{resume:.0f} CPU-s | {hours:.1f} | "
            f"{math.ceil(count * hours / 24 / given.days)} |"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=600, help="of the run that is measured")
    parser.add_argument("--simulated", type=int, default=20_000)
    parser.add_argument("--measured", type=Path, default=None, help="JSON: read if there, else written")
    for name, value, what in (
        ("whole", 10_000_000, "images planned for"),
        ("days", 30.0, "in which they are to be done"),
        ("thinking", 1000, "tokens that the reasoner thinks at each call"),
        ("picture-tokens", 1280, "of a picture: max_pixels / 784"),
        ("token-s", 0.03, "seconds a token, under load"),
        ("first-token-s", 1.0, "seconds to the first token, under load"),
        ("decode", 800.0, "reply tokens a second and GPU"),
        ("prefill", 5000.0, "prompt tokens a second and GPU"),
        ("usd-prompt", 0.4, "a million prompt tokens"),
        ("usd-completion", 1.5, "a million reply tokens"),
        ("picture-bytes", 150_000, "of a picture that is kept with its row"),
    ):
        parser.add_argument(f"--{name}", type=type(value), default=value, help=f"{what} ({value:g})")
    arguments = vars(parser.parse_args())
    images, simulated, file = (arguments.pop(name) for name in ("images", "simulated", "measured"))
    measured = None
    if file is not None and file.exists():
        measured = Measured(**json.loads(file.read_text(encoding="utf-8")))
    if measured is None:
        measured = measure(images)
        if file is not None:
            file.write_text(json.dumps(asdict(measured)), encoding="utf-8")
    show(measured, Given(**arguments), simulated)


if __name__ == "__main__":
    main()
