"""EasyR1 in shadow mode: the user's reward function is called in the form that this EasyR1 calls one, ours comes after."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from functools import cache
from typing import Any

from wethink_plugins.adapters.easyr1_reward import source_of
from wethink_plugins.adapters.easyr1_samples import sample_of
from wethink_plugins.envelope import unpack
from wethink_plugins.errors import SampleError
from wethink_plugins.rewards.shadow import Shadow

_building = threading.Lock()


class EasyR1Shadow:
    """An answer in an envelope of ours is taken out of it, since the user's function can't read one."""

    def __init__(self, shadow: Shadow) -> None:
        self.shadow = shadow
        self._calls = 0

    def paid(self, reward_inputs: Any, ground_truth: Any = None) -> Any:
        """What the active reward returns or raises."""
        self._calls += 1
        call = self._calls
        if isinstance(reward_inputs, Mapping):
            result = self.shadow.call({**reward_inputs, "ground_truth": _bare(reward_inputs.get("ground_truth"))})
            self.shadow.note(lambda: [sample_of(reward_inputs, call, 0)], [result])
            return result
        if ground_truth is None:
            inputs = list(reward_inputs)
            result = self.shadow.call([{**item, "ground_truth": _bare(item.get("ground_truth"))} for item in inputs])
        elif isinstance(reward_inputs, str):
            result = self.shadow.call(reward_inputs, _bare(ground_truth))
            self.shadow.note(lambda: [sample_of(_item(reward_inputs, ground_truth), call, 0)], [result])
            return result
        else:
            inputs = [_item(*pair) for pair in zip(reward_inputs, ground_truth, strict=False)]
            result = self.shadow.call(reward_inputs, [_bare(gold) for gold in ground_truth])
        self.shadow.note(lambda: [sample_of(item, call, i) for i, item in enumerate(inputs)], result)
        return result


def _item(response: Any, ground_truth: Any) -> dict[str, Any]:
    return {"response": response, "ground_truth": ground_truth}


def _bare(ground_truth: Any) -> Any:
    try:
        fields = unpack(ground_truth)
    except SampleError:
        return ground_truth
    return fields["answer"] if fields is not None and "v" in fields else ground_truth


def shared_shadow(settings: Mapping[str, Any]) -> EasyR1Shadow | None:
    """One for each process and configuration; None where `shadow.active` isn't set."""
    with _building:
        return _shadow(json.dumps(settings, sort_keys=True, default=str))


@cache
def _shadow(settings: str) -> EasyR1Shadow | None:
    shadow = Shadow.from_config(source_of(json.loads(settings)))
    return EasyR1Shadow(shadow) if shadow is not None else None
