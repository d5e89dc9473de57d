"""In the judge server's own process: what it says of a pair, read from its prompt."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).resolve().parents[3] / "recipes" / "cpu"))
_FENCED = re.compile(r"<<<(\w+) (\w+)\n(.*?)\n\1 \2>>>", re.DOTALL)
_SILENT = {"text": "", "actions": "503"}


def reply(script: Mapping[str, str]) -> Callable[[Mapping[str, Any]], str | dict[str, str]]:
    """As tests.servers.model wants it: the function of a request's body."""
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
