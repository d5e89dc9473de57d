"""Rules for answers that can be checked: each says right, wrong or undecided, and why.

Model text is only ever compared as text or read by parsers of our own: never evaluated.
"""

from __future__ import annotations

from wethink_plugins.rewards.rules.grading import grade, grade_batch, grade_response, start, warm_up
from wethink_plugins.rewards.rules.policy import Policy, policy_of
from wethink_plugins.rewards.rules.verdict import Verdict

__all__ = ["Policy", "Verdict", "grade", "grade_batch", "grade_response", "policy_of", "start", "warm_up"]
