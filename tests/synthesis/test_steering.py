"""Rounds approach the mix, whatever the items' luck; the same records give the same decisions."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest

from tests.synthesis.steered import distance, ids, item, run, settings
from wethink_plugins.rows import Row
from wethink_plugins.synthesis.records import ItemRecord, Question, RoundRecord, Target
from wethink_plugins.synthesis.steering import Steering
from wethink_plugins.synthesis.steering.pairing import dealt, drawn, image_of, paired

HARD = {"ocr", "maths", "ocr+maths"}


def combination(target: Target) -> str:
    return "+".join(target.abilities)


def uneven(target: Target) -> float:
    """Accepted five times less often for some abilities, half as often for one type."""
    return (0.15 if combination(target) in HARD else 0.75) * (0.5 if target.question_type == "descriptive" else 1)


def test_the_accepted_mix_reaches_the_target_where_it_does_not_without_steering():
    config = settings(rounds={"size": 200})
    wanted = {"abilities": config.mix.abilities, "question_type": config.mix.question_types}
    off = {
        steered: {kind: distance(run(config, uneven, 10, steered=steered)[1][-1].counts[kind], wanted[kind]) for kind in wanted}
        for steered in (True, False)
    }  # fmt: skip
    assert max(off[True].values()) < 0.02
    assert min(off[False].values()) > 0.08


def test_few_rounds_do():
    config = settings(rounds={"size": 200}, mix={"domains": {"charts": 1, "street": 2, "kitchen": 1}})
    last = run(config, uneven, 5)[1][-1]
    assert distance(last.counts["abilities"], config.mix.abilities) < 0.05
    assert distance(last.counts["question_type"], config.mix.question_types) < 0.05
    assert distance(last.counts["domain"], config.mix.domains) < 0.05


def test_a_combination_that_lands_elsewhere_is_asked_for_more_often():
    def drifting(name: str, number: int, target: Target, round: int, passed: bool) -> ItemRecord:
        """Half of what is asked to need knowledge alone turns out to need recognition too."""
        drifts = combination(target) == "knowledge" and number % 2
        return item(name, number, target, round, passed, **({"abilities": ("recognition", "knowledge")} if drifts else {}))  # fmt: skip

    config = settings(rounds={"size": 200})
    records = run(config, lambda target: 0.8, 12, make=drifting)[1]
    assert distance(records[-1].counts["abilities"], config.mix.abilities) < 0.02


@pytest.mark.parametrize(
    ("rate", "most"),
    [(0.0, 0.2), (0.01, 0.52), (0.02, 0.52)],
    ids=["never accepted", "one in a hundred", "one in fifty"],
)
def test_what_is_hardly_accepted_does_not_eat_the_run_and_the_rest_keeps_its_mix(rate: float, most: float):
    config = settings(rounds={"size": 200})
    last = run(config, lambda target: rate if "ocr" in target.abilities else 0.7, 20)[1][-1]
    tried = last.tried["abilities"]
    assert tried["ocr"] + tried["ocr+maths"] <= most * sum(tried.values())
    assert any("ocr" in note for note in last.notes)
    others = {name: share for name, share in config.mix.abilities.items() if "ocr" not in name}
    assert distance({name: last.counts["abilities"][name] for name in others}, others) < 0.02
    assert distance(last.counts["question_type"], config.mix.question_types) < 0.03


def test_what_was_given_up_comes_back_when_a_probe_is_accepted():
    config = settings(rounds={"size": 200})
    works_from = 8 * 200

    def make(name: str, number: int, target: Target, round: int, passed: bool) -> ItemRecord:
        return item(name, number, target, round, passed and ("ocr" not in target.abilities or number >= works_from))

    records = run(config, lambda target: 0.8, 30, make=make)[1]
    assert records[8].notes and not records[-1].notes
    assert distance(records[-1].counts["abilities"], config.mix.abilities) < 0.03


def test_a_pair_that_never_works_leaves_both_its_sides_their_share():
    config = settings(rounds={"size": 200})
    dead = ("ocr", "descriptive")
    last, items = run(config, lambda t: 0.0 if (combination(t), t.question_type) == dead else 0.7, 15)[1:]
    assert distance(last[-1].counts["abilities"], config.mix.abilities) < 0.02
    assert distance(last[-1].counts["question_type"], config.mix.question_types) < 0.02
    late = Counter((combination(one.draft.target), one.draft.target.question_type) for one in items[-1])
    assert late[dead] < 5 < late["ocr", "multiple_choice"]


def test_a_mix_that_only_dead_pairs_could_reach_is_approached_without_them():
    """Knowledge is never got as a description, and nearly all that lacks is knowledge, and descriptions."""
    mix = {"abilities": {"knowledge": 0.5, "maths": 0.5}, "question_types": {"descriptive": 0.5, "fill_in_blank": 0.5}}
    config = settings(rounds={"size": 100}, mix=mix)
    base = [_row(f"m{n}", abilities=["maths"]) for n in range(800)]
    dead = ("knowledge", "descriptive")
    last, items = run(config, lambda t: 0.0 if (combination(t), t.question_type) == dead else 0.7, 8, base=base)[1:]
    asked = Counter((combination(one.draft.target), one.draft.target.question_type) for one in items[-1])
    assert asked[dead] <= 5
    assert last[-1].counts["abilities"]["knowledge"] > 150 and last[-1].counts["question_type"]["descriptive"] > 60


def test_all_rejected_keeps_asking_for_the_whole_mix_and_says_so():
    config = settings(rounds={"size": 200})
    last = run(config, lambda target: 0.0, 10)[1][-1]
    assert distance(last.tried["abilities"], config.mix.abilities) < 0.05
    assert "none of 2000" in last.notes[0]
    assert len(last.targets) == 200


@pytest.mark.parametrize(
    "changed",
    [
        {"mix": {"abilities": {"ocr": 3}, "question_types": {"descriptive": 1}}, "rounds": {"size": 60}},
        {
            "mix": {"abilities": {"ocr": 1, "maths": 0}, "question_types": {"descriptive": 0.5, "fill_in_blank": 0}},
            "rounds": {"size": 60},
        },
        {"mix": {"domains": {"a": 0, "b": 0}}, "rounds": {"size": 60}},
        {"rounds": {"size": 1}},
        {"rounds": {"size": 7, "avoid": 0}, "questions_per_image": 3},
    ],
    ids=["one cell", "zero weights", "no domain has weight", "one a round", "three an image"],
)
def test_odd_settings(changed: dict[str, Any]):
    config = settings(**changed)
    for rate in (1.0, 0.5, 0.0):
        records = run(config, lambda target, rate=rate: rate, 4)[1]
        size = config.rounds.size
        assert all(list(record.targets) == ids(n * size, size, config.questions_per_image) for n, record in enumerate(records))  # fmt: skip
        asked = {combination(target) for record in records for target in record.targets.values()}
        assert asked <= {name for name, weight in config.mix.abilities.items() if weight}


def test_rounds_of_one_item_reach_the_mix_too():
    config = settings(rounds={"size": 1})
    last = run(config, uneven, 300)[1][-1]
    assert distance(last.counts["abilities"], config.mix.abilities) < 0.08


def test_questions_about_one_image_differ_in_what_they_need():
    config = settings(rounds={"size": 90}, questions_per_image=3)
    targets = Steering(config).first(ids(0, 90, 3)).targets
    of_image: dict[str, list[tuple[str, str]]] = {}
    for name, target in targets.items():
        of_image.setdefault(image_of(name), []).append((combination(target), target.question_type))
    assert all(len(set(cells)) == 3 for cells in of_image.values())


def test_the_most_missing_domain_comes_first_and_all_are_named():
    config = settings(rounds={"size": 100}, mix={"domains": {"charts": 0.5, "street": 0.5}})
    steering = Steering(config)
    targets = steering.first(ids(0, 100)).targets
    assert {target.domains for target in targets.values()} == {("charts", "street"), ("street", "charts")}
    made = [item(name, n, target, domain="Street ") for n, (name, target) in enumerate(targets.items())]
    after = steering.close(0, made, ids(100, 100))
    assert after.counts["domain"] == {"street": 100}
    first = Counter(target.domains for target in after.targets.values())
    assert first["charts", "street"] == 70, "none of 50 were charts, so it can't have all"


def test_told_to_avoid_what_its_own_image_was_asked_then_what_is_asked_often_then_the_latest():
    config = settings(
        rounds={"size": 6, "avoid": 3, "near_duplicate": 1.0},
        questions_per_image=2,
        mix={"abilities": {"ocr": 1}, "question_types": {"descriptive": 1}},
    )
    steering = Steering(config)
    names, texts = ids(0, 11, 2), ["Often?", "Once?", "Often?", "Twice?", "Twice?", "Often?", *(f"Late {n}?" for n in range(5))]  # fmt: skip
    targets = steering.first(names).targets
    made = [item(name, n, targets[name], text=texts[n]) for n, name in enumerate(names)]
    after = steering.close(0, made, ["im-00005#1", "im-00006#0"])
    assert after.targets["im-00005#1"].avoid == ("Late 4?", "Often?", "Twice?")
    assert after.targets["im-00006#0"].avoid == ("Often?", "Twice?", "Late 4?")


def test_near_duplicates_are_rejected_in_item_order_and_neither_counted_nor_remembered():
    config = settings(rounds={"size": 5, "repeats": 1})
    steering = Steering(config)
    targets = steering.first(ids(0, 5)).targets
    names = list(targets)
    same = "Which of the two towers in the picture is the taller one?"
    made = [item(name, n, targets[name], text=same if n != 2 else None, answer="left") for n, name in enumerate(names)]  # fmt: skip
    made[0] = item(names[0], 0, targets[names[0]], passed=False, text=same, answer="left")
    record = steering.close(0, made[::-1], ids(5, 5))
    assert list(record.duplicates) == [names[3], names[4]]
    assert all(names[1] in detail for detail in record.duplicates.values())
    assert sum(record.counts["question_type"].values()) == 2
    assert sum(record.tried["question_type"].values()) == 5


WORDS = "how many of the red blue cars 3 four 苹果 are there left right what is it not".split()


def _lucky(name: str, number: int, target: Target, round: int, passed: bool) -> ItemRecord:
    """Questions from so few words that many repeat; some items end before they had a target or a question."""
    rng = random.Random(f"{name} {number}")
    if rng.random() < 0.1:
        return item(name, number, None, round, passed=False)
    question = " ".join(rng.choices(WORDS if number % 2 else WORDS[:3], k=rng.randint(1, 6 if number % 2 else 2)))
    options = ("yes", "no") if target.question_type == "multiple_choice" else ()
    asked = Question(question=question, question_type=target.question_type, options=options)
    return item(name, number, target, round, passed, question=asked, answer=rng.choice("AB3"))


@pytest.mark.parametrize("seed", range(6))
def test_restored_it_decides_as_if_it_had_never_stopped(seed: int):
    rng = random.Random(seed)
    an_image = rng.choice((1, 3))
    config = settings(
        seed=seed, questions_per_image=an_image, rounds={"size": rng.choice((15, 60)), "avoid": rng.choice((0, 4)), "repeats": 1},
        mix={"domains": {"a": 1, "b": 3} if seed % 2 else {}},
    )  # fmt: skip
    base = [_row(str(n), abilities=rng.sample(["ocr", "maths"], rng.randint(0, 2))) for n in range(seed * 5)]
    records, items = run(config, lambda target: 0.6, 8, base=base, make=_lucky)[1:]
    assert any(record.duplicates for record in records)
    stopped = rng.randrange(8)
    restored = Steering(config, base)
    for record, of_round in zip(records[1 : stopped + 1], items, strict=False):
        restored.restore(RoundRecord.model_validate_json(record.model_dump_json()), rng.sample(of_round, len(of_round)))
    for round in range(stopped, 8):
        size = config.rounds.size
        again = restored.close(round, rng.sample(items[round], size), ids((round + 1) * size, size, an_image))
        assert again.model_dump_json() == records[round + 1].model_dump_json()


def _row(name: str, **changed: Any) -> Row:
    given = {"problem": f"What is number {name} of the list?", "answer": "x", "category": "fill_in_blank"}
    return Row.read({"id": name, "image_path": f"other/{name}.png", **given, **changed})


def test_a_base_is_part_of_the_mix_so_only_what_it_lacks_is_asked_for():
    config = settings(rounds={"size": 60}, mix={"abilities": {"ocr": 1, "maths": 1, "knowledge": 1}})
    base = [_row(f"o{n}", abilities=["reasoning", "OCR"]) for n in range(300)]
    base += [_row(f"m{n}", abilities="reasoning, maths") for n in range(100)]
    base += [_row(f"x{n}", abilities=["cooking"]) for n in range(50)]
    records = run(config, lambda target: 0.5, 6, base=base)[1]
    asked = Counter(combination(target) for record in records for target in record.targets.values())
    assert "ocr" not in asked and asked["knowledge"] > asked["maths"] > 0
    assert records[0].counts["abilities"] == {}


def test_what_the_base_asks_is_not_asked_again_and_told_to_be_avoided():
    config = settings(rounds={"size": 3, "repeats": 1}, mix={"abilities": {"ocr": 1}, "question_types": {"fill_in_blank": 1}})  # fmt: skip
    base = [_row("b", problem="What does the sign over the door say?", answer="open", abilities=["ocr"])]
    steering = Steering(config, base)
    targets = steering.first(ids(0, 3)).targets
    assert {target.avoid for target in targets.values()} == {("What does the sign over the door say?",)}
    answers = ["Open", "closed", "shut"]
    made = [item(name, n, target, text=base[0].problem, answer=answers[n]) for n, (name, target) in enumerate(targets.items())]  # fmt: skip
    assert list(steering.close(0, made, ()).duplicates) == [made[0].item]


def test_the_options_of_a_base_row_are_no_part_of_its_question():
    config = settings(rounds={"size": 1, "repeats": 1}, mix={"abilities": {"ocr": 1}, "question_types": {"multiple_choice": 1}})  # fmt: skip
    problem = "What does the sign over the door say?\nA. open\nB. closed"
    steering = Steering(config, [_row("b", problem=problem, answer="B", category="multiple_choice", abilities=["ocr"])])
    (name, target), *_ = steering.first(ids(0, 1)).targets.items()
    asked = Question(question=problem.splitlines()[0], question_type="multiple_choice", options=("closed", "shut"))
    assert list(steering.close(0, [item(name, 0, target, question=asked, answer="A")], ()).duplicates) == [name]


def test_the_table_of_pairs_has_the_sums_that_are_wanted():
    rows, columns = {"a": 60.0, "b": 30.0, "c": 10.0}, {"x": 75.0, "y": 25.0}
    table = paired(rows, columns, {("a", "x"): 0.05, ("c", "y"): 0.3})
    assert sum(table["a", kind] for kind in columns) == pytest.approx(60)
    assert sum(table[name, "x"] for name in rows) == pytest.approx(75)
    assert table["a", "y"] > 60 * 0.25
    halfway = paired({"a": 90.0, "b": 10.0}, {"x": 50.0, "y": 50.0}, {("a", "x"): 0.0})
    assert halfway["a", "x"] == 0.5
    assert halfway["a", "y"] == pytest.approx(70, abs=2) and halfway["b", "x"] == pytest.approx(30, abs=2)


@pytest.mark.parametrize("number", [1, 2, 7, 100])
def test_drawn_as_often_as_wanted(number: int):
    table = {"a": 0.5, "b": 0.0, "c": 0.3, "d": 0.2}
    total = Counter[str]()
    for seed in range(200):
        found = drawn(table, number, random.Random(seed))
        assert len(found) == number
        assert all(abs(found.count(name) - share * number) <= 1 for name, share in table.items())
        total.update(found)
    assert total["b"] == 0
    assert total["a"] / total.total() == pytest.approx(0.5, abs=0.08)


def test_dealt_in_any_grouping():
    items = ["x#0", "y#0", "y#1", "x#1", "z#4", "y#2"]
    assert sorted(dealt(list("aabbcd"), items, random.Random(0)).values()) == list("aabbcd")
    assert dealt([], [], random.Random(0)) == {}
