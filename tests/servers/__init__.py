"""Model servers for tests: real HTTP, in a process of their own, and as ill-behaved as a script tells them to be."""

from tests.servers.script import FAULTS, marked, planned
from tests.servers.server import ModelServer

__all__ = ["FAULTS", "ModelServer", "marked", "planned"]
