"""Byte ranges of the hub's files, over as many connections as it takes.

The hub's own file system (HfFileSystem) takes whatever body a range is answered with: a mirror that ignores the range
would put 8 GB into memory, and a file that changed meanwhile is not noticed. Here each answer is checked first.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator

from wethink_plugins.datasets.fetch import web
from wethink_plugins.datasets.fetch.hub import HubFile
from wethink_plugins.datasets.fetch.patience import PASSING, Passing, asked_wait_s, pause_s
from wethink_plugins.datasets.fetch.traffic import Traffic
from wethink_plugins.errors import WeThinkError

# Chosen. A server that ignores ranges sends a file from its start: so much is thrown away rather than give up.
_THROWN_AWAY = 16 << 20
_AGAIN = "run the same command again: what is there stays"


class Ranges:
    """`retries`: attempts in a row without one new byte, before WeThinkError says that the network is gone."""

    def __init__(self, traffic: Traffic, retries: int) -> None:
        self._traffic, self._retries = traffic, retries
        self._identities: dict[str, str] = {}
        self._stopped = threading.Event()

    def stop(self) -> None:
        """Whoever waits for another attempt gives up: one has failed for good."""
        self._stopped.set()

    def read(self, file: HubFile, start: int, end: int) -> bytes:
        return b"".join(self.pieces(file, start, end))

    def pieces(self, file: HubFile, start: int, end: int, thrown_away: int = _THROWN_AWAY) -> Iterator[bytes]:
        """The bytes from `start` up to `end`; goes on behind the last byte when a connection breaks."""
        at, attempts = start, 0
        while at < end:
            attempts += 1
            try:
                for piece in self._once(file, at, end, thrown_away):
                    at, attempts = at + len(piece), 0
                    yield piece
                if at < end:
                    raise Passing("the connection was closed early")
            except Passing as fault:
                if attempts >= self._retries:
                    raise WeThinkError(f"can't be read on: {fault}", fix=_AGAIN, file=file.url) from None
                self._traffic.add(retries=1)
                if self._stopped.wait(pause_s(max(attempts, 1), fault)):
                    raise WeThinkError("stopped", file=file.url) from None

    def _once(self, file: HubFile, at: int, end: int, thrown_away: int) -> Iterator[bytes]:
        self._traffic.add(requests=1)
        faults = web.faults()
        try:
            with web.get(file.url, {"Range": f"bytes={at}-{end - 1}"}) as answer:
                skip, left = self._checked(answer, file, at, thrown_away), end - at
                for chunk in answer.chunks:
                    self._traffic.add(len(chunk))
                    piece = chunk[skip : skip + left]
                    skip, left = max(0, skip - len(chunk)), left - len(piece)
                    if piece:
                        yield piece
                    if not left:
                        return
        except faults as error:
            if type(error).__name__ == "OfflineModeIsEnabled":
                raise WeThinkError("the hub is switched off by HF_HUB_OFFLINE", fix="unset it", file=file.url) from None
            raise Passing(f"{type(error).__name__}: {' '.join(str(error).split())}"[:200]) from None

    def _checked(self, answer: web.Answer, file: HubFile, at: int, thrown_away: int) -> int:
        """How many bytes come before those that were asked for; raises when these are other bytes."""
        if answer.status in PASSING:
            raise Passing(f"the server answers {answer.status}", asked_wait_s(answer.headers))
        if answer.status not in (200, 206):
            raise _refused(answer.status, file)
        if self._identities.setdefault(file.url, answer.identity) != answer.identity:
            raise WeThinkError("changed on the server while it was read", fix=_AGAIN, file=file.url)
        if (answer.headers.get("Content-Encoding") or "identity").lower() != "identity":
            raise WeThinkError(
                "the server packs the bytes that were asked for", fix="try another HF_ENDPOINT", file=file.url
            )
        begins, size = _extent(answer, at)
        if size not in (None, file.size) or begins not in (0, at):
            what = f"the server has {size} bytes from {begins}, listed are {file.size}, asked for was {at}"
            raise WeThinkError(
                what, fix="the file is cut off or has changed there; try another HF_ENDPOINT", file=file.url
            )
        if at - begins > thrown_away:
            fix = "try another HF_ENDPOINT or --keep-parts, or download the parts and give --parts"
            raise WeThinkError("the server ignores Range, so parts of it can't be had", fix=fix, file=file.url)
        return at - begins


def _extent(answer: web.Answer, at: int) -> tuple[int, int | None]:
    """Where the body begins, and the size of the whole file where that is said."""
    if answer.status == 200:
        length = answer.headers.get("Content-Length") or ""
        return 0, int(length) if length.isdigit() else None
    found = re.match(r"bytes (\d+)-\d+/(\d+|\*)", answer.headers.get("Content-Range") or "")
    if not found:
        return at, None
    return int(found[1]), int(found[2]) if found[2].isdigit() else None


def _refused(status: int, file: HubFile) -> WeThinkError:
    known = {
        401: ("no access", "set HF_TOKEN to a token that may read it"),
        403: ("no access", "accept the dataset's terms on the hub and set HF_TOKEN"),
        404: ("is gone from the server", "check repository and revision"),
        416: (f"is shorter on the server than the {file.size} bytes listed", "try another HF_ENDPOINT"),
    }
    problem, fix = known.get(status, (f"the server answers {status}", "try again later"))
    return WeThinkError(problem, fix=fix, file=file.url)
