"""A judge for examples: a real server that says of an answer what the demo's judge was taught to say.

Its verdicts come from the rule that labels the demo's judge's data (`recipes/cpu/judge_labels.py`: count, colour and shape,
one tier down for each that is wrong), so nobody makes them up. It reads the texts from the demo's prompt.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from pictures.picture import RECIPE

NAME = "label-rule"
_REPLY = "tests.servers.label_rule:reply"


@contextlib.contextmanager
def judged(silent_about: str = "") -> Iterator[dict[str, Any]]:
    """Yield settings for the reward. Asked about the answer `silent_about`, the server fails each time."""
    from tests.servers import ModelServer

    with ModelServer(model=NAME, reply=_REPLY, script={"silent_about": silent_about}) as server:
        yield {
            "judge": {
                "endpoints": [{"base_url": server.base_url, "model": NAME, "identity": NAME}],
                "prompt": str(RECIPE / "judge_prompt.txt"),
                "constrain": False,
                "deadline_s": 3,
                "store": None,
            }
        }
