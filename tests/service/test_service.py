"""The service as a client sees it, over real HTTP."""

import asyncio
import json
import socket
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.rewards.judges import ScriptedJudge
from tests.service.running import command, served
from wethink_plugins import HybridReward
from wethink_plugins.service.limits import Limits, RequestRate

RIGHT = "<think>I look.</think>\n<answer>4</answer>"
SMALL = Limits(body_bytes=20_000, samples=8, body_s=0.5, answer_s=20, waiting_samples=16)


def ask(url, path, body=None, **headers):
    """(status, JSON or text, headers)"""
    data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(url + path, data, {"Content-Type": "application/json", **headers})
    try:
        with urllib.request.urlopen(request, timeout=30) as reply:
            text = reply.read().decode()
            return reply.status, json.loads(text) if text[:1] in "{[" else text, reply.headers
    except urllib.error.HTTPError as error:
        text = error.read().decode()
        return error.code, json.loads(text) if text[:1] == "{" else text, error.headers


@pytest.fixture(scope="module")
def url():
    reward = HybridReward.from_config({"judge": {"deadline_s": 2}}, judge=ScriptedJudge())
    with served(reward, SMALL) as address:
        yield address


def sample(answer="4", gold="4", **fields):
    return {"response": f"<think>I look.</think>\n<answer>{answer}</answer>", "answer": gold, **fields}


def test_one_sample(url):
    status, score, _ = ask(url, "/v1/score", sample(id="row-1"))
    assert status == 200
    assert (score["id"], score["status"], score["overall"], score["accuracy"]) == ("row-1", "scored", 1.0, 1.0)


def test_a_batch_keeps_its_order_and_counts_each_status(url):
    answers = ["correct", "down", "filtered", "mostly"]
    samples = [sample(answer, "a long story", question_type="descriptive", id=answer) for answer in answers]
    status, reply, _ = ask(url, "/v1/score_batch", {"samples": samples})
    assert status == 200
    assert [score["id"] for score in reply["scores"]] == answers
    assert [score["status"] for score in reply["scores"]] == ["scored", "unscored", "ungradable", "scored"]
    assert reply["counts"] == {"scored": 2, "ungradable": 1, "unscored": 1}


def test_an_unscored_sample_is_never_a_number(url):
    _, score, _ = ask(url, "/v1/score", sample("down", "a long story", question_type="descriptive"))
    assert score["overall"] is None
    assert score["accuracy"] is None
    assert "429" in score["reason"]


REFUSED = [
    ("no JSON", b"{", 422, "JSON"),
    ("no response", {"answer": "4"}, 422, "response: Field required"),
    ("no gold", sample(gold=None, id="row-6"), 422, "row row-6: answer: "),
    ("a gold that isn't a number", b'{"response": "4", "answer": NaN}', 422, "answer"),
    ("an unknown field", sample(gold_answer="4"), 422, "gold_answer"),
    ("a gold that is empty", sample(gold="  ", id="row-7"), 422, "row row-7: answer: no gold answer"),
    ("an unknown type", sample(question_type="essay", id="row-8"), 422, "row row-8: question_type"),
    ("a path as image", sample(images=["/etc/passwd"]), 422, "data:image"),
    ("an infinite reward in shadow mode", b'{"response": "4", "answer": "4", "active": 1e999}', 422, "active"),
    ("NaN in meta", b'{"response": "4", "answer": "4", "meta": {"a": [NaN]}}', 422, "meta"),
    ("the old place of the paid reward", sample(meta={"active": 0.7}), 422, "beside meta"),
    ("too much", sample(question="x" * 30_000), 413, "20000 bytes"),
    ("not UTF-8", b'{"response": "\xff"}', 400, "parsing the body"),
]


@pytest.mark.parametrize(("why", "body", "status", "words"), REFUSED, ids=[case[0] for case in REFUSED])
def test_what_is_refused_says_why(url, why, body, status, words):
    found, reply, _ = ask(url, "/v1/score", body)
    assert found == status
    assert words in str(reply["detail"])


def test_one_bad_sample_names_its_row_and_scores_nothing(url):
    samples = [sample(id="good"), sample(gold="", id="bad")]
    status, reply, _ = ask(url, "/v1/score_batch", {"samples": samples})
    assert status == 422
    assert "row bad" in reply["detail"]


def test_a_malformed_sample_of_a_batch_is_named(url):
    status, reply, _ = ask(url, "/v1/score_batch", {"samples": [sample(id="good"), sample(gold=None, id="bad")]})
    assert status == 422
    assert reply["detail"].startswith("row bad: answer: ")


