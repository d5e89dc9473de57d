"""Against a real server that misbehaves by script: each fault ends in the status that the design names for it."""

import asyncio
import pickle
import socket
import sys
import threading
import time

import pytest

from tests.rewards.judge.conftest import settings
from tests.servers import ModelServer, marked
from wethink_plugins import HybridReward
from wethink_plugins.errors import ConfigError
from wethink_plugins.rewards.journal import read_journal

pytest.importorskip("aiohttp", reason="needs the judge extra")

# Actions of the server -> status, tier, and what the reason says. A repeated action is met by every attempt.
FAULTS = [
    ("good", "scored", "correct", "judged correct"),
    ("good:VERDICT:\u00a0mostly", "ungradable", "wrong", "no verdict in two replies"),
    ("two", "scored", "correct", "judged correct"),
    ("429:0 good", "scored", "correct", "judged correct"),
    ("drop good", "scored", "correct", "judged correct"),
    ("500 503 good", "scored", "correct", "judged correct"),
    ("429", "unscored", None, "429"),
    ("quota", "unscored", None, "rate_limited"),
    ("500", "unscored", None, "500"),
    ("drop", "unscored", None, "connect"),
    ("hang", "unscored", None, "deadline"),
    ("drip", "unscored", None, "deadline"),
    ("truncated", "unscored", None, "bad_reply"),
    ("garbage", "unscored", None, "bad_reply"),
    ("html", "unscored", None, "bad_reply"),
    ("401", "unscored", None, "auth"),
    ("404", "unscored", None, "bad_request"),
    ("bad", "unscored", None, "bad_request"),
    ("context:vllm", "ungradable", "wrong", "context_length"),
    ("context:openai", "ungradable", "wrong", "context_length"),
    ("context:sglang", "ungradable", "wrong", "context_length"),
    ("filter", "ungradable", "wrong", "content_filter"),
    ("filter_finish", "ungradable", "wrong", "content_filter"),
    ("null", "ungradable", "wrong", "no verdict in two replies"),
    ("good:well,good", "ungradable", "wrong", "no verdict in two replies"),
]


@pytest.mark.parametrize(("actions", "status", "tier", "reason"), FAULTS, ids=[case[0] for case in FAULTS])
def test_each_fault_ends_in_its_status(judged_by, described, actions, status, tier, reason):
    reward, _ = judged_by(judge={"deadline_s": 3 if status == "unscored" else 30})
    if "no verdict" in reason:
        seen_working(reward, described)
    score = reward.score(described(marked("A dog runs.", *actions.split(" "))))
    assert (score.status, score.tier) == (status, tier), score.reason
    assert reason in score.reason and "\n" not in score.reason
    assert (score.accuracy is None) == (status == "unscored")


def seen_working(reward, described):
    assert reward.score(described(marked("A dog sits.", "good"))).tier == "correct"


def test_an_unreadable_verdict_is_asked_for_once_more_with_a_reminder(judged_by, described, tmp_path):
    reward, server = judged_by(
        reply="tests.rewards.judge.replies:second_time", judge={"store": str(tmp_path / "calls.sqlite")}
    )
    score = reward.score(described("A dog runs."))
    assert (score.tier, score.extra["judge"]["asked"], len(server.log())) == ("correct", 2, 2)
    again = reward.score(described("A dog runs."))
    assert (again.tier, again.extra["judge"]["cached"]) == ("correct", True)
    assert len(server.log()) == 3, "the readable reply is kept, the other one was forgotten"


def test_the_mode_is_told_and_constrained_where_the_server_can(judged_by, described):
    for refuse, mode, tier in (
        (["response_format", "structured_outputs", "guided_json"], "free", "partly"),
        ([], "constrained", "mostly"),
    ):
        reward, _ = judged_by(reply="tests.rewards.judge.replies:in_json", refuse=refuse)
        score = reward.score(described("A dog runs."))
        assert (score.extra["judge"]["mode"], score.tier) == (mode, tier)
    reward, server = judged_by(reply="tests.rewards.judge.replies:in_json", judge={"constrain": False})
    assert reward.score(described("A dog runs.")).extra["judge"]["mode"] == "free"
    assert "response_format" not in server.log()[0]["fields"]


