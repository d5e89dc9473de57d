"""What prompt lengths are read from; the lengths themselves are held against EasyR1's in tests/easyr1."""

import json

import pytest

from tests.prompts.models import QWEN_LIKE
from wethink_plugins.datasets.prompt_length import PromptLengths
from wethink_plugins.errors import WeThinkError

PROCESSOR = {"image_processor_type": "Qwen2VLImageProcessor", "min_pixels": 3136, "max_pixels": 12845056, "patch_size": 14, "merge_size": 2}  # fmt: skip


@pytest.mark.parametrize("content", ["{}", "", '{"version": '])
def test_what_is_no_tokenizer_is_named(tmp_path, content):
    pytest.importorskip("tokenizers", reason="prompt lengths need the package tokenizers")
    (tmp_path / "tokenizer.json").write_text(content)
    (tmp_path / "tokenizer_config.json").write_text(json.dumps({"chat_template": QWEN_LIKE, "eos_token": "<|im_end|>"}))
    (tmp_path / "preprocessor_config.json").write_text(json.dumps(PROCESSOR))
    with pytest.raises(WeThinkError, match="no tokenizer") as caught:
        PromptLengths.of_model(tmp_path, "wethink", 8192, None, None)
    assert caught.value.file == tmp_path / "tokenizer.json"