def test_half_a_surrogate_pair_and_huge_numbers_harm_nobody(url):
    odd = b'{"samples": [{"response": "<think>a</think><answer>\\ud800 4</answer>", "answer": "4", "id": "\\ud800"},'
    odd += b'{"response": "<think>a</think><answer>4</answer>", "answer": "4", "id": 7},'
    odd += b'{"response": "<think>a</think><answer>4</answer>", "answer": 1' + b"0" * 320 + b"}]}"
    status, reply, _ = ask(url, "/v1/score_batch", odd)
    assert status == 200
    assert [score["accuracy"] for score in reply["scores"]][1:] == [1.0, 0.0]
    assert [score["id"] for score in reply["scores"]] == ["?", "7", "#2"]


def test_a_body_that_is_not_announced_as_json(url):
    status, reply, _ = ask(url, "/v1/score", b"{}", **{"Content-Type": "text/plain"})
    assert status == 422
    assert "Content-Type: application/json" in reply["detail"]


def test_every_reply_is_counted(url):
    line = 'wethink_requests_total{code="400",path="/v1/score"}'
    before = count(ask(url, "/metrics")[1], line)
    ask(url, "/v1/score", b'{"response": "\xff"}')
    assert count(ask(url, "/metrics")[1], line) == before + 1


def test_too_many_samples(url):
    status, reply, _ = ask(url, "/v1/score_batch", {"samples": [sample()] * 9})
    assert (status, reply["detail"]) == (413, "9 samples, at most 8 in one request")


def test_no_samples(url):
    assert ask(url, "/v1/score_batch", {"samples": []})[1]["scores"] == []


def test_where_too_much_waits_it_says_when_to_come_back(url):
    slow = {"samples": [sample("slow", "a long story", question_type="descriptive")] * 8}
    with ThreadPoolExecutor(4) as pool:
        replies = list(pool.map(lambda _: ask(url, "/v1/score_batch", slow), range(4)))
    assert sorted(status for status, _, _ in replies) == [200, 200, 503, 503]
    assert all(headers["Retry-After"] == "1" for status, _, headers in replies if status == 503)
    lost = [score for status, reply, _ in replies if status == 200 for score in reply["scores"]]
    assert {score["status"] for score in lost} == {"unscored"}


def test_health_answers_while_a_formula_is_worked_out(url):
    hard = sample("x^{9999}+" * 900 + "1", "\\frac{1}{x^{3}+1}")
    with ThreadPoolExecutor(2) as pool:
        waiting = pool.submit(ask, url, "/v1/score", hard)
        assert ask(url, "/health")[0] == 200
        assert waiting.result()[0] == 200


def test_a_body_that_drips_is_not_waited_for(url):
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as client:
        client.sendall(b"POST /v1/score HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{")
        assert client.recv(1000).startswith(b"HTTP/1.1 408")


def test_a_client_that_goes_away_leaves_nothing_behind(url):
    host, port = url.removeprefix("http://").split(":")
    for _ in range(3):
        with socket.create_connection((host, int(port)), timeout=20) as client:
            client.sendall(b"POST /v1/score HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{")
    assert ask(url, "/v1/score", sample())[0] == 200
    _, text, _ = ask(url, "/metrics")
    assert "wethink_samples_waiting 0.0" in text


def test_metrics_count_requests_and_samples(url):
    before = ask(url, "/metrics")[1]
    ask(url, "/v1/score", sample(id="m"))
    ask(url, "/nowhere/" + "x" * 50)
    after = ask(url, "/metrics")[1]
    line = 'wethink_samples_total{question_type="fill_in_blank",status="scored"}'
    assert count(after, line) == count(before, line) + 1
    assert "nowhere" not in after


def count(text, line):
    return next((float(found.split()[-1]) for found in text.splitlines() if found.startswith(line)), 0.0)


def test_the_openapi_page_names_every_field(url):
    _, schema, _ = ask(url, "/openapi.json")
    assert {"/v1/score", "/v1/score_batch", "/health", "/metrics"} <= set(schema["paths"])
    assert "reward_method" in schema["components"]["schemas"]["SampleIn"]["properties"]


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/docs/oauth2-redirect"])
def test_there_is_no_page_that_loads_from_the_web(url, path):
    assert ask(url, path)[0] == 404


def test_a_token_is_asked_for_but_not_for_health():
    with served(HybridReward.from_config({}), token="secret") as url:
        assert ask(url, "/health")[0] == 200
        assert ask(url, "/v1/score", sample())[0] == 401
        assert ask(url, "/v1/score", sample(), Authorization="Bearer wrong")[0] == 401
        assert ask(url, "/metrics")[0] == 401
        assert ask(url, "/v1/score", sample(), Authorization="Bearer secret")[0] == 200


def test_a_web_page_can_not_reach_it_under_another_name():
    with served(HybridReward.from_config({}), hosts=("127.0.0.1", "localhost")) as url:
        assert ask(url, "/v1/score", sample(), Host="evil.example")[0] == 400
        assert ask(url, "/v1/score", sample())[0] == 200


def test_requests_a_minute():
    with served(HybridReward.from_config({}), Limits(requests_per_minute=20)) as url:
        statuses = [ask(url, "/v1/score", sample())[0] for _ in range(4)]
        assert statuses == [200, 200, 429, 429]


