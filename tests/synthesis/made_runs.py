"""Runs made by hand, item by item, so that every figure of a report is known beforehand."""

import json
import time

from wethink_plugins.endpoints.limits import Limits
from wethink_plugins.endpoints.records import AttemptRecord
from wethink_plugins.endpoints.store import CallStore
from wethink_plugins.synthesis.config import SynthesisConfig
from wethink_plugins.synthesis.records import (
    Agreement,
    Answer,
    Arbitration,
    CallRecord,
    Check,
    Draft,
    ImageRef,
    ItemRecord,
    Question,
    RoundRecord,
    Target,
    Turn,
)
from wethink_plugins.synthesis.run import RunFolder
from wethink_plugins.synthesis.stages import STAGES

MIX = {
    "abilities": {"ocr": 1, "maths": 1, "ocr+maths": 2},
    "question_types": {"multiple_choice": 0.5, "fill_in_blank": 0.5},
    "domains": {"chart": 1, "scene": 1},
}


def config(priced=True, **changed):
    prices = {"usd_per_million": {"prompt": 1.0, "completion": 2.0}} if priced else {}
    endpoint = {"base_url": "http://127.0.0.1:9/v1", "model": "m1", "max_concurrency": 8, **prices}
    return SynthesisConfig.model_validate(
        {
            "models": {"one": {"endpoints": [endpoint], "sees": True}},
            "roles": {"describer": "one", "reasoner": "one", "arbiter": "one", "refiner": "one"},
            "images": [{"source": "set", "folder": "/nowhere"}],
            "stages": list(STAGES),
            "mix": MIX,
            "rounds": {"size": 4},
            **changed,
        }
    )


def call(stage, key, prompt=100, completion=10, usd=0.00012, **fields):
    return CallRecord(
        stage=stage, role="describer", key=key, model="m1", endpoint="e", prompt="p", prompt_tokens=prompt,
        completion_tokens=completion, usd=usd, finish_reason="stop", **fields,
    )  # fmt: skip


class MadeRun:
    """`add` makes one item after the other; `close` closes the open round; `attempt` writes to the call store."""

    def __init__(self, folder, images=8, **changed):
        self.run = RunFolder.create(folder, config(**changed))
        self.ledger = self.run.ledger()
        self.images = [
            ImageRef(id=f"set/{i}.png", source="set" if i % 2 else "other", path=f"set/{i}.png", place={"file": f"{i}.png"},
                     licence="cc-by-4.0" if i % 2 else "unknown")
            for i in range(images)
        ]  # fmt: skip
        self.ledger.set_images(self.images)
        self.ledger.close_round(RoundRecord(round=-1))
        self.number, self.closed = 0, 0
        self.store = CallStore(self.run.calls)
        self._limits = Limits()

    def add(
        self, rejected=None, kind="multiple_choice", abilities=("ocr",), found=None, said=("A", "A"), choice=None,
        turns=2, domain="chart", calls=None, cot="I look.", seconds=None, detail="why", **draft,
    ):  # fmt: skip
        """`rejected`: (stage, reason). `said`: letters of vision and text, None for an item that wasn't answered."""
        number, self.number = self.number, self.number + 1
        per_image = self.run.config.questions_per_image
        target = Target(question_type=kind, abilities=abilities, domains=("chart",))
        found = abilities if found is None else found
        fields = {
            "image": self.images[number // per_image],
            "target": target,
            "description": "A picture.",
            "dialogue": [Turn(missing=("colour",), questions=("Which colour?",), answers=("Red.",))] * turns,
            "stopped": "enough" if turns < 3 else "turns",
            "detail": "A red picture.",
            "question": Question(question=f"What is {number}?", question_type=kind, options=("x", "y"), domain=domain),
            "checks": [Check(stage="check_image", valid=True, abilities=("reasoning", *found))],
            "abilities": ("reasoning", *found),
            "calls": [call("describe", f"{number:016x}")] if calls is None else calls,
        }
        if said:
            fields["answers"] = {
                who: Answer(reasoning="r", answer=answer) for who, answer in zip(("vision", "text"), said, strict=True)
            }
            fields["agreement"] = Agreement(agree=said[0] == said[1], by="rule", why="compared")
        if choice:
            fields["arbitration"] = Arbitration(choice=choice, why="seen")
        if not rejected:
            fields |= {"answer": said[0] if choice != "text" else said[1], "cot": cot, "raw_cot": "r", "domain": domain}
            fields["reward_method"] = "rule"
        stage, reason = rejected or ("", "")
        record = ItemRecord(
            item=f"{self.images[number // per_image].id}#{number % per_image}", number=number,
            round=number // self.run.config.rounds.size, status="rejected" if rejected else "passed", stage=stage,
            reason=reason, detail=detail if rejected else "", draft=Draft(**{**fields, **draft}),
            seconds=time.time() - self.run.created if seconds is None else seconds,
        )  # fmt: skip
        self.ledger.add(record)
        return record.item

    def close(self, **duplicates):
        self.ledger.close_round(RoundRecord(round=self.closed, duplicates=duplicates.get("duplicates", {})))
        self.closed += 1

    def attempt(
        self,
        key,
        status="ok",
        pid=1,
        ago=0.0,
        model="one",
        prompt=100,
        completion=10,
        usd=0.00012,
        latency=2.0,
        note="",
    ):
        line = AttemptRecord(
            time.time() - ago, key, "e", "m1", status, 200, prompt, completion, usd, latency, note=note
        )
        self.store.record(f"{self.run.id}:{model}", pid, [line], [], self._limits)

    def stopped(self, **said):
        (self.run.folder / "stopped.json").write_text(json.dumps(said))
