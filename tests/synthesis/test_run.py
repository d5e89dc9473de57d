"""A whole run of the command line against the scripted server: what is accepted, and every count, is what the script says."""

from collections import Counter

import pytest

pytest.importorskip("aiohttp", reason="needs the extra judge")
pytest.importorskip("PIL", reason="needs Pillow")

from tests.servers.synthesis import BEHAVIOURS, FAULTS, PROMPTS, STAGES
from tests.synthesis.scripted import FINAL, Records, Scripted, calls_of, expected, outputs_of

# Faults where they do something: text and structure, with and without a picture, first and later turns, side by side.
WITH_FAULTS = [
    *BEHAVIOURS, "family", "family", "family",
    "off_once@describe", "off_always@describe", "off_twice@inquire", "off_always@reply", "off_once@merge", "off_twice@ask",
    "off_always@ask", "off_once@check_text", "off_once@check_image", "off_twice@answer_vision", "off_always@answer_text",
    "off_once@same", "off_always@refine", "off_once@classify", "cut_once@describe", "cut_once@refine", "cut_always@ask",
    "slow@inquire", "slow@answer_vision", "500_once@reply", "500_once@answer_text", "429_once@ask", "drop_once@merge",
    "filter@describe", "filter@answer_vision", "context@check_text", "context@merge", "filter@refine",
    "500_always@check_image", *["right"] * 11,
]  # fmt: skip
EVERY_FAULT = [f"{fault}@{prompt}" for fault, (_, end) in FAULTS.items() if end != "failed" for prompt in PROMPTS]


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A run over every behaviour and many faults, twice, and what it left."""
    folder = tmp_path_factory.mktemp("run")
    with Scripted(folder, 2 * len(WITH_FAULTS), WITH_FAULTS, latency_s=0.02, capacity=8) as scripted:
        config = scripted.yaml(deadline_s=4, tries=1)
        said = scripted.run("run", config, "--out", folder / "out", "--json")
        yield scripted, Records(folder / "out"), folder / "out", said


def test_exactly_the_expected_items_are_accepted(finished):
    scripted, records, _, _ = finished
    _, accepted = expected(scripted, records)
    assert len(records.items) == scripted.count
    assert {item.item for item in records.settled if item.status == "passed"} == accepted
    assert len(accepted) > 40


def test_every_item_ends_where_and_why_the_script_says(finished):
    scripted, records, _, _ = finished
    told, accepted = expected(scripted, records)
    families = {item for item, (plate, one) in told.items() if plate.behaviour == "family" and item not in accepted}
    ended = {item.item: (item.stage, item.reason) for item in records.settled}
    foretold = {
        item: ("near_duplicate",) * 2 if item in families else (one.stage, one.reason)
        for item, (_, one) in told.items()
    }
    assert ended == foretold
    assert len(families) == 2 * 4 - 3


def test_calls_are_those_of_the_script_in_server_store_and_ledger(finished):
    scripted, records, _, _ = finished
    told, _ = expected(scripted, records)
    foretold = calls_of(told)
    served = {scripted.final_key(line): line["stage"] for line in scripted.asked() if line["action"] in FINAL}
    assert Counter(served.values()) == foretold
    assert set(served) == records.replies
    noted = [call for item in records.items for call in item.draft.calls]
    stages = Counter()
    for prompt, number in foretold.items():
        stages[STAGES.get(prompt, prompt)] += number
    assert Counter(call.stage for call in noted) == stages
    assert {call.key for call in noted} == {line["digest"] for line in scripted.asked() if line["action"] in FINAL}


def test_attempts_and_tokens_are_those_that_the_server_saw(finished):
    scripted, records, _, _ = finished
    log = scripted.asked()
    assert len(records.attempts) == len(log)
    good = [line for line in log if line["action"] in ("good", "cut")]
    ours = Counter((prompt, completion) for _, status, prompt, completion, _ in records.attempts if status == "ok")
    assert ours == Counter((line["prompt_tokens"], line["completion_tokens"]) for line in good)
    spent = sum(line["prompt_tokens"] + 2 * line["completion_tokens"] for line in good) / 1e6
    assert sum(usd or 0 for *_, usd in records.attempts) == pytest.approx(spent)
    shown = [line for line in log if line["sees"]]
    blind = {"inquire", "ask", "check_text", "answer_text", "same", "classify"}
    assert {line["stage"] for line in shown} == set(PROMPTS) - blind


def test_agreement_and_overturns_are_those_of_the_script(finished):
    scripted, records, _, _ = finished
    told, _ = expected(scripted, records)
    for item in records.items:
        foretold, draft = told[item.item][1], item.draft
        assert (draft.agreement.agree if draft.agreement else None) == foretold.agree
        assert (draft.arbitration.choice if draft.arbitration else "") == foretold.choice
    choices = Counter(one.choice for _, one in told.values())
    assert choices["vision"] == 4 and choices["text"] == 2 and choices["neither"] == 2


def test_accepted_items_hold_what_the_script_said(finished):
    scripted, records, _, _ = finished
    told, accepted = expected(scripted, records)
    for item in records.settled:
        if item.item not in accepted:
            continue
        plate, draft = told[item.item][0], item.draft
        assert draft.question.question == plate.question(draft.target.abilities)
        assert draft.answer == plate.right(draft.question.question_type)
        assert draft.cot == plate.refined(draft.answer)
        assert set(draft.target.abilities) < set(draft.abilities)
        assert draft.reward_method == ("model" if draft.question.question_type == "descriptive" else "rule")


def test_the_dialogue_asks_what_was_left_out_and_stops_when_it_is_told(finished):
    scripted, records, _, _ = finished
    told, _ = expected(scripted, records)
    lengths = Counter()
    for item in records.items:
        plate, foretold = told[item.item]
        draft = item.draft
        if not foretold.stopped or foretold.reason == "failed":
            continue
        turns = plate.turns(3)
        assert [list(turn.missing) for turn in draft.dialogue] == turns
        assert [list(turn.questions) for turn in draft.dialogue] == [[plate.asks(t) for t in turn] for turn in turns]
        assert [list(turn.answers) for turn in draft.dialogue] == [[plate.facts[t] for t in turn] for turn in turns]
        assert draft.stopped == foretold.stopped and draft.description == plate.description
        if draft.question:  # past the merging
            assert draft.detail == plate.detail(3)
        lengths[len(turns), draft.stopped] += 1
    assert set(lengths) == {(0, "enough"), (1, "enough"), (2, "enough"), (3, "turns")}


def test_steering_is_what_the_targets_say(finished):
    _, records, _, _ = finished
    planned = {item: target for one in records.rounds for item, target in one.targets.items()}
    assert set(planned) == {item.item for item in records.items}
    assert all(item.draft.target in (None, planned[item.item]) for item in records.items)


def test_a_second_run_over_the_same_calls_asks_nothing_and_makes_the_same_rows(finished):
    scripted, records, out, _ = finished
    before = len(scripted.server.log())
    failing = sum(one.behaviour.startswith("500_always") for one, _ in expected(scripted, records)[0].values())
    config = scripted.yaml("again.yaml", deadline_s=4, tries=1, store=str(out / "calls.sqlite"))
    scripted.run("run", config, "--out", out.parent / "again", "--quiet")
    asked = scripted.server.log()[before:]
    assert {line["action"] for line in asked} <= {"500"} and len({line["plate"] for line in asked}) == failing
    assert outputs_of(out.parent / "again") == outputs_of(out)


@pytest.mark.slow
def test_every_fault_at_every_prompt(tmp_path):
    with Scripted(tmp_path, 2 * len(EVERY_FAULT), EVERY_FAULT, latency_s=0.02) as scripted:
        scripted.run("run", scripted.yaml(), "--out", tmp_path / "out", "--quiet")
        records = Records(tmp_path / "out")
        told, _ = expected(scripted, records)
        assert {item.item: (item.stage, item.reason) for item in records.settled} == {
            item: (one.stage, one.reason) for item, (_, one) in told.items()
        }
        served = {scripted.final_key(line): line["stage"] for line in scripted.asked() if line["action"] in FINAL}
        assert Counter(served.values()) == calls_of(told) and set(served) == records.replies