def test_a_bucket_fills_up_again(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    rate = RequestRate(60)
    assert [rate.wait_s("a") == 0 for _ in range(7)] == [True] * 6 + [False]
    assert rate.wait_s("b") == 0
    now[0] += 1.0
    assert [rate.wait_s("a") == 0 for _ in range(2)] == [True, False]


def test_rows_that_need_a_judge_where_there_is_none():
    with served(HybridReward.from_config({})) as url:
        status, reply, _ = ask(url, "/v1/score", sample("x", "a long story", question_type="descriptive", id="row-3"))
        assert status == 422
        assert "row row-3" in reply["detail"]
        assert "judge.endpoints" in reply["detail"]


def test_a_term_that_fails_is_the_services_fault(tmp_path):
    term = tmp_path / "term.py"
    term.write_text("def mine(sample, score):\n    return float('nan')\n")
    config = {"terms": [{"name": "mine", "weight": 1.0, "function": f"{term}:mine"}]}
    with served(HybridReward.from_config(config)) as url:
        status, reply, _ = ask(url, "/v1/score", sample(id="row-4"))
        assert status == 500
        assert "row row-4: term mine: returned nan" in reply["detail"]


def test_the_command_ends_on_sigterm_with_the_request_in_hand_answered(tmp_path):
    slow = tmp_path / "slow.py"
    slow.write_text("import time\ndef mine(sample, score):\n    time.sleep(1.5)\n    return 0.0\n")
    config = tmp_path / "wethink.yaml"
    config.write_text(f"terms: [{{name: slow, weight: 1.0, function: '{slow}:mine'}}]\n")
    with command("--config", str(config)) as (process, url), ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(ask, url, "/v1/score", sample())
        time.sleep(0.7)
        process.terminate()
        assert waiting.result()[0] == 200
        assert process.wait(30) == 0


def test_what_is_still_in_hand_when_time_is_up_is_told_to_come_back(tmp_path):
    config = tmp_path / "wethink.yaml"
    with socket.create_server(("127.0.0.1", 0)) as deaf:  # takes connections, never answers
        config.write_text(
            f"judge: {{endpoints: [{{base_url: 'http://127.0.0.1:{deaf.getsockname()[1]}/v1', model: m}}]}}\n"
        )
        with command("--config", str(config), "--stop-s", "1") as (process, url), ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(ask, url, "/v1/score", sample("a", "a story", question_type="descriptive"))
            time.sleep(1)
            process.terminate()
            status, reply, headers = waiting.result()
            assert (status, headers["Retry-After"]) == (503, "1")
            assert "ending" in reply["detail"]
            assert process.wait(30) == 0


def test_shadow_mode_over_http_can_be_reported(tmp_path):
    from wethink_plugins.rewards.shadow_report import shadow_report

    reward = HybridReward.from_config({"journal": {"path": str(tmp_path)}})
    with served(reward) as url:
        for number, paid in enumerate((1.0, 0.0, 1.0, 0.0)):
            assert ask(url, "/v1/score", sample(str(3 + number % 2), id=str(number), group="g", active=paid))[0] == 200
    assert shadow_report(tmp_path)["compared"] == 4


def test_an_unsafe_or_impossible_start_is_one_line(capfd):
    from wethink_plugins.cli.main import main

    cases = [
        (["--host", "0.0.0.0"], "there is no token"),
        (["--token-env", "NO_SUCH_VARIABLE"], "NO_SUCH_VARIABLE is not set"),
        (["--config", "no-such.yaml"], "no-such.yaml"),
        (["--host", "192.0.2.1", "--token-env", "PATH"], "can't listen on 192.0.2.1:8787"),
    ]
    for options, words in cases:
        with pytest.raises(SystemExit) as ended:
            main(["serve", *options])
        said = capfd.readouterr().err
        assert ended.value.code == 2
        assert words in said
        assert said.count("\n") == 1


def test_scores_are_those_of_the_reward_itself(url, sample_of):
    reward = HybridReward.from_config({"judge": {"deadline_s": 2}}, judge=ScriptedJudge())
    for answer, kind in (("4", None), ("five", "fill_in_blank"), ("partly", "descriptive")):
        own = reward.score(sample_of(answer, "4", question_type=kind))
        body = sample(answer, "4", question_type=kind, id="row-1", question="How many?")
        _, over_http, _ = ask(url, "/v1/score", body)
        assert over_http["overall"] == own.overall
        assert (over_http["reason"], over_http["grader"], over_http["tier"]) == (own.reason, own.grader, own.tier)


def test_it_is_one_loop_for_many(url):
    async def many():
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(16) as pool:
            calls = [loop.run_in_executor(pool, ask, url, "/v1/score", sample(str(i % 5))) for i in range(200)]
            return await asyncio.gather(*calls)

    replies = asyncio.run(many())
    assert [reply["accuracy"] for _, reply, _ in replies] == [float(i % 5 == 4) for i in range(200)]
