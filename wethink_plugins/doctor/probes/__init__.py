"""What only the host's own code can tell. Each probe runs in a process of its own, as training would start one."""
