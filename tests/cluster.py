"""A Ray cluster on this machine that a busy machine may take minutes to start."""

import contextlib

# Ray reads each of its limits from RAY_<name>; what it starts inherits them.
LIMITS = {
    "RAY_agent_register_timeout_ms": "600000",
    "RAY_gcs_server_port_wait_time_s": "600",
    "RAY_gcs_server_request_timeout_seconds": "600",
    "RAY_health_check_failure_threshold": "100",
    "RAY_health_check_timeout_ms": "600000",
    "RAY_raylet_start_wait_time_s": "600",
    "RAY_worker_register_timeout_seconds": "600",
    "RAY_USAGE_STATS_ENABLED": "0",
}
# The driver waits 30 s for its node, whatever it is told; what was read from disk by then is quicker the next time.
STARTS = 8


@contextlib.contextmanager
def cluster(patch, **options):
    """Yields its address. `patch`: the MonkeyPatch that holds the settings, and no longer than this."""
    import ray

    for name, value in LIMITS.items():
        patch.setenv(name, value)
    patch.delenv("RAY_ADDRESS", raising=False)
    for start in range(1, STARTS + 1):
        try:
            ray.init("local", include_dashboard=False, log_to_driver=False, object_store_memory=80_000_000, **options)
            break
        except Exception:
            ray.shutdown()
            if start == STARTS:
                raise
    try:
        yield ray.get_runtime_context().gcs_address
    finally:
        ray.shutdown()
