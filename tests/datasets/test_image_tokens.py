"""Tokens of an image from its size; the real processor is asked in tests/easyr1."""

import json

import pytest

from wethink_plugins.datasets.image_tokens import ImageTokens
from wethink_plugins.errors import WeThinkError

QWEN25 = {"image_processor_type": "Qwen2VLImageProcessor", "min_pixels": 3136, "max_pixels": 12845056, "patch_size": 14, "merge_size": 2}  # fmt: skip
QWEN3 = {"image_processor_type": "Qwen2VLImageProcessorFast", "size": {"shortest_edge": 65536, "longest_edge": 16777216}, "patch_size": 16, "merge_size": 2}  # fmt: skip

# 28 pixels a token in Qwen2.5-VL, 32 in Qwen3-VL; the host's limits before the model's.
CASES = [
    ("nothing to scale", QWEN25, (None, None), (280, 140), 50),
    ("to the nearest cell", QWEN25, (None, None), (290, 130), 50),
    ("up to the model's least", QWEN25, (None, None), (28, 28), 4),
    ("down to the host's most", QWEN25, (None, 28 * 28 * 100), (2800, 2800), 100),
    ("up to the host's least", QWEN25, (28 * 28 * 100, None), (28, 28), 100),
    ("cells of another size", QWEN3, (None, None), (320, 320), 100),
]


def tokens(folder, config, limits):
    (folder / "preprocessor_config.json").write_text(json.dumps(config))
    return ImageTokens.of_model(folder, *limits)


@pytest.mark.parametrize(("why", "config", "limits", "size", "count"), CASES, ids=[case[0] for case in CASES])
def test_count(tmp_path, why, config, limits, size, count):
    assert tokens(tmp_path, config, limits).count(*size) == count


@pytest.mark.parametrize("size", [(30, 7000), (7000, 30), (3, 40), (1, 1)])
def test_an_image_that_the_processor_would_refuse(tmp_path, size):
    with pytest.raises(WeThinkError, match="too narrow"):
        tokens(tmp_path, QWEN25, (None, None)).count(*size)


@pytest.mark.parametrize("config", [{}, {"image_processor_type": "CLIPImageProcessor"}])
def test_another_family_is_refused(tmp_path, config):
    with pytest.raises(WeThinkError, match="Qwen2-VL"):
        tokens(tmp_path, config, (None, None))