def test_a_judge_that_sees_gets_the_pictures(judged_by, described, tmp_path):
    from PIL import Image

    picture = Image.new("RGB", (3000, 20), "red")
    picture.save(tmp_path / "red.jpg")
    reward, _ = judged_by(reply="tests.rewards.judge.replies:by_picture", judge={"images": True})
    forms = (
        picture,
        str(tmp_path / "red.jpg"),
        (tmp_path / "red.jpg").read_bytes(),
        {"bytes": None, "path": tmp_path / "red.jpg"},
    )
    for form in forms:
        assert reward.score(described("A dog runs.", images=(form,))).tier == "correct"
    lost = reward.score(described("A dog runs.", images=(str(tmp_path / "none.jpg"),)))
    assert (lost.status, "image 0 can't be read" in lost.reason) == ("unscored", True)


SETTLED = [
    ("punctuation", ":", "scored", "says nothing"),
    ("master key", "Thought process:", "scored", "says nothing"),
    ("too long", "a dog " * 2000, "ungradable", "over judge.longest_answer of 8000"),
]


@pytest.mark.parametrize(("why", "answer", "status", "reason"), SETTLED, ids=[case[0] for case in SETTLED])
def test_what_needs_no_question_asks_none(judged_by, described, why, answer, status, reason):
    reward, server = judged_by()
    score = reward.score(described(answer))
    assert (score.status, score.tier, score.accuracy) == (status, "wrong", 0.0)
    assert reason in score.reason
    assert (score.metrics()["judge_called"], server.log()) == (0.0, [])


def test_a_judge_that_gives_nobody_a_verdict_says_nothing_about_the_answers(judged_by, described):
    reward, _ = judged_by()
    unread = [reward.score(described(marked(f"A dog runs {place} times.", "good:well"))) for place in range(3)]
    assert [(score.status, score.accuracy) for score in unread] == [("unscored", None)] * 3, "never seen working"
    assert all("gives nobody a verdict" in score.reason for score in unread)
    seen_working(reward, described)
    scores = [reward.score(described(marked(f"A cat runs {place} times.", "good:well"))) for place in range(34)]
    assert [score.status for score in scores] == ["ungradable"] * 31 + ["unscored"] * 3
    assert "gives nobody a verdict" in scores[-1].reason
    seen_working(reward, described)
    assert reward.score(described(marked("A bird runs.", "good:well"))).status == "ungradable", (
        "a readable one mends it"
    )


def test_undecided_by_rule_goes_to_the_judge_with_its_options(judged_by, sample_of, tmp_path):
    reward, server = judged_by(config={"rules": {"escalate": True}, "journal": {"path": str(tmp_path)}})
    sure, unsure = sample_of("4", "4"), sample_of("crimson", "red", question_type="fill_in_blank")
    scores = reward.score_batch([sure, unsure])
    assert [score.method for score in scores] == ["rule", "model"]
    assert [score.metrics()["rule_undecided"] for score in scores] == [0.0, 1.0]
    assert [score.metrics()["judge_called"] for score in scores] == [0.0, 1.0]
    assert len(server.log()) == 1
    reward.close()
    lines = {line["answer"]: line for line in read_journal(tmp_path)}
    assert lines["4"]["judge"] is None and not lines["4"]["rule_undecided"]
    assert lines["crimson"]["rule_undecided"] and lines["crimson"]["judge"]["model"] == "scripted"


def test_the_journal_tells_who_answered_and_how(judged_by, described, tmp_path):
    reward, server = judged_by(
        config={"journal": {"path": str(tmp_path)}}, judge={"deadline_s": 8}, answers_as="scripted-mini"
    )
    reward.imputes = True
    reward.score_batch(
        [described("A dog runs."), described(marked("A cat.", "500")), described(marked("A cow.", "filter"))]
    )
    reward.close()
    good, lost, refused = sorted(read_journal(tmp_path), key=lambda line: line["status"])
    assert (good["status"], lost["status"], refused["status"]) == ("scored", "ungradable", "unscored")
    judge = good["judge"]
    assert (judge["endpoint"], judge["model"], judge["cached"]) == (server.base_url, "scripted-mini", False)
    assert judge["attempts"] == 1 and judge["prompt_tokens"] > 0 and judge["mode"] in ("constrained", "free")
    assert (good["judge_reply"], lost["judge"]["fault"]) == ("VERDICT: correct", "content_filter")
    assert (refused["judge"]["fault"], refused["imputed"], good["imputed"]) == ("server_error", True, False)


