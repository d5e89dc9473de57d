"""The two ways in which a call ends without a reply.

The line between them is what the request had to do with it: a server that is down says nothing about what it was asked,
a context that is too long says nothing about the server.
"""

from __future__ import annotations

REFUSED = ("context_length", "content_filter", "bad_request")
# Characters of a server's own words that go into a log line.
_LONGEST_NOTE = 300


class CallError(Exception):
    """`str(error)` is one line: the kind, then what is known about the cause."""

    def __init__(self, kind: str, note: str = "") -> None:
        self.kind, self.note = kind, one_line(note)
        super().__init__(kind, self.note)  # both, so that a pickled copy is made the same way

    def __str__(self) -> str:
        return f"{self.kind}: {self.note}" if self.note else self.kind


class CallFailed(CallError):
    """Nothing that the request could help. `kind`: connect (or a connection that was dropped), rate_limited, server_error,
    deadline, breaker_open, ceiling, bad_reply, auth; given_up after `Client.end`."""


class CallRefused(CallError):
    """The server answered that it won't do this request. `kind` is one of REFUSED."""


def one_line(text: str) -> str:
    line = " ".join(text[: 4 * _LONGEST_NOTE].split())
    return line if len(line) <= _LONGEST_NOTE else line[: _LONGEST_NOTE - 1] + "…"
