#!/usr/bin/env bash
# Two nodes of 8 GPUs: the same file on both, `two_nodes.sh head` on the first, `two_nodes.sh worker HEAD_IP` on the other.
#
# Folder, data, images, packages and the model that DIR/model links to must be under the same paths on both (a shared
# disk, or copies): Ray may put the reward on either node. Variables that hold keys must be set on both before this starts
# Ray, since a worker process has the environment of `ray start`, not of the one who trains.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
case "${1:-}" in
    worker)
        ray start --address="${2:?give the IP address of the head}:6379" --block
        ;;
    head)
        shift
        ray start --head --port=6379
        until [ "$(python3 -c 'import ray; ray.init(address="auto", log_to_driver=False); print(len(ray.nodes()))' 2>/dev/null | tail -1)" = 2 ]; do
            echo "waiting for the second node ..."
            sleep 5
        done
        RAY_ADDRESS=auto python3 -m verl.trainer.main config="$here/run.yaml" trainer.nnodes=2 "$@"
        ;;
    *)
        echo "usage: $0 head [KEY=VALUE ...] | worker HEAD_IP" >&2
        exit 2
        ;;
esac
