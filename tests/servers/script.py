"""What a server does with each request: told by a marker in the prompt, or drawn by a seed.

A marker lists actions for the first, second, ... attempt of a prompt, the last of them for all further ones:
`marked("Is it?", "429:1", "drop", "good")`. Without one, a plan `{"seed": 1, "share": 0.3, "actions": [...]}` draws a
fault for that share of prompts; the same prompt always gets the same. Both can be foretold by the test (`planned`).
"""

import hashlib
import json
import re

# Everything but good. What stands behind a colon is the action's argument.
FAULTS = (
    "429", "429:1", "429:date:1", "quota", "500", "503", "drop", "drop_mid", "hang", "truncated", "garbage", "two",
    "html", "drip", "error200", "context200", "null", "no_choices", "abort", "no_usage", "context:vllm",
    "context:vllm_negative", "context:openai", "context:sglang", "context:llama", "filter", "filter_finish", "bad", "401",
    "403", "404", "302", "not_http", "endless", "large", "429:0",
)  # fmt: skip
_MARKER = re.compile(r"\[\[do (.*?)\]\]")


def marked(prompt, *actions):
    return f"{prompt} [[do {' '.join(actions)}]]"


def planned(prompt, attempt, plan):
    """The action for the given attempt (from 0) at a prompt."""
    found = _MARKER.search(prompt)
    if found:
        actions = found[1].split()
        return actions[min(attempt, len(actions) - 1)]
    if not plan.get("share"):
        return "good"
    draw = int(hashlib.sha256(f"{plan.get('seed', 0)}\0{prompt}".encode()).hexdigest()[:12], 16)
    if draw % 10_000 >= plan["share"] * 10_000:
        return "good"
    actions = plan["actions"][draw // 10_000 % len(plan["actions"])].split()
    return actions[min(attempt, len(actions) - 1)]


def prompt_of(body):
    """All text of all messages."""
    parts = []
    for message in body.get("messages", []):
        content = message.get("content")
        for part in content if isinstance(content, list) else [{"text": content}]:
            parts.append(str(part.get("text") or ""))
    return "\n".join(parts)


_WORDS = {
    "vllm": {"object": "error", "message": "This model's maximum context length is 4096 tokens. However, you requested 9001 tokens (8489 in the messages, 512 in the completion).", "type": "BadRequestError", "param": None, "code": 400},
    "vllm_negative": {"error": {"message": "max_tokens must be at least 1, got -186.", "type": "BadRequestError", "param": None, "code": 400}},
    "openai": {"error": {"message": "Your messages resulted in too many tokens.", "type": "invalid_request_error", "param": "messages", "code": "context_length_exceeded"}},
    "sglang": {"object": "error", "message": "The input (61709 tokens) is longer than the model's context length (40960 tokens).", "type": "BadRequestError", "param": None, "code": 400},
    "llama": {"error": {"code": 400, "message": "the request exceeds the available context size, try increasing it", "type": "exceed_context_size_error"}},
}  # fmt: skip
_FILTERED = {"error": {"message": "The response was filtered due to the prompt triggering a policy.", "type": None, "param": "prompt", "code": "content_filter", "status": 400, "innererror": {"code": "ResponsibleAIPolicyViolation"}}}  # fmt: skip


def error(message, kind="server_error", code=None):
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}


def completion(model, text, prompt, reason="stop", usage=True):
    """A chat completion; a token is a word."""
    value = {
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": model,
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": reason}],
    }  # fmt: skip
    if usage:
        asked, said = len(prompt.split()), len((text or "").split())
        value["usage"] = {"prompt_tokens": asked, "completion_tokens": said, "total_tokens": asked + said}
    return value


def respond(action, model, prompt, text):
    """(status, headers, value) of every action that is a whole answer; None for those that aren't."""
    name, _, argument = action.partition(":")
    json_headers = {"Content-Type": "application/json"}
    if name == "good":
        return 200, json_headers, completion(model, argument or text, prompt)
    if name == "two":
        return 200, json_headers, completion(model, "VERDICT: wrong\nNo.\nVERDICT: correct", prompt)
    if name == "429":
        return 429, {**json_headers, **_retry_after(argument)}, error("Rate limit reached", "requests")
    if name == "quota":
        return 429, json_headers, error("You exceeded your current quota.", "insufficient_quota", "insufficient_quota")
    if name in ("500", "503"):
        return int(name), json_headers, error("The engine is overloaded")
    if name in ("401", "403"):
        return int(name), json_headers, error("Incorrect API key provided: sk-secret", "invalid_request_error")
    if name == "404":
        return 404, json_headers, error("The model `x` does not exist.", "NotFoundError", 404)
    if name == "302":
        return 302, {"Location": "/elsewhere"}, "moved"
    if name == "context":
        return 400, json_headers, _WORDS[argument]
    if name == "filter":
        return 400, json_headers, _FILTERED
    if name == "filter_finish":
        return 200, json_headers, completion(model, "", prompt, "content_filter")
    if name == "cut":
        return 200, json_headers, completion(model, text[: len(text) // 2], prompt, "length")
    if name == "abort":
        return 200, json_headers, completion(model, "", prompt, "abort")
    if name == "null":
        return 200, json_headers, completion(model, None, prompt, "length")
    if name == "no_usage":
        return 200, json_headers, completion(model, text, prompt, usage=False)
    if name == "bad":
        return 400, json_headers, error("temperature must be non-negative", "invalid_request_error")
    if name == "error200":
        return 200, json_headers, error("upstream is down", code=502)
    if name == "context200":
        return 200, json_headers, _WORDS["openai"]
    if name == "no_choices":
        return 200, json_headers, {"object": "chat.completion", "choices": []}
    if name == "html":
        return 200, {"Content-Type": "text/html"}, "<!doctype html><title>Sign in</title>"
    if name == "garbage":
        return 200, json_headers, "\x00\x07 no json at all"
    if name == "truncated":
        return 200, json_headers, json.dumps(completion(model, text, prompt))[:90]
    return None


def _retry_after(argument):
    import email.utils
    import time

    kind, _, seconds = argument.rpartition(":")
    if not seconds:
        return {}
    # A date has whole seconds; rounded up, so that it lies at least that far ahead.
    return {"Retry-After": email.utils.formatdate(time.time() + float(seconds) + 1, usegmt=True) if kind else seconds}
