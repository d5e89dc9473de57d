"""verl's own trainer on the tiny task: two short steps."""

import tempfile

from tests.hosts.conftest import RECIPE, export

STEPS, PROMPTS, ROLLOUTS = 2, 4, 5


def main_ppo(host, task, name, *overrides, check=True, config="wethink.yaml", **variables):
    """The run's end and output. Its journal is TASK/NAME-journal, its checkpoints TASK/NAME."""
    rows = {split: task / f"{split}.parquet" for split in ("train", "val")}
    for split, file in rows.items():
        if not file.exists():
            export(host, task, "verl", f"{split}.jsonl", file.name)
    with tempfile.TemporaryDirectory(prefix="wt", dir="/tmp") as ray:  # Ray's sockets want a short path
        return host.run(
            "python", "-m", "verl.trainer.main_ppo", "--config-path", RECIPE, "--config-name", "grpo",
            f"data.train_files={rows['train']}", f"data.val_files={rows['val']}", "data.val_max_samples=8",
            f"data.train_batch_size={PROMPTS}", f"actor_rollout_ref.actor.ppo_mini_batch_size={PROMPTS}",
            "actor_rollout_ref.actor.ppo_micro_batch_size_per_gpu=4", "actor_rollout_ref.rollout.log_prob_micro_batch_size_per_gpu=4",
            f"actor_rollout_ref.rollout.n={ROLLOUTS}", f"actor_rollout_ref.model.path={task / 'model'}",
            f"trainer.total_training_steps={STEPS}", f"trainer.default_local_dir={task / name}", *overrides,
            VERL_PLATFORM="cpu", RAY_TMPDIR=ray, RAY_USAGE_STATS_ENABLED=0, RAY_DEDUP_LOGS=0, HYDRA_FULL_ERROR=1, RAY_worker_niceness=0,
            WETHINK_CONFIG=task / config, WETHINK_JOURNAL=task / f"{name}-journal", check=check, cwd=task, **variables,
        )  # fmt: skip
