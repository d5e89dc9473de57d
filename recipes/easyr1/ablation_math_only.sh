#!/usr/bin/env bash
# Ablation: maths only, against all abilities (that all types beat maths alone is reported; which rows were maths isn't).
#
#   jq -c 'select(.abilities | tostring | test("math"; "i"))' rows.jsonl > math_rows.jsonl
#   wethink data export easyr1 math_rows.jsonl ... --out DIR/train_math_only.parquet
#   bash DIR/ablation_math_only.sh        # beside the run.yaml of grpo_7b, in a checkout of EasyR1
#
# A smaller set makes fewer steps an epoch: compare at equal steps, trainer.max_steps=N on both.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
python3 -m verl.trainer.main config="$here/run.yaml" \
    data.train_files="$here/train_math_only.parquet" \
    trainer.experiment_name=ablation_math_only \
    trainer.save_checkpoint_path="$here/checkpoints_math_only" "$@"
