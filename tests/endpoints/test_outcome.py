"""What answers mean that no scripted action shows."""

import email.utils
import json
import time

import pytest

from wethink_plugins.endpoints.backoff import backoff_s
from wethink_plugins.endpoints.outcome import classify, retry_after_seconds
from wethink_plugins.endpoints.route import another_model


@pytest.mark.parametrize(
    ("status", "message", "kind"),
    [
        (400, "The decoder prompt (length 5000) is longer than the maximum model length of 4096.", "context_length"),
        (400, "Requested token count exceeds the model's maximum context length of 4096 tokens.", "context_length"),
        (400, "`inputs` must have less than 1024 tokens. Given: 2000", "context_length"),
        (400, "The input token count (1500000) exceeds the maximum number of tokens allowed.", "context_length"),
        (400, "prompt is too long: 210000 tokens > 200000 maximum", "context_length"),
        (400, "Input data may contain inappropriate content. data_inspection_failed", "content_filter"),
        (400, "max_tokens must be at least 1, got 0", "bad_request"),
        (422, "field required", "bad_request"),
        (413, "Request Entity Too Large", "bad_request"),
        (408, "timeout", "server_error"),
        (409, "conflict", "server_error"),
        (502, "maximum context length", "server_error"),
        (529, "overloaded", "server_error"),
        (204, "", "bad_reply"),
    ],
)
def test_status_and_words(status, message, kind):
    assert classify(status, None, json.dumps({"error": {"message": message}}).encode()).kind == kind


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        ({"choices": [{"message": {"content": "yes"}, "finish_reason": "stop"}]}, "ok", "yes"),
        ({"choices": [{"message": {"content": [{"type": "text", "text": "yes"}]}}]}, "ok", "yes"),
        ({"choices": [{"message": {"content": None, "refusal": "I can't."}}]}, "content_filter", ""),
        ({"choices": [{"message": None}]}, "bad_reply", ""),
        ({"choices": [{"message": {"content": "yes"}}], "usage": "none"}, "ok", "yes"),
        ({"choices": [{"message": {"content": "yes"}}], "error": {"code": "429"}}, "rate_limited", ""),
        ({"object": "error", "message": "x", "code": 500}, "server_error", ""),
        ([], "bad_reply", ""),
        ("a string", "bad_reply", ""),
    ],
)
def test_bodies_of_a_200(value, kind, text):
    outcome = classify(200, None, json.dumps(value).encode())
    assert (outcome.kind, outcome.text) == (kind, text)


def test_deep_nesting_is_no_reply():
    assert classify(200, None, b"[" * 1_000_000).kind == "bad_reply"


def test_notes_are_one_short_line():
    note = classify(500, None, b"<html>\n" + b"long\n" * 9999).note
    assert "\n" not in note and len(note) < 400


@pytest.mark.parametrize(
    ("header", "seconds"),
    [(None, None), ("", None), ("3", 3), ("0.5", 0.5), ("-4", 0), ("soon", None), ("nan", None), ("Wed, 99", None)],
)
def test_retry_after(header, seconds):
    assert retry_after_seconds(header) == seconds


def test_retry_after_as_a_date():
    assert 50 < retry_after_seconds(email.utils.formatdate(time.time() + 100, usegmt=True)) <= 100
    assert retry_after_seconds(email.utils.formatdate(time.time() - 100, usegmt=True)) == 0


@pytest.mark.parametrize(
    ("attempts", "retry_after", "least", "most"),
    [
        (1, None, 0.25, 0.5),
        (9, None, 4, 8),
        (1, 0.0, 0, 0.1),
        (2, 0.0, 0, 0.1),
        (3, 0.0, 1, 2),
        (1, 3.0, 3, 3.4),
        (5, 30.0, 30, 33.1),
    ],
)
def test_the_pause_is_the_servers_own_where_it_names_one(attempts, retry_after, least, most):
    """Also "at once"; but a server that says so again and again is not taken at its word."""
    pauses = [backoff_s(attempts, retry_after) for _ in range(200)]
    assert least <= min(pauses) and max(pauses) <= most and len(set(pauses)) > 100


@pytest.mark.parametrize(
    ("asked", "answered", "other"),
    [
        ("judge", "judge", False),
        ("Judge", "judge", False),
        ("openai/gpt-x", "gpt-x", False),
        ("gpt-x", "gpt-x-mini", True),
        ("gpt-x", "gpt-x-2026-01-01", True),
        ("x", "gpt-x", True),
        ("my-gpt-x", "gpt-x", True),
    ],
)
def test_another_model(asked, answered, other):
    assert another_model(asked, answered) is other
