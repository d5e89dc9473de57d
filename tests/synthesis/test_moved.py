"""A run whose servers moved between `run` and `resume`: it follows, and no reply is asked for again."""

from collections import Counter

import pytest
import yaml

pytest.importorskip("aiohttp", reason="needs the extra judge")
pytest.importorskip("PIL", reason="needs Pillow")

from tests.synthesis.scripted import FINAL, Records, Scripted, expected
from wethink_plugins.endpoints.call import key_of
from wethink_plugins.errors import WeThinkError
from wethink_plugins.synthesis.config import SynthesisConfig
from wethink_plugins.synthesis.run import RunFolder
from wethink_plugins.synthesis.served import differing, gone_on, identity_of, pinned

OLD = "http://127.0.0.1:1/v1"


@pytest.mark.parametrize("from_environment", [False, True])
def test_a_run_follows_its_server_and_asks_for_nothing_twice(tmp_path, from_environment):
    with Scripted(tmp_path, 24, ["right", "vision_right", "blind", "off_once@ask", "neither_right"]) as scripted:
        old = scripted.server.base_url
        environment = {"WHERE": old}
        file = written(scripted, "env:WHERE" if from_environment else old, limits={"tokens": 20_000})
        scripted.run("run", file, "--out", tmp_path / "out", "--quiet", code=1, environment=environment)
        scripted.server.kill()
        scripted.server.settings.pop("port")
        scripted.server.start()
        environment["WHERE"] = scripted.server.base_url
        assert scripted.server.base_url != old
        first = len(scripted.asked())
        moved = written(scripted, "env:WHERE" if from_environment else scripted.server.base_url, concurrency=3)
        scripted.run("resume", tmp_path / "out", "--config", moved, "--quiet", environment=environment)
        records, asked = Records(tmp_path / "out"), scripted.asked()
        assert 0 < first < len(asked)
        keys = [key_of(one["digest"], f"{old}\0{one['asked_of']}") for one in asked if one["action"] in FINAL]
        assert max(Counter(keys).values()) == 1 and set(keys) == records.replies
        _, accepted = expected(scripted, records)
        assert {item.item for item in records.settled if item.status == "passed"} == accepted
        assert len(records.items) == 24
        report = scripted.run("report", tmp_path / "out", "--json", environment=environment)
        assert '"spending"' in report or '"calls"' in report


def written(scripted, base_url, **settings):
    file = scripted.yaml(**settings)
    value = yaml.safe_load(file.read_text())
    for model in value["models"].values():
        model["endpoints"][0]["base_url"] = base_url
    file.write_text(yaml.safe_dump(value))
    return file


def config(endpoint=None, endpoints=None, **model):
    given = endpoints or [{"base_url": OLD, "model": "m", **(endpoint or {})}]
    return SynthesisConfig(
        models={"one": {"endpoints": given, **model}}, roles={"describer": "one"}, stages=["describe"]
    )


SERVED_OTHERWISE = {
    "address": config({"base_url": "http://elsewhere:2/v1"}),
    "calls at once": config({"max_concurrency": 1}),
    "prices": config({"usd_per_million": {"prompt": 1, "completion": 1}}),
    "key": config({"api_key_env": "KEY"}),
    "patience": config(deadline_s=3),
    "rate": config(rate={"requests_per_minute": 3}),
    "a second server": config(endpoints=[{"base_url": f"http://h:{port}/v1", "model": "m"} for port in (1, 2)]),
}
OTHER_REPLIES = {
    "models.one.endpoints": config({"model": "n"}),
    "models.one.endpoints (model": config({"extra_body": {"top_k": 1}}),
    "models.one.endpoints (identity)": config({"identity": "somebody"}),
    "models.one.temperature": config(temperature=0),
    "models.one.max_tokens": config(max_tokens=9),
    "models.one.sees": config(sees=True),
    "models.one.constrain": config(constrain=False),
}


@pytest.mark.parametrize("case", SERVED_OTHERWISE)
def test_where_and_how_fast_a_model_is_served_may_change(case):
    new = SERVED_OTHERWISE[case]
    assert differing(config(), new) == []
    went_on = gone_on(config(), new)
    assert [one.base_url for one in went_on.models["one"].endpoints] == [
        one.base_url for one in new.models["one"].endpoints
    ]
    assert {identity_of(one) for one in went_on.models["one"].endpoints} == {f"{OLD}\0m"}
    assert went_on.models["one"].endpoints[0].max_concurrency == new.models["one"].endpoints[0].max_concurrency


def test_a_server_that_moves_twice_keeps_what_it_was_at_first():
    there = gone_on(config(), config({"base_url": "http://b:2/v1"}))
    again = gone_on(there, config({"base_url": "http://c:3/v1"}))
    back = gone_on(again, config())
    assert {identity_of(one.models["one"].endpoints[0]) for one in (there, again, back)} == {f"{OLD}\0m"}
    assert back.models["one"].endpoints[0].base_url == OLD


@pytest.mark.parametrize("name", OTHER_REPLIES)
def test_what_changes_the_replies_is_refused_by_its_name(tmp_path, name):
    run = RunFolder.create(tmp_path / "out", config())
    kept = (tmp_path / "out" / "synthesis.json").read_bytes()
    with pytest.raises(WeThinkError) as caught:
        run.change(OTHER_REPLIES[name])
    assert name in str(caught.value) and (tmp_path / "out" / "synthesis.json").read_bytes() == kept


def test_a_model_more_or_less_is_another_run():
    more = SynthesisConfig(
        models={name: {"endpoints": [{"base_url": OLD, "model": "m"}]} for name in ("one", "two")},
        roles={"describer": "one"},
        stages=["describe"],
    )
    assert differing(config(), more) == differing(more, config()) == ["models"]


def test_an_address_of_the_environment_is_noted_once(monkeypatch):
    monkeypatch.setenv("WHERE", OLD + "/")
    before = pinned(config({"base_url": "env:WHERE"}))
    monkeypatch.setenv("WHERE", "http://elsewhere:2/v1")
    assert identity_of(before.models["one"].endpoints[0]) == f"{OLD}\0m"
    assert differing(before, config({"base_url": "env:WHERE"})) == []
