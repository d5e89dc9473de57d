"""The back end of a server, against one that misbehaves."""

import json

import pytest

pytest.importorskip("aiohttp", reason="needs the judge extra")

from tests.datasets.builders import row, write_rows
from tests.servers.script import marked
from tests.servers.server import ModelServer
from wethink_plugins import config
from wethink_plugins.errors import ConfigError
from wethink_plugins.inference.backends.server import ServerBackend
from wethink_plugins.inference.request import read_requests
from wethink_plugins.inference.run import generate
from wethink_plugins.inference.settings import Settings

TEXT = "<think>I look.</think>\n<answer>3</answer>"


def run(server, tmp_path, rows, deadline_s=20.0, out="out.jsonl", **settings):
    requests = read_requests(write_rows(tmp_path, rows))
    endpoint = config.Endpoint(base_url=getattr(server, "base_url", server), model="scripted", max_concurrency=8)
    backend = ServerBackend(endpoint, Settings("PROMPT", **settings), deadline_s)
    outcome = generate(requests, backend, Settings("PROMPT", **settings), tmp_path / out)
    written = tmp_path / out
    return outcome, [json.loads(line) for line in written.read_text().splitlines()] if written.exists() else None


@pytest.fixture
def server():
    with ModelServer(text=TEXT) as started:
        yield started


def test_prompt_images_and_limits_reach_the_server(tmp_path):
    with ModelServer(reply="tests.inference.test_server:echoed") as server:
        two = row(1, image_path=["images/a.png", "images/b.png"])
        _, lines = run(server, tmp_path, [row(), two], max_pixels=50176, top_p=0.5)
    first, second = (json.loads(line["response"]) for line in lines)
    assert first["turns"] == [["system", "PROMPT"], ["user", ["image_url", "text"]]]
    assert second["turns"][1][1] == ["image_url", "image_url", "text"]
    assert (first["max_tokens"], first["temperature"], first["top_p"]) == (1000, 0.0, 0.5)
    assert first["mm_processor_kwargs"] == {"max_pixels": 50176}


def echoed(body):
    """What was asked, as the reply."""
    kinds = [
        m["content"] if isinstance(m["content"], str) else [p["type"] for p in m["content"]] for m in body["messages"]
    ]
    names = ("max_tokens", "temperature", "top_p", "mm_processor_kwargs")
    return json.dumps(
        {
            "turns": [[m["role"], k] for m, k in zip(body["messages"], kinds, strict=True)],
            **{n: body.get(n) for n in names},
        }
    )


@pytest.mark.parametrize(
    "actions", [["429:0", "good"], ["503", "good"], ["drop", "good"], ["drop_mid", "good"], ["garbage", "good"]]
)
def test_what_passes_is_tried_again(server, tmp_path, actions):
    rows = [row(i, problem=marked(f"How many? {i}", *actions)) for i in range(4)]
    outcome, lines = run(server, tmp_path, rows)
    assert outcome.missing == 0 and [line["response"] for line in lines] == [TEXT] * 4


@pytest.mark.parametrize(("action", "says"), [("hang", "deadline"), ("429", "rate_limited"), ("500", "server_error"), ("bad", "bad_request"), ("401", "auth")])  # fmt: skip
def test_what_gets_no_reply_is_told_and_asked_by_the_next_run(server, tmp_path, action, says):
    rows = [row(0), row(1, problem=marked("How many?", action))]
    outcome, lines = run(server, tmp_path, rows, deadline_s=1.0)
    assert (outcome.missing, lines) == (1, None) and says in outcome.cause
    assert len((tmp_path / "out.jsonl.partial").read_text().splitlines()) == 2


@pytest.mark.parametrize(("action", "says"), [("context:vllm", "context_length"), ("filter", "content_filter")])
def test_what_is_refused_for_itself_has_an_error_and_no_response(server, tmp_path, action, says):
    outcome, lines = run(server, tmp_path, [row(0), row(1, problem=marked("How many?", action))])
    assert outcome.failed == 1 and lines[0]["response"] == TEXT
    assert (lines[1]["response"], lines[1]["finish_reason"]) == (None, "error") and says in lines[1]["fault"]


def test_an_empty_response_is_a_response(tmp_path):
    with ModelServer(text="") as server:
        outcome, (line,) = run(server, tmp_path, [row()])
    assert (line["response"], line["answer"], line["fault"]) == ("", None, "no closed answer block")
    assert (outcome.failed, outcome.unanswered) == (0, 1)


def test_a_broken_picture_is_its_rows_fault_alone(server, tmp_path):
    rows = [row(0), row(1, image_path="images/c.png")]
    write_rows(tmp_path, rows)
    (tmp_path / "images" / "c.png").write_bytes(b"no picture")
    outcome, lines = run(server, tmp_path, rows)
    assert outcome.failed == 1 and [line["response"] for line in lines] == [TEXT, None]
    assert "c.png can't be used" in lines[1]["fault"]


def test_a_server_that_dies_leaves_what_it_answered_and_another_run_finishes(tmp_path):
    rows = [row(i) for i in range(30)]
    with ModelServer(text=TEXT) as whole:
        run(whole, tmp_path, rows, out="whole.jsonl")
        plan = {"seed": 1, "share": 0.4, "actions": ["503"]}
    with ModelServer(text=TEXT, plan=plan) as half:
        outcome, lines = run(half, tmp_path, rows, deadline_s=1.0)
        assert 0 < outcome.missing < 30 and lines is None
        asked = len(half.log())
        half.kill()
        half.settings["plan"] = {}
        half.start()
        outcome, lines = run(half, tmp_path, rows)
        assert len(half.log()) - asked == 30 - outcome.resumed
    assert len(lines) == 30 and (tmp_path / "out.jsonl").read_bytes() == (tmp_path / "whole.jsonl").read_bytes()


def test_nothing_listens(tmp_path):
    outcome, lines = run("http://127.0.0.1:9/v1", tmp_path, [row(0), row(1)], deadline_s=1.0)
    assert (outcome.missing, lines) == (2, None) and "connect" in outcome.cause


@pytest.mark.parametrize("base_url", ["127.0.0.1:8000", "http://127.0.0.1:8000/v1/chat/completions", "ftp://x/v1"])
def test_an_address_that_cannot_be_right(tmp_path, base_url):
    with pytest.raises(ConfigError, match="base_url"):
        ServerBackend(config.Endpoint(base_url=base_url, model="m"), Settings("PROMPT"))
