"""The reward over HTTP, for trainers that can't import this package, or shall not: `wethink serve`, and a client.

What a sample's status is stands in each reply; a sample that could not be scored is never a number on the wire.
"""
