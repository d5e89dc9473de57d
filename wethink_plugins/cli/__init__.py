"""The `wethink` command: one file a verb."""
