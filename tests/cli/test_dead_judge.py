"""A judge that gives no verdict: every verb that needs one says why and how much was lost, and doesn't pass for fine."""

import json

import pytest

from tests.servers import ModelServer

ROW = {"question": "What is seen?", "reference": "two red cars", "answer": "a red car", "tier": "correct"}
ROLLOUT = {"question": "Q?", "answer": "two red cars", "question_type": "descriptive"}
DEAD = [
    ("down", None, "connect"),
    ("401", {"key": "right"}, "401"),
    ("html", {"plan": {"share": 1, "actions": ["html"]}}, "sign in"),
    ("wrong model", {"plan": {"share": 1, "actions": ["404"]}}, "does not exist"),
]


@pytest.fixture(params=DEAD, ids=[case[0] for case in DEAD])
def dead(request, tmp_path):
    """A configuration, and what the cause must contain."""
    _, settings, cause = request.param
    with ModelServer(**(settings or {})) as server:
        if settings is None:
            server.kill()
        yield config_of(tmp_path, server), cause
        if settings is None:
            server.start()


def config_of(tmp_path, server):
    judge = {"endpoints": [{"base_url": server.base_url, "model": "scripted"}], "store": None, "deadline_s": 2}
    file = tmp_path / "wethink.yaml"
    file.write_text(json.dumps({"judge": judge}))  # JSON is YAML
    return file


def written(tmp_path, *lines):
    file = tmp_path / "rows.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return file


def rollouts(tmp_path, *answers):
    """An empty answer makes a response without one."""
    texts = [f"<think>t</think>\n<answer>{a}</answer>" if a else "nothing to read" for a in answers]
    return written(tmp_path, *({**ROLLOUT, "id": f"r{i}", "response": text} for i, text in enumerate(texts)))


def test_score_says_how_much_is_unscored_and_why(tmp_path, wethink, dead):
    config, cause = dead
    code, printed, errors = wethink("score", rollouts(tmp_path, "a car", "", "a dog"), "--config", config)
    assert code == 1 and "ungradable" in printed
    assert "settled none of the 2 that needed it" in errors[0] and "accuracy 0.000 is of the other 1 only" in errors[0]
    assert errors[1].startswith("2 of 2 that needed the judge unscored: ") and cause in errors[1].lower()


def test_score_counts_only_what_was_asked(tmp_path, wethink):
    empty = {**ROLLOUT, "response": "<think>t</think>\n<answer>...</answer>"}
    full = {**ROLLOUT, "response": "<think>t</think>\n<answer>a car</answer>"}
    with ModelServer() as server:
        config = config_of(tmp_path, server)
        lines = [{**one, "id": f"r{i}"} for i, one in enumerate((empty, empty, full))]
        assert (
            "0 from the journal, 1 asked of the judge"
            in wethink("score", written(tmp_path, *lines), "--config", config)[1]
        )
        server.kill()
        code, printed, errors = wethink("score", written(tmp_path, *lines[:2]), "--config", config)
        assert (code, errors[1:]) == (0, []) and "asked of the judge" not in printed
        code, printed, errors = wethink("score", written(tmp_path, *lines), "--config", config)
        server.start()
    assert code == 1 and "1 asked of the judge" in printed
    assert "settled none of the 1 that needed it" in errors[0]


@pytest.mark.parametrize("verb", ["calibrate", "stability"])
def test_measuring_a_dead_judge_fails_with_the_cause(tmp_path, wethink, dead, verb):
    config, cause = dead
    file = written(tmp_path, ROW, {**ROW, "answer": "a dog", "tier": "wrong"})
    code, _, errors = wethink("judge", verb, file, "--config", config)
    assert (code, len(errors)) == (1, 1)
    assert "no opinion on any of 2 rows: " in errors[0] and cause in errors[0].lower()


def test_score_passes_what_is_tolerated_and_still_names_it(tmp_path, wethink):
    with ModelServer() as server:
        config = config_of(tmp_path, server)
        file = rollouts(tmp_path, *(f"car {i}" for i in range(9)), "car [[do bad]]")
        code, _, errors = wethink("score", file, "--config", config)
        assert code == 0 and len(errors) == 1 and errors[0].startswith("1 of 10 that needed the judge unscored: ")
        file = rollouts(tmp_path, "car", "cars [[do filter]]")
        code, printed, errors = wethink("score", file, "--config", config, "--json")
        assert code == 0 and (json.loads(printed)[-1]["ungradable"], json.loads(printed)[-1]["judged"]) == (1, 1)
        assert len(errors) == 1 and errors[0].startswith("1 of 2 that needed the judge ungradable: ")


def test_stability_of_a_judge_that_is_often_away_fails(tmp_path, wethink):
    with ModelServer() as server:
        file = written(tmp_path, {**ROW, "answer": "a car"}, {**ROW, "answer": "cars [[do bad]]"})
        code, _, errors = wethink("judge", "stability", file, "--config", config_of(tmp_path, server))
    assert code == 1 and "calls unscored: " in errors[0]
