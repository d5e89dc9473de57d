"""patches/verl: does nothing unless asked, refuses a verl it doesn't know, and samples what the model would generate."""

import pytest

pytestmark = pytest.mark.host

IDLE = """
import torch.distributed as dist
before = dist.init_process_group
import verl
from verl.plugin.platform.platform_manager import PlatformRegistry
assert "cpu" not in PlatformRegistry.registered_names(), PlatformRegistry.registered_names()
assert dist.init_process_group is before
import sys
assert not [name for name in sys.modules if name.startswith("wethink_verl_cpu.fixes")]
print("IDLE")
"""

REFUSAL = """
from wethink_verl_cpu import versions
versions.KNOWN = ("9.9.9",)
import verl
from verl.plugin.platform.platform_manager import get_platform
get_platform()
"""

SAME = """
import sys, torch
from PIL import Image
from transformers import AutoModelForImageTextToText, AutoProcessor
from wethink_verl_cpu.rollout.engine import Engine
from wethink_verl_cpu.rollout.request import Prompt, Sampling

path = sys.argv[1]
processor = AutoProcessor.from_pretrained(path)
processor.tokenizer.padding_side = "left"
engine = Engine(path, processor, processor.tokenizer, seed=0)
pictures = [Image.new("RGB", (84, 56), (40 * i, 90, 200 - 40 * i)) for i in range(4)]
def rendered(i):
    content = [{"type": "image"}, {"type": "text", "text": "How many shapes are there?" + " Say." * i}]
    return processor.apply_chat_template([{"role": "user", "content": content}], tokenize=False, add_generation_prompt=True)
one_by_one = [processor(text=[rendered(i)], images=[p], return_tensors="pt") for i, p in enumerate(pictures)]
prompts = [Prompt(tuple(inputs["input_ids"][0].tolist()), (picture,)) for inputs, picture in zip(one_by_one, pictures)]
greedy = engine.answer(prompts, Sampling(max_new=12, temperature=0.0))
model, bad = engine.model, list(engine.vocabulary.forbidden)
for inputs, answer in zip(one_by_one, greedy):
    model.base_model.rope_deltas = None
    tokens = model.generate(**inputs, do_sample=False, max_new_tokens=12, suppress_tokens=bad)[0, inputs["input_ids"].shape[1]:]
    assert tokens.tolist() == answer.ids, (tokens.tolist(), answer.ids)
engine.given.clear()
alone = [engine.answer([p], Sampling(max_new=12, log_probs=True))[0] for p in prompts]
engine.given.clear()
together = engine.answer(prompts[::-1], Sampling(max_new=12, log_probs=True))[::-1]
assert [a.ids for a in alone] == [a.ids for a in together]
for prompt, inputs, answer in zip(prompts, one_by_one, alone):
    ids = torch.tensor([[*prompt.ids, *answer.ids]])
    types = (ids == engine.image_token).long()
    model.base_model.rope_deltas = None
    with torch.no_grad():
        logits = model(input_ids=ids, pixel_values=inputs["pixel_values"], image_grid_thw=inputs["image_grid_thw"], mm_token_type_ids=types).logits
    whole = logits[0, len(prompt.ids) - 1 : -1].log_softmax(-1).gather(-1, torch.tensor(answer.ids)[:, None])[:, 0]
    assert torch.allclose(whole, torch.tensor(answer.log_probs), atol=1e-4), (whole, answer.log_probs)
print("SAME")
"""


def test_nothing_happens_unless_the_cpu_is_asked_for(grpo):
    assert "IDLE" in grpo.run("python", "-c", IDLE, VERL_PLATFORM="").stdout


def test_an_unknown_verl_is_refused_in_one_line_that_is_seen(grpo):
    done = grpo.run("python", "-c", REFUSAL, VERL_PLATFORM="cpu", check=False)
    assert done.returncode != 0
    assert "patches verl 9.9.9 and found verl 0.9.1; nothing was patched" in done.stdout
    assert "Unknown platform 'cpu'" in done.stdout


def test_rollouts_are_what_the_model_generates(grpo, task):
    """Greedy as transformers' generate, sampled alike in any batch, log-probabilities as of one whole forward pass."""
    assert "SAME" in grpo.run("python", "-c", SAME, task / "model", VERL_PLATFORM="cpu").stdout
