"""What is said about rows that a verb leaves out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wethink_plugins.cli.output import complain

if TYPE_CHECKING:
    from wethink_plugins.datasets.validate import Validation

_SHOWN = 5


def report_rejects(found: Validation) -> None:
    """Unknown spellings once for the file, then the first few other rejects and how many more there are."""
    for unknown in found.unknown[:_SHOWN]:
        complain(unknown.text(found.file))
    if len(found.unknown) > _SHOWN:
        complain(f"{found.file}: {len(found.unknown) - _SHOWN} more unknown values")
    others = [reject for reject in found.rejects if not reject.unknown]
    for reject in others[:_SHOWN]:
        complain(reject.text(found.file))
    if len(others) > _SHOWN:
        complain(f"{found.file}: {len(others) - _SHOWN} more rejected rows")
