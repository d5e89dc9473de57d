#!/usr/bin/env bash
# Ablation: rules only, so rows that rules can't check are left out (chosen: how the paper's was set up isn't known).
#
#   jq -c 'select(.category != "descriptive" and .reward != "model")' rows.jsonl > rule_rows.jsonl  # in your spellings
#   wethink data export easyr1 rule_rows.jsonl ... --out DIR/train_rule_only.parquet
#   bash DIR/ablation_rule_only.sh        # beside the run.yaml of grpo_7b, in a checkout of EasyR1
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
python3 -m verl.trainer.main config="$here/run.yaml" \
    data.train_files="$here/train_rule_only.parquet" \
    trainer.experiment_name=ablation_rule_only \
    trainer.save_checkpoint_path="$here/checkpoints_rule_only" "$@"
