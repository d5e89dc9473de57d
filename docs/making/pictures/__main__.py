"""Makes the pictures of docs/images from what the software writes: `python docs/making/pictures [NAME ...]`.

Without names, all of them; those whose runs aren't here are left out, and said. `make pictures` does that in the environment
of the tests, which has all that is needed but two things:

- Chromium or Google Chrome, for pictures of pages. Without one, only the drawn ones (.svg) can be made.
- finished runs of the demo, for pictures of its results: `make demo`, and what the script names for the others.

The same runs and the same Chromium give the same pictures. `--list` says what each is made from.
"""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[0:1] = [str(HERE.parent), str(HERE.parents[2])]

from pictures.command import main  # noqa: E402  it is found by the line above

if __name__ == "__main__":
    sys.exit(main(__doc__))
