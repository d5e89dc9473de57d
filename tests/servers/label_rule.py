"""A judge that says of an answer what the demo's judge is taught to say: the rule that labels its data, count by count.

`ModelServer(reply="tests.servers.label_rule:reply", script={"silent_about": "an answer"})`; it is asked with the demo's prompt,
`recipes/cpu/judge_prompt.txt`, and answers 503 about that answer.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).resolve().parents[2] / "recipes" / "cpu"))
_FENCED = re.compile(r"<<<(\w+) (\w+)\n(.*?)\n\1 \2>>>", re.DOTALL)
_SILENT = {"text": "", "actions": "503"}


def reply(script: Mapping[str, str]) -> Callable[[Mapping[str, Any]], str | dict[str, str]]:
    from judge_labels import Pair

    from tests.servers.script import prompt_of

    def of(body: Mapping[str, Any]) -> str | dict[str, str]:
        found = {kind: _unfenced(text) for kind, _, text in _FENCED.findall(prompt_of(body))}
        if script["silent_about"] and found["ANSWER"] == script["silent_about"]:
            return dict(_SILENT)
        return Pair("", found["REFERENCE"], found["ANSWER"]).reply

    return of


def _unfenced(text: str) -> str:
    return "\n".join(line.removeprefix("| ") for line in text.splitlines())
