"""What a quantity costs: our table beside pint (pip install pint), in CPU time.

python benchmarks/units.py
"""

from __future__ import annotations

import time
from collections.abc import Callable

_COUNT = 2000


def measured(step: Callable[[], object]) -> float:
    start = time.process_time()
    step()
    return time.process_time() - start


def main() -> None:
    def ours() -> None:
        from wethink_plugins.rewards.rules.number import read_number

        for i in range(_COUNT):
            number = read_number(f"{i} cm")
            assert number is not None and number.unit is not None
            number.value * number.unit.factor

    def registry() -> None:
        import pint

        globals()["units"] = pint.UnitRegistry()

    def pints() -> None:
        for i in range(_COUNT):
            globals()["units"].parse_expression(f"{i} cm").to("m")

    def first() -> None:
        from wethink_plugins.rewards.rules import grade

        grade("1 km", "1 m")

    print(f"ours: first grading {measured(first):.3f} s, read and convert {measured(ours) / _COUNT * 1e6:.0f} µs")
    print(
        f"pint: import and registry {measured(registry):.3f} s, read and convert "
        f"{measured(pints) / _COUNT * 1e6:.0f} µs"
    )


if __name__ == "__main__":
    main()
