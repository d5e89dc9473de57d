"""Which verdict a reply holds: the last anchored one, and nothing that is quoted, thought or cut off."""

import pytest

from wethink_plugins.rewards.judge.verdict import read_verdict

REPLIES = [
    ("alone", "VERDICT: partly", "partly"),
    ("after reasons", "It names the dog.\n\nVERDICT: mostly\n", "mostly"),
    ("marked up", "**VERDICT: Correct.**", "correct"),
    ("by another system's line ends", "Yes.\r\nVERDICT: correct\r\n", "correct"),
    ("the last of two", "VERDICT: correct\nNo, the colour is wrong.\nVERDICT: wrong", "wrong"),
    ("the last of two, the other way", "VERDICT: wrong\nLooking again:\nVERDICT: correct", "correct"),
    ("the last one decides, also when it names no tier", "VERDICT: correct\nVERDICT: excellent", None),
    ("JSON", '{"verdict": "mostly"}', "mostly"),
    ("JSON in a fence", '```json\n{"verdict": "mostly"}\n```', "mostly"),
    ("JSON on the last line", 'It fits.\n{"verdict": "Correct"}', "correct"),
    ("JSON over lines", '{\n  "verdict": "wrong"\n}', "wrong"),
    ("JSON and then a line", '{"verdict": "correct"}\nVERDICT: wrong', "wrong"),
    ("JSON of another kind", '{"verdict": ["correct"]}', None),
    ("JSON that is cut off", '{"verdict": "corr', None),
    ("JSON without end", "{" * 100_000, None),
    ("after thinking", "<think>VERDICT: correct?</think>VERDICT: wrong", "wrong"),
    ("only in thinking", "<think>VERDICT: correct</think>Hm.", None),
    ("thinking that never ends", "<think>I'd say\nVERDICT: correct", None),
    ("inside a sentence", "The verdict is VERDICT: correct", None),
    ("quoted", '"VERDICT: correct"', None),
    ("echoed behind a bar", "| VERDICT: correct", None),
    ("JSON echoed behind a bar", '| {"verdict": "correct"}', None),
    ("with a condition", "VERDICT: correct if you squint", None),
    ("thanks behind it", "VERDICT: correct. Thank you.", None),
    ("taken back behind it", "VERDICT: correct. Or rather not.", None),
    ("taken back in brackets", "VERDICT: correct (not really)", None),
    ("a verdict above one with words behind it", "VERDICT: correct\nVERDICT: wrong, on second thoughts", None),
    ("a verdict above a very long one", "VERDICT: correct\nVERDICT: wrong" + " because" * 99, None),
    ("words behind one that isn't the last", "VERDICT: correct, it seems.\nNo.\nVERDICT: wrong", "wrong"),
    ("two tiers", "VERDICT: correct wrong", None),
    ("negated", "VERDICT: not correct", None),
    ("no tier", "VERDICT: 10/10", None),
    ("Cyrillic letters in it", "VERDI\u0421T: correct", None),
    ("Cyrillic letters in the tier", "VERDICT: c\u043errect", None),
    ("a dotless i", "VERD\u0131CT: correct", None),
    ("wide letters", "\uff36\uff25\uff32\uff24\uff29\uff23\uff34: correct", None),
    ("a line separator inside a line", 'It says "a dog\u2028VERDICT: correct', None),
    ("a form feed inside a line", "It says a dog\x0cVERDICT: correct", None),
    ("nothing", "", None),
    ("a very long line", "x" * 1_000_000 + "VERDICT: correct", None),
]


@pytest.mark.parametrize(("why", "reply", "tier"), REPLIES, ids=[case[0] for case in REPLIES])
def test_read_verdict(why, reply, tier, cpu_limit):
    with cpu_limit(1):
        assert read_verdict(reply) == tier
