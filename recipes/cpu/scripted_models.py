"""Model servers for trying things out, without a model: the judge, and all roles of the synthesis pipeline.

    python recipes/cpu/scripted_models.py tryout

serves the folder that `tryout.py` wrote, at the address that its YAMLs name, until Ctrl-C. It knows the demo's shapes: a
judge's question about them gets the tier that `judge_labels.py` gives it, a question of the pipeline the truth of the
picture (`extension_models.py`). Of other answers the judge counts the words that the reference has too. What is asked for
is told by the prompt's first line.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
import urllib.parse
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml
from extension_models import reply_to, scenes_by_pixels, served
from judge_labels import PARTS, Pair, parts_of
from scenes import Scene

PORT = 8010
_TEXT = re.compile(r"^<<<(QUESTION|REFERENCE|ANSWER) (\w+)\n(.*?)\n\1 \2>>>$", re.DOTALL | re.MULTILINE)


def judged(prompt: str, constrained: bool) -> str:
    """The verdict on the three texts of a judge's prompt."""
    texts = {name: text.replace("| ", "", 1).replace("\n| ", "\n") for name, _, text in _TEXT.findall(prompt)}
    pair = Pair(texts.get("QUESTION", ""), texts["REFERENCE"], texts["ANSWER"])
    about_shapes = any(parts_of(pair.reference)[part] for part in PARTS)
    tier = pair.tier if about_shapes else by_words(pair.reference, pair.answer)
    return json.dumps({"verdict": tier}) if constrained else f"VERDICT: {tier}"


def by_words(reference: str, answer: str) -> str:
    """For what isn't about shapes; half of the words in common is enough."""
    wanted, said = (set(re.findall(r"\w+", text.lower())) for text in (reference, answer))
    return "correct" if len(wanted & said) >= len(wanted) / 2 else "wrong"


def reply(body: Mapping[str, Any], scenes: Mapping[str, Scene]) -> str:
    """To either kind of request."""
    content = body["messages"][0]["content"]
    if isinstance(content, str) and content.splitlines()[0] == _judge_line():
        return judged(content, "response_format" in body)
    return reply_to(body, scenes)


def scenes_of(folder: Path) -> dict[str, Scene]:
    """By the pixels of its pictures; SystemExit where `tryout.py` wrote nothing."""
    told = folder / "scenes.json"
    if not told.is_file():
        sys.exit(f"error: {told} isn't there: python recipes/cpu/tryout.py --out {folder} writes it")
    scenes = json.loads(told.read_text(encoding="utf-8"))
    known = {name: Scene(tuple(one["cells"]), one["shape"], one["colour"]) for name, one in scenes.items()}
    return scenes_by_pixels(folder / "pictures", known)


def port_of(folder: Path) -> int:
    """The one that the folder's `wethink.yaml` names; PORT where it names none."""
    try:
        settings = yaml.safe_load((folder / "wethink.yaml").read_text(encoding="utf-8"))
        return urllib.parse.urlsplit(settings["judge"]["endpoints"][0]["base_url"]).port or PORT
    except (OSError, yaml.YAMLError, LookupError, TypeError, ValueError):
        return PORT


def _judge_line() -> str:
    prompt = files("wethink_plugins.rewards.judge").joinpath("prompts/default.txt")
    return prompt.read_text(encoding="utf-8").splitlines()[0]


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="what tryout.py wrote")
    parser.add_argument("--port", type=int, help="else the one that FOLDER/wethink.yaml names")
    arguments = parser.parse_args()
    folder, scenes = arguments.folder, scenes_of(arguments.folder)
    port = port_of(folder) if arguments.port is None else arguments.port
    try:
        with served(lambda body: reply(body, scenes), port) as address:
            print(f"judge and synthesis models at {address}; Ctrl-C ends them", flush=True)
            while True:
                time.sleep(3600)
    except OSError as error:
        again = f"python recipes/cpu/tryout.py --out {folder} --port {port + 1}"
        sys.exit(f"error: port {port}: {error.strerror}\nfix: {again}, which names it in both YAMLs; then this again")
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
