"""Clients that drip, over real sockets: each loses its connection, and nobody else notices."""

import contextlib
import http.client
import json
import socket
import time

import pytest

from tests.rewards.judges import ScriptedJudge
from tests.service.running import served
from tests.service.test_service import ask, sample
from wethink_plugins import HybridReward
from wethink_plugins.service.limits import Limits

LIMITS = Limits(body_bytes=20_000, body_s=0.6, header_s=0.6)
POST = b"POST /v1/score HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n"
HEALTH = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
BAD = b"POST /v1/score HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer no\r\nContent-Length: 1000\r\n\r\n"


@pytest.fixture(scope="module")
def url():
    with served(HybridReward.from_config({}), LIMITS, token="secret") as address:
        yield address


@contextlib.contextmanager
def connected(url):
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=0.1) as client:
        yield client


def dripped(client, drop, most_s=30):
    """What came back until the server hung up, while a byte a tenth of a second was sent; None: it never hung up."""
    came, until = b"", time.monotonic() + most_s
    while time.monotonic() < until:
        try:
            client.sendall(drop)
            piece = client.recv(10_000)
        except TimeoutError:
            continue
        except OSError:
            return came
        if not piece:
            return came
        came += piece
    return None


SLOW = [
    ("says nothing", b"", b"", b""),
    ("headers that drip", b"GET /health HTTP/1.1\r\nHost: x\r\nX-A: ", b"a", b""),
    ("headers that drip on a connection that was used", HEALTH + b"GET /", b"a", b"HTTP/1.1 200"),
    ("a body that drips, with a wrong token", BAD, b"a", b"HTTP/1.1 401"),
    ("a body that drips, without a token", POST, b"a", b"HTTP/1.1 401"),
    ("a body that drips, where no token is asked for", POST.replace(b"/v1/score", b"/health"), b"a", b"HTTP/1.1 408"),
    ("a body that drips", POST.replace(b"Host", b"Authorization: Bearer secret\r\nHost"), b"a", b"HTTP/1.1 408"),
]


@pytest.mark.parametrize(("start", "drop", "answer"), [case[1:] for case in SLOW], ids=[case[0] for case in SLOW])
def test_who_drips_is_cut_off(url, start, drop, answer):
    with connected(url) as client:
        client.sendall(start)
        came = dripped(client, drop)
    assert came is not None, "the connection was never closed"
    assert came.startswith(answer) and came.count(b"HTTP/1.1") == bool(answer)


def test_a_hundred_of_them_keep_nobody_out(url):
    with contextlib.ExitStack() as held:
        for _ in range(100):
            held.enter_context(connected(url)).sendall(b"GET /health HTTP/1.1\r\nX-A: ")
        assert ask(url, "/v1/score", sample(), Authorization="Bearer secret")[0] == 200


def test_time_between_requests_and_for_an_answer_is_no_slow_header():
    """Each is longer here than headers may take."""
    reward = HybridReward.from_config({"judge": {"deadline_s": 1.5}}, judge=ScriptedJudge())
    slow = json.dumps(sample("slow", "a long story", question_type="descriptive"))
    with served(reward, LIMITS) as url:
        line = http.client.HTTPConnection(url.removeprefix("http://"), timeout=20)
        line.connect()
        first = line.sock
        for body in (slow, slow):
            line.request("POST", "/v1/score", body, {"Content-Type": "application/json"})
            assert json.loads(line.getresponse().read())["status"] == "unscored"
            time.sleep(0.9)
        assert line.sock is first
        line.close()


def test_a_large_body_with_a_wrong_token_is_told_so(url):
    """And not just cut off while it is sent: a client would take that for a dead service and try again."""
    body = b'{"samples": [' + b" " * 15_000 + b"]}"
    for _ in range(5):
        assert ask(url, "/v1/score_batch", body, Authorization="Bearer wrong")[0] == 401


def test_too_much_header_is_refused(url):
    with connected(url) as client:
        client.settimeout(20)
        with contextlib.suppress(OSError):
            client.sendall(b"GET /health HTTP/1.1\r\nX-A: " + b"a" * 1_000_000)
        with contextlib.suppress(OSError):
            assert client.recv(10_000)[:12] in (b"HTTP/1.1 400", b"")
    assert ask(url, "/health")[0] == 200
