"""A client that loses nothing: services that stop, refuse, and come back."""

import pickle
import socket
import threading
import time

import pytest

from tests.rewards.judges import ScriptedJudge
from tests.service.running import command, served
from wethink_plugins import HybridReward
from wethink_plugins.adapters.trl import make_reward
from wethink_plugins.errors import ConfigError, JudgeBudgetSpent, SampleError
from wethink_plugins.service.limits import Limits

client = pytest.importorskip("wethink_plugins.service.client")
pytest.importorskip("aiohttp", reason="needs aiohttp: pip install 'wethink-plugins[judge]'")


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


def test_a_service_that_is_stopped_and_started_again_loses_nothing(sample_of):
    port = free_port()
    reward = client.RemoteReward(f"http://127.0.0.1:{port}", deadline_s=60)
    samples = [sample_of(str(i % 3), "2", id=str(i)) for i in range(600)]
    scores = []
    with command(port=port):
        scores += reward.score_batch(samples)
        asking = threading.Thread(target=lambda: scores.extend(reward.score_batch(samples)))
        asking.start()
    time.sleep(0.5)
    with command(port=port):
        asking.join(60)
    assert [score.accuracy for score in scores] == [float(i % 3 == 2) for i in range(600)] * 2


def test_a_service_that_is_not_there_leaves_samples_unscored_and_stops_the_run(sample_of):
    reward = client.RemoteReward(f"http://127.0.0.1:{free_port()}", deadline_s=0.5)
    (score,) = reward.score_batch([sample_of()])
    assert (score.status, score.overall) == ("unscored", None)
    assert "reward service at" in score.reason
    function = make_reward(reward=reward)
    call = {"prompts": ["How many?"], "completions": ["<answer>4</answer>"], "answer": ["4"]}
    with pytest.raises(JudgeBudgetSpent, match="reward service"):
        for _ in range(2):
            assert function(**call) == [None]


def test_a_busy_service_is_asked_again(sample_of):
    limits = Limits(requests_per_minute=60, waiting_samples=64)
    with served(HybridReward.from_config({}), limits) as url:
        reward = client.RemoteReward(url, deadline_s=60)
        scores = reward.score_batch([sample_of(id=str(i)) for i in range(64 * 12)])
    assert {score.overall for score in scores} == {1.0}


def test_a_refused_sample_names_its_row(sample_of):
    with served(HybridReward.from_config({})) as url:
        reward = client.RemoteReward(url, deadline_s=20)
        with pytest.raises(SampleError, match="row odd: question_type: unknown question type"):
            reward.score_batch([sample_of(), sample_of(id="odd", question_type="essay")])


def test_tokens(sample_of, monkeypatch):
    with pytest.raises(ConfigError, match="WETHINK_TOKEN is not set"):
        client.RemoteReward("http://127.0.0.1:1", token_env="WETHINK_TOKEN")
    monkeypatch.setenv("WETHINK_TOKEN", "secret")
    with served(HybridReward.from_config({}), token="secret") as url:
        assert client.RemoteReward(url, "WETHINK_TOKEN").score(sample_of()).overall == 1.0
        with pytest.raises(ConfigError, match="refuses the token"):
            client.RemoteReward(url).score(sample_of())


def test_pictures_travel_as_data(sample_of, tmp_path):
    from PIL import Image

    seen = []

    class Seeing(ScriptedJudge):
        async def judge(self, sample, answer):
            seen.extend(sample.images)
            return await super().judge(sample, answer)

    Image.new("RGB", (8, 8), "red").save(tmp_path / "a.png")
    with served(HybridReward.from_config({}, judge=Seeing())) as url:
        picture = [tmp_path / "a.png"]
        reward = client.RemoteReward(url, deadline_s=20)
        sample = sample_of("correct", "a long story", question_type="descriptive", images=picture)
        assert reward.score(sample).tier == "correct"
    assert seen[0].startswith("data:image/png;base64,")


def test_it_can_be_pickled_for_another_process(sample_of):
    with served(HybridReward.from_config({})) as url:
        again = pickle.loads(pickle.dumps(client.RemoteReward(url, deadline_s=20)))
        assert again.score(sample_of()).overall == 1.0
