"""Thin translations between a host's reward call and ours. A host is imported only inside functions."""
