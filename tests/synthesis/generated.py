"""Large runs without models: `python -m tests.synthesis.generated FOLDER ITEMS` writes one, `... measure FOLDER` reads it."""

import json
import random
import sys
import time
from pathlib import Path

from tests.synthesis.made_runs import MadeRun, call
from wethink_plugins.synthesis.records import Turn
from wethink_plugins.synthesis.report import run_figures, run_page
from wethink_plugins.synthesis.run import RunFolder
from wethink_plugins.synthesis.status import run_status

_STAGES = ["describe"] + ["dialogue"] * 4 + ["merge", "ask", "check", "check", "answer", "answer", "refine", "classify"]
_KINDS = 40


def generate(folder, items, words=1000, size=512):
    """Each record is one of a few kinds under numbers and digests of its own; about `words` words long."""
    run = MadeRun(folder, images=items, rounds={"size": size})
    drawn = random.Random(0)
    text = " ".join(drawn.choice("amber bench clock door falcon lamp sign wall".split()) for _ in range(words // 5))
    kinds = [_kind(run, drawn, text) for _ in range(_KINDS)]
    now = time.time()
    ledger, store = run.ledger._connection, run.store._open()
    for connection, sql, rows in (
        (ledger, "DELETE FROM items", [()]),
        (ledger, "INSERT INTO items VALUES (?, ?, ?, ?, ?, ?, ?)", (_item(kinds[n % _KINDS], n, size) for n in range(items))),
        (ledger, "INSERT INTO rounds VALUES (?, ?)", ((n, f'{{"round": {n}}}') for n in range(items // size))),
        (
            store, "INSERT INTO attempts VALUES (NULL, ?, ?, ?, ?, 'e', 'm1', 'ok', 200, 100, 10, 0.00012, 2.0)",
            ((f"{run.run.id}:one", 1, now - (items - n) / 5, _key(n, place)) for n in range(items) for place in range(len(_STAGES))),
        ),
    ):  # fmt: skip
        connection.execute("BEGIN")
        connection.executemany(sql, rows)
        connection.execute("COMMIT")
    run.ledger.close()
    run.store.close()
    return run.run


def _kind(run, drawn, text):
    run.number = 0
    rejected = ("check", "invalid_question") if drawn.random() < 0.3 else None
    said = None if rejected else ("A", drawn.choice("AAAB"))
    calls = [call(stage, f"{10**15 + place:064d}") for place, stage in enumerate(_STAGES)]
    turn = Turn(missing=("clock",), questions=(text[:200],), answers=(text[:200],))
    run.ledger._connection.execute("DELETE FROM items")
    run.add(
        rejected=rejected, said=said, choice=None if said is None or said[0] == said[1] else "text", cot=text,
        description=text, detail=text, raw_cot=text, dialogue=[turn, turn], calls=calls,
    )  # fmt: skip
    (record,) = run.ledger.items()
    return record.status, record.stage, record.reason, record.model_dump_json()


def _item(kind, number, size):
    status, stage, reason, record = kind
    record = record.replace('"item":"set/0.png#0","number":0,"round":0', f'"item":"set/{number}.png#0","number":{number},"round":{number // size}')  # fmt: skip
    for place in range(len(_STAGES)):
        record = record.replace(f"{10**15 + place:064d}", _key(number, place))
    return f"set/{number}.png#0", number, number // size, status, stage, reason, record


def _key(number, place):
    return f"{number * 100 + place:064x}"


def measure(folder):
    """CPU seconds of status and report of a run, and the most memory that they took, in MiB."""
    import resource

    run = RunFolder.open(folder)
    start = time.process_time()
    run_status(run)
    looked = time.process_time()
    figures = run_figures(run)
    run_page(figures).html()
    made = time.process_time()
    return {
        "items": figures["funnel"]["ended"],
        "calls": figures["calls"]["calls"],
        "status_s": round(looked - start, 2),
        "report_s": round(made - looked, 2),
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


if __name__ == "__main__":
    if sys.argv[1] == "measure":
        print(json.dumps(measure(Path(sys.argv[2]))))
    else:
        generate(Path(sys.argv[1]), int(sys.argv[2]))
