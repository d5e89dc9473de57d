"""`python -m tests.docs.listing [PAGE ...]`: every command of the pages, and whether it is run, parsed or only listed."""

from __future__ import annotations

import sys
from collections import Counter

from tests.docs.blocks import pages
from tests.docs.not_run import entry_of, way_of
from tests.docs.shell import commands_of


def main(wanted: list[str]) -> None:
    counted = Counter()
    for page in wanted or pages():
        for command in commands_of(page):
            way, entry = way_of(command), entry_of(command)
            counted[way] += 1
            why = f"  # {entry.reason}; {entry.checked}" if entry else ""
            print(f"{command.place:40} {way:7} {command.shown[:100]}{why}")
    print(", ".join(f"{count} {way}" for way, count in counted.most_common()))


if __name__ == "__main__":
    main(sys.argv[1:])
