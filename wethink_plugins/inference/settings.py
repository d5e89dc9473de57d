"""What shapes a response beside the weights; written into every line, and compared when a run goes on."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

# Of the authors' inference.py: greedy, 1000 new tokens.
MAX_NEW_TOKENS, TEMPERATURE = 1000, 0.0


@dataclass(frozen=True)
class Settings:
    """`prompt` is the text of the system prompt. `top_p` and `top_k` None: the back end's own, without a limit.

    `min_pixels` and `max_pixels` None: those in the model's folder. `temperature` 0 is greedy; `seed` matters above it.
    """

    prompt: str
    style: str = "wethink"
    max_new_tokens: int = MAX_NEW_TOKENS
    temperature: float = TEMPERATURE
    top_p: float | None = None
    top_k: int | None = None
    seed: int = 0
    min_pixels: int | None = None
    max_pixels: int | None = None

    def shown(self) -> dict[str, Any]:
        """For an output line: what isn't set is left out, the prompt is twelve hex digits of its text."""
        fields = {name: value for name, value in vars(self).items() if value is not None}
        return {**fields, "prompt": hashlib.sha256(self.prompt.encode()).hexdigest()[:12]}
