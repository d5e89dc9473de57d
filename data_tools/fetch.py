"""The rows and their images on a cluster: `python data_tools/fetch.py --out DIR`, on one node or on each of many.

Takes the arguments of `wethink data fetch`. In a SLURM array each task takes its own share of the images (--shard),
unless told otherwise; the shares don't overlap, and all tasks may write to the same DIR.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence


def with_shard(arguments: Sequence[str], variables: Mapping[str, str]) -> list[str]:
    """Adds --shard where the node belongs to an array and none is given."""
    given = any(word == "--shard" or word.startswith("--shard=") for word in arguments)
    if given or "SLURM_ARRAY_TASK_COUNT" not in variables:
        return list(arguments)
    first = int(variables.get("SLURM_ARRAY_TASK_MIN", "0"))
    step = max(1, int(variables.get("SLURM_ARRAY_TASK_STEP", "1")))
    number = (int(variables["SLURM_ARRAY_TASK_ID"]) - first) // step
    return [*arguments, "--shard", f"{number}/{variables['SLURM_ARRAY_TASK_COUNT']}"]


if __name__ == "__main__":
    try:
        from wethink_plugins.cli.main import main
    except ImportError:
        sys.exit("wethink_plugins isn't installed here: pip install '.[data]' in a checkout")
    main(["data", "fetch", *with_shard(sys.argv[1:], os.environ)])
