"""Folders of models as far as a chat template goes, in the shapes that people have on disk."""

import json

# In the shape of Qwen2.5-VL's: a default system text, content as text or parts, images as placeholders.
QWEN_LIKE = """\
{%- set images = namespace(seen=0) -%}
{%- for turn in messages -%}
{%- if loop.first and turn.role != 'system' -%}
<|im_start|>system
You are here to help.<|im_end|>
{% endif -%}
<|im_start|>{{ turn.role }}
{% if turn.content is string -%}
{{ turn.content }}
{%- else -%}
{%- for part in turn.content -%}
{%- if part.type == 'image' -%}
{%- set images.seen = images.seen + 1 -%}
<|vision_start|><|image_pad|><|vision_end|>
{%- else -%}
{{ part.text }}
{%- endif -%}
{%- endfor -%}
{%- endif -%}
<|im_end|>
{% endfor -%}
{%- if add_generation_prompt -%}
<|im_start|>assistant
{% endif -%}"""

# Takes a system turn only as parts, names a special token, and trims what it is given.
PARTS_ONLY = """\
{{ bos_token }}{% for turn in messages %}[{{ turn.role }}]
{%- if turn.role == 'system' %}{% for part in turn.content %}{{ part.text | trim }}{% endfor %}
{%- elif turn.content is string %}{{ turn.content }}{% else %}{% for part in turn.content %}{{ part.text or '<|image_pad|>' }}{% endfor %}{% endif %}
{% endfor %}"""

REFUSES = "{% if messages[0].role == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}{{ messages[0].content }}"
IGNORES = "{% for turn in messages %}{% if turn.role != 'system' %}{{ turn.content }}{% endif %}{% endfor %}"


def model(folder, template=QWEN_LIKE, places=("tokenizer_config.json",), **config):
    """With the template in each of the places; `config` goes into tokenizer_config.json."""
    folder.mkdir(parents=True, exist_ok=True)
    contents = {"tokenizer_config.json": {"model_max_length": 4096, **config}}
    for place in places:
        if place.endswith(".jinja"):
            (folder / place).write_text(template, encoding="utf-8")
        else:
            contents.setdefault(place, {})["chat_template"] = template
    for name, content in contents.items():
        (folder / name).write_text(json.dumps(content), encoding="utf-8")
    return folder
