"""What each round's items are asked to be, from what the rounds before it accepted. Start at `rounds.Steering`."""

from __future__ import annotations

from wethink_plugins.synthesis.steering.rounds import Steering

__all__ = ["Steering"]