def test_sync_and_async_callers_and_a_pickled_copy_get_the_same(judged_by, described):
    reward, _ = judged_by(latency_s=0.2)
    samples = [described(f"Dog number {place}.") for place in range(100)]
    assert [score.tier for score in reward.score_batch(samples)] == ["correct"] * 100
    assert [score.tier for score in asyncio.run(_closing(reward, samples))] == ["correct"] * 100
    copy = pickle.loads(pickle.dumps(reward))
    assert copy.score(samples[0]).tier == "correct"
    copy.close()


async def _closing(reward, samples):
    try:
        return await reward.ascore_batch(samples)
    finally:
        await reward.judge.aclose()


def test_the_batch_deadline_holds_and_keeps_what_was_answered(judged_by, described):
    reward, _ = judged_by(judge={"batch_deadline_s": 15, "deadline_s": 60})
    samples = [described(marked(f"{n}", "hang" if n % 3 else "good")) for n in range(300)]
    scores = reward.score_batch(samples)
    assert [score.status for score in scores] == ["scored" if n % 3 == 0 else "unscored" for n in range(300)]
    assert all("batch deadline of 15 s" in score.reason for score in scores if score.status == "unscored")


def test_waiting_for_a_place_is_not_charged_to_a_call(described):
    with ModelServer(latency_s=1) as server:
        config = settings(server, deadline_s=6)
        config["judge"]["endpoints"][0]["max_concurrency"] = 2
        reward = HybridReward.from_config(config)
        scores = reward.score_batch([described(f"Dog {n}.") for n in range(16)])
        reward.close()
    assert [score.status for score in scores] == ["scored"] * 16, "the last of them waits for 7 s"


def test_a_server_killed_half_way_and_started_again_is_survived(judged_by, described):
    reward, server = judged_by(latency_s=0.05, judge={"deadline_s": 20})
    assert reward.score(described("First.")).tier == "correct"
    server.kill()
    lost = HybridReward.from_config(settings(server, deadline_s=1)).score(described("Meanwhile."))
    assert lost.status == "unscored"
    server.start()
    scores = reward.score_batch([described(f"Dog {n}.") for n in range(50)])
    assert {score.tier for score in scores} == {"correct"}


def test_a_server_killed_in_the_middle_of_a_batch_costs_no_verdict(judged_by, described):
    _, server = judged_by(latency_s=1.0)

    def restart():
        while len(server.log()) < 30:  # written on arrival: of thirty at least ten wait for their answer
            time.sleep(0.01)
        server.kill()
        server.start()

    killer = threading.Thread(target=restart, daemon=True)
    config = settings(server, deadline_s=30)
    config["judge"]["endpoints"][0]["max_concurrency"] = 20
    narrow = HybridReward.from_config(config)
    killer.start()
    scores = narrow.score_batch([described(f"Dog {n}.") for n in range(80)])
    killer.join()
    narrow.close()
    assert {score.tier for score in scores} == {"correct"}
    assert len(server.log()) > 80


SET_UPS = [
    ("no key", {"api_key_env": "WETHINK_NO_SUCH_KEY"}, {}, "WETHINK_NO_SUCH_KEY"),
    ("no such prompt", {}, {"prompt": "defualt"}, "defualt"),
    ("no address", {"base_url": "localhost:8000"}, {}, "http"),
    ("no router", {"base_url": "router"}, {}, "router"),
    ("offline too", {}, {"offline": True}, "offline"),
]


@pytest.mark.parametrize(("why", "endpoint", "judge", "says"), SET_UPS, ids=[case[0] for case in SET_UPS])
def test_a_wrong_set_up_is_refused_at_start(why, endpoint, judge, says):
    endpoint = {"base_url": "http://127.0.0.1:9/v1", "model": "m", **endpoint}
    with pytest.raises(ConfigError, match=says) as caught:
        HybridReward.from_config({"judge": {"endpoints": [endpoint], **judge}})
    assert "\n" not in str(caught.value)


def test_nothing_is_connected_before_the_first_question():
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}/v1"
        reward = HybridReward.from_config({"judge": {"endpoints": [{"base_url": address, "model": "m"}]}})
        server.settimeout(0.3)
        with pytest.raises(TimeoutError):
            server.accept()
        reward.close()


def test_a_missing_extra_is_said_at_start(monkeypatch):
    monkeypatch.setitem(sys.modules, "aiohttp", None)
    with pytest.raises(ConfigError, match="judge"):
        HybridReward.from_config({"judge": {"endpoints": [{"base_url": "http://127.0.0.1:9/v1", "model": "m"}]}})
