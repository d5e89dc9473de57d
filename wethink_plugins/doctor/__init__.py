"""Looks a set-up over before it trains: every fault in one line, with what to do about it."""
