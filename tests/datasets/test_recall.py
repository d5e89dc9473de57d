"""Validation against the twin's key: each planted defect under its name, nothing healthy rejected, counts that agree."""

import json
import re
from collections import Counter

import pytest

from tests.datasets.builders import JUDGED
from tests.datasets.test_image_tokens import QWEN25
from tests.prompts.models import QWEN_LIKE
from wethink_plugins.datasets.composition import Composition
from wethink_plugins.datasets.defects import DEFECTS
from wethink_plugins.datasets.fix import write_fixed
from wethink_plugins.datasets.prompt_length import PromptLengths
from wethink_plugins.datasets.validate import validate
from wethink_plugins.datasets.validation_page import write_page


class Seen:
    """An observer that keeps the lines of rejects and counts rows."""

    def __init__(self):
        self.kinds, self.rows = {}, 0

    def accepted(self, row, sizes):
        self.rows += 1
        assert len(sizes) == len(row.image_path)

    def rejected(self, reject, record):
        self.kinds[reject.line] = reject.kind


@pytest.fixture(scope="module", params=["reward", "sft"])
def checked(request, twin):
    sft, seen, composition = request.param == "sft", Seen(), Composition()
    found = validate(twin.file, twin.images, None if sft else JUDGED, for_sft=sft, observers=[seen, composition])
    return twin, twin.found(sft=sft), found, seen, composition


def test_every_planted_defect_is_found_under_its_name_and_nothing_healthy_is_rejected(checked):
    twin, expected, found, _, _ = checked
    wanted = {line: name for line, name in expected.items() if DEFECTS[name].action == "reject"}
    got = {reject.line: reject.kind for reject in found.rejects}
    wrong = {line: (wanted.get(line), got.get(line)) for line in {*wanted, *got} if wanted.get(line) != got.get(line)}
    assert {line: (twin.titles.get(line), *pair) for line, pair in sorted(wrong.items())} == {}


def test_repairs_and_notes_are_counted_as_planted(checked):
    _, expected, found, _, _ = checked
    assert found.counts["defects"] == dict(Counter(expected.values()))


def test_examples_are_lines_of_that_defect(checked):
    twin, expected, found, _, _ = checked
    assert set(found.examples) == set(found.counts["defects"])
    for name, examples in found.examples.items():
        assert len(examples) == min(5, found.counts["defects"][name])
        assert [(twin.titles.get(one.line), name) for one in examples if expected.get(one.line) != name] == []


def test_observers_see_every_row_once(checked):
    twin, _, found, seen, composition = checked
    assert seen.rows == found.counts["accepted"] == sum(composition.rows.values()) == sum(composition.methods.values())
    assert seen.kinds == {reject.line: reject.kind for reject in found.rejects}
    assert sum(composition.rejects.values()) == found.counts["rejected"]
    assert found.counts["accepted"] + found.counts["rejected"] == found.counts["read"] == twin.rows


def test_the_page_says_the_numbers_of_the_key(checked, tmp_path):
    twin, expected, found, _, composition = checked
    html = write_page(found, composition, tmp_path / "report.html").read_text(encoding="utf-8")
    counted = re.findall(r'<td class=" number">([\d,]+)</td>(?:(?!</tr>).)*<td class="name">(\w+)</td></tr>', html)
    assert {name: int(rows.replace(",", "")) for rows, name in counted} == dict(Counter(expected.values()))
    assert f"<b>{twin.rows:,}</b><span>rows read" in html
    assert f"<b>{found.counts['rejected']:,}</b><span>rejected" in html


def test_the_fixed_rows_need_no_repair_and_none_is_rejected(checked, tmp_path):
    twin, _, found, _, _ = checked
    sft = "missing_reasoning" in found.counts["defects"]
    write_fixed(found, tmp_path / "fixed.jsonl", tmp_path / "pictures")
    again = validate(tmp_path / "fixed.jsonl", twin.images, None if sft else JUDGED, for_sft=sft)
    assert (again.rejects, again.counts["repairs"], len(again.rows)) == ((), {}, len(found.rows))
    assert not {"image_rotated", "image_cmyk", "image_animated"} & set(again.counts["defects"])


@pytest.fixture
def model(tmp_path):
    """A folder with what prompt lengths are read from; one token a byte."""
    tokenizers = pytest.importorskip("tokenizers", reason="prompt lengths need the package tokenizers")
    alphabet = tokenizers.pre_tokenizers.ByteLevel.alphabet()
    vocabulary = {letter: place for place, letter in enumerate(sorted(alphabet))}
    bytewise = tokenizers.Tokenizer(tokenizers.models.BPE(vocab=vocabulary, merges=[]))
    bytewise.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    bytewise.add_special_tokens(["<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>", "<|image_pad|>"])
    bytewise.save(str(tmp_path / "tokenizer.json"))
    (tmp_path / "tokenizer_config.json").write_text(json.dumps({"chat_template": QWEN_LIKE, "eos_token": "<|im_end|>"}))
    (tmp_path / "preprocessor_config.json").write_text(json.dumps(QWEN25))
    return tmp_path


def test_prompts_over_the_limit_are_found_with_a_model(twin, model):
    lengths = PromptLengths.of_model(model, "wethink", 8192, None, None)
    found = validate(twin.file, twin.images, JUDGED, check=lengths.check)
    assert found.counts["defects"] == dict(Counter(twin.found(lengths=True).values()))
    wanted = {line for line, name in twin.defects.items() if name == "too_long"}
    assert {reject.line for reject in found.rejects if reject.kind == "too_long"} == wanted
