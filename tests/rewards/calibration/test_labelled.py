"""The labelled set that ships: its shape, its balance, and that no surface gives the label away."""

from collections import Counter, defaultdict

import pytest

from wethink_plugins.errors import WeThinkError
from wethink_plugins.rewards.judge.labelled import read_labelled
from wethink_plugins.rewards.judge.tiers import TIERS

ONE_TIER = {"exact": "correct", "off_topic": "wrong", "empty_talk": "wrong"}
KINDS = {
    *ONE_TIER,
    *"paraphrase negation swapped_entities partial extra_wrong extra_harmless verbose_right verbose_wrong".split(),
    *"other_language number_changed hedged contradiction injection".split(),
}
ROWS = read_labelled()


def test_enough_rows_of_every_kind_and_tier():
    assert len(ROWS) >= 240
    assert {row.kind for row in ROWS} == KINDS
    assert min(Counter(row.kind for row in ROWS).values()) >= 6
    tiers = Counter(row.tier for row in ROWS)
    assert set(tiers) == set(TIERS)
    assert min(tiers.values()) > 0.2 * len(ROWS)
    assert {"de", "en", "es", "fr", "zh"} <= {row.language for row in ROWS}


def test_ids_and_answers_are_unique_and_trimmed():
    assert len({row.id for row in ROWS}) == len(ROWS)
    assert len({(row.question, row.answer) for row in ROWS}) == len(ROWS)
    assert all(text == text.strip() for row in ROWS for text in (row.question, row.reference, row.answer))


def test_a_question_has_one_reference_and_answers_of_several_tiers():
    references, tiers = defaultdict(set), defaultdict(set)
    for row in ROWS:
        references[row.question].add(row.reference)
        tiers[row.question].add(row.tier)
    assert {len(found) for found in references.values()} == {1}
    assert min(len(found) for found in tiers.values()) >= 3


def test_the_kind_does_not_give_the_tier():
    tiers = defaultdict(set)
    for row in ROWS:
        tiers[row.kind].add(row.tier)
    assert {kind: found for kind, found in tiers.items() if len(found) == 1} == {k: {t} for k, t in ONE_TIER.items()}


def test_exact_answers_are_the_reference_and_no_others_are():
    def plain(text):
        return text.lower().rstrip(".")

    for row in ROWS:
        assert (plain(row.answer) == plain(row.reference)) == (row.kind == "exact"), row.id


def test_length_does_not_give_the_tier():
    """Correct answers aren't simply the long ones: the shortest and longest tiers stay within a factor of two."""
    lengths = {tier: [len(row.answer) for row in ROWS if row.tier == tier] for tier in TIERS}
    means = [sum(found) / len(found) for found in lengths.values()]
    assert max(means) < 2 * min(means)


BAD = [
    ('{"question": "q", "reference": "r", "answer": "a"}', "rows.jsonl:1: tier"),
    ('{"question": "q", "reference": " ", "answer": "a", "tier": "wrong"}', "rows.jsonl:1: reference"),
    ('{"id": 7, "question": "q", "reference": "r", "answer": "a", "tier": "good"}', "row 7: tier: 'good' is no tier"),
    ("", "holds no labelled rows"),
    ('{"id": 1, "question": "q", "reference": "r", "answer": "a", "tier": "wrong"}\n' * 2, "two rows have this id"),
]


@pytest.mark.parametrize(("text", "says"), BAD, ids=[says for _, says in BAD])
def test_a_bad_file_is_refused_with_its_line(tmp_path, text, says):
    file = tmp_path / "rows.jsonl"
    file.write_text(text)
    with pytest.raises(WeThinkError) as caught:
        read_labelled(file)
    assert says in str(caught.value)


def test_own_rows_need_four_fields_and_no_label_where_none_is_used(tmp_path):
    file = tmp_path / "rows.jsonl"
    file.write_text('{"question": "q", "reference": "r", "answer": "a", "tier": "Mostly"}\n')
    (row,) = read_labelled(file)
    assert (row.id, row.tier, row.kind) == ("1", "mostly", "unknown")
    file.write_text('{"question": "q", "reference": "r", "answer": "a"}\n')
    assert read_labelled(file, labels=False)[0].tier == ""
