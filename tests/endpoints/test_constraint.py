"""Calls that are under way while another one finds out what the server takes."""

import pytest

from wethink_plugins.endpoints.constraint import Constraint

SCHEMA = {"type": "object", "enum": [{}]}
PLAIN = {"type": "object"}
CASES = [
    ("nothing known: the next way", None, "json_schema", "no", "json_schema_open"),
    ("the last way of all: at fault itself", None, "free", "no", None),
    ("found meanwhile, further on", "free", "structured_outputs", "no", "free"),
    ("found meanwhile, earlier", "json_schema", "structured_outputs", "no", None),
    ("the known way refused: at fault itself", "json_schema", "json_schema", "no", None),
    ("the known way refused by its name: another server", "json_schema", "json_schema", "response_format?", "json_schema_open"),
]  # fmt: skip


@pytest.mark.parametrize(("why", "known", "way", "note", "then"), CASES, ids=[case[0] for case in CASES])
def test_what_is_tried_after_a_refusal(why, known, way, note, then):
    constraint = Constraint("scripted")
    if known:
        constraint.passed(known, SCHEMA)
    assert constraint.after(way, SCHEMA, note) == then


def test_a_schema_without_an_enum_at_its_root_skips_the_way_that_leaves_it_out():
    assert Constraint("scripted").after("json_schema", PLAIN, "no") == "structured_outputs"
