"""Run in the environment `grpo`: what verl makes of run.yaml in each of the folders that are given, or its error."""

import json
import sys

from hydra import compose, initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from hydra.errors import HydraException
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException
from verl.trainer.main_ppo import need_critic, need_reference_policy
from verl.utils.config import omega_conf_to_dataclass, validate_config

# What verl itself makes objects of; not the model, whose class reads a folder.
PARTS = (
    "actor_rollout_ref.actor", "actor_rollout_ref.rollout", "reward.reward_model.rollout", "algorithm",
    "actor_rollout_ref.actor.optim", "actor_rollout_ref.actor.fsdp_config", "actor_rollout_ref.actor.checkpoint",
)  # fmt: skip


def outcome(folder):
    GlobalHydra.instance().clear()
    try:
        with initialize_config_dir(config_dir=folder, version_base=None):
            config = compose("run")
        for part in PARTS if config.reward.reward_model.enable else (p for p in PARTS if "reward_model" not in p):
            omega_conf_to_dataclass(OmegaConf.select(config, part))
        validate_config(config, need_reference_policy(config), need_critic(config))
        return {"config": OmegaConf.to_container(config, resolve=True)}
    except (HydraException, OmegaConfBaseException, ValueError, TypeError, AssertionError) as error:
        return {"error": f"{type(error).__name__}: {error}"}


if __name__ == "__main__":
    print("\nFOUND " + json.dumps({folder: outcome(folder) for folder in sys.argv[1:]}))
