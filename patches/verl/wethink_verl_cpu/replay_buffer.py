"""verl's replay buffer, asking more often whether a batch is complete, and handing it out in a fixed order.

Upstream: verl/trainer/ppo/v1/replay_buffer.py:144, `poll_interval: float = 2.0`, which no config key reaches; a step
of a small model takes about as long. And :390-403, a batch keeps the order in which its answers were finished, which
differs from run to run, and with it the sums in floating point.
Not a patch: verl's own hook for samplers (verl/trainer/ppo/v1/trainer_base.py:139-160) takes class and options:

    trainer.v1.sampler.custom_sampler: {path: pkg://wethink_verl_cpu.replay_buffer, name: QuickReplayBuffer}
    trainer.v1.sampler.sampler_kwargs: {poll_interval: 0.05}

Can go: when the interval is a config key. As with any custom sampler, `algorithm.filter_groups` and
`sync_refill_failed_groups` are not handed to it.
"""

from __future__ import annotations

from typing import Any

from transfer_queue import KVBatchMeta
from verl.trainer.ppo.v1.replay_buffer import ReplayBuffer

DEFAULT_SECONDS = 0.05


class QuickReplayBuffer(ReplayBuffer):
    """`ReplayBuffer` whose poll interval comes from `sampler_kwargs` and whose batches follow the data set's order."""

    def __init__(self, *args: Any, sampler_kwargs: Any = None, **options: Any) -> None:
        seconds = float((sampler_kwargs or {}).get("poll_interval", DEFAULT_SECONDS))
        super().__init__(*args, sampler_kwargs=sampler_kwargs, poll_interval=seconds, **options)

    def _materialize_batch(
        self, partition_id: str, selected_prompt_uids: list[str], partition_snapshot: dict[str, dict[str, Any]]
    ) -> KVBatchMeta:
        """Prompts in the order in which they were handed out, then by the number of the answer (uid_session_index)."""
        place = {uid: number for number, uid in enumerate(self.prompt_global_steps[partition_id])}

        def position(key: str) -> tuple[int, list[int]]:
            uid, *numbers = key.split("_")
            return place.get(uid, len(place)), [int(number) for number in numbers]

        ordered = {key: partition_snapshot[key] for key in sorted(partition_snapshot, key=position)}
        return super()._materialize_batch(partition_id, selected_prompt_uids, ordered)
