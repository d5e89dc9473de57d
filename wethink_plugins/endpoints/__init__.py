"""Calls to OpenAI-compatible model servers that end in a reply, a failure outside the request, or a refusal of it.

Knows nothing of judging. Start at `client.Client`.
"""

from __future__ import annotations

from wethink_plugins.endpoints.call import Call, Reply
from wethink_plugins.endpoints.client import Client
from wethink_plugins.endpoints.faults import CallFailed, CallRefused
from wethink_plugins.endpoints.totals import Totals

__all__ = ["Call", "CallFailed", "CallRefused", "Client", "Reply", "Totals"]
