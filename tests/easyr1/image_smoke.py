"""Run in EasyR1's image-like environment: loads our reward file as EasyR1 does, and scores with the judge that answers.

python image_smoke.py REWARD_FILE wethink.yaml
"""

import importlib.util
import json
import sys

INPUTS = [
    {"response": "<think>2 and 2.</think><answer>4</answer>", "response_length": 9, "ground_truth": "4"},
    {
        "response": "<think>I look.</think><answer>a blue one</answer>",
        "response_length": 9,
        "ground_truth": json.dumps(
            {
                "answer": "a blue square",
                "v": 1,
                "id": "b",
                "question": "What is it?",
                "type": "descriptive",
                "method": "model",
            }
        ),
    },
]


def main():
    spec = importlib.util.spec_from_file_location("custom_reward_fn", sys.argv[1])
    module = importlib.util.module_from_spec(spec)
    sys.modules["custom_reward_fn"] = module
    spec.loader.exec_module(module)
    print(json.dumps([score["overall"] for score in module.compute_score(INPUTS, config=sys.argv[2])]))


if __name__ == "__main__":
    main()
