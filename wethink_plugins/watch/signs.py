"""Signs that a run goes wrong, each with the likely cause. All limits are chosen, so that healthy runs stay silent.

A trend compares the first fifth of the steps with the last one, at least three steps each; runs of less than nine steps
have no trend yet.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from wethink_plugins.watch.journal import Verdicts
from wethink_plugins.watch.steps import Step, mean

_FEW = 32
"""Samples; a share of fewer says little."""


@dataclass(frozen=True)
class Sign:
    """`name` is fixed, for scripts; `seen` are the figures; `cause` what is likely behind it and what to look at."""

    name: str
    seen: str
    cause: str


@dataclass(frozen=True)
class Run:
    """What signs are looked for in."""

    steps: Sequence[Step]
    host: Mapping[str, Mapping[int, float]] = field(default_factory=dict)
    verdicts: Verdicts | None = None

    @property
    def window(self) -> int:
        return max(3, len(self.steps) // 5)

    @property
    def has_trend(self) -> bool:
        return len(self.steps) >= 9

    def early(self, of: Callable[[Step], float | None]) -> float | None:
        return mean(map(of, self.steps[: self.window]))

    def late(self, of: Callable[[Step], float | None]) -> float | None:
        return mean(map(of, self.steps[-self.window :]))

    def gain(self, of: Callable[[Step], float | None]) -> float | None:
        early, late = self.early(of), self.late(of)
        return late - early if self.has_trend and early is not None and late is not None else None

    def commonest(self, kind: str) -> tuple[str, float, float]:
        """Over the last steps: the commonest answer to questions of a type, its share, and in what share it is right."""
        last = self.steps[-self.window :]
        answers: Counter[str] = sum((step.answers.get(kind, Counter()) for step in last), Counter())
        golds: Counter[str] = sum((step.golds.get(kind, Counter()) for step in last), Counter())
        if answers.total() < _FEW:
            return "", 0.0, 0.0
        answer, count = answers.most_common(1)[0]
        return answer, count / answers.total(), golds[answer] / max(1, golds.total())


def signs(run: Run) -> list[Sign]:
    """All that are there, in the order of the list below."""
    return [sign for look in _LOOKS for sign in look(run)] if run.steps else []


def _accuracy(step: Step) -> float | None:
    return step.accuracy


def _length(run: Run) -> Iterator[Sign]:
    early, late, gain = run.early(lambda s: s.length), run.late(lambda s: s.length), run.gain(_accuracy)
    if gain is not None and early and late and late > 1.8 * early and gain < 0.03:
        yield Sign(
            "length_explosion",
            f"responses grew from {early:.0f} to {late:.0f} characters, accuracy by {gain:+.3f}",
            "length pays without being right: look at long responses; a judge that likes detail, a loss that favours length "
            "(try a term for brevity, or token-mean loss)",
        )


def _format(run: Run) -> Iterator[Sign]:
    grown, gain, late = run.gain(lambda s: s.format), run.gain(_accuracy), run.late(lambda s: s.format)
    if grown is not None and gain is not None and late is not None and grown >= 0.1 and late >= 0.9 and gain <= 0.01:
        yield Sign(
            "format_only",
            f"format rose by {grown:+.3f} to {late:.3f}, accuracy by {gain:+.3f}",
            "only the form is learnt: answers never differ within a group, or the weight of accuracy is too small; see dead groups",
        )


def _one_letter(run: Run) -> Iterator[Sign]:
    letter, share, due = run.commonest("multiple_choice")
    if share >= 0.7 and due <= share / 1.5:
        yield Sign(
            "one_letter",
            f"{share:.0%} of the choices are {letter.upper()!r}, which is right in {due:.0%}",
            "the policy answers by position: shuffle the options, look whether one letter is right too often in the data",
        )


def _constant(run: Run) -> Iterator[Sign]:
    for kind in ("fill_in_blank", "descriptive"):
        answer, share, due = run.commonest(kind)
        if share >= 0.3 and due <= share / 3:
            yield Sign(
                "constant_answer",
                f"{kind}: {share:.0%} of the answers are {answer!r}, which is right in {due:.0%}",
                "one answer is paid whatever is asked: `wethink redteam --config` on the judge, `wethink grade` on that answer",
            )


def _dead(run: Run) -> Iterator[Sign]:
    dead, wrong, right = run.late(lambda s: s.dead), run.late(lambda s: s.all_wrong), run.late(lambda s: s.all_right)
    if dead is None or dead < 0.9:
        return
    if (wrong or 0) >= 0.5:
        cause = (
            "too hard, or never right in the asked form: look at responses; a warm start, easier rows, larger groups"
        )
    elif (right or 0) >= 0.9:
        cause = "the rows are solved: they teach nothing any more; take harder ones, or stop"
    else:
        cause = "rewards don't differ: is temperature above 0, is the group size what you think?"
    yield Sign("dead_groups", f"{dead:.0%} of the groups have equal rewards ({wrong or 0:.0%} all wrong)", cause)


def _judge_hacked(run: Run) -> Iterator[Sign]:
    judged, ruled = run.gain(lambda s: s.by_method.get("model")), run.gain(lambda s: s.by_method.get("rule"))
    if judged is not None and ruled is not None and judged >= 0.15 and ruled <= -0.02:
        yield Sign(
            "judge_hacked",
            f"what the judge pays rose by {judged:+.3f}, what rules check by {ruled:+.3f}",
            "the policy learns what the judge likes: read the best paid answers, `wethink judge calibrate` on fresh ones",
        )


def _judge_drift(run: Run) -> Iterator[Sign]:
    models = sorted(frozenset[str]().union(*(step.judges for step in run.steps)))
    if len(models) > 1:
        yield Sign(
            "judge_drift",
            f"verdicts come from {len(models)} models: {', '.join(models[:4])}",
            "another model is another reward: pin the model's version, or expect jumps at a fail-over",
        )
    seen = run.verdicts
    if seen is not None and seen.again >= _FEW and seen.changed / seen.again >= 0.1:
        yield Sign(
            "judge_drift",
            f"{seen.changed} of {seen.again} answers that were judged again got another tier",
            "the judge doesn't agree with itself: temperature above 0, or a model that changed; `wethink judge stability`",
        )


def _judge_fails(run: Run) -> Iterator[Sign]:
    lost = run.late(lambda s: s.lost)
    if lost is not None and lost >= 0.1:
        yield Sign(
            "judge_fails",
            f"{lost:.0%} of what needed the judge was not scored",
            "the judge is down, slow or at its limit: the reason stands in the journal; `wethink judge ping`",
        )
    early, late = run.early(lambda s: s.judge_latency_s), run.late(lambda s: s.judge_latency_s)
    if run.has_trend and early and late and late >= 5 and late >= 3 * early:
        yield Sign(
            "judge_slow",
            f"a verdict takes {late:.1f} s, {early:.1f} s at the start",
            "the server is overloaded or prompts grew: fewer at once (max_concurrency), or another server",
        )


def _ungradable(run: Run) -> Iterator[Sign]:
    late = run.late(lambda s: s.ungradable) or 0.0
    if late >= 0.05 and late >= 3 * (run.early(lambda s: s.ungradable) or 0.0) * run.has_trend:
        yield Sign(
            "ungradable",
            f"{late:.0%} of the responses can't be graded",
            "the policy writes what graders choke on, or what the judge's content filter or context refuses",
        )


def _imputed(run: Run) -> Iterator[Sign]:
    late = run.late(lambda s: s.imputed) or 0.0
    if late >= 0.2:
        yield Sign(
            "imputed", f"{late:.0%} of the rewards are stand-ins", "too little is scored to learn from: see judge_fails"
        )


def _cut_off(run: Run) -> Iterator[Sign]:
    late, early = run.late(lambda s: s.no_answer) or 0.0, run.early(lambda s: s.no_answer) or 0.0
    young = len(run.steps) < 9  # an untrained model leaves out tags, and learns not to
    if late >= (0.6 if young else 0.3) and late >= 0.6 * early:
        yield Sign(
            "no_answer",
            f"{late:.0%} of the responses have no closed answer block",
            "they are cut off (max_response_length), or the prompt doesn't ask for the form: `wethink doctor`, and `style`",
        )


def _never_right(run: Run) -> Iterator[Sign]:
    for kind in sorted({kind for step in run.steps for kind in step.by_type}):
        count = sum(step.scored_by_type.get(kind, 0) for step in run.steps if kind in step.by_type)
        if (
            _mostly_answered(run, kind)
            and count >= 2 * _FEW
            and all(step.by_type.get(kind, 0.0) == 0 for step in run.steps)
        ):
            yield Sign(
                "never_right",
                f"{kind}: none of {count} answers was right",
                "gold answers in another form than is graded: `wethink grade ANSWER --gold GOLD` on one, and validate the data",
            )


def _mostly_answered(run: Run, kind: str) -> bool:
    """Else gold answers are not why nothing is right; no_answer says what is."""
    answered = sum(step.answers.get(kind, Counter()).total() for step in run.steps)
    return 2 * answered >= sum(step.samples_by_type.get(kind, 0) for step in run.steps)


def _undecided(run: Run) -> Iterator[Sign]:
    late = run.late(lambda s: s.undecided) or 0.0
    if late >= 0.25:
        yield Sign(
            "undecided",
            f"rules can't decide {late:.0%} of what they are asked, which counts as wrong",
            "golds that rules can't read, or answers in sentences: rules.escalate: true, or reward: model for these rows",
        )


def _falls(run: Run) -> Iterator[Sign]:
    if not run.has_trend:
        return
    smooth = [mean(map(_accuracy, run.steps[max(0, i - 2) : i + 1])) or 0.0 for i in range(len(run.steps))]
    best, late = max(smooth), run.late(_accuracy)
    if late is not None and best - late >= 0.15:
        where = run.steps[smooth.index(best)].step
        yield Sign(
            "accuracy_falls",
            f"accuracy was {best:.3f} around step {where} and is {late:.3f}",
            "the policy came apart: learning rate too high, no KL or clipping, a judge that changed at that step",
        )


def _policy(run: Run) -> Iterator[Sign]:
    entropy, kl = _values(run, "entropy"), _values(run, "kl")
    gain = run.gain(_accuracy)
    if len(entropy) >= 9 and gain is not None:
        early, late = sum(entropy[:3]) / 3, sum(entropy[-3:]) / 3
        if early > 0 and late < 0.1 * early and (run.late(_accuracy) or 0) < 0.6 and gain < 0.05:
            yield Sign(
                "entropy_collapse",
                f"entropy fell from {early:.3f} to {late:.3f} while accuracy gained {gain:+.3f}",
                "all responses are alike before they are right: higher temperature, an entropy term, clip-higher",
            )
    if len(kl) >= 9:
        late, middle = sum(kl[-3:]) / 3, sorted(kl)[len(kl) // 2]
        if late > 1.0 and late > 5 * max(middle, 1e-9):
            yield Sign(
                "kl_blow_up",
                f"KL to the reference is {late:.2f}, {middle:.2f} in the middle of the run",
                "the policy leaves its start: lower learning rate, larger KL coefficient; check for NaN in the loss",
            )


def _values(run: Run, name: str) -> list[float]:
    return [value for _, value in sorted(run.host.get(name, {}).items())]


_LOOKS: tuple[Callable[[Run], Iterator[Sign]], ...] = (
    _judge_fails, _judge_drift, _imputed,
    _cut_off, _ungradable,
    _never_right, _undecided, _one_letter, _constant, _judge_hacked,
    _dead, _format, _length, _falls, _policy,
)  # fmt: skip
"""Causes before what they bring about: the judge, whether there is an answer, how answers are graded, what is learnt."""
