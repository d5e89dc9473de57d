"""`wethink judge ping` and `wethink redteam --config` against scripted judges."""

import json

import pytest
import yaml

pytest.importorskip("aiohttp", reason="needs the judge extra")

from tests.servers import ModelServer


@pytest.fixture
def configured(tmp_path):
    def write(*base_urls, **judge):
        file = tmp_path / "wethink.yaml"
        endpoints = [{"base_url": url, "model": "scripted"} for url in base_urls]
        file.write_text(yaml.safe_dump({"judge": {"endpoints": endpoints, "deadline_s": 8, "store": None, **judge}}))
        return file

    return write


def test_ping_asks_each_endpoint_and_names_the_one_that_fails(wethink, configured):
    with ModelServer() as up, ModelServer(text="I can't say.", refuse=["response_format"]) as mute:
        code, printed, errors = wethink("judge", "ping", "--config", configured(up.base_url))
        assert (code, errors) == (0, []) and "correct" in printed and "constrained" in printed
        down = "http://127.0.0.1:9/v1"
        code, printed, errors = wethink(
            "judge", "ping", "--json", "--config", configured(down, mute.base_url, up.base_url)
        )
    lines = json.loads(printed)
    assert code == 1 and len(errors) == 2
    assert [line["verdict"] for line in lines] == [None, None, "correct"]
    assert down in errors[0] and "no verdict in two replies" in errors[1]
    assert lines[2]["latency_s"] >= 0 and lines[2]["mode"] == "constrained"


def test_ping_without_an_endpoint_says_so(wethink, configured):
    code, _, errors = wethink("judge", "ping", "--config", configured())
    assert code == 2 and "judge.endpoints" in errors[0]


def test_ping_names_a_key_that_is_missing(wethink, configured):
    file = configured(endpoints=[{"base_url": "http://127.0.0.1:9/v1", "model": "m", "api_key_env": "WETHINK_NO_KEY"}])
    code, _, errors = wethink("judge", "ping", "--config", file)
    assert code == 1 and "WETHINK_NO_KEY" in errors[0]


def test_ping_tells_who_answers_in_place_of_the_model_asked_for(wethink, configured):
    with ModelServer(answers_as="scripted-mini") as server:
        code, printed, errors = wethink("judge", "ping", "--json", "--config", configured(server.base_url))
    (line,) = json.loads(printed)
    assert (code, line["model"], line["answered_by"], line["verdict"]) == (0, "scripted", "scripted-mini", "correct")
    (warning,) = [error for error in errors if error.startswith("warning: ")]
    assert "asked for scripted, and scripted-mini answered" in warning


def fit(body):
    """A judge that knows the honest answers."""
    from tests.rewards.judge.replies import answer_of
    from wethink_plugins.fence import fenced
    from wethink_plugins.rewards.redteam.judged import load_judge_attacks
    from wethink_plugins.rewards.response import read_response

    honest = [read_response(s.response).answer for s in load_judge_attacks() if s.meta["family"] == "honest"]
    known = {"\n".join(fenced("ANSWER", "x", text).split("\n")[1:-1]) for text in honest}
    return f"VERDICT: {'correct' if answer_of(body) in known else 'wrong'}"


JUDGES = [
    ("fit", {"reply": "tests.cli.test_judge_ping:fit"}, 0, 0, "0 of 6"),
    ("pays everything", {"text": "VERDICT: correct"}, 1, 60, "0 of 6"),
    ("pays nothing", {"text": "VERDICT: wrong"}, 1, 0, "6 of 6"),
]


@pytest.mark.parametrize(("why", "server", "exit_code", "least", "refused"), JUDGES, ids=[case[0] for case in JUDGES])
def test_redteam_on_a_judge(wethink, configured, why, server, exit_code, least, refused):
    with ModelServer(**server) as running:
        code, printed, _ = wethink("redteam", "--json", "--config", configured(running.base_url))
    found = json.loads(printed)
    assert (code, found["honest answers refused"], found["unscored"]) == (exit_code, refused, 0)
    assert found["accepted"] >= least and (least or found["accepted"] == 0)
    assert found["attacks"] >= 90


def test_a_judge_that_repeats_what_it_reads_pays_nothing_and_is_a_fault(wethink, configured):
    with ModelServer(reply="tests.rewards.judge.replies:echo") as running:
        code, printed, _ = wethink("redteam", "--json", "--config", configured(running.base_url))
    assert (code, json.loads(printed)["accepted"]) == (1, 0)
    assert "gives nobody a verdict" in json.loads(printed)["which"]


def test_a_dead_judge_is_a_fault_and_no_clean_bill(wethink, configured):
    code, printed, _ = wethink("redteam", "--json", "--config", configured("http://127.0.0.1:9/v1", deadline_s=0.5))
    assert code == 1 and json.loads(printed)["unscored"] > 50


def test_a_target_and_a_judge_at_once_are_wrong_usage(wethink, configured):
    assert wethink("redteam", "json:loads", "--config", configured("http://127.0.0.1:9/v1"))[0] == 2
