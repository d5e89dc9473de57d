"""What Prometheus reads at /metrics; a registry for each application."""

from __future__ import annotations

from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from wethink_plugins.score import Score
from wethink_plugins.vocabulary import QUESTION_TYPES

# Seconds: a rule takes a millisecond, a judge some seconds, a batch of either longer.
_BUCKETS = (0.005, 0.02, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600)
_PATHS = ("/v1/score", "/v1/score_batch", "/health", "/metrics")


class Metrics:
    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "wethink_requests", "Requests by path and status", ["path", "code"], registry=self.registry
        )
        self._samples = Counter(
            "wethink_samples", "Samples by status and type", ["status", "question_type"], registry=self.registry
        )
        self._judged = Counter("wethink_judge_called", "Samples for which a judge was asked", registry=self.registry)
        self._accuracy = Counter(
            "wethink_accuracy_sum", "Sum of accuracy over scored samples", ["question_type"], registry=self.registry
        )
        self._seconds = Histogram(
            "wethink_answer_seconds", "From body to answer", ["path"], buckets=_BUCKETS, registry=self.registry
        )
        self.waiting = Gauge("wethink_samples_waiting", "Samples that are being scored", registry=self.registry)

    def request(self, path: str, code: int) -> None:
        """Unknown paths count as one: a scanner must not fill the memory."""
        self._requests.labels(path if path in _PATHS else "other", str(code)).inc()

    def answered(self, path: str, seconds: float, scores: Sequence[Score]) -> None:
        self._seconds.labels(path).observe(seconds)
        for score in scores:
            kind = score.extra.get("question_type")
            kind = kind if kind in QUESTION_TYPES else "unknown"
            self._samples.labels(score.status, kind).inc()
            self._judged.inc(bool(score.extra.get("judge_called")))
            if score.accuracy is not None:
                self._accuracy.labels(kind).inc(score.accuracy)

    def text(self) -> bytes:
        return generate_latest(self.registry)
