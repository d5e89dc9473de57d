"""The one error a user sees: where it is, what was found, what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def extra(name: str) -> str:
    """How to get the packages of an extra, for `fix`. A checkout is named too: without PyPI it is all there is."""
    return f"pip install 'wethink-plugins[{name}]' (from a checkout: pip install '.[{name}]')"


class WeThinkError(Exception):
    """Bad input or a broken set-up, in one line.

    `str(error)` reads `FILE: row ROW: FIELD: PROBLEM; FIX`, parts that don't apply left out. `exit_code` is what a verb
    ends with: 2, it could not be done with what was given. `defect`: for a fault of one row, its name in
    `datasets.defects`.
    """

    exit_code = 2

    def __init__(
        self,
        problem: str,
        *,
        fix: str = "",
        file: object = None,
        row: object = None,
        field: str | None = None,
        defect: str = "",
    ) -> None:
        self.problem, self.fix, self.file, self.row, self.field = problem, fix, file, row, field
        self.defect = defect
        place = [str(file)] if file else []
        place += [f"row {row}"] if row not in (None, "") else []
        place += [field] if field else []
        super().__init__(": ".join([*place, problem + (f"; {fix}" if fix else "")]))


class ConfigError(WeThinkError):
    """The YAML can't be used as it stands."""


class SampleError(WeThinkError):
    """A sample that no reward can be computed for (no gold, a response that isn't text): a fault of the caller."""


class TermError(WeThinkError):
    """A reward term of the user's own raised or returned something that isn't a finite number."""


class JudgeRequired(WeThinkError):
    """Rows need a judge model and none is configured."""


class JudgeBudgetSpent(WeThinkError):
    """More samples stayed unscored than `judge.tolerate` allows: stop the run, the judge is down."""

    exit_code = 1


class _NotGraded(Exception):
    """`call` is what the journal keeps of the attempt: endpoint, fault, `asked` (questions put to a model)."""

    def __init__(self, reason: str = "", call: Mapping[str, Any] | None = None) -> None:
        super().__init__(reason)
        self.call = dict(call or {})


class Unscored(_NotGraded):
    """The score could not be found out, for a reason that lies outside the response (connection, deadline, ceiling)."""


class Ungradable(_NotGraded):
    """The response itself makes grading impossible (limit hit, verdict unparseable twice): lowest tier, counted apart."""
