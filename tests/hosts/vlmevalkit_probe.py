"""Inside VLMEvalKit: what its wrapper does, and how its ratings name their numbers. Prints one JSON object.

`vlmevalkit_probe.py RECIPE MODEL`, with VLMEvalKit's checkout on the path.
"""

import json
import sys
import tempfile
from pathlib import Path

import pandas as pd


def extraction():
    from vlmeval.vlm.wethink_vl import extract_response_for_eval

    texts = {
        "no_answer_block": "<think>A or B</think>B",
        "two_blocks": "<think>t</think><answer>B</answer> so <answer>B</answer>",
        "one_block": "<think>t</think><answer>B</answer>",
    }
    return {name: extract_response_for_eval(text) for name, text in texts.items()}


def asked(recipe, folder):
    """Dataset -> has it a system turn, and what comes back of a response, by both classes."""
    sys.path.insert(0, recipe)
    import wethink_model
    from PIL import Image

    picture = Path(tempfile.mkdtemp()) / "p.png"
    Image.new("RGB", (56, 56), "red").save(picture)
    found = {}
    for name in ("WeThinkAsPublished", "WeThinkFormat"):
        model = getattr(wethink_model, name)(folder, "PROMPT", min_pixels=784, max_pixels=100352, max_new_tokens=2)
        seen = []
        whole = model.processor.apply_chat_template
        model.processor.apply_chat_template = lambda turns, whole=whole, seen=seen, **named: (
            seen.append(turns[0]) or whole(turns, **named)
        )
        found[name] = {}
        for dataset in ("OCRBench", "AI2D_TEST", "MathVista_MINI", "MMBench_DEV_EN_V11"):
            model.generate(
                [{"type": "image", "value": str(picture)}, {"type": "text", "value": "Who?"}], dataset=dataset
            )
            found[name][dataset] = [turn["role"] for turn in seen[-1]]
        try:
            model.generate([{"type": "text", "value": "Who?"}])
            found[name]["no dataset"] = "ok"
        except AttributeError as error:
            found[name]["no dataset"] = str(error)
    return found


def ratings():
    """Dataset -> metrics, made by VLMEvalKit's own rating functions from a few made-up judgements, and its own flattening."""
    from vlmeval.dataset.image_vqa import OCRBench
    from vlmeval.dataset.utils.logicvista import evaluate_logicvista
    from vlmeval.dataset.utils.mathv import MATH_V_acc
    from vlmeval.dataset.utils.mathverse import MathVerse_acc
    from vlmeval.dataset.utils.mathvista import MathVista_acc
    from vlmeval.dataset.utils.mmvet import MMVet_acc
    from vlmeval.dataset.utils.multiple_choice import report_acc
    from vlmeval.dataset.utils.yorn import Hallusion_rating
    from vlmeval.smp.status_report import flatten_summary_metrics

    folder = Path(tempfile.mkdtemp())

    def file(*rows):
        path = folder / f"m_{len(list(folder.iterdir()))}.xlsx"
        pd.DataFrame(rows).to_excel(path, index=False)
        return str(path)

    vista = {
        "task": "t",
        "skills": "['s']",
        "log": "x",
        "question_type": "free_form",
        "answer_type": "integer",
        "answer": "3",
        "precision": 0,
        "answer_option": None,
        "choices": "[]",
    }
    vision = {"category": "c", "log": "x", "answer": "3", "choices": "[]"}
    verse = {"metadata": "{'subject': 's', 'subfield': 'f'}", "problem_version": "Vision Only"}
    scores = {
        "MathVista_MINI": MathVista_acc(file({**vista, "res": 3}, {**vista, "res": 4})),
        "MathVision": MATH_V_acc(file({**vision, "res": "3"}, {**vision, "res": "4"})),
        "MathVerse_MINI_Vision_Only": MathVerse_acc(file({**verse, "score": True}, {**verse, "score": False})),
        "LogicVista": evaluate_logicvista(file(*({"skill": s, "hit": h} for s in ("inductive", "deductive", "numerical", "spatial", "mechanical") for h in (1, 0)))),
        "MMStar": report_acc(pd.DataFrame([{"hit": 1, "category": "a"}, {"hit": 0, "category": "a"}])),
        "MMMU_DEV_VAL": report_acc(pd.DataFrame([{"hit": 1, "split": "validation"}, {"hit": 0, "split": "validation"}, {"hit": 0, "split": "dev"}])),
        "HallusionBench": Hallusion_rating(file(*({"index": f"VD_x_y_0_{i}_0", "score": bool(i), "category": "VD", "l2-category": "l"} for i in (0, 1)))),
        "MMVet": MMVet_acc(file(*({"category": "rec,ocr,know,gen,spat,math", "score": s} for s in (1.0, 0.0))))[0],
        "OCRBench": OCRBench.evaluate(file({"prediction": "cat", "answer": "['cat']", "category": "Regular Text Recognition"})),
        "DynaMath": pd.DataFrame([{"Setting": "Average", "Overall": 0.5}, {"Setting": "Worst Case", "Overall": 0.5}]),
    }  # fmt: skip
    scores["AI2D_TEST"] = scores["MMStar"]
    found = {name: flatten_summary_metrics(score) for name, score in scores.items()}
    strict = pd.DataFrame({"Model": {0: "GPT4o"}, "Score (Strict)": {0: "48.00%"}})
    return {**found, "WeMath": flatten_summary_metrics(strict)}


def known():
    from vlmeval.dataset import SUPPORTED_DATASETS

    return list(SUPPORTED_DATASETS)


if __name__ == "__main__":
    value = {"extraction": extraction(), "ratings": ratings(), "known": known(), "asked": asked(*sys.argv[1:3])}
    print("PROBE " + json.dumps(value, default=float))
