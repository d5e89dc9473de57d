"""STUB, not to be committed."""
import json
def write_outputs(run, ledger):
    files = {name: open(run.folder / f"{name}.jsonl", "w") for name in ("rows", "provenance", "rejects")}
    counts = dict.fromkeys(files, 0)
    for record in ledger.settled():
        name = "rows" if record.status == "passed" else "rejects"
        d = record.draft.model_dump()
        line = {"id": record.item, "problem": (d["question"] or {}).get("question"), "answer": d["answer"], "cot": d["cot"], "stage": record.stage, "reason": record.reason, "detail": record.detail}
        files[name].write(json.dumps(line) + "\n"); counts[name] += 1
        if name == "rows":
            files["provenance"].write(json.dumps({"id": record.item, **d}) + "\n"); counts["provenance"] += 1
    return counts
