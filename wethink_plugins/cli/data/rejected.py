"""What is said about rows that a verb leaves out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wethink_plugins.cli.output import complain

if TYPE_CHECKING:
    from wethink_plugins.datasets.validate import Validation

_SHOWN = 5
FOR_ALL = "if the guesses are right, put this into the YAML, in place of `aliases` if it has that"


def report_rejects(found: Validation, with_yaml: bool = True) -> None:
    """Unknown spellings once for the file, then the first few other rejects and how many more there are.

    The YAML line for several spellings comes last of them; not without `with_yaml`, for a verb that says it elsewhere.
    """
    alone = found.one_alias
    for unknown in found.unknown[:_SHOWN]:
        complain(unknown.text(found.file, alone))
    if len(found.unknown) > _SHOWN:
        complain(f"{found.file}: {len(found.unknown) - _SHOWN} more unknown values")
    if with_yaml and found.aliases and not alone:
        complain(f"{found.file}: {FOR_ALL}: {found.aliases}")
    others = [reject for reject in found.rejects if not reject.unknown]
    for reject in others[:_SHOWN]:
        complain(reject.text(found.file))
    if len(others) > _SHOWN:
        complain(f"{found.file}: {len(others) - _SHOWN} more rejected rows")
