"""Training a vision-language model dies when all trajectories of a chunk are equally long.

Upstream: verl/utils/tensordict_utils.py:910, maybe_fix_3d_position_ids sets `_ragged_idx = 2` without looking.
Reason: with equal lengths TransferQueue makes dimension 1 (the 4 rope rows) the ragged one, and the blind fix ends in
"split_with_sizes expects split_sizes to sum exactly to ...". A bug of verl on any device (verl issues 7899 and 6073,
open); small batches of short answers meet it at once.
Can go: when those issues are closed in the verl that is used.
"""

from __future__ import annotations

import torch
from tensordict import TensorDict
from verl.utils import tensordict_utils

_KEY = "position_ids"


def apply() -> None:
    """Replace the function where it is defined; verl's engine modules import it by name, later than plugins load."""
    tensordict_utils.maybe_fix_3d_position_ids = maybe_fix_3d_position_ids


def maybe_fix_3d_position_ids(data: TensorDict) -> None:
    """Upstream's fix, and a rebuild of the tensor where the rows were split along the wrong dimension."""
    if _KEY not in data.keys() or not data[_KEY].is_nested or data[_KEY].dim() != 3:  # noqa: SIM118  a TensorDict refuses `in`
        return
    ids = data[_KEY]
    if ids._ragged_idx == 1 and ids.values().shape[0] == int(ids.offsets()[-1]):
        rows = list(torch.split(ids.values(), ids.offsets().diff().tolist(), dim=0))
        data[_KEY] = tensordict_utils.nested_tensor_from_tensor_list(rows, ragged_idx=2)
    else:
        ids._ragged_idx = 2
