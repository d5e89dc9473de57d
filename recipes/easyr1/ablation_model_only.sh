#!/usr/bin/env bash
# Ablation: the judge scores every row. The rows are those of grpo_7b; only the reward's YAML is another.
#
#   wethink recipe show easyr1/wethink_model_only --out DIR/wethink_model_only.yaml
#   bash DIR/ablation_model_only.sh       # beside the run.yaml of grpo_7b, in a checkout of EasyR1
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
python3 -m verl.trainer.main config="$here/run.yaml" \
    worker.reward.reward_function_kwargs.config="$here/wethink_model_only.yaml" \
    trainer.experiment_name=ablation_model_only \
    trainer.save_checkpoint_path="$here/checkpoints_model_only" "$@"
