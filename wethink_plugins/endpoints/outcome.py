"""The outcome of one attempt: a reply, or which fault. Pure functions of status, headers and body.

Fault kinds are those of `faults`, and `schema` for a refusal that may be about the constraint on the output.
"""

from __future__ import annotations

import email.utils
import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wethink_plugins.endpoints.faults import one_line

# How servers say that the prompt does not fit. OpenAI and Azure have a code for it; vLLM ("maximum context length",
# "longer than the maximum model length", a negative rest for max_tokens), SGLang ("longer than the model's context
# length"), llama.cpp ("exceeds the available context size"), TGI ("must be <="), Gemini and LiteLLM only words.
_TOO_LONG = re.compile(
    r"context_length_exceeded|exceed_context_size|ContextWindowExceeded|string_above_max_length"
    r"|maximum context length|model'?s context length|maximum model length|available context size|context window"
    r"|max_(?:completion_)?tokens must be at least 1, got -|prompt is too long|inputs? is too long"
    r"|input token count .{0,40}exceeds|`?inputs`? (?:tokens \+|must have less than)|max_model_len",
    re.IGNORECASE,
)
_FILTERED = re.compile(
    r"content_filter|ResponsibleAIPolicyViolation|content_policy_violation|data_inspection_failed|content management policy",
    re.IGNORECASE,
)
_NO_QUOTA = re.compile(r"insufficient_quota|billing_hard_limit|exceeded your current quota", re.IGNORECASE)
# Answers of a proxy or a server that is busy or on its way up or down; the same request may pass later.
_RETRYABLE = frozenset({408, 409, 425})
_AUTH = frozenset({401, 403, 407})
# Reasons that are no end of a text: the server gave up on it.
_ABORTED = frozenset({"abort", "aborted", "error", "cancelled"})


@dataclass(frozen=True, slots=True)
class Outcome:
    """`kind` is ok or a fault; `permanent`: another attempt at this endpoint is of no use.

    Tokens are None where the server reports none.
    """

    kind: str
    note: str = ""
    status: int = 200
    text: str = ""
    model: str = ""
    finish_reason: str = ""
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    retry_after_s: float | None = None
    permanent: bool = False


def classify(status: int, retry_after: str | None, body: bytes) -> Outcome:
    if status != 200:
        return _fault(status, _error_text(_json(body), body), retry_after_seconds(retry_after))
    value = _json(body)
    if not isinstance(value, Mapping):
        return Outcome("bad_reply", f"200, but no JSON object: {_start(body)}")
    if value.get("error") or value.get("object") == "error":
        return _fault(
            _status_inside(value), "200 with an error: " + _error_text(value, body), retry_after_seconds(retry_after)
        )
    return _completion(value, body)


def retry_after_seconds(retry_after: str | None) -> float | None:
    """Retry-After as seconds from now, from a number or an HTTP date; None for neither. Never negative."""
    if not retry_after:
        return None
    try:
        seconds = float(retry_after)
    except ValueError:
        try:
            seconds = email.utils.parsedate_to_datetime(retry_after).timestamp() - time.time()
        except (TypeError, ValueError, OverflowError):
            return None
    return max(seconds, 0.0) if seconds == seconds else None


def _fault(status: int, text: str, retry_after_s: float | None) -> Outcome:
    kind, permanent = _kind(status, text)
    return Outcome(kind, f"{status} {text}".strip(), status, retry_after_s=retry_after_s, permanent=permanent)


def _kind(status: int, text: str) -> tuple[str, bool]:
    if status == 429:
        return "rate_limited", bool(_NO_QUOTA.search(text))
    if status in _AUTH:
        return "auth", True
    if status >= 500 or status in _RETRYABLE:
        return "server_error", False
    if 200 <= status < 300:
        return "bad_reply", False
    if _TOO_LONG.search(text):
        return "context_length", False
    if _FILTERED.search(text):
        return "content_filter", False
    return "bad_request", status == 404 or status < 400


def _completion(value: Mapping[str, Any], body: bytes) -> Outcome:
    try:
        choice = value["choices"][0]
        message, reason = choice["message"], str(choice.get("finish_reason") or "")
        text = _text_of(message.get("content"))
        refusal = message.get("refusal")
    except (KeyError, IndexError, TypeError, AttributeError):
        return Outcome("bad_reply", f"200, but no message in it: {_start(body)}")
    kind, note = "ok", ""
    if reason == "content_filter" or (refusal and not text):
        kind, note = "content_filter", f"200 {reason}: {refusal or 'the reply was withheld'}"
    elif reason in _ABORTED:
        kind, note = "server_error", f"200, but the reply was aborted ({reason})"
    usage = value.get("usage")
    usage = usage if isinstance(usage, Mapping) else {}
    prompt, completion = _count(usage.get("prompt_tokens")), _count(usage.get("completion_tokens"))
    return Outcome(kind, one_line(note), 200, text, str(value.get("model") or ""), reason, prompt, completion)


def _text_of(content: Any) -> str:
    if isinstance(content, (list, tuple)):
        return "".join(str(part.get("text", "")) for part in content if isinstance(part, Mapping))
    return content if isinstance(content, str) else ""


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _status_inside(value: Mapping[str, Any]) -> int:
    """Some proxies put the status of the server behind them into the body of a 200."""
    error = value.get("error")
    code = error.get("code", error.get("status")) if isinstance(error, Mapping) else value.get("code")
    try:
        number = int(code)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        text = json.dumps(value)
        return 400 if _TOO_LONG.search(text) or _FILTERED.search(text) else 500
    return number if 400 <= number < 600 else 500


def _error_text(value: Any, body: bytes) -> str:
    """Message, type and code of OpenAI's and of vLLM's older error bodies; else the start of whatever came."""
    if not isinstance(value, Mapping):
        return _start(body)
    error = value.get("error", value)
    if not isinstance(error, Mapping):
        return one_line(str(error))
    inner = error.get("innererror")
    parts = [error.get("message") or error.get("detail"), error.get("type"), error.get("code")]
    parts += [inner.get("code")] if isinstance(inner, Mapping) else []
    return one_line(" | ".join(str(part) for part in parts if part)) or _start(body)


def _start(body: bytes) -> str:
    return one_line(repr(body[:80].decode("utf-8", "replace"))) if body else "an empty body"
