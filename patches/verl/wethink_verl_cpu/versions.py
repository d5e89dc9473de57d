"""Which verl these patches were written against. They touch internals, so any other version is refused."""

from __future__ import annotations

from importlib.metadata import version

KNOWN = ("0.9.1",)


class UnknownVerl(RuntimeError):
    """The verl found here is not one whose internals these patches know."""


def check(found: str | None = None) -> None:
    """Raise `UnknownVerl`, naming what was found and what is known; `found` defaults to the installed verl."""
    found = version("verl") if found is None else found
    if found not in KNOWN:
        raise UnknownVerl(
            f"wethink-verl-cpu patches verl {', '.join(KNOWN)} and found verl {found}; nothing was patched and there is "
            f"no 'cpu' platform. Install verl=={KNOWN[-1]}, or unset VERL_PLATFORM to run on an accelerator."
        )
